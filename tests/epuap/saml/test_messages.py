"""What the portal sends, held against the integration guide and checked by libxmlsec."""

from datetime import UTC, datetime

import pytest
from lxml import etree

from epuap.saml import messages
from epuap.saml.artifact import resolution_url
from epuap.saml.config import ServiceProvider
from epuap.saml.errors import ConfigurationError, SignInRefused
from epuap.saml.metadata import read_identity_provider, service_provider_metadata
from tests.support import idp as support
from tests.support.idp import NS, SP_ENTITY_ID, Idp

IDP = Idp()
SP = ServiceProvider(SP_ENTITY_ID, "Urząd", (IDP.sp.key,), (IDP.sp.certificate,))
PROVIDER = read_identity_provider("login", IDP.metadata())
AT = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)
EIDAS = "{http://eidas.europa.eu/saml-extensions}"


def test_authn_request_is_what_the_node_expects() -> None:
    root = etree.fromstring(
        messages.authn_request(
            request_id="ID-1",
            issued_at=AT,
            acs_url="https://portal.example.test/saml/login/acs/",
            provider=PROVIDER,
            sp=SP,
        )
    )
    assert dict(root.attrib) == {
        "ID": "ID-1",
        "Version": "2.0",
        "IssueInstant": "2026-11-23T12:00:00Z",
        "Destination": "http://127.0.0.1:1/sso",
        "AssertionConsumerServiceURL": "https://portal.example.test/saml/login/acs/",
        "ProtocolBinding": "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact",
        "ForceAuthn": "true",
        "IsPassive": "false",
        "ProviderName": "Urząd",
    }
    assert [etree.QName(child).localname for child in root] == [
        "Issuer",
        "Signature",
        "Extensions",
        "NameIDPolicy",
        "RequestedAuthnContext",
    ]
    assert root.findtext("a:Issuer", namespaces=NS) == SP_ENTITY_ID
    assert root.findtext(f".//{EIDAS}SPType") == "public"
    requested = root.findall(f".//{EIDAS}RequestedAttribute")
    assert [one.get("FriendlyName") for one in requested] == [
        "FirstName",
        "FamilyName",
        "DateOfBirth",
        "PersonIdentifier",
    ]
    assert {one.get("isRequired") for one in requested} == {"true"}
    context = root.find("p:RequestedAuthnContext", NS)
    assert context.get("Comparison") == "minimum"
    assert context[0].text == "http://eidas.europa.eu/LoA/substantial"
    method = root.find(".//ds:SignatureMethod", NS)
    assert method.get("Algorithm") == "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
    support.verify(root, IDP.sp)


def test_soap_messages_are_signed() -> None:
    resolve = messages.artifact_resolve(message_id="ID-2", issued_at=AT, artifact="AAQ=", sp=SP)
    message = etree.fromstring(resolve)[0][0]
    assert message.findtext("p:Artifact", namespaces=NS) == "AAQ="
    support.verify(message, IDP.sp)
    logout = messages.logout_request(
        message_id="ID-3",
        issued_at=AT,
        destination="https://idp.example.test/logout",
        name_id="abc",
        name_format="",
        session_index="_S-1",
        sp=SP,
    )
    message = etree.fromstring(logout)[0][0]
    assert [etree.QName(child).localname for child in message] == [
        "Issuer",
        "Signature",
        "NameID",
        "SessionIndex",
    ]
    support.verify(message, IDP.sp)


def test_ids_are_unique() -> None:
    assert len({messages.new_id() for _ in range(100)}) == 100


def test_metadata_of_an_identity_provider_is_read() -> None:
    provider = read_identity_provider("login", IDP.metadata())
    assert provider.entity_id == support.ENTITY_ID
    assert provider.certificates == (IDP.signer.certificate,)
    assert provider.artifact_services == {0: "http://127.0.0.1:1/resolve"}
    assert provider.sso_url.endswith("/sso") and provider.logout_url.endswith("/logout")


def test_metadata_may_carry_an_old_and_a_new_certificate() -> None:
    new = support.make_key_pair("new")
    provider = read_identity_provider("login", IDP.metadata(extra_certificates=(new.certificate_base64,)))
    assert provider.certificates == (new.certificate, IDP.signer.certificate)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b"<md:EntityDescriptor", b"<!DOCTYPE x><md:EntityDescriptor", "configuration_metadata"),
        (b"entityID=", b"other=", "configuration_metadata"),
        (b"ArtifactResolutionService", b"Nothing", "configuration_metadata_endpoint"),
        (b"SingleSignOnService", b"Nothing", "configuration_metadata_endpoint"),
        (b"use='signing'", b"use='encryption'", "configuration_metadata_certificate"),
        (b"<ds:X509Certificate>", b"<ds:X509Certificate>A", "configuration_metadata_certificate"),
    ],
)
def test_unusable_metadata_is_refused(old: bytes, new: bytes, code: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_identity_provider("login", IDP.metadata().replace(old, new))
    assert caught.value.code == code


def test_own_metadata_says_how_to_answer() -> None:
    root = etree.fromstring(
        service_provider_metadata(
            entity_id=SP_ENTITY_ID, acs_url="https://portal/acs/", certificates=SP.certificates
        )
    )
    assert root.get("entityID") == SP_ENTITY_ID
    uses = [key.get("use") for key in root.iter("{urn:oasis:names:tc:SAML:2.0:metadata}KeyDescriptor")]
    assert uses == ["signing", "encryption"]
    service = root.find(".//{urn:oasis:names:tc:SAML:2.0:metadata}AssertionConsumerService")
    assert service.get("Location") == "https://portal/acs/"
    assert service.get("Binding").endswith("HTTP-Artifact")


def test_an_artifact_of_the_provider_leads_to_its_service() -> None:
    assert resolution_url(IDP.artifact(), PROVIDER) == "http://127.0.0.1:1/resolve"


@pytest.mark.parametrize(
    ("artifact", "code"),
    [
        ("", "artifact_format"),
        ("ąę", "artifact_format"),
        ("AAQ=", "artifact_format"),
        (IDP.artifact() + "\n", "artifact_format"),
        (IDP.artifact()[:-2] + "B=", "artifact_format"),  # the same bytes in another spelling
        (IDP.artifact(kind=b"\x00\x01"), "artifact_format"),
        (IDP.artifact(source="https://other.example.test"), "artifact_source"),
        (IDP.artifact(index=7), "artifact_endpoint"),
    ],
    ids=[
        "none",
        "letters",
        "short",
        "line-end",
        "respelled",
        "kind",
        "source",
        "endpoint",
    ],  # artifacts are random
)
def test_another_artifact_is_refused_before_any_call(artifact: str, code: str) -> None:
    with pytest.raises(SignInRefused) as caught:
        resolution_url(artifact, PROVIDER)
    assert caught.value.code == code
