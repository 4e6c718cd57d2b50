"""Is this XML document signed, by whom and how: every signature of it, in any of the three packagings.

Enveloped: the signature stands in the document. Enveloping: the document stands in the signature. Detached: the
document is held outside and given beside the signature file. Nothing is fetched, nothing is evaluated, and what
a caller may parse as "the signed document" is made of what every signature covers.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from cryptography import x509
from lxml import etree

from epuap.signatures.errors import Distrusted, Undecided
from epuap.signatures.report import DocumentReport, Packaging, SignatureReport
from epuap.signatures.trust import Evidence, Trust, judge
from epuap.xml import dsig
from epuap.xml.c14n import Canonicalisation, NotCanonical, canonical_bytes, remove_keeping_text
from epuap.xml.dsig import VerifiedReference
from epuap.xml.names import BASE64, C14N, SIGNED_PROPERTIES, ds, xades
from epuap.xml.persons import NoPerson, person_of_roles
from epuap.xml.properties import (
    SignedProperties,
    Values,
    embedded_certificates,
    read_properties,
    read_values,
)
from epuap.xml.transforms import SignatureRefused, decode_base64
from eurzad.lib import xml

COUNTERSIGNATURE = "countersignature"
"""Remark: somebody signed this signature; that is no signature of the document and was not looked at."""
TIMESTAMP_UNVERIFIED = "timestamp_unverified"
"""Remark: the signature carries a time stamp, which nobody here has verified; its time is not used."""

_MAX_SIGNATURES = 10
_MAX_REFERENCES = 10  # of one signature
_MAX_ALL_REFERENCES = 24
_MAX_DIGESTED = 50 * 2**20
_MAX_VISITED = 400_000
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//", re.ASCII)


@dataclass(frozen=True)
class _Covered:
    """What one sound signature is about: `reference` covers the whole of it.

    `payload` is None for an enveloped one: see `_rest_of`.
    """

    packaging: Packaging
    reference: VerifiedReference
    payload: bytes | None = None


@dataclass(frozen=True)
class _Found:
    """One signature: what is reported of it, and what it covers if its digests and its value are right."""

    report: SignatureReport
    covered: _Covered | None = None


def verify_document(
    data: bytes, *, trust: Trust, now: datetime, document: bytes | None = None
) -> DocumentReport:
    """Report on every signature of an XML document or signature file; never raises for a bad one.

    `document` is the one that a detached signature is about; given with a signature that carries its document,
    it has to be that document ("other_document"). A person in ClaimedRole is believed only under one of
    `trust.seals`. `now` is aware. A detached signature without its document is indeterminate
    ("document_missing").
    """
    try:
        root = xml.parse(data)
        signatures = _signatures_of(root)
        _bound_work(data, signatures)
    except xml.XmlRejected as error:
        return DocumentReport("invalid", f"xml_{error.code}")
    except SignatureRefused as error:
        return DocumentReport("invalid", error.code)
    trust = trust.for_one_document()
    found = [_verify_one(one, root, trust, now, document) for one in signatures]
    reports = tuple(one.report for one in found)
    summary = DocumentReport.of(reports, b"")
    if not summary.is_valid:
        return summary
    try:
        payload = _common_payload([one.covered for one in found if one.covered is not None], root, signatures)
    except NotCanonical:
        return DocumentReport("invalid", "not_canonical", reports)
    if payload is None:
        return DocumentReport("invalid", "different_documents", reports)
    if document is not None and not _is_same(payload, document):
        return DocumentReport("invalid", "other_document", reports)
    return DocumentReport("valid", "ok", reports, payload)


def peek_payload(data: bytes) -> bytes:
    """Return the document inside an enveloping signature, else `data` itself. NOT verified.

    For choosing who handles a document, never for believing it.
    """
    try:
        root = xml.parse(data)
        if root.tag != ds("Signature"):
            return data
        (content,) = _content_objects(root)
        return _content_of(content)
    except (xml.XmlRejected, SignatureRefused, ValueError):
        return data


def payload_digest(data: bytes) -> str:
    """Return SHA-256 (hex) over the exclusive canonical form of the document without its signatures.

    Equal digests say that a document came back from signing as it was sent. Only ds:Signature children of the
    root are left out, and white space before the root's end tag, which signing may add. Of an enveloping
    signature the document inside is taken, in the same way, or its bytes if it is no XML. Raises XmlRejected.
    """
    root = xml.parse(data)
    if root.tag == ds("Signature"):
        inner = peek_payload(data)
        try:
            root = xml.parse(inner)
        except xml.XmlRejected:
            return hashlib.sha256(inner).hexdigest()
    for signature in list(root.iterchildren(ds("Signature"))):
        remove_keeping_text(signature)
    last = root[-1] if len(root) else None
    if last is None:
        root.text = _unless_blank(root.text)
    else:
        last.tail = _unless_blank(last.tail)
    return hashlib.sha256(canonical_bytes(root, Canonicalisation(), document=True)).hexdigest()


def _unless_blank(text: str | None) -> str | None:
    return text if text is not None and text.strip(" \t\r\n") else None


def _signatures_of(root: etree._Element) -> list[etree._Element]:
    """Return the signatures of the document: the root, or children of the root.

    What stands inside another signature (a countersignature, a signed document in an object) is not one of them.
    """
    if root.tag == ds("Signature"):
        return [root]
    found = list(islice(root.iter(ds("Signature")), 10 * _MAX_SIGNATURES + 1))
    outermost = [one for one in found if not any(True for _ in one.iterancestors(ds("Signature")))]
    if not outermost:
        raise SignatureRefused("unsigned")
    if len(outermost) > _MAX_SIGNATURES or len(found) > 10 * _MAX_SIGNATURES:
        raise SignatureRefused("too_many_signatures")
    if any(one.getparent() is not root for one in outermost):
        raise SignatureRefused("signature_position")
    return outermost


def _bound_work(data: bytes, signatures: Sequence[etree._Element]) -> None:
    """Refuse what would take long to digest: each reference may cost a canonicalisation of everything."""
    path = f"{ds('SignedInfo')}/{ds('Reference')}"
    references = sum(1 for one in signatures for _ in one.iterfind(path))
    elements = sum(1 for _ in xml.elements(signatures[0].getroottree().getroot()))
    if (
        references > _MAX_ALL_REFERENCES
        or references * len(data) > _MAX_DIGESTED
        or references * elements > _MAX_VISITED
    ):
        raise SignatureRefused("too_many_references")


def _verify_one(
    signature: etree._Element, root: etree._Element, trust: Trust, now: datetime, document: bytes | None
) -> _Found:
    try:
        uris = _outside_uris(signature)
        if uris and document is None:
            return _Found(SignatureReport("indeterminate", "document_missing", packaging="detached"))
        properties = read_properties(signature)
        embedded = embedded_certificates(signature)
        values = read_values(signature)
        certificate = properties.choose((*trust.seals, *embedded))
        references = dsig.verify(
            signature,
            root=root,
            certificates=[certificate],
            policy=dsig.DOCUMENT,
            max_references=_MAX_REFERENCES,
            outside=dict.fromkeys(uris, document),
        )
        covered = _coverage(signature, references, properties, root, document)
    except SignatureRefused as error:
        return _Found(SignatureReport("invalid", error.code))
    except xml.XmlRejected as error:
        return _Found(SignatureReport("invalid", f"xml_{error.code}"))
    stated = SignatureReport(
        "indeterminate",
        "",
        certificate_subject=certificate.subject.rfc4514_string(),
        covered=tuple(_label(one, covered, properties) for one in references),
        remarks=(*properties.remarks, *_remarks(signature, values)),
        packaging=covered.packaging,
    )
    evidence = Evidence((*embedded, *values.certificates), values.crls, values.ocsps)
    return _Found(_judged(stated, certificate, properties, trust, evidence, now), covered)


def _judged(
    stated: SignatureReport,
    certificate: x509.Certificate,
    properties: SignedProperties,
    trust: Trust,
    evidence: Evidence,
    now: datetime,
) -> SignatureReport:
    try:
        judgement = judge(certificate, trust=trust, evidence=evidence, at=properties.signed_at, now=now)
        person = judgement.person or person_of_roles(properties.element)
    except (Undecided, NoPerson) as error:
        return replace(stated, code=error.code)
    except Distrusted as error:
        return replace(stated, status="invalid", code=error.code)
    return replace(
        stated,
        status="valid",
        code="ok",
        signer=person,
        method=judgement.method,
        signed_at=properties.signed_at,
        remarks=(*stated.remarks, *judgement.remarks),
    )


def _outside_uris(signature: etree._Element) -> tuple[str, ...]:
    """Return the name under which the signature knows the document outside, if any.

    A name is only compared with what is at hand; an address is refused, though nobody would go there.
    """
    references = signature.iterfind(f"{ds('SignedInfo')}/{ds('Reference')}")
    uris = [one.get("URI") for one in islice(references, _MAX_REFERENCES + 1)]
    found = [uri or "" for uri in uris if uri is None or (uri and not uri.startswith("#"))]
    if any(_SCHEME.match(uri) for uri in found):
        raise SignatureRefused("reference_uri")
    if len(found) > 1:
        raise SignatureRefused("several_objects")
    return tuple(found)


def _coverage(
    signature: etree._Element,
    references: Sequence[VerifiedReference],
    properties: SignedProperties,
    root: etree._Element,
    document: bytes | None,
) -> _Covered:
    """Say what the signature is about; raise SignatureRefused unless it is the whole of one document."""
    stated = [one for one in references if one.type == SIGNED_PROPERTIES]
    if len(stated) != 1 or stated[0].element is not properties.element:
        raise SignatureRefused("signed_properties")
    data = [one for one in references if one is not stated[0]]
    if root is not signature:
        whole = sorted(
            (one for one in data if one.element is root and not one.decodes), key=lambda one: one.uri
        )
        if whole:
            return _Covered("enveloped", whole[0])
        if _text_beside(root) or any(one.tag != ds("Signature") for one in root.iterchildren(etree.Element)):
            raise SignatureRefused("coverage")  # more than a list of signatures, and nobody signed the rest
    objects = _content_objects(signature)
    outside = [one for one in data if one.element is None]
    if outside and not objects:
        return _Covered("detached", outside[0], document)
    if outside or len(objects) > 1:
        raise SignatureRefused("several_objects")
    if not objects:
        raise SignatureRefused("coverage")
    return _enveloped_content(objects[0], data)


def _enveloped_content(content: etree._Element, references: Sequence[VerifiedReference]) -> _Covered:
    """Return the document in the one ds:Object of a signature, if a reference covers all of it."""
    children = list(content.iterchildren(etree.Element))
    for one in references:
        if one.element is content:
            return _Covered("enveloping", one, one.octets if one.decodes else _content_of(one.signed_copy()))
        is_all_of_it = len(children) == 1 and one.element is children[0] and not _text_beside(content)
        if is_all_of_it and not one.decodes:
            _refuse_manifest(children[0])
            return _Covered("enveloping", one, one.octets)
    raise SignatureRefused("coverage")


def _content_objects(signature: etree._Element) -> list[etree._Element]:
    """Return the objects that hold something else than qualifying properties."""
    own = xades("QualifyingProperties")
    return [
        one
        for one in signature.iterchildren(ds("Object"))
        if _text_beside(one) or any(child.tag != own for child in one.iterchildren(etree.Element))
    ]


def _content_of(content: etree._Element) -> bytes:
    """Return the document in a ds:Object: its one element, or its text, decoded where it says so."""
    children = list(content.iterchildren(etree.Element))
    if not children:
        if content.get("Encoding") == BASE64:
            return decode_base64(content, code="coverage")
        return xml.text_of(content).encode()
    if len(children) > 1 or _text_beside(content):
        raise SignatureRefused("several_objects")
    _refuse_manifest(children[0])
    return xml.to_bytes(children[0])


def _refuse_manifest(element: etree._Element) -> None:
    if element.tag == ds("Manifest"):  # a list of digests that a core validation never looks at
        raise SignatureRefused("coverage")


def _text_beside(element: etree._Element) -> bool:
    """Say whether text stands right in the element, beside its children."""
    return any(text.strip(" \t\r\n") for text in (element.text or "", *((one.tail or "") for one in element)))


def _common_payload(
    covered: Sequence[_Covered], root: etree._Element, signatures: Sequence[etree._Element]
) -> bytes | None:
    """Return the document that all of them are about, None if there is more than one."""
    if len({one.packaging for one in covered}) != 1:
        return None
    if covered[0].packaging == "enveloped":
        return _rest_of(root, signatures, with_instructions=not any(one.reference.uri for one in covered))
    payloads = {one.payload for one in covered}
    return payloads.pop() if len(payloads) == 1 else None


def _rest_of(root: etree._Element, signatures: Sequence[etree._Element], *, with_instructions: bool) -> bytes:
    """Return the document without its signatures: what every one of them covers, whatever it leaves out itself."""
    return canonical_bytes(
        root, Canonicalisation(C14N), document=with_instructions, without=signatures, comments=False
    )


def _is_same(payload: bytes, document: bytes) -> bool:
    if hmac.compare_digest(payload, document):
        return True
    try:
        return hmac.compare_digest(payload_digest(payload), payload_digest(document))
    except (xml.XmlRejected, NotCanonical):
        return False


def _label(reference: VerifiedReference, covered: _Covered, properties: SignedProperties) -> str:
    if reference is covered.reference:
        return "document"
    return "signed_properties" if reference.element is properties.element else reference.uri


def _remarks(signature: etree._Element, values: Values) -> tuple[str, ...]:
    path = (
        f"{ds('Object')}/{xades('QualifyingProperties')}/{xades('UnsignedProperties')}"
        f"/{xades('UnsignedSignatureProperties')}/{xades('CounterSignature')}"
    )
    countersigned = (COUNTERSIGNATURE,) if signature.find(path) is not None else ()
    return (*countersigned, *((TIMESTAMP_UNVERIFIED,) if values.timestamps else ()))
