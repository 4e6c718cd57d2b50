"""Redis as broker; Redis gone; and counts that need none."""

import socket
import time
from typing import Any

import pytest
from celery import Celery
from django.conf import settings as project
from django.core.cache import caches
from django.test import Client
from redis import Redis

from eurzad import celery as product
from eurzad.outbox import services
from eurzad.outbox.models import Job
from portal.people import limits
from portal.people.models import SharedValue
from tests.outbox.conftest import Register, register
from tests.postgres.together import all_at_once

__all__ = ["register"]

pytestmark = [pytest.mark.redis, pytest.mark.django_db]


SHARED = {"default": {"BACKEND": "portal.people.shared_cache.SharedCache"}}


@pytest.fixture
def broker() -> Redis:
    """The broker's Redis; empty."""
    server = Redis.from_url(project.REDIS_URL)
    server.flushall()
    return server


@pytest.fixture
def shared(settings: Any) -> None:
    """The cache as the product has it."""
    settings.CACHES = SHARED


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres
def test_no_count_is_lost(shared: None) -> None:
    cache = caches["default"]
    added = all_at_once(lambda _: caches["default"].add("once", 1, 60), range(16))
    assert sorted(added) == [False] * 15 + [True]
    cache.set("n", 0, 60)
    all_at_once(lambda _: [caches["default"].incr("n") for _time in range(10)], range(16))
    assert cache.get("n") == 160
    allowed = all_at_once(lambda _: [limits.is_allowed("upload", "a") for _time in range(5)], range(16))
    assert sum(sum(found) for found in allowed) == limits.LIMITS["upload"].tries
    assert SharedValue.objects.count() == 3


@pytest.mark.parametrize("is_listening", [False, True], ids=["refuses", "hangs"])
def test_wrong_passwords_are_counted_without_redis(
    shared: None, broker: Redis, ewa: Any, settings: Any, monkeypatch: pytest.MonkeyPatch, is_listening: bool
) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        if is_listening:
            silent.listen()
        settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        _use_broker(monkeypatch, settings.REDIS_URL)
        began = time.monotonic()
        for path in ("/logowanie/", "/logowanie/pracownik/", "/upo/?kod=x"):
            assert Client().get(path).status_code == 200
        statuses = []
        for _attempt in range(40):
            answer = Client().post("/logowanie/pracownik/", {"login": "ewa", "password": "x"})
            statuses.append(answer.status_code)
            if answer.status_code == 429:
                break
        assert statuses[-1] == 429 and set(statuses[:-1]) == {200}, "a new browser each time, one count"
        assert Client().post("/logowanie/demo/", {"username": "x"}).status_code == 429
        assert time.monotonic() - began < 30
    assert broker.dbsize() == 0, "Redis holds no counts"


@pytest.mark.django_db(transaction=True)
def test_nudge_is_a_message_and_a_lost_one_is_sent_again(
    broker: Redis,
    register: Register,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _use_broker(monkeypatch, project.REDIS_URL)
    name = register(lambda: None)
    services.enqueue(name)
    assert broker.llen("celery") == 1
    broker.flushall()
    assert services.sweep() >= 1
    assert broker.llen("celery") >= 1
    assert Job.objects.get(name=name).state == "waiting"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_listening", [False, True], ids=["refuses", "hangs"])
def test_broker_that_is_gone_loses_no_job(
    register: Register, monkeypatch: pytest.MonkeyPatch, is_listening: bool
) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        if is_listening:
            silent.listen()
        _use_broker(monkeypatch, f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        assert services.enqueue(register(lambda: None)) is not None
    assert Job.objects.count() == 1


def _use_broker(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """Let Celery talk to another broker for this test."""
    other = Celery("tests", broker=url, set_as_current=False)
    other.conf.update(broker_transport_options=product.app.conf.broker_transport_options)
    monkeypatch.setattr(product, "app", other)
