"""What holds for every debt, payment and day, and an oracle that walks the days one by one in fractions."""

import csv
from bisect import bisect_right
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import accumulate, permutations
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from eurzad.lib.dates import is_working_day
from eurzad.lib.money import ZERO
from taxes.rules.alcohol import AlcoholTier, alcohol_fee
from taxes.rules.allocation import allocate
from taxes.rules.charges import Remainder, split_year
from taxes.rules.due_dates import effective_due_date
from taxes.rules.interest import Debt, explain_interest, interest_due
from taxes.rules.rates import DatedAmount, DatedAmounts
from taxes.rules.terms import CIVIL_TERMS, TAX_REDUCED_TERMS, TAX_TERMS, TRADE_TERMS, Regime, Rounding

from .law import LAW

RATES = Path(__file__).parents[2] / "taxes/data/interest_rates.csv"
FIRST = date(2009, 6, 25)
ALL_TERMS = [TAX_TERMS, CIVIL_TERMS, TAX_REDUCED_TERMS, TRADE_TERMS]

amount = st.one_of(
    st.decimals(Decimal("0.01"), Decimal("99999.99"), places=2),
    st.sampled_from([Decimal("0.01"), Decimal("8.70"), Decimal("36500.00"), Decimal("1000000000.00")]),
)
since_2020 = st.dates(date(2020, 1, 1), date(2027, 12, 31))
terms = st.sampled_from(ALL_TERMS)


@st.composite
def debts(draw, identifier: str = "d"):
    return Debt(
        identifier,
        draw(terms),
        draw(amount),
        draw(since_2020),
        draw(st.sampled_from([ZERO, Decimal("16.00")])),
    )


many = st.integers(1, 4).flatmap(lambda count: st.tuples(*[debts(f"d{number}") for number in range(count)]))


# The oracle: the file of rates, one day after another, nothing rounded before the end


@cache
def _walked(regime: str) -> list[Fraction]:
    with RATES.open(encoding="utf-8") as file:
        rows = [(row[1], Fraction(row[2])) for row in csv.reader(file) if row[0] == regime]
    starts = [date.fromisoformat(start) for start, _ in rows]
    days = (FIRST + timedelta(days=number) for number in range(20_000))
    return list(accumulate((rows[bisect_right(starts, day) - 1][1] for day in days), initial=Fraction(0)))


def oracle(debt: Debt, on: date) -> Decimal:
    """The interest by the letter of the acts; tax from 1 February 2014 and civil only."""
    regime = debt.terms.regime.value
    walked = _walked(regime)
    begin, end = (debt.effective_due - FIRST).days + 1, (on - FIRST).days + 1
    raw = Fraction(debt.principal) * (walked[end] - walked[begin]) / 36500 if end > begin else Fraction(0)
    if debt.terms.has_threshold and raw <= Fraction("8.70"):
        return ZERO
    unit = 1 if debt.terms.rounding is Rounding.ZLOTY else 100
    halves_up = (raw * unit + Fraction(1, 2)).__floor__()
    return Decimal(halves_up) / unit


@given(
    st.sampled_from([TAX_TERMS, CIVIL_TERMS]), amount, st.dates(FIRST, date(2027, 12, 31)),
    st.dates(date(2014, 2, 1), date(2045, 12, 31)),
)  # fmt: skip
@example(TAX_TERMS, Decimal("475.00"), date(2014, 8, 28), date(2014, 11, 17))
@example(TAX_TERMS, Decimal("1058.50"), date(2014, 3, 17), date(2014, 4, 16))
@example(CIVIL_TERMS, Decimal("9999999999.99"), FIRST, date(2045, 12, 31))
def test_interest_is_what_walking_the_days_gives(of_kind, principal, due, on):
    debt = Debt("d", of_kind, principal, due)
    assert explain_interest(debt, on, LAW).total == interest_due(debt, on, LAW) == oracle(debt, on)


# Interest


@given(debts(), since_2020)
def test_the_lines_make_the_sum(debt, on):
    found = explain_interest(debt, on, LAW)
    assert abs(found.raw - sum((line.amount for line in found.lines), Decimal(0))) < Decimal("1e-12")
    assert found.days == sum(line.days for line in found.lines) == max(0, (on - debt.effective_due).days)
    assert all(line.amount > 0 and line.days == (line.last - line.first).days + 1 for line in found.lines)


@given(debts(), since_2020, since_2020)
def test_interest_in_one_go_is_the_sum_of_its_periods(debt, between, on):
    """Before rounding, cut at any day, not only where the rate changes."""
    if not debt.effective_due <= between <= on:
        return
    whole = explain_interest(debt, on, LAW).raw
    first = explain_interest(debt, between, LAW).raw
    second = explain_interest(Debt("s", debt.terms, debt.principal, between), on, LAW).raw
    assert abs(whole - first - second) < Decimal("1e-12")


@given(debts(), since_2020, amount)
def test_interest_never_falls_with_the_principal(debt, on, more):
    bigger = Debt(debt.id, debt.terms, debt.principal + more, debt.effective_due)
    assert interest_due(debt, on, LAW) <= interest_due(bigger, on, LAW)


