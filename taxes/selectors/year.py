"""One year of a subject's account: what was due and what was paid, month by month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, Max, Min, QuerySet, Sum
from django.db.models.functions import ExtractMonth
from django.utils.translation import get_language

from eurzad.lib import clock
from eurzad.lib.dates import format_month
from eurzad.lib.money import ZERO, format_amount, format_pln
from portal.mandates.policy import Viewer
from portal.people.models import Subject
from taxes.models import Allocation, InstalmentQuerySet
from taxes.selectors.payments import my_instalments

MONTHS = range(1, 13)
YEARS_BACK = 10
LABEL_WIDTH, BAR_WIDTH, ROW_HEIGHT, BAR_HEIGHT = 44, 300, 32, 11


@dataclass(frozen=True, slots=True)
class MonthRow:
    """One month, as printed."""

    name: str
    due: str
    paid: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One month of the chart: lengths and positions in units of the drawing."""

    label: str
    y: int
    middle: int
    due: int
    paid: int
    paid_y: int


@dataclass(frozen=True, slots=True)
class Chart:
    """Due and paid by month as horizontal bars, readable on a phone."""

    bars: Sequence[Bar]
    width: int
    height: int
    left: int
    marks: Sequence[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class YearPage:
    """The page of one year."""

    subject: Subject
    year: int
    years: Sequence[int]
    rows: Sequence[MonthRow]
    due: str
    paid: str
    is_empty: bool
    is_partial_view: bool
    chart: Chart


def year_page(viewer: Viewer, year: int | None) -> YearPage:
    """Return one year (this one for None); raises AccessDenied. Three queries beside those of access."""
    subject, mine, is_partial = my_instalments(viewer)
    years = years_of(mine)
    year = year if year in years else clock.today().year
    due, paid = due_by_month(mine, year), paid_by_month(mine, year)
    language = get_language() or "pl"
    return YearPage(
        subject=subject,
        year=year,
        years=years,
        rows=[
            MonthRow(
                format_month(date(year, month, 1), language, year=False),
                format_pln(due.get(month, ZERO)),
                format_pln(paid.get(month, ZERO)),
            )
            for month in MONTHS
        ],
        due=format_pln(sum(due.values(), ZERO)),
        paid=format_pln(sum(paid.values(), ZERO)),
        is_empty=not due and not paid,
        is_partial_view=is_partial,
        chart=chart(due, paid, year, language),
    )


def years_of(mine: InstalmentQuerySet) -> list[int]:
    """Return the years there is something of, newest first, at most ten; always with the current one."""
    today = clock.today().year
    found = mine.aggregate(first=Min("effective_due_on"), last=Max("effective_due_on"))
    if found["first"] is None:
        return [today]
    last = max(today, found["last"].year)
    return [year for year in range(last, last - YEARS_BACK, -1) if year >= min(found["first"].year, today)]


def due_by_month(mine: InstalmentQuerySet, year: int) -> dict[int, Decimal]:
    """Sum what fell due in each month of a year, in złoty."""
    rows = mine.filter(effective_due_on__gte=date(year, 1, 1), effective_due_on__lte=date(year, 12, 31))
    return _by_month(
        rows.order_by().annotate(month=ExtractMonth("effective_due_on")).values("month"), F("amount")
    )


def paid_by_month(mine: InstalmentQuerySet, year: int) -> dict[int, Decimal]:
    """Sum what was paid in each month of a year, interest, costs and overpayments included, in złoty."""
    rows = Allocation.objects.filter(
        instalment__in=mine, payment__paid_on__gte=date(year, 1, 1), payment__paid_on__lte=date(year, 12, 31)
    )
    whole = F("principal") + F("interest") + F("costs") + F("overpaid")
    return _by_month(rows.order_by().annotate(month=ExtractMonth("payment__paid_on")).values("month"), whole)


def _by_month(rows: QuerySet[Any, Any], amount: Any) -> dict[int, Decimal]:
    return {row["month"]: Decimal(row["total"]) for row in rows.annotate(total=Sum(amount))}


def chart(due: dict[int, Decimal], paid: dict[int, Decimal], year: int, language: str) -> Chart:
    """Return the drawing: bars to one scale, marked at its end and its middle."""
    top = _round_up(max([*due.values(), *paid.values(), Decimal(1)]))

    def length(amount: Decimal) -> int:
        return int(amount * BAR_WIDTH / top) if amount <= 0 else max(1, int(amount * BAR_WIDTH / top))

    bars = []
    for index, month in enumerate(MONTHS):
        y = 22 + index * ROW_HEIGHT
        bars.append(
            Bar(
                format_month(date(year, month, 1), language, year=False)[:3],
                y,
                y + BAR_HEIGHT + 3,
                length(due.get(month, ZERO)),
                length(paid.get(month, ZERO)),
                y + BAR_HEIGHT + 2,
            )
        )
    marks = [(LABEL_WIDTH + BAR_WIDTH * part // 2, format_amount(top * part / 2)[:-3]) for part in (0, 1, 2)]
    height = 22 + len(MONTHS) * ROW_HEIGHT
    return Chart(bars, LABEL_WIDTH + BAR_WIDTH + 16, height, LABEL_WIDTH, marks)


def _round_up(amount: Decimal) -> Decimal:
    """Return the next 2, 4, 6, 8 or 10 times a power of ten, so that half of it is a round number too."""
    power = Decimal(10) ** (len(str(int(amount))) - 1)
    return next(power * step for step in (2, 4, 6, 8, 10, 20) if power * step >= amount)
