"""The yearly fee for a licence to sell alcohol (ustawa o wychowaniu w trzeźwości art. 11¹ and art. 18)."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum

from eurzad.lib.money import ZERO, round_grosz

from .errors import RuleError
from .rates import DatedAmounts

GRACE = timedelta(days=30)
"""Who missed a date may still pay so long, with the surcharge (art. 18 ust. 12b); then the licence expires."""

_GROSZ = Decimal("0.01")
_DATES = ((1, 31), (5, 31), (9, 30))


class AlcoholGroup(StrEnum):
    """What the licence is for."""

    A = "a"
    """Up to 4.5 % of alcohol, and beer."""
    B = "b"
    """Above 4.5 % up to 18 %, without beer."""
    C = "c"
    """Above 18 %."""


@dataclass(frozen=True, slots=True)
class AlcoholTier:
    """Amounts of one group in złoty and percent of sales, each in force from its own day on."""

    base: DatedAmounts
    sales_limit: DatedAmounts
    percent: DatedAmounts


@dataclass(frozen=True, slots=True)
class AlcoholFee:
    """A year's fee, złoty. `percent` is zero where the basic fee holds; `days` of `days_in_year` are paid for."""

    whole_year: Decimal
    percent: Decimal
    days: int
    days_in_year: int
    total: Decimal
    instalments: tuple[tuple[date, Decimal], ...]
    surcharge: Decimal
    """What is added when an instalment is paid within the thirty days of grace."""


def alcohol_fee(
    tier: AlcoholTier,
    year: int,
    *,
    sales: Decimal = ZERO,
    valid_from: date | None = None,
    valid_to: date | None = None,
    surcharge_percent: Decimal = ZERO,
) -> AlcoholFee:
    """Return the fee of one licence for a calendar year.

    `sales` is last year's gross sales of the group in złoty (zero for a first licence): above the limit the fee is
    a percentage of all of it (art. 11¹ ust. 5), up to it the basic fee (ust. 2). A licence that begins or ends
    within the year pays for the days it is valid (ust. 8). In three equal instalments by 31 January, 31 May and
    30 September or at once by 31 January (ust. 7); who begins within the year pays at once, before the licence is
    issued, and who ends within it has no instalment after the end. Odd grosze are in the first instalments.
    Dates are not moved to a working day: whether the Tax Ordinance holds here is disputed.
    Raises RuleError for negative sales and days outside the year.
    """
    first, last = date(year, 1, 1), date(year, 12, 31)
    begins, ends = valid_from or first, valid_to or last
    if sales < 0 or not first <= begins <= ends <= last:
        raise RuleError("Sales are not negative, and validity is within the year.", code="taxes.alcohol")
    is_above = sales > tier.sales_limit.on(first)
    percent = tier.percent.on(first) if is_above else ZERO
    whole = round_grosz(sales * percent / 100) if is_above else tier.base.on(first)
    days_in_year = 366 if calendar.isleap(year) else 365
    days = (ends - begins).days + 1
    total = round_grosz(whole * days / days_in_year)
    dates = [date(year, *day) for day in _DATES]
    if begins > first:
        instalments: tuple[tuple[date, Decimal], ...] = ((begins, total),)
    else:
        instalments = _equal(total, [day for day in dates if day <= ends] or dates[:1])
    return AlcoholFee(
        whole, percent, days, days_in_year, total, instalments, round_grosz(total * surcharge_percent / 100)
    )


def _equal(total: Decimal, dates: list[date]) -> tuple[tuple[date, Decimal], ...]:
    share = (total / len(dates)).quantize(_GROSZ, ROUND_FLOOR)
    left_over = int((total - share * len(dates)) / _GROSZ)
    return tuple((day, share + _GROSZ if number < left_over else share) for number, day in enumerate(dates))
