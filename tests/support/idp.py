"""An identity provider for tests, written against the specification and sharing no code with the product.

Signatures are made and checked by libxmlsec, encryption by `cryptography`, so that the product never agrees
only with itself. Every knob of `Answer` breaks one thing; `Answer()` alone is a good answer.
"""

import base64
import hashlib
import html
import os
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from cryptography.hazmat.primitives.keywrap import aes_key_wrap
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import NameOID
from lxml import etree

SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
NS = {"a": SAML, "p": SAMLP, "s": SOAP, "ds": "http://www.w3.org/2000/09/xmldsig#"}
ENTITY_ID = "https://idp.example.test"
SP_ENTITY_ID = "https://portal.example.test/saml"

Edit = Callable[[etree._Element], None]
EditBytes = Callable[[bytes], bytes]
EIDAS_NAMES = {
    "family_name": "http://eidas.europa.eu/attributes/naturalperson/CurrentFamilyName",
    "birth_date": "http://eidas.europa.eu/attributes/naturalperson/DateOfBirth",
    "given_name": "http://eidas.europa.eu/attributes/naturalperson/CurrentGivenName",
    "identifier": "http://eidas.europa.eu/attributes/naturalperson/PersonIdentifier",
}


@dataclass(frozen=True)
class KeyPair:
    """A P-256 or RSA key with a self-signed certificate."""

    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
    certificate: x509.Certificate

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    @property
    def certificate_pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def certificate_base64(self) -> str:
        return base64.b64encode(self.certificate.public_bytes(Encoding.DER)).decode()


def make_key_pair(name: str, *, rsa_bits: int = 0) -> KeyPair:
    """Make a P-256 key, or an RSA one of so many bits."""
    key = rsa.generate_private_key(65537, rsa_bits) if rsa_bits else ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    return KeyPair(key, certificate)


@dataclass
class Answer:
    """What the identity provider says of a person, and how it may go wrong."""

    pesel: str = "68841212044"
    given_name: str = "Anna"
    family_name: str = "Wrzos"
    birth_date: str = "1868-04-12Z"
    level: str = "http://eidas.europa.eu/LoA/substantial"
    issuer: str | None = None
    audiences: tuple[str, ...] = (SP_ENTITY_ID,)
    recipient: str | None = None
    destination: str | None = None
    in_response_to: str | None = None
    valid_from: timedelta = timedelta(0)
    valid_for: timedelta = timedelta(minutes=50)
    status: str = "urn:oasis:names:tc:SAML:2.0:status:Success"
    inner_status: str = ""
    content_key_bytes: int = 32
    wrap_bits: int = 256
    encrypt: bool = True
    sign_artifact_response: bool = True
    sign_response: bool = True
    sign_assertion: bool = False
    assertion_prefixes: str = ""
    signer: KeyPair | None = None
    recipient_key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey | None = None
    oaep: str = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"
    attribute_names: dict[str, str] = field(default_factory=lambda: dict(EIDAS_NAMES))
    response_id: str = ""
    assertion_id: str = ""
    name_id: str = ""
    edit_assertion: Edit | None = None
    edit_encrypted: Edit | None = None
    edit_response: Edit | None = None
    edit_artifact_response: Edit | None = None
    edit_envelope: Edit | None = None
    edit_bytes: EditBytes | None = None


def plain_answer(**changes: Any) -> Answer:
    """What a provider of the profile epuap says: the assertion signed, in plain."""
    return Answer(**{"encrypt": False, "sign_assertion": True, **changes})


