"""Interest for paying late, with the lines that explain it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from eurzad.lib.money import ZERO, round_grosz, round_zloty

from .rates import ONE_DAY, Law
from .terms import Rounding, Terms

DAYS_IN_YEAR = 365
"""The divisor in leap years too (regulation of the Minister of Finance of 22 August 2005, § 2)."""

_DIVISOR = Decimal(DAYS_IN_YEAR * 100)


@dataclass(frozen=True, slots=True)
class Debt:
    """What one instalment still owes, as the ledger knows it after the payments credited so far.

    `principal` is the part not yet paid, in złoty. `costs` are delivered reminders not yet paid.
    A civil debt paid in part carries the interest it had run up: `carried_interest` złoty unpaid
    as of `accrued_until`; a tax debt is always counted anew from its due date (art. 55 § 2).
    """

    id: str
    terms: Terms
    principal: Decimal
    effective_due: date
    costs: Decimal = ZERO
    accrued_until: date | None = None
    carried_interest: Decimal = ZERO

    @property
    def counts_from(self) -> date:
        """First day that bears interest on the principal now left."""
        last_free = (
            self.effective_due if self.accrued_until is None else max(self.effective_due, self.accrued_until)
        )
        return last_free + ONE_DAY


@dataclass(frozen=True, slots=True)
class InterestLine:
    """One rate's share: days `first`..`last` counted, `amount` in złoty not rounded."""

    first: date
    last: date
    days: int
    percent: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Interest:
    """Interest of one debt on one day.

    `raw` is the exact sum, of which the lines are the parts, `carried` what was left from before a part
    payment, `total` the amount to pay. With `is_below_threshold` the total is zero although the lines are not.
    """

    effective_due: date
    days: int
    lines: tuple[InterestLine, ...]
    raw: Decimal
    carried: Decimal
    total: Decimal
    is_below_threshold: bool


def explain_interest(debt: Debt, on: date, law: Law) -> Interest:
    """Return the interest due when `debt` is paid on `on`, line by line.

    Counted from the day after the due date (Ordynacja podatkowa art. 53 § 4) to the day of payment inclusive
    (regulation of 22 August 2005 § 2), each day at the rate in force (art. 56 § 1, art. 56c;
    civil: Kodeks cywilny art. 481 § 2 since 1 January 2016), summed and rounded once.
    Raises RateMissing when the table does not reach back to the due date.
    """
    rates = law.table(debt.terms.regime)
    periods = rates.periods(debt.counts_from, on) if rates and debt.principal > 0 else []
    lines = tuple(
        InterestLine(
            period.first, period.last, period.days, period.percent,
            debt.principal * period.percent * period.days / _DIVISOR,
        )
        for period in periods
    )  # fmt: skip
    # Divided once: sums of quotients would end a hair below half a złoty where the exact sum is half.
    percent_days = sum((period.percent * period.days for period in periods), Decimal(0))
    raw = debt.principal * percent_days / _DIVISOR
    total, is_below_threshold = _finish(debt, raw, on, law)
    days = sum(line.days for line in lines)
    return Interest(debt.effective_due, days, lines, raw, debt.carried_interest, total, is_below_threshold)


def interest_due(debt: Debt, on: date, law: Law) -> Decimal:
    """Return only the total of `explain_interest`, without walking the rate periods: for long lists."""
    rates = law.table(debt.terms.regime)
    if rates is None or on < debt.counts_from or debt.principal <= 0:
        return debt.carried_interest
    raw = debt.principal * rates.percent_days(debt.counts_from, on) / _DIVISOR
    return _finish(debt, raw, on, law)[0]


def _finish(debt: Debt, raw: Decimal, on: date, law: Law) -> tuple[Decimal, bool]:
    """Apply the threshold (Ordynacja podatkowa art. 54 § 1 pkt 5), round once."""
    rounded = round_zloty(raw) if debt.terms.rounding is Rounding.ZLOTY else round_grosz(raw)
    compared = rounded if debt.terms.threshold_after_rounding else raw
    if debt.terms.has_threshold and raw > ZERO and compared <= law.threshold.on(on):
        return debt.carried_interest, True
    return debt.carried_interest + rounded, False
