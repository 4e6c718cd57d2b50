"""What instalments owe on a day, priced and added up by the database: for lists too long to load.

Agrees with `taxes.rules.interest` to the grosz, because it counts in whole numbers only: principal in grosze times
percent-days in hundredths of a percent, over 365 · 100 · 100, is interest in grosze. The principal is taken apart by
that divisor first, so that every product fits 64 bits; the remainder decides roundings and the threshold exactly.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connections
from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    DecimalField,
    F,
    Func,
    IntegerField,
    OuterRef,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest

from eurzad.lib.money import ZERO, from_grosze, to_grosze
from taxes.models import InstalmentQuerySet, ReminderCost
from taxes.rules.errors import RateMissing
from taxes.rules.interest import DAYS_IN_YEAR
from taxes.rules.rates import ONE_DAY, Law
from taxes.rules.terms import Regime, Rounding
from taxes.selectors.debts import Amounts

_DIVISOR = DAYS_IN_YEAR * 100 * 100
_DAY_ZERO = date(1990, 1, 1)
_TYPE = "account__type__"


@dataclass(frozen=True, slots=True)
class Total:
    """How many instalments of a group are unsettled, how many of them are late, and what they owe together."""

    count: int
    late: int
    amounts: Amounts


def totals_on(
    instalments: InstalmentQuerySet, on: date, law: Law, *groups: str
) -> dict[tuple[Any, ...], Total]:
    """Price the unsettled ones of `instalments` on a day and add them up, in one query that returns no instalment.

    `groups` are fields of the instalment (text or whole numbers, also through relations) that make one total for
    each of their values; without any there is one for `()`, or none when nothing is owed. Raises RateMissing as
    the rules do when interest would run from before the first rate.
    """
    inner, params = _inputs(instalments, on, groups).query.get_compiler(instalments.db).as_sql()
    keys = ", ".join(f"g{number}" for number in range(len(groups)))
    # Materialised: inlined, the database would count the percent-days of each row anew for each use of them.
    statement = f"""
        WITH owed AS MATERIALIZED ({inner}),
        aged AS MATERIALIZED (SELECT owed.*, {_percent_days(on, law)} AS pd FROM owed),
        priced AS MATERIALIZED (
            SELECT aged.*, (principal / {_DIVISOR}) * pd + ((principal %% {_DIVISOR}) * pd) / {_DIVISOR} AS whole,
                   ((principal %% {_DIVISOR}) * pd) %% {_DIVISOR} AS rest FROM aged
        ),
        rounded AS MATERIALIZED (
            SELECT priced.*, CASE WHEN rounding = '{Rounding.ZLOTY}' THEN ((whole + 50) / 100) * 100
                   ELSE whole + CASE WHEN rest * 2 >= {_DIVISOR} THEN 1 ELSE 0 END END AS interest FROM priced
        )
        SELECT COUNT(*), SUM(CASE WHEN due < {_days(on)} THEN 1 ELSE 0 END),
               SUM(CASE WHEN pd IS NULL THEN 1 ELSE 0 END), SUM(principal),
               SUM(carried + CASE WHEN {_is_small(on, law)} THEN 0 ELSE interest END),
               SUM(CASE WHEN costs > 0 THEN costs ELSE 0 END)
               {", " + keys if keys else ""}
        FROM rounded {"GROUP BY " + keys if keys else "HAVING COUNT(*) > 0"}
    """  # noqa: S608 - built of numbers and of what the ORM compiled
    with connections[instalments.db].cursor() as cursor:
        cursor.execute(statement, params)
        found = cursor.fetchall()
    totals = {}
    for count, late, unknown, principal, interest, costs, *key in found:
        if unknown:
            raise RateMissing(f"No rate is known for the first days of {unknown} instalments.")
        amounts = Amounts(from_grosze(int(principal)), from_grosze(int(interest)), from_grosze(int(costs)))
        totals[tuple(key)] = Total(count, int(late), amounts)
    return totals


class _Grosze(Func):
    """An amount in złoty as whole grosze; SQLite keeps decimals as floats, exact to the grosz below 10¹³."""

    template = "CAST(ROUND((%(expressions)s) * 100) AS BIGINT)"
    output_field = BigIntegerField()


class _Days(Func):
    """A date as the number of days since `_DAY_ZERO`."""

    template = f"((%(expressions)s) - DATE '{_DAY_ZERO}')"
    output_field = IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = f"CAST(julianday(%(expressions)s) - julianday('{_DAY_ZERO}') AS INTEGER)"
        return super().as_sql(compiler, connection, template=template, **context)


def _inputs(instalments: InstalmentQuerySet, on: date, groups: tuple[str, ...]) -> Any:
    """One row an instalment: money in grosze, days as numbers, the flags of its type, the groups."""
    delivered = (
        ReminderCost.objects.filter(instalment=OuterRef("pk"), delivered_on__lte=on)
        .order_by()
        .values("instalment")
        .annotate(total=Sum("amount"))
        .values("total")
    )
    money: DecimalField[Any, Any] = DecimalField(max_digits=12, decimal_places=2)
    accrued = Coalesce(F("interest_accrued_until"), F("effective_due_on"))
    columns = {f"g{number}": F(name) for number, name in enumerate(groups)} | {
        "due": _Days(F("effective_due_on")),
        "since": _Days(Greatest(F("effective_due_on"), accrued)),
        "principal": _Grosze(F("amount") - F("principal_paid")),
        "carried": _Grosze(F("interest_carried")),
        "costs": _Grosze(Coalesce(Subquery(delivered), ZERO, output_field=money) - F("costs_paid")),
        "regime": Case(
            When(bears_interest=False, then=Value(Regime.NONE.value)),
            default=F(f"{_TYPE}regime"),
            output_field=CharField(),
        ),
        "rounding": F(f"{_TYPE}rounding"),
        "has_threshold": F(f"{_TYPE}has_threshold"),
        "after_rounding": F(f"{_TYPE}threshold_after_rounding"),
    }
    return instalments.unsettled().order_by().values(**columns)


def _percent_days(on: date, law: Law) -> str:
    """SQL of the percent-days in hundredths from the day after `since` to `on`; NULL before the first rate."""
    regimes = []
    for regime in Regime:
        table = law.table(regime)
        if table is None or not table.rates or on < table.rates[0].valid_from:
            continue
        until = _hundredths(table.percent_days_before(on + ONE_DAY))
        steps = []
        for start, before, percent in reversed(table.steps):
            if start <= on:
                counted = f"{_hundredths(before)} + {_hundredths(percent)} * (since + 1 - {_days(start)})"
                steps.append(f"WHEN since + 1 >= {_days(start)} THEN {until} - ({counted})")
        regimes.append(f"WHEN regime = '{regime}' THEN CASE {' '.join(steps)} ELSE NULL END")
    return (
        f"CAST(CASE WHEN since >= {_days(on)} OR regime = '{Regime.NONE}' THEN 0 "
        f"{' '.join(regimes)} ELSE NULL END AS BIGINT)"
    )


def _is_small(on: date, law: Law) -> str:
    """SQL that tells whether the interest is too small to be charged (Ordynacja podatkowa art. 54 § 1 pkt 5)."""
    limit = to_grosze(law.threshold.on(on))
    exact = f"whole < {limit} OR (whole = {limit} AND rest = 0)"
    return (
        f"has_threshold AND (whole > 0 OR rest > 0) AND "
        f"CASE WHEN after_rounding THEN interest <= {limit} ELSE ({exact}) END"
    )


def _days(day: date) -> int:
    return (day - _DAY_ZERO).days


def _hundredths(percent: Any) -> int:
    return to_grosze(percent)
