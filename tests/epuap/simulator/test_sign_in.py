"""The national node: what it accepts, what it answers, bit by bit."""

import base64
import hashlib

import pytest
import requests
import xmlsec
from lxml import etree

from eurzad.lib.personas import ANNA
from tests.epuap.simulator.peer import NS, Peer, decrypt, verify
from tests.support.simulator import drive_sign_in, forms_of, post_form

STATUS = "urn:oasis:names:tc:SAML:2.0:status:"


def sign_in(peer: Peer, choice: str = "anna") -> str:
    acs, fields = drive_sign_in(
        peer.simulator, saml_request=peer.authn_request(), relay_state="stan-1", choice=choice
    )
    assert acs == "http://127.0.0.1:8000/saml/login/acs/"
    assert fields["RelayState"] == "stan-1"
    return fields["SAMLart"]


def open_answer(peer: Peer, answer: etree._Element) -> tuple[etree._Element, int]:
    encrypted = answer.find("saml2p:Response/saml2:EncryptedAssertion", NS)
    return decrypt(encrypted, (peer.simulator.portal_keys / "sp.key").read_bytes())


def codes(answer: etree._Element) -> list[str]:
    return [e.get("Value").removeprefix(STATUS) for e in answer.iter(f"{{{NS['saml2p']}}}StatusCode")]


def test_metadata(peer: Peer) -> None:
    root = etree.parse(peer.simulator.public_dir / "idp-metadata.xml").getroot()
    md = {"md": "urn:oasis:names:tc:SAML:2.0:metadata"}
    assert root.get("entityID") == "symulator.login.gov.pl"
    resolution = root.find(".//md:ArtifactResolutionService", md)
    assert resolution.get("index") == "0"
    assert (
        resolution.get("Location") == f"{peer.simulator.base_url}/login-services/idpArtifactResolutionService"
    )
    assert root.find(".//md:SingleSignOnService", md).get("Binding").endswith(":HTTP-POST")
    assert root.find(".//md:SingleLogoutService", md).get("Binding").endswith(":SOAP")


def test_artifact_is_of_type_4(peer: Peer) -> None:
    artifact = base64.b64decode(sign_in(peer))
    assert artifact[:4] == b"\x00\x04\x00\x00"
    assert artifact[4:24] == hashlib.sha1(b"symulator.login.gov.pl").digest()
    assert len(artifact) == 44


def test_assertion_is_laid_out_as_the_sample_of_coi(peer: Peer) -> None:
    answer = peer.resolve(sign_in(peer))
    verify(answer, peer.idp_certificate)
    assert codes(answer) == ["Success", "Success"]
    assertion, key_length = open_answer(peer, answer)
    verify(assertion, peer.idp_certificate)
    assert key_length == 32
    names = [etree.QName(e).localname for e in assertion]
    assert names == [
        "Issuer", "Signature", "Subject", "Conditions", "AuthnStatement", "AttributeStatement",
    ]  # fmt: skip
    assert {"naturalperson", "coi-naturalperson", "eidas"} <= set(assertion.nsmap)
    data = assertion.find("saml2:Subject/saml2:SubjectConfirmation/saml2:SubjectConfirmationData", NS)
    assert data.get("Recipient") == "http://127.0.0.1:8000/saml/login/acs/"
    assert data.get("InResponseTo") == answer.find("saml2p:Response", NS).get("InResponseTo")
    statement = assertion.find("saml2:AuthnStatement", NS)
    assert statement.get("SessionIndex") == assertion.get("ID")
    context = statement.find("saml2:AuthnContext", NS)
    assert [e.text for e in context] == ["http://eidas.europa.eu/LoA/substantial", "pz.gov.pl"]
    values = {a.get("FriendlyName"): a[0].text for a in assertion.iterfind(".//saml2:Attribute", NS)}
    assert values == {
        "FamilyName": ANNA.family_name,
        "DateOfBirth": f"{ANNA.birth_date.isoformat()}Z",
        "FirstName": ANNA.given_name,
        "PersonIdentifier": ANNA.pesel,
    }
    types = {
        a[0].get("{http://www.w3.org/2001/XMLSchema-instance}type")
        for a in assertion.iterfind(".//saml2:Attribute", NS)
    }
    assert "naturalperson:PersonIdentifierType" in types


def test_key_derivation_says_its_parts_with_their_lengths(peer: Peer) -> None:
    answer = peer.resolve(sign_in(peer))
    parameters = answer.find(".//xenc11:ConcatKDFParams", NS)
    assert parameters.get("AlgorithmID").startswith("0000002A687474703A2F2F")
    assert bytes.fromhex(parameters.get("PartyUInfo"))[4:] == b"symulator.login.gov.pl"
    assert bytes.fromhex(parameters.get("PartyVInfo"))[4:] == b"http://127.0.0.1:8000/saml/login/metadata/"


def test_artifact_resolves_once(peer: Peer) -> None:
    artifact = sign_in(peer)
    peer.resolve(artifact)
    again = peer.resolve(artifact)
    verify(again, peer.idp_certificate)
    assert codes(again) == ["Success"]
    assert again.find("saml2p:Response", NS) is None


def test_cancelled_sign_in(peer: Peer) -> None:
    answer = peer.resolve(sign_in(peer, "cancel"))
    assert codes(answer) == ["Success", "Responder", "AuthnFailed"]
    assert answer.find(".//saml2:EncryptedAssertion", NS) is None


