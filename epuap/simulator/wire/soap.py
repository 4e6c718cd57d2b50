"""SOAP 1.1 envelopes with the WS-Security profile of ePUAP: the Body signed, an X.509 token beside it."""

from __future__ import annotations

import base64
import binascii
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography import x509
from lxml import etree

from epuap.simulator.errors import Refused
from epuap.simulator.keys import Credential, certificate_der
from epuap.simulator.wire import dsig
from epuap.simulator.wire.build import sub
from eurzad.lib.xml import XmlRejected, parse

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_WSS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
WSSE = f"{_WSS}wssecurity-secext-1.0.xsd"
WSU = f"{_WSS}wssecurity-utility-1.0.xsd"
X509V3 = f"{_WSS}x509-token-profile-1.0#X509v3"
BASE64 = f"{_WSS}soap-message-security-1.0#Base64Binary"
NS = {"soap": SOAP, "wsse": WSSE, "wsu": WSU, "ds": dsig.DS}
MAX_BYTES = 40 * 2**20


@dataclass(frozen=True)
class Envelope:
    """A parsed SOAP message: its headers by qualified name and the one element of its body."""

    headers: dict[str, etree._Element]
    body: etree._Element
    payload: etree._Element

    def header(self, name: str) -> str:
        """Return the text of a header; raises Refused when it is missing."""
        element = self.headers.get(name)
        if element is None:
            raise Refused("header_missing", etree.QName(name).localname)
        return (element.text or "").strip()


def read(data: bytes) -> Envelope:
    """Parse a SOAP 1.1 message; raises Refused."""
    try:
        root = parse(data, max_bytes=MAX_BYTES)
    except XmlRejected as error:
        raise Refused("xml", str(error)) from error
    if root.tag != f"{{{SOAP}}}Envelope":
        raise Refused("not_soap", "the root is not a SOAP 1.1 Envelope")
    bodies = root.findall("soap:Body", NS)
    if len(bodies) != 1 or len(bodies[0]) != 1:
        raise Refused("not_soap", "one Body with one element is expected")
    header = root.find("soap:Header", NS)
    headers = {} if header is None else {e.tag: e for e in header if isinstance(e.tag, str)}
    if header is not None and len(headers) != len(header):
        raise Refused("header_repeated")
    return Envelope(headers, bodies[0], bodies[0][0])


def fields(element: etree._Element, required: Sequence[str], optional: Sequence[str] = ()) -> dict[str, str]:
    """Return the unqualified children of a request, in the order of the schema; raises Refused."""
    names = [child.tag for child in element]
    allowed = [n for n in (*required, *optional) if n in names]
    if len(set(names)) != len(names) or sorted(names) != sorted(allowed) or not set(required) <= set(names):
        raise Refused("schema", f"expected {', '.join(required)} without a namespace, got {names}")
    return {child.tag: (child.text or "").strip() for child in element}


