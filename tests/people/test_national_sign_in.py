"""The national sign-in through the browser, against an identity provider on a loopback port."""

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from lxml import etree

from epuap.saml import services as saml
from epuap.saml.models import SignInRequest
from eurzad.lib import clock
from portal.people.models import Identity, User
from tests.support import idp as support
from tests.support.idp import Answer, Idp
from tests.support.pages import check_page
from tests.support.signin import Browser

OTHER_PORTAL = Answer(audiences=("https://other-portal.example.test",))


def assert_refused(response, *, status: int = 403) -> None:  # type: ignore[no-untyped-def]
    assert response.status_code == status
    check_page(response)
    text = response.content.decode()
    assert "Nie udało się zalogować" in text and "Nic nie przepadło" in text
    assert re.search(r"<strong>[2-9A-Z]{4}-[2-9A-Z]{4}</strong>", text)
    assert response["Cache-Control"] == "no-store"


def test_a_new_resident_signs_in(visitor: Browser) -> None:
    response = visitor.sign_in()
    assert (response.status_code, response["Location"]) == (302, "/konto/")
    user = User.objects.get(pk=visitor.client.session["_auth_user_id"])
    assert (user.kind, user.email, user.has_usable_password()) == ("resident", "", False)
    assert re.fullmatch("r-[0-9a-f]{32}", user.username)
    assert user.identity.full_name == "Anna Wrzos"
    account = SocialAccount.objects.get()
    assert (account.user, account.uid, account.extra_data) == (user, str(user.identity.public_id), {})
    assert visitor.client.get("/konto/").status_code == 200


def test_the_same_person_gets_the_same_account(visitor: Browser) -> None:
    visitor.sign_in()
    first = visitor.client.session["_auth_user_id"]
    other = Browser(visitor.idp, Client(enforce_csrf_checks=True))
    other.sign_in(Answer(family_name="Wrzos-Nowa"))
    assert other.client.session["_auth_user_id"] == first
    assert Identity.objects.get().family_name == "Wrzos-Nowa"
    assert User.objects.get(pk=first).last_name == "Wrzos-Nowa"


def test_an_account_made_before_is_found_by_the_person(visitor: Browser, anna: User) -> None:
    visitor.sign_in()
    assert visitor.client.session["_auth_user_id"] == str(anna.pk)


def test_two_people_never_share_an_account(visitor: Browser, celina: User) -> None:
    visitor.sign_in()
    assert visitor.client.session["_auth_user_id"] != str(celina.pk)


def test_the_session_key_changes_at_sign_in(visitor: Browser) -> None:
    session = visitor.client.session
    session["before"] = "yes"
    session.save()
    before = session.session_key
    visitor.sign_in()
    assert visitor.client.session.session_key != before


def test_a_session_of_somebody_else_ends_first(visitor: Browser, celina: User) -> None:
    visitor.client.force_login(celina)
    request_id, relay_state = _begin_signed_in(visitor)
    response = visitor.answer(visitor.idp.issue(request_id), relay_state)
    visitor.client.get(response["Location"])
    assert visitor.client.session["_auth_user_id"] != str(celina.pk)


def _begin_signed_in(visitor: Browser) -> tuple[str, str]:
    """Begin in another tab before the session was opened."""
    cookies = visitor.client.cookies.copy()
    visitor.client.logout()
    begun = visitor.begin()
    visitor.client.cookies.update(cookies)
    return begun


@pytest.mark.parametrize(
    ("asked", "landed"),
    [
        ("/konto/?zakladka=1", "/konto/?zakladka=1"),
        ("https://evil.example.test/", "/konto/"),
        ("//evil.example.test/", "/konto/"),
        ("/\\evil.example.test/", "/konto/"),
        ("javascript:alert(1)", "/konto/"),
        ("/konto/\x00", "/konto/"),
        ("/konto/\r\nX: y", "/konto/"),
        ("http://testserver/konto/", "/konto/"),
    ],
)
def test_next_stays_on_this_site(visitor: Browser, asked: str, landed: str) -> None:
    assert visitor.sign_in(next_url=asked)["Location"] == landed


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (OTHER_PORTAL, "audience"),
        (Answer(valid_for=timedelta(minutes=-10)), "subject_time"),
        (Answer(signer=support.make_key_pair("stranger")), "signature_value"),
        (Answer(sign_artifact_response=False), "signature_missing"),
        (Answer(pesel="68841212045"), "identifier"),
        (Answer(level="http://eidas.europa.eu/LoA/low"), "level"),
        (Answer(status="urn:oasis:names:tc:SAML:2.0:status:Responder"), "status_Responder"),
    ],
)
def test_a_bad_answer_opens_no_session_and_loses_nothing(
    visitor: Browser, refusals, caplog: pytest.LogCaptureFixture, answer: Answer, code: str
) -> None:
    assert_refused(visitor.sign_in(answer))
    assert not visitor.is_signed_in
    assert not User.objects.exists() and not Identity.objects.exists()
    assert refusals() == [code]
    for secret in ("68841212", "Wrzos", "Anna"):
        assert secret not in caplog.text
    assert visitor.sign_in()["Location"] == "/konto/"
    assert visitor.is_signed_in


