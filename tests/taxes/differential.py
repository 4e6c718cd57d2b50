"""Random ledgers, priced by the database and by the pure rules: to the grosz the same."""

import random
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import F

from eurzad.lib.money import ZERO
from portal.people.models import Subject
from taxes.models import Instalment, InstalmentQuerySet, ReceivableType, ReminderCost
from taxes.selectors.debts import add_up, load_law, owed_on
from taxes.selectors.totals import Total, totals_on

from .ledger import open_account

FIRST = date(2009, 6, 25)
KINDS = [
    # code, regime, rounding, has a threshold, after rounding
    ("property_tax", "tax", "zloty", True, False),
    ("waste_fee", "tax", "grosz", True, True),
    ("vehicle_tax", "tax", "zloty", True, True),
    ("forestry_tax", "tax", "grosz", False, False),
    ("lease", "civil", "grosz", False, False),
    ("transformation_fee", "civil", "zloty", True, False),
    ("combined_obligation", "none", "grosz", False, False),
]
AMOUNTS = ["0.01", "0.02", "8.70", "36.50", "365.00", "730.00", "1000.00", "999999999.99", "9999999999.99"]


def random_ledger(subject: Subject, count: int, seed: int) -> None:
    """Make `count` unsettled instalments of every kind, age, amount and state that the model allows."""
    rng = random.Random(seed)
    receivables = []
    for code, regime, rounding, has_threshold, after in KINDS:
        ReceivableType.objects.filter(code=code).update(
            regime=regime, rounding=rounding, has_threshold=has_threshold, threshold_after_rounding=after
        )
        account = open_account(subject, code)
        receivables.append(account.receivables.create(year=2020, title=code, total=1, decision_number="1"))
    rows = []
    for number in range(count):
        due = FIRST + timedelta(days=rng.randrange(0, 6700))
        amount = (
            Decimal(rng.choice(AMOUNTS)) if rng.random() < 0.4 else Decimal(rng.randrange(1, 10**7)) / 100
        )
        paid = (amount * rng.randrange(0, 90) / 100).quantize(Decimal("0.01")) if rng.random() < 0.5 else ZERO
        receivable = rng.choice(receivables)
        row = Instalment(
            receivable=receivable, account=receivable.account, subject=subject, number=number + 1,
            amount=amount, assessed_amount=amount, bears_interest=rng.random() < 0.9,
            principal_paid=min(paid, amount - Decimal("0.01")), due_on=due, effective_due_on=due,
        )  # fmt: skip
        if rng.random() < 0.3:
            row.interest_accrued_until = due + timedelta(days=rng.randrange(-20, 900))
            row.interest_carried = Decimal(rng.randrange(0, 50000)) / 100
        if rng.random() < 0.2:
            row.status, row.enforced_on, row.enforcement_title = "enforcement", due, "TW/1"
        rows.append(row)
    Instalment.objects.bulk_create(rows, batch_size=500)
    ReminderCost.objects.bulk_create(
        ReminderCost(
            instalment=row, number=f"U/{row.pk}/{turn}", sent_on=row.due_on + timedelta(days=3),
            delivered_on=row.due_on + timedelta(days=rng.randrange(5, 3000)) if rng.random() < 0.8 else None,
            amount=rng.choice([Decimal("11.60"), Decimal("16.00")]),
        )
        for row in rows for turn in range(rng.choice([0, 0, 1, 2]))
    )  # fmt: skip
    Instalment.objects.filter(pk__in=[row.pk for row in rows[::3]]).update(costs_paid=F("costs_paid") + 12)


def assert_agrees(rows: InstalmentQuerySet, on: date) -> None:
    """Compare instalment by instalment, and the groups' sums."""
    law = load_law()
    owed = owed_on(rows, on, law)
    priced = totals_on(rows, on, law, "pk")
    assert len(priced) == len(owed)
    for row in owed:
        total = priced[(row.pk,)]
        assert (total.count, total.amounts) == (1, add_up([row])), (row.debt, on)
    groups = defaultdict(list)
    for row in owed:
        groups[(row.status, row.area)].append(row)
    expected = {
        key: Total(len(found), sum(row.debt.effective_due < on for row in found), add_up(found))
        for key, found in groups.items()
    }
    assert totals_on(rows, on, law, "status", "receivable__account__type__area") == expected
