"""The town of the sweep: loaded once by each worker, in one transaction that is taken back at the end.

What other tests make anew for each of them (an application filed by hand of a signing service) is made here once, by
the same functions, under settings that last as long as the module.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from pytest_django import fixtures

from tests import conftest as root
from tests.access import conftest as access
from tests.support import people, signin
from tests.support.pages import PageClient


def _once(fixture: Any) -> Any:
    return pytest.fixture(scope="module", name=fixture.__name__)(fixture.__wrapped__)


tps_seal, office_seal, soap_keys = access.tps_seal, access.office_seal, access.soap_keys
_keys, tps, the_application, filed = map(
    _once, (access._keys, access.tps, access.the_application, access.filed)
)
settings = _once(fixtures.settings)
idp, celina, run_jobs = _once(signin.idp), _once(people.celina), _once(root.run_jobs)


@pytest.fixture(scope="module")
def tmp_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the module."""
    return tmp_path_factory.mktemp("sweep")


@pytest.fixture(scope="module")
def db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The database, for the whole module; nothing of it stays."""
    with django_db_blocker.unblock():
        undone = transaction.atomic()
        undone._from_testcase = True  # type: ignore[attr-defined]
        with undone:
            yield
            transaction.set_rollback(True)


@pytest.fixture(scope="module")
def pages(db: None) -> PageClient:
    """A client that checks every page it fetches."""
    return PageClient(Client())
