"""A job from its row to its end, whatever happens on the way."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import IntegrityError, OperationalError, transaction

from eurzad.lib import clock
from eurzad.lib.errors import PermanentError, TransientError
from eurzad.outbox import registry, services
from eurzad.outbox.models import Job
from tests.outbox.conftest import Register
from tests.support.pages import PageClient

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
Capture = Callable[..., Any]


def at(seconds: float) -> Any:
    """Hold the clock so many seconds after the start."""
    return clock.frozen(NOW + timedelta(seconds=seconds))


def fails_with(*errors: Exception | None) -> tuple[registry.Handler, list[str]]:
    """A handler that raises the errors in turn, the last one for ever; and what it was called with."""
    calls: list[str] = []

    def handler(thing_id: str = "") -> None:
        calls.append(thing_id)
        error = errors[min(len(calls), len(errors)) - 1]
        if error is not None:
            raise error

    return handler, calls


def enqueued(name: str, **options: Any) -> Job:
    job = services.enqueue(name, **options)
    assert job is not None
    return job


# --- enqueue


def test_is_done_with_its_arguments(register: Register) -> None:
    handler, calls = fails_with(None)
    job = enqueued(register(handler), thing_id="7")
    assert services.run(job.public_id)
    job.refresh_from_db()
    assert (calls, job.state, job.attempts, job.claim) == (["7"], "done", 0, None)
    assert job.finished_at is not None
    assert not services.run(job.public_id)


def test_unknown_name_is_refused_at_once(nudges: list[str]) -> None:
    with pytest.raises(LookupError):
        services.enqueue("tests.nobody")
    assert not Job.objects.exists() and not nudges


def test_name_that_a_newer_version_knew_is_set_aside(register: Register) -> None:
    job = enqueued(register(lambda: None))
    Job.objects.filter(pk=job.pk).update(name="tests.of_another_version")
    assert services.run(job.public_id)
    job.refresh_from_db()
    assert (job.state, job.error_code) == ("failed", "LookupError")


def test_two_handlers_of_one_name_are_refused(register: Register) -> None:
    name = register(lambda: None)
    with pytest.raises(ValueError, match=name):
        registry.handler(name)(lambda: None)


def test_nudged_after_commit_only(
    register: Register, nudges: list[str], django_capture_on_commit_callbacks: Capture
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        job = enqueued(register(lambda: None))
        assert not nudges
    assert nudges == [str(job.public_id)]


@pytest.mark.django_db(transaction=True)
def test_rolled_back_with_what_it_belongs_to(register: Register, nudges: list[str]) -> None:
    name = register(lambda: None)
    with pytest.raises(RuntimeError), transaction.atomic():
        services.enqueue(name)
        raise RuntimeError
    assert not Job.objects.exists() and not nudges


def test_to_be_run_later_is_not_nudged(
    register: Register, nudges: list[str], django_capture_on_commit_callbacks: Capture
) -> None:
    with at(0), django_capture_on_commit_callbacks(execute=True):
        job = enqueued(register(lambda: None), run_in=timedelta(seconds=60))
    with at(59):
        assert services.sweep() == 0 or str(job.public_id) not in nudges
        assert not services.run(job.public_id)
    with at(60):
        services.sweep()
        assert str(job.public_id) in nudges
        assert services.run(job.public_id)


def test_lost_message_fails_nobody_and_is_swept_up(
    register: Register,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: Capture,
) -> None:
    def refuse(_job_id: str) -> None:
        raise ConnectionError

    sent: list[str] = []
    monkeypatch.setattr(registry, "_nudger", [refuse])
    with django_capture_on_commit_callbacks(execute=True):
        job = enqueued(register(lambda: None))
    assert f"nudge lost job={job.public_id}" in caplog.text
    monkeypatch.setattr(registry, "_nudger", [sent.append])
    services.sweep()
    assert str(job.public_id) in sent


# --- keys


def test_key_is_unique_among_unfinished_jobs(register: Register) -> None:
    name = register(lambda: None)
    first = enqueued(name, key="k")
    assert services.enqueue(name, key="k") is None
    services.run(first.public_id)
    assert services.enqueue(name, key="k") is not None
    assert Job.objects.count() == 2


def test_key_of_a_running_job_is_taken(register: Register) -> None:
    again: list[Job | None] = []
    name = register(lambda: again.append(services.enqueue(name, key="k")))
    services.run(enqueued(name, key="k").public_id)
    assert again == [None]


def test_key_of_a_set_aside_job_is_free(register: Register) -> None:
    handler, _calls = fails_with(PermanentError())
    name = register(handler)
    services.run(enqueued(name, key="k").public_id)
    assert services.enqueue(name, key="k") is not None


def test_jobs_without_a_key_are_many(register: Register) -> None:
    name = register(lambda: None)
    assert all(services.enqueue(name) for _ in range(3))


def test_second_call_leaves_the_transaction_usable(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database refuses what the look-up before could not see yet."""
    name = register(lambda: None)
    enqueued(name, key="k")
    real = Job.objects.filter
    monkeypatch.setattr(Job.objects, "filter", lambda *a, **k: real(*a, **k).none())
    with transaction.atomic():
        assert services.enqueue(name, key="k") is None
        assert Job.objects.count() == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "running", "claim": None},
        {"state": "waiting", "claim": uuid4()},
        {"state": "done", "claim": uuid4()},
        {"state": "waiting", "key": "k"},
        {"state": "running", "claim": uuid4(), "key": "k"},
    ],
)
def test_the_database_holds_what_must_hold(register: Register, fields: dict[str, Any]) -> None:
    name = register(lambda: None)
    enqueued(name, key="k")
    other = enqueued(name)
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.filter(pk=other.pk).update(**fields)


