"""Rules of an application for access: states, deadline, reminders, who must act.

Pure functions; "today" and the number of days are arguments.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from eurzad.lib import clock, dates


class State(StrEnum):
    """Where an application stands."""

    DRAFT = "draft"
    AWAITING_SIGNATURE = "awaiting_signature"
    SIGNATURE_CHECK = "signature_check"
    RECEIPT_PENDING = "receipt_pending"
    SUBMITTED = "submitted"
    NEEDS_CORRECTION = "needs_correction"
    CORRECTED = "corrected"
    APPROVED = "approved"
    REJECTED = "rejected"
    SIGNATURE_REFUSED = "signature_refused"
    WITHDRAWN = "withdrawn"
    JOINED = "joined"


class Door(StrEnum):
    """The way an application came in."""

    PORTAL = "portal"
    EPUAP = "epuap"


class Actor(StrEnum):
    """Who must act now."""

    APPLICANT = "applicant"
    SYSTEM = "system"
    CLERK = "clerk"
    NOBODY = "nobody"


PREPARING = (
    State.DRAFT,
    State.AWAITING_SIGNATURE,
    State.SIGNATURE_CHECK,
    State.RECEIPT_PENDING,
)
UNDECIDED = (State.SUBMITTED, State.NEEDS_CORRECTION)
FILED = (*UNDECIDED, State.CORRECTED, State.APPROVED, State.REJECTED, State.JOINED)
DECIDED = (State.APPROVED, State.REJECTED)

TRANSITIONS: dict[State, tuple[State, ...]] = {
    State.DRAFT: (State.AWAITING_SIGNATURE, State.WITHDRAWN),
    State.AWAITING_SIGNATURE: (State.SIGNATURE_CHECK, State.WITHDRAWN),
    State.SIGNATURE_CHECK: (State.RECEIPT_PENDING, State.SIGNATURE_REFUSED, State.AWAITING_SIGNATURE),
    State.RECEIPT_PENDING: (State.SUBMITTED, State.JOINED),
    State.SUBMITTED: (
        State.APPROVED,
        State.REJECTED,
        State.NEEDS_CORRECTION,
        State.CORRECTED,
        State.WITHDRAWN,
    ),
    State.NEEDS_CORRECTION: (
        State.SUBMITTED,
        State.CORRECTED,
        State.APPROVED,
        State.REJECTED,
        State.WITHDRAWN,
    ),
    State.CORRECTED: (),
    State.APPROVED: (),
    State.REJECTED: (),
    State.SIGNATURE_REFUSED: (),
    State.WITHDRAWN: (),
    State.JOINED: (),
}

CORRECTION_MIN_DAYS = 7
CORRECTION_MAX_DAYS = 90
CORRECTION_REMINDER_DAYS = 2
NEEDS_DOCUMENT = frozenset({"guardian", "curator", "power_of_attorney"})
"""Roles and bases that the office cannot look up itself (KRS and birth records it can: art. 220 § 1 KPA)."""
REMINDER_DAYS = (7, 12)
OVERDUE_REMINDER = "overdue"
URGENT_DAYS = 3
SIGNING_PERIOD = timedelta(days=7)
POLL_SOON = timedelta(seconds=3)
POLL_LATER = timedelta(seconds=60)
POLL_RARELY = timedelta(minutes=15)
POLL_SOON_FOR = timedelta(minutes=5)
SENDING_USUAL = timedelta(minutes=2)
POLL_LATER_FOR = timedelta(hours=2)


_POSTAL_CODE = re.compile(r"[0-9]{2}-[0-9]{3}")


def is_postal_code(text: str) -> bool:
    """Tell whether this is a Polish postal code as the document takes it: 99-901."""
    return _POSTAL_CODE.fullmatch(text) is not None


def may_move(source: State, target: State) -> bool:
    """Tell whether an application may go from one state to another."""
    return target in TRANSITIONS[source]


def deadline(received_at: datetime, days: int) -> date:
    """Last day for the decision.

    Calendar days counted from the day after the one of receipt (art. 57 § 1 KPA) in Polish time;
    an end on a Saturday or a day off moves to the next working day (art. 57 § 4 KPA).
    """
    received_on = clock.to_warsaw(received_at).date()
    return dates.next_working_day(received_on + timedelta(days=days))


def deadline_after_pause(due_on: date, asked_on: date, until: date) -> date:
    """The deadline moved by the days for which the office waited for the applicant (art. 35 § 5 KPA).

    The day of the question counts as the office's; an end on a day off moves to the next working day.
    """
    return dates.next_working_day(due_on + timedelta(days=max((until - asked_on).days, 0)))


def days_left(due_on: date, today: date) -> int:
    """Days to the deadline; 0 on the last day, negative after it."""
    return (due_on - today).days


def is_overdue(state: State, due_on: date | None, today: date) -> bool:
    """Tell whether the decision is late: filed, not decided, deadline behind us."""
    return state == State.SUBMITTED and due_on is not None and today > due_on


def reminders_due(received_at: datetime, due_on: date, today: date) -> list[str]:
    """Names of the reminders to clerks that should have gone out by ``today``."""
    received_on = clock.to_warsaw(received_at).date()
    due = [f"day_{days}" for days in REMINDER_DAYS if today >= received_on + timedelta(days=days)]
    if today > due_on:
        due.append(OVERDUE_REMINDER)
    return due


def poll_delay(sent_at: datetime, returned_at: datetime | None, now: datetime) -> timedelta:
    """How long to wait before asking again for the signed document.

    Soon after the browser has come back from the signing page, then ever more rarely.
    """
    if returned_at is not None and now - returned_at <= POLL_SOON_FOR:
        return POLL_SOON
    return POLL_LATER if now - sent_at <= POLL_LATER_FOR else POLL_RARELY


def sign_by(fixed_at: datetime) -> date:
    """The last whole day (Polish time) on which a document fixed at this moment may still be signed."""
    return clock.to_warsaw(fixed_at + SIGNING_PERIOD).date() - timedelta(days=1)


def signing_is_over(sent_at: datetime, now: datetime) -> bool:
    """Tell whether a document nobody has signed is no longer waited for."""
    return now - sent_at > SIGNING_PERIOD


def missing_of(
    *,
    basis: str,
    role: str,
    duty: str,
    valid_to: date,
    has_document: bool,
    has_proof: bool,
    today: date,
) -> list[str]:
    """What a represented row cannot be filed without: document, duty, proof, past (its last day)."""
    found = []
    if {basis, role} & NEEDS_DOCUMENT and not has_document:
        found.append("document")
    if basis == "power_of_attorney" and not duty:
        found.append("duty")
    if duty == "paid" and not has_proof:
        found.append("proof")
    if valid_to < today:
        found.append("past")
    return found


@dataclass(frozen=True)
class Now:
    """Who must act now, and the key of the sentence that says so."""

    actor: Actor
    sentence: str


def sign_stage(
    *, sent_at: datetime | None, signing_url: str, returned_at: datetime | None, now: datetime
) -> str:
    """What happens to a document that is to be signed: elsewhere, preparing, unavailable, sign or fetching.

    A return of the browser is a hint that wears off: with no signed document after a few minutes,
    the applicant is asked to sign again. A document never sent is signed with the applicant's own program.
    """
    if sent_at is None:
        return "elsewhere"
    if not signing_url:
        return "unavailable" if now - sent_at > SENDING_USUAL else "preparing"
    if returned_at is not None and now - returned_at <= POLL_SOON_FOR:
        return "fetching"
    return "sign"


def who_must_act(state: State, *, due_on: date | None, today: date, stage: str = "sign") -> Now:
    """The answer the status page opens with; ``stage`` is that of `sign_stage`."""
    if state == State.DRAFT:
        return Now(Actor.APPLICANT, "draft")
    if state == State.AWAITING_SIGNATURE:
        return Now(Actor.APPLICANT if stage in ("sign", "elsewhere") else Actor.SYSTEM, stage)
    if state in (State.SIGNATURE_CHECK, State.RECEIPT_PENDING):
        return Now(Actor.SYSTEM, state.value)
    if state == State.SUBMITTED:
        return Now(Actor.CLERK, "overdue" if is_overdue(state, due_on, today) else "submitted")
    if state in (State.SIGNATURE_REFUSED, State.NEEDS_CORRECTION):
        return Now(Actor.APPLICANT, state.value)
    return Now(Actor.NOBODY, state.value)