@dataclass
class Idp:
    """An identity provider with one signing key and one registered service provider."""

    sp: KeyPair = field(default_factory=lambda: make_key_pair("sp"))
    signer: KeyPair = field(default_factory=lambda: make_key_pair("idp"))
    entity_id: str = ENTITY_ID
    base_url: str = "http://127.0.0.1:1"
    acs_url: str = "http://127.0.0.1:8000/saml/login/acs/"
    answers: dict[str, tuple[str, Answer]] = field(default_factory=dict)
    logouts: list[etree._Element] = field(default_factory=list)
    resolved: list[str] = field(default_factory=list)
    raw_answer: tuple[int, bytes] | None = None

    def metadata(self, *, extra_certificates: tuple[str, ...] = ()) -> bytes:
        certificates = "".join(
            "<md:KeyDescriptor use='signing'><ds:KeyInfo><ds:X509Data><ds:X509Certificate>"
            f"{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
            for certificate in (*extra_certificates, self.signer.certificate_base64)
        )
        soap = "urn:oasis:names:tc:SAML:2.0:bindings:SOAP"
        return (
            "<md:EntityDescriptor xmlns:md='urn:oasis:names:tc:SAML:2.0:metadata' "
            f"xmlns:ds='http://www.w3.org/2000/09/xmldsig#' entityID='{self.entity_id}'>"
            "<md:IDPSSODescriptor protocolSupportEnumeration='urn:oasis:names:tc:SAML:2.0:protocol'>"
            f"{certificates}"
            f"<md:ArtifactResolutionService index='0' Binding='{soap}' Location='{self.base_url}/resolve'/>"
            f"<md:SingleLogoutService Binding='{soap}' Location='{self.base_url}/logout'/>"
            "<md:SingleSignOnService Binding='urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST' "
            f"Location='{self.base_url}/sso'/>"
            "</md:IDPSSODescriptor></md:EntityDescriptor>"
        ).encode()

    def artifact(self, *, source: str = "", index: int = 0, kind: bytes = b"\x00\x04") -> str:
        digest = hashlib.sha1((source or self.entity_id).encode()).digest()
        return base64.b64encode(kind + index.to_bytes(2, "big") + digest + os.urandom(20)).decode()

    def issue(self, request_id: str, answer: Answer | None = None) -> str:
        """Return an artifact that stands for `answer` to the request, once."""
        artifact = self.artifact()
        self.answers[artifact] = (request_id, answer or Answer())
        return artifact

    def envelope(self, *, resolve_id: str, request_id: str, answer: Answer | None = None) -> bytes:
        """Return the SOAP envelope with the ArtifactResponse for one answer."""
        answer = answer or Answer()
        root = _element(
            f"<p:ArtifactResponse {_xmlns()} {_head(resolve_id)}>{self._issuer(answer)}"
            f"{_status('urn:oasis:names:tc:SAML:2.0:status:Success')}</p:ArtifactResponse>"
        )
        response = self._response(request_id, answer)
        root.append(response)
        signer = answer.signer or self.signer
        if answer.sign_response:
            sign(response, signer)
        if answer.edit_artifact_response:
            answer.edit_artifact_response(root)
        if answer.sign_artifact_response:
            sign(root, signer)
        data = _soap(root, answer.edit_envelope)
        return answer.edit_bytes(data) if answer.edit_bytes else data

    def posted(self, request_id: str, answer: Answer | None = None) -> bytes:
        """Return the Response that the browser would bring to the portal."""
        answer = answer or plain_answer()
        response = self._response(request_id, answer)
        if answer.sign_response:
            sign(response, answer.signer or self.signer)
        if answer.edit_envelope:
            answer.edit_envelope(response)
        data = etree.tostring(response)
        return answer.edit_bytes(data) if answer.edit_bytes else data

    def _response(self, request_id: str, answer: Answer) -> etree._Element:
        destination = answer.destination or self.acs_url
        head = _head(answer.in_response_to or request_id, answer.response_id)
        response = _element(
            f"<p:Response {_xmlns()} {head} Destination='{destination}'>"
            f"{self._issuer(answer)}{_status(answer.status, answer.inner_status)}</p:Response>"
        )
        assertion = self.assertion(request_id, answer)
        if answer.sign_assertion:
            sign(assertion, answer.signer or self.signer, prefixes=answer.assertion_prefixes)
        if answer.encrypt:
            assertion = encrypt(
                assertion, answer, answer.recipient_key or self.sp.key.public_key(), self.entity_id
            )
            if answer.edit_encrypted:
                answer.edit_encrypted(assertion)
        response.append(assertion)
        if answer.edit_response:
            answer.edit_response(response)
        return response

    def assertion(self, request_id: str, answer: Answer) -> etree._Element:
        start = datetime.now(UTC) + answer.valid_from
        window = f"NotOnOrAfter='{_stamp(start + answer.valid_for)}'"
        audiences = "".join(
            f"<a:AudienceRestriction><a:Audience>{one}</a:Audience></a:AudienceRestriction>"
            for one in answer.audiences
        )
        values = {
            "family_name": answer.family_name,
            "birth_date": answer.birth_date,
            "given_name": answer.given_name,
            "identifier": answer.pesel,
        }
        attributes = "".join(
            f"<a:Attribute FriendlyName='{key}' Name='{name}'>"
            f"<a:AttributeValue xsi:type='xs:string'>{html.escape(values[key])}</a:AttributeValue></a:Attribute>"
            for key, name in answer.attribute_names.items()
        )
        if attributes:
            attributes = f"<a:AttributeStatement>{attributes}</a:AttributeStatement>"
        assertion = _element(
            f"<a:Assertion {_xmlns()} xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' "
            "xmlns:xs='http://www.w3.org/2001/XMLSchema' "
            f"ID='{answer.assertion_id or f'_ID-{uuid.uuid4()}'}' IssueInstant='{_stamp(start)}' "
            f"Version='2.0'>{self._issuer(answer)}"
            "<a:Subject><a:NameID Format='urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified'>"
            f"{answer.name_id or uuid.uuid4().hex}</a:NameID>"
            "<a:SubjectConfirmation Method='urn:oasis:names:tc:SAML:2.0:cm:bearer'>"
            f"<a:SubjectConfirmationData InResponseTo='{answer.in_response_to or request_id}' {window} "
            f"Recipient='{answer.recipient or self.acs_url}'/></a:SubjectConfirmation></a:Subject>"
            f"<a:Conditions NotBefore='{_stamp(start)}' {window}>{audiences}</a:Conditions>"
            f"<a:AuthnStatement AuthnInstant='{_stamp(start)}' SessionIndex='_S-1'><a:AuthnContext>"
            f"<a:AuthnContextClassRef>{answer.level}</a:AuthnContextClassRef>"
            "<a:AuthenticatingAuthority>pz.gov.pl</a:AuthenticatingAuthority></a:AuthnContext>"
            f"</a:AuthnStatement>{attributes}</a:Assertion>"
        )
        if answer.edit_assertion:
            answer.edit_assertion(assertion)
        return assertion

    def _issuer(self, answer: Answer) -> str:
        return f"<a:Issuer>{answer.issuer or self.entity_id}</a:Issuer>"

    def answer_soap(self, path: str, body: bytes) -> tuple[int, bytes]:
        """Answer a SOAP message of the service provider, whose signature has to be good."""
        if self.raw_answer:
            return self.raw_answer
        message = etree.fromstring(body).find("s:Body", NS)[0]
        verify(message, self.sp)
        if path == "/logout":
            self.logouts.append(message)
            root = _element(
                f"<p:LogoutResponse {_xmlns()} {_head(message.get('ID'))}>"
                f"{self._issuer(Answer())}{_status(Answer().status)}</p:LogoutResponse>"
            )
            sign(root, self.signer)
            return 200, _soap(root, None)
        artifact = message.findtext("p:Artifact", namespaces=NS)
        self.resolved.append(message.get("ID"))
        if artifact not in self.answers:
            root = _element(
                f"<p:ArtifactResponse {_xmlns()} {_head(message.get('ID'))}>"
                f"{self._issuer(Answer())}{_status(Answer().status)}</p:ArtifactResponse>"
            )
            sign(root, self.signer)
            return 200, _soap(root, None)
        request_id, answer = self.answers.pop(artifact)
        return 200, self.envelope(resolve_id=message.get("ID"), request_id=request_id, answer=answer)

    @contextmanager
    def serving(self) -> Iterator["Idp"]:
        """Answer artifact resolution and logout on a free loopback port while the block runs."""
        idp = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, answer = idp.answer_soap(self.path, body)
                self.send_response(status)
                self.send_header("Content-Type", "text/xml")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *args: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        self.base_url = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield self
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def sign(
    element: etree._Element, signer: KeyPair, *, over: etree._Element | None = None, prefixes: str = ""
) -> None:
    """Sign `element` (or `over` around it) by its ID with libxmlsec, in the place after the issuer.

    `prefixes` is the PrefixList of the canonicalisation, which many providers fill with the prefix of types.
    """
    over = element if over is None else over
    xmlsec.tree.add_ids(over, ["ID"])
    is_rsa = isinstance(signer.key, rsa.RSAPrivateKey)
    method = xmlsec.constants.TransformRsaSha256 if is_rsa else xmlsec.constants.TransformEcdsaSha256
    signature = xmlsec.template.create(element, xmlsec.constants.TransformExclC14N, method, ns="ds")
    element.insert(1, signature)
    reference = xmlsec.template.add_reference(
        signature, xmlsec.constants.TransformSha256, uri=f"#{over.get('ID')}"
    )
    xmlsec.template.add_transform(reference, xmlsec.constants.TransformEnveloped)
    transform = xmlsec.template.add_transform(reference, xmlsec.constants.TransformExclC14N)
    if prefixes:
        exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#"
        etree.SubElement(transform, f"{{{exclusive}}}InclusiveNamespaces").set("PrefixList", prefixes)
    key_info = xmlsec.template.ensure_key_info(signature)
    xmlsec.template.add_x509_data(key_info)
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(signer.key_pem, xmlsec.constants.KeyDataFormatPem)
    context.key.load_cert_from_memory(signer.certificate_pem, xmlsec.constants.KeyDataFormatPem)
    context.sign(signature)


