"""What is charged beside interest: costs of reminders, the year in instalments, the fee for paying later."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum
from itertools import pairwise

from eurzad.lib.money import ZERO, round_grosz, round_zloty

from .errors import RuleError
from .interest import DAYS_IN_YEAR
from .rates import ONE_DAY, DatedAmounts, Law


@dataclass(frozen=True, slots=True)
class ReminderLine:
    """One reminder: sent and delivered on these days, `amount` złoty owed as of the day asked for."""

    sent_on: date
    delivered_on: date | None
    amount: Decimal


def reminder_costs(
    reminders: Sequence[tuple[date, date | None]], on: date, law: Law
) -> tuple[ReminderLine, ...]:
    """Return what reminders (sent on, delivered on) cost on a day, one line each.

    The amount is that in force when the reminder was sent, owed from its delivery: 11.60 zł, since
    13 October 2021 16.00 zł (ustawa o postępowaniu egzekucyjnym w administracji art. 15 § 2 and § 3a).
    """
    return tuple(
        ReminderLine(
            sent_on,
            delivered_on,
            law.reminder_cost.on(sent_on) if delivered_on and delivered_on <= on else ZERO,
        )
        for sent_on, delivered_on in reminders
    )


class Remainder(StrEnum):
    """Which instalment takes what does not divide."""

    FIRST = "first"
    LAST = "last"


def split_year(
    total: Decimal, due: Sequence[date], *, remainder: Remainder = Remainder.FIRST, limit: Decimal = ZERO
) -> list[tuple[date, Decimal]]:
    """Split a year's tax of `total` złoty over its due dates in equal full złoty.

    The rest goes to the first or the last instalment, by the town's custom; an instalment of nothing is left
    out. A tax up to `limit` is due at once on the first date (art. 6 ust. 11a ustawy o podatkach i opłatach
    lokalnych, and for other local taxes alike: 100 zł). Raises RuleError without a date, for dates that do not
    ascend, and for a total that is not positive or finer than a grosz.
    """
    if not due or any(earlier >= later for earlier, later in pairwise(due)):
        raise RuleError("Due dates ascend and there is at least one.", code="taxes.due_dates")
    if total <= 0 or total != round_grosz(total):
        raise RuleError("A year's tax is a positive amount in grosze.", code="taxes.year_amount")
    if total <= limit:
        return [(due[0], total)]
    share = (total / len(due)).quantize(Decimal(1), ROUND_FLOOR).quantize(Decimal("0.01"))
    amounts = [share] * len(due)
    amounts[0 if remainder is Remainder.FIRST else -1] += total - share * len(due)
    return [(day, amount) for day, amount in zip(due, amounts, strict=True) if amount]


@dataclass(frozen=True, slots=True)
class ProlongationFee:
    """The fee for paying a tax later by leave of the office: `raw` exact, `total` in full złoty."""

    days: int
    percent: Decimal
    raw: Decimal
    total: Decimal


def prolongation_fee(
    principal: Decimal, *, due: date, postponed_to: date, decided_on: date, law: Law, share: DatedAmounts
) -> ProlongationFee | None:
    """Return the fee for a tax due on `due` that may be paid until `postponed_to`; None without a resolution.

    `share` is the fee's rate as percent of the rate of tax interest (50, Ordynacja podatkowa art. 57 § 2), dated
    by the council's resolution (art. 57 § 7): a town whose council adopted none has no row. The rate is that of
    the day of the decision (art. 57 § 4), for the days after `due` up to `postponed_to`; full złoty (art. 63).
    Raises RuleError when the new date is not later.
    """
    if postponed_to <= due:
        raise RuleError("A postponed date is later than the due date.", code="taxes.postponed")
    part = share.on(decided_on)
    if not part:
        return None
    percent = law.tax.percent_on(decided_on) * part / 100
    days = (postponed_to - (due + ONE_DAY)).days + 1
    raw = principal * percent * days / (DAYS_IN_YEAR * 100)
    return ProlongationFee(days, percent, raw, round_zloty(raw))
