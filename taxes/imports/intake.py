"""Files that came over the network or wait for a clerk: kept, worked on by a job, approved or refused."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction

from eurzad.lib import clock
from eurzad.outbox import services as outbox
from eurzad.outbox.registry import Later
from portal.desk import foureyes
from portal.journal.services import record
from portal.people.models import User
from taxes.errors import LedgerError
from taxes.imports import running
from taxes.imports.problems import Problem, Refused
from taxes.imports.reading import open_ledger
from taxes.imports.sequence import Unchanged, check_sequence
from taxes.models import LedgerImport, SourceSystem

State = LedgerImport.State
JOB = "taxes.load_ledger"
SMALL = 2 << 20
"""A file of so many bytes is loaded within a job's time; a larger one by a process of its own."""
_POLL = 5
FOUR_EYES = "imports"


def folder() -> Path:
    """Where files wait; nobody but the portal reads them."""
    path = Path(settings.PORTAL_DIR) / "ledger"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def file_of(row: LedgerImport) -> Path:
    """Where the file of an import waits."""
    return folder() / str(row.public_id)


@transaction.atomic
def accept(*, row: LedgerImport) -> None:
    """Note a file that is on the disk already, and have it worked on."""
    row.save()
    outbox.enqueue(JOB, key=f"ledger:{row.public_id}", import_id=str(row.public_id))


@contextmanager
def _alone(row: LedgerImport) -> Iterator[bool]:
    """Whether nobody else works on this file now; the lock goes with the process that holds it."""
    with (folder() / f"{row.public_id}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def work_on(import_id: UUID) -> None:
    """Load a file, or see that a process does; may be called any number of times. Raises Later while it goes on."""
    row = LedgerImport.objects.get(public_id=import_id)
    if row.state not in (State.RECEIVED, State.CHECKING):
        return
    with _alone(row) as is_free:
        if is_free and (not file_of(row).exists() or file_of(row).stat().st_size <= SMALL):
            _load(row)
            return
    if is_free:
        subprocess.Popen(  # noqa: S603 (our own command)
            [sys.executable, "-m", "django", "load_kept_ledger", str(import_id)],
            env={**os.environ, "DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"]},
            cwd=settings.BASE_DIR,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    raise Later(_POLL)


def load_kept(import_id: UUID) -> bool:
    """Load a file that waits, however long it takes; returns False where another process does."""
    row = LedgerImport.objects.get(public_id=import_id)
    with _alone(row) as is_free:
        if is_free and row.state in (State.RECEIVED, State.CHECKING):
            _load(row)
    return is_free


def _load(row: LedgerImport) -> None:
    outcome = running.run(row, file_of(row))
    if outcome.state != State.WAITING:
        _forget_file(row)


def _forget_file(row: LedgerImport) -> None:
    _remove(file_of(row))
    _remove(folder() / f"{row.public_id}.lock")


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def tidy() -> int:
    """Remove files that no import waits with any more, an hour after they were touched; returns how many."""
    waiting = LedgerImport.objects.filter(state__in=(State.RECEIVED, State.CHECKING, State.WAITING))
    kept = {str(public_id) for public_id in waiting.values_list("public_id", flat=True)}
    old = clock.now().timestamp() - 3600
    gone = [path for path in folder().iterdir() if path.stem not in kept and path.stat().st_mtime < old]
    for path in gone:
        _remove(path)
    return len(gone)


def keep_for_approval(row: LedgerImport, path: Path) -> None:
    """Keep a copy of a file that a command read and that waits for a clerk now."""
    target = file_of(row)
    if path.is_dir():
        shutil.copytree(path, target, dirs_exist_ok=True)
    else:
        shutil.copyfile(path, target)


def approve(*, clerk: User, row: LedgerImport) -> bool:
    """Let a file be loaded whose sums change by much; False when a second clerk has to agree first (FOUR_EYES).

    Raises LedgerError when its time is over, SamePerson when the first clerk comes again.
    """
    with transaction.atomic():
        locked = LedgerImport.objects.select_for_update(of=("self",)).get(pk=row.pk)
        if locked.state != State.WAITING or locked.source is None:
            raise LedgerError(code="ledger.not_waiting")
        overtaken = not _is_in_turn(locked, locked.source)
        if not overtaken and not foureyes.approve(
            FOUR_EYES, reference=locked.public_id, by=clerk, terms={"digest": locked.digest}
        ):
            record(
                actor_id=clerk.public_id,
                subject_id=None,
                action="ledger.approved_first",
                reference=str(locked.public_id),
            )
            return False
        if overtaken:
            foureyes.withdraw(FOUR_EYES, locked.public_id)
            locked.state, locked.finished_at = State.SUPERSEDED, clock.now()
            locked.problems = [Problem("superseded", locked.file_name).as_dict()]
            locked.problem_count = 1
        else:
            locked.state, locked.approved_by, locked.approved_at = (
                State.RECEIVED,
                clerk.public_id,
                clock.now(),
            )
        locked.save()
        record(
            actor_id=clerk.public_id,
            subject_id=None,
            action="ledger.overtaken" if overtaken else "ledger.approved",
            reference=str(locked.public_id),
        )
        if not overtaken:
            outbox.enqueue(JOB, key=f"ledger:{locked.public_id}", import_id=str(locked.public_id))
    if overtaken:
        raise LedgerError(code="ledger.overtaken")
    return True


def _is_in_turn(row: LedgerImport, source: SourceSystem) -> bool:
    newer = LedgerImport.objects.filter(source=source, sequence__gt=row.sequence).exclude(
        state=State.REJECTED
    )
    if newer.exists():
        return False
    try:
        opened = open_ledger(file_of(row), name=row.file_name)
        check_sequence(source, opened.envelope, opened.digest, except_for=row.pk)
    except (Refused, Unchanged):
        return False
    return True


@transaction.atomic
def refuse(*, clerk: User, row: LedgerImport, reason: str) -> None:
    """Send a waiting file away for a reason. Raises LedgerError without one, or when it does not wait."""
    reason = reason.strip()[:200]
    if not reason:
        raise LedgerError(code="taxes.reason_missing")
    locked = LedgerImport.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if locked.state != State.WAITING:
        raise LedgerError(code="ledger.not_waiting")
    foureyes.withdraw(FOUR_EYES, locked.public_id)
    locked.state, locked.finished_at = State.SUPERSEDED, clock.now()
    locked.save()
    record(
        actor_id=clerk.public_id, subject_id=None, action="ledger.refused", reference=str(locked.public_id),
        reason=reason,
    )  # fmt: skip
    transaction.on_commit(lambda: _forget_file(locked))
