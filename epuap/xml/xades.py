"""XAdES-BES (ETSI EN 319 132-1): the office's enveloped seal, and the reading of signed properties."""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree

from epuap.xml import dsig
from epuap.xml.dsig import ReferenceSpec, SignatureRefused, VerifiedReference
from epuap.xml.names import DS, EXC_C14N, SHA256, SIGNED_PROPERTIES, XADES, ds, xades
from eurzad.lib import xml


@dataclass(frozen=True)
class Detached:
    """A document held outside that the seal binds as well: as it is, or through `transforms`."""

    uri: str
    data: bytes
    mime: str
    transforms: tuple[str, ...] = ()


@dataclass(frozen=True)
class SignedProperties:
    """What the signer stated beside the document."""

    element: etree._Element
    signed_at: datetime
    digest_method: str
    certificate_digest: bytes
    serial_number: int | None

    def names(self, certificate: x509.Certificate) -> bool:
        """Say whether this is the certificate the signer named."""
        der = certificate.public_bytes(serialization.Encoding.DER)
        digest = hashlib.new(self.digest_method, der).digest()
        return hmac.compare_digest(digest, self.certificate_digest) and self.serial_number in (
            None,
            certificate.serial_number,
        )

    def choose(self, candidates: Iterable[x509.Certificate]) -> x509.Certificate:
        """Return the candidate the signer named; raise SignatureRefused if none is."""
        for certificate in candidates:
            if self.names(certificate):
                return certificate
        raise SignatureRefused("signing_certificate")


def seal(
    root: etree._Element,
    *,
    key_pem: bytes,
    cert_pem: bytes,
    signed_at: datetime,
    detached: Sequence[Detached] = (),
) -> bytes:
    """Return the document with a XAdES-BES seal as the last child of its root; `root` itself is left alone.

    `cert_pem` may hold a chain, the signing certificate first. `signed_at` is aware. The seal covers the
    whole document, its own signed properties and every `detached` document.
    """
    sealed = xml.parse(xml.to_bytes(root))
    mark = uuid.uuid4()
    signature = etree.SubElement(sealed, ds("Signature"), {"Id": f"Signature-{mark}"}, nsmap={"ds": DS})
    documents = [ReferenceSpec("", id=f"Document-{mark}")]
    documents += [
        ReferenceSpec(one.uri, one.transforms, id=f"Detached-{number}-{mark}", content=one.data)
        for number, one in enumerate(detached, start=1)
    ]
    mimes = ["text/xml", *(one.mime for one in detached)]
    _write_properties(
        signature,
        mark=mark,
        certificate=x509.load_pem_x509_certificates(cert_pem)[0],
        signed_at=signed_at,
        formats=[(str(spec.id), mime) for spec, mime in zip(documents, mimes, strict=True)],
    )
    properties = ReferenceSpec(f"#SignedProps-{mark}", (EXC_C14N,), type=SIGNED_PROPERTIES)
    key = serialization.load_pem_private_key(key_pem, password=None)
    dsig.fill_signature(
        signature,
        root=sealed,
        references=[*documents, properties],
        key_pem=key_pem,
        key_info=dsig.x509_key_info(cert_pem),
        algorithm="rsa-sha256" if isinstance(key, rsa.RSAPrivateKey) else "ecdsa-sha256",
    )
    return xml.to_bytes(sealed)


