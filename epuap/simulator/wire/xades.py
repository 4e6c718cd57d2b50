"""XAdES signatures the way Profil Zaufany and ePUAP make them (layouts of real TPS5 documents).

Digests and values are computed here by hand: the receipt's second reference points to a document
outside the file, which an XML signature library would try to fetch.
"""

from __future__ import annotations

import base64
import hashlib
import uuid
from copy import deepcopy
from dataclasses import dataclass, field
from urllib.parse import quote

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree

from epuap.simulator.errors import Refused
from epuap.simulator.keys import Credential, certificate_der
from epuap.simulator.people import Person
from epuap.simulator.wire import dsig
from epuap.simulator.wire.build import sub
from eurzad.lib import clock
from eurzad.lib.xml import XmlRejected, parse

XADES = "http://uri.etsi.org/01903/v1.3.2#"
SIGNED_PROPERTIES = "http://uri.etsi.org/01903#SignedProperties"
XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
OBJECT = "http://www.w3.org/2000/09/xmldsig#Object"
BASE64 = "http://www.w3.org/2000/09/xmldsig#base64"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
EP = "http://crd.gov.pl/xml/schematy/podpis_zaufany/"
PPZP = "http://crd.gov.pl/xml/schematy/ppzp/"
OS = "http://crd.gov.pl/xml/schematy/osoba/2009/03/06/"
PROOF_OF_APPROVAL = "http://uri.etsi.org/01903/v1.2.2#ProofOfApproval"
NS = {"ds": dsig.DS, "xades": XADES}
MAX_BYTES = 20 * 2**20


@dataclass(frozen=True)
class _Names:
    """The Ids inside one signature."""

    signature: str
    value: str
    properties: str
    reference: str = ""
    object: str = ""
    qualifying: str = ""


@dataclass(frozen=True)
class _Plan:
    """What goes into one signature."""

    credential: Credential
    names: _Names
    role: etree._Element | None = None
    chain: tuple[x509.Certificate, ...] = ()
    outside: dict[str, bytes] = field(default_factory=dict)
    mime_type: str = "text/xml"


def read(document: bytes) -> etree._Element:
    """Parse a document that is to be signed or checked; raises Refused."""
    try:
        return parse(document, max_bytes=MAX_BYTES)
    except XmlRejected as error:
        raise Refused("xml", str(error)) from error


def _sha256(data: bytes) -> str:
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


def canonical(document: bytes) -> bytes:
    """Return the inclusive canonical form (C14N 1.0, no comments) of a whole document."""
    return etree.tostring(read(document).getroottree(), method="c14n", with_comments=False)


def _exclusive(element: etree._Element) -> bytes:
    return etree.tostring(element, method="c14n", exclusive=True, with_comments=False)


@dataclass(frozen=True)
class _Reference:
    """One ds:Reference: what it points to, the transforms in between, and the digest of the outcome."""

    uri: str
    digest: str
    transform: str = ""
    kind: str = ""
    id: str = ""


def _add_reference(info: etree._Element, reference: _Reference) -> None:
    element = sub(info, dsig.DS, "Reference")
    for name, value in (("Id", reference.id), ("Type", reference.kind), ("URI", reference.uri)):
        if value or name == "URI":
            element.set(name, value)
    if reference.transform:
        transforms = sub(element, dsig.DS, "Transforms")
        transform = sub(transforms, dsig.DS, "Transform", Algorithm=reference.transform)
        if reference.transform == XPATH:
            sub(transform, dsig.DS, "XPath", "not(ancestor-or-self::ds:Signature)")
    sub(element, dsig.DS, "DigestMethod", Algorithm=dsig.SHA256)
    sub(element, dsig.DS, "DigestValue", reference.digest)


