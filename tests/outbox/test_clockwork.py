"""The sweep, what runs by the clock, and tidying."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from eurzad.celery import app
from eurzad.lib import clock
from eurzad.lib.errors import PermanentError
from eurzad.outbox import registry, services, worker
from eurzad.outbox.models import Job
from tests.outbox.conftest import Register

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def at(seconds: float) -> Any:
    return clock.frozen(NOW + timedelta(seconds=seconds))


@pytest.fixture
def tick(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[datetime]]:
    """The only thing that runs by the clock: every ten seconds, and when it ran."""
    monkeypatch.setattr(registry, "_periodic", {})
    ran: list[datetime] = []
    registry.every(seconds=10, name="tests.tick")(lambda: ran.append(clock.now()))
    yield ran
    del registry._handlers["tests.tick"]


def waiting() -> list[Job]:
    return list(Job.objects.filter(state="waiting"))


def test_runs_by_the_clock(tick: list[datetime], nudges: list[str]) -> None:
    for second in range(0, 60, 5):
        with at(second):
            services.sweep()
            for job in waiting():
                services.run(job.public_id)
    assert tick == [NOW + timedelta(seconds=second) for second in range(0, 60, 10)]


def test_runs_never_overlap(tick: list[datetime], nudges: list[str]) -> None:
    with at(0):
        services.sweep()
        (job,) = waiting()
        Job.objects.update(state="running", claim=uuid4(), claimed_at=clock.now())
    for second in range(5, 45, 5):
        with at(second):
            services.sweep()
            assert Job.objects.count() == 1, "one is still running"
    with at(100):
        services.sweep()
        assert [one.public_id for one in waiting()] == [job.public_id], "the lost one goes first"


def test_one_that_asked_for_later_is_waited_for(nudges: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_periodic", {})

    def blocked() -> None:
        raise registry.Later(300)

    registry.every(seconds=10, name="tests.blocked")(blocked)
    try:
        for second in range(0, 300, 20):
            with at(second):
                services.sweep()
                for job in waiting():
                    services.run(job.public_id)
        assert Job.objects.count() == 1
    finally:
        del registry._handlers["tests.blocked"]


def test_one_that_failed_is_started_anew(
    nudges: list[str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(registry, "_periodic", {})

    def broken() -> None:
        raise PermanentError

    registry.every(seconds=10, name="tests.broken")(broken)
    try:
        for second in (0, 11, 22):
            with at(second):
                services.sweep()
                for job in waiting():
                    services.run(job.public_id)
        assert Job.objects.filter(state="failed").count() == 3
    finally:
        del registry._handlers["tests.broken"]


def test_idle_jobs_are_nudged_again_but_not_all_the_time(
    register: Register, nudges: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "_periodic", {})
    name = register(lambda: None)
    with at(0):
        job = services.enqueue(name)
        assert job is not None
        assert services.sweep() == 1
    with at(20):
        assert services.sweep() == 0
    with at(services.IDLE.total_seconds() + 1):
        assert services.sweep() == 1
    assert nudges == [str(job.public_id)] * 2


def test_done_and_failed_jobs_are_left_in_peace(
    register: Register, nudges: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "_periodic", {})
    name = register(lambda: None)
    for state in ("done", "failed"):
        job = services.enqueue(name)
        assert job is not None
        Job.objects.filter(pk=job.pk).update(state=state)
    with clock.frozen(clock.now() + timedelta(days=1)):
        assert services.sweep() == 0


def test_tidy(register: Register) -> None:
    name = register(lambda: None)
    two_weeks, hour = services.KEEP_DONE, services.KEEP_DONE_PERIODIC
    second = timedelta(seconds=1)

    def add(label: str, state: str, age: timedelta, *, periodic: bool = False) -> None:
        Job.objects.create(
            name=name, key=f"every:{label}" if periodic else label, state=state, run_after=NOW - age,
            created_at=NOW - age, finished_at=None if state == "waiting" else NOW - age,
        )  # fmt: skip

    add("old done", "done", two_weeks + second)
    add("new done", "done", two_weeks - second)
    add("old failed", "failed", 5 * two_weeks)
    add("old waiting", "waiting", 5 * two_weeks)
    add("old tick", "done", hour + second, periodic=True)
    add("new tick", "done", hour - second, periodic=True)
    add("new failed tick", "failed", two_weeks - second, periodic=True)
    add("old failed tick", "failed", two_weeks + second, periodic=True)
    with clock.frozen(NOW):
        assert services.tidy() == 3
    left = set(Job.objects.values_list("key", flat=True))
    assert left == {"new done", "old failed", "old waiting", "every:new tick", "every:new failed tick"}


def test_every_room_has_registered_its_jobs() -> None:
    periodic = {one.name: one.seconds for one in registry.periodic()}
    assert periodic.items() >= {"inbox.poll": 10, "payments.heal": 30, "outbox.tidy": 3600}.items()
    for name in (
        *periodic,
        "access.check_signature",
        "access.issue_receipt",
        "inbox.handle",
        "payments.check",
    ):
        assert callable(registry.get(name))


def test_celery_knows_two_tasks_and_beat_one(register: Register) -> None:
    app.loader.import_default_modules()
    own = {name for name in app.tasks if not name.startswith("celery.")}
    assert own == {"outbox.run_job", "outbox.sweep"}
    (entry,) = app.conf.beat_schedule.values()
    assert (entry["task"], entry["schedule"] <= 5) == ("outbox.sweep", True)
    assert app.conf.task_acks_late and app.conf.worker_prefetch_multiplier == 1
    ran: list[str] = []
    name = register(lambda: ran.append("x"))
    job = services.enqueue(name)
    assert job is not None
    worker.run_job(str(job.public_id))
    worker.run_job(str(job.public_id))
    worker.run_job(str(uuid4()))
    assert ran == ["x"]
