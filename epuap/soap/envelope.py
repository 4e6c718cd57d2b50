"""SOAP 1.1 envelopes under WS-Security X.509: ours signed, theirs verified.

Profile, as the services of ePUAP and of the trusted profile take it: a BinarySecurityToken (X509v3)
and one signature over the Body, rsa-sha256, SHA-256, exclusive c14n. Headers are not signed.
Sources: OASIS WSS SOAP Message Security 1.0 and X.509 Token Profile 1.0; the integrator's fact sheet.
"""

import base64
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from epuap.soap.config import ANSWER_BYTES
from epuap.soap.errors import BadAnswer, NotSent
from epuap.xml import dsig
from epuap.xml.names import DS, EXC_C14N, ds
from eurzad.lib import xml
from eurzad.lib.errors import PermanentError

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss"
WSSE = f"{_OASIS}-wssecurity-secext-1.0.xsd"
WSU = f"{_OASIS}-wssecurity-utility-1.0.xsd"
BASE64 = f"{_OASIS}-soap-message-security-1.0#Base64Binary"
X509V3 = f"{_OASIS}-x509-token-profile-1.0#X509v3"
_WSU_ID = f"{{{WSU}}}Id"
# A service may sign its timestamp and its token beside the Body.
_MAX_REFERENCES = 4


@dataclass(frozen=True)
class OpenedAnswer:
    """What an answer said: either `payload` (always verified) or `fault`, which a service may send
    unsigned; `is_authenticated` says whether it was signed."""

    payload: etree._Element | None
    fault: etree._Element | None
    is_authenticated: bool


def build_request(
    body: etree._Element,
    *,
    key: bytes,
    certificate: bytes,
    headers: Sequence[etree._Element] = (),
) -> bytes:
    """A signed envelope around `body`. `key` and `certificate` are PEM, the key RSA.

    Raises NotSent (`soap.key`) when they cannot be used.
    """
    root = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"soapenv": SOAP})
    header = etree.SubElement(root, f"{{{SOAP}}}Header")
    security = etree.SubElement(header, f"{{{WSSE}}}Security", nsmap={"wsse": WSSE, "wsu": WSU})
    header.extend(headers)
    body_id = new_id("id")
    envelope_body = etree.SubElement(root, f"{{{SOAP}}}Body", {_WSU_ID: body_id}, nsmap={"wsu": WSU})
    envelope_body.append(body)
    try:
        token = add_token(security, certificate)
        signature = etree.SubElement(security, ds("Signature"), nsmap={"ds": DS})
        dsig.fill_signature(
            signature,
            root=root,
            references=(dsig.ReferenceSpec(f"#{body_id}", (EXC_C14N,)),),
            key_pem=key,
            key_info=token_key_info(token),
            algorithm="rsa-sha256",
        )
    except (ValueError, TypeError) as error:
        raise NotSent("EPUAP_WS_KEY or EPUAP_WS_CERT cannot be used", code="soap.key") from error
    return xml.to_bytes(root)


def new_id(prefix: str) -> str:
    """An identifier for one message, unique and an NCName."""
    return f"{prefix}-{uuid.uuid4().hex}"


def add_token(security: etree._Element, certificate: bytes) -> str:
    """Put the certificate into the security header and return the token's id."""
    der = x509.load_pem_x509_certificate(certificate).public_bytes(Encoding.DER)
    token_id = new_id("X509")
    token = etree.SubElement(
        security,
        f"{{{WSSE}}}BinarySecurityToken",
        {"EncodingType": BASE64, "ValueType": X509V3, _WSU_ID: token_id},
    )
    token.text = base64.b64encode(der).decode("ascii")
    return token_id


def token_key_info(token_id: str) -> etree._Element:
    """A ds:KeyInfo that points to the token in the security header."""
    key_info = etree.Element(ds("KeyInfo"), {"Id": new_id("KI")}, nsmap={"ds": DS})
    reference = etree.SubElement(
        key_info,
        f"{{{WSSE}}}SecurityTokenReference",
        {_WSU_ID: new_id("STR")},
        nsmap={"wsse": WSSE, "wsu": WSU},
    )
    etree.SubElement(reference, f"{{{WSSE}}}Reference", {"URI": f"#{token_id}", "ValueType": X509V3})
    return key_info


def open_answer(
    data: bytes,
    *,
    peer_certificates: bytes,
    max_bytes: int = ANSWER_BYTES,
    max_nodes: int = xml.MAX_NODES,
) -> OpenedAnswer:
    """Verify an answer against the pinned certificates (PEM) and return what its Body holds.

    The payload is rebuilt from the very bytes that were digested, so nothing outside the signature
    is in it. Raises BadAnswer: `soap.xml`, `soap.shape`, `soap.unsigned`, `soap.signature`.
    """
    try:
        root = xml.parse(data, max_bytes=max_bytes, max_nodes=max_nodes)
    except xml.XmlRejected as error:
        raise BadAnswer(error.code, code="soap.xml") from error
    header, body = split_envelope(root)
    signatures = [] if header is None else header.findall(f"{{{WSSE}}}Security/{ds('Signature')}")
    if not signatures:
        fault = only_child(body)
        if fault.tag != f"{{{SOAP}}}Fault":
            raise BadAnswer("unsigned answer", code="soap.unsigned")
        return OpenedAnswer(payload=None, fault=fault, is_authenticated=False)
    if len(signatures) > 1:
        raise BadAnswer("several signatures", code="soap.signature")
    content = only_child(verified_body(root, signatures[0], body, peer_certificates))
    if content.tag == f"{{{SOAP}}}Fault":
        return OpenedAnswer(payload=None, fault=content, is_authenticated=True)
    return OpenedAnswer(payload=content, fault=None, is_authenticated=True)


def split_envelope(root: etree._Element) -> tuple[etree._Element | None, etree._Element]:
    """The one Header (or None) and the one Body of an envelope. Raises BadAnswer (`soap.xml`)."""
    tags = [child.tag for child in root.iterchildren(etree.Element)]
    header, body = f"{{{SOAP}}}Header", f"{{{SOAP}}}Body"
    if root.tag != f"{{{SOAP}}}Envelope" or tags not in ([header, body], [body]):
        raise BadAnswer("no SOAP 1.1 envelope", code="soap.xml")
    found = root.find(body)
    assert found is not None
    return root.find(header), found


def only_child(body: etree._Element) -> etree._Element:
    """The one element in a Body. Raises BadAnswer (`soap.shape`)."""
    children = list(body.iterchildren(etree.Element))
    if len(children) != 1:
        raise BadAnswer(f"{len(children)} elements in the body", code="soap.shape")
    return children[0]


def verified_body(
    root: etree._Element, signature: etree._Element, body: etree._Element, peer_certificates: bytes
) -> etree._Element:
    """The Body as it was signed, when a reference of the signature is to this very Body."""
    try:
        certificates = x509.load_pem_x509_certificates(peer_certificates)
    except ValueError as error:
        raise PermanentError("EPUAP_WS_PEER_CERT is no PEM", code="soap.settings") from error
    try:
        references = dsig.verify(
            signature, root=root, certificates=certificates, max_references=_MAX_REFERENCES
        )
    except dsig.SignatureRefused as error:
        raise BadAnswer(error.code, code="soap.signature") from error
    for reference in references:
        if reference.element is body:
            return reference.signed_copy()
    raise BadAnswer("the body is not signed", code="soap.signature")
