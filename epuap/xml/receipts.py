"""Official receipts (UPO) of the namespace `pos`: submission (UPP) and delivery (UPD), written, read, verified.

A receipt carries no digest of the document: its signature binds the document by an additional ds:Reference.
A UPP is sealed by the system that received the document; a UPD is signed by the addressee.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import quote

from cryptography import x509
from lxml import etree

from epuap.signatures.trust import Evidence, Judgement, Trust, judge
from epuap.xml import dsig, schema, xades
from epuap.xml.c14n import Canonicalisation
from epuap.xml.crd import add
from epuap.xml.dsig import OutsideReference, SignatureRefused
from epuap.xml.names import ds
from epuap.xml.persons import person_of_roles
from epuap.xml.properties import read_values
from eurzad.lib import xml
from eurzad.lib.clock import WARSAW, to_warsaw

NAMESPACE = "http://crd.gov.pl/xml/schematy/UPO/2008/05/09/"
IDENTIFIER_TYPE = "ePUAP-ID"

_GENERATION = re.compile(r"http://crd\.gov\.pl/xml/schematy/UPO/[0-9]{4}/[0-9]{2}/[0-9]{2}/")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]+)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_MAX_REFERENCES = 8  # the receipt, the signed properties, the document and what came with it

_MAX_FORMS = 3  # the bytes as they are, and both canonicalisations: each further one costs, and says no more


class ReceiptRefused(Exception):
    """A receipt that is not to be believed. `code`: unreadable, unsigned, unbound, bad_signature,
    other_document.

    `reason` is the finer code of the parser or of the signature, for the log.
    """

    def __init__(self, code: str, reason: str = "") -> None:
        super().__init__(f"{code} ({reason})" if reason else code)
        self.code = code
        self.reason = reason


@dataclass(frozen=True)
class Seal:
    """The signature of a verified receipt: whose certificate, and the moment the signer states.

    `evidence` is what it brings along to judge the certificate by, `properties` its signed properties.
    """

    certificate: x509.Certificate
    signed_at: datetime
    evidence: Evidence
    properties: etree._Element


@dataclass(frozen=True, kw_only=True)
class ReceiptData:
    """What both kinds of receipt say. Moments are aware; what a foreign receipt leaves out is "" or None.

    `document_id` is the recipient's identifier of the document, `extra` further information as type and text.
    `bound` are the documents the signature names and `seal` the signature itself: only `verify_receipt` gives
    a seal, and only then are the bound documents believed.
    """

    identifier: str
    addressee_name: str
    addressee_id: str
    addressee_id_type: str = IDENTIFIER_TYPE
    created_at: datetime | None
    document_id: str
    extra: tuple[tuple[str, str], ...] = ()
    bound: tuple[OutsideReference, ...] = field(default=(), compare=False)
    seal: Seal | None = field(default=None, compare=False)

    def is_about(self, document: bytes) -> bool:
        """Say whether one of the bound documents is this one."""
        forms: dict[Canonicalisation | None, bytes | None] = {}
        return any(one.matches(document, forms) for one in self.bound)


@dataclass(frozen=True, kw_only=True)
class UppData(ReceiptData):
    """A submission receipt: who received what from whom, and when."""

    sender_name: str
    sender_id: str
    sender_id_type: str = IDENTIFIER_TYPE
    delivered_at: datetime


@dataclass(frozen=True, kw_only=True)
class UpdData(ReceiptData):
    """A delivery receipt: the addressee took the issuer's document at `received_at`."""

    issuer_name: str
    issuer_id: str
    issuer_id_type: str = IDENTIFIER_TYPE
    received_at: datetime
    case_id: str = ""


def build_upp(
    data: UppData,
    *,
    document: bytes,
    document_name: str,
    key_pem: bytes,
    cert_pem: bytes,
    mime: str = "text/xml",
    further: Sequence[xades.Detached] = (),
) -> bytes:
    """Return a UPP sealed at `data.created_at`, binding the bytes of `document` under its file name.

    `further` documents came with it (what a detached signature signs) and are bound after it, in their order.
    Raises SchemaError if our schema refuses the receipt.
    """
    root, upp = _begin("UPP", data)
    _party(upp, "Adresat", data.addressee_name, data.addressee_id, data.addressee_id_type)
    _party(upp, "Nadawca", data.sender_name, data.sender_id, data.sender_id_type)
    _moment_element(upp, "DataDoreczenia", data.delivered_at)
    _moment_element(upp, "DataWytworzeniaPoswiadczenia", data.created_at)
    _add(upp, "IdentyfikatorDokumentu", data.document_id)
    _add_extra(upp, data)
    schema.require_valid(root, "upo")
    bound = xades.Detached(quote(document_name), document, mime)
    moment = to_warsaw(data.created_at or data.delivered_at)
    return xades.seal(root, key_pem=key_pem, cert_pem=cert_pem, signed_at=moment, detached=(bound, *further))


