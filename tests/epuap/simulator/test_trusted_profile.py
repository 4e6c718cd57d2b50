"""Profil Zaufany as an identity provider: both bindings, plain and encrypted, person or session number."""

import base64
import hashlib
import subprocess
from pathlib import Path

import pytest
import xmlsec
from lxml import etree

from eurzad.lib.personas import ANNA, BORYS
from tests.epuap.simulator.peer import NS, SOAP, Peer, decrypt, decrypt_rsa, verify
from tests.support.simulator import drive_sign_in, run_simulator

STATUS = "urn:oasis:names:tc:SAML:2.0:status:"
SSO = "/dt/SingleSignOnService"
ARTIFACTS = "/dt-services/idpArtifactResolutionService"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
XENC, XENC11 = "http://www.w3.org/2001/04/xmlenc#", "http://www.w3.org/2009/xmlenc11#"


def codes(answer: etree._Element) -> list[str]:
    return [e.get("Value").removeprefix(STATUS) for e in answer.iter(f"{{{NS['saml2p']}}}StatusCode")]


def by_artifact(peer: Peer, choice: str = "anna") -> etree._Element:
    acs, fields = drive_sign_in(
        peer.simulator, saml_request=peer.pz_request(), relay_state="stan-2", choice=choice, path=SSO
    )
    assert acs.endswith("/saml/epuap/acs/") and sorted(fields) == ["RelayState", "SAMLart"]
    artifact = base64.b64decode(fields["SAMLart"])
    assert artifact[:24] == b"\x00\x04\x00\x00" + hashlib.sha1(b"symulator.pz.gov.pl").digest()
    return peer.resolve(fields["SAMLart"], ARTIFACTS, signer="saml-rsa")


def by_post(peer: Peer, choice: str = "anna") -> etree._Element:
    request = peer.pz_request(binding="HTTP-POST")
    _, fields = drive_sign_in(
        peer.simulator, saml_request=request, relay_state="stan-3", choice=choice, path=SSO
    )
    assert sorted(fields) == ["RelayState", "SAMLResponse"]
    return etree.fromstring(base64.b64decode(fields["SAMLResponse"]))


def attributes(assertion: etree._Element) -> dict[str, str]:
    return {a.get("FriendlyName"): a[0].text for a in assertion.iterfind(".//saml2:Attribute", NS)}


def open_rsa(peer: Peer, encrypted: etree._Element) -> etree._Element:
    return decrypt_rsa(encrypted, (peer.simulator.portal_keys / "saml-rsa.key").read_bytes())


def test_metadata(peer: Peer) -> None:
    root = etree.parse(peer.simulator.public_dir / "idp-epuap-metadata.xml").getroot()
    base = peer.simulator.base_url
    assert root.get("entityID") == "symulator.pz.gov.pl"
    places = {
        etree.QName(e).localname: (e.get("Binding").rpartition(":")[2], e.get("Location").removeprefix(base))
        for e in root.iter(etree.Element)
        if e.get("Location")
    }
    assert places == {
        "ArtifactResolutionService": ("SOAP", "/dt-services/idpArtifactResolutionService"),
        "SingleLogoutService": ("SOAP", "/dt/SingleLogoutService"),
        "SingleSignOnService": ("HTTP-POST", "/dt/SingleSignOnService"),
    }


def test_artifact_answer(peer: Peer) -> None:
    answer = by_artifact(peer)
    response = answer.find("saml2p:Response", NS)
    assertion = response.find("saml2:Assertion", NS)
    for signed in (answer, response, assertion):
        verify(signed, peer.pz_certificate)
        method = signed.find("ds:Signature/ds:SignedInfo/ds:SignatureMethod", NS)
        assert method.get("Algorithm") == RSA_SHA256
    assert codes(answer) == ["Success", "Success"]
    assert attributes(assertion) == {
        "FamilyName": ANNA.family_name,
        "DateOfBirth": f"{ANNA.birth_date.isoformat()}Z",
        "FirstName": ANNA.given_name,
        "PersonIdentifier": ANNA.pesel,
    }
    assert assertion.findtext(".//saml2:AuthnContextClassRef", "", NS).endswith("/LoA/substantial")
    assert assertion.find("saml2:AuthnStatement", NS).get("SessionIndex") == assertion.get("ID")
    again = peer.resolve("AAQAAA==", ARTIFACTS, signer="saml-rsa")
    assert again.find("saml2p:Response", NS) is None


def test_post_answer(peer: Peer) -> None:
    response = by_post(peer, "borys")
    assertion = response.find("saml2:Assertion", NS)
    verify(response, peer.pz_certificate)
    verify(assertion, peer.pz_certificate)
    assert response.get("Destination").endswith("/saml/epuap/acs/")
    assert attributes(assertion)["PersonIdentifier"] == BORYS.pesel


