"""Sign-in through SimpleSAMLphp from Debian: an identity provider that nobody here wrote.

`make interop` brings it here and runs these; without it they say what is missing.
"""

import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from lxml import etree

from portal.people.models import Identity, User
from tests.optional.simplesamlphp import (
    ENTITY_ID,
    PASSWORD_PROTECTED,
    SimpleSamlPhp,
    free_port,
    sign_in_there,
    what_is_missing,
)
from tests.support.idp import NS, SP_ENTITY_ID, make_key_pair
from tests.support.signin import press_button, refusals

__all__ = ["refusals"]

pytestmark = [
    pytest.mark.optional,
    pytest.mark.django_db,
    pytest.mark.skipif(bool(what_is_missing()), reason=what_is_missing()),
]

NAMES = {"identifier": "pesel", "given_name": "givenName", "family_name": "sn", "birth_date": "birthDate"}
PERSON = {"pesel": "68841212044", "givenName": "Anna Łucja", "sn": "Wrzos-Żółć", "birthDate": "1868-04-12"}
XENC = "http://www.w3.org/2001/04/xmlenc#"
Start = Callable[..., SimpleSamlPhp]


@pytest.fixture
def start(tmp_path: Path, settings: Any) -> Iterator[Start]:
    """Configure both sides from each other's published metadata and let SimpleSAMLphp run."""
    running = []

    def begin(*, binding: str = "artifact", **options: Any) -> SimpleSamlPhp:
        sp = make_key_pair("sp-rsa", rsa_bits=2048)
        for name, content in {"rsa.key": sp.key_pem, "rsa.crt": sp.certificate_pem}.items():
            (tmp_path / name).write_bytes(content)
        settings.SAML_SP_ENTITY_ID = SP_ENTITY_ID
        settings.SAML_SP_RSA_KEY, settings.SAML_SP_RSA_CERT = tmp_path / "rsa.key", tmp_path / "rsa.crt"
        peer = SimpleSamlPhp(tmp_path / "ssp", f"http://127.0.0.1:{free_port()}")
        settings.IDENTITY_PROVIDERS = {
            "ssp": {
                "metadata": tmp_path / "ssp-metadata.xml",
                "profile": "epuap",
                "label": "Zaloguj się przez SimpleSAMLphp",
                "binding": binding,
                "levels": (PASSWORD_PROTECTED,),
                "attributes": NAMES,
                "userinfo_url": "",
            }
        }
        (tmp_path / "ssp-metadata.xml").write_bytes(_bootstrap(peer.base_url, sp.certificate_base64))
        ours = Client().get("/saml/ssp/metadata/")
        assert ours.status_code == 200
        peer.configure(**{"sp_metadata": ours.content, "person": PERSON, **options})
        context = peer.serving()
        context.__enter__()
        running.append(context)
        (tmp_path / "ssp-metadata.xml").write_bytes(peer.metadata())
        return peer

    yield begin
    for context in running:
        context.__exit__(None, None, None)


def _bootstrap(base_url: str, certificate: str) -> bytes:
    """Return what our own metadata page needs to know of the provider before that one runs."""
    soap, post = (f"urn:oasis:names:tc:SAML:2.0:bindings:{one}" for one in ("SOAP", "HTTP-POST"))
    return (
        f"<m:EntityDescriptor xmlns:m='urn:oasis:names:tc:SAML:2.0:metadata' entityID='{ENTITY_ID}'>"
        "<m:IDPSSODescriptor protocolSupportEnumeration='urn:oasis:names:tc:SAML:2.0:protocol'><m:KeyDescriptor>"
        f"<d:KeyInfo xmlns:d='{NS['ds']}'><d:X509Data><d:X509Certificate>{certificate}</d:X509Certificate>"
        f"</d:X509Data></d:KeyInfo></m:KeyDescriptor><m:ArtifactResolutionService index='0' Binding='{soap}' "
        f"Location='{base_url}'/><m:SingleSignOnService Binding='{post}' Location='{base_url}'/>"
        "</m:IDPSSODescriptor></m:EntityDescriptor>"
    ).encode()