def _properties(signature: etree._Element, plan: _Plan) -> etree._Element:
    """Append ds:Object with the qualifying properties; return SignedProperties."""
    holder = sub(signature, dsig.DS, "Object")
    if plan.names.object:
        holder.set("Id", plan.names.object)
    qualifying = etree.SubElement(holder, f"{{{XADES}}}QualifyingProperties", nsmap={"xades": XADES})
    if plan.names.qualifying:
        qualifying.set("Id", plan.names.qualifying)
    qualifying.set("Target", f"#{plan.names.signature}")
    signed = sub(qualifying, XADES, "SignedProperties", Id=plan.names.properties)
    about = sub(signed, XADES, "SignedSignatureProperties")
    certificate = plan.credential.certificate
    moment = clock.to_warsaw(clock.now())
    sub(about, XADES, "SigningTime", moment.isoformat(timespec="milliseconds"))
    cert = sub(sub(about, XADES, "SigningCertificate"), XADES, "Cert")
    digest = sub(cert, XADES, "CertDigest")
    sub(digest, dsig.DS, "DigestMethod", Algorithm=dsig.SHA256)
    sub(digest, dsig.DS, "DigestValue", _sha256(certificate_der(certificate)))
    serial = sub(cert, XADES, "IssuerSerial")
    sub(serial, dsig.DS, "X509IssuerName", certificate.issuer.rfc4514_string())
    sub(serial, dsig.DS, "X509SerialNumber", str(certificate.serial_number))
    if not plan.chain:
        sub(sub(about, XADES, "SignaturePolicyIdentifier"), XADES, "SignaturePolicyImplied")
    if plan.role is not None:
        roles = sub(sub(about, XADES, "SignerRole"), XADES, "ClaimedRoles")
        sub(roles, XADES, "ClaimedRole").append(plan.role)
    if plan.names.reference:
        objects = sub(signed, XADES, "SignedDataObjectProperties")
        kind = sub(objects, XADES, "DataObjectFormat", ObjectReference=f"#{plan.names.reference}")
        sub(kind, XADES, "MimeType", plan.mime_type)
        commitment = sub(objects, XADES, "CommitmentTypeIndication")
        sub(sub(commitment, XADES, "CommitmentTypeId"), XADES, "Identifier", PROOF_OF_APPROVAL)
        sub(commitment, XADES, "AllSignedDataObjects")
    return signed


def _without_signatures(root: etree._Element) -> bytes:
    """Return what the XPath transform leaves of a document, in canonical form."""
    plain = deepcopy(root.getroottree())
    etree.strip_elements(plain, f"{{{dsig.DS}}}Signature", with_tail=False)
    return etree.tostring(plain, method="c14n", with_comments=False)


def _sign(document: bytes, plan: _Plan, *, again: bool = False) -> bytes:
    root = read(document)
    if root.findall("ds:Signature", NS) and not again:
        raise Refused("signed_already", "the document carries a signature")
    references = [_Reference("", _sha256(_without_signatures(root)), XPATH, id=plan.names.reference)]
    for uri, outside in plan.outside.items():
        references.append(_Reference(uri, _sha256(canonical(outside)), C14N))
    signature = etree.SubElement(root, f"{{{dsig.DS}}}Signature", nsmap={"ds": dsig.DS})
    _complete(signature, plan, references)
    return _to_bytes(root)


def _to_bytes(root: etree._Element) -> bytes:
    return etree.tostring(root.getroottree(), encoding="UTF-8", xml_declaration=True, standalone=True)


def _complete(
    signature: etree._Element,
    plan: _Plan,
    references: list[_Reference],
    content: etree._Element | None = None,
) -> None:
    """Fill an empty ds:Signature; `content` is a ds:Object that one of the references covers."""
    signature.set("Id", plan.names.signature)
    info = sub(signature, dsig.DS, "SignedInfo")
    value = sub(signature, dsig.DS, "SignatureValue", Id=plan.names.value)
    x509_data = sub(sub(signature, dsig.DS, "KeyInfo"), dsig.DS, "X509Data")
    for certificate in (plan.credential.certificate, *plan.chain):
        encoded = base64.b64encode(certificate_der(certificate)).decode()
        sub(x509_data, dsig.DS, "X509Certificate", encoded)
    if content is not None:
        signature.append(content)
    properties = _sha256(_exclusive(_properties(signature, plan)))

    sub(info, dsig.DS, "CanonicalizationMethod", Algorithm=dsig.EXC_C14N)
    sub(info, dsig.DS, "SignatureMethod", Algorithm=dsig.RSA_SHA256)
    covering = _Reference(f"#{plan.names.properties}", properties, dsig.EXC_C14N, kind=SIGNED_PROPERTIES)
    for reference in (*references, covering):
        _add_reference(info, reference)
    key = plan.credential.key
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("XAdES signatures are made with RSA keys here")
    raw = key.sign(_exclusive(info), padding.PKCS1v15(), hashes.SHA256())
    value.text = base64.b64encode(raw).decode()


