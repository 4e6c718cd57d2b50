"""The law of paying late: worked examples, tables and what must hold for every debt and payment."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eurzad.lib.money import ZERO, round_grosz
from taxes import data
from taxes.rules.allocation import allocate
from taxes.rules.due_dates import effective_due_date
from taxes.rules.errors import RateMissing, RuleError
from taxes.rules.interest import Debt, explain_interest, interest_due
from taxes.rules.rates import Rate, RateTable
from taxes.rules.terms import CIVIL_TERMS, TAX_TERMS, Regime

from .law import LAW


def tax(principal: str = "1000.00", due: date = date(2026, 5, 15), **more) -> Debt:
    return Debt(more.pop("id", "t"), TAX_TERMS, Decimal(principal), due, **more)


def civil(principal: str = "2400.00", due: date = date(2026, 3, 31), **more) -> Debt:
    return Debt(more.pop("id", "c"), CIVIL_TERMS, Decimal(principal), due, **more)


# Worked examples


def test_tax_interest_of_ninety_one_days():
    interest = explain_interest(tax(), date(2026, 8, 14), LAW)
    assert interest.days == 91
    assert round(interest.raw, 6) == Decimal("26.178082")
    assert interest.total == Decimal("26.00")
    assert [(line.first, line.last, line.percent) for line in interest.lines] == [
        (date(2026, 5, 16), date(2026, 8, 14), Decimal("10.50"))
    ]


def test_part_payment_of_a_tax_is_split_in_proportion():
    [line] = allocate(Decimal("500.00"), date(2026, 8, 14), [tax()], LAW).lines
    assert (line.principal, line.interest, line.principal_left) == (
        Decimal("487.33"), Decimal("12.67"), Decimal("512.67"),
    )  # fmt: skip


def test_after_a_part_payment_interest_counts_from_the_original_due_date():
    left = explain_interest(tax("512.67"), date(2026, 9, 14), LAW)
    assert left.days == 122
    assert left.total == Decimal("18.00")


def test_civil_interest_is_to_the_grosz():
    assert explain_interest(civil(), date(2026, 9, 30), LAW).total == Decimal("111.30")


def test_civil_part_payment_covers_interest_first_and_the_rest_runs_on():
    [line] = allocate(Decimal("1000.00"), date(2026, 9, 30), [civil()], LAW).lines
    assert (line.interest, line.principal, line.principal_left, line.interest_left) == (
        Decimal("111.30"), Decimal("888.70"), Decimal("1511.30"), ZERO,
    )  # fmt: skip
    after = civil("1511.30", accrued_until=date(2026, 9, 30))
    assert explain_interest(after, date(2026, 10, 30), LAW).days == 30
    assert interest_due(after, date(2026, 10, 30), LAW) == Decimal("11.49")


def test_civil_payment_smaller_than_the_interest_leaves_the_rest_of_it_owed():
    [line] = allocate(Decimal("11.30"), date(2026, 9, 30), [civil()], LAW).lines
    assert (line.interest, line.principal, line.interest_left) == (Decimal("11.30"), ZERO, Decimal("100.00"))
    after = civil(accrued_until=date(2026, 9, 30), carried_interest=line.interest_left)
    assert interest_due(after, date(2026, 9, 30), LAW) == Decimal("100.00")
    assert interest_due(after, date(2026, 10, 1), LAW) == Decimal("100.61")


def test_interest_across_two_rate_changes_has_a_line_per_rate_and_is_rounded_once():
    interest = explain_interest(tax("2000.00", date(2025, 11, 17)), date(2026, 3, 31), LAW)
    assert [(str(line.first), line.days, str(line.percent)) for line in interest.lines] == [
        ("2025-11-18", 16, "11.50"), ("2025-12-04", 91, "11.00"), ("2026-03-05", 27, "10.50"),
    ]  # fmt: skip
    assert abs(interest.raw - sum(line.amount for line in interest.lines)) < Decimal("1e-20")
    assert interest.total == Decimal("80.00")


@pytest.mark.parametrize(
    ("principal", "days", "total", "below"),
    [("1000.00", 30, "0.00", True), ("1000.00", 31, "9.00", False), ("302.40", 100, "0.00", True)],
)
def test_threshold_is_compared_before_rounding(principal, days, total, below):
    interest = explain_interest(tax(principal), date(2026, 5, 15) + timedelta(days=days), LAW)
    assert (interest.total, interest.is_below_threshold) == (Decimal(total), below)


def test_paid_in_time_costs_nothing():
    for on in (date(2026, 5, 1), date(2026, 5, 15)):
        assert explain_interest(tax(), on, LAW).lines == ()
        assert interest_due(tax(), on, LAW) == ZERO


def test_no_interest_regime():
    terms = replace(CIVIL_TERMS, regime=Regime.NONE)
    assert (
        explain_interest(Debt("n", terms, Decimal(100), date(2020, 1, 1)), date(2026, 1, 1), LAW).total
        == ZERO
    )


def test_a_leap_year_is_divided_by_365_too():
    assert round_grosz(explain_interest(tax(due=date(2023, 12, 31)), date(2024, 12, 31), LAW).raw) == Decimal(
        "145.40"
    )


def test_a_day_before_the_first_rate_is_refused_not_guessed():
    with pytest.raises(RateMissing):
        interest_due(tax(due=date(2008, 1, 1)), date(2026, 1, 1), LAW)


# Due dates


@pytest.mark.parametrize(
    ("due", "delivered", "shifts", "expected"),
    [
        (date(2026, 5, 15), None, True, date(2026, 5, 15)),
        (date(2026, 1, 31), None, True, date(2026, 2, 2)),  # Saturday
        (date(2026, 1, 31), None, False, date(2026, 1, 31)),
        (date(2026, 11, 15), None, True, date(2026, 11, 16)),  # Sunday
        (date(2025, 12, 24), None, True, date(2025, 12, 29)),  # Christmas Eve is a day off since 2025
        (date(2024, 12, 24), None, True, date(2024, 12, 24)),
        (date(2026, 3, 15), date(2026, 2, 20), True, date(2026, 3, 16)),  # in time
        (date(2026, 3, 15), date(2026, 3, 10), True, date(2026, 3, 24)),  # fourteen days from delivery
    ],
)
def test_effective_due_date(due, delivered, shifts, expected):
    assert effective_due_date(due, shifts=shifts, delivered_on=delivered) == expected


# Tables


def test_tax_rate_follows_the_civil_rate_since_2020():
    for rate in LAW.tax.rates:
        if rate.valid_from >= date(2020, 1, 1):
            assert rate.percent == max(Decimal(8), 2 * LAW.civil.percent_on(rate.valid_from) - 8), rate
    for rate in LAW.civil.rates:
        if rate.valid_from >= date(2022, 2, 9):
            assert LAW.tax.percent_on(rate.valid_from) == max(Decimal(8), 2 * rate.percent - 8), rate


@pytest.mark.parametrize(
    ("day", "tax_rate", "civil_rate"),
    [
        (date(2014, 10, 8), "10", "13"), (date(2022, 2, 8), "8", "7.75"), (date(2022, 9, 8), "16.5", "12.25"),
        (date(2025, 5, 7), "14.5", "11.25"), (date(2025, 5, 8), "13.5", "10.75"),
        (date(2026, 3, 5), "10.5", "9.25"),
    ],
)  # fmt: skip
def test_rates_on_a_day(day, tax_rate, civil_rate):
    assert (LAW.tax.percent_on(day), LAW.civil.percent_on(day)) == (Decimal(tax_rate), Decimal(civil_rate))


def test_every_delivered_row_names_its_source():
    assert all(source for *_, source in [*data.interest_rates(), *data.dated_amounts()])


def test_reminder_cost_and_threshold_by_day():
    assert LAW.reminder_cost.on(date(2021, 10, 12)) == Decimal("11.60")
    assert LAW.reminder_cost.on(date(2021, 10, 13)) == Decimal("16.00")
    assert LAW.threshold.on(date(2026, 1, 1)) == Decimal("8.70")
    assert LAW.threshold.on(date(2000, 1, 1)) == ZERO


def test_a_table_out_of_order_is_refused():
    with pytest.raises(RuleError):
        RateTable((Rate(date(2026, 1, 1), Decimal(1)), Rate(date(2025, 1, 1), Decimal(2))))


# Crediting


def test_reminder_costs_come_first_then_the_designated_debt_then_the_oldest():
    debts = [
        tax("100.00", date(2026, 11, 16), id="new"),
        tax("50.00", date(2026, 9, 15), id="old", costs=Decimal("16.00")),
    ]
    on = date(2026, 9, 15)
    plain = allocate(Decimal("80.00"), on, debts, LAW)
    assert [(line.id, line.costs, line.principal) for line in plain.lines] == [
        ("old", Decimal(16), Decimal(50)), ("new", ZERO, Decimal(14)),
    ]  # fmt: skip
    named = allocate(Decimal("80.00"), on, debts, LAW, designated=["new"])
    assert [(line.id, line.costs, line.principal) for line in named.lines] == [
        ("new", ZERO, Decimal(64)), ("old", Decimal(16), ZERO),
    ]  # fmt: skip
    assert allocate(Decimal("200.00"), on, debts, LAW).overpaid == Decimal("34.00")


@pytest.mark.parametrize("amount", ["0.00", "-1.00", "1.005"])
def test_an_impossible_payment_is_refused(amount):
    with pytest.raises(RuleError):
        allocate(Decimal(amount), date(2026, 1, 1), [tax()], LAW)


def test_an_unknown_designation_is_refused():
    with pytest.raises(RuleError):
        allocate(Decimal(1), date(2026, 1, 1), [tax()], LAW, designated=["other"])


# What holds for all

money = st.decimals(Decimal("0.01"), Decimal("99999.99"), places=2)
day = st.dates(date(2012, 1, 1), date(2027, 12, 31))


@st.composite
def debts_of(draw, identifier: str = "d"):
    terms = draw(st.sampled_from([TAX_TERMS, CIVIL_TERMS]))
    return Debt(identifier, terms, draw(money), draw(day), draw(st.sampled_from([ZERO, Decimal("16.00")])))


@given(debts_of(), day, st.integers(1, 400))
def test_interest_never_falls_while_nothing_is_paid(debt, on, later):
    assert interest_due(debt, on, LAW) <= interest_due(debt, on + timedelta(days=later), LAW)


@given(debts_of(), day)
def test_the_short_way_agrees_with_the_lines(debt, on):
    interest = explain_interest(debt, on, LAW)
    assert interest.total == interest_due(debt, on, LAW)
    assert interest.days == max(0, (on - debt.effective_due).days)
    assert all(
        earlier.last + timedelta(days=1) == later.first
        for earlier, later in zip(interest.lines, interest.lines[1:], strict=False)
    )


several_debts = st.integers(1, 5).flatmap(lambda count: st.tuples(*[debts_of(f"d{n}") for n in range(count)]))


@given(several_debts, money, day)
def test_a_payment_is_credited_whole_and_never_over(debts, amount, on):
    result = allocate(amount, on, debts, LAW)
    assert sum(line.credited for line in result.lines) + result.overpaid == amount
    by_id = {debt.id: debt for debt in debts}
    for line in result.lines:
        debt = by_id[line.id]
        assert ZERO <= line.costs <= debt.costs
        assert ZERO <= line.principal <= debt.principal
        assert ZERO <= line.interest <= interest_due(debt, on, LAW)
        assert line.principal_left == debt.principal - line.principal
    if result.overpaid:
        assert sum(line.principal for line in result.lines) == sum(debt.principal for debt in debts)


@given(debts_of(), day)
def test_paying_the_asked_amount_settles_the_debt(debt, on):
    asked = debt.costs + debt.principal + interest_due(debt, on, LAW)
    [line] = allocate(asked, on, [debt], LAW).lines
    assert (line.credited, line.principal_left, line.interest_left) == (asked, ZERO, ZERO)
