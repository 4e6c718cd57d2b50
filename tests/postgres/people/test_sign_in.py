"""One answer of the identity provider brought by many, and many answers about one person."""

from collections import Counter
from collections.abc import Callable

import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.sessions.models import Session
from django.test import Client

from epuap.saml.models import SignInRequest
from portal.people.models import Identity, User
from tests.postgres.together import all_at_once
from tests.support.idp import Answer, plain_answer
from tests.support.signin import Browser

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

Refusals = Callable[[], list[str]]


def copies_of(browser: Browser, count: int) -> list[Browser]:
    """The same browser's cookies in many windows."""
    copies = [Browser(browser.idp, Client(enforce_csrf_checks=True)) for _ in range(count)]
    for copy in copies:
        copy.client.cookies = browser.client.cookies.copy()
    return copies


def test_one_artifact_from_eight_threads_is_one_session(visitor: Browser, refusals: Refusals) -> None:
    request_id, relay_state = visitor.begin()
    artifact = visitor.idp.issue(request_id)
    parked = all_at_once(lambda one: one.answer(artifact, relay_state), copies_of(visitor, 8))
    assert {answer.status_code for answer in parked} == {302}
    (finish,) = {answer["Location"] for answer in parked}

    windows = copies_of(visitor, 8)
    answers = all_at_once(lambda window: window.client.get(finish), windows)
    assert Counter(answer.status_code for answer in answers) == {302: 1, 403: 7}
    assert sum(window.is_signed_in for window in windows) == 1
    assert refusals() == ["already_used"] * 7
    assert len(visitor.idp.resolved) == 1
    assert User.objects.count() == Identity.objects.count() == 1
    signed_in = [one for one in Session.objects.all() if "_auth_user_id" in one.get_decoded()]
    assert len(signed_in) == 1


def test_one_artifact_for_eight_requests_is_parked_with_one(visitor: Browser, refusals: Refusals) -> None:
    begun = [visitor.begin() for _ in range(8)]
    artifact = visitor.idp.issue(begun[0][0])
    answers = all_at_once(lambda one: visitor.answer(artifact, one[1]).status_code, begun)
    assert Counter(answers) == {302: 1, 403: 7}
    assert refusals() == ["answer_replayed"] * 7
    assert SignInRequest.objects.exclude(artifact="").count() == 1


@pytest.fixture
def posted(pz_visitor: Browser, settings) -> Browser:  # type: ignore[no-untyped-def]
    """A browser whose provider posts its answers whole."""
    settings.IDENTITY_PROVIDERS["pz"]["binding"] = "post"
    return pz_visitor


def test_one_posted_answer_from_eight_threads_is_one_session(posted: Browser, refusals: Refusals) -> None:
    request_id, relay_state = posted.begin()
    message = posted.idp.posted(request_id)
    parked = all_at_once(lambda _: posted.answer_whole(message, relay_state), range(8))
    (finish,) = {answer["Location"] for answer in parked}

    windows = [Browser(posted.idp, Client(enforce_csrf_checks=True), "pz") for _ in range(8)]
    for window in windows:
        window.client.cookies = posted.client.cookies.copy()
    answers = all_at_once(lambda window: window.client.get(finish), windows)
    assert Counter(answer.status_code for answer in answers) == {302: 1, 403: 7}
    assert sum(window.is_signed_in for window in windows) == 1
    assert refusals() == ["already_used"] * 7


def test_one_posted_answer_for_eight_requests_is_parked_with_one(posted: Browser, refusals: Refusals) -> None:
    begun = [posted.begin() for _ in range(8)]
    message = posted.idp.posted(begun[0][0])
    answers = all_at_once(lambda one: posted.answer_whole(message, one[1]).status_code, begun)
    assert Counter(answers) == {302: 1, 403: 7}
    assert refusals() == ["answer_replayed"] * 7
    assert SignInRequest.objects.exclude(parked=b"").count() == 1


def test_one_assertion_in_eight_answers_signs_in_once(posted: Browser, refusals: Refusals) -> None:
    """Good answers to eight requests of eight browsers, all with the same assertion ID."""
    ready = []
    for _ in range(8):
        browser = Browser(posted.idp, Client(enforce_csrf_checks=True), "pz")
        request_id, relay_state = browser.begin()
        message = posted.idp.posted(request_id, plain_answer(assertion_id="ID-the-same"))
        ready.append((browser, browser.answer_whole(message, relay_state)["Location"]))
    answers = all_at_once(lambda one: one[0].client.get(one[1]).status_code, ready)
    assert Counter(answers) == {302: 1, 403: 7}
    assert sum(browser.is_signed_in for browser, _ in ready) == 1
    assert refusals() == ["replayed"] * 7


def test_eight_first_sign_ins_of_one_person_make_one_account(visitor: Browser) -> None:
    browsers = [Browser(visitor.idp, Client(enforce_csrf_checks=True)) for _ in range(8)]
    ready = []
    for browser in browsers:
        request_id, relay_state = browser.begin()
        answer = browser.answer(browser.idp.issue(request_id), relay_state)
        ready.append((browser, answer["Location"]))
    statuses = all_at_once(lambda one: one[0].client.get(one[1]).status_code, ready)
    assert set(statuses) == {302}
    assert {browser.client.session["_auth_user_id"] for browser in browsers} == {str(User.objects.get().pk)}
    assert Identity.objects.count() == SocialAccount.objects.count() == 1


def test_eight_people_at_once_get_eight_accounts(visitor: Browser) -> None:
    people = [
        ("68841212044", "1868-04-12Z"), ("71890321131", "1871-09-03Z"), ("79912733065", "1879-11-27Z"),
        ("65820840171", "1865-02-08Z"), ("83861951421", "1883-06-19Z"), ("58813062355", "1858-01-30Z"),
        ("74881470483", "1874-08-14Z"), ("70851581117", "1870-05-15Z"),
    ]  # fmt: skip
    ready = []
    for pesel, birth_date in people:
        browser = Browser(visitor.idp, Client(enforce_csrf_checks=True))
        request_id, relay_state = browser.begin()
        artifact = browser.idp.issue(request_id, Answer(pesel=pesel, birth_date=birth_date))
        ready.append((browser, browser.answer(artifact, relay_state)["Location"]))
    assert set(all_at_once(lambda one: one[0].client.get(one[1]).status_code, ready)) == {302}
    assert len({browser.client.session["_auth_user_id"] for browser, _ in ready}) == 8
    assert User.objects.count() == Identity.objects.count() == 8
