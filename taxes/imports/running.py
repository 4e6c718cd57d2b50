"""One file from the disk into the ledger: check, stage, merge, all or nothing; and what became of it, in its row."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, IntegrityError, connection, transaction

from eurzad.lib import clock
from portal.desk import foureyes
from portal.journal.services import record
from taxes.errors import LedgerError
from taxes.imports import merging
from taxes.imports.checking import Checker
from taxes.imports.envelope import Envelope
from taxes.imports.problems import Problem, Refused, Report, shown
from taxes.imports.reading import Opened, open_ledger
from taxes.imports.sequence import Unchanged, check_sequence
from taxes.imports.staging import Staging
from taxes.models import (
    Account,
    Decision,
    Instalment,
    LedgerImport,
    LedgerParty,
    PaymentReceived,
    Receivable,
    ReceivableType,
    SourceSystem,
)
from taxes.services import acknowledge_payment, finish_import, reject_payment
from taxes.services.shown import hold_alone

logger = logging.getLogger(__name__)

Progress = Callable[[int, int], None]
State = LedgerImport.State
_STEP = 2000
_AHEAD = timedelta(minutes=10)
"""A clock of the domain system may be ahead by so much."""


@dataclass(slots=True)
class Outcome:
    """What became of a file."""

    state: str
    report: Report = field(default_factory=Report)
    counts: dict[str, int] = field(default_factory=dict)
    changes: dict[str, Any] = field(default_factory=dict)


class _Undo(Exception):
    """Leave the transaction without its changes."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.state)
        self.outcome = outcome


def run(
    row: LedgerImport,
    path: Path,
    *,
    may_register: bool = False,
    is_dry: bool = False,
    progress: Progress | None = None,
) -> Outcome:
    """Check a file and take it into the ledger, or refuse it whole; `row` then says what became of it.

    `may_register` lets the file name a domain system that is new here (an administrator at the machine). With
    `is_dry` everything is done and undone, and the row is not kept. May be run again after it was killed.
    """
    try:
        opened = open_ledger(path, name=row.file_name, most_bytes=settings.LEDGER_MAX_MB << 20)
        source = _source_of(row, opened, may_register=may_register)
        _note(row, source, opened)
        check_sequence(source, opened.envelope, opened.digest, except_for=row.pk)
    except Refused as refused:
        return _end(row, _refusal(_placed(refused.problem, row)), is_dry=is_dry)
    except Unchanged:
        return _end(row, Outcome(State.UNCHANGED), is_dry=is_dry)
    if not is_dry:
        row.save()
    staging = Staging()
    try:
        outcome = _load(row, source, opened, staging, is_dry=is_dry, progress=progress)
    finally:
        staging.close()
    if outcome.state == State.LOADED and opened.envelope.is_full and not is_dry:
        merging.refresh_statistics()
    return _end(row, outcome, is_dry=is_dry)


def _source_of(row: LedgerImport, opened: Opened, *, may_register: bool) -> SourceSystem:
    envelope = opened.envelope
    ours = settings.MUNICIPALITY["teryt"]
    if envelope.municipality != ours:
        raise _refused(opened, "municipality", "municipality", envelope.municipality, ours)
    if envelope.taken_at > clock.now() + _AHEAD:
        raise _refused(opened, "taken_in_future", "taken_at", envelope.taken_at.isoformat())
    if row.source is not None:
        if row.source.code != envelope.source:
            raise _refused(opened, "source_differs", "source", envelope.source, row.source.code)
        if row.sequence not in (None, envelope.sequence):
            raise _refused(opened, "sequence_differs", "sequence", envelope.sequence, str(row.sequence))
        return row.source
    found = SourceSystem.objects.filter(code=envelope.source).first()
    if found is None and may_register:
        found = SourceSystem.objects.create(code=envelope.source, name=envelope.system_name)
    if found is None:
        raise _refused(opened, "source", "source", envelope.source)
    return found


