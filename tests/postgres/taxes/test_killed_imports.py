"""Real workers and the process that loads a large file, killed again and again in the middle of an import.

The file replaces a whole ledger in which a resident has just paid. After each kill the ledger is the old one or the
new one, whole; the payment stands; in the end the file is loaded once and nothing temporary is left.
"""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.conf import settings as project
from django.db import connection
from django.db.models import F, Sum

from eurzad.lib import clock
from portal.journal.models import Record
from scripts.demo import Process
from taxes.imports import intake
from taxes.models import Instalment, LedgerImport, PaymentReceived
from tests.outbox.workers import kill_and_restart, told, worker_and_beat
from tests.taxes.imports.files import load, state, town, written
from tests.taxes.imports.paying import due, pay

pytestmark = [
    pytest.mark.redis,
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("seeded"),
]
ACCOUNTS, KILLS, GROUP_EVERY = 2500, 12, 4
FEWEST_KILLS = 3  # a quick machine may be done between two
State = LedgerImport.State


def _loading(public_id: UUID) -> list[int]:
    """Processes that load this very file."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            words = path.read_bytes().split(b"\0")
            if b"load_kept_ledger" in words and str(public_id).encode() in words:
                found.append(int(path.parent.name))
    return found


def _until(so: Callable[[], object], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if so():
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[tuple[Process, Process]]:
    """Worker and beat on the test's own database, broker and folder."""
    database = connection.settings_dict
    environment = {
        "DEMO_MODE": "1",
        "VAR_DIR": str(project.VAR_DIR),
        "SECRET_KEY": project.SECRET_KEY,
        "IDENTITY_KEY": project.IDENTITY_KEY,
        "DATABASE_URL": f"postgres://postgres@{database['HOST']}:{database['PORT']}/{database['NAME']}",
        "REDIS_URL": project.REDIS_URL,
    }
    with worker_and_beat(environment, tmp_path, start=False) as both:
        yield both


def test_killed_again_and_again_the_file_is_loaded_once(
    processes: tuple[Process, Process], tmp_path: Path
) -> None:
    worker, beat = processes
    assert load(written(tmp_path, town(accounts=ACCOUNTS)))[0].state == State.LOADED
    one = Instalment.objects.filter(status="open").latest("effective_due_on")
    pay(one, one.amount, uuid4())
    before, owed = state(), due()
    path = written(tmp_path, town(accounts=ACCOUNTS, sequence=2, step=1))
    assert path.stat().st_size > intake.SMALL
    row = LedgerImport(
        channel="endpoint", file_name="podatki-2", sequence=2, received_at=clock.now(), size=path.stat().st_size,
        source_id=LedgerImport.objects.get().source_id,
    )  # fmt: skip
    intake.file_of(row).write_bytes(path.read_bytes())
    intake.accept(row=row)
    worker.start()
    beat.start()
    chance, killed = random.Random(5), 0
    while killed < KILLS:
        assert _until(lambda: _loading(row.public_id), 90), told(tmp_path, "worker")
        time.sleep(chance.uniform(0.05, 0.15 * (killed + 1)))  # ever later, so that a quick load is met too
        victims = _loading(row.public_id)
        if not victims:
            break  # it was done sooner
        if killed % GROUP_EVERY == GROUP_EVERY - 1:
            kill_and_restart(worker, beat)
        for pid in victims:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        killed += 1
        row.refresh_from_db()
        if row.state == State.LOADED:
            break  # the kill came after the commit: the new book may ask for more
        assert state() == before
        assert due() <= owed
    assert killed >= FEWEST_KILLS, f"loaded after {killed} kills"
    assert _until(lambda: LedgerImport.objects.get(pk=row.pk).state == State.LOADED, 120), told(
        tmp_path, "worker"
    )
    worker.kill()
    beat.kill()
    row.refresh_from_db()
    assert Record.objects.filter(action="ledger.imported", reference=str(row.public_id)).count() == 1
    assert LedgerImport.objects.filter(state=State.LOADED, sequence=2).count() == 1
    assert Instalment.objects.count() == ACCOUNTS * 8 and state() != before
    book = Instalment.objects.aggregate(due=Sum(F("amount") - F("principal_posted")))["due"]
    assert PaymentReceived.objects.get().posting == "awaiting" and due() == book - one.amount
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relname LIKE 'st\\_%' AND relpersistence = 't'")
        assert cursor.fetchone() == (0,)
