"""Fixtures for every test."""

from collections.abc import Callable, Iterator

import hypothesis
import pytest
from django.core.cache import cache
from django.test import Client

from tests.support.pages import PageClient

# Randomness under control, and no test that fails because a machine is busy.
hypothesis.settings.register_profile("eurzad", deadline=None, derandomize=True)
hypothesis.settings.load_profile("eurzad")

pytest_plugins = ["tests.support.people", "tests.support.simulator"]


@pytest.fixture(autouse=True, scope="session")
def _right_key() -> None:
    """Every test begins with a database of its own, so the key is not compared with what an earlier one wrote."""
    from django.conf import settings

    from portal.people import pii

    pii._right.add(settings.IDENTITY_KEY)


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    yield
    cache.clear()


@pytest.fixture(autouse=True)
def _channels(request: pytest.FixtureRequest) -> None:
    """Give the tests that commit the rows that the migrations brought."""
    marker = request.node.get_closest_marker("django_db")
    if marker is not None and marker.kwargs.get("transaction"):
        request.getfixturevalue("transactional_db")
        from tests.support.channels import bring_channels

        bring_channels()


@pytest.fixture
def run_jobs(db: None) -> Callable[..., int]:
    """Run waiting jobs inline until none is left; `force=True` also those whose time has not come."""
    from eurzad.lib import clock
    from eurzad.outbox import services
    from eurzad.outbox.models import Job

    def run(*, force: bool = False, limit: int = 200) -> int:
        done = 0
        while done < limit:
            waiting = Job.objects.filter(state=Job.State.WAITING)
            if force:
                waiting.update(run_after=clock.now())
            job = waiting.filter(run_after__lte=clock.now()).order_by("run_after", "pk").first()
            if job is None:
                return done
            services.run(job.public_id)
            done += 1
        raise AssertionError(f"Jobs did not end after {limit} runs.")

    return run


@pytest.fixture
def pages(db: None) -> PageClient:
    """A client that checks every page it fetches."""
    return PageClient(Client())
