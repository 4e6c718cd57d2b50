"""Deadline, reminders and states, as a table of cases."""

from datetime import UTC, date, datetime, timedelta

import pytest

from eurzad.lib.dates import is_working_day
from portal.access import rules
from portal.access.rules import Actor, State


@pytest.mark.parametrize(
    ("received_at", "due_on"),
    [
        # Monday + 14 days = Monday.
        (datetime(2026, 11, 23, 9, 0, tzinfo=UTC), date(2026, 12, 7)),
        # Saturday is not a last day (art. 57 § 4 KPA): Saturday 28 November + 14 = 12 December, moved to Monday.
        (datetime(2026, 11, 28, 9, 0, tzinfo=UTC), date(2026, 12, 14)),
        # 11 December + 14 = Christmas Day (Friday); Saturday, Sunday follow.
        (datetime(2026, 12, 11, 9, 0, tzinfo=UTC), date(2026, 12, 28)),
        # 10 December + 14 = Christmas Eve, a day off since 2025.
        (datetime(2026, 12, 10, 9, 0, tzinfo=UTC), date(2026, 12, 28)),
        # 23:30 UTC on 22 November is already 23 November in Warsaw.
        (datetime(2026, 11, 22, 23, 30, tzinfo=UTC), date(2026, 12, 7)),
        # Clocks go back on 25 October 2026: 22:30 UTC on the 24th is 00:30 on the 25th, Sunday + 14 = Sunday.
        (datetime(2026, 10, 24, 22, 30, tzinfo=UTC), date(2026, 11, 9)),
        # The night clocks go forward (29 March 2026): 23:30 UTC on 28 March is 00:30 on the 29th, + 14 = Sunday.
        (datetime(2026, 3, 28, 23, 30, tzinfo=UTC), date(2026, 4, 13)),
        # 19 April + 14 = 3 May, Sunday and a day off; 2 May before it is a Saturday.
        (datetime(2026, 4, 19, 9, 0, tzinfo=UTC), date(2026, 5, 4)),
        # 28 May 2026 + 7 would be Corpus Christi; with 14 days 21 May + 14 = 4 June, Corpus Christi.
        (datetime(2026, 5, 21, 9, 0, tzinfo=UTC), date(2026, 6, 5)),
    ],
)
def test_deadline(received_at: datetime, due_on: date) -> None:
    assert rules.deadline(received_at, 14) == due_on


def test_deadline_is_a_working_day_not_before_the_14th() -> None:
    for offset in range(400):
        received_at = datetime(2026, 1, 1, 12, tzinfo=UTC) + timedelta(days=offset)
        due_on = rules.deadline(received_at, 14)
        assert is_working_day(due_on)
        assert 14 <= (due_on - received_at.date()).days <= 19


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 11, 29), []),
        (date(2026, 11, 30), ["day_7"]),
        (date(2026, 12, 4), ["day_7"]),
        (date(2026, 12, 5), ["day_7", "day_12"]),
        (date(2026, 12, 7), ["day_7", "day_12"]),
        (date(2026, 12, 8), ["day_7", "day_12", "overdue"]),
    ],
)
def test_reminders(today: date, expected: list[str]) -> None:
    received_at = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    assert rules.reminders_due(received_at, date(2026, 12, 7), today) == expected


def test_days_left() -> None:
    assert rules.days_left(date(2026, 12, 7), date(2026, 12, 4)) == 3
    assert rules.days_left(date(2026, 12, 7), date(2026, 12, 7)) == 0
    assert rules.days_left(date(2026, 12, 7), date(2026, 12, 9)) == -2


def test_states_that_end_lead_nowhere() -> None:
    for state in (State.APPROVED, State.REJECTED, State.SIGNATURE_REFUSED, State.WITHDRAWN, State.JOINED):
        assert not rules.TRANSITIONS[state]


def test_nothing_is_filed_without_a_checked_signature() -> None:
    into_queue = {source for source, targets in rules.TRANSITIONS.items() if State.SUBMITTED in targets}
    assert into_queue == {State.RECEIPT_PENDING, State.NEEDS_CORRECTION}
    into_correction = {
        source for source, targets in rules.TRANSITIONS.items() if State.NEEDS_CORRECTION in targets
    }
    assert into_correction == {State.SUBMITTED}
    into_receipt = {
        source for source, targets in rules.TRANSITIONS.items() if State.RECEIPT_PENDING in targets
    }
    assert into_receipt == {State.SIGNATURE_CHECK}


@pytest.mark.parametrize(
    ("state", "extra", "actor", "sentence"),
    [
        (State.DRAFT, {}, Actor.APPLICANT, "draft"),
        (State.AWAITING_SIGNATURE, {"stage": "preparing"}, Actor.SYSTEM, "preparing"),
        (State.AWAITING_SIGNATURE, {"stage": "unavailable"}, Actor.SYSTEM, "unavailable"),
        (State.AWAITING_SIGNATURE, {"stage": "sign"}, Actor.APPLICANT, "sign"),
        (State.AWAITING_SIGNATURE, {"stage": "fetching"}, Actor.SYSTEM, "fetching"),
        (State.SIGNATURE_CHECK, {}, Actor.SYSTEM, "signature_check"),
        (State.RECEIPT_PENDING, {}, Actor.SYSTEM, "receipt_pending"),
        (State.SUBMITTED, {"due_on": date(2026, 12, 7)}, Actor.CLERK, "submitted"),
        (State.SUBMITTED, {"due_on": date(2026, 11, 20)}, Actor.CLERK, "overdue"),
        (State.SIGNATURE_REFUSED, {}, Actor.APPLICANT, "signature_refused"),
        (State.APPROVED, {}, Actor.NOBODY, "approved"),
        (State.REJECTED, {}, Actor.NOBODY, "rejected"),
    ],
)
def test_who_must_act(state: State, extra: dict[str, object], actor: Actor, sentence: str) -> None:
    values = {"due_on": None, "today": date(2026, 11, 23), **extra}
    assert rules.who_must_act(state, **values) == rules.Now(actor, sentence)


@pytest.mark.parametrize(
    ("signing_url", "returned", "minutes", "stage"),
    [
        ("", None, 1, "preparing"),
        ("", None, 3, "unavailable"),
        ("https://pz.example.test/1", None, 60, "sign"),
        ("https://pz.example.test/1", 1, 2, "fetching"),
        ("https://pz.example.test/1", 1, 10, "sign"),
    ],
)
def test_sign_stage(signing_url: str, returned: int | None, minutes: int, stage: str) -> None:
    sent = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    came_back = sent + timedelta(minutes=returned) if returned is not None else None
    found = rules.sign_stage(
        sent_at=sent, signing_url=signing_url, returned_at=came_back, now=sent + timedelta(minutes=minutes)
    )
    assert found == stage


def test_asks_for_the_signed_document_ever_more_rarely() -> None:
    sent = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    assert rules.poll_delay(sent, sent, sent + timedelta(minutes=1)) == rules.POLL_SOON
    assert rules.poll_delay(sent, None, sent + timedelta(minutes=1)) == rules.POLL_LATER
    assert rules.poll_delay(sent, sent, sent + timedelta(hours=3)) == rules.POLL_RARELY
    assert not rules.signing_is_over(sent, sent + timedelta(days=7))
    assert rules.signing_is_over(sent, sent + timedelta(days=7, seconds=1))
