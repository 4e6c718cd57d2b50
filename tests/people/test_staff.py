"""Staff: password, then a code; /admin/ exists for nobody else."""

import re
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client

from eurzad.lib.personas import EWA
from portal.people.models import User
from tests.support.pages import PageClient, check_page

PASSWORD = "dobre-i-długie-hasło"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def clerk(ewa: User) -> User:
    ewa.set_password(PASSWORD)
    ewa.save()
    return ewa


@pytest.fixture
def enrolled(clerk: User) -> User:
    TOTP.activate(clerk, SECRET)
    return clerk


def code(secret: str = SECRET) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def enter_password(client: Client, *, login: str = EWA.key, password: str = PASSWORD, **extra: str) -> Any:
    return client.post("/logowanie/pracownik/", {"login": login, "password": password, **extra})


def test_password_then_code_opens_the_desk(enrolled: User, client: Client) -> None:
    response = client.get("/admin/")
    assert response["Location"] == "/logowanie/pracownik/?next=/admin/"
    check_page(client.get(response["Location"]))
    response = enter_password(client, next="/admin/people/user/")
    assert response["Location"] == "/logowanie/pracownik/kod/"
    assert client.get("/admin/").status_code == 302
    page = client.get("/logowanie/pracownik/kod/")
    check_page(page)
    wrong = client.post("/logowanie/pracownik/kod/", {"code": "000000"})
    check_page(wrong)
    assert "Ten kod nie jest prawidłowy" in wrong.content.decode()
    response = client.post("/logowanie/pracownik/kod/", {"code": code()})
    assert response["Location"] == "/admin/people/user/"
    response = client.get("/admin/")
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"


def test_a_code_works_once(enrolled: User) -> None:
    used = code()
    for expected in (302, 200):
        client = Client()
        enter_password(client)
        assert client.post("/logowanie/pracownik/kod/", {"code": used}).status_code == expected


def test_staff_without_an_app_must_connect_one(clerk: User, client: Client) -> None:
    assert enter_password(client)["Location"] == "/admin/"
    response = client.get("/admin/")
    assert response["Location"].startswith("/logowanie/pracownik/aplikacja/")
    response = client.get(response["Location"])
    assert response["Location"].startswith("/logowanie/pracownik/potwierdz/haslo/")
    check_page(client.get(response["Location"]))
    response = client.post(response["Location"], {"password": PASSWORD})
    page = client.get(response["Location"])
    check_page(page)
    secret = re.search("<code>([A-Z2-7]+)</code>", page.content.decode()).group(1)
    wrong = client.post("/logowanie/pracownik/aplikacja/", {"code": "000000"})
    check_page(wrong)
    response = client.post("/logowanie/pracownik/aplikacja/", {"code": code(secret)})
    assert response["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200
    assert secret not in str(Authenticator.objects.get().data)
    assert client.get("/logowanie/pracownik/aplikacja/")["Location"] == "/admin/"


def test_a_session_older_than_the_app_is_asked_for_a_code(clerk: User, client: Client) -> None:
    enter_password(client)
    TOTP.activate(clerk, SECRET)
    response = client.get("/admin/people/user/")
    assert response["Location"] == "/logowanie/pracownik/potwierdz/kod/?next=/admin/people/user/"
    check_page(client.get(response["Location"]))
    response = client.post(response["Location"], {"code": code()})
    assert response["Location"] == "/admin/people/user/"
    assert client.get("/admin/people/user/").status_code == 200


def test_the_admins_own_sign_in_only_redirects(enrolled: User, client: Client) -> None:
    response = client.post("/admin/login/", {"username": EWA.key, "password": PASSWORD})
    assert response["Location"] == "/logowanie/pracownik/?next=/admin/"
    assert "_auth_user_id" not in client.session


def test_a_wrong_password_says_nothing_more(clerk: User, client: Client) -> None:
    for login, password in ((EWA.key, "x"), ("nobody", PASSWORD)):
        response = enter_password(client, login=login, password=password)
        check_page(response)
        assert "Login lub hasło są nieprawidłowe." in response.content.decode()


def test_a_resident_with_a_password_cannot_use_it(anna: User, client: Client) -> None:
    anna.set_password(PASSWORD)
    anna.save()
    response = enter_password(client, login=anna.username)
    assert "Login lub hasło są nieprawidłowe." in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_guessing_is_slowed_down(clerk: User, client: Client) -> None:
    for _ in range(5):
        enter_password(client, password="x")
    response = enter_password(client)
    assert "Zbyt wiele prób" in response.content.decode()
    assert "_auth_user_id" not in client.session
    cache.clear()
    assert enter_password(client).status_code == 302


def test_too_many_sign_ins_from_one_place(client: Client, db: None) -> None:
    responses = [client.post("/logowanie/demo/", {"username": "x", "password": "y"}) for _ in range(31)]
    assert [response.status_code for response in responses] == [200] * 30 + [429]
    check_page(responses[-1])


@pytest.mark.parametrize("url", ["/admin/", "/admin/login/", "/admin/people/user/", "/admin/nothing-here/"])
def test_for_a_resident_there_is_no_admin(pages: PageClient, anna: User, url: str) -> None:
    pages.get(url, user=anna, status=404)


def test_a_staff_session_without_second_factor_is_stopped(client: Client, filip: User) -> None:
    client.force_login(filip)
    assert client.get("/admin/")["Location"].startswith("/logowanie/pracownik/aplikacja/")


def test_somebody_elses_second_factor_does_not_count(client: Client, ewa: User, filip: User) -> None:
    client.force_login(filip)
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "type": "totp", "at": 0}]
    session["account_authentication_methods_user"] = str(ewa.pk)
    session["second_factor_enrolled"] = ewa.pk
    session.save()
    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize(
    "url",
    [
        "/logowanie/signup/",
        "/logowanie/email/",
        "/logowanie/confirm-email/",
        "/logowanie/password/change/",
        "/logowanie/password/set/",
        "/logowanie/password/reset/",
        "/logowanie/password/reset/done/",
        "/logowanie/password/reset/key/1-set-password/",
        "/logowanie/login/",
        "/logowanie/login/code/confirm/",
        "/logowanie/3rdparty/",
        "/logowanie/3rdparty/signup/",
        "/logowanie/2fa/",
        "/logowanie/2fa/totp/deactivate/",
        "/logowanie/2fa/recovery-codes/",
    ],
)
def test_pages_of_allauth_that_nobody_has(client: Client, anna: User, ewa: User, url: str) -> None:
    for user in (None, anna, ewa):
        if user:
            client.force_login(user)
        assert client.get(url).status_code == 404
        assert client.post(url, {"username": "x", "password1": PASSWORD}).status_code == 404


@pytest.mark.parametrize("page", ["aplikacja/", "potwierdz/haslo/", "potwierdz/kod/"])
def test_second_factor_pages_are_for_staff(client: Client, anna: User, page: str) -> None:
    url = f"/logowanie/pracownik/{page}"
    assert client.get(url)["Location"].startswith("/logowanie/?next=")
    client.force_login(anna)
    assert client.get(url).status_code == 404


def test_a_resident_who_comes_to_the_staff_page_goes_home(client: Client, anna: User) -> None:
    client.force_login(anna)
    assert client.get("/logowanie/pracownik/")["Location"] == "/konto/"
