"""Big attachments: only from the repository, each downloaded once, none lost."""

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from epuap.inbox import handlers, watchers
from epuap.inbox.models import InboundAttachment, InboundDocument
from epuap.inbox.services import attachments, intake
from epuap.inbox.watchers import Attention
from tests.epuap.soap.fake_service import (
    KeyPair,
    Reply,
    Service,
    envelope,
    exception,
    file_answer,
    file_exception,
    pull_answer,
    status_answer,
)

pytestmark = pytest.mark.django_db

State = InboundAttachment.State
NAMESPACE = "urn:test:duze"
STR = "http://crd.gov.pl/xml/schematy/struktura/2009/11/16/"
ADDRESS = "https://repozytorium.example.test/repo/pobierz?fileId="


def document_with(*addresses: str, structure: str = STR) -> bytes:
    rows = "".join(
        f'<str:Zalacznik format="application/pdf" kodowanie="URI" nazwaPliku="plan-{number}.pdf">'
        f"<str:DaneZalacznika>{address}</str:DaneZalacznika></str:Zalacznik>"
        for number, address in enumerate(addresses)
    )
    return (
        f'<w:Dokument xmlns:w="{NAMESPACE}" xmlns:str="{structure}"><str:Zalaczniki>{rows}'
        '<str:Zalacznik kodowanie="base64" nazwaPliku="maly.txt"><str:DaneZalacznika>QQ==</str:DaneZalacznika>'
        "</str:Zalacznik></str:Zalaczniki></w:Dokument>"
    ).encode()


@pytest.fixture
def handled() -> Iterator[list[list[str]]]:
    """For each handled document: the states of its attachments at that moment."""
    seen: list[list[str]] = []

    def handle(document: InboundDocument) -> None:
        seen.append(list(document.attachments.values_list("state", flat=True)))

    handlers.register(NAMESPACE, handle)
    yield seen
    handlers.unregister(NAMESPACE)


@pytest.fixture
def told() -> Iterator[list[Attention]]:
    kinds: list[Attention] = []
    watchers.register(kinds.append)
    yield kinds
    watchers.unregister(kinds.append)


def receive(
    service: Service, content: bytes, *, confirmed: bool = True, number: str = "4711"
) -> InboundDocument:
    service.says(pull_answer(content, document_id=number))
    if confirmed:
        service.says(status_answer("OdpowiedzPullPotwierdz"))
        service.says(status_answer("OdpowiedzPullPobierz", code=0))
    else:
        service.replies_with(Reply(status=503, content_type="text/plain"))
    intake.poll_mailbox()
    service.requests.clear()
    return InboundDocument.objects.get(epuap_id=number)


def test_each_is_downloaded_once_before_the_handler_runs(
    epuap: Service, handled: list[list[str]], run_jobs: Callable[..., int]
) -> None:
    document = receive(epuap, document_with(f"{ADDRESS}a", f"{ADDRESS}b"))
    epuap.says(file_answer(b"%PDF-a"))
    epuap.says(file_answer(b"%PDF-b", name="inna.pdf", mime="image/png"))
    run_jobs(force=True)
    assert handled == [["stored", "stored"]]
    first, second = document.attachments.all()
    assert (bytes(first.content), first.sha256, first.name, first.mime) == (
        b"%PDF-a", hashlib.sha256(b"%PDF-a").hexdigest(), "plan-0.pdf", "application/pdf",
    )  # fmt: skip
    assert (bytes(second.content), second.mime) == (b"%PDF-b", "image/png")
    attachments.download_attachment(public_id=first.public_id)
    assert not attachments.retry_attachment(public_id=first.public_id)
    assert len(epuap.requests) == 2


def test_older_generation_of_the_structure_is_read(
    epuap: Service, handled: list[list[str]], run_jobs: Callable[..., int]
) -> None:
    old = "http://crd.gov.pl/xml/schematy/struktura/2008/05/09/"
    receive(epuap, document_with(f"{ADDRESS}a", structure=old))
    epuap.says(file_answer(b"%PDF-a"))
    run_jobs(force=True)
    assert handled == [["stored"]]


def test_nothing_is_downloaded_before_the_document_is_confirmed(
    epuap: Service, handled: list[list[str]], run_jobs: Callable[..., int]
) -> None:
    document = receive(epuap, document_with(f"{ADDRESS}a"), confirmed=False)
    run_jobs(force=True)
    intake.handle_document(public_id=document.public_id)
    assert epuap.requests == [] and handled == []
    receive(epuap, document_with(f"{ADDRESS}a"))
    epuap.says(file_answer(b"%PDF-a"))
    run_jobs(force=True)
    assert handled == [["stored"]]


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example.test/x?fileId=a",
        "http://169.254.169.254/latest?fileId=a",
        "file:///etc/passwd?fileId=a",
        "https://repozytorium.example.test@evil.example.test/?fileId=a",
        "",
    ],
)
def test_foreign_address_is_never_asked(
    epuap: Service,
    handled: list[list[str]],
    told: list[Attention],
    run_jobs: Callable[..., int],
    address: str,
) -> None:
    document = receive(epuap, document_with(address))
    run_jobs(force=True)
    (attachment,) = document.attachments.all()
    assert (attachment.state, attachment.error_code) == (State.MISSING, "file.foreign_address")
    assert handled == [["missing"]] and epuap.requests == []
    assert not attachments.retry_attachment(public_id=attachment.public_id)
    assert list(InboundDocument.objects.open()) == [document]


