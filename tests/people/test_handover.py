"""demo/demo of a live portal: handed over to the demo instance by a token that opens one copy, once, in a minute."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.apps import apps
from django.test import Client

from eurzad.lib import clock
from eurzad.lib.personas import DEMO
from portal.people import handover
from portal.people.models import UsedHandover, User
from tests.support.pages import PageClient
from tests.support.people import make_subject

pytestmark = pytest.mark.django_db

KEY = base64.b64encode(b"k" * 32).decode()
OTHER_KEY = base64.b64encode(b"o" * 32).decode()
NOW = datetime(2026, 6, 10, 10, tzinfo=UTC)
DEMO_LOGIN = {"username": "demo", "password": "demo"}
ENTRY = "/logowanie/demo/wejscie/"


@pytest.fixture
def live(settings: Any) -> Any:
    """A live portal that has a demo elsewhere."""
    settings.DEMO_MODE = False
    settings.DEMO_URL = "https://pokaz.example.test"
    settings.DEMO_HANDOVER_KEY = KEY
    return settings


@pytest.fixture
def demo(settings: Any) -> Any:
    """The demo instance, loaded."""
    settings.DEMO_HANDOVER_KEY = KEY
    make_subject(DEMO)
    return settings


def enter(client: Client, token: str) -> Any:
    return client.get(ENTRY, {"token": token})


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_live_portal_hands_over_and_keeps_nothing(pages: PageClient, live: Any) -> None:
    page = pages.get("/logowanie/").content.decode()
    assert "konto demo" in page and "W tym portalu nic się nie zapisze." in page
    counts = {model: model._base_manager.count() for model in apps.get_models()}
    answer = pages.post("/logowanie/demo/", DEMO_LOGIN)
    address = urlsplit(answer["Location"])
    assert (address.scheme, address.netloc, address.path) == ("https", "pokaz.example.test", ENTRY)
    assert list(parse_qs(address.query)) == ["token"]
    assert counts == {model: model._base_manager.count() for model in apps.get_models()}
    assert not is_in(pages.client)


def test_live_portal_asks_for_the_password_of_the_demo(pages: PageClient, live: Any) -> None:
    answer = pages.post("/logowanie/demo/", {"username": "demo", "password": "x"}, status=200)
    assert "Login i hasło do konta demo to: demo, demo." in answer.content.decode()


def test_without_an_address_the_live_portal_shows_no_demo(pages: PageClient, live: Any) -> None:
    live.DEMO_URL = ""
    page = pages.get("/logowanie/").content.decode()
    assert "konto demo" not in page and "/logowanie/demo/" not in page
    assert pages.client.post("/logowanie/demo/", DEMO_LOGIN).status_code == 404


def test_live_portal_takes_no_token_itself(client: Client, live: Any) -> None:
    assert enter(client, handover.new_token()).status_code == 404
    assert not UsedHandover.objects.exists()


def test_a_token_opens_a_copy_once(demo: Any) -> None:
    token = handover.new_token()
    first, second = Client(), Client()
    assert enter(first, token)["Location"] == "/konto/"
    assert User.objects.get(pk=first.session["_auth_user_id"]).kind == "demo"
    assert enter(second, token)["Location"] == "/logowanie/"
    assert not is_in(second) and User.objects.count() == 1


def test_a_token_says_nothing_and_no_two_are_alike(live: Any) -> None:
    tokens = {handover.new_token() for _ in range(50)}
    assert len(tokens) == 50
    assert all(len(token) == 75 and token.isascii() for token in tokens)


@pytest.mark.parametrize(
    ("seconds", "opens"), [(-31, False), (-30, True), (0, True), (60, True), (61, False)]
)
def test_a_minute(demo: Any, client: Client, seconds: int, opens: bool) -> None:
    with clock.frozen(NOW):
        token = handover.new_token()
    with clock.frozen(NOW + timedelta(seconds=seconds)):
        enter(client, token)
    assert is_in(client) == opens


def test_tokens_of_another_key_or_edited_open_nothing(demo: Any) -> None:
    demo.DEMO_HANDOVER_KEY = OTHER_KEY
    foreign = handover.new_token()
    demo.DEMO_HANDOVER_KEY = KEY
    good = handover.new_token()
    edited = [good[:n] + ("A" if good[n] != "A" else "B") + good[n + 1 :] for n in range(0, 74, 6)]
    for token in (foreign, "", "x", "ż", "=", good[:-4], good + "AAAA", good * 5, "%00", *edited):
        client = Client()
        answer = enter(client, token)
        assert answer["Location"] == "/logowanie/" and not is_in(client), token
    assert not UsedHandover.objects.exists() and not User.objects.exists()


def test_without_a_key_no_token_is_right(demo: Any, client: Client) -> None:
    token = handover.new_token()
    demo.DEMO_HANDOVER_KEY = ""
    assert enter(client, token)["Location"] == "/logowanie/"


def test_only_a_visit_uses_it_up(demo: Any, client: Client) -> None:
    token = handover.new_token()
    assert client.head(ENTRY, {"token": token}).status_code == 405
    assert client.post(f"{ENTRY}?token={token}").status_code == 405
    assert enter(client, token)["Location"] == "/konto/"


def test_tries_are_counted(demo: Any, client: Client) -> None:
    answers = [enter(client, "x").status_code for _ in range(40)]
    assert answers[0] == 302 and answers[-1] == 429


def test_used_ones_are_forgotten_when_they_are_too_old_anyway(demo: Any) -> None:
    with clock.frozen(NOW):
        handover.use_token(handover.new_token())
        assert handover.forget_old() == 0
    with clock.frozen(NOW + timedelta(minutes=11)):
        assert handover.forget_old() == 1
