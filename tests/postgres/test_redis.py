"""Redis as cache, counter of attempts and broker; and Redis gone."""

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
from tests.outbox.conftest import Register, register
from tests.postgres.together import all_at_once
from tests.support.pages import PageClient

__all__ = ["register"]

pytestmark = [pytest.mark.redis, pytest.mark.django_db]


@pytest.fixture
def redis_cache(settings: Any) -> Redis:
    """The cache in Redis, as the product has it; empty."""
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": project.REDIS_URL}
    }
    server = Redis.from_url(project.REDIS_URL)
    server.flushall()
    return server


def test_cache_keeps_counts_and_forgets(redis_cache: Redis) -> None:
    cache = caches["default"]
    cache.set("a", {"x": [1]}, 60)
    assert cache.get("a") == {"x": [1]} and redis_cache.dbsize() == 1
    assert cache.add("n", 0, 60) and not cache.add("n", 5, 60)
    all_at_once(lambda _: cache.incr("n"), range(16))
    assert cache.get("n") == 16
    cache.set("short", 1, 1)
    time.sleep(1.1)
    assert cache.get("short") is None


def test_wrong_passwords_are_counted_in_redis(redis_cache: Redis, pages: PageClient, ewa: Any) -> None:
    for _attempt in range(40):
        answer = pages.client.post("/logowanie/pracownik/", {"login": "ewa", "password": "x"})
        if answer.status_code == 429:
            break
    assert answer.status_code == 429
    assert redis_cache.dbsize() > 0
    again = Client().post("/logowanie/pracownik/", {"login": "ewa", "password": "x"})
    assert again.status_code == 429, "another process sees the same count"
    assert all(b"ewa" not in key for key in redis_cache.scan_iter()), "no names in keys"


@pytest.mark.django_db(transaction=True)
def test_nudge_is_a_message_and_a_lost_one_is_sent_again(
    redis_cache: Redis,
    register: Register,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _use_broker(monkeypatch, project.REDIS_URL)
    name = register(lambda: None)
    services.enqueue(name)
    assert redis_cache.llen("celery") == 1
    redis_cache.flushall()
    assert services.sweep() >= 1
    assert redis_cache.llen("celery") >= 1
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