def test_an_unknown_artifact_is_refused(visitor: Browser, refusals) -> None:
    _, relay_state = visitor.begin()
    response = visitor.answer(visitor.idp.artifact(), relay_state)
    assert_refused(visitor.client.get(response["Location"]), status=400)
    assert refusals() == ["artifact_unknown"]
    assert not visitor.is_signed_in


@pytest.mark.parametrize(
    ("artifact", "code", "status"),
    [
        ("", "artifact_format", 400),
        ("%00", "artifact_format", 400),
        (Idp().artifact(source="https://other.example.test"), "artifact_source", 403),
        (Idp().artifact(index=3), "artifact_endpoint", 403),
    ],
    ids=["none", "nul", "source", "endpoint"],  # artifacts are random
)
def test_a_malformed_artifact_makes_no_call(
    visitor: Browser, refusals, artifact: str, code: str, status: int
) -> None:
    _, relay_state = visitor.begin()
    assert_refused(visitor.answer(artifact, relay_state), status=status)
    assert refusals() == [code]
    assert visitor.idp.resolved == []


def test_an_unsolicited_answer_is_refused(visitor: Browser, refusals) -> None:
    for relay_state in ("", "made-up"):
        assert_refused(visitor.answer(visitor.idp.issue("ID-none"), relay_state))
    assert refusals() == ["unsolicited", "unsolicited"]
    assert visitor.idp.resolved == []


def test_a_get_at_the_acs_is_a_clear_page(visitor: Browser) -> None:
    assert_refused(visitor.client.get("/saml/login/acs/"), status=400)


def test_an_answer_to_another_request_is_refused(visitor: Browser, refusals) -> None:
    other_request, _ = visitor.begin()
    _, relay_state = visitor.begin()
    response = visitor.answer(visitor.idp.issue(other_request), relay_state)
    assert_refused(visitor.client.get(response["Location"]))
    assert refusals() == ["response_in_response_to"]


