"""SAML 2.0 messages of the national node and of Profil Zaufany: what they accept and what they answer."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from lxml import etree

from epuap.simulator.errors import Refused
from epuap.simulator.keys import Credential
from epuap.simulator.people import Person
from epuap.simulator.wire import dsig, encryption
from epuap.simulator.wire.build import sub
from eurzad.lib import clock
from eurzad.lib.xml import XmlRejected, parse

SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
MD = "urn:oasis:names:tc:SAML:2.0:metadata"
EIDAS = "http://eidas.europa.eu/saml-extensions"
NATURAL_PERSON = "http://eidas.europa.eu/attributes/naturalperson"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
ARTIFACT_BINDING = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact"
POST_BINDING = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
SOAP_BINDING = "urn:oasis:names:tc:SAML:2.0:bindings:SOAP"
UNSPECIFIED = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
URI_FORMAT = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
STATUS = "urn:oasis:names:tc:SAML:2.0:status:"
LEVELS = tuple(f"http://eidas.europa.eu/LoA/{level}" for level in ("low", "substantial", "high"))
ATTRIBUTES = ("CurrentFamilyName", "DateOfBirth", "CurrentGivenName", "PersonIdentifier")
FRIENDLY = ("FamilyName", "DateOfBirth", "FirstName", "PersonIdentifier")
CLOCK_SKEW = timedelta(minutes=5)
NS = {"saml2": SAML, "saml2p": SAMLP, "eidas": EIDAS}
# The prefixes the node declares on its assertions, used or not.
_ASSERTION_NSMAP = {
    "saml2": SAML,
    "coi-extension": "http://coi.gov.pl/saml-extensions",
    "coi-naturalperson": "http://coi.gov.pl/attributes/naturalperson",
    "ds": dsig.DS,
    "dsig11": encryption.DSIG11,
    "eidas": EIDAS,
    "md": MD,
    "naturalperson": NATURAL_PERSON,
    "saml2p": SAMLP,
    "xenc": encryption.XENC,
    "xenc11": encryption.XENC11,
}


@dataclass(frozen=True)
class AuthnRequest:
    """What the service provider asks for."""

    request_id: str
    acs_url: str
    binding: str


@dataclass(frozen=True)
class Answer:
    """Everything an answer says; the failures ordered by a test differ from the truth in one field."""

    request_id: str
    acs_url: str
    audience: str
    issuer: str
    session_index: str
    issued_at: datetime
    valid_from: datetime
    valid_to: datetime
    level: str = LEVELS[1]


def instant(moment: datetime) -> str:
    """Return a moment as SAML writes it: UTC with milliseconds and Z."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def new_id() -> str:
    """Return a fresh message ID in the node's style."""
    return f"_ID-{uuid.uuid4()}"


def check_message(root: etree._Element, *, issuer: str) -> None:
    """Check the frame every SAML request has; raises Refused."""
    if root.get("Version") != "2.0" or not re.fullmatch(r"[A-Za-z_][\w.-]*", root.get("ID", "")):
        raise Refused("message_frame", "Version 2.0 and an NCName ID are required")
    try:
        issued = datetime.fromisoformat(root.get("IssueInstant", ""))
    except ValueError as error:
        raise Refused("issue_instant") from error
    if issued.tzinfo is None or abs(clock.now() - issued) > CLOCK_SKEW:
        raise Refused("issue_instant", "IssueInstant is not in UTC or not of now")
    if len(root) == 0 or root[0].tag != f"{{{SAML}}}Issuer" or (root[0].text or "").strip() != issuer:
        raise Refused("issuer", "Issuer is not the registered service provider")


def _check_requested(root: etree._Element) -> None:
    names = {
        e.get("Name")
        for e in root.iterfind("saml2p:Extensions/eidas:RequestedAttributes/eidas:RequestedAttribute", NS)
    }
    if f"{NATURAL_PERSON}/PersonIdentifier" not in names:
        raise Refused("requested_attributes", "Extensions ask for no PersonIdentifier")
    levels = [
        (e.text or "").strip()
        for e in root.iterfind("saml2p:RequestedAuthnContext/saml2:AuthnContextClassRef", NS)
    ]
    if not levels or not set(levels) <= set(LEVELS):
        raise Refused("requested_level", "RequestedAuthnContext names no eIDAS level")


