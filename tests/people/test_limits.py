"""Limits: one count for all workers, whatever headers say, and without Redis."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache, caches
from django.test import Client, RequestFactory

from eurzad.lib import clock
from portal.people import limits, shared_cache
from portal.people.models import SharedValue

pytestmark = pytest.mark.django_db

SHARED = {"default": {"BACKEND": "portal.people.shared_cache.SharedCache"}}
START = datetime(2026, 6, 10, 10, tzinfo=UTC)


@pytest.fixture
def shared(settings: Any) -> Any:
    settings.CACHES = SHARED
    return caches["default"]


def at(seconds: float) -> Any:
    return clock.frozen(START + timedelta(seconds=seconds))


def test_the_product_counts_in_the_database() -> None:
    text = Path(shared_cache.__file__).parents[2].joinpath("eurzad/settings/__init__.py").read_text()
    assert 'CACHES = {"default": {"BACKEND": "portal.people.shared_cache.SharedCache"}}' in text
    assert text.count("CACHES") == 1


def test_values_and_their_time(shared: Any) -> None:
    with at(0):
        assert shared.get("a") is None and shared.get("a", 5) == 5
        shared.set("a", [1.5, {"ł": None}], 10)
        shared.set("for ever", "x", None)
        assert shared.add("b", "y", 10) and not shared.add("b", "z", 10)
        assert shared.get("a") == [1.5, {"ł": None}] and shared.get("b") == "y"
        assert shared.touch("b", 20) and not shared.touch("c", 20)
        assert shared.delete("a") and not shared.delete("a")
        assert shared.get_or_set("d", 3, 10) == 3
    with at(10):
        assert shared.get("d") is None and shared.get("b") == "y"
        assert shared.add("d", 4, 10) and shared.get("d") == 4, "the place of what is over is free"
        assert shared_cache.tidy() == 0
    with at(21):
        assert shared_cache.tidy() == 2 and SharedValue.objects.count() == 1
        shared.clear()
        assert not SharedValue.objects.exists()


def test_counting(shared: Any) -> None:
    with at(0):
        shared.set("n", 0, 10)
        assert [shared.incr("n"), shared.incr("n", 5), shared.decr("n")] == [1, 6, 5]
        with pytest.raises(ValueError, match="no such key"):
            shared.incr("m")
    with at(10), pytest.raises(ValueError, match="no such key"):
        shared.incr("n")


def test_no_address_and_no_login_is_kept(shared: Any, client: Client) -> None:
    client.post("/logowanie/pracownik/", {"login": "ewa.kalina", "password": "x"}, REMOTE_ADDR="192.0.2.44")
    assert SharedValue.objects.exists()
    for row in SharedValue.objects.all():
        assert (
            len(row.key) == 64 and "ewa" not in row.key + row.value and "192.0.2" not in row.key + row.value
        )


def test_a_window_ends(shared: Any) -> None:
    tries = limits.LIMITS["upload"].tries
    with at(0):
        assert [limits.is_allowed("upload", "a") for _ in range(tries + 1)] == [True] * tries + [False]
        assert limits.is_allowed("upload", "b") and limits.is_allowed("receipt_file", "a")
    with at(601):
        assert limits.is_allowed("upload", "a")


def place(**meta: str) -> str:
    return limits.place_of(RequestFactory().get("/", **meta))


def test_whence_a_request_comes(settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0
    there = {"REMOTE_ADDR": "192.0.2.1"}
    assert place(**there) == "192.0.2.1"
    assert place(**there, HTTP_X_FORWARDED_FOR="198.51.100.7") == "192.0.2.1", "nobody's word"
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert place(**there, HTTP_X_FORWARDED_FOR="203.0.113.5, 198.51.100.7") == "198.51.100.7"
    assert place(**there, HTTP_X_FORWARDED_FOR="10.0.0.1") == "10.0.0.1"
    assert place(**there) == "192.0.2.1"
    assert (
        place(REMOTE_ADDR="2001:db8::1")
        == place(REMOTE_ADDR="2001:db8::2:3")
        != place(REMOTE_ADDR="2001:db9::1")
    )


SIGN_IN = [
    ("/logowanie/demo/", {"username": "x", "password": "y"}, 30),
    ("/logowanie/krajowe/nobody/", {}, 30),
    ("/logowanie/pracownik/", {"login": "ewa", "password": "x"}, 30),
]


@pytest.mark.parametrize(("path", "data", "tries"), SIGN_IN, ids=[row[0] for row in SIGN_IN])
@pytest.mark.parametrize("behind_proxy", [0, 1])
def test_headers_reset_no_count(
    shared: Any, settings: Any, path: str, data: dict[str, str], tries: int, behind_proxy: int
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = behind_proxy
    statuses = []
    for number in range(tries + 1):
        forged = f"203.0.113.{number}" + (", 198.51.100.7" if behind_proxy else "")
        answer = Client().post(path, data, headers={"x-forwarded-for": forged, "forwarded": f"for={number}"})
        statuses.append(answer.status_code)
    assert 429 not in statuses[:tries] and statuses[-1] == 429


def test_handover_is_limited(shared: Any, client: Client) -> None:
    statuses = [client.get("/logowanie/demo/wejscie/?token=x").status_code for _ in range(31)]
    assert statuses == [302] * 30 + [429]


def test_uploads_are_limited(shared: Any, client: Client) -> None:
    path = "/konto/wniosek/00000000-0000-0000-0000-000000000007/wlasny-podpis/"
    tries = limits.LIMITS["upload"].tries
    assert [client.post(path).status_code for _ in range(tries + 1)] == [302] * tries + [429]
    assert client.get(path).status_code == 302, "looking is free"


def test_no_sign_in_page_asks_redis(shared: Any, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    for path, data, _tries in SIGN_IN:
        assert Client().post(path, data).status_code in (200, 404)
    assert Client().get("/logowanie/").status_code == 200


def test_the_tests_themselves_count_too() -> None:
    cache.set("x", 1)
    assert cache.incr("x") == 2
