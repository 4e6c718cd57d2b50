"""What needs a real PostgreSQL or Redis: many at once, and servers that go away."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connection


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
