"""Writing the journal."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import transaction

from eurzad.lib import clock
from portal.journal.models import Record

_why: ContextVar[Callable[[], str] | None] = ContextVar("why", default=None)
_written: ContextVar[list[str] | None] = ContextVar("written", default=None)


@contextmanager
def because(why: Callable[[], str]) -> Iterator[None]:
    """Give every record inside that names no reason of its own what `why` says when it is written."""
    token = _why.set(why)
    try:
        yield
    finally:
        _why.reset(token)


@contextmanager
def counting() -> Iterator[list[str]]:
    """Collect the actions that are recorded inside, in the order of writing."""
    mine: list[str] = []
    token = _written.set(mine)
    try:
        yield mine
    finally:
        _written.reset(token)


def record(
    *,
    actor_id: uuid.UUID | None,
    subject_id: uuid.UUID | None,
    action: str,
    reference: str = "",
    reason: str = "",
) -> None:
    """Add one record of a write, in the caller's transaction: both are there or neither.

    `action` is a stable code with words in `portal.journal.words`, `reference` a public id or case number, never
    personal data. Without a `reason` it gets the one for which a clerk opened the data (`because`). The record is not
    numbered yet: the sealer does that (`portal.journal.sealing`).
    """
    why = _why.get()
    Record.objects.create(
        at=clock.now(),
        actor_id=actor_id,
        subject_id=subject_id,
        action=action,
        reference=reference,
        reason=(reason or (why() if why else ""))[:200],
    )
    seen = _written.get()
    if seen is not None:
        seen.append(action)


def record_read(
    *,
    actor_id: uuid.UUID | None,
    subject_id: uuid.UUID | None,
    action: str,
    reference: str = "",
    reason: str = "",
) -> None:
    """Add one record of a read and commit it before returning, so that no answer is sent without it.

    To be called before the view opens a transaction of its own: inside one the record could be lost with its
    rollback, so there it raises RuntimeError (`transaction.atomic(durable=True)`).
    """
    with transaction.atomic(durable=True, savepoint=False):
        record(actor_id=actor_id, subject_id=subject_id, action=action, reference=reference, reason=reason)
