"""The bank of tests/payments, and a real ledger to pay."""

from datetime import date

import pytest

from portal.people.models import User
from taxes.models import Receivable
from tests.payments.conftest import bank
from tests.taxes.ledger import charge

__all__ = ["bank"]


@pytest.fixture
def receivable(seeded: None, anna: User) -> Receivable:
    """What Anna owes: one instalment, not due yet."""
    return charge(anna, (date(2099, 5, 15), "187.00"))
