"""The second sign-in profile against the simulator process, over the wire."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from django.test import Client

from epuap.saml.models import SignInRequest
from eurzad.lib.personas import CELINA
from portal.people.models import Identity, User
from tests.people.test_national_sign_in import sign_out
from tests.support.idp import EIDAS_NAMES
from tests.support.pages import check_page
from tests.support.signin import press_button
from tests.support.simulator import Simulator, drive_sign_in

SSO = "/dt/SingleSignOnService"


@pytest.fixture
def client(portal_talks_to_simulator: Simulator, db: None, settings: Any) -> Client:
    simulator = portal_talks_to_simulator
    settings.IDENTITY_PROVIDERS = settings.IDENTITY_PROVIDERS | {
        "epuap": {
            "metadata": simulator.public_dir / "idp-epuap-metadata.xml",
            "profile": "epuap",
            "label": "",
            "binding": "artifact",
            "levels": ("http://eidas.europa.eu/LoA/substantial", "http://eidas.europa.eu/LoA/high"),
            "attributes": dict(EIDAS_NAMES),
            "userinfo_url": "",
        }
    }
    settings.SAML_SP_RSA_KEY = simulator.portal_keys / "saml-rsa.key"
    settings.SAML_SP_RSA_CERT = simulator.portal_keys / "saml-rsa.crt"
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def provider(client: Client, settings: Any) -> dict[str, Any]:
    """The settings of the second provider, to be changed."""
    chosen: dict[str, Any] = settings.IDENTITY_PROVIDERS["epuap"]
    return chosen


def ask_the_service(provider: dict[str, Any], simulator: Simulator) -> None:
    provider["attributes"] = {}
    provider["userinfo_url"] = f"{simulator.base_url}/pz-services/tpUserInfo"


def go(client: Client, simulator: Simulator, choice: str = "celina") -> Any:
    """Sign in as a persona all the way through the simulator's pages; return the portal's last answer."""
    action, fields = press_button(client, idp="epuap")
    assert action == f"{simulator.base_url}{SSO}"
    acs, answer = drive_sign_in(
        simulator,
        saml_request=fields["SAMLRequest"],
        relay_state=fields["RelayState"],
        choice=choice,
        path=SSO,
    )
    response = Client(enforce_csrf_checks=True).post(
        urlsplit(acs).path, urlencode(answer), content_type="application/x-www-form-urlencoded"
    )
    return client.get(response["Location"]) if response.status_code == 302 else response


def assert_signed_in(client: Client, response: Any) -> None:
    assert (response.status_code, response["Location"]) == (302, "/konto/")
    identity = User.objects.get(pk=client.session["_auth_user_id"]).identity
    assert (identity.full_name.lower(), identity.birth_date) == (CELINA.full_name.lower(), CELINA.birth_date)
    check_page(client.get("/konto/"))


@pytest.mark.parametrize("binding", ["artifact", "post"])
@pytest.mark.parametrize("mode", [(), ("pz_encrypted",), ("pz_encrypted_sha256",)], ids=str)
def test_a_persona_signs_in(
    client: Client, simulator: Simulator, provider: dict[str, Any], binding: str, mode: tuple[str, ...]
) -> None:
    provider["binding"] = binding
    for behaviour in mode:
        simulator.order(behaviour)
    assert_signed_in(client, go(client, simulator))
    assert simulator.ordered() == {}


@pytest.mark.parametrize("binding", ["artifact", "post"])
@pytest.mark.parametrize("mode", [("pz_session_only",), ("pz_session_only", "pz_encrypted")], ids=str)
def test_the_service_tells_who_the_session_is(
    client: Client, simulator: Simulator, provider: dict[str, Any], binding: str, mode: tuple[str, ...]
) -> None:
    provider["binding"] = binding
    ask_the_service(provider, simulator)
    for behaviour in mode:
        simulator.order(behaviour)
    assert_signed_in(client, go(client, simulator))


def test_somebody_from_another_country_signs_in_by_the_eidas_identifier(
    client: Client, simulator: Simulator
) -> None:
    assert go(client, simulator, "greta")["Location"] == "/konto/"
    identity = Identity.objects.get()
    assert (identity.scheme, identity.user) == (
        "eidas",
        User.objects.get(pk=client.session["_auth_user_id"]),
    )
    assert go(Client(enforce_csrf_checks=True), simulator, "greta")["Location"] == "/konto/"
    assert Identity.objects.get() == identity


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        ("userinfo_fault", "userinfo_unreachable"),
        ("userinfo_http_500", "userinfo_unreachable"),
        ("userinfo_bad_signature", "userinfo_answer"),
        ("userinfo_nobody", "userinfo_answer"),
    ],
)
def test_a_service_that_does_not_tell_signs_nobody_in(
    client: Client,
    simulator: Simulator,
    provider: dict[str, Any],
    refusals: Callable[[], list[str]],
    behaviour: str,
    code: str,
) -> None:
    ask_the_service(provider, simulator)
    simulator.order(behaviour)
    check_page(go(client, simulator))
    assert refusals() == [code]
    assert not Identity.objects.exists()
    assert_signed_in(client, go(client, simulator))


@pytest.mark.parametrize("binding", ["artifact", "post"])
@pytest.mark.parametrize(
    ("behaviour", "codes"),
    [
        ("idp_expired", "subject_time"),
        ("idp_wrong_issuer", "response_issuer answer_issuer"),
        ("idp_wrong_audience", "audience"),
        ("idp_wrong_recipient", "recipient destination"),
        ("idp_wrong_request", "response_in_response_to"),
        ("idp_bad_signature", "signature_digest"),
        ("idp_bad_assertion", "signature_digest"),
        ("idp_foreign_key", "signature_value"),
        ("idp_low_assurance", "level"),
        ("idp_cancelled", "status_AuthnFailed"),
    ],
)
def test_what_goes_wrong_there_is_refused_here(
    client: Client,
    simulator: Simulator,
    provider: dict[str, Any],
    refusals: Callable[[], list[str]],
    binding: str,
    behaviour: str,
    codes: str,
) -> None:
    provider["binding"] = binding
    simulator.order(behaviour)
    response = go(client, simulator)
    check_page(response)
    assert "Nie udało się zalogować" in response.content.decode()
    (logged,) = refusals()
    assert logged in codes.split()
    assert "_auth_user_id" not in client.session and not Identity.objects.exists()
    assert_signed_in(client, go(client, simulator))


def test_sign_out_ends_the_session_there(
    client: Client, simulator: Simulator, run_jobs: Callable[..., int], settings: Any, caplog: Any
) -> None:
    assert_signed_in(client, go(client, simulator))
    sign_out(client, settings)
    assert "_auth_user_id" not in client.session
    assert run_jobs() == 1
    assert bytes(SignInRequest.objects.get().session) == b""
    assert "not confirmed" not in caplog.text
