"""The same totals on PostgreSQL, to the grosz those of the pure rules."""

from datetime import date

import pytest

from portal.people.models import Subject
from taxes.models import Instalment
from tests.taxes.differential import assert_agrees, random_ledger

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("on", [date(2014, 10, 9), date(2016, 1, 1), date(2026, 3, 5), date(2039, 6, 25)])
def test_a_random_ledger_is_priced_alike(seeded, on):
    subject = Subject.objects.create(kind="person", given_name="Jan", family_name="Próbny")
    random_ledger(subject, 1500, seed=on.toordinal())
    assert_agrees(Instalment.objects.filter(subject=subject), on)