def _seal_names() -> _Names:
    unique = uuid.uuid4()
    return _Names(
        signature=f"Signature-{unique}",
        value=f"SignatureValue-{unique}",
        properties=f"SignedProps-{unique}",
        object=f"QualifyingInfos-{unique}",
        qualifying=f"QualifyingProps-{unique}",
    )


def _ep_signature(person: Person, issuer: str) -> etree._Element:
    root = etree.Element(f"{{{EP}}}EPSignature", nsmap={"pz": EP, "ds": dsig.DS, "xades": XADES})
    natural = sub(root, EP, "NaturalPerson")
    sub(natural, EP, "CurrentFamilyName", person.family_name.upper())
    sub(natural, EP, "FirstName", person.given_name.upper())
    sub(natural, EP, "DateOfBirth", person.birth_date.isoformat())
    sub(natural, EP, "PersonalIdentifier", person.identifier)
    data = sub(root, EP, "SignatureData")
    sub(data, EP, "IdentityIssuer", issuer)
    moment = clock.to_warsaw(clock.now()).isoformat(timespec="milliseconds")
    sub(data, EP, "IdentityIssueTimestamp", moment)
    return root


def podpis_zp(person: Person) -> etree._Element:
    """Return what the older records of Profil Zaufany say of a person; a stranger has no PESEL there."""
    root = etree.Element(f"{{{PPZP}}}PodpisZP", nsmap={"ppZP": PPZP, "os": OS})
    data = sub(sub(root, PPZP, "DaneZP"), PPZP, "DaneZPOsobyFizycznej")
    sub(data, OS, "Nazwisko", person.family_name, rodzajCzlonu="pierwszy")
    sub(data, OS, "Imie", person.given_name)
    if person.pesel:
        sub(data, OS, "PESEL", person.pesel)
    sub(data, PPZP, "IdKontaUzytkownikaEpuap", person.login)
    sub(root, PPZP, "DanePodpisu")
    return root


def _certified_names() -> _Names:
    unique = uuid.uuid4().hex
    return _Names(
        signature=f"id-{unique}",
        value=f"value-id-{unique}",
        properties=f"xades-id-{unique}",
        reference=f"ID-{uuid.uuid4().hex}",
    )


def sign_trusted(
    document: bytes,
    person: Person,
    seal: Credential,
    *,
    issuer: str,
    old_form: bool = False,
    outside: dict[str, bytes] | None = None,
) -> bytes:
    """Return the document signed with the trusted profile of a person; raises Refused.

    The seal is the Minister's; the person stands in the claimed role only, in the new form
    (EPSignature) or the older one that TPS5 has been giving again since 2025 (PodpisZP).
    """
    role = podpis_zp(person) if old_form else _ep_signature(person, issuer)
    return _sign(document, _Plan(seal, _seal_names(), role, outside=outside or {}))


def sign_qualified(
    document: bytes,
    signer: Credential,
    issuer: x509.Certificate,
    *,
    outside: dict[str, bytes] | None = None,
) -> bytes:
    """Return the document with a qualified or personal signature; the person is in the certificate."""
    return _sign(document, _Plan(signer, _certified_names(), chain=(issuer,), outside=outside or {}))


