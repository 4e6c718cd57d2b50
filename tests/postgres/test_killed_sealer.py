"""A real worker that dies in the middle of sealing and signing days: nothing is lost, nothing is there twice."""

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as project
from django.db import connection
from redis import Redis

from eurzad.lib import clock
from eurzad.outbox.models import Job
from portal.journal import publishing, sealing, verifying
from portal.journal.models import Head, Link, Record
from scripts.demo import Process
from tests.journal.conftest import key_folder, seal_keys
from tests.outbox.workers import environment_beside, kill_and_restart, kill_one_at_work, told, worker_and_beat
from tests.support.simulator import Simulator

__all__ = ["key_folder", "seal_keys"]

pytestmark = [pytest.mark.redis, pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

DAYS, A_DAY = 60, 250
FOLDER = "portal/journal"


@pytest.fixture
def processes(
    portal_talks_to_simulator: Simulator, seal_keys: None, key_folder: Path, tmp_path: Path
) -> Iterator[tuple[Process, Process]]:
    """Worker and beat on the test's own database and broker, beside sixty days that nobody has sealed."""
    now = clock.now()
    Record.objects.bulk_create(
        Record(at=now - timedelta(days=DAYS - number // A_DAY), action="a", reference=f"r{number}")
        for number in range(DAYS * A_DAY)
    )
    Redis.from_url(project.REDIS_URL).flushall()
    database = connection.settings_dict
    environment = environment_beside(portal_talks_to_simulator) | {
        "DATABASE_URL": f"postgres://postgres@{database['HOST']}:{database['PORT']}/{database['NAME']}",
        "REDIS_URL": project.REDIS_URL,
        "SEAL_KEY": str(key_folder / "seal.key"),
        "SEAL_CERT": str(key_folder / "seal.crt"),
    }
    with worker_and_beat(environment, tmp_path) as started:
        yield started


def come_to(until: Callable[[], bool], *, seconds: float) -> bool:
    """Let time pass until something is so; return whether it came to be."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if until():
            return True
        time.sleep(0.01)
    return False


def test_killed_in_the_middle_of_the_heads_loses_nothing_and_doubles_nothing(
    processes: tuple[Process, Process], portal_talks_to_simulator: Simulator, tmp_path: Path
) -> None:
    worker, beat = processes
    assert come_to(lambda: Link.objects.count() > 0, seconds=90), told(tmp_path, "worker")
    assert kill_one_at_work(worker)
    assert come_to(lambda: Head.objects.count() >= 3, seconds=120), told(tmp_path, "worker")
    kill_and_restart(worker, beat)
    middle = Head.objects.count()
    assert 3 <= middle < DAYS, "killed in the middle of the days"

    def is_done() -> bool:
        return (
            Head.objects.count() == DAYS
            and not Job.objects.filter(name="journal.write_head").exclude(state="done").exists()
        )

    assert come_to(is_done, seconds=150), told(tmp_path, "worker")
    report = verifying.verify()
    assert (report.problems, report.checked, report.waiting) == ([], DAYS * A_DAY, 0)
    assert list(Link.objects.values_list("number", flat=True)) == list(range(1, DAYS * A_DAY + 1))
    assert not sealing.unsealed().exists()
    assert set(Counter(Head.objects.values_list("day", flat=True)).values()) == {1}
    jobs = Counter(Job.objects.filter(name="journal.write_head").values_list("key", flat=True))
    assert len(jobs) == DAYS and set(jobs.values()) == {1}
    folder = portal_talks_to_simulator.var_dir / FOLDER
    files = {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("*.txt")}
    for head in Head.objects.all():
        assert publishing.read_published(files[head.day.isoformat()]).hash == head.hash
    halves = [path.name for path in folder.glob(".*") if path.suffix != f".{os.getpid()}"]
    assert len(halves) <= 2, "at most what the two that were killed were writing"
