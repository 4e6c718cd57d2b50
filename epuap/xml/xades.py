"""XAdES-BES (ETSI EN 319 132-1): the office's enveloped seal, and the check of one of its kind."""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree

from epuap.xml import dsig
from epuap.xml.dsig import ReferenceSpec, SignatureRefused, VerifiedReference
from epuap.xml.names import DS, EXC_C14N, SHA256, SIGNED_PROPERTIES, XADES, ds, xades
from epuap.xml.properties import SignedProperties, embedded_certificates, read_properties
from eurzad.lib import xml

__all__ = ["Detached", "check_coverage", "embedded_certificates", "read_properties", "seal"]


@dataclass(frozen=True)
class Detached:
    """A document held outside that the seal binds as well: as it is, or through `transforms`."""

    uri: str
    data: bytes
    mime: str
    transforms: tuple[str, ...] = ()


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
    key = dsig.private_key(key_pem)
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


def check_coverage(
    references: Sequence[VerifiedReference], properties: SignedProperties, *, root: etree._Element
) -> None:
    """Raise SignatureRefused unless the references cover the whole document and these properties."""
    if not any(one.element is root for one in references):
        raise SignatureRefused("coverage")
    stated = [one for one in references if one.type == SIGNED_PROPERTIES]
    if len(stated) != 1 or stated[0].element is not properties.element:
        raise SignatureRefused("signed_properties")