def _write_properties(
    signature: etree._Element,
    *,
    mark: uuid.UUID,
    certificate: x509.Certificate,
    signed_at: datetime,
    formats: Sequence[tuple[str, str]],
) -> None:
    holder = etree.SubElement(signature, ds("Object"))
    qualifying = etree.SubElement(
        holder, xades("QualifyingProperties"), {"Target": f"#Signature-{mark}"}, nsmap={"xades": XADES}
    )
    properties = etree.SubElement(qualifying, xades("SignedProperties"), Id=f"SignedProps-{mark}")
    about = etree.SubElement(properties, xades("SignedSignatureProperties"))
    etree.SubElement(about, xades("SigningTime")).text = signed_at.isoformat(timespec="milliseconds")
    cert = etree.SubElement(etree.SubElement(about, xades("SigningCertificate")), xades("Cert"))
    digest = etree.SubElement(cert, xades("CertDigest"))
    etree.SubElement(digest, ds("DigestMethod"), Algorithm=SHA256)
    der = certificate.public_bytes(serialization.Encoding.DER)
    etree.SubElement(digest, ds("DigestValue")).text = base64.b64encode(hashlib.sha256(der).digest()).decode(
        "ascii"
    )
    issuer = etree.SubElement(cert, xades("IssuerSerial"))
    etree.SubElement(issuer, ds("X509IssuerName")).text = certificate.issuer.rfc4514_string()
    etree.SubElement(issuer, ds("X509SerialNumber")).text = str(certificate.serial_number)
    data = etree.SubElement(properties, xades("SignedDataObjectProperties"))
    for reference_id, mime in formats:
        entry = etree.SubElement(data, xades("DataObjectFormat"), ObjectReference=f"#{reference_id}")
        etree.SubElement(entry, xades("MimeType")).text = mime


def read_properties(signature: etree._Element) -> SignedProperties:
    """Return the signed properties of this signature; raise SignatureRefused if there are none or two.

    They are believed only after `check_coverage` has seen them among the verified references.
    """
    qualifying = list(signature.iter(xades("QualifyingProperties")))
    own_id = signature.get("Id", "")
    if len(qualifying) != 1 or not own_id or qualifying[0].get("Target") != f"#{own_id}":
        raise SignatureRefused("signed_properties")
    holder = qualifying[0].getparent()
    if holder is None or holder.tag != ds("Object") or holder.getparent() is not signature:
        raise SignatureRefused("signed_properties")
    properties = _one(qualifying[0], xades("SignedProperties"))
    about = _one(properties, xades("SignedSignatureProperties"))
    certificates = [*about.iterchildren(xades("SigningCertificate"), xades("SigningCertificateV2"))]
    if len(certificates) != 1:
        raise SignatureRefused("signing_certificate")
    cert = certificates[0].find(xades("Cert"))
    digest = None if cert is None else cert.find(xades("CertDigest"))
    if cert is None or digest is None:
        raise SignatureRefused("signing_certificate")
    method = dsig.DIGESTS.get(_one(digest, ds("DigestMethod")).get("Algorithm", ""))
    if method is None:
        raise SignatureRefused("digest_method")
    serial = xml.text_of(cert.find(f"{xades('IssuerSerial')}/{ds('X509SerialNumber')}"))
    return SignedProperties(
        element=properties,
        signed_at=_moment(xml.text_of(_one(about, xades("SigningTime")))),
        digest_method=method,
        certificate_digest=dsig.decode_base64(_one(digest, ds("DigestValue"))),
        serial_number=int(serial) if serial.isascii() and serial.isdigit() and len(serial) <= 60 else None,
    )


def check_coverage(
    references: Sequence[VerifiedReference], properties: SignedProperties, *, root: etree._Element
) -> None:
    """Raise SignatureRefused unless the references cover the whole document and these properties."""
    if not any(one.element is root for one in references):
        raise SignatureRefused("coverage")
    stated = [one for one in references if one.type == SIGNED_PROPERTIES]
    if len(stated) != 1 or stated[0].element is not properties.element:
        raise SignatureRefused("signed_properties")


def embedded_certificates(signature: etree._Element) -> list[x509.Certificate]:
    """Return the certificates a signature brings along: candidates to be checked, never trusted as such."""
    path = f"{ds('KeyInfo')}/{ds('X509Data')}/{ds('X509Certificate')}"
    found = list(signature.iterfind(path))
    if len(found) > 10:
        raise SignatureRefused("key_info")
    try:
        return [x509.load_der_x509_certificate(dsig.decode_base64(one)) for one in found]
    except ValueError as error:
        raise SignatureRefused("key_info") from error


def _one(parent: etree._Element, name: str) -> etree._Element:
    found = list(parent.iterchildren(name))
    if len(found) != 1:
        raise SignatureRefused("signed_properties")
    return found[0]


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise SignatureRefused("signing_time") from error
    if moment.tzinfo is None:
        raise SignatureRefused("signing_time")
    return moment