@pytest.mark.parametrize(
    ("behaviour", "method", "digest"),
    [
        ("pz_encrypted", f"{XENC}rsa-oaep-mgf1p", "http://www.w3.org/2000/09/xmldsig#sha1"),
        ("pz_encrypted_sha256", f"{XENC11}rsa-oaep", f"{XENC}sha256"),
    ],
)
def test_encrypted(peer: Peer, behaviour: str, method: str, digest: str) -> None:
    peer.simulator.order(behaviour)
    response = by_post(peer)
    encrypted = response.find("saml2:EncryptedAssertion", NS)
    verify(response, peer.pz_certificate)
    assert response.find("saml2:Assertion", NS) is None
    wrapping = encrypted.find(".//xenc:EncryptedKey/xenc:EncryptionMethod", NS)
    assert wrapping.get("Algorithm") == method
    assert wrapping.find("ds:DigestMethod", NS).get("Algorithm") == digest
    content = encrypted.find("xenc:EncryptedData/xenc:EncryptionMethod", NS)
    assert content.get("Algorithm") == f"{XENC11}aes256-gcm"
    assertion = open_rsa(peer, encrypted)
    verify(assertion, peer.pz_certificate)
    assert attributes(assertion)["PersonIdentifier"] == ANNA.pesel


def test_libxmlsec_opens_what_is_encrypted(peer: Peer) -> None:
    peer.simulator.order("pz_encrypted")
    encrypted = by_post(peer).find("saml2:EncryptedAssertion", NS)
    manager = xmlsec.KeysManager()
    manager.add_key(peer.key("saml-rsa"))
    context = xmlsec.EncryptionContext(manager)
    opened = context.decrypt(encrypted.find("xenc:EncryptedData", NS))
    assert opened.tag == f"{{{NS['saml2']}}}Assertion"


def test_session_number_leads_to_the_person(peer: Peer) -> None:
    peer.simulator.order("pz_session_only")
    assertion = by_post(peer, "borys").find("saml2:Assertion", NS)
    verify(assertion, peer.pz_certificate)
    assert assertion.find("saml2:AttributeStatement", NS) is None
    answer = peer.user_info(assertion.get("ID"))
    assert answer.tag == "{http://userinfo.zp.epuap.gov.pl}getTpUserInfoResponse"
    assert [e.tag for e in answer] == ["getTpUserInfoReturn"]
    assert [e.tag for e in answer[0]] == ["accountEmailAddress", "claimedRole"]
    assert len(answer[0][1]) == 0
    role = etree.fromstring(answer[0].findtext("claimedRole"))
    assert role.tag == "{http://crd.gov.pl/xml/schematy/ppzp/}PodpisZP"
    person = role.find("{*}DaneZP/{*}DaneZPOsobyFizycznej")
    assert [etree.QName(e).localname for e in person] == [
        "Nazwisko",
        "Imie",
        "PESEL",
        "IdKontaUzytkownikaEpuap",
    ]
    assert person.find("{*}Nazwisko").get("rodzajCzlonu") == "pierwszy"
    assert person.findtext("{*}PESEL") == BORYS.pesel
    assert peer.user_info("nie-ma-takiej").tag == f"{{{SOAP}}}Fault"
    peer.simulator.order("userinfo_nobody")
    assert peer.user_info(assertion.get("ID")).find("getTpUserInfoReturn/claimedRole") is None
    peer.simulator.order("userinfo_fault")
    assert peer.user_info(assertion.get("ID")).tag == f"{{{SOAP}}}Fault"
    peer.simulator.order("userinfo_bad_signature")
    with pytest.raises(xmlsec.Error):
        peer.user_info(assertion.get("ID"))


def test_logout_ends_the_session(peer: Peer) -> None:
    assertion = by_post(peer).find("saml2:Assertion", NS)
    content = (
        f"<saml2:NameID>x</saml2:NameID><saml2p:SessionIndex>{assertion.get('ID')}</saml2p:SessionIndex>"
    )
    path = "/dt/SingleLogoutService"
    options = {"Destination": peer.simulator.base_url + path, "signer": "saml-rsa"}
    answer = peer.saml_call(path, "LogoutRequest", content, **options)
    verify(answer, peer.pz_certificate)
    assert codes(answer) == ["Success"]
    assert codes(peer.saml_call(path, "LogoutRequest", content, **options))[-1] == "UnknownPrincipal"
    assert peer.user_info(assertion.get("ID")).tag == f"{{{SOAP}}}Fault"


