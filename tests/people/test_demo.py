"""demo/demo: each visitor gets data of their own; elsewhere it does not exist."""

import pytest
from django.test import Client

from eurzad.lib.personas import DEMO
from portal.people.models import Subject, User
from tests.support.pages import PageClient, check_page
from tests.support.people import make_subject

DEMO_LOGIN = {"username": "demo", "password": "demo"}


@pytest.fixture
def town(db: None) -> Subject:
    return make_subject(DEMO)


def test_the_sign_in_page_says_it(pages: PageClient) -> None:
    text = pages.get("/logowanie/").content.decode()
    assert "Login: <strong>demo</strong>, hasło: <strong>demo</strong>" in text
    for heading in ("Mam profil zaufany, e-dowód lub bankowość", "Chcę tylko obejrzeć (konto demo)"):
        assert heading in text
    assert "Zaloguj się przez login.gov.pl" in text
    assert "/logowanie/pracownik/" in text


def test_each_visitor_has_their_own_subject(town: Subject) -> None:
    subjects = []
    for _ in range(2):
        client = Client()
        response = client.post("/logowanie/demo/", DEMO_LOGIN)
        assert response["Location"] == "/konto/"
        user = User.objects.get(pk=client.session["_auth_user_id"])
        assert (user.kind, user.is_staff, user.has_usable_password()) == ("demo", False, False)
        subjects.append(user.identity.subject)
        check_page(client.get("/konto/"))
        assert client.get("/admin/").status_code == 404
    assert len({subject.pk for subject in (*subjects, town)}) == 3


def test_next_stays_on_this_site(town: Subject) -> None:
    for asked, landed in (("/konto/?a=1", "/konto/?a=1"), ("https://evil.example.test", "/konto/")):
        response = Client().post("/logowanie/demo/", {**DEMO_LOGIN, "next": asked})
        assert response["Location"] == landed


def test_another_password_is_refused_clearly(pages: PageClient, town: Subject) -> None:
    response = pages.post("/logowanie/demo/", {"username": "demo", "password": "x"}, status=200)
    assert "Login i hasło do konta demo to: demo, demo." in response.content.decode()
    assert "_auth_user_id" not in pages.client.session


def test_before_the_town_is_loaded_it_says_so(pages: PageClient) -> None:
    response = pages.post("/logowanie/demo/", DEMO_LOGIN, status=200)
    assert "Pokaz nie jest jeszcze przygotowany" in response.content.decode()


def test_demo_is_no_staff_password(client: Client, town: Subject) -> None:
    client.post("/logowanie/demo/", DEMO_LOGIN)
    client.logout()
    response = client.post("/logowanie/pracownik/", {"login": "demo", "password": "demo"})
    assert response.status_code == 200
    assert "_auth_user_id" not in client.session


def test_outside_the_demo_there_is_none(pages: PageClient, town: Subject, settings) -> None:  # type: ignore[no-untyped-def]
    settings.DEMO_MODE = False
    assert "konto demo" not in pages.get("/logowanie/").content.decode()
    assert pages.client.post("/logowanie/demo/", DEMO_LOGIN).status_code == 404
    assert not User.objects.exists()


def test_whoever_is_signed_in_skips_the_page(client: Client, anna: User) -> None:
    client.force_login(anna)
    assert client.get("/logowanie/")["Location"] == "/konto/"


def test_sign_in_pages_are_not_cached(pages: PageClient) -> None:
    for url in ("/logowanie/", "/logowanie/pracownik/"):
        assert pages.get(url)["Cache-Control"] == "no-store"
    assert pages.client.get("/konto/")["Cache-Control"] == "no-store"
