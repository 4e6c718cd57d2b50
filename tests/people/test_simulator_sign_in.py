"""The national sign-in against the simulator process, over the wire."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from epuap.saml.models import SignInRequest
from eurzad.lib.personas import CELINA
from portal.people.models import Identity, User
from tests.support.pages import check_page
from tests.support.signin import press_button
from tests.support.simulator import Simulator, drive_sign_in


@pytest.fixture
def client(portal_talks_to_simulator: Simulator, db: None) -> Client:
    return Client(enforce_csrf_checks=True)


def go(client: Client, simulator: Simulator, *, choice: str = "celina", next_url: str = "") -> Any:
    """Sign in as a persona all the way through the simulator's pages; return the portal's last answer."""
    action, fields = press_button(client, next_url)
    assert action == f"{simulator.base_url}/login/SingleSignOnService"
    acs, answer = drive_sign_in(
        simulator, saml_request=fields["SAMLRequest"], relay_state=fields["RelayState"], choice=choice
    )
    response = Client(enforce_csrf_checks=True).post(urlsplit(acs).path, answer)
    return client.get(response["Location"]) if response.status_code == 302 else response


def test_a_persona_signs_in_and_out(
    client: Client, simulator: Simulator, run_jobs: Callable[..., int], settings: Any
) -> None:
    response = go(client, simulator, next_url="/konto/?a=1")
    assert response["Location"] == "/konto/?a=1"
    user = User.objects.get(pk=client.session["_auth_user_id"])
    assert user.identity.full_name == CELINA.full_name
    assert user.identity.birth_date == CELINA.birth_date
    check_page(client.get("/konto/"))
    token = client.cookies[settings.CSRF_COOKIE_NAME].value
    client.post("/logowanie/wyloguj/", {"csrfmiddlewaretoken": token})
    assert "_auth_user_id" not in client.session
    assert run_jobs() == 1
    assert SignInRequest.objects.get().session == b""


def test_a_128_bit_key_under_another_name_is_read(client: Client, simulator: Simulator) -> None:
    simulator.order("idp_short_key")
    assert go(client, simulator)["Location"] == "/konto/"


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        ("idp_expired", "subject_time"),
        ("idp_wrong_audience", "audience"),
        ("idp_wrong_recipient", "recipient destination"),
        ("idp_wrong_request", "response_in_response_to"),
        ("idp_bad_signature", "signature_digest"),
        ("idp_bad_assertion", "signature_digest"),
        ("idp_unsigned", "signature_missing"),
        ("idp_low_assurance", "level"),
        ("idp_unknown_artifact", "artifact_unknown"),
    ],
)
def test_what_goes_wrong_there_is_refused_here(
    client: Client, simulator: Simulator, refusals: Callable[[], list[str]], behaviour: str, code: str
) -> None:
    simulator.order(behaviour)
    response = go(client, simulator)
    assert response.status_code in (400, 403)
    check_page(response)
    assert "Nie udało się zalogować" in response.content.decode()
    (logged,) = refusals()
    assert logged in code.split()
    assert "_auth_user_id" not in client.session
    assert not Identity.objects.exists()
    assert go(client, simulator)["Location"] == "/konto/"


def test_a_cancelled_sign_in_is_refused(
    client: Client, simulator: Simulator, refusals: Callable[[], list[str]]
) -> None:
    assert go(client, simulator, choice="cancel").status_code == 403
    assert refusals() == ["status_AuthnFailed"]