def test_cancelled(peer: Peer) -> None:
    answer = by_artifact(peer, "cancel")
    verify(answer, peer.pz_certificate)
    assert codes(answer) == ["Success", "Responder", "AuthnFailed"]
    response = by_post(peer, "cancel")
    verify(response, peer.pz_certificate)
    assert codes(response) == ["Responder", "AuthnFailed"]
    peer.simulator.order("idp_cancelled")
    assert codes(by_post(peer)) == ["Responder", "AuthnFailed"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"signer": "sp"}, "signature_method"),
        ({"signer": "ws"}, "signature_invalid"),
        ({"issuer": "https://obcy.example.test/"}, "issuer"),
        ({"binding": "HTTP-Redirect"}, "binding"),
        ({"acs": "https://obcy.example.test/acs/"}, "acs_url"),
    ],
)
def test_bad_request_is_refused(peer: Peer, changes: dict[str, str], code: str) -> None:
    with pytest.raises(AssertionError, match=code):
        drive_sign_in(peer.simulator, saml_request=peer.pz_request(**changes), relay_state="", path=SSO)


def test_ordered_lies(peer: Peer) -> None:
    peer.simulator.order("idp_wrong_issuer")
    response = by_post(peer)
    verify(response, peer.pz_certificate)
    assert {e.text for e in response.iter(f"{{{NS['saml2']}}}Issuer")} == {"inny-wystawca.example.test"}
    peer.simulator.order("idp_bad_signature")
    with pytest.raises(xmlsec.Error):
        verify(by_post(peer), peer.pz_certificate)
    peer.simulator.order("idp_bad_assertion")
    response = by_post(peer)
    verify(response, peer.pz_certificate)
    with pytest.raises(xmlsec.Error):
        verify(response.find("saml2:Assertion", NS), peer.pz_certificate)
    peer.simulator.order("idp_foreign_key")
    response = by_post(peer)
    with pytest.raises(xmlsec.Error):
        verify(response, peer.pz_certificate)
    peer.simulator.order("idp_unsigned")
    assert next(by_post(peer).iter(f"{{{NS['ds']}}}Signature"), None) is None


def test_artifact_may_be_ordered_to_resolve_twice(peer: Peer) -> None:
    _, fields = drive_sign_in(peer.simulator, saml_request=peer.pz_request(), relay_state="", path=SSO)
    peer.simulator.order("idp_artifact_twice")
    found = [peer.resolve(fields["SAMLart"], ARTIFACTS, signer="saml-rsa") for _ in range(3)]
    assert [answer.find("saml2p:Response", NS) is not None for answer in found] == [True, True, False]


@pytest.mark.parametrize("behaviour", ["idp_fault", "idp_http_500"])
def test_back_channel_may_fail(peer: Peer, behaviour: str) -> None:
    peer.simulator.order(behaviour)
    message = b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body/></e:Envelope>'
    answer = peer.post(ARTIFACTS, message)
    assert answer.status_code == 500
    assert (b"<soapenv:Fault" in answer.content) is (behaviour == "idp_fault")


def test_somebody_from_another_country(peer: Peer) -> None:
    values = attributes(by_post(peer, "greta").find("saml2:Assertion", NS))
    assert values["PersonIdentifier"].startswith("DE/PL/") and values["DateOfBirth"] == "1882-03-04Z"
    _, fields = drive_sign_in(
        peer.simulator, saml_request=peer.authn_request(), relay_state="", choice="greta"
    )
    encrypted = peer.resolve(fields["SAMLart"]).find(".//saml2:EncryptedAssertion", NS)
    assertion, _ = decrypt(encrypted, (peer.simulator.portal_keys / "sp.key").read_bytes())
    assert attributes(assertion) == values


def test_mode_of_every_answer(tmp_path: Path) -> None:
    with run_simulator(tmp_path, settings={"SIM_PZ_MODE": "encrypted,session"}) as running:
        peer = Peer(running)
        for _ in range(2):
            encrypted = by_post(peer).find("saml2:EncryptedAssertion", NS)
            assertion = open_rsa(peer, encrypted)
            verify(assertion, peer.pz_certificate)
            assert attributes(assertion) == {}
            role = peer.user_info(assertion.get("ID")).findtext("getTpUserInfoReturn/claimedRole")
            assert ANNA.pesel in role


def test_unknown_mode_stops_the_start(tmp_path: Path) -> None:
    wrong = run_simulator(tmp_path, settings={"SIM_PZ_MODE": "jawne"})
    with pytest.raises(subprocess.CalledProcessError) as stopped, wrong:
        pass
    assert b"SIM_PZ_MODE" in stopped.value.stderr