def _refused(opened: Opened, code: str, field_name: str, value: object, detail: str = "") -> Refused:
    return Refused(Problem(code, opened.name, 1, field_name, shown(value), detail))


def _refusal(*problems: Problem) -> Outcome:
    report = Report()
    for problem in problems:
        report.add(problem)
    return Outcome(State.REJECTED, report)


def _placed(problem: Problem, row: LedgerImport) -> Problem:
    """A problem names its file."""
    return problem if problem.file else replace(problem, file=shown(row.file_name))


def _note(row: LedgerImport, source: SourceSystem, opened: Opened) -> None:
    envelope = opened.envelope
    row.source, row.kind, row.digest, row.size = source, envelope.kind, opened.digest, opened.size
    row.sequence, row.previous_sequence = envelope.sequence, envelope.previous_sequence
    row.system = f"{envelope.system_name} {envelope.system_version}"
    row.taken_at, row.state = envelope.taken_at, State.CHECKING


def terms() -> dict[str, tuple[str, str, bool, str, bool]]:
    """The flags of every kind of receivable, as the contract names them."""
    return {
        one.code: (one.regime, one.rounding, one.has_threshold, one.credit_order, one.shifts_due_date)
        for one in ReceivableType.objects.all()
    }


def _known(source: SourceSystem) -> Callable[[str, set[str]], set[str]]:
    """Which records of a delta's references are here already."""
    models = {"party": LedgerParty, "account": Account, "decision": Decision, "receivable": Receivable}

    def known(kind: str, ids: set[str]) -> set[str]:
        if kind == "type":
            return set(ReceivableType.objects.filter(code__in=ids).values_list("code", flat=True))
        if kind == "instalment":
            owners = {one.rpartition("/")[0] for one in ids}
            rows = Instalment.objects.filter(
                receivable__source=source, receivable__external_id__in=owners
            ).values_list("receivable__external_id", "number")
            return {f"{owner}/{number}" for owner, number in rows}
        found = models[kind]._default_manager.filter(source=source, external_id__in=ids)
        return set(found.values_list("external_id", flat=True))

    return known


def _load(
    row: LedgerImport,
    source: SourceSystem,
    opened: Opened,
    staging: Staging,
    *,
    is_dry: bool,
    progress: Progress | None,
) -> Outcome:
    report = Report()
    checker = Checker(opened.envelope, report, terms=terms(), known=_known(source), file=opened.name)
    expected = sum(opened.envelope.counts.values())
    staging.open()
    try:
        for number, one in enumerate(opened.rows(), 1):
            if checker.check(one) and not report.count:
                staging.add(one.type, one.line, one.values)
            if report.is_hopeless:
                break
            if progress is not None and number % _STEP == 0:
                progress(sum(checker.counts.values()), expected)
    except Refused as refused:
        report.add(refused.problem)
    else:
        checker.finish()
    if progress is not None:
        progress(expected, expected)
    if report:
        return Outcome(State.REJECTED, report, checker.counts)
    staging.finish()
    try:
        with transaction.atomic():
            outcome = _merge(row, source, opened, staging, is_dry=is_dry)
            outcome.counts = checker.counts
    except _Undo as undo:
        undo.outcome.counts = checker.counts
        return undo.outcome
    except Refused as refused:
        return _refusal(_placed(refused.problem, row))
    except Unchanged:
        return Outcome(State.UNCHANGED)
    except (IntegrityError, DatabaseError) as error:
        if not isinstance(error, IntegrityError) and not _is_of_data(error):
            raise
        logger.warning("ledger import in conflict import=%s", row.public_id)
        return _refusal(Problem("conflict", opened.name, detail=_constraint(error)))
    return outcome


def _is_of_data(error: DatabaseError) -> bool:
    from django.db import DataError

    return isinstance(error, DataError)


def _constraint(error: DatabaseError) -> str:
    """The name of what was broken; never the values."""
    told = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    if told:
        return str(told)
    return str(error).rpartition(":")[2].strip()[:120] if connection.vendor == "sqlite" else ""