def build_upd(
    data: UpdData,
    *,
    document: bytes,
    document_name: str,
    key_pem: bytes,
    cert_pem: bytes,
    mime: str = "text/xml",
) -> bytes:
    """Return a UPD signed at `data.received_at` with the addressee's key, binding the bytes of `document`.

    Raises SchemaError if our schema refuses the receipt.
    """
    root, upd = _begin("UPD", data)
    _party(upd, "PodmiotWystawiajacyPoswiadczenie", data.issuer_name, data.issuer_id, data.issuer_id_type)
    _party(upd, "Adresat", data.addressee_name, data.addressee_id, data.addressee_id_type)
    _moment_element(upd, "DataOdbioru", data.received_at)
    _moment_element(upd, "DataUtworzeniaPoswiadczenia", data.created_at)
    if data.case_id:
        _add(upd, "IdentyfikatorSprawy", data.case_id)
    _add(upd, "IdentyfikatorDokumentu", data.document_id)
    _add_extra(upd, data)
    schema.require_valid(root, "upo")
    bound = xades.Detached(quote(document_name), document, mime)
    moment = to_warsaw(data.received_at)
    return xades.seal(root, key_pem=key_pem, cert_pem=cert_pem, signed_at=moment, detached=(bound,))


def read_receipt(data: bytes) -> UppData | UpdData:
    """Read a receipt without believing its signature. Raises ReceiptRefused("unreadable") if it is none.

    Taken in any order and in both spellings of the attributes; a moment without an offset is Polish time.
    """
    root = _parse(data)
    found = _read(root)
    signatures = list(root.iterchildren(ds("Signature")))
    try:
        return replace(found, bound=tuple(b for one in signatures for b in dsig.outside_references(one)))
    except SignatureRefused:
        return found


def verify_receipt(
    data: bytes,
    *,
    certificates: Sequence[x509.Certificate] | None,
    document: bytes | None = None,
    further: Sequence[bytes] = (),
) -> UppData | UpdData:
    """Return what the receipt says, signed with one of the pinned `certificates`.

    With `document` one of the bound documents must be exactly that one, and each of the `further` ones another;
    without it the receipt alone is checked, and the caller finds what it is about by `bound`.

    `certificates` None takes the certificate that the signature brings along: that the receipt is whole, and
    nothing of who signed it. Raises ReceiptRefused.
    """
    root = _parse(data)
    found = _read(root)
    signatures = list(root.iter(ds("Signature")))
    if not signatures:
        raise ReceiptRefused("unsigned")
    if len(signatures) > 1 or signatures[0].getparent() is not root:
        raise ReceiptRefused("bad_signature", "signature_position")
    (signature,) = signatures
    try:
        bound = dsig.outside_references(signature)
        properties = xades.read_properties(signature)
        embedded, values = xades.embedded_certificates(signature), read_values(signature)
        certificate = properties.choose(embedded if certificates is None else certificates)
        references = dsig.verify(
            signature,
            root=root,
            certificates=[certificate],
            policy=dsig.DOCUMENT,
            max_references=_MAX_REFERENCES,
            outside=dict.fromkeys((one.uri for one in bound), None),
        )
        xades.check_coverage(references, properties, root=root)
    except SignatureRefused as error:
        raise ReceiptRefused("bad_signature", error.code) from error
    if not bound:
        raise ReceiptRefused("unbound")
    if len({one.c14n for one in bound}) > _MAX_FORMS:
        raise ReceiptRefused("bad_signature", "too_many_forms")
    evidence = Evidence((*embedded, *values.certificates), values.crls, values.ocsps)
    seal = Seal(certificate, properties.signed_at, evidence, properties.element)
    believed = replace(found, bound=bound, seal=seal)
    if document is not None:
        _require_bound(bound, (document, *further))
    return believed


def judge_signer(seal: Seal, *, trust: Trust, now: datetime) -> Judgement:
    """Say who signed a receipt that was verified under the certificate it brought along, as a UPD is.

    `now` is aware. Raises Undecided and Distrusted, and NoPerson under a trusted profile's seal that states nobody.
    """
    judgement = judge(
        seal.certificate,
        trust=trust,
        evidence=seal.evidence,
        at=seal.signed_at,
        now=now,
    )
    if judgement.person is not None:
        return judgement
    return replace(judgement, person=person_of_roles(seal.properties))


def _require_bound(bound: Sequence[OutsideReference], documents: Sequence[bytes]) -> None:
    left = list(bound)
    for document in documents:
        forms: dict[Canonicalisation | None, bytes | None] = {}
        found = next((one for one in left if one.matches(document, forms)), None)
        if found is None:
            raise ReceiptRefused("other_document", "outside_digest")
        left.remove(found)


def _begin(kind: str, data: ReceiptData) -> tuple[etree._Element, etree._Element]:
    root = etree.Element(f"{{{NAMESPACE}}}Dokument", nsmap={"pos": NAMESPACE})
    receipt = _add(root, kind)
    _add(receipt, "IdentyfikatorPoswiadczenia", data.identifier)
    return root, receipt


