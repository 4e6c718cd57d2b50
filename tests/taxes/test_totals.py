"""Totals by the database agree with the pure rules to the grosz (SQLite; PostgreSQL: tests/postgres)."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.people.models import Subject
from taxes.models import Instalment
from taxes.rules.errors import RateMissing
from taxes.selectors.debts import Amounts, load_law
from taxes.selectors.totals import totals_on

from .differential import assert_agrees, random_ledger
from .ledger import charge

pytestmark = pytest.mark.django_db


@pytest.fixture
def subject() -> Subject:
    return Subject.objects.create(kind="person", given_name="Jan", family_name="Próbny")


@pytest.mark.parametrize(
    "on",
    [date(2009, 6, 25), date(2014, 10, 9), date(2015, 12, 31), date(2016, 1, 1), date(2024, 2, 29), date(2026, 3, 4),
     date(2026, 3, 5), date(2026, 11, 23), date(2039, 6, 25)],
)  # fmt: skip
def test_a_random_ledger_is_priced_alike(subject, on):
    random_ledger(subject, 400, seed=on.toordinal())
    assert_agrees(Instalment.objects.filter(subject=subject), on)


def test_the_worked_example_and_nothing_owed(subject):
    rows = Instalment.objects.filter(subject=subject)
    law = load_law()
    assert totals_on(rows, date(2026, 8, 14), law) == {}
    charge(subject, (date(2026, 5, 15), "1000.00"), (date(2026, 9, 15), "500.00"))
    charge(subject, (date(2026, 3, 31), "2400.00"), type_code="lease")
    [total] = totals_on(rows, date(2026, 9, 30), law).values()
    # 1000 × 138 days × 10.5 % = 39.70 → 40; 500 × 15 days × 10.5 % = 2.16, not charged; lease 111.30
    assert (total.count, total.late) == (3, 3)
    assert total.amounts == Amounts(Decimal("3900.00"), Decimal("151.30"), Decimal("0.00"))


def test_one_query_however_many(subject):
    law = load_law()
    for count in (5, 50):
        random_ledger(subject, count, seed=count)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            totals_on(Instalment.objects.filter(subject=subject), date(2026, 11, 23), law, "status")
        assert len(queries) == 1


def test_days_before_the_table_are_refused_not_guessed(subject):
    charge(subject, (date(2009, 6, 1), "1000.00"))
    rows, law = Instalment.objects.filter(subject=subject), load_law()
    with pytest.raises(RateMissing):
        totals_on(rows, date(2026, 1, 1), law)
    [total] = totals_on(rows, date(2009, 5, 1), law).values()
    assert total.amounts.interest == 0
