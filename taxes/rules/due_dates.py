"""By which day an instalment has to be paid."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from eurzad.lib.dates import SATURDAY, is_day_off_by_law

from .terms import Regime

AFTER_DELIVERY = timedelta(days=14)
CIVIL_SATURDAYS_SINCE = date(2017, 1, 1)
"""Since then a Saturday is no day to pay a civil claim on either (Kodeks cywilny art. 115)."""

_BY_CONTRACT = (Regime.CIVIL, Regime.TRADE)


class DueReason(StrEnum):
    """Why the last day of paying in time is the day it is."""

    NAMED = "named"
    """The law, decision or contract names it."""

    DELIVERED_LATE = "delivered_late"
    """Fourteen days from the decision's delivery (Ordynacja podatkowa art. 47 § 1 and § 2)."""

    DAY_OFF = "day_off"
    """The day before fell on a Saturday or a day off."""


@dataclass(frozen=True, slots=True)
class DueStep:
    """One step on the way to the effective due date."""

    reason: DueReason
    day: date


def explain_due_date(
    due_on: date, *, shifts: bool, delivered_on: date | None = None, regime: Regime = Regime.TAX
) -> tuple[DueStep, ...]:
    """Return how the last day on which paying is in time comes about; the last step has it.

    `due_on` is the day the law, decision or contract names. A decision delivered later than 14 days before it
    gives 14 days from delivery instead (Ordynacja podatkowa art. 47 § 1 and § 2, since 1 January 1998); a civil
    claim does not wait for a delivery. Where the type of receivable `shifts`, a Saturday or a day off gives way
    to the next working day (Ordynacja podatkowa art. 12 § 5; civil claims: Kodeks cywilny art. 115, Saturdays
    since 1 January 2017).
    """
    steps = [DueStep(DueReason.NAMED, due_on)]
    by_delivery = delivered_on + AFTER_DELIVERY if delivered_on and regime not in _BY_CONTRACT else due_on
    if by_delivery > due_on:
        steps.append(DueStep(DueReason.DELIVERED_LATE, by_delivery))
    day = steps[-1].day
    while shifts and _is_off(day, regime):
        day += timedelta(days=1)
    if day != steps[-1].day:
        steps.append(DueStep(DueReason.DAY_OFF, day))
    return tuple(steps)


def effective_due_date(
    due_on: date, *, shifts: bool, delivered_on: date | None = None, regime: Regime = Regime.TAX
) -> date:
    """Return the last day on which paying is in time: the end of `explain_due_date`."""
    return explain_due_date(due_on, shifts=shifts, delivered_on=delivered_on, regime=regime)[-1].day


def _is_off(day: date, regime: Regime) -> bool:
    if day.weekday() == SATURDAY and (regime not in _BY_CONTRACT or day >= CIVIL_SATURDAYS_SINCE):
        return True
    return is_day_off_by_law(day)
