"""Fetch, store, commit, confirm, handle: whatever happens in between, nothing is lost or done twice."""

import base64
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from epuap.inbox import handlers
from epuap.inbox.models import InboundDocument
from epuap.inbox.services import intake
from epuap.soap.pull import PullClient
from epuap.xml.verify import peek_payload
from eurzad.lib.errors import DomainError, PermanentError, TransientError
from eurzad.outbox.models import Job
from eurzad.outbox.registry import Later
from tests.epuap.soap import fake_service
from tests.epuap.soap.fake_service import KeyPair, Reply, Service, pull_answer, status_answer

pytestmark = pytest.mark.django_db

NAMESPACE = "urn:test:wniosek"
CONTENT = f'<w:Dokument xmlns:w="{NAMESPACE}"/>'.encode()
CONFIRMED = status_answer("OdpowiedzPullPotwierdz")
EMPTY = status_answer("OdpowiedzPullPobierz", code=0)
State = InboundDocument.State


class Handler:
    """Keeps what it was given and fails as told."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.failures: list[Exception] = []

    def __call__(self, document: InboundDocument) -> None:
        self.seen.append(document.epuap_id)
        if self.failures:
            raise self.failures.pop(0)


@pytest.fixture
def handler() -> Iterator[Handler]:
    function = Handler()
    handlers.register(NAMESPACE, function)
    yield function
    handlers.unregister(NAMESPACE)


def offer(service: Service, content: bytes = CONTENT, **options: Any) -> None:
    """The mailbox holds one document and lets it go when confirmed."""
    service.says(pull_answer(content, **options))
    service.says(CONFIRMED)
    service.says(EMPTY)


def the_document() -> InboundDocument:
    return InboundDocument.objects.get()


def test_document_is_stored_confirmed_and_handled(
    epuap: Service, handler: Handler, run_jobs: Callable[..., int]
) -> None:
    offer(epuap)
    assert intake.poll_mailbox() == 1
    document = the_document()
    assert document.state == State.CONFIRMED and document.confirmed_at is not None
    assert bytes(document.content) == CONTENT
    assert (document.sender_name, document.reply_address) == ("Grażyna Olcha", "/golcha/domyslna")
    run_jobs()
    document = the_document()
    assert handler.seen == ["4711"]
    assert (document.state, document.root_namespace) == (State.HANDLED, NAMESPACE)


def test_door_that_is_closed_asks_nothing(epuap: Service, settings: Any) -> None:
    settings.EPUAP_WS_URL = ""
    assert intake.poll_mailbox() == 0
    assert epuap.requests == []


def test_same_head_twice_is_stored_and_handled_once(
    epuap: Service, handler: Handler, run_jobs: Callable[..., int]
) -> None:
    epuap.says(pull_answer(CONTENT))
    epuap.replies_with(Reply(status=503, content_type="text/html"))
    assert intake.poll_mailbox() == 0
    assert the_document().state == State.RECEIVED
    run_jobs()
    offer(epuap)
    assert intake.poll_mailbox() == 1
    run_jobs()
    document = the_document()
    assert document.state == State.HANDLED and document.confirmed_at is not None
    assert handler.seen == ["4711"]


def test_worker_killed_between_store_and_confirm(
    epuap: Service, handler: Handler, run_jobs: Callable[..., int]
) -> None:
    class KilledClient(PullClient):
        def confirm(self, sha1: bytes) -> None:
            raise KeyboardInterrupt

    epuap.says(pull_answer(CONTENT))
    with pytest.raises(KeyboardInterrupt):
        intake.pull_documents(KilledClient.from_settings())
    offer(epuap)
    intake.poll_mailbox()
    run_jobs()
    assert the_document().state == State.HANDLED
    assert handler.seen == ["4711"]


def test_same_bytes_under_two_numbers_are_two_documents(epuap: Service) -> None:
    for number in ("1", "2"):
        offer(epuap, document_id=number)
        intake.poll_mailbox()
    assert InboundDocument.objects.count() == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        InboundDocument.objects.filter(epuap_id="2").update(epuap_id="1")


def test_one_run_is_bounded(epuap: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "DOCUMENTS_PER_RUN", 2)
    for number in ("1", "2", "3"):
        epuap.says(pull_answer(CONTENT, document_id=number))
        epuap.says(CONFIRMED)
    assert intake.poll_mailbox() == 2
    assert len(epuap.replies) == 2


@pytest.mark.parametrize("kind", ["tampered", "unsigned", "stranger"])
def test_answer_that_cannot_be_believed_stores_nothing(
    epuap: Service, stranger_keys: KeyPair, kind: str
) -> None:
    body = pull_answer(CONTENT)
    good = fake_service.signed_envelope(body, epuap.signer)
    content = {
        "tampered": good.replace(b"/golcha/domyslna", b"/zlodziej/skrytka"),
        "unsigned": fake_service.envelope(body),
        "stranger": fake_service.signed_envelope(body, stranger_keys),
    }[kind]
    epuap.replies_with(Reply(content))
    with pytest.raises(Later):
        intake.poll_mailbox()
    assert not InboundDocument.objects.exists()
    assert len(epuap.requests) == 1


def test_unknown_kind_waits_for_a_clerk(epuap: Service, run_jobs: Callable[..., int]) -> None:
    offer(epuap, b'<x xmlns="urn:unheard-of"/>')
    intake.poll_mailbox()
    run_jobs()
    assert the_document().state == State.UNCLAIMED


def test_byte_order_mark_is_no_obstacle(
    epuap: Service, handler: Handler, run_jobs: Callable[..., int]
) -> None:
    offer(epuap, b"\xef\xbb\xbf" + CONTENT)
    intake.poll_mailbox()
    run_jobs()
    assert the_document().state == State.HANDLED
    assert bytes(the_document().content).startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"%PDF-1.7", "malformed"), (b"", "malformed"), (b"<!DOCTYPE a><a/>", "doctype"), (b"<a>", "malformed")],
)
def test_what_is_no_xml_is_quarantined_with_its_bytes(
    epuap: Service, run_jobs: Callable[..., int], content: bytes, code: str
) -> None:
    offer(epuap, content)
    intake.poll_mailbox()
    run_jobs()
    document = the_document()
    assert (document.state, document.error_code) == (State.QUARANTINED, code)
    assert bytes(document.content) == content


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (PermanentError("x", code="access.malformed"), "access.malformed"),
        (DomainError(code="access.closed"), "access.closed"),
        (KeyError("x"), "KeyError"),
    ],
)
def test_poison_document_is_quarantined_and_can_be_tried_again(
    epuap: Service, handler: Handler, run_jobs: Callable[..., int], failure: Exception, code: str
) -> None:
    handler.failures.append(failure)
    offer(epuap)
    intake.poll_mailbox()
    run_jobs()
    document = the_document()
    assert (document.state, document.error_code) == (State.QUARANTINED, code)
    assert intake.retry_document(public_id=document.public_id)
    assert not intake.retry_document(public_id=document.public_id)
    run_jobs()
    assert the_document().state == State.HANDLED
    assert len(handler.seen) == 2


@pytest.mark.parametrize("failure", [TransientError(code="tps.away"), OperationalError("locked")])
def test_passing_failure_is_tried_again(
    epuap: Service, handler: Handler, run_jobs: Callable[..., int], failure: Exception
) -> None:
    handler.failures.append(failure)
    offer(epuap)
    intake.poll_mailbox()
    run_jobs()
    assert the_document().state == State.CONFIRMED
    assert Job.objects.filter(state=Job.State.WAITING, name="inbox.handle").exists()
    run_jobs(force=True)
    document = the_document()
    assert (document.state, document.error_code) == (State.HANDLED, "")


def test_failure_that_never_passes_ends_in_quarantine(
    epuap: Service, handler: Handler, run_jobs: Callable[..., int]
) -> None:
    handler.failures.extend(TransientError(code="tps.away") for _ in range(100))
    offer(epuap)
    intake.poll_mailbox()
    run_jobs(force=True)
    assert (the_document().state, the_document().error_code) == (State.QUARANTINED, "tps.away")
    assert len(handler.seen) == intake.HANDLING_TRIES


def test_handler_and_mark_are_one_transaction(
    epuap: Service, handler: Handler, run_jobs: Callable[..., int]
) -> None:
    def writes_and_fails(document: InboundDocument) -> None:
        Job.objects.filter(name="inbox.handle").update(error_code="written")
        raise PermanentError(code="late")

    handlers.unregister(NAMESPACE)
    handlers.register(NAMESPACE, writes_and_fails)
    offer(epuap)
    intake.poll_mailbox()
    run_jobs()
    assert the_document().state == State.QUARANTINED
    assert not Job.objects.filter(error_code="written").exists()


def test_the_check_runs_before_the_transaction_and_feeds_the_handler(
    epuap: Service, handler: Handler, run_jobs: Callable[..., int]
) -> None:
    seen: list[object] = []

    def check(document: InboundDocument) -> str:
        seen.append(len(connection.savepoint_ids))
        return document.epuap_id

    def take(document: InboundDocument, checked: str) -> None:
        seen.extend((len(connection.savepoint_ids), checked))

    handlers.unregister(NAMESPACE)
    handlers.register(NAMESPACE, take, check=check)
    offer(epuap)
    intake.poll_mailbox()
    run_jobs()
    outside, inside, checked = seen
    assert (inside, checked) == (int(str(outside)) + 1, "4711")
    assert the_document().state == State.HANDLED


def test_what_the_check_refuses_is_set_aside(
    epuap: Service, handler: Handler, run_jobs: Callable[..., int]
) -> None:
    def check(document: InboundDocument) -> None:
        raise PermanentError(code="bad_signature")

    handlers.unregister(NAMESPACE)
    handlers.register(NAMESPACE, handler, check=check)
    offer(epuap)
    intake.poll_mailbox()
    run_jobs()
    assert (the_document().state, the_document().error_code) == (State.QUARANTINED, "bad_signature")
    assert handler.seen == []


@pytest.mark.parametrize(("is_demo", "state"), [(True, State.HANDLED), (False, State.TRIAL)])
def test_trial_document(
    epuap: Service,
    handler: Handler,
    run_jobs: Callable[..., int],
    settings: Any,
    is_demo: bool,
    state: str,
) -> None:
    settings.DEMO_MODE = is_demo
    offer(epuap, is_test=True)
    intake.poll_mailbox()
    run_jobs()
    assert the_document().is_test and the_document().state == state
    assert len(handler.seen) == int(is_demo)


def test_job_that_runs_again_changes_nothing(
    epuap: Service, handler: Handler, run_jobs: Callable[..., int]
) -> None:
    offer(epuap)
    intake.poll_mailbox()
    run_jobs()
    intake.handle_document(public_id=the_document().public_id)
    assert handler.seen == ["4711"]


def test_namespace_has_one_handler(handler: Handler) -> None:
    handlers.register(NAMESPACE, handler)
    with pytest.raises(ValueError, match=NAMESPACE):
        handlers.register(NAMESPACE, lambda document: None)


def test_document_inside_an_enveloping_signature_goes_to_its_handler(
    epuap: Service, handler: Handler, run_jobs: Callable[..., int]
) -> None:
    inner = base64.b64encode(CONTENT).decode()
    enveloping = (
        '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:Object Id="o" '
        f'Encoding="http://www.w3.org/2000/09/xmldsig#base64">{inner}</ds:Object></ds:Signature>'
    ).encode()
    assert peek_payload(enveloping) == CONTENT
    offer(epuap, enveloping)
    intake.poll_mailbox()
    run_jobs()
    assert handler.seen == ["4711"]
    assert (the_document().state, the_document().root_namespace) == (State.HANDLED, NAMESPACE)
    assert bytes(the_document().content) == enveloping
