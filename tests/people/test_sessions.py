"""Sessions: seen and ended by their owner; they end by themselves, and what is sent too late is not lost."""

import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from eurzad.lib import clock
from portal.people import sessions
from portal.people.models import OpenSession, User
from tests.architecture.test_start import manage
from tests.support.pages import PageClient

pytestmark = pytest.mark.django_db

START = datetime(2026, 6, 10, 10, tzinfo=UTC)
FORM = "/konto/wniosek/formularz/"
KEPT = "/konto/sesje/formularz/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
PHONE = "Mozilla/5.0 (Linux; Android 14; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36"


def browser(user: User, agent: str = FIREFOX) -> Client:
    client = Client(headers={"user-agent": agent})
    client.force_login(user)
    client.get("/konto/powiadomienia/")
    return client


def after(minutes: float) -> Any:
    return clock.frozen(START + timedelta(minutes=minutes))


def is_in(client: Client) -> bool:
    return client.get("/konto/powiadomienia/").status_code == 200


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox, Linux"),
        (PHONE, "Chrome, Android"),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126 Safari/537.36 Edg/126",
            "Edge, Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile Safari/604.1",
            "Safari, iPhone",
        ),
        ("", ""),
        ("<script>", ""),
    ],
)
def test_a_device_in_words(agent: str, words: str) -> None:
    assert sessions.device_of(agent) == words


def test_the_list_shows_one_s_own(pages: PageClient, anna: User, borys: User) -> None:
    with after(0):
        other, stranger = browser(anna, PHONE), browser(borys)
        pages.sign_in(anna)
        text = pages.get("/konto/sesje/").content.decode()
        assert "Chrome, Android" in text and "Firefox" not in text
        assert text.count("to urządzenie</span>") == 1 and "10.06.2026 12:00" in text
        foreign = OpenSession.objects.get(user=borys).public_id
        assert pages.client.post(f"/konto/sesje/{foreign}/wyloguj/").status_code == 404
        mine = OpenSession.objects.get(user=anna, device="Chrome, Android").public_id
        pages.post(f"/konto/sesje/{mine}/wyloguj/")
        assert not is_in(other) and is_in(stranger) and is_in(pages.client)


def test_no_address_is_kept() -> None:
    names = {field.name for field in OpenSession._meta.get_fields()}
    assert names == {"id", "public_id", "user", "session_key", "device", "opened_at", "seen_at"}


def test_all_others_end(anna: User, ewa: User) -> None:
    for user in (anna, ewa):
        first, second, third = browser(user), browser(user), browser(user)
        first.post("/konto/sesje/wyloguj-inne/")
        assert [is_in(one) for one in (first, second, third)] == [True, False, False]


def test_signing_out_takes_it_off_the_list(anna: User) -> None:
    client = browser(anna)
    assert OpenSession.objects.count() == 1
    client.post("/logowanie/wyloguj/")
    assert not OpenSession.objects.exists()


def test_what_ended_by_itself_is_forgotten(anna: User) -> None:
    with after(0):
        gone, stays = browser(anna), browser(anna)
        gone.session.flush()
    with after(5):
        assert sessions.tidy() == 1
    assert OpenSession.objects.get().session_key == stays.session.session_key


@pytest.mark.parametrize("who", ["anna", "ewa"])
def test_idle(request: pytest.FixtureRequest, settings: Any, who: str) -> None:
    user = request.getfixturevalue(who)
    settings.SESSION_MINUTES, settings.STAFF_SESSION_MINUTES = 20, 10
    limit = 10 if user.is_staff else 20
    with after(0):
        client = browser(user)
    with after(limit - 0.1):
        assert is_in(client)
    with after(2 * limit - 0.1 - 0.1):
        assert is_in(client), "use prolongs it"
    with after(3 * limit):
        assert not is_in(client)
        assert not OpenSession.objects.exists()


def test_absolute(anna: User, settings: Any) -> None:
    settings.SESSION_MAX_HOURS = 1
    with after(0):
        client = browser(anna)
    for minutes in (15, 30, 45, 59):
        with after(minutes):
            assert is_in(client)
    with after(60):
        assert not is_in(client)


def test_the_page_says_until_when(pages: PageClient, anna: User, ewa: User) -> None:
    with after(0):
        for user in (anna, ewa):
            text = pages.get(
                "/konto/powiadomienia/" if user == anna else "/admin/", user=user
            ).content.decode()
            assert "Sesja trwa do 12:20." in text and 'data-session-left="1200"' in text
            assert "/konto/sesje/przedluz/" in text and "js/session" in text
    assert "Sesja trwa" not in Client().get("/").content.decode()


def test_asking_does_not_prolong_and_prolonging_does(anna: User) -> None:
    with after(0):
        client = browser(anna)
    with after(18):
        assert client.get("/konto/sesje/stan/").json() == {"left": 120}
        assert client.get("/konto/sesje/stan/").json() == {"left": 120}
        answer = client.post("/konto/sesje/przedluz/", headers={"accept": "application/json"})
        assert answer.json() == {"left": 1200}
        answer = client.post(
            "/konto/sesje/przedluz/", {"next": "/konto/powiadomienia/"}, headers={"accept": "text/html"}
        )
        assert answer["Location"] == "/konto/powiadomienia/"