def read_authn_request(
    data: bytes,
    *,
    certificate: x509.Certificate,
    issuer: str,
    destination: str,
    portal_url: str,
    node: bool,
) -> AuthnRequest:
    """Check an AuthnRequest as the integration environment does; raises Refused.

    The `node` answers with an artifact only and wants ProviderName and the eIDAS extensions.
    """
    try:
        root = parse(data)
    except XmlRejected as error:
        raise Refused("xml", str(error)) from error
    if root.tag != f"{{{SAMLP}}}AuthnRequest":
        raise Refused("not_authn_request")
    check_message(root, issuer=issuer)
    dsig.verify_saml(root, certificate)
    if root.get("Destination") != destination:
        raise Refused("destination", f"Destination must be {destination}")
    binding = root.get("ProtocolBinding", "")
    if binding not in ({ARTIFACT_BINDING} if node else {ARTIFACT_BINDING, POST_BINDING}):
        raise Refused("binding", f"answers with {binding} are not given")
    if node and not root.get("ProviderName"):
        raise Refused("provider_name", "ProviderName is missing")
    acs_url = root.get("AssertionConsumerServiceURL", "")
    if not acs_url.startswith(f"{portal_url}/"):
        raise Refused("acs_url", "AssertionConsumerServiceURL is not the registered one")
    if node:
        _check_requested(root)
    return AuthnRequest(root.get("ID", ""), acs_url, binding)


def _artifact_head(issuer: str) -> bytes:
    source_id = hashlib.sha1(issuer.encode(), usedforsecurity=False).digest()
    return b"\x00\x04\x00\x00" + source_id


def build_artifact(issuer: str, handle: bytes) -> str:
    """Return a type 4 artifact: type code, endpoint index 0, SourceID, message handle."""
    return base64.b64encode(_artifact_head(issuer) + handle).decode()


