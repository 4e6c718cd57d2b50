"""The demo's own way: SQLite, messages as files, real worker and beat that are killed and crash."""

import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from eurzad.lib.personas import CELINA, GRAZYNA, HENRYK, Persona
from scripts.demo import ROOT, Process, revive
from tests.access.conftest import form_document, sign_as
from tests.outbox.workers import environment_beside, simulated_party, told, worker_and_beat
from tests.support.simulator import Simulator


class Demo:
    """The demo's processes and its database file."""

    def __init__(self, var_dir: Path, simulator: Simulator, worker: Process, beat: Process) -> None:
        self.var_dir, self.simulator, self.worker, self.beat = var_dir, simulator, worker, beat
        self.sent: list[str] = []

    def ask(self, statement: str) -> list[tuple[object, ...]]:
        """Run one statement on the demo's database."""
        database = sqlite3.connect(self.var_dir / "portal" / "db.sqlite3", timeout=20)
        try:
            with database:
                return database.execute(statement).fetchall()
        finally:
            database.close()

    def apply(self, person: Persona) -> None:
        """Let a resident's signed application arrive in the office's mailbox."""
        document = sign_as(person, form_document(person), simulated_party(self.simulator, "tps-seal"))
        self.sent.append(f"{uuid4().hex}.xml")
        self.simulator.deliver(document, sender=GRAZYNA.key, file_name=self.sent[-1])

    def live(self, until: Callable[[], object], *, seconds: float = 60) -> None:
        """Let the demo run, its crashed processes started again, until something is so."""
        deadline = time.monotonic() + seconds
        while not until():
            assert time.monotonic() < deadline, (
                self.ask("SELECT name, state, attempts, losses, error_code FROM outbox_job"),
                told(self.var_dir, "worker"),
                told(self.var_dir, "beat"),
            )
            revive([self.worker, self.beat])
            time.sleep(0.1)

    def kill_with_work_in_hand(self) -> int:
        """Kill the worker while it has jobs, and start it when their lease is over; return how many jobs."""
        running = "FROM outbox_job WHERE state = 'running'"
        lost = 0
        while not lost:
            self.live(lambda: self.ask(f"SELECT 1 {running}"))
            self.worker.kill()
            lost = len(self.ask(f"SELECT 1 {running}"))
            # No waiting here: what was claimed, was claimed long ago.
            self.ask("UPDATE outbox_job SET claimed_at = '2026-01-01 00:00:00' WHERE state = 'running'")
            self.worker.start()
        return lost

    def submitted(self) -> int:
        """How many applications are with the clerks."""
        ((count,),) = self.ask("SELECT count(*) FROM access_accessapplication WHERE state = 'submitted'")
        assert isinstance(count, int)
        return count


@pytest.fixture
def demo(simulator: Simulator, tmp_path: Path) -> Iterator[Demo]:
    """A demo with an empty database of its own beside the simulator of all tests."""
    (tmp_path / "simulator").symlink_to(simulator.var_dir / "simulator")
    (tmp_path / "portal").mkdir()
    (tmp_path / "portal" / "keys").symlink_to(simulator.portal_keys)
    environment = environment_beside(simulator) | {"VAR_DIR": str(tmp_path)}
    with worker_and_beat(environment, tmp_path, start=False) as (worker, beat):
        migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(migrate, cwd=ROOT, env=worker.environment, check=True)
        worker.start()
        beat.start()
        yield Demo(tmp_path, simulator, worker, beat)


def test_crashed_and_killed_workers_lose_nothing_and_do_nothing_twice(demo: Demo) -> None:
    demo.apply(CELINA)
    demo.live(lambda: demo.submitted() == 1)

    # A message read before it was written (kombu's filesystem transport) takes the worker down; it is started again.
    (demo.var_dir / "portal" / "broker" / "data" / "1_empty.celery.msg").touch()
    demo.live(demo.worker.has_died)
    demo.apply(GRAZYNA)
    demo.live(lambda: demo.submitted() == 2)
    assert demo.worker.starts == 2

    demo.apply(HENRYK)
    lost = demo.kill_with_work_in_hand()
    demo.live(lambda: demo.submitted() == 3)
    demo.live(lambda: demo.ask("SELECT count(*) FROM outbox_job WHERE losses > 0") == [(lost,)])

    states = dict(
        demo.ask("SELECT file_name, state FROM inbox_inbounddocument")
    )  # others left theirs there too
    assert {states[name] for name in demo.sent} == {"handled"}
    assert demo.ask("SELECT count(*), count(DISTINCT number) FROM access_accessapplication") == [(3, 3)]
    assert demo.ask("SELECT kind, count(*) FROM access_applicationevent GROUP BY kind") == [("received", 3)]
    assert demo.ask("SELECT name FROM outbox_job WHERE state = 'failed'") == []