# --- claims and lost workers


def test_claimed_while_it_runs(register: Register) -> None:
    seen: list[tuple[str, bool, bool]] = []

    def handler() -> None:
        row = Job.objects.get()
        seen.append((row.state, row.claim is not None, services.run(row.public_id)))

    services.run(enqueued(register(handler)).public_id)
    assert seen == [("running", True, False)]


def test_job_of_a_lost_worker_is_given_back_after_the_lease(register: Register, nudges: list[str]) -> None:
    handler, calls = fails_with(None)
    name = register(handler)
    with at(0):
        job = enqueued(name)
        _kill_while_running(job)
    with at(services.LEASE.total_seconds() - 1):
        services.sweep()
        assert not services.run(job.public_id)
    nudges.clear()
    with at(services.LEASE.total_seconds() + 1):
        services.sweep()
        assert nudges.count(str(job.public_id)) == 1
        assert services.run(job.public_id)
    job.refresh_from_db()
    assert (calls, job.state, job.losses, job.attempts) == ([""], "done", 1, 0)


def test_lease_outlives_a_task_and_ends_within_a_minute() -> None:
    from eurzad.outbox.worker import run_job

    assert run_job.soft_time_limit < run_job.time_limit < services.LEASE.total_seconds() <= 50
    assert run_job.acks_late


def test_lost_worker_counts_apart_from_a_world_that_does_not_answer(register: Register) -> None:
    handler, calls = fails_with(*[TransientError()] * 9, None)
    name = register(handler)
    with at(0):
        job = enqueued(name)
    for turn in range(1, 10):
        with at(turn * 1000):
            assert services.run(job.public_id)
    with at(20_000):
        _kill_while_running(job)
    with at(20_000 + services.LEASE.total_seconds() + 1):
        services.sweep()
        assert services.run(job.public_id)
    job.refresh_from_db()
    assert (job.state, job.attempts, job.losses, len(calls)) == ("done", 9, 1, 10)


def test_job_that_takes_its_workers_down_is_set_aside(
    register: Register, caplog: pytest.LogCaptureFixture
) -> None:
    job = enqueued(register(lambda: None))
    for turn in range(services.MAX_LOST):
        job.refresh_from_db()
        assert job.state == "waiting"
        _kill_while_running(job)
        with clock.frozen(clock.now() + timedelta(hours=turn + 1)):
            services.sweep()
    job.refresh_from_db()
    assert (job.state, job.error_code) == ("failed", "worker_lost")
    assert f"job set aside name={job.name}" in caplog.text


@pytest.mark.parametrize(
    "ending", [None, PermanentError(), TransientError(), registry.Later(5), OperationalError()]
)
def test_late_worker_cannot_end_a_job_that_somebody_else_took_up(
    register: Register, ending: Exception | None
) -> None:
    theirs = uuid4()

    def handler() -> None:
        Job.objects.update(state="waiting", claim=None)  # the sweep gave it back
        Job.objects.update(state="running", claim=theirs, claimed_at=clock.now())  # another worker claimed it
        if ending is not None:
            raise ending

    job = enqueued(register(handler))
    assert services.run(job.public_id)
    job.refresh_from_db()
    assert (job.state, job.claim, job.finished_at, job.attempts) == ("running", theirs, None, 0)


def _kill_while_running(job: Job) -> None:
    """Leave the row as a worker that died in the middle does."""
    claimed = Job.objects.filter(pk=job.pk, state="waiting").update(
        state="running", claim=uuid4(), claimed_at=clock.now()
    )
    assert claimed


# --- errors