def verify(element: etree._Element, signer: KeyPair) -> None:
    """Raise xmlsec's error unless the enveloped signature of `element` is by `signer`."""
    xmlsec.tree.add_ids(element, ["ID"])
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(signer.certificate_pem, xmlsec.constants.KeyDataFormatCertPem)
    signature = element.find("ds:Signature", NS)
    assert signature.getprevious().tag == f"{{{SAML}}}Issuer"
    assert signature.find(".//ds:Reference", NS).get("URI") == f"#{element.get('ID')}"
    context.verify(signature)


def encrypt(
    assertion: etree._Element,
    answer: Answer,
    recipient: ec.EllipticCurvePublicKey | rsa.RSAPublicKey,
    entity_id: str = ENTITY_ID,
) -> etree._Element:
    """Return an EncryptedAssertion: by RSA-OAEP, or to an EC key the way the national node makes it."""
    if isinstance(recipient, rsa.RSAPublicKey):
        return _encrypt_by_transport(assertion, answer, recipient)
    algorithm = f"http://www.w3.org/2001/04/xmlenc#kw-aes{answer.wrap_bits}"
    info = {
        name: len(value).to_bytes(4, "big") + value
        for name, value in (
            ("AlgorithmID", algorithm.encode()),
            ("PartyUInfo", entity_id.encode()),
            ("PartyVInfo", SP_ENTITY_ID.encode()),
        )
    }
    ephemeral = ec.generate_private_key(ec.SECP256R1())
    shared = ephemeral.exchange(ec.ECDH(), recipient)
    kek = ConcatKDFHash(hashes.SHA256(), answer.wrap_bits // 8, b"".join(info.values())).derive(shared)
    content_key, nonce = os.urandom(answer.content_key_bytes), os.urandom(12)
    cipher = nonce + AESGCM(content_key).encrypt(nonce, etree.tostring(assertion), None)
    point = ephemeral.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    parameters = " ".join(f"{name}='{value.hex().upper()}'" for name, value in info.items())
    xenc, xenc11 = "http://www.w3.org/2001/04/xmlenc#", "http://www.w3.org/2009/xmlenc11#"
    return _element(
        f"<a:EncryptedAssertion {_xmlns()} xmlns:xenc='{xenc}' xmlns:xenc11='{xenc11}' "
        "xmlns:dsig11='http://www.w3.org/2009/xmldsig11#'>"
        f"<xenc:EncryptedData Type='{xenc}Element'>"
        f"<xenc:EncryptionMethod Algorithm='{xenc11}aes256-gcm'/><ds:KeyInfo><xenc:EncryptedKey>"
        f"<xenc:EncryptionMethod Algorithm='{algorithm}'/><ds:KeyInfo>"
        f"<xenc:AgreementMethod Algorithm='{xenc11}ECDH-ES'>"
        f"<xenc11:KeyDerivationMethod Algorithm='{xenc11}ConcatKDF'><xenc11:ConcatKDFParams {parameters}>"
        f"<ds:DigestMethod Algorithm='{xenc}sha256'/></xenc11:ConcatKDFParams></xenc11:KeyDerivationMethod>"
        "<xenc:OriginatorKeyInfo><ds:KeyValue><dsig11:ECKeyValue>"
        "<dsig11:NamedCurve URI='urn:oid:1.2.840.10045.3.1.7'/>"
        f"<dsig11:PublicKey>{base64.b64encode(point).decode()}</dsig11:PublicKey>"
        "</dsig11:ECKeyValue></ds:KeyValue></xenc:OriginatorKeyInfo></xenc:AgreementMethod></ds:KeyInfo>"
        f"<xenc:CipherData><xenc:CipherValue>{base64.b64encode(aes_key_wrap(kek, content_key)).decode()}"
        "</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey></ds:KeyInfo>"
        f"<xenc:CipherData><xenc:CipherValue>{base64.b64encode(cipher).decode()}</xenc:CipherValue>"
        "</xenc:CipherData></xenc:EncryptedData></a:EncryptedAssertion>"
    )


def _encrypt_by_transport(
    assertion: etree._Element, answer: Answer, recipient: rsa.RSAPublicKey
) -> etree._Element:
    xenc, xenc11 = "http://www.w3.org/2001/04/xmlenc#", "http://www.w3.org/2009/xmlenc11#"
    is_old = answer.oaep.endswith("mgf1p")
    digest = hashes.SHA1() if is_old else hashes.SHA256()
    content_key, nonce = os.urandom(answer.content_key_bytes), os.urandom(12)
    carried = recipient.encrypt(content_key, padding.OAEP(padding.MGF1(digest), digest, None))
    cipher = nonce + AESGCM(content_key).encrypt(nonce, etree.tostring(assertion), None)
    parameters = (
        f"<ds:DigestMethod Algorithm='{NS['ds']}sha1'/>"
        if is_old
        else f"<ds:DigestMethod Algorithm='{xenc}sha256'/><xenc11:MGF Algorithm='{xenc11}mgf1sha256'/>"
    )
    return _element(
        f"<a:EncryptedAssertion {_xmlns()} xmlns:xenc='{xenc}' xmlns:xenc11='{xenc11}'>"
        f"<xenc:EncryptedData Type='{xenc}Element'>"
        f"<xenc:EncryptionMethod Algorithm='{xenc11}aes{answer.content_key_bytes * 8}-gcm'/><ds:KeyInfo>"
        f"<xenc:EncryptedKey><xenc:EncryptionMethod Algorithm='{answer.oaep}'>{parameters}"
        "</xenc:EncryptionMethod><xenc:CipherData><xenc:CipherValue>"
        f"{base64.b64encode(carried).decode()}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey>"
        f"</ds:KeyInfo><xenc:CipherData><xenc:CipherValue>{base64.b64encode(cipher).decode()}"
        "</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData></a:EncryptedAssertion>"
    )


def _element(text: str) -> etree._Element:
    return etree.fromstring(text)


def _xmlns() -> str:
    return f"xmlns:p='{SAMLP}' xmlns:a='{SAML}' xmlns:ds='{NS['ds']}'"


def _head(in_response_to: str, message_id: str = "") -> str:
    return (
        f"ID='{message_id or f'ID-{uuid.uuid4()}'}' InResponseTo='{in_response_to}' Version='2.0' "
        f"IssueInstant='{_stamp(datetime.now(UTC))}'"
    )


def _status(code: str, inner: str = "") -> str:
    nested = f"<p:StatusCode Value='{inner}'/>" if inner else ""
    return f"<p:Status><p:StatusCode Value='{code}'>{nested}</p:StatusCode></p:Status>"


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _soap(message: etree._Element, edit: Edit | None) -> bytes:
    envelope = _element(f"<s:Envelope xmlns:s='{SOAP}'><s:Body/></s:Envelope>")
    envelope[0].append(message)
    if edit:
        edit(envelope)
    return etree.tostring(envelope)
