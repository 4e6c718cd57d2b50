"""What checking a sign-in costs: beside a bare parse and verify, and beside python3-saml's whole path.

The messages are made by libxmlsec and `cryptography` alone. The floor is lxml's parser and libxmlsec's
verification of every signature in the same bytes, the key loaded beforehand (and the decryption, where there is
one).
"""

import base64
import copy
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from lxml import etree
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings

from bench.ratio import side_by_side, verdict
from epuap.saml.assertion import Expectation
from epuap.saml.decryption import decrypt_assertion
from epuap.saml.metadata import EPUAP, LOGIN
from epuap.saml.response import Trust, read_artifact_answer, read_posted_answer
from eurzad.lib import clock
from tests.support import idp as peer

TIMES = 100
BYTES = 10_000
"""Size of the plain response, bytes."""
DS = "{http://www.w3.org/2000/09/xmldsig#}"
REQUEST, RESOLVE = "ID-request", "ID-resolve"
ACS = "http://127.0.0.1:8000/saml/epuap/acs/"


@dataclass(frozen=True)
class RsaSigner:
    """An identity provider's RSA-2048 key with its certificate, PEM."""

    key: bytes
    certificate: x509.Certificate

    @property
    def certificate_pem(self) -> bytes:
        """The certificate, PEM."""
        return self.certificate.public_bytes(Encoding.PEM)


def make_signer() -> RsaSigner:
    """Make a key and its self-signed certificate."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return RsaSigner(pem, certificate)


def sign(element: etree._Element, signer: RsaSigner) -> None:
    """Sign an element by its ID with RSA-SHA256, right after its issuer, with libxmlsec."""
    xmlsec.tree.add_ids(element, ["ID"])
    signature = xmlsec.template.create(
        element, xmlsec.constants.TransformExclC14N, xmlsec.constants.TransformRsaSha256, ns="ds"
    )
    element.insert(1, signature)
    reference = xmlsec.template.add_reference(
        signature, xmlsec.constants.TransformSha256, uri=f"#{element.get('ID')}"
    )
    xmlsec.template.add_transform(reference, xmlsec.constants.TransformEnveloped)
    xmlsec.template.add_transform(reference, xmlsec.constants.TransformExclC14N)
    xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(signature))
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(signer.key, xmlsec.constants.KeyDataFormatPem)
    context.key.load_cert_from_memory(signer.certificate_pem, xmlsec.constants.KeyDataFormatPem)
    context.sign(signature)


def plain_response(signer: RsaSigner) -> bytes:
    """Return a posted Response of about 10 KB, signed, with a plain assertion that is signed too."""
    idp = peer.Idp(acs_url=ACS)
    response = etree.fromstring(
        f"<p:Response xmlns:p='{peer.SAMLP}' xmlns:a='{peer.SAML}' ID='_response' Version='2.0' "
        f"InResponseTo='{REQUEST}' Destination='{ACS}' IssueInstant='{clock.now():%Y-%m-%dT%H:%M:%SZ}'>"
        f"<a:Issuer>{peer.ENTITY_ID}</a:Issuer>"
        "<p:Status><p:StatusCode Value='urn:oasis:names:tc:SAML:2.0:status:Success'/></p:Status></p:Response>"
    )
    assertion = idp.assertion(REQUEST, peer.Answer())
    statement = assertion.find(f"{{{peer.SAML}}}AttributeStatement")
    assert statement is not None
    for value in statement.iter(f"{{{peer.SAML}}}AttributeValue"):
        value.attrib.clear()  # python3-saml holds messages against a schema that lacks the node's types
    model = statement[0]
    response.append(assertion)
    number = 0
    while len(etree.tostring(response)) < BYTES - 5_000:
        more = copy.deepcopy(model)
        more.set("Name", f"urn:example:attribute:{number}")
        more[0].text = "wartość " * 6
        statement.append(more)
        number += 1
    sign(assertion, signer)
    sign(response, signer)
    return etree.tostring(response)


def expectation(acs_url: str) -> Expectation:
    """What both answers have to agree with."""
    return Expectation(
        issuer=peer.ENTITY_ID,
        audience=peer.SP_ENTITY_ID,
        acs_url=acs_url,
        request_id=REQUEST,
        now=clock.now(),
    )


def bare(data: bytes, certificate_pem: bytes) -> Callable[[], etree._Element]:
    """The floor: parse, and verify every signature with a key at hand."""
    key = xmlsec.Key.from_memory(certificate_pem, xmlsec.constants.KeyDataFormatCertPem)

    def work() -> etree._Element:
        root = etree.fromstring(data)
        xmlsec.tree.add_ids(root, ["ID"])
        for signature in root.iter(f"{DS}Signature"):
            context = xmlsec.SignatureContext()
            context.key = key
            context.verify(signature)
        return root

    return work


def python3_saml(data: bytes, certificate_pem: bytes) -> Callable[[], None]:
    """python3-saml's whole path over a posted response."""
    certificate = "".join(certificate_pem.decode().splitlines()[1:-1])
    post = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
    redirect = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
    settings = OneLogin_Saml2_Settings(
        {
            "strict": True,
            "sp": {"entityId": peer.SP_ENTITY_ID, "assertionConsumerService": {"url": ACS, "binding": post}},
            "idp": {
                "entityId": peer.ENTITY_ID,
                "singleSignOnService": {"url": "https://idp.example.test/sso", "binding": redirect},
                "x509cert": certificate,
            },
            "security": {
                "wantAssertionsSigned": True,
                "wantMessagesSigned": True,
                "rejectDeprecatedAlgorithm": True,
            },
        }
    )
    request = {"http_host": "127.0.0.1:8000", "https": "off", "script_name": "/saml/epuap/acs/"}
    encoded = base64.b64encode(data).decode()

    def work() -> None:
        response = OneLogin_Saml2_Response(settings, encoded)
        if not response.is_valid({**request, "get_data": {}, "post_data": {}}, request_id=REQUEST):
            raise SystemExit(f"python3-saml refuses the response: {response.get_error()}")
        response.get_attributes()

    return work


