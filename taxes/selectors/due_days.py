"""What a subject owes, added up by the database for each state and due day: enough for every sum on a page."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from taxes.models import InstalmentQuerySet
from taxes.rules.rates import Law
from taxes.selectors.debts import Amounts
from taxes.selectors.totals import totals_on


@dataclass(frozen=True, slots=True)
class DueDay:
    """The unsettled instalments of one state that are due on one day; amounts in złoty."""

    status: str
    day: date
    count: int
    amounts: Amounts


def due_days(mine: InstalmentQuerySet, on: date, law: Law) -> list[DueDay]:
    """Return what is not settled, priced on `on`, earliest day first; one query that returns no instalment."""
    found = totals_on(mine, on, law, "status", "effective_due_on")
    return sorted(
        (DueDay(status, _date(day), total.count, total.amounts) for (status, day), total in found.items()),
        key=lambda each: (each.day, each.status),
    )


def _date(value: date | str) -> date:
    """SQLite gives back the text of a date."""
    return value if isinstance(value, date) else date.fromisoformat(value)


def count_of(days: Iterable[DueDay]) -> int:
    """How many instalments there are."""
    return sum(each.count for each in days)


def sum_of(days: Iterable[DueDay]) -> Amounts:
    """What they come to."""
    total = Amounts()
    for each in days:
        total = Amounts(
            total.principal + each.amounts.principal,
            total.interest + each.amounts.interest,
            total.costs + each.amounts.costs,
        )
    return total