def send_too_late(user: User, path: str = FORM, **fields: str) -> Client:
    with after(0):
        client = browser(user)
    with after(21):
        answer = client.post(path, fields)
        assert answer.status_code == 302 and answer["Location"].startswith("/logowanie/")
        assert "next=/konto/sesje/formularz/" in answer["Location"]
        page = client.get(answer["Location"])
        assert "Sesja się skończyła" in page.content.decode()
    return client


def test_what_is_sent_too_late_waits(anna: User, pages: PageClient) -> None:
    client = send_too_late(anna, street="Lipowa", remarks='<b>"ważne"</b>')
    with after(25):
        client.force_login(anna)
        page = PageClient(client).get(KEPT).content.decode()
        assert 'name="street" value="Lipowa"' in page and "&lt;b&gt;" in page
        answer = client.post(KEPT, {"street": "Lipowa"})
        assert (answer.status_code, answer["Location"]) == (307, FORM)
        assert client.get(KEPT)["Location"] == "/konto/", "once"


def test_it_waits_for_nobody_else_and_not_for_long(anna: User, borys: User) -> None:
    client = send_too_late(anna, street="Lipowa")
    with after(25):
        client.force_login(borys)
        assert client.get(KEPT)["Location"] == "/konto/"
    client = send_too_late(anna, street="Lipowa")
    with after(52):
        client.force_login(anna)
        assert client.get(KEPT)["Location"] == "/konto/"


def test_it_is_kept_encrypted_and_can_be_dropped(anna: User) -> None:
    client = send_too_late(anna, street="Lipowa")
    assert "Lipowa" not in str(dict(client.session))
    with after(25):
        client.force_login(anna)
        assert client.post(KEPT, {"drop": "1"})["Location"] == FORM
        assert sessions.KEPT not in client.session


def test_a_form_that_no_key_opens_is_forgotten(anna: User) -> None:
    client = send_too_late(anna, street="Lipowa")
    with after(25):
        client.force_login(anna)
        session = client.session
        sealed = base64.b64decode(session[sessions.KEPT])
        session[sessions.KEPT] = base64.b64encode(sealed[:-1] + bytes([sealed[-1] ^ 1])).decode()
        session.save()
        assert client.get(KEPT).status_code == 302
        assert sessions.KEPT not in client.session


def test_too_much_is_not_kept_but_told(anna: User) -> None:
    with after(0):
        client = browser(anna)
    with after(21):
        answer = client.post(FORM, {"remarks": "x" * sessions.MAX_KEPT})
        assert answer["Location"] == "/logowanie/?next=/konto/"
        assert sessions.KEPT not in client.session


def test_a_forged_late_form_is_not_kept(anna: User) -> None:
    with after(0):
        client = Client(enforce_csrf_checks=True)
        client.force_login(anna)
        client.get("/konto/powiadomienia/")
    with after(21):
        assert client.post(FORM, {"street": "Lipowa"}).status_code == 403
        assert sessions.KEPT not in client.session


def test_a_clerk_s_late_form_waits_too(ewa: User, pages: PageClient) -> None:
    with after(0):
        pages.get("/admin/", user=ewa)
    with after(21):
        answer = pages.client.post("/admin/news/announcement/add/", {"title": "x"})
        assert answer["Location"] == "/logowanie/pracownik/?next=/konto/sesje/formularz/"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"SESSION_MINUTES": "4"}, "SESSION_MINUTES must be a whole number from 5 to 240"),
        ({"SESSION_MINUTES": "0"}, "SESSION_MINUTES"),
        ({"SESSION_MINUTES": "241"}, "SESSION_MINUTES"),
        ({"STAFF_SESSION_MINUTES": "1"}, "STAFF_SESSION_MINUTES"),
        ({"STAFF_SESSION_MINUTES": "-20"}, "STAFF_SESSION_MINUTES"),
        ({"SESSION_MAX_HOURS": "25"}, "SESSION_MAX_HOURS must be a whole number from 1 to 24"),
        ({"SESSION_MAX_HOURS": "1", "SESSION_MINUTES": "61"}, "SESSION_MAX_HOURS must be at least as long"),
    ],
)
def test_a_value_that_would_lock_out_or_never_end_stops_the_start(
    tmp_path: Path, values: dict[str, str], words: str
) -> None:
    done = manage("check", DEMO_MODE="1", VAR_DIR=str(tmp_path), **values)
    assert done.returncode == 3 and words in done.stderr and done.stderr.count("\n") == 1


def test_the_shortest_session_starts(tmp_path: Path) -> None:
    values = {"SESSION_MINUTES": "5", "STAFF_SESSION_MINUTES": "5", "SESSION_MAX_HOURS": "1"}
    assert manage("check", DEMO_MODE="1", VAR_DIR=str(tmp_path), **values).returncode == 0


def test_what_was_too_big_is_said_not_to_wait(anna: User, pages: PageClient) -> None:
    with after(0):
        client = browser(anna)
    with after(21):
        answer = client.post(FORM, {"remarks": "x" * sessions.MAX_KEPT})
        text = PageClient(client).get(answer["Location"]).content.decode()
        assert "nie został wysłany ani zachowany" in text and "nie przepadł" not in text
    client = send_too_late(anna, street="Lipowa")
    with after(42):
        assert "nie przepadł" not in client.get("/logowanie/").content.decode(), "said once"