def test_an_answer_brought_twice_is_parked_once(visitor: Browser) -> None:
    request_id, relay_state = visitor.begin()
    artifact = visitor.idp.issue(request_id)
    first, second = (visitor.answer(artifact, relay_state) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert visitor.client.get(first["Location"])["Location"] == "/konto/"


def test_a_second_artifact_for_one_request_is_refused(visitor: Browser, refusals) -> None:
    request_id, relay_state = visitor.begin()
    visitor.answer(visitor.idp.issue(request_id), relay_state)
    assert_refused(visitor.answer(visitor.idp.issue(request_id), relay_state))
    assert refusals() == ["answer_second"]


def test_an_artifact_is_not_taken_for_a_second_request(visitor: Browser, refusals) -> None:
    request_id, relay_state = visitor.begin()
    artifact = visitor.idp.issue(request_id)
    visitor.answer(artifact, relay_state)
    _, second_relay_state = visitor.begin()
    assert_refused(visitor.answer(artifact, second_relay_state))
    assert refusals() == ["answer_replayed"]


def test_a_used_answer_is_refused(visitor: Browser, refusals) -> None:
    request_id, relay_state = visitor.begin()
    artifact = visitor.idp.issue(request_id)
    finish = visitor.answer(artifact, relay_state)["Location"]
    cookies = visitor.client.cookies.copy()
    assert visitor.client.get(finish)["Location"] == "/konto/"
    visitor.client.logout()
    visitor.client.cookies.update(cookies)
    assert_refused(visitor.client.get(finish))
    assert_refused(visitor.answer(artifact, relay_state))
    assert refusals() == ["already_used", "already_used"]
    assert len(visitor.idp.resolved) == 1
    assert not visitor.is_signed_in


def test_another_browser_cannot_finish(visitor: Browser, refusals) -> None:
    request_id, relay_state = visitor.begin()
    finish = visitor.answer(visitor.idp.issue(request_id), relay_state)["Location"]
    thief = Browser(visitor.idp, Client(enforce_csrf_checks=True))
    thief.begin()
    assert_refused(thief.client.get(finish))
    assert refusals() == ["other_browser"]
    assert not thief.is_signed_in
    assert visitor.idp.resolved == []
    assert visitor.client.get(finish)["Location"] == "/konto/"  # the rightful one still can


def test_two_tabs_do_not_spoil_each_other(visitor: Browser) -> None:
    first, second = visitor.begin(), visitor.begin()
    for request_id, relay_state in (first, second):
        response = visitor.answer(visitor.idp.issue(request_id), relay_state)
        assert visitor.client.get(response["Location"])["Location"] == "/konto/"


def test_an_expired_request_is_refused(visitor: Browser, refusals) -> None:
    request_id, relay_state = visitor.begin()
    artifact = visitor.idp.issue(request_id)
    with clock.frozen(clock.now() + timedelta(minutes=11)):
        assert_refused(visitor.answer(artifact, relay_state))
    finish = visitor.answer(artifact, relay_state)["Location"]
    with clock.frozen(clock.now() + timedelta(minutes=11)):
        assert_refused(visitor.client.get(finish))
    assert refusals() == ["expired", "expired"]
    assert visitor.idp.resolved == []


def test_finish_before_an_answer_is_refused(visitor: Browser, refusals) -> None:
    visitor.begin()
    request = SignInRequest.objects.get()
    assert_refused(visitor.client.get(f"/saml/login/dokoncz/{request.public_id}/"))
    assert refusals() == ["unsolicited"]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ((500, b"error"), "idp_error"),
        ((302, b""), "idp_http_status"),
        ((403, b"no"), "idp_http_status"),
        ((200, b""), "xml_malformed"),
        ((200, b"<a>" + b"x" * 300_000 + b"</a>"), "idp_answer_size"),
    ],
)
def test_a_broken_provider_is_a_clear_page(
    visitor: Browser, refusals, raw: tuple[int, bytes], code: str
) -> None:
    visitor.idp.raw_answer = raw
    assert_refused(visitor.sign_in(), status=400)
    assert refusals() == [code]
    visitor.idp.raw_answer = None
    assert visitor.sign_in()["Location"] == "/konto/"


def test_a_provider_out_of_reach_is_a_clear_page(visitor: Browser, refusals, settings) -> None:
    metadata = settings.IDENTITY_PROVIDERS["login"]["metadata"]
    request_id, relay_state = visitor.begin()
    finish = visitor.answer(visitor.idp.issue(request_id), relay_state)["Location"]
    metadata.write_bytes(metadata.read_bytes().replace(visitor.idp.base_url.encode(), b"http://127.0.0.1:1"))
    assert_refused(visitor.client.get(finish), status=400)
    assert refusals() == ["idp_unreachable"]


def test_missing_metadata_is_a_clear_page(visitor: Browser, refusals, settings) -> None:
    settings.IDENTITY_PROVIDERS["login"]["metadata"].unlink()
    visitor.client.get("/logowanie/")
    token = visitor.client.cookies[settings.CSRF_COOKIE_NAME].value
    response = visitor.client.post("/logowanie/krajowe/login/", {"csrfmiddlewaretoken": token})
    assert_refused(response, status=400)
    assert refusals() == ["configuration_file"]


def test_an_unknown_provider_is_no_page(visitor: Browser) -> None:
    for url in ("/saml/other/metadata/", "/saml/other/acs/"):
        assert visitor.client.get(url).status_code == 404
    assert Client().post("/logowanie/krajowe/other/").status_code == 404
    assert Client().post("/saml/other/acs/", {"SAMLart": visitor.idp.artifact()}).status_code == 404