def test_later_is_no_error(register: Register) -> None:
    handler, calls = fails_with(registry.Later(30), registry.Later(30), None)
    name = register(handler)
    with at(0):
        job = enqueued(name)
        assert services.run(job.public_id)
    with at(29):
        assert not services.run(job.public_id)
    with at(30):
        assert services.run(job.public_id)
    with at(60):
        assert services.run(job.public_id)
    job.refresh_from_db()
    assert (len(calls), job.state, job.attempts, job.error_code) == (3, "done", 0, "")


def test_back_off_of_a_world_that_does_not_answer(register: Register) -> None:
    handler, calls = fails_with(TransientError(code="bank_down"))
    with at(0):
        job = enqueued(register(handler))
    pauses: list[float] = []
    while job.state == "waiting":
        with clock.frozen(job.run_after):
            assert services.run(job.public_id)
            job.refresh_from_db()
            pauses.append((job.run_after - clock.now()).total_seconds())
    assert pauses[:10] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300]
    assert set(pauses[9:-1]) == {300}
    assert (job.state, job.error_code, len(calls)) == ("failed", "bank_down", services.MAX_ATTEMPTS)
    assert timedelta(hours=3) < timedelta(seconds=sum(pauses[:-1])) < timedelta(hours=5)


@pytest.mark.parametrize(
    ("error", "code"), [(SoftTimeLimitExceeded(), "time_limit"), (OperationalError("locked"), "database")]
)
def test_trouble_of_our_own_machine_passes_too(register: Register, error: Exception, code: str) -> None:
    handler, calls = fails_with(error, None)
    name = register(handler)
    with at(0):
        job = enqueued(name)
        assert services.run(job.public_id)
        job.refresh_from_db()
        assert (job.state, job.error_code, job.attempts) == ("waiting", code, 1)
    with at(1):
        assert services.run(job.public_id)
    assert len(calls) == 2


@pytest.mark.parametrize(
    ("error", "code"),
    [(PermanentError(code="forged"), "forged"), (KeyError("x"), "KeyError"), (TypeError("y"), "TypeError")],
)
def test_what_cannot_help_is_set_aside_in_the_open(
    register: Register, caplog: pytest.LogCaptureFixture, error: Exception, code: str
) -> None:
    handler, calls = fails_with(error)
    job = enqueued(register(handler))
    assert services.run(job.public_id)
    job.refresh_from_db()
    assert (job.state, job.error_code, job.claim) == ("failed", code, None)
    assert f"job failed name={job.name}" in caplog.text
    assert not services.run(job.public_id) and len(calls) == 1


def test_very_long_code_is_cut(register: Register) -> None:
    handler, _calls = fails_with(PermanentError(code="x" * 500))
    job = enqueued(register(handler))
    services.run(job.public_id)
    job.refresh_from_db()
    assert job.error_code == "x" * 80


# --- a person's word


def test_set_aside_job_runs_again_on_a_clerks_word(
    register: Register,
    nudges: list[str],
    pages: PageClient,
    ewa: Any,
    django_capture_on_commit_callbacks: Capture,
) -> None:
    handler, calls = fails_with(PermanentError(), None)
    job = enqueued(register(handler), key="k")
    services.run(job.public_id)
    address = "/admin/outbox/job/"
    pages.sign_in(ewa)
    assert job.name in pages.client.get(address).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        answer = pages.client.post(address, {"action": "retry", "_selected_action": [job.pk]})
    assert answer.status_code == 302
    assert nudges == [str(job.public_id)]
    assert services.run(job.public_id)
    job.refresh_from_db()
    assert (job.state, job.error_code, len(calls)) == ("done", "", 2)


def test_done_and_running_jobs_are_not_run_again(register: Register) -> None:
    name = register(lambda: None)
    done, running = enqueued(name), enqueued(name)
    services.run(done.public_id)
    _kill_while_running(running)
    for job in (done, running):
        assert not services.retry(job)
    assert sorted(Job.objects.values_list("state", flat=True)) == ["done", "running"]


def test_retry_gives_way_to_a_newer_job_of_the_same_key(register: Register) -> None:
    handler, _calls = fails_with(PermanentError(), None)
    name = register(handler)
    old = enqueued(name, key="k")
    services.run(old.public_id)
    enqueued(name, key="k")
    assert not services.retry(old)
    assert Job.objects.filter(state="waiting").count() == 1


def test_retry_forgets_old_failures(register: Register) -> None:
    job = enqueued(register(lambda: None))
    Job.objects.filter(pk=job.pk).update(
        state="failed", attempts=services.MAX_ATTEMPTS, losses=services.MAX_LOST
    )
    assert services.retry(job)
    job.refresh_from_db()
    assert (job.state, job.attempts, job.losses, job.finished_at) == ("waiting", 0, 0, None)
