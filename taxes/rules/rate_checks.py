"""Whether a table of rates can be right: what holds between the rates of tax and civil interest."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from .rates import RateTable

TIED_SINCE = date(2020, 1, 1)
"""Since then the lombard rate has stood half a point above the reference rate."""
LOWEST_TAX = Decimal(8)
HIGHEST = Decimal(40)
FIRST_DAY = date(2009, 1, 1)
AHEAD = timedelta(days=92)
"""How far ahead a rate may be entered: a decision of the central bank holds from days later, not from months."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """On `day` the tax rate is `tax` percent although the civil rate `civil` makes it `expected`."""

    day: date
    civil: Decimal
    tax: Decimal
    expected: Decimal


def expected_tax(civil: Decimal) -> Decimal:
    """Return the tax rate that belongs to a civil rate, both in percent.

    Tax: 2 × lombard + 2 pp, at least 8 % (Ordynacja podatkowa art. 56 § 1); civil: reference + 5.5 pp
    (Kodeks cywilny art. 481 § 2); lombard = reference + 0.5 pp.
    """
    return max(LOWEST_TAX, 2 * civil - 8)


def mismatch(tax: RateTable, civil: RateTable, day: date) -> Mismatch | None:
    """Return where the rows of `day` contradict the other table while they hold; None when they do not."""
    boundaries = sorted({rate.valid_from for rate in (*tax.rates, *civil.rates)} | {day})
    for on in boundaries:
        if on < max(day, TIED_SINCE) or not _covers(tax, on) or not _covers(civil, on):
            continue
        if day not in (tax.start_of(on), civil.start_of(on)):
            break
        expected = expected_tax(civil.percent_on(on))
        if tax.percent_on(on) != expected:
            return Mismatch(on, civil.percent_on(on), tax.percent_on(on), expected)
    return None


def _covers(table: RateTable, day: date) -> bool:
    return bool(table.rates) and table.rates[0].valid_from <= day