def read_artifact(text: str, issuer: str) -> bytes | None:
    """Return the handle of an artifact of ours, None for any other."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data[24:] if len(data) == 44 and data[:24] == _artifact_head(issuer) else None


def _element(name: str, nsmap: dict[str, str], **attributes: str) -> etree._Element:
    return etree.Element(f"{{{SAMLP}}}{name}", attributes, nsmap=nsmap)


def build_response(name: str, issuer: str, *, in_response_to: str, status: tuple[str, ...]) -> etree._Element:
    """Return an unsigned protocol response with Issuer and (nested) status codes."""
    root = _element(
        name,
        {"saml2p": SAMLP, "saml2": SAML, "ds": dsig.DS},
        ID=new_id(),
        InResponseTo=in_response_to,
        IssueInstant=instant(clock.now()),
        Version="2.0",
    )
    sub(root, SAML, "Issuer", issuer)
    parent = sub(root, SAMLP, "Status")
    for code in status:
        parent = sub(parent, SAMLP, "StatusCode", Value=f"{STATUS}{code}")
    return root


def _attribute_statement(assertion: etree._Element, person: Person) -> None:
    statement = sub(assertion, SAML, "AttributeStatement")
    values = (person.family_name, f"{person.birth_date.isoformat()}Z", person.given_name, person.identifier)
    for name, friendly, value in zip(ATTRIBUTES, FRIENDLY, values, strict=True):
        attribute = sub(
            statement,
            SAML,
            "Attribute",
            FriendlyName=friendly,
            Name=f"{NATURAL_PERSON}/{name}",
            NameFormat=URI_FORMAT,
        )
        element = etree.SubElement(attribute, f"{{{SAML}}}AttributeValue", nsmap={"xsi": XSI})
        element.set(f"{{{XSI}}}type", f"naturalperson:{name}Type")
        element.text = value


def build_assertion(
    answer: Answer, person: Person, *, source: str, attributes: bool = True
) -> etree._Element:
    """Return an unsigned assertion about a person, laid out as the node's own.

    `source` is the AuthenticatingAuthority, "" for none; without `attributes` it names a session only.
    """
    issued = instant(answer.issued_at)
    root = etree.Element(
        f"{{{SAML}}}Assertion",
        {"ID": answer.session_index, "IssueInstant": issued, "Version": "2.0"},
        nsmap=_ASSERTION_NSMAP,
    )
    sub(root, SAML, "Issuer", answer.issuer)
    subject = sub(root, SAML, "Subject")
    sub(subject, SAML, "NameID", person.login or answer.session_index[-12:], Format=UNSPECIFIED)
    confirmation = sub(subject, SAML, "SubjectConfirmation", Method="urn:oasis:names:tc:SAML:2.0:cm:bearer")
    sub(
        confirmation,
        SAML,
        "SubjectConfirmationData",
        InResponseTo=answer.request_id,
        NotOnOrAfter=instant(answer.valid_to),
        Recipient=answer.acs_url,
    )
    conditions = sub(
        root,
        SAML,
        "Conditions",
        NotBefore=instant(answer.valid_from),
        NotOnOrAfter=instant(answer.valid_to),
    )
    sub(sub(conditions, SAML, "AudienceRestriction"), SAML, "Audience", answer.audience)
    statement = sub(root, SAML, "AuthnStatement", AuthnInstant=issued, SessionIndex=answer.session_index)
    context = sub(statement, SAML, "AuthnContext")
    sub(context, SAML, "AuthnContextClassRef", answer.level)
    if source:
        sub(context, SAML, "AuthenticatingAuthority", source)
    if attributes:
        _attribute_statement(root, person)
    return root


def build_success(answer: Answer, content: etree._Element) -> etree._Element:
    """Return an unsigned Response that carries an Assertion or an EncryptedAssertion."""
    response = build_response(
        "Response", answer.issuer, in_response_to=answer.request_id, status=("Success",)
    )
    response.set("Destination", answer.acs_url)
    response.append(content)
    return response


def encrypt(
    assertion: etree._Element,
    answer: Answer,
    recipient: ec.EllipticCurvePublicKey | rsa.RSAPublicKey,
    *,
    short_key: bool = False,
    newer: bool = False,
) -> etree._Element:
    """Return the assertion encrypted the way the recipient's key prescribes."""
    data = etree.tostring(assertion, encoding="UTF-8")
    if isinstance(recipient, rsa.RSAPublicKey):
        return encryption.encrypt_assertion_rsa(data, recipient=recipient, newer=newer)
    return encryption.encrypt_assertion(
        data,
        recipient=recipient,
        issuer=answer.issuer,
        audience=answer.audience,
        content_key_bytes=16 if short_key else 32,
    )


def build_metadata(
    entity_id: str, credential: Credential, *, sso_url: str, artifact_url: str, logout_url: str
) -> bytes:
    """Return the metadata document of an identity provider."""
    root = etree.Element(
        f"{{{MD}}}EntityDescriptor", {"entityID": entity_id}, nsmap={"md": MD, "ds": dsig.DS}
    )
    descriptor = sub(
        root, MD, "IDPSSODescriptor", protocolSupportEnumeration=SAMLP, WantAuthnRequestsSigned="true"
    )
    key_info = sub(sub(descriptor, MD, "KeyDescriptor", use="signing"), dsig.DS, "KeyInfo")
    x509_data = sub(key_info, dsig.DS, "X509Data")
    sub(x509_data, dsig.DS, "X509Certificate", credential.certificate_base64)
    sub(
        descriptor,
        MD,
        "ArtifactResolutionService",
        Binding=SOAP_BINDING,
        Location=artifact_url,
        index="0",
        isDefault="true",
    )
    sub(descriptor, MD, "SingleLogoutService", Binding=SOAP_BINDING, Location=logout_url)
    sub(descriptor, MD, "NameIDFormat", UNSPECIFIED)
    sub(descriptor, MD, "SingleSignOnService", Binding=POST_BINDING, Location=sso_url)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)