def decode(text: str) -> bytes:
    """Decode xsd:base64Binary; raises Refused."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused("base64") from error


def verify(envelope: Envelope, certificate: x509.Certificate) -> None:
    """Check the WS-Security signature over the Body against the pinned certificate; raises Refused."""
    security = envelope.headers.get(f"{{{WSSE}}}Security")
    if security is None:
        raise Refused("unsigned", "no wsse:Security header")
    tokens = security.findall("wsse:BinarySecurityToken", NS)
    signatures = security.findall("ds:Signature", NS)
    if len(tokens) != 1 or len(signatures) != 1:
        raise Refused("unsigned", "one BinarySecurityToken and one ds:Signature are expected")
    token, signature = tokens[0], signatures[0]
    if token.get("ValueType") != X509V3 or token.get("EncodingType") != BASE64:
        raise Refused("token_type")
    try:
        sent = base64.b64decode("".join((token.text or "").split()), validate=True)
    except binascii.Error as error:
        raise Refused("token_encoding") from error
    if sent != certificate_der(certificate):
        raise Refused("unknown_certificate", "the certificate is not the one registered for the office")
    used = signature.find("ds:KeyInfo/wsse:SecurityTokenReference/wsse:Reference", NS)
    if used is None or used.get("URI") != f"#{token.get(f'{{{WSU}}}Id')}":
        raise Refused("token_reference")
    dsig.verify_detached(signature, envelope.body, WSU, certificate)


def _prepare_signature(security: etree._Element, body_id: str, token_id: str) -> etree._Element:
    """Lay out the signature the way ePUAP does; digests and value are filled in by the signer."""
    signature = etree.SubElement(security, f"{{{dsig.DS}}}Signature", nsmap={"ds": dsig.DS})
    signature.set("Id", f"SIG-{uuid.uuid4().hex.upper()}")
    info = sub(signature, dsig.DS, "SignedInfo")
    sub(info, dsig.DS, "CanonicalizationMethod", Algorithm=dsig.EXC_C14N)
    sub(info, dsig.DS, "SignatureMethod", Algorithm=dsig.RSA_SHA256)
    reference = sub(info, dsig.DS, "Reference", URI=f"#{body_id}")
    transforms = sub(reference, dsig.DS, "Transforms")
    sub(transforms, dsig.DS, "Transform", Algorithm=dsig.EXC_C14N)
    sub(reference, dsig.DS, "DigestMethod", Algorithm=dsig.SHA256)
    sub(reference, dsig.DS, "DigestValue")
    sub(signature, dsig.DS, "SignatureValue")
    key_info = sub(signature, dsig.DS, "KeyInfo", Id=f"KI-{uuid.uuid4().hex.upper()}")
    token_reference = sub(key_info, WSSE, "SecurityTokenReference")
    token_reference.set(f"{{{WSU}}}Id", f"STR-{uuid.uuid4().hex.upper()}")
    sub(token_reference, WSSE, "Reference", URI=f"#{token_id}", ValueType=X509V3)
    return signature


def wrap(payload: etree._Element) -> etree._Element:
    """Return an unsigned envelope around one element."""
    envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"soapenv": SOAP})
    sub(envelope, SOAP, "Body").append(payload)
    return envelope


def seal(payload: etree._Element, credential: Credential) -> etree._Element:
    """Return an envelope around one element with its Body signed."""
    envelope = wrap(payload)
    body = envelope[0]
    header = etree.Element(f"{{{SOAP}}}Header")
    envelope.insert(0, header)
    security = etree.SubElement(header, f"{{{WSSE}}}Security", nsmap={"wsse": WSSE, "wsu": WSU})
    token_id, body_id = f"X509-{uuid.uuid4().hex.upper()}", f"id-{uuid.uuid4().hex.upper()}"
    token = sub(security, WSSE, "BinarySecurityToken", EncodingType=BASE64, ValueType=X509V3)
    token.set(f"{{{WSU}}}Id", token_id)
    token.text = credential.certificate_base64
    body.set(f"{{{WSU}}}Id", body_id)
    dsig.sign_detached(_prepare_signature(security, body_id, token_id), body, WSU, credential)
    return envelope


def to_bytes(envelope: etree._Element) -> bytes:
    """Serialise an envelope as it goes over the wire."""
    return etree.tostring(envelope, encoding="UTF-8", xml_declaration=True)


def fault(text: str, detail: etree._Element | None = None, *, client: bool = False) -> etree._Element:
    """Return a SOAP 1.1 Fault for a Body."""
    element = etree.Element(f"{{{SOAP}}}Fault", nsmap={"soapenv": SOAP})
    etree.SubElement(element, "faultcode").text = "soapenv:Client" if client else "soapenv:Server"
    etree.SubElement(element, "faultstring").text = text
    if detail is not None:
        etree.SubElement(element, "detail").append(detail)
    return element