@given(debts(), since_2020, st.integers(1, 900))
def test_interest_never_falls_with_the_days_nor_rises_with_a_later_due_date(debt, on, days):
    now = interest_due(debt, on, LAW)
    assert now <= interest_due(debt, on + timedelta(days=days), LAW)
    later = Debt(debt.id, debt.terms, debt.principal, debt.effective_due + timedelta(days=days))
    assert interest_due(later, on, LAW) <= now


@given(amount, since_2020, since_2020)
def test_the_reduced_interest_is_never_more_than_the_tax_interest(principal, due, on):
    whole, reduced = (
        interest_due(Debt("d", one, principal, due), on, LAW) for one in (TAX_TERMS, TAX_REDUCED_TERMS)
    )
    assert ZERO <= reduced <= whole


# Due dates


@given(st.dates(date(1998, 1, 1), date(2100, 11, 30)), st.sampled_from([Regime.TAX, Regime.CIVIL]))
def test_a_due_date_only_moves_to_the_next_working_day(due, regime):
    effective = effective_due_date(due, shifts=True, regime=regime)
    assert due <= effective <= due + timedelta(days=6)
    if regime is Regime.TAX:
        assert is_working_day(effective)
        assert not any(is_working_day(due + timedelta(days=n)) for n in range((effective - due).days))
    assert effective_due_date(effective, shifts=True, regime=regime) == effective


# Crediting


@given(many, amount, since_2020)
def test_the_order_in_which_debts_are_given_does_not_matter(given_debts, paid, on):
    results = {allocate(paid, on, order, LAW) for order in permutations(given_debts)}
    assert len(results) == 1
    assert results == {allocate(paid, on, given_debts, LAW)}, "and asking twice gives the same"


@given(many, amount, since_2020)
def test_nothing_is_credited_twice_and_nothing_gets_lost(given_debts, paid, on):
    result = allocate(paid, on, given_debts, LAW)
    assert sum((line.credited for line in result.lines), ZERO) + result.overpaid == paid
    asked = sum((debt.costs + debt.principal + interest_due(debt, on, LAW) for debt in given_debts), ZERO)
    assert result.overpaid == max(ZERO, paid - asked)
    by_id = {debt.id: debt for debt in given_debts}
    for line in result.lines:
        debt = by_id[line.id]
        assert ZERO <= line.costs <= debt.costs and ZERO <= line.principal <= debt.principal
        assert ZERO <= line.interest <= interest_due(debt, on, LAW)
        assert line.principal + line.principal_left == debt.principal


@given(many, amount, since_2020, st.data())
def test_a_designated_debt_is_served_before_the_others(given_debts, paid, on, data):
    named = data.draw(st.sampled_from(given_debts)).id
    result = allocate(paid, on, given_debts, LAW, designated=[named])
    got = {line.id: line for line in result.lines}
    others = [line for line in result.lines if line.id != named and line.principal + line.interest > 0]
    if others:
        assert got[named].principal_left == ZERO and got[named].interest_left == ZERO


@given(amount, since_2020, since_2020, amount)
def test_a_part_payment_of_a_tax_leaves_the_share_the_act_names(principal, due, on, paid):
    """Ordynacja podatkowa art. 55 § 2: principal to interest as the arrears stand to the interest, to the grosz."""
    debt = Debt("d", TAX_TERMS, principal, due)
    interest = interest_due(debt, on, LAW)
    if paid >= principal + interest:
        return
    [line] = allocate(paid, on, [debt], LAW).lines
    exact = Fraction(paid) * Fraction(principal) / Fraction(principal + interest)
    assert abs(Fraction(line.principal) - exact) <= Fraction(1, 200)
    assert line.principal + line.interest == paid


# Charges


@given(amount, st.integers(1, 12), st.sampled_from(Remainder))
def test_instalments_make_the_year(total, count, remainder):
    found = split_year(total, [date(2026, month, 15) for month in range(1, count + 1)], remainder=remainder)
    assert sum((part for _, part in found), ZERO) == total
    rest = found[1:] if remainder is Remainder.FIRST else found[:-1]
    assert all(part == int(part) and part > 0 for _, part in rest)
    assert len({part for _, part in rest}) <= 1


ANY_DAY = st.dates(date(2028, 1, 1), date(2028, 12, 31))
TIER = AlcoholTier(
    *(
        DatedAmounts((DatedAmount(date(2009, 1, 1), Decimal(value)),))
        for value in ("525.00", "37500.00", "1.40")
    )
)


@given(st.decimals(Decimal(0), Decimal(10**7), places=2), ANY_DAY, ANY_DAY)
def test_alcohol_instalments_make_the_fee(sales, one, other):
    begins, ends = sorted((one, other))
    fee = alcohol_fee(TIER, 2028, sales=sales, valid_from=begins, valid_to=ends)
    parts = [part for _, part in fee.instalments]
    assert sum(parts, ZERO) == fee.total <= fee.whole_year
    assert max(parts) - min(parts) <= Decimal("0.01")