def run() -> None:
    """Print both ratios."""
    signer = make_signer()
    posted = plain_response(signer)
    trust = Trust(certificates=(signer.certificate,), keys=(), profile=EPUAP)
    expected = expectation(ACS)
    plain = side_by_side(
        {
            "product": lambda: read_posted_answer(posted, expected=expected, trust=trust),
            "bare": bare(posted, signer.certificate_pem),
            "python3-saml": python3_saml(posted, signer.certificate_pem),
        },
        TIMES,
    )
    print(f"plain signed response, {len(posted)} bytes: CPU ms "
          + ", ".join(f"{name} {value:.2f}" for name, value in plain.items()))  # fmt: skip
    print(f"  product / bare parse and verify  {verdict(plain['product'] / plain['bare'], 2.5)}")
    print(f"  python3-saml / product           {verdict(plain['python3-saml'] / plain['product'], 2.5, at_least=True)}"
          f", hoped for 4")  # fmt: skip

    node = peer.Idp()
    artifact = node.envelope(resolve_id=RESOLVE, request_id=REQUEST)
    node_trust = Trust((node.signer.certificate,), (node.sp.key,), LOGIN)
    node_expected = expectation(node.acs_url)
    floor = bare(artifact, node.signer.certificate_pem)

    def verify_and_decrypt() -> None:
        encrypted = floor().find(f".//{{{peer.SAML}}}EncryptedAssertion")
        assert encrypted is not None
        decrypt_assertion(encrypted, (node.sp.key,))

    encrypted = side_by_side(
        {
            "product": lambda: read_artifact_answer(
                artifact, resolve_id=RESOLVE, expected=node_expected, trust=node_trust
            ),
            "bare": verify_and_decrypt,
        },
        TIMES,
    )
    print(f"artifact answer of login.gov.pl, {len(artifact)} bytes: CPU ms "
          + ", ".join(f"{name} {value:.2f}" for name, value in encrypted.items()))  # fmt: skip
    print(
        f"  product / bare signatures and decryption  {verdict(encrypted['product'] / encrypted['bare'], 2.5)}"
    )
