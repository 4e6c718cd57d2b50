"""Letters of unknown outcome: looked for among the sent, never sent again by themselves."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from epuap.inbox import watchers
from epuap.inbox.models import OutboundLetter
from epuap.inbox.services import letters, looking_up
from epuap.inbox.watchers import Attention
from eurzad.lib import clock
from eurzad.outbox.models import Job
from tests.epuap.soap.fake_service import KeyPair, Reply, Service, exception, sent_answer

pytestmark = pytest.mark.django_db

State = OutboundLetter.State


@pytest.fixture
def told() -> Iterator[list[Attention]]:
    """What the watchers were told."""
    kinds: list[Attention] = []
    watchers.register(kinds.append)
    yield kinds
    watchers.unregister(kinds.append)


@pytest.fixture
def letter(epuap: Service, run_jobs: Callable[..., int]) -> OutboundLetter:
    """A letter whose answer was lost."""
    epuap.replies_with(Reply(drops=True))
    letters.send_letter(recipient_box="/golcha/domyslna", document=b"<pismo/>", title="Decyzja")
    run_jobs()
    epuap.requests.clear()
    return the_letter()


def the_letter() -> OutboundLetter:
    return OutboundLetter.objects.get()


def let_pass(time: timedelta) -> None:
    """Make the letter older by so much."""
    letter = the_letter()
    assert letter.unknown_since is not None
    since = letter.unknown_since - time
    OutboundLetter.objects.update(
        unknown_since=since, look_up_at=letter.look_up_at and letter.look_up_at - time
    )


def test_file_name_carries_the_number() -> None:
    letter = letters.send_letter(
        recipient_box="/a/b", document=b"<a/>", title="x", file_name="../" + "ż" * 300 + ".xml"
    )
    assert letter.file_name.endswith(f"-{letter.public_id}.xml") and len(letter.file_name) == 255
    assert "/" not in letter.file_name


def test_letter_among_the_sent_was_sent(
    epuap: Service, letter: OutboundLetter, told: list[Attention], run_jobs: Callable[..., int]
) -> None:
    assert letter.state == State.UNKNOWN and letter.look_up_at is not None
    epuap.says(sent_answer("inne.xml", letter.file_name, "jeszcze-inne.xml"))
    assert looking_up.look_up_letters() == 1
    letter = the_letter()
    assert (letter.state, letter.epuap_id, letter.error_code) == (State.SENT_WITHOUT_RECEIPT, "901", "")
    assert letter.sent_at is not None and letter.remark and letter.unknown_since is None
    run_jobs(force=True)
    assert looking_up.look_up_letters() == 0
    assert len(epuap.requests) == 1 and told == []


def test_letter_that_stays_absent_goes_to_a_clerk_after_several_looks(
    epuap: Service, letter: OutboundLetter, told: list[Attention], settings: Any, run_jobs: Callable[..., int]
) -> None:
    looks = 0
    while the_letter().look_up_at is not None:
        look_up_at = the_letter().look_up_at
        assert look_up_at is not None and looks < 20
        epuap.says(sent_answer("inne.xml"))
        let_pass(max(look_up_at - clock.now(), timedelta(0)))
        assert looking_up.look_up_letters() == 0
        looks += 1
    letter = the_letter()
    assert 4 <= looks <= 10
    assert clock.now() - looking_up.since(letter) >= timedelta(seconds=settings.EPUAP_SETTLED_SECONDS)
    assert letter.state == State.UNKNOWN and "Nie ma go" in letter.remark
    assert list(OutboundLetter.objects.open()) == [letter] and told == [Attention.LETTER]
    run_jobs(force=True)
    assert looking_up.look_up_letters() == 0
    assert len(epuap.requests) == looks, "it was sent again"


@pytest.mark.parametrize("kind", ["fault", "away", "forged"])
def test_unreadable_store_leaves_the_question_open_then_to_a_clerk(
    epuap: Service, letter: OutboundLetter, stranger_keys: KeyPair, kind: str
) -> None:
    def answer() -> None:
        if kind == "fault":
            epuap.says(exception(9, "brak uprawnień"), status=500)
        elif kind == "away":
            epuap.replies_with(Reply(status=503, content_type="text/plain"))
        else:
            epuap.says(sent_answer(letter.file_name), signer=stranger_keys)

    answer()
    assert looking_up.look_up_letters() == 0
    assert the_letter().look_up_at is not None and not OutboundLetter.objects.open()
    let_pass(timedelta(hours=26))
    answer()
    assert looking_up.look_up_letters() == 0
    assert the_letter().look_up_at is None and "Nie udało się" in the_letter().remark
    assert OutboundLetter.objects.open().exists()


def test_one_listing_answers_for_all(epuap: Service, run_jobs: Callable[..., int]) -> None:
    for _ in range(3):
        epuap.replies_with(Reply(drops=True))
        letters.send_letter(recipient_box="/golcha/domyslna", document=b"<pismo/>", title="Decyzja")
    run_jobs()
    epuap.requests.clear()
    epuap.says(sent_answer(*OutboundLetter.objects.values_list("file_name", flat=True)))
    assert looking_up.look_up_letters() == 3
    assert len(epuap.requests) == 1
    assert OutboundLetter.objects.values("epuap_id").distinct().count() == 3


def test_late_answer_adds_what_the_store_did_not_tell(epuap: Service) -> None:
    number = letters.send_letter(recipient_box="/a/b", document=b"<a/>", title="x").public_id
    taken = letters.take_for_sending(number)
    assert taken is not None
    letters.record_unknown(taken, code="worker_lost")
    epuap.says(sent_answer(taken.file_name))
    assert looking_up.look_up_letters() == 1
    letters.record_submission(taken, letters.Submission("77", "78", None))
    assert (the_letter().epuap_id, the_letter().receipt_id) == ("77", "78")


def test_letter_of_a_worker_lost_for_good_is_picked_up(epuap: Service) -> None:
    number = letters.send_letter(recipient_box="/a/b", document=b"<a/>", title="x").public_id
    letters.take_for_sending(number)
    Job.objects.all().delete()
    assert looking_up.look_up_letters() == 0
    assert the_letter().state == State.SENDING, "its worker may still be alive"
    OutboundLetter.objects.update(taken_at=clock.now() - timedelta(minutes=2))
    epuap.says(sent_answer(the_letter().file_name))
    assert looking_up.look_up_letters() == 1
    assert the_letter().state == State.SENT_WITHOUT_RECEIPT


def test_waiting_letter_whose_job_was_set_aside_gets_another(epuap: Service) -> None:
    letters.send_letter(recipient_box="/a/b", document=b"<a/>", title="x")
    Job.objects.update(state=Job.State.FAILED)
    OutboundLetter.objects.update(created_at=clock.now() - timedelta(minutes=2))
    looking_up.look_up_letters()
    looking_up.look_up_letters()
    assert Job.objects.filter(state=Job.State.WAITING, name="inbox.submit").count() == 1


def test_door_that_is_closed_asks_nothing(epuap: Service, letter: OutboundLetter, settings: Any) -> None:
    settings.EPUAP_WS_URL = ""
    assert looking_up.look_up_letters() == 0 and epuap.requests == []


def test_clerk_moves_what_is_being_looked_up(epuap: Service, letter: OutboundLetter) -> None:
    """A listing that comes back after a clerk's word changes nothing."""
    stale = the_letter()
    letters.resend_letter(public_id=letter.public_id)
    assert not looking_up.move(stale, state=State.SENT_WITHOUT_RECEIPT, sent_at=clock.now())
    assert the_letter().state == State.WAITING


