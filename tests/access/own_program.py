"""What a signing program on somebody's own computer makes: XAdES beside, around or inside a document."""

import base64
import hashlib
from datetime import datetime

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from eurzad.lib import clock
from tests.epuap.signatures.pki import Holder

DS = "http://www.w3.org/2000/09/xmldsig#"
XADES = "http://uri.etsi.org/01903/v1.3.2#"
EXC = "http://www.w3.org/2001/10/xml-exc-c14n#"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"


def sign_beside(
    document: bytes, holder: Holder, *, name: str = "wniosek.xml", at: datetime | None = None
) -> bytes:
    """A detached signature of these bytes."""
    signature = _signature(holder, at or clock.now())
    _refer(signature, name, document, [])
    return _finish(signature, holder)


def sign_around(document: bytes, holder: Holder, *, at: datetime | None = None) -> bytes:
    """An enveloping signature: an XML document stands in it as it is, anything else in base64."""
    signature = _signature(holder, at or clock.now())
    content = etree.SubElement(signature, f"{{{DS}}}Object", Id="Document-1")
    if document.startswith(b"%PDF"):
        content.set("Encoding", f"{DS}base64")
        content.text = base64.b64encode(document).decode()
        _refer(signature, "#Document-1", document, [f"{DS}base64"])
    else:
        content.append(etree.fromstring(document))
        _refer(signature, "#Document-1", _canonical(content), [EXC])
    return _finish(signature, holder)


def sign_inside(document: bytes, holder: Holder, *, at: datetime | None = None) -> bytes:
    """An enveloped signature, after those that are there already."""
    root = etree.fromstring(document)
    signature = _signature(holder, at or clock.now(), number=1 + len(root.findall(f"{{{DS}}}Signature")))
    transform = "http://www.w3.org/TR/1999/REC-xpath-19991116"
    bare = etree.fromstring(document)
    for other in bare.findall(f"{{{DS}}}Signature"):
        bare.remove(other)
    _refer(signature, "", _canonical(bare), [transform, EXC])
    root.append(signature)
    _finish(signature, holder)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _signature(holder: Holder, at: datetime, *, number: int = 1) -> etree._Element:
    der = holder.certificate.public_bytes(Encoding.DER)
    mark = f"{number}"
    template = f"""<ds:Signature xmlns:ds="{DS}" Id="Sig-{mark}"><ds:SignedInfo>
<ds:CanonicalizationMethod Algorithm="{EXC}"/>
<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"/>
</ds:SignedInfo><ds:SignatureValue/><ds:KeyInfo><ds:X509Data>
<ds:X509Certificate>{base64.b64encode(der).decode()}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>
<ds:Object><xades:QualifyingProperties xmlns:xades="{XADES}" Target="#Sig-{mark}">
<xades:SignedProperties Id="Props-{mark}"><xades:SignedSignatureProperties>
<xades:SigningTime>{clock.to_warsaw(at).isoformat(timespec="milliseconds")}</xades:SigningTime>
<xades:SigningCertificateV2><xades:Cert><xades:CertDigest><ds:DigestMethod Algorithm="{SHA256}"/>
<ds:DigestValue>{_digest(der)}</ds:DigestValue></xades:CertDigest></xades:Cert></xades:SigningCertificateV2>
</xades:SignedSignatureProperties></xades:SignedProperties></xades:QualifyingProperties></ds:Object>
</ds:Signature>"""
    return etree.fromstring(template)


def _refer(signature: etree._Element, uri: str, octets: bytes, transforms: list[str]) -> None:
    reference = etree.SubElement(signature[0], f"{{{DS}}}Reference", URI=uri)
    if transforms:
        holder = etree.SubElement(reference, f"{{{DS}}}Transforms")
        for algorithm in transforms:
            one = etree.SubElement(holder, f"{{{DS}}}Transform", Algorithm=algorithm)
            if "xpath" in algorithm:
                etree.SubElement(one, f"{{{DS}}}XPath").text = "not(ancestor-or-self::ds:Signature)"
    etree.SubElement(reference, f"{{{DS}}}DigestMethod", Algorithm=SHA256)
    etree.SubElement(reference, f"{{{DS}}}DigestValue").text = _digest(octets)


def _finish(signature: etree._Element, holder: Holder) -> bytes:
    properties = signature.find(f".//{{{XADES}}}SignedProperties")
    assert properties is not None and isinstance(holder.key, ec.EllipticCurvePrivateKey)
    _refer(signature, f"#{properties.get('Id')}", _canonical(properties), [EXC])
    signature[0][-1].set("Type", "http://uri.etsi.org/01903#SignedProperties")
    der = holder.key.sign(_canonical(signature[0]), ec.ECDSA(hashes.SHA256()))
    value = b"".join(number.to_bytes(32, "big") for number in decode_dss_signature(der))
    signature[1].text = base64.b64encode(value).decode()
    return etree.tostring(signature, encoding="UTF-8", xml_declaration=True)


def _canonical(element: etree._Element) -> bytes:
    canonical: bytes = etree.tostring(element, method="c14n", exclusive=True, with_tail=False)
    return canonical


def _digest(octets: bytes) -> str:
    return base64.b64encode(hashlib.sha256(octets).digest()).decode()