def go(client: Client, peer: SimpleSamlPhp) -> tuple[Any, dict[str, str]]:
    """Sign in there; return our last answer and the fields that the browser brought."""
    action, fields = press_button(client, idp="ssp")
    assert action == f"{peer.base_url}/saml2/idp/SSOService.php"
    where, sent = sign_in_there(action, fields)
    path = urlsplit(where).path
    assert path == "/saml/ssp/acs/"
    other_site = Client(enforce_csrf_checks=True)
    parked = other_site.get(path, sent) if "SAMLart" in sent else other_site.post(path, sent)
    return (client.get(parked["Location"]) if parked.status_code == 302 else parked), sent


def assert_signed_in(client: Client, response: Any, peer: SimpleSamlPhp) -> None:
    assert (response.status_code, response.get("Location")) == (302, "/konto/"), peer.log()[-3000:]
    assert User.objects.get().pk == int(client.session["_auth_user_id"])
    identity = Identity.objects.get()
    assert (identity.identifier, identity.full_name) == ("68841212044", "Anna Łucja Wrzos-Żółć")


def test_by_artifact(start: Start, refusals: Callable[[], list[str]]) -> None:
    peer = start()
    client = Client(enforce_csrf_checks=True)
    response, sent = go(client, peer)
    assert set(sent) == {"SAMLart", "RelayState"}
    assert_signed_in(client, response, peer)
    again = Client().get("/saml/ssp/acs/", sent)
    assert again.status_code == 403 and refusals() == ["already_used"]


def test_by_post(start: Start, refusals: Callable[[], list[str]]) -> None:
    peer = start(binding="post")
    client = Client(enforce_csrf_checks=True)
    response, sent = go(client, peer)
    assert_signed_in(client, response, peer)
    message = etree.fromstring(base64.b64decode(sent["SAMLResponse"]))
    methods = {
        one.get("Algorithm").rpartition("#")[2] for one in message.iter(f"{{{NS['ds']}}}SignatureMethod")
    }
    assert methods == {"rsa-sha256"} and len(message.findall(".//ds:Signature", NS)) == 2
    again = Client().post("/saml/ssp/acs/", sent)
    assert again.status_code == 403 and refusals() == ["already_used"]


def test_a_person_it_does_not_know_comes_back_with_nothing(start: Start) -> None:
    peer = start()
    client = Client(enforce_csrf_checks=True)
    action, fields = press_button(client, idp="ssp")
    with pytest.raises(AssertionError):
        sign_in_there(action, fields, password="wrong")
    assert "_auth_user_id" not in client.session
    assert_signed_in(client, go(client, peer)[0], peer)


def test_it_verifies_our_request(start: Start) -> None:
    """Our signature is good to it; a changed request is not, so it does look."""
    peer = start()
    client = Client(enforce_csrf_checks=True)
    action, fields = press_button(client, idp="ssp")
    changed = base64.b64decode(fields["SAMLRequest"]).replace(b'ForceAuthn="true"', b'ForceAuthn="false"')
    with pytest.raises(AssertionError):
        sign_in_there(action, fields | {"SAMLRequest": base64.b64encode(changed).decode()})
    assert "signature" in peer.log().lower()
    assert_signed_in(client, go(client, peer)[0], peer)


@pytest.mark.parametrize("binding", ["artifact", "post"])
def test_a_level_that_was_not_agreed_is_refused(
    start: Start, refusals: Callable[[], list[str]], binding: str
) -> None:
    peer = start(binding=binding, level="urn:oasis:names:tc:SAML:2.0:ac:classes:Password")
    client = Client(enforce_csrf_checks=True)
    response, _ = go(client, peer)
    assert response.status_code == 403 and refusals() == ["level"], peer.log()[-3000:]
    assert not User.objects.exists()


def test_its_encryption_is_too_weak(start: Start, refusals: Callable[[], list[str]]) -> None:
    """This version encrypts by AES in CBC, under RSA-OAEP: that is refused before anything is decrypted.

    By POST only: around an encrypted assertion the signature of its ArtifactResponse is broken when it leaves (to
    libxmlsec too).
    """
    peer = start(binding="post", encrypts=True)
    client = Client(enforce_csrf_checks=True)
    response, sent = go(client, peer)
    message = etree.fromstring(base64.b64decode(sent["SAMLResponse"]))
    methods = [one.get("Algorithm") for one in message.iter(f"{{{XENC}}}EncryptionMethod")]
    assert methods == [f"{XENC}aes128-cbc", f"{XENC}rsa-oaep-mgf1p"]
    assert response.status_code == 403 and refusals() == ["encryption_algorithm"], peer.log()[-3000:]
    assert not User.objects.exists()