def test_clerk_lets_look_again(epuap: Service, letter: OutboundLetter) -> None:
    looking_up.settle(letter, "x")
    assert looking_up.look_up_again(public_id=letter.public_id)
    epuap.says(sent_answer(letter.file_name))
    assert looking_up.look_up_letters() == 1
    assert not looking_up.look_up_again(public_id=letter.public_id)


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "unknown"},
        {"look_up_at": clock.now()},
        {"state": "sending"},
        {"receipt": b"x"},
        {"receipt": b"x", "receipt_sha256": "x"},
        {"receipt_sha256": "x"},
        {"kind": "delivery"},
        {"case_number": "OR.1"},
        {"closed_by": "ewa"},
        {"closed_at": clock.now(), "closed_by": "ewa"},
    ],
)
def test_rows_that_cannot_be(wrong: dict[str, Any]) -> None:
    letters.send_letter(recipient_box="/a/b", document=b"<a/>", title="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        OutboundLetter.objects.update(**wrong)


def test_receipt_with_the_answer_of_a_letter_found_meanwhile(epuap: Service, letter: OutboundLetter) -> None:
    looking_up.settle(letter, "x")
    assert letters.mark_letter_sent(public_id=letter.public_id)
    letters.record_submission(letter, letters.Submission("1", "2", b"%PDF"))
    letter = the_letter()
    assert letter.state == State.SENT_WITHOUT_RECEIPT and bytes(letter.refused_receipt) == b"%PDF"