@pytest.mark.parametrize(
    ("fault", "state", "code"),
    [
        ("refused", "missing", "epuap.17"),
        ("unsigned", "failed", "epuap.17"),
        ("forged", "failed", "soap.signature"),
        ("no_base64", "failed", "soap.base64"),
        ("too_big", "failed", "soap.too_big"),
    ],
)
def test_failure_is_shown_and_may_be_tried_again(
    epuap: Service,
    handled: list[list[str]],
    told: list[Attention],
    stranger_keys: KeyPair,
    settings: Any,
    run_jobs: Callable[..., int],
    fault: str,
    state: str,
    code: str,
) -> None:
    settings.EPUAP_FILE_MAX_MB = 1
    document = receive(epuap, document_with(f"{ADDRESS}a"))
    if fault == "refused":
        epuap.says(file_exception(17, "plik pobrany"), status=500)
    elif fault == "unsigned":
        epuap.replies_with(Reply(envelope(exception(17, "x")), status=500))
    elif fault == "forged":
        epuap.says(file_answer(b"%PDF"), signer=stranger_keys)
    elif fault == "no_base64":
        epuap.says(file_answer(b"%PDF").replace("<file>", "<file>!"))
    else:
        epuap.says(file_answer(b"x" * 3 * 2**20))
    run_jobs(force=True)
    attachment = document.attachments.get()
    assert (attachment.state, attachment.error_code) == (state, code)
    assert handled == [[state]] and told == [Attention.ATTACHMENT]
    assert list(InboundDocument.objects.open()) == [document]
    assert attachments.retry_attachment(public_id=attachment.public_id)
    epuap.says(file_answer(b"%PDF"))
    run_jobs(force=True)
    attachment.refresh_from_db()
    assert (attachment.state, attachment.error_code) == (State.STORED, "")
    assert len(handled) == 1, "the document was handled again"
    assert not InboundDocument.objects.open().exists()


def test_passing_failure_is_tried_again_and_ends(
    epuap: Service,
    handled: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
    run_jobs: Callable[..., int],
) -> None:
    monkeypatch.setattr(attachments, "DOWNLOAD_TRIES", 3)
    document = receive(epuap, document_with(f"{ADDRESS}a"))
    for _ in range(3):
        epuap.replies_with(Reply(status=503, content_type="text/plain"))
    run_jobs(force=True)
    attachment = document.attachments.get()
    assert (attachment.state, attachment.error_code) == (State.FAILED, "soap.http_503")
    assert len(epuap.requests) == 3 and handled == [["failed"]]


def test_killed_worker_is_followed_by_another_try(epuap: Service, handled: list[list[str]]) -> None:
    document = receive(epuap, document_with(f"{ADDRESS}a"))
    intake.handle_document(public_id=document.public_id)
    attachment = document.attachments.get()
    assert attachments.take(attachment.public_id) is not None
    epuap.says(file_answer(b"%PDF"))
    attachments.download_attachment(public_id=attachment.public_id)
    attachment.refresh_from_db()
    assert (attachment.state, attachment.attempts) == (State.STORED, 2)


def test_file_that_another_document_has_is_not_asked_for_again(
    epuap: Service, handled: list[list[str]], run_jobs: Callable[..., int]
) -> None:
    receive(epuap, document_with(f"{ADDRESS}a"))
    epuap.says(file_answer(b"%PDF"))
    run_jobs(force=True)
    second = receive(epuap, document_with(f"{ADDRESS}a") + b"\n", number="4712")
    run_jobs(force=True)
    assert second.attachments.get().error_code == "file.taken"
    assert epuap.requests == []


def test_too_many_attachments_are_quarantined(
    epuap: Service,
    handled: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
    run_jobs: Callable[..., int],
) -> None:
    monkeypatch.setattr(attachments, "MAX_ATTACHMENTS", 2)
    document = receive(epuap, document_with(*(f"{ADDRESS}{n}" for n in range(3))))
    run_jobs(force=True)
    document.refresh_from_db()
    assert (document.state, document.error_code) == ("quarantined", "file.too_many")
    assert not document.attachments.exists() and handled == []


def test_trial_document_downloads_nothing(
    epuap: Service, handled: list[list[str]], settings: Any, run_jobs: Callable[..., int]
) -> None:
    settings.DEMO_MODE = False
    epuap.says(pull_answer(document_with(f"{ADDRESS}a"), is_test=True))
    epuap.says(status_answer("OdpowiedzPullPotwierdz"))
    epuap.says(status_answer("OdpowiedzPullPobierz", code=0))
    intake.poll_mailbox()
    run_jobs(force=True)
    assert InboundDocument.objects.get().state == InboundDocument.State.TRIAL
    assert not InboundAttachment.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "stored"},
        {"content": b"x"},
        {"state": "failed"},
        {"state": "missing"},
        {"sha256": "x"},
    ],
)
def test_rows_that_cannot_be(epuap: Service, handled: list[list[str]], wrong: dict[str, Any]) -> None:
    document = receive(epuap, document_with(f"{ADDRESS}a"))
    intake.handle_document(public_id=document.public_id)
    with pytest.raises(IntegrityError), transaction.atomic():
        document.attachments.update(**wrong)
