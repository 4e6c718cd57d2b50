"""What needs a real PostgreSQL or Redis: many at once, and servers that go away."""

from collections.abc import Iterator
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection

from eurzad.demo import SEEDS
from portal.channels.models import Channel
from taxes.models import ReceivableType


@pytest.fixture(autouse=True)
def _real_servers(request: pytest.FixtureRequest) -> Iterator[None]:
    """Skip where a server is missing; give the pool's connections back after the test."""
    if request.node.get_closest_marker("postgres") and connection.vendor != "postgresql":
        pytest.skip("needs a real PostgreSQL")
    if request.node.get_closest_marker("redis") and not settings.REDIS_URL:
        pytest.skip("needs a real Redis")
    yield
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        connection.close()
        connection.close_pool()


@pytest.fixture
def seeded(transactional_db: None) -> None:
    """What migrations bring (law, types of receivables, channels), which the tests before have emptied out."""
    is_empty = {"taxes": not ReceivableType.objects.exists(), "portal": not Channel.objects.exists()}
    for seed in SEEDS:
        if is_empty[seed.partition(".")[0]]:
            import_module(seed).load(apps, SimpleNamespace(connection=connection))