@dataclass(frozen=True)
class Signer:
    """Whose signature it is: a key, the issuers above it, and what is claimed of the person (a seal's)."""

    credential: Credential
    chain: tuple[x509.Certificate, ...] = ()
    role: etree._Element | None = None

    def plan(self, mime_type: str = "text/xml") -> _Plan:
        """Return what goes into a signature of theirs."""
        names = _seal_names() if self.role is not None else _certified_names()
        return _Plan(self.credential, names, self.role, self.chain, mime_type=mime_type)


def certified(credential: Credential, issuer: x509.Certificate) -> Signer:
    """Return a signer whose certificate names the person."""
    return Signer(credential, (issuer,))


def trusted(person: Person, seal: Credential, *, issuer: str, old_form: bool = False) -> Signer:
    """Return the Minister's seal, which speaks for a person."""
    return Signer(seal, role=podpis_zp(person) if old_form else _ep_signature(person, issuer))


def enveloped(document: bytes, signer: Signer) -> bytes:
    """Return the XML document with one more signature inside; raises Refused."""
    return _sign(document, signer.plan(), again=True)


def enveloping(content: bytes, signer: Signer, mime_type: str, *, as_xml: bool = False) -> bytes:
    """Return a signature that carries the document in a ds:Object, in base64 or as XML; raises Refused."""
    plan = signer.plan(mime_type)
    signature = etree.Element(f"{{{dsig.DS}}}Signature", nsmap={"ds": dsig.DS})
    holder = etree.Element(f"{{{dsig.DS}}}Object", Id=f"Object-{uuid.uuid4()}", MimeType=mime_type)
    if as_xml:
        holder.append(read(content))
    else:
        holder.set("Encoding", BASE64)
        holder.text = base64.b64encode(content).decode()
    signature.append(holder)
    digest = _sha256(_exclusive(holder))
    signature.remove(holder)
    covering = _Reference(f"#{holder.get('Id')}", digest, dsig.EXC_C14N, kind=OBJECT, id=plan.names.reference)
    _complete(signature, plan, [covering], holder)
    return _to_bytes(signature)


def detached(content: bytes, signer: Signer, mime_type: str, file_name: str) -> bytes:
    """Return a signature of a file that stays beside it, named by its file name."""
    plan = signer.plan(mime_type)
    signature = etree.Element(f"{{{dsig.DS}}}Signature", nsmap={"ds": dsig.DS})
    covering = _Reference(quote(file_name), _sha256(content), id=plan.names.reference)
    _complete(signature, plan, [covering])
    return _to_bytes(signature)


def seal_with_outside(document: bytes, seal: Credential, outside: dict[str, bytes]) -> bytes:
    """Return the document sealed, the seal also covering documents outside it (URI: bytes)."""
    return _sign(document, _Plan(seal, _seal_names(), outside=outside))


def signer_certificate(root: etree._Element) -> x509.Certificate:
    """Return the certificate the one signature of a document was made with; raises Refused.

    Both references are recomputed: the whole document and the signed properties. Whether the
    certificate deserves trust is for the caller to say.
    """
    signatures = root.findall("ds:Signature", NS)
    if len(signatures) != 1:
        raise Refused("unsigned", "one ds:Signature is expected")
    signature = signatures[0]
    encoded = signature.findtext("ds:KeyInfo/ds:X509Data/ds:X509Certificate", "", NS)
    properties = signature.find("ds:Object/xades:QualifyingProperties/xades:SignedProperties", NS)
    if not encoded or properties is None:
        raise Refused("signature_layout")
    certificate = x509.load_der_x509_certificate(base64.b64decode(encoded))
    uris = {r.get("URI") for r in signature.iterfind("ds:SignedInfo/ds:Reference", NS)}
    if uris != {"", f"#{properties.get('Id')}"}:
        raise Refused("signature_reference")
    context = xmlsec.SignatureContext()
    context.key = dsig.public_key(certificate)
    context.register_id(properties, "Id")
    try:
        context.verify(signature)
    except xmlsec.Error as error:
        raise Refused("signature_invalid") from error
    return certificate
