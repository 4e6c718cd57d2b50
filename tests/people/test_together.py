"""Sign-ins at the same time, on a real PostgreSQL."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from allauth.socialaccount.models import SocialAccount
from django.db import connection, connections
from django.test import Client

from epuap.saml import services as saml
from epuap.saml.errors import SignInRefused
from epuap.saml.models import SignInRequest
from eurzad.lib.personas import ANNA
from portal.people import services
from portal.people.models import Identity, User
from tests.support.idp import Idp
from tests.support.signin import Browser

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs a real PostgreSQL"),
]


@pytest.fixture(autouse=True)
def _pool_closed_after() -> Iterator[None]:
    yield
    connection.close()
    connection.close_pool()


def at_once(action: Callable[[], str], times: int = 6) -> list[str]:
    """Run `action` in several threads that start together; return what each said, sorted."""
    barrier = threading.Barrier(times)

    def run(_: int) -> str:
        barrier.wait()
        try:
            return action()
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(times) as pool:
        return sorted(pool.map(run, range(times)))


def test_an_answer_works_once(idp: Idp) -> None:
    browser = Browser(idp, Client(enforce_csrf_checks=True))
    request_id, relay_state = browser.begin()
    browser.answer(idp.issue(request_id), relay_state)
    request = SignInRequest.objects.get()
    binding = browser.client.cookies[f"signin-{request.public_id.hex[:12]}"].value

    def finish() -> str:
        try:
            saml.finish_sign_in(idp="login", public_id=request.public_id, binding=binding)
        except SignInRefused as refused:
            return refused.code
        return "signed in"

    assert at_once(finish) == ["already_used"] * 5 + ["signed in"]
    assert len(idp.resolved) == 1


def test_first_sign_ins_at_once_make_one_account() -> None:
    def sign_in() -> str:
        identity = services.sign_in_identity(
            scheme="pesel",
            identifier=ANNA.pesel,
            given_name=ANNA.given_name,
            family_name=ANNA.family_name,
            birth_date=ANNA.birth_date,
        )
        return identity.fingerprint

    assert len(set(at_once(sign_in))) == 1
    assert Identity.objects.get().user == User.objects.get() == SocialAccount.objects.get().user
