"""The bank of tests/payments, and a real ledger to pay."""

from datetime import date
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from portal.people.models import User
from taxes.models import Receivable, ReceivableType
from tests.payments.conftest import bank
from tests.taxes.ledger import charge

__all__ = ["bank"]


@pytest.fixture
def law(transactional_db: None) -> None:
    """Rates and types of receivables, which the tests before have emptied out."""
    if not ReceivableType.objects.exists():
        load = import_module("taxes.migrations.0002_law_and_types").load
        load(apps, SimpleNamespace(connection=connection))


@pytest.fixture
def receivable(law: None, anna: User) -> Receivable:
    """What Anna owes: one instalment, not due yet."""
    return charge(anna, (date(2099, 5, 15), "187.00"))
