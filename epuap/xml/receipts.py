"""Official receipts (UPO): the submission receipt (UPP) written, read and verified.

A UPP carries no digest of the document: its seal binds the document by an additional ds:Reference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from urllib.parse import quote

from cryptography import x509
from lxml import etree

from epuap.xml import dsig, schema, xades
from epuap.xml.crd import add
from epuap.xml.dsig import SignatureRefused
from epuap.xml.names import ds
from eurzad.lib import xml
from eurzad.lib.clock import to_warsaw

NAMESPACE = "http://crd.gov.pl/xml/schematy/UPO/2008/05/09/"
IDENTIFIER_TYPE = "ePUAP-ID"
_MAX_REFERENCES = 4  # the receipt, its signed properties, the document and what came with it

_NO_EXTRA: Mapping[str, str] = MappingProxyType({})


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
class UppData:
    """A submission receipt: who received what from whom, and when. Moments are aware.

    `document_id` is the recipient's identifier of the document, `extra` further information by its type.
    """

    identifier: str
    addressee_name: str
    addressee_id: str
    sender_name: str
    sender_id: str
    delivered_at: datetime
    created_at: datetime
    document_id: str
    extra: Mapping[str, str] = field(default_factory=lambda: _NO_EXTRA)


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
    root = etree.Element(f"{{{NAMESPACE}}}Dokument", nsmap={"pos": NAMESPACE})
    upp = _add(root, "UPP")
    _add(upp, "IdentyfikatorPoswiadczenia", data.identifier)
    for role, name, identifier in (
        ("Adresat", data.addressee_name, data.addressee_id),
        ("Nadawca", data.sender_name, data.sender_id),
    ):
        party = _add(upp, role)
        _add(party, "Nazwa", name)
        _add(party, "IdentyfikatorPodmiotu", identifier, TypIdentyfikatora=IDENTIFIER_TYPE)
    _add(upp, "DataDoreczenia", _moment_text(data.delivered_at))
    _add(upp, "DataWytworzeniaPoswiadczenia", _moment_text(data.created_at))
    _add(upp, "IdentyfikatorDokumentu", data.document_id)
    for kind, text in data.extra.items():
        _add(upp, "InformacjaUzupelniajaca", text, TypInformacjiUzupelniajacej=kind)
    schema.require_valid(root, "upo")
    bound = xades.Detached(quote(document_name), document, mime)
    return xades.seal(
        root,
        key_pem=key_pem,
        cert_pem=cert_pem,
        signed_at=to_warsaw(data.created_at),
        detached=(bound, *further),
    )


def parse_upp(data: bytes) -> UppData:
    """Read a UPP without looking at its signature; raise ReceiptRefused("unreadable") if it is none."""
    try:
        return _read(xml.parse(data))
    except xml.XmlRejected as error:
        raise ReceiptRefused("unreadable", error.code) from error


def verify_upp(
    data: bytes,
    *,
    certificates: Sequence[x509.Certificate],
    document: bytes,
    further: Sequence[bytes] = (),
) -> UppData:
    """Return what the UPP says, sealed by one of the pinned `certificates` and about exactly these bytes.

    With `further` documents the seal binds exactly these, in the order in which `build_upp` had them.
    Raises ReceiptRefused.
    """
    try:
        root = xml.parse(data)
    except xml.XmlRejected as error:
        raise ReceiptRefused("unreadable", error.code) from error
    found = _read(root)
    signatures = list(root.iter(ds("Signature")))
    if not signatures:
        raise ReceiptRefused("unsigned")
    if len(signatures) > 1 or signatures[0].getparent() is not root:
        raise ReceiptRefused("bad_signature", "signature_position")
    (signature,) = signatures
    bound = dsig.outside_uris(signature)
    if further and (len(bound), len(set(bound))) != (1 + len(further),) * 2:
        raise ReceiptRefused("unbound")
    outside = (
        dict(zip(bound, (document, *further), strict=True)) if further else dict.fromkeys(bound, document)
    )
    try:
        properties = xades.read_properties(signature)
        references = dsig.verify(
            signature,
            root=root,
            certificates=[properties.choose(certificates)],
            policy=dsig.DOCUMENT,
            max_references=_MAX_REFERENCES,
            outside=outside,
        )
        xades.check_coverage(references, properties, root=root)
    except SignatureRefused as error:
        code = "other_document" if error.code == "outside_digest" else "bad_signature"
        raise ReceiptRefused(code, error.code) from error
    if not bound:
        raise ReceiptRefused("unbound")
    return found


def _add(parent: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
    return add(parent, NAMESPACE, name, text, **attributes)


def _moment_text(moment: datetime) -> str:
    return to_warsaw(moment).isoformat(timespec="milliseconds")


def _read(root: etree._Element) -> UppData:
    upp = root.find(f"{{{NAMESPACE}}}UPP")
    if root.tag != f"{{{NAMESPACE}}}Dokument" or upp is None or len(list(root.iterchildren(upp.tag))) != 1:
        raise ReceiptRefused("unreadable", "no_upp")
    extra = {
        _attribute(one, "TypInformacjiUzupelniajacej"): xml.text_of(one)
        for one in upp.iterchildren(f"{{{NAMESPACE}}}InformacjaUzupelniajaca")
    }
    return UppData(
        identifier=_text(upp, "IdentyfikatorPoswiadczenia"),
        addressee_name=_text(upp, "Adresat", "Nazwa"),
        addressee_id=_text(upp, "Adresat", "IdentyfikatorPodmiotu"),
        sender_name=_text(upp, "Nadawca", "Nazwa"),
        sender_id=_text(upp, "Nadawca", "IdentyfikatorPodmiotu"),
        delivered_at=_moment(_text(upp, "DataDoreczenia")),
        created_at=_moment(_text(upp, "DataWytworzeniaPoswiadczenia")),
        document_id=_text(upp, "IdentyfikatorDokumentu"),
        extra=extra,
    )


def _text(parent: etree._Element, *path: str) -> str:
    element = parent
    for name in path:
        found = list(element.iterchildren(f"{{{NAMESPACE}}}{name}"))
        if len(found) != 1:
            raise ReceiptRefused("unreadable", name)
        element = found[0]
    return xml.text_of(element)


def _attribute(element: etree._Element, name: str) -> str:
    """Read an attribute in either spelling: without a namespace, or in the receipt's own."""
    return element.get(name) or element.get(f"{{{NAMESPACE}}}{name}") or ""


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ReceiptRefused("unreadable", "moment") from error
    if moment.tzinfo is None:
        raise ReceiptRefused("unreadable", "moment")
    return moment
