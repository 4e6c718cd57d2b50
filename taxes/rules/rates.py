"""Percentages and amounts that the law sets from a day on: arithmetic only."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_UP, Decimal
from functools import cached_property
from itertools import pairwise

from eurzad.lib.money import ZERO

from .errors import RateMissing, RuleError
from .terms import Regime

ONE_DAY = timedelta(days=1)
TRADE_SINCE = date(2020, 1, 1)
TRADE_ABOVE_CIVIL = Decimal("4.5")
"""Reference + 10 pp of trade over reference + 5.5 pp of the Civil Code."""

_HUNDREDTH = Decimal("0.01")


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
        if index < 0:  # also of an empty table
            raise RateMissing(f"No rate is known for {day.isoformat()}.")
        return index

    def percent_on(self, day: date) -> Decimal:
        """Return the rate in force on `day`; raises RateMissing before the first row."""
        return self.rates[self._index(day)].percent

    def start_of(self, day: date) -> date:
        """Return the first day of the row in force on `day`; raises RateMissing before the first row."""
        return self._starts[self._index(day)]

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
        return self.percent_days_before(last + ONE_DAY) - self.percent_days_before(first)

    @property
    def steps(self) -> list[tuple[date, Decimal, Decimal]]:
        """Each row as (valid from, percent-days before that day, percent), for who counts elsewhere."""
        return [
            (rate.valid_from, before, rate.percent)
            for rate, before in zip(self.rates, self._cumulative, strict=False)
        ]

    def percent_days_before(self, day: date) -> Decimal:
        """Return the sum of the rates of all days from the first row up to the one before `day`.

        Raises RateMissing when `day` is before the first row.
        """
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


@dataclass(frozen=True)
class Law:
    """Everything the rules need that changes with time."""

    tax: RateTable
    civil: RateTable
    threshold: DatedAmounts
    """Tax interest up to this amount is not charged (Ordynacja podatkowa art. 54 § 1 pkt 5)."""
    reminder_cost: DatedAmounts
    """Cost of one reminder sent from that day (art. 15 § 2 u.p.e.a.)."""
    reduced_share: DatedAmounts = DatedAmounts()
    """The reduced rate as percent of the tax rate (Ordynacja podatkowa art. 56a; 75 % until 2015)."""

    def table(self, regime: Regime) -> RateTable | None:
        """Return the rates of a regime; None where lateness costs nothing."""
        if regime is Regime.NONE:
            return None
        if regime is Regime.TAX_REDUCED:
            return self._reduced
        if regime is Regime.TRADE:
            return self._trade
        return self.tax if regime is Regime.TAX else self.civil

    @cached_property
    def _reduced(self) -> RateTable:
        return reduced_rates(self.tax, self.reduced_share)

    @cached_property
    def _trade(self) -> RateTable:
        return trade_rates(self.civil)


def reduced_rates(tax: RateTable, share: DatedAmounts) -> RateTable:
    """Return the reduced rates of tax interest: a share of each tax rate, up to two decimals, rounded up.

    75 % from 2009 (Ordynacja podatkowa art. 56 § 1a), 50 % from 1 January 2016 (art. 56a § 1).
    Days before the first share have no rate.
    """
    days = sorted({rate.valid_from for rate in tax.rates} | {row.valid_from for row in share.rows})
    known = [day for day in days if share.on(day) and tax.rates and day >= tax.rates[0].valid_from]
    found = ((day, tax.percent_on(day) * share.on(day) / 100) for day in known)
    return RateTable(tuple(Rate(day, percent.quantize(_HUNDREDTH, ROUND_UP)) for day, percent in found))


def trade_rates(civil: RateTable) -> RateTable:
    """Return the rates of late payment in trade: what the reference rate was on 1 January and 1 July plus 10 pp.

    Fixed for the half-year (act of 8 March 2013 on late payment in trade, art. 4 pkt 3 lit. b and art. 11b);
    10 pp hold for contracts concluded from 1 January 2020, where the table begins. The reference rate is the
    civil rate less 5.5 pp (Kodeks cywilny art. 481 § 2).
    """
    if not civil.rates or civil.rates[0].valid_from > TRADE_SINCE:
        return RateTable(())
    years = range(TRADE_SINCE.year, civil.rates[-1].valid_from.year + 2)
    halves = [date(year, month, 1) for year in years for month in (1, 7)]
    rates = [Rate(day, civil.percent_on(day) + TRADE_ABOVE_CIVIL) for day in halves]
    return RateTable(
        tuple(rate for rate, before in zip(rates, [None, *rates], strict=False) if not _same(rate, before))
    )


def _same(rate: Rate, before: Rate | None) -> bool:
    return before is not None and rate.percent == before.percent