def _add(parent: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
    return add(parent, NAMESPACE, name, text, **attributes)


def _party(parent: etree._Element, role: str, name: str, identifier: str, kind: str) -> None:
    party = _add(parent, role)
    _add(party, "Nazwa", name)
    _add(party, "IdentyfikatorPodmiotu", identifier, TypIdentyfikatora=kind)


def _add_extra(parent: etree._Element, data: ReceiptData) -> None:
    for kind, text in data.extra:
        _add(parent, "InformacjaUzupelniajaca", text, TypInformacjiUzupelniajacej=kind)


def _moment_element(parent: etree._Element, name: str, moment: datetime | None) -> None:
    _add(parent, name, "" if moment is None else to_warsaw(moment).isoformat(timespec="milliseconds"))


def _parse(data: bytes) -> etree._Element:
    try:
        return xml.parse(data)
    except xml.XmlRejected as error:
        raise ReceiptRefused("unreadable", error.code) from error


def _read(root: etree._Element) -> UppData | UpdData:
    name = etree.QName(root)
    if name.localname != "Dokument" or not _GENERATION.fullmatch(name.namespace or ""):
        raise ReceiptRefused("unreadable", "no_receipt")
    found = list(root.iterchildren(f"{{{name.namespace}}}UPP", f"{{{name.namespace}}}UPD"))
    if len(found) != 1:
        raise ReceiptRefused("unreadable", "no_receipt")
    reader = _Reader(found[0], name.namespace or "")
    return reader.upp() if etree.QName(found[0]).localname == "UPP" else reader.upd()


@dataclass(frozen=True)
class _Reader:
    """Reads one UPP or UPD in the namespace it came in."""

    receipt: etree._Element
    namespace: str

    def upp(self) -> UppData:
        addressee, sender = self._party("Adresat"), self._party("Nadawca")
        return UppData(
            identifier=self._identifier(),
            addressee_name=addressee[0],
            addressee_id=addressee[1],
            addressee_id_type=addressee[2],
            sender_name=sender[0],
            sender_id=sender[1],
            sender_id_type=sender[2],
            delivered_at=self._required_moment("DataDoreczenia"),
            created_at=self._created_at(),
            document_id=self._text(self.receipt, "IdentyfikatorDokumentu"),
            extra=self._extra(),
        )

    def upd(self) -> UpdData:
        addressee, issuer = self._party("Adresat"), self._party("PodmiotWystawiajacyPoswiadczenie")
        return UpdData(
            identifier=self._identifier(),
            addressee_name=addressee[0],
            addressee_id=addressee[1],
            addressee_id_type=addressee[2],
            issuer_name=issuer[0],
            issuer_id=issuer[1],
            issuer_id_type=issuer[2],
            received_at=self._required_moment("DataOdbioru"),
            created_at=self._created_at(),
            case_id=self._text(self.receipt, "IdentyfikatorSprawy"),
            document_id=self._text(self.receipt, "IdentyfikatorDokumentu"),
            extra=self._extra(),
        )

    def _identifier(self) -> str:
        identifier = self._text(self.receipt, "IdentyfikatorPoswiadczenia")
        if not identifier:
            raise ReceiptRefused("unreadable", "IdentyfikatorPoswiadczenia")
        return identifier

    def _party(self, role: str) -> tuple[str, str, str]:
        party = self._only(self.receipt, role)
        if party is None:
            return "", "", ""
        identifier = self._only(party, "IdentyfikatorPodmiotu")
        kind = "" if identifier is None else self._attribute(identifier, "TypIdentyfikatora")
        return self._text(party, "Nazwa"), xml.text_of(identifier), kind

    def _extra(self) -> tuple[tuple[str, str], ...]:
        found = self.receipt.iterchildren(f"{{{self.namespace}}}InformacjaUzupelniajaca")
        return tuple((self._attribute(one, "TypInformacjiUzupelniajacej"), xml.text_of(one)) for one in found)

    def _created_at(self) -> datetime | None:
        return self._moment("DataWytworzeniaPoswiadczenia") or self._moment("DataUtworzeniaPoswiadczenia")

    def _required_moment(self, name: str) -> datetime:
        moment = self._moment(name)
        if moment is None:
            raise ReceiptRefused("unreadable", name)
        return moment

    def _moment(self, name: str) -> datetime | None:
        text = self._text(self.receipt, name)
        if not text:
            return None
        try:
            moment = datetime.fromisoformat(text) if _MOMENT.fullmatch(text) else None
        except ValueError:
            moment = None
        if moment is None:
            raise ReceiptRefused("unreadable", "moment")
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=WARSAW)

    def _text(self, parent: etree._Element, name: str) -> str:
        return xml.text_of(self._only(parent, name))

    def _only(self, parent: etree._Element, name: str) -> etree._Element | None:
        """Return the one child of this name or None; a second one would say something else."""
        found = list(parent.iterchildren(f"{{{self.namespace}}}{name}"))
        if len(found) > 1:
            raise ReceiptRefused("unreadable", name)
        return found[0] if found else None

    def _attribute(self, element: etree._Element, name: str) -> str:
        """Read an attribute in either spelling: without a namespace, or in the receipt's own."""
        return element.get(name) or element.get(f"{{{self.namespace}}}{name}") or ""
