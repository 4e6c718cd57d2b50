"""No cache keeps anything of /konto/, /admin/ and sign-in, whatever the answer: a walk over every address."""

from typing import Any

import pytest
from django.test import Client

from portal.people.models import User
from tests.architecture.test_addresses import ADDRESSES
from tests.support.idp import Idp
from tests.support.pages import PageClient
from tests.support.signin import idp

__all__ = ["idp"]

pytestmark = pytest.mark.django_db

PRIVATE = [
    address
    for _name, address in ADDRESSES
    if address.split("/")[1] in ("konto", "admin", "logowanie", "saml")
]


def assert_kept_by_nobody(answer: Any, address: str) -> None:
    assert answer.headers.get("Cache-Control") == "no-store", (address, answer.status_code)


def test_the_walk_is_long() -> None:
    assert len(PRIVATE) > 100


@pytest.mark.parametrize("who", ["nobody", "anna", "ewa"])
def test_every_answer(request: pytest.FixtureRequest, idp: Idp, who: str) -> None:
    pages = PageClient(Client())
    user: User | None = None if who == "nobody" else request.getfixturevalue(who)
    seen = set()
    for address in PRIVATE:
        if user is not None:
            pages.sign_in(user)
        for method in ("get", "head", "options", "post", "put", "delete"):
            answer = getattr(pages.client, method)(address)
            assert_kept_by_nobody(answer, address)
            seen.add(answer.status_code)
    assert seen >= {302, 404, 405} and (who == "nobody" or 200 in seen)


@pytest.mark.parametrize(
    ("address", "extra"),
    [
        ("/konto", {}), ("/admin", {}), ("/konto/naleznosci", {}), ("/konto/nie-ma/", {}), ("/admin/nie-ma/", {}),
        ("/konto/", {"HTTP_HOST": "zly.example.test"}), ("/%6bonto/", {}),
    ],
)  # fmt: skip
def test_errors_and_odd_addresses(client: Client, address: str, extra: dict[str, str]) -> None:
    assert_kept_by_nobody(client.get(address, **extra), address)


def test_a_refused_form(anna: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(anna)
    answer = client.post("/konto/powiadomienia/przeczytane/")
    assert answer.status_code == 403
    assert_kept_by_nobody(answer, "csrf")


def test_an_error_of_ours(anna: User, monkeypatch: pytest.MonkeyPatch) -> None:
    from portal.pages import selectors

    def breaks(*_args: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(selectors, "overview", breaks)
    client = Client(raise_request_exception=False)
    client.force_login(anna)
    answer = client.get("/konto/")
    assert answer.status_code == 500
    assert_kept_by_nobody(answer, "500")


def test_over_http_too(client: Client, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    fresh = Client()
    answer = fresh.get("/konto/")
    assert answer.status_code == 301
    assert_kept_by_nobody(answer, "301")


def test_what_is_public_may_be_kept(client: Client) -> None:
    for address in ("/motyw.css", "/", "/rejestry/umowy/"):
        assert "no-store" not in client.get(address).headers.get("Cache-Control", "")