def test_any_pesel_may_sign_in(peer: Peer) -> None:
    browser = requests.Session()
    chooser = browser.post(
        f"{peer.simulator.base_url}/login/SingleSignOnService",
        data={"SAMLRequest": peer.authn_request()},
        timeout=10,
    )
    wrong = post_form(
        browser, chooser, 1, choice="somebody", given_name="Żaneta", family_name="Ćwiek", pesel="123"
    )
    assert wrong.status_code == 400 and "To nie jest poprawny numer PESEL" in wrong.text
    right = post_form(
        browser, chooser, 1, choice="somebody", given_name="Żaneta", family_name="Ćwiek", pesel=ANNA.pesel
    )
    assertion, _ = open_answer(peer, peer.resolve(dict(forms_of(right)[0].form_values())["SAMLart"]))
    assert "Żaneta" in assertion.xpath("string()")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"signer": ""}, "unsigned"),
        ({"issuer": "https://obcy.example.test/"}, "issuer"),
        ({"destination": "https://login.gov.pl/login/SingleSignOnService"}, "destination"),
        ({"provider": ""}, "provider_name"),
        ({"acs": "https://obcy.example.test/acs/"}, "acs_url"),
        ({"now": "2020-01-01T00:00:00Z"}, "issue_instant"),
    ],
)
def test_bad_request_is_refused(peer: Peer, changes: dict[str, str], code: str) -> None:
    request = peer.authn_request(**changes)
    answer = requests.post(
        f"{peer.simulator.base_url}/login/SingleSignOnService", data={"SAMLRequest": request}, timeout=10
    )
    assert answer.status_code == 400
    assert code in answer.text


def test_altered_request_is_refused(peer: Peer) -> None:
    altered = base64.b64decode(peer.authn_request()).replace(b'ForceAuthn="true"', b'ForceAuthn="false"')
    answer = requests.post(
        f"{peer.simulator.base_url}/login/SingleSignOnService",
        data={"SAMLRequest": base64.b64encode(altered).decode()},
        timeout=10,
    )
    assert answer.status_code == 400
    assert "signature_invalid" in answer.text


def test_request_cannot_be_replayed(peer: Peer) -> None:
    request = {"SAMLRequest": peer.authn_request()}
    url = f"{peer.simulator.base_url}/login/SingleSignOnService"
    assert requests.post(url, data=request, timeout=10).status_code == 200
    assert "replay" in requests.post(url, data=request, timeout=10).text


def test_unsigned_resolve_learns_nothing(peer: Peer) -> None:
    artifact = sign_in(peer)
    answer = peer.resolve(artifact, signer="")
    assert codes(answer) == ["Requester", "RequestDenied"]
    assert peer.resolve(artifact).find("saml2p:Response", NS) is not None


def test_logout(peer: Peer) -> None:
    assertion, _ = open_answer(peer, peer.resolve(sign_in(peer)))
    content = (
        '<saml2:NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified">annawrzos</saml2:NameID>'
        f"<saml2p:SessionIndex>{assertion.get('ID')}</saml2p:SessionIndex>"
    )
    path = "/login-services/singleLogoutService"
    destination = peer.simulator.base_url + path
    answer = peer.saml_call(path, "LogoutRequest", content, Destination=destination)
    verify(answer, peer.idp_certificate)
    assert codes(answer) == ["Success"]
    again = peer.saml_call(path, "LogoutRequest", content, Destination=destination)
    assert codes(again) == ["Requester", "UnknownPrincipal"]


@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [
        ("idp_expired", "expired"), ("idp_wrong_audience", "audience"), ("idp_wrong_recipient", "recipient"),
        ("idp_wrong_request", "request"), ("idp_low_assurance", "level"), ("idp_short_key", "key"),
    ],
)  # fmt: skip
def test_ordered_lies_are_well_signed(peer: Peer, behaviour: str, expected: str) -> None:
    artifact = sign_in(peer)
    peer.simulator.order(behaviour)
    answer = peer.resolve(artifact)
    verify(answer, peer.idp_certificate)
    assertion, key_length = open_answer(peer, answer)
    verify(assertion, peer.idp_certificate)
    data = assertion.find(".//saml2:SubjectConfirmationData", NS)
    lies = {
        "expired": data.get("NotOnOrAfter") < assertion.get("IssueInstant"),
        "audience": assertion.findtext(".//saml2:Audience", "", NS).startswith("https://inny"),
        "recipient": data.get("Recipient").startswith("https://inny"),
        "request": data.get("InResponseTo") == "ID-of-somebody-else",
        "level": assertion.findtext(".//saml2:AuthnContextClassRef", "", NS).endswith("/low"),
        "key": key_length == 16,
    }
    assert [name for name, told in lies.items() if told] == [expected]
    assert peer.simulator.ordered() == {}


def test_ordered_forgeries(peer: Peer) -> None:
    peer.simulator.order("idp_bad_signature")
    with pytest.raises(xmlsec.Error):
        verify(peer.resolve(sign_in(peer, "borys")), peer.idp_certificate)
    peer.simulator.order("idp_bad_assertion")
    assertion, _ = open_answer(peer, peer.resolve(sign_in(peer, "celina")))
    with pytest.raises(xmlsec.Error):
        verify(assertion, peer.idp_certificate)
    peer.simulator.order("idp_unsigned")
    assert peer.resolve(sign_in(peer, "damian")).find("ds:Signature", NS) is None
    peer.simulator.order("idp_unknown_artifact")
    assert peer.resolve(sign_in(peer, "henryk")).find("saml2p:Response", NS) is None