def _merge(
    row: LedgerImport, source: SourceSystem, opened: Opened, staging: Staging, *, is_dry: bool
) -> Outcome:
    envelope = opened.envelope
    source = hold_alone(source)
    check_sequence(source, envelope, opened.digest, except_for=row.pk)
    taken = merging.taken_numbers(source.pk)
    if taken:
        raise _Undo(
            _refusal(
                *(Problem("taken_number", opened.name, line, "number", number) for line, number in taken)
            )
        )
    before = merging.totals_of(source.pk)
    now = connection.ops.adapt_datetimefield_value(clock.now())
    today = clock.to_warsaw(envelope.taken_at).date()
    merged = merging.Merge(source.pk, is_full=envelope.is_full, now=now, today=today).run()
    _answer(source, envelope, opened, staging)
    try:
        finish_import(source=source, as_of=envelope.taken_at)
    except LedgerError:
        raise _refused(opened, "older_snapshot", "taken_at", envelope.taken_at.isoformat()) from None
    changes = {"before": before, "after": merging.totals_of(source.pk), **merged.as_dict()}
    if is_dry:
        raise _Undo(Outcome(State.WAITING if _is_too_much(changes) else State.LOADED, changes=changes))
    if row.approved_by is None and _is_too_much(changes):
        raise _Undo(Outcome(State.WAITING, changes=changes))
    row.state, row.changes, row.finished_at = State.LOADED, changes, clock.now()
    row.save()
    older = LedgerImport.objects.filter(source=source, state=State.WAITING, sequence__lte=envelope.sequence)
    for reference in older.exclude(pk=row.pk).values_list("public_id", flat=True):
        foureyes.withdraw("imports", reference)
    older.exclude(pk=row.pk).update(state=State.SUPERSEDED, finished_at=clock.now())
    record(actor_id=row.approved_by, subject_id=None, action="ledger.imported", reference=str(row.public_id))
    return Outcome(State.LOADED, changes=changes)


def _answer(source: SourceSystem, envelope: Envelope, opened: Opened, staging: Staging) -> None:
    for line, values in staging.answers:
        try:
            answer_payment(
                source, UUID(values["portal_payment"]), values["answer"], values.get("reason", ""),
                posted_at=envelope.taken_at,
            )  # fmt: skip
        except LedgerError as error:
            code = "payment_resolved" if error.code == "taxes.payment_resolved" else "unknown_payment"
            raise Refused(
                Problem(code, opened.name, line, "portal_payment", values["portal_payment"])
            ) from None


def answer_payment(
    source: SourceSystem, payment: UUID, answer: str, reason: str, *, posted_at: Any = None
) -> None:
    """Take a domain system's word on a payment made in the portal; what it said before it may say again.

    `posted_at` is the moment of posting, now by default. Raises LedgerError.
    """
    if answer == "rejected":
        same = PaymentReceived.objects.filter(source=source, payment_id=payment, posting="rejected")
        if not same.exists():
            reject_payment(source=source, payment_id=payment, reason=reason)
    else:
        acknowledge_payment(source=source, payment_id=payment, posted_at=posted_at)


def _is_too_much(changes: dict[str, Any]) -> bool:
    """Whether receivables or what is owed change by more than the town's share; not for the first file."""
    before, after = changes["before"], changes["after"]
    if not before["receivables"]:
        return False
    share = Decimal(settings.LEDGER_MAX_CHANGE) / 100
    for name in ("receivables", "balance"):
        was, is_now = Decimal(before[name]), Decimal(after[name])
        if abs(is_now - was) > share * max(was, Decimal(1)):
            return True
    return False


def _end(row: LedgerImport, outcome: Outcome, *, is_dry: bool) -> Outcome:
    row.state, row.counts, row.changes = outcome.state, outcome.counts, outcome.changes
    row.problem_count = outcome.report.count
    row.problems = [problem.as_dict() for problem in outcome.report]
    if not is_dry:
        row.finished_at = None if outcome.state == State.WAITING else clock.now()
        row.save()
    return outcome