def test_metadata_is_served(visitor: Browser, settings) -> None:
    response = visitor.client.get("/saml/login/metadata/")
    assert response["Content-Type"] == "application/samlmetadata+xml"
    root = etree.fromstring(response.content)
    service = root.find(".//{urn:oasis:names:tc:SAML:2.0:metadata}AssertionConsumerService")
    assert service.get("Location") == f"{settings.PORTAL_BASE_URL}/saml/login/acs/"


def test_beginning_needs_the_page(visitor: Browser) -> None:
    response = visitor.client.post("/logowanie/krajowe/login/")
    assert response.status_code == 403
    assert not SignInRequest.objects.exists()


def test_the_cookie_of_the_request_is_kept_from_scripts_and_other_sites(visitor: Browser) -> None:
    visitor.begin()
    (cookie,) = (one for name, one in visitor.client.cookies.items() if name.startswith("signin-"))
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["path"] == "/saml/login/"
    assert cookie.value not in str(SignInRequest.objects.values().get())


def test_a_switched_off_account_stays_out(visitor: Browser, anna: User) -> None:
    User.objects.update(is_active=False)
    response = visitor.sign_in()
    assert response["Location"] == "/logowanie/nieczynne/"
    check_page(visitor.client.get("/logowanie/nieczynne/"))
    assert not visitor.is_signed_in


def sign_out(client: Client, settings) -> None:  # type: ignore[no-untyped-def]
    token = client.cookies[settings.CSRF_COOKIE_NAME].value
    response = client.post("/logowanie/wyloguj/", {"csrfmiddlewaretoken": token})
    assert (response.status_code, response["Location"]) == (302, "/")


def test_sign_out_ends_here_first_and_there_later(visitor: Browser, run_jobs, settings) -> None:
    visitor.sign_in()
    visitor.client.get("/konto/")
    sign_out(visitor.client, settings)
    assert not visitor.is_signed_in
    assert visitor.idp.logouts == []
    run_jobs()
    (logout,) = visitor.idp.logouts
    assert logout.findtext("p:SessionIndex", namespaces=support.NS) == "_S-1"
    assert SignInRequest.objects.get().session == b""
    saml.send_logout(SignInRequest.objects.get().public_id)
    assert len(visitor.idp.logouts) == 1


def test_a_provider_taken_out_of_the_settings_is_told_nothing(visitor: Browser, run_jobs, settings) -> None:
    visitor.sign_in()
    visitor.client.get("/konto/")
    sign_out(visitor.client, settings)
    settings.IDENTITY_PROVIDERS = {}
    run_jobs()
    assert visitor.idp.logouts == [] and SignInRequest.objects.get().session == b""


def test_a_silent_provider_delays_no_sign_out(visitor: Browser, run_jobs, settings) -> None:
    visitor.sign_in()
    visitor.client.get("/konto/")
    visitor.idp.raw_answer = (503, b"")
    sign_out(visitor.client, settings)
    assert not visitor.is_signed_in
    run_jobs()
    assert SignInRequest.objects.get().session != b""
    visitor.idp.raw_answer = None
    run_jobs(force=True)
    assert SignInRequest.objects.get().session == b""


def test_sign_out_needs_a_post(visitor: Browser) -> None:
    visitor.sign_in()
    for url in ("/logowanie/wyloguj/", "/saml/login/wyloguj/"):
        assert visitor.client.get(url).status_code == 405
        assert visitor.client.post(url).status_code == 403
    assert visitor.is_signed_in


def test_yesterdays_requests_are_forgotten(visitor: Browser) -> None:
    visitor.begin()
    assert saml.purge() == 0
    with clock.frozen(clock.now() + timedelta(days=2)):
        assert saml.purge() == 1


def test_two_providers_of_one_profile_are_told_apart(visitor: Browser, settings: Any) -> None:
    one = settings.IDENTITY_PROVIDERS["login"]
    settings.IDENTITY_PROVIDERS = {"login": one, "zapasowe": one, "nazwane": one | {"label": "Wejdź inaczej"}}
    page = visitor.client.get("/logowanie/")
    check_page(page)
    text = page.content.decode()
    for words in ("przez login.gov.pl (login)<", "przez login.gov.pl (zapasowe)<", "Wejdź inaczej<"):
        assert text.count(words) == 1
    settings.IDENTITY_PROVIDERS = {"login": one, "nazwane": one | {"label": "Wejdź inaczej"}}
    assert "przez login.gov.pl<" in visitor.client.get("/logowanie/").content.decode()
