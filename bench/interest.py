"""Interest on 100,000 overdue instalments as of a day: by the database, and by the rules row by row.

Both must say the same to the grosz. `INSTALMENTS=…` says how many. Everything is rolled back at the end.
"""

import os
import random
import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from portal.people.models import Subject
from taxes.models import Account, Instalment, Receivable, ReceivableType
from taxes.selectors.debts import add_up, load_law, owed_on
from taxes.selectors.totals import totals_on

MAX_SECONDS = 5.0
ON = date(2026, 11, 23)
TYPES = ("property_tax", "waste_fee", "vehicle_tax", "lease", "perpetual_usufruct_fee")
ROUNDS = 3


def run() -> None:
    """Make the instalments, measure, compare, undo."""
    count = int(os.environ.get("INSTALMENTS", "100000"))
    with transaction.atomic():
        subject = _make(count)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        rows, law = Instalment.objects.filter(subject=subject), load_law()
        seconds, [total] = _best(lambda: list(totals_on(rows, ON, law).values()))
        each, grouped = _best(lambda: totals_on(rows, ON, law, "receivable"))
        loaded, owed = _best(lambda: owed_on(rows, ON, law))
        transaction.set_rollback(True)
    same = add_up(owed) == total.amounts and len(owed) == total.late == count
    _line(f"one total of {count} in the database", seconds)
    _line(f"totals of {len(grouped)} receivables in the database", each)
    print(f"  {f'{count} loaded and priced one by one':<50} {loaded:6.2f} s")
    print(f"  {total.amounts.interest} zł of interest, {'the same both ways' if same else 'NOT THE SAME'}")
    if not same:
        raise SystemExit(1)


def _line(name: str, seconds: float) -> None:
    print(
        f"  {name:<50} {seconds:6.2f} s  (aim ≤ {MAX_SECONDS}) {'ok' if seconds <= MAX_SECONDS else 'MISSED'}"
    )


def _best(work: Callable[[], Any]) -> tuple[float, Any]:
    """The shortest of the rounds in seconds, and what was found."""
    spent, found = [], None
    for _round in range(ROUNDS):
        begun = time.perf_counter()
        found = work()
        spent.append(time.perf_counter() - begun)
    return min(spent), found


def _make(count: int) -> Subject:
    """One subject with overdue instalments of 2010 to 2026, some paid in part, four to a receivable."""
    rng = random.Random(2026)  # noqa: S311 - the same ledger every time
    subject = Subject.objects.create(kind="person", given_name="Jan", family_name="Pomiar")
    receivables = []
    for number, code in enumerate(TYPES):
        account = Account.objects.create(
            subject=subject, type=ReceivableType.objects.get(code=code), number=f"BENCH/{number}",
            virtual_account=f"{number:026d}", object_description="pomiar",
        )  # fmt: skip
        receivables += [
            Receivable(account=account, year=2020, title="Pomiar", total=1000, decision_number=f"B/{turn}")
            for turn in range(count // len(TYPES) // 4 + 1)
        ]
    receivables = Receivable.objects.bulk_create(receivables, batch_size=2000)
    rows = []
    for index in range(count):
        due = date(2010, 1, 1) + timedelta(days=rng.randrange(6100))
        amount = Decimal(rng.randrange(100, 500_000)) / 100
        is_part_paid = rng.random() < 0.2
        rows.append(
            Instalment(
                receivable=receivables[index // 4], account=receivables[index // 4].account, subject=subject,
                number=index % 4 + 1, amount=amount, assessed_amount=amount, due_on=due,
                effective_due_on=due, principal_paid=(amount / 3).quantize(Decimal("0.01")) if is_part_paid else 0,
            )
        )  # fmt: skip
    Instalment.objects.bulk_create(rows, batch_size=2000)
    return subject
