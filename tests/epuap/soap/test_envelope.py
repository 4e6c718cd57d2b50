"""Our envelopes as libxmlsec sees them, and theirs as we do."""

import base64

import pytest
import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from epuap.soap import envelope
from epuap.soap.errors import BadAnswer, NotSent
from epuap.soap.messages import OB, element, leaf
from eurzad.lib.errors import PermanentError
from tests.epuap.soap import fake_service
from tests.epuap.soap.fake_service import KeyPair, Service, signed_envelope, status_answer

DS = "http://www.w3.org/2000/09/xmldsig#"
BODY = status_answer("OdpowiedzPullPotwierdz")
NAMES = {"s": envelope.SOAP, "wsse": envelope.WSSE, "wsu": envelope.WSU, "ds": DS}


def refused(data: bytes, keys: KeyPair) -> str:
    with pytest.raises(BadAnswer) as caught:
        envelope.open_answer(data, peer_certificates=keys.certificate)
    return caught.value.code


def test_request_is_signed_as_the_profile_says(office_keys: KeyPair) -> None:
    body = element(OB, "ZapytaniePullOczekujace", podmiot="jarzebin")
    data = envelope.build_request(
        body,
        key=office_keys.key,
        certificate=office_keys.certificate,
        headers=(leaf(OB, "CzyProbne", "0"),),
    )
    root = etree.fromstring(data)
    token = root.find("s:Header/wsse:Security/wsse:BinarySecurityToken", NAMES)
    der = x509.load_pem_x509_certificate(office_keys.certificate).public_bytes(Encoding.DER)
    assert base64.b64decode(token.text) == der
    assert token.get("ValueType").endswith("x509-token-profile-1.0#X509v3")
    pointer = root.find(".//ds:KeyInfo/wsse:SecurityTokenReference/wsse:Reference", NAMES)
    assert pointer.get("URI") == "#" + token.get(f"{{{envelope.WSU}}}Id")
    signed_info = root.find(".//ds:SignedInfo", NAMES)
    assert signed_info.xpath(".//@Algorithm") == [
        "http://www.w3.org/2001/10/xml-exc-c14n#",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        "http://www.w3.org/2001/10/xml-exc-c14n#",
        "http://www.w3.org/2001/04/xmlenc#sha256",
    ]
    assert root.find(f"s:Header/{{{OB}}}CzyProbne", NAMES).text == "0"
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(office_keys.certificate, xmlsec.KeyFormat.CERT_PEM)
    context.register_id(root.find("s:Body", NAMES), "Id", id_ns=envelope.WSU)
    context.verify(root.find(".//ds:Signature", NAMES))


def test_unusable_key_means_nothing_was_sent(office_keys: KeyPair) -> None:
    with pytest.raises(NotSent, match="EPUAP_WS_KEY") as caught:
        envelope.build_request(element(OB, "X"), key=b"no key", certificate=office_keys.certificate)
    assert caught.value.code == "soap.key"


def test_signed_answer_is_read(service_keys: KeyPair, stranger_keys: KeyPair) -> None:
    both = stranger_keys.certificate + service_keys.certificate
    opened = envelope.open_answer(signed_envelope(BODY, service_keys), peer_certificates=both)
    assert opened.payload is not None and opened.payload.tag == f"{{{OB}}}OdpowiedzPullPotwierdz"
    assert opened.is_authenticated and opened.fault is None


def test_tampered_body_is_refused(service_keys: KeyPair) -> None:
    data = signed_envelope(BODY, service_keys)
    assert refused(data.replace(b"<kod>1<", b"<kod>0<"), service_keys) == "soap.signature"


def test_wrong_signer_is_refused(service_keys: KeyPair, stranger_keys: KeyPair) -> None:
    assert refused(signed_envelope(BODY, stranger_keys), service_keys) == "soap.signature"


def test_unsigned_answer_is_refused(service_keys: KeyPair) -> None:
    assert refused(fake_service.envelope(BODY), service_keys) == "soap.unsigned"


def test_wrapped_body_is_refused(service_keys: KeyPair) -> None:
    """The signed Body moved into the header, a forged one in its place."""
    root = etree.fromstring(signed_envelope(BODY, service_keys))
    signed_body = root[1]
    root[0].append(signed_body)
    forged = etree.SubElement(root, f"{{{envelope.SOAP}}}Body")
    forged.append(etree.fromstring(BODY.replace("<kod>1<", "<kod>0<")))
    assert refused(etree.tostring(root), service_keys) == "soap.signature"


def test_second_body_and_second_signature_are_refused(service_keys: KeyPair) -> None:
    root = etree.fromstring(signed_envelope(BODY, service_keys))
    root.append(etree.fromstring(f'<s:Body xmlns:s="{envelope.SOAP}"/>'))
    assert refused(etree.tostring(root), service_keys) == "soap.xml"
    root = etree.fromstring(signed_envelope(BODY, service_keys))
    security = root[0][0]
    security.append(etree.fromstring(etree.tostring(security[0])))
    assert refused(etree.tostring(root), service_keys) == "soap.signature"


def test_comment_in_a_signed_value_does_not_cut_it(service_keys: KeyPair) -> None:
    """Canonicalisation drops comments, so one may be put in without breaking the signature."""
    data = signed_envelope(BODY, service_keys).replace(b"tekst", b"tek<!-- x -->st")
    opened = envelope.open_answer(data, peer_certificates=service_keys.certificate)
    assert opened.payload is not None and opened.payload.findtext("status/komunikat") == "tekst"


@pytest.mark.parametrize(
    "data",
    [b"", b"<html>", b"not xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', b"<x/>"],
)
def test_what_is_no_envelope_is_refused(data: bytes, service_keys: KeyPair) -> None:
    assert refused(data, service_keys) == "soap.xml"


def test_byte_order_mark_is_no_obstacle(service_keys: KeyPair) -> None:
    data = b"\xef\xbb\xbf" + signed_envelope(BODY, service_keys)
    assert envelope.open_answer(data, peer_certificates=service_keys.certificate).is_authenticated


def test_peer_certificate_that_is_none_is_named(service_keys: KeyPair) -> None:
    with pytest.raises(PermanentError, match="EPUAP_WS_PEER_CERT"):
        envelope.open_answer(signed_envelope(BODY, service_keys), peer_certificates=b"nothing")


def test_empty_body_is_refused(service: Service) -> None:
    assert refused(fake_service.envelope(""), service.signer) == "soap.shape"
