"""Percentages and amounts that the law sets from a day on: arithmetic only."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import pairwise

from eurzad.lib.money import ZERO

from .errors import RateMissing, RuleError

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rate:
    """A yearly rate in percent, in force from `valid_from` until the next row."""

    valid_from: date
    percent: Decimal


@dataclass(frozen=True, slots=True)
class RatePeriod:
    """Days `first`..`last`, both counted, under one rate in percent per year."""

    first: date
    last: date
    percent: Decimal

    @property
    def days(self) -> int:
        """Number of days counted."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class RateTable:
    """Rates in ascending order of `valid_from`; raises RuleError for another order or a day twice."""

    rates: tuple[Rate, ...]

    def __post_init__(self) -> None:
        days = [rate.valid_from for rate in self.rates]
        if any(earlier >= later for earlier, later in pairwise(days)):
            raise RuleError("Rates must be in ascending order, one a day.", code="taxes.rate_order")

    @cached_property
    def _starts(self) -> list[date]:
        return [rate.valid_from for rate in self.rates]

    @cached_property
    def _cumulative(self) -> list[Decimal]:
        """Percent-days before each row's first day."""
        sums = [Decimal(0)]
        for earlier, later in pairwise(self.rates):
            sums.append(sums[-1] + earlier.percent * (later.valid_from - earlier.valid_from).days)
        return sums

    def _index(self, day: date) -> int:
        index = bisect_right(self._starts, day) - 1
        if index < 0:
            raise RateMissing(f"No rate is known for {day.isoformat()}.")
        return index

    def percent_on(self, day: date) -> Decimal:
        """Return the rate in force on `day`; raises RateMissing before the first row."""
        return self.rates[self._index(day)].percent

    def periods(self, first: date, last: date) -> list[RatePeriod]:
        """Cut the days `first`..`last` where the rate changes; empty when `last` is before `first`.

        Raises RateMissing when `first` is before the first row.
        """
        if last < first:
            return []
        found = []
        start = first
        for index in range(self._index(first), self._index(last) + 1):
            is_last_row = index + 1 == len(self.rates)
            end = last if is_last_row else min(last, self._starts[index + 1] - ONE_DAY)
            found.append(RatePeriod(start, end, self.rates[index].percent))
            start = end + ONE_DAY
        return found

    def percent_days(self, first: date, last: date) -> Decimal:
        """Return the sum over the days `first`..`last` of the rate in force: `periods` without the lines."""
        if last < first:
            return Decimal(0)
        return self._until(last + ONE_DAY) - self._until(first)

    def _until(self, day: date) -> Decimal:
        index = self._index(day)
        return self._cumulative[index] + self.rates[index].percent * (day - self._starts[index]).days


@dataclass(frozen=True, slots=True)
class DatedAmount:
    """An amount in złoty in force from `valid_from` until the next row."""

    valid_from: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class DatedAmounts:
    """Amounts in ascending order of `valid_from`."""

    rows: tuple[DatedAmount, ...] = ()

    def on(self, day: date) -> Decimal:
        """Return the amount in force on `day` in złoty; zero before the first row."""
        amount = ZERO
        for row in self.rows:
            if row.valid_from > day:
                break
            amount = row.amount
        return amount


@dataclass(frozen=True, slots=True)
class Law:
    """Everything the rules need that changes with time."""

    tax: RateTable
    civil: RateTable
    threshold: DatedAmounts
    """Tax interest up to this amount is not charged (Ordynacja podatkowa art. 54 § 1 pkt 5)."""
    reminder_cost: DatedAmounts
    """Cost of one reminder sent from that day (art. 15 § 2 u.p.e.a.)."""
