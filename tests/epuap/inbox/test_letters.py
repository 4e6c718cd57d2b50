"""The office's own letters: sent once, or their unknown outcome shown to a person."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from epuap.inbox.models import OutboundLetter
from epuap.inbox.services import letters
from epuap.xml.receipts import UppData, build_upp
from eurzad.outbox.models import Job
from tests.epuap.soap import fake_service
from tests.epuap.soap.fake_service import KeyPair, Reply, Service, exception, submitted_answer

pytestmark = pytest.mark.django_db

State = OutboundLetter.State
LETTER = b"<pismo/>"


def queue_letter(**options: Any) -> OutboundLetter:
    return letters.send_letter(
        recipient_box="/golcha/domyslna", document=LETTER, title="Decyzja w sprawie dostępu", **options
    )


def the_letter() -> OutboundLetter:
    return OutboundLetter.objects.get()


@pytest.fixture
def seal_keys(epuap: Service, settings: Any, tmp_path: Path) -> KeyPair:
    """The seal of ePUAP, pinned in the settings."""
    pair = fake_service.make_key_pair("seal")
    settings.EPUAP_SEAL_CERT = tmp_path / "seal.crt"
    settings.EPUAP_SEAL_CERT.write_bytes(pair.certificate)
    return pair


def make_receipt(signer: KeyPair, document: bytes = LETTER) -> bytes:
    moment = datetime(2026, 11, 23, 12, tzinfo=UTC)
    data = UppData(
        identifier="ePUAP-UPP124",
        addressee_name="Grażyna Olcha",
        addressee_id="golcha",
        sender_name="Urząd Miasta Jarzębin",
        sender_id="jarzebin",
        delivered_at=moment,
        created_at=moment,
        document_id="DOK123",
    )
    return build_upp(
        data,
        document=document,
        document_name="pismo.xml",
        key_pem=signer.key,
        cert_pem=signer.certificate,
    )


def test_receipt_is_verified_and_kept(
    epuap: Service, seal_keys: KeyPair, run_jobs: Callable[..., int]
) -> None:
    receipt = make_receipt(seal_keys)
    epuap.says(submitted_answer(receipt))
    queue_letter()
    run_jobs()
    letter = the_letter()
    assert (letter.state, letter.remark, letter.error_code) == (State.SENT, "", "")
    assert (bytes(letter.receipt), letter.receipt_id) == (receipt, "124")


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("other_document", "receipt.other_document"),
        ("stranger", "receipt.bad_signature"),
        ("no_receipt", "receipt.unreadable"),
        ("no_setting", "receipt.soap.settings"),
    ],
)
def test_wrong_receipt_is_a_remark_on_a_sent_letter(
    epuap: Service,
    seal_keys: KeyPair,
    stranger_keys: KeyPair,
    settings: Any,
    run_jobs: Callable[..., int],
    fault: str,
    code: str,
) -> None:
    receipt = {
        "other_document": make_receipt(seal_keys, b"<inne/>"),
        "stranger": make_receipt(stranger_keys),
        "no_receipt": b"%PDF",
        "no_setting": make_receipt(seal_keys),
    }[fault]
    if fault == "no_setting":
        settings.EPUAP_SEAL_CERT = None
    epuap.says(submitted_answer(receipt))
    queue_letter()
    run_jobs(force=True)
    letter = the_letter()
    assert (letter.state, letter.error_code) == (State.SENT_WITHOUT_RECEIPT, code)
    assert letter.remark and letter.epuap_id == "123"
    assert bytes(letter.refused_receipt) == receipt and letter.receipt is None
    assert len(epuap.requests) == 1


def test_same_key_is_one_letter(epuap: Service) -> None:
    first, second = queue_letter(key="decision:1"), queue_letter(key="decision:1")
    assert first == second and Job.objects.count() == 1
    queue_letter()
    queue_letter()
    assert OutboundLetter.objects.count() == 3


def test_answer_without_a_receipt_is_sent_with_a_remark(epuap: Service, run_jobs: Callable[..., int]) -> None:
    epuap.says(submitted_answer(None))
    queue_letter()
    run_jobs()
    letter = the_letter()
    assert (letter.state, letter.epuap_id) == (State.SENT_WITHOUT_RECEIPT, "123")
    assert letter.remark and letter.sent_at is not None
    header = etree.fromstring(epuap.requests[0])[0]
    assert header.findtext("{*}AdresOdpowiedzi") == fake_service.BOX


def test_worker_killed_while_sending_leaves_it_unknown(epuap: Service, run_jobs: Callable[..., int]) -> None:
    letter = queue_letter()
    assert letters.take_for_sending(letter.public_id) is not None
    run_jobs(force=True)
    assert (the_letter().state, the_letter().error_code) == (State.UNKNOWN, "worker_lost")
    run_jobs(force=True)
    assert epuap.requests == []


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(drops=True), "soap.broken"),
        (Reply(status=503, content_type="text/html"), "soap.http_503"),
        (Reply(b"<html/>", content_type="text/html"), "soap.content_type"),
        (Reply(status=404, content_type="text/html"), "soap.http_404"),
        (Reply(fake_service.envelope(submitted_answer(None))), "soap.unsigned"),
        (Reply(fake_service.envelope(exception(9, "x")), status=500), "epuap.9"),
    ],
)
def test_doubtful_answer_is_never_followed_by_a_second_letter(
    epuap: Service, run_jobs: Callable[..., int], reply: Reply, code: str
) -> None:
    epuap.replies_with(reply)
    queue_letter()
    run_jobs(force=True)
    assert (the_letter().state, the_letter().error_code) == (State.UNKNOWN, code)
    assert len(epuap.requests) == 1


def test_time_out_after_sending_is_unknown(
    epuap: Service, run_jobs: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("epuap.soap.transport.READ_SECONDS", 0.2)
    epuap.replies_with(Reply(hangs=0.5))
    queue_letter()
    run_jobs(force=True)
    assert (the_letter().state, the_letter().error_code) == (State.UNKNOWN, "soap.timeout")


def test_signed_refusal_is_final(epuap: Service, run_jobs: Callable[..., int]) -> None:
    epuap.says(exception(9, "Skrytka nie istnieje"), status=500)
    queue_letter()
    run_jobs(force=True)
    letter = the_letter()
    assert (letter.state, letter.error_code, letter.remark) == (
        State.FAILED,
        "epuap.9",
        "Skrytka nie istnieje",
    )


def test_what_never_left_is_sent_later(epuap: Service, run_jobs: Callable[..., int], settings: Any) -> None:
    address = settings.EPUAP_WS_URL
    settings.EPUAP_WS_URL = "http://127.0.0.1:9"
    queue_letter()
    run_jobs()
    assert (the_letter().state, the_letter().error_code) == (State.WAITING, "soap.not_sent")
    settings.EPUAP_WS_URL = address
    epuap.says(submitted_answer(None))
    run_jobs(force=True)
    assert the_letter().state == State.SENT_WITHOUT_RECEIPT
    assert the_letter().attempts == 2


def test_what_never_leaves_fails_in_the_end(
    epuap: Service, run_jobs: Callable[..., int], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letters, "SENDING_TRIES", 3)
    settings.EPUAP_WS_URL = "http://127.0.0.1:9"
    queue_letter()
    run_jobs(force=True)
    assert (the_letter().state, the_letter().attempts) == (State.FAILED, 3)


def test_missing_key_keeps_letters_waiting(
    epuap: Service, run_jobs: Callable[..., int], settings: Any
) -> None:
    settings.EPUAP_WS_KEY = settings.EPUAP_WS_KEY.parent / "gone"
    queue_letter()
    run_jobs()
    assert the_letter().state == State.WAITING
    assert Job.objects.get().state == Job.State.WAITING


def test_clerk_sends_an_unknown_letter_again(
    epuap: Service, run_jobs: Callable[..., int], stranger_keys: KeyPair
) -> None:
    epuap.says(submitted_answer(None), signer=stranger_keys)
    letter = queue_letter()
    run_jobs()
    assert the_letter().state == State.UNKNOWN
    epuap.says(submitted_answer(None))
    assert letters.resend_letter(public_id=letter.public_id)
    run_jobs()
    assert the_letter().state == State.SENT_WITHOUT_RECEIPT


def test_late_answer_replaces_unknown_but_not_a_clerks_word(epuap: Service) -> None:
    letter = letters.take_for_sending(queue_letter().public_id)
    assert letter is not None
    letters.record_unknown(letter, code="worker_lost")
    letters.record(letter, State.FAILED, error_code="epuap.9")
    assert the_letter().state == State.FAILED
    letters.resend_letter(public_id=letter.public_id)
    letters.record_unknown(letter, code="late")
    assert the_letter().state == State.WAITING
