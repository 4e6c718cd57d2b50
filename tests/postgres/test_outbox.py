"""Workers that want the same jobs."""

import random
from collections import Counter
from datetime import timedelta
from threading import Lock
from time import sleep
from uuid import uuid4

import pytest

from eurzad.lib import clock
from eurzad.outbox import registry, services
from eurzad.outbox.models import Job
from tests.outbox.conftest import Register, nudges, register
from tests.postgres.together import all_at_once

__all__ = ["nudges", "register"]

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

THREADS = 16


def test_sixteen_workers_do_each_job_once(register: Register, nudges: list[str]) -> None:
    done: Counter[str] = Counter()
    lock = Lock()

    def work(thing: str) -> None:
        sleep(0.002)
        with lock:
            done[thing] += 1

    name = register(work)
    for number in range(40):
        services.enqueue(name, thing=str(number))
    ids = list(Job.objects.values_list("public_id", flat=True))
    orders = [random.Random(seed).sample(ids, len(ids)) for seed in range(THREADS)]
    ran = all_at_once(lambda order: sum(services.run(job_id) for job_id in order), orders)
    assert done == {str(number): 1 for number in range(40)}
    assert sum(ran) == 40 and sum(1 for count in ran if count) > 1
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}


def test_one_key_from_sixteen_threads_is_one_job(register: Register, nudges: list[str]) -> None:
    name = register(lambda: None)
    made = all_at_once(lambda _: services.enqueue(name, key="the-one"), range(THREADS))
    assert sum(job is not None for job in made) == 1
    assert Job.objects.count() == 1 and len(nudges) == 1


def test_sweeps_at_once_give_a_lost_job_back_once(
    register: Register,
    nudges: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        registry, "_periodic", {name: registry.Periodic(name, 3600) for name in ("inbox.poll", "outbox.tidy")}
    )
    name = register(lambda: None)
    long_ago = clock.now() - timedelta(minutes=2)
    for _ in range(20):
        services.enqueue(name)
    for job in Job.objects.all():
        Job.objects.filter(pk=job.pk).update(state="running", claim=uuid4(), claimed_at=long_ago)
    all_at_once(lambda _: services.sweep(), range(8))
    assert set(Job.objects.filter(name=name).values_list("state", "losses")) == {("waiting", 1)}
    assert Counter(Job.objects.exclude(name=name).values_list("name", flat=True)) == {
        "inbox.poll": 1,
        "outbox.tidy": 1,
    }


def test_late_worker_and_its_successor(register: Register, nudges: list[str]) -> None:
    """The lease of a worker that is slow, not dead, goes to another one, which then finishes alone."""
    turns: list[str] = []

    def work() -> None:
        turns.append("started")
        if len(turns) == 1:
            with clock.frozen(clock.now() + services.LEASE * 2):
                services.sweep()
                assert services.run(Job.objects.get(name=name).public_id)

    name = register(work)
    job = services.enqueue(name)
    assert job is not None
    services.run(job.public_id)
    job.refresh_from_db()
    assert (turns, job.state, job.losses) == (["started", "started"], "done", 1)
    assert job.finished_at is not None and job.finished_at > clock.now(), "the successor's end stands"
