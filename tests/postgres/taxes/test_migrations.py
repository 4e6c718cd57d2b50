"""Older ledgers, on PostgreSQL."""

import pytest

from tests.taxes.test_migrations import check_ledger_of_before

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_a_ledger_of_before_owes_the_same() -> None:
    check_ledger_of_before(also_back=True)
