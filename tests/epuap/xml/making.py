"""Signed documents and signature files of any packaging, made with libxmlsec from templates of the tests' own.

The layout (prefixes, places of Id, order of elements) is that of documents which TPS5 returns.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import xmlsec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree

from tests.epuap.xml.conftest import Party
from tests.epuap.xml.signing import DS, base64_der

EXC_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SIGNED_PROPERTIES = "http://uri.etsi.org/01903#SignedProperties"
XADES = "http://uri.etsi.org/01903/v1.3.2#"
FILTER2 = "http://www.w3.org/2002/06/xmldsig-filter2"


def transform(algorithm: str, content: str = "") -> str:
    return f'<ds:Transform Algorithm="{algorithm}">{content}</ds:Transform>'


EXC = transform(EXC_C14N)
INC = transform("http://www.w3.org/TR/2001/REC-xml-c14n-20010315")
ENVELOPED = transform(f"{DS}enveloped-signature")
BASE64 = transform(f"{DS}base64")
XPATH = transform(
    "http://www.w3.org/TR/1999/REC-xpath-19991116",
    f'<ds:XPath xmlns:ds="{DS}">not(ancestor-or-self::ds:Signature)</ds:XPath>',
)
FILTER_EVERY = transform(
    FILTER2,
    f'<f:XPath xmlns:f="{FILTER2}" xmlns:ds="{DS}" Filter="subtract">/descendant::ds:Signature</f:XPath>',
)
FILTER_OWN = transform(
    FILTER2,
    f'<f:XPath xmlns:f="{FILTER2}" xmlns:ds="{DS}" Filter="subtract">here()/ancestor::ds:Signature[1]</f:XPath>',
)


def reference(
    uri: str | None,
    transforms: str = "",
    *,
    kind: str = "",
    id_: str = "",
    digest: str = "",
    sha: str = SHA256,
) -> str:
    """Write a ds:Reference; libxmlsec fills in the digest unless one is given."""
    attributes = "".join(
        f' {name}="{value}"'
        for name, value in (("Id", id_), ("Type", kind), ("URI", uri))
        if value or (name == "URI" and value is not None)
    )
    listed = f"<ds:Transforms>{transforms}</ds:Transforms>" if transforms else ""
    return (
        f'<ds:Reference{attributes}>{listed}<ds:DigestMethod Algorithm="{sha}"/>'
        f"<ds:DigestValue>{digest}</ds:DigestValue></ds:Reference>"
    )


@dataclass
class Plan:
    """One signature. `references` None: the whole document by XPath, as the trusted profile has it."""

    signer: Party
    references: Sequence[str] | None = None
    role: str = ""
    objects: str = ""
    objects_first: bool = True
    unsigned: str = ""
    formats: Sequence[str] = ()
    mark: str = "1"
    chain: Sequence[Party] = ()
    signing_certificate: str | None = None
    key_info: str | None = None
    method: str = RSA_SHA256
    c14n: str = EXC_C14N
    policy: str = (
        "<xades:SignaturePolicyIdentifier><xades:SignaturePolicyImplied/></xades:SignaturePolicyIdentifier>"
    )
    namespace: str = XADES
    properties_transforms: str = EXC
    id_attribute: str = "Id"
    signing_time: str = "2026-03-04T12:42:39.943+01:00"
    extra_properties: str = ""
    more: dict[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """Write the ds:Signature that is to be signed."""
        references = [reference("", XPATH)] if self.references is None else list(self.references)
        references.append(
            reference(f"#SignedProps-{self.mark}", self.properties_transforms, kind=SIGNED_PROPERTIES)
        )
        certificates = "".join(
            f"<ds:X509Certificate>{base64_der(one)}</ds:X509Certificate>"
            for one in (self.signer, *self.chain)
        )
        key_info = f"<ds:X509Data>{certificates}</ds:X509Data>" if self.key_info is None else self.key_info
        own = f'<ds:Object Id="QualifyingInfos-{self.mark}">{self._qualifying()}</ds:Object>'
        objects = self.objects + own if self.objects_first else own + self.objects
        return (
            f'<ds:Signature xmlns:ds="{DS}" {self.id_attribute}="Signature-{self.mark}">'
            f'<ds:SignedInfo><ds:CanonicalizationMethod Algorithm="{self.c14n}"/>'
            f'<ds:SignatureMethod Algorithm="{self.method}"/>{"".join(references)}</ds:SignedInfo>'
            f'<ds:SignatureValue Id="SignatureValue-{self.mark}"/>'
            f"{f'<ds:KeyInfo>{key_info}</ds:KeyInfo>' if key_info else ''}{objects}</ds:Signature>"
        )

    def _qualifying(self) -> str:
        named = self.signing_certificate
        if named is None:
            named = signing_certificate(self.signer)
        claimed = (
            "<xades:SignerRole><xades:ClaimedRoles><xades:ClaimedRole>"
            f"{self.role}</xades:ClaimedRole></xades:ClaimedRoles></xades:SignerRole>"
        )
        formats = "".join(
            f'<xades:DataObjectFormat ObjectReference="{one}"><xades:MimeType>text/xml</xades:MimeType>'
            "</xades:DataObjectFormat>"
            for one in self.formats
        )
        data = f"<xades:SignedDataObjectProperties>{formats}</xades:SignedDataObjectProperties>"
        unsigned = (
            "<xades:UnsignedProperties><xades:UnsignedSignatureProperties>"
            f"{self.unsigned}</xades:UnsignedSignatureProperties></xades:UnsignedProperties>"
        )
        return (
            f'<xades:QualifyingProperties xmlns:xades="{self.namespace}" Id="QualifyingProps-{self.mark}" '
            f'Target="#Signature-{self.mark}"><xades:SignedProperties Id="SignedProps-{self.mark}">'
            f"<xades:SignedSignatureProperties><xades:SigningTime>{self.signing_time}</xades:SigningTime>{named}"
            f"{self.policy}{claimed if self.role else ''}</xades:SignedSignatureProperties>"
            f"{data if formats else ''}</xades:SignedProperties>{unsigned if self.unsigned else ''}"
            f"</xades:QualifyingProperties>{self.extra_properties}"
        )


def signing_certificate(
    party: Party, *, issuer: str | None = None, serial: str | None = None, sha: str = SHA256
) -> str:
    """Write SigningCertificate as the samples have it."""
    certificate = party.certificate
    digest = base64.b64encode(hashlib.sha256(base64.b64decode(base64_der(party))).digest()).decode()
    name = certificate.issuer.rfc4514_string() if issuer is None else issuer
    number = str(certificate.serial_number) if serial is None else serial
    return (
        f'<xades:SigningCertificate><xades:Cert><xades:CertDigest><ds:DigestMethod Algorithm="{sha}"/>'
        f"<ds:DigestValue>{digest}</ds:DigestValue></xades:CertDigest><xades:IssuerSerial>"
        f"<ds:X509IssuerName>{name}</ds:X509IssuerName><ds:X509SerialNumber>{number}</ds:X509SerialNumber>"
        "</xades:IssuerSerial></xades:Cert></xades:SigningCertificate>"
    )


def signing_certificate_v2(party: Party, *, issuer_serial: bytes = b"") -> str:
    """Write SigningCertificateV2, with the DER of an IssuerSerial if one is given."""
    digest = base64.b64encode(hashlib.sha512(base64.b64decode(base64_der(party))).digest()).decode()
    named = f"<xades:IssuerSerialV2>{base64.b64encode(issuer_serial).decode()}</xades:IssuerSerialV2>"
    return (
        "<xades:SigningCertificateV2><xades:Cert><xades:CertDigest>"
        '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha512"/>'
        f"<ds:DigestValue>{digest}</ds:DigestValue></xades:CertDigest>{named if issuer_serial else ''}"
        "</xades:Cert></xades:SigningCertificateV2>"
    )


def sign_in(document: str | bytes, *plans: Plan, at: str = "</TestDocument>") -> bytes:
    """Put signatures before the last `at` of a document, one after another, and sign each as it comes."""
    data = document.decode() if isinstance(document, bytes) else document
    for plan in plans:
        place = data.rindex(at)
        data = signed(data[:place] + plan.text() + data[place:], plan).decode()
        data = re.sub(r"^<\?xml[^>]*\?>\s*", "", data)
    return data.encode()


def sign_file(plan: Plan) -> bytes:
    """Make a signature file: its root is the signature."""
    return signed(plan.text(), plan)


def signed(text: str, plan: Plan) -> bytes:
    """Let libxmlsec fill in the digests and the value of one signature."""
    root = etree.fromstring(text.encode())
    xmlsec.tree.add_ids(root, ["Id", "ID"])
    (one,) = root.xpath(f"//ds:Signature[@*='Signature-{plan.mark}']", namespaces={"ds": DS})
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(plan.signer.key_pem, xmlsec.KeyFormat.PEM)
    context.sign(one)
    return etree.tostring(root.getroottree(), encoding="UTF-8", xml_declaration=True)


def sign_by_hand(plan: Plan) -> bytes:
    """Make a signature file whose reference leads out of it, which libxmlsec would try to fetch."""
    root = etree.fromstring(plan.text().encode())
    info = root[0]
    (properties,) = root.xpath("//x:SignedProperties", namespaces={"x": plan.namespace})
    (value,) = info.xpath(f"ds:Reference[@Type='{SIGNED_PROPERTIES}']/ds:DigestValue", namespaces={"ds": DS})
    octets = etree.tostring(properties, method="c14n", exclusive=True, with_comments=False)
    value.text = base64.b64encode(hashlib.sha256(octets).digest()).decode()
    octets = etree.tostring(info, method="c14n", exclusive=True, with_comments=False)
    key = plan.signer.key
    assert isinstance(key, rsa.RSAPrivateKey)
    root[1].text = base64.b64encode(key.sign(octets, padding.PKCS1v15(), hashes.SHA256())).decode()
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def digest_of(data: bytes) -> str:
    """Return SHA-256 of bytes as a DigestValue has it."""
    return base64.b64encode(hashlib.sha256(data).digest()).decode()
