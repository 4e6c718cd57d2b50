"""The law in tables: each row an article and a value worked out by hand from it."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from eurzad.lib.money import ZERO
from taxes import data
from taxes.rules.alcohol import AlcoholTier, alcohol_fee
from taxes.rules.charges import Remainder, prolongation_fee, reminder_costs, split_year
from taxes.rules.due_dates import DueReason, effective_due_date, explain_due_date
from taxes.rules.errors import RateMissing, RuleError
from taxes.rules.interest import Debt, explain_interest, interest_due
from taxes.rules.rates import DatedAmount, DatedAmounts, RateTable, reduced_rates, trade_rates
from taxes.rules.terms import CIVIL_TERMS, TAX_REDUCED_TERMS, TAX_TERMS, TRADE_TERMS, Regime

from .law import LAW

D = Decimal


def day(text: str) -> date:
    return date.fromisoformat(text)


def dated(kind: str) -> DatedAmounts:
    return DatedAmounts(
        tuple(DatedAmount(on, value) for name, on, value, _ in data.dated_amounts() if name == kind)
    )


# Due dates


@pytest.mark.parametrize(
    ("due", "regime", "expected"),
    [
        # Ordynacja podatkowa art. 12 § 5; act of 18 January 1951 on days off
        ("2026-03-29", "tax", "2026-03-30"),  # the Sunday before Easter
        ("2026-04-03", "tax", "2026-04-03"),  # Good Friday is a working day
        ("2026-04-04", "tax", "2026-04-07"),  # Easter Saturday, Sunday, Monday
        ("2026-04-05", "tax", "2026-04-07"),
        ("2024-12-24", "tax", "2024-12-24"),  # a day off from 2025 (Dz.U. 2024 poz. 1965)
        ("2025-12-24", "tax", "2025-12-29"),  # Wednesday; 25 and 26 December, Saturday, Sunday
        ("2010-01-06", "tax", "2010-01-06"),  # Epiphany is a day off from 2011
        ("2011-01-06", "tax", "2011-01-07"),
        (
            "2018-11-10",
            "tax",
            "2018-11-13",
        ),  # Saturday, Independence Day, and 12 November 2018 by its own act
        ("2026-06-04", "tax", "2026-06-05"),  # Corpus Christi
        ("2026-05-01", "tax", "2026-05-04"),  # Friday 1 May, Saturday, Sunday 3 May
        ("2023-12-31", "tax", "2024-01-02"),  # over the turn of the year
        # Kodeks cywilny art. 115: Saturdays from 1 January 2017
        ("2016-12-31", "civil", "2016-12-31"),
        ("2016-12-31", "tax", "2017-01-02"),
        ("2017-04-01", "civil", "2017-04-03"),
        ("2016-10-30", "civil", "2016-10-31"),  # Sundays always
    ],
)
def test_a_day_off_gives_way(due, regime, expected):
    assert effective_due_date(day(due), shifts=True, regime=Regime(regime)) == day(expected)
    assert effective_due_date(day(due), shifts=False, regime=Regime(regime)) == day(due)


@pytest.mark.parametrize(
    ("due", "delivered", "expected"),
    [
        # Ordynacja podatkowa art. 47 § 1 and § 2
        ("2024-03-15", "2024-03-01", "2024-03-15"),  # fourteen days before is in time
        ("2024-03-15", "2024-03-02", "2024-03-18"),  # 16 March is a Saturday
        ("2024-02-15", "2024-02-15", "2024-02-29"),
        ("2026-03-15", "2026-03-08", "2026-03-23"),  # 22 March is a Sunday
        ("2026-03-15", "2026-12-10", "2026-12-28"),  # months late, and 24 December to 27 December
    ],
)
def test_a_decision_delivered_late(due, delivered, expected):
    assert effective_due_date(day(due), shifts=True, delivered_on=day(delivered)) == day(expected)


def test_how_a_due_date_came_about():
    steps = explain_due_date(day("2026-03-15"), shifts=True, delivered_on=day("2026-03-08"))
    assert [(step.reason, step.day) for step in steps] == [
        (DueReason.NAMED, day("2026-03-15")), (DueReason.DELIVERED_LATE, day("2026-03-22")),
        (DueReason.DAY_OFF, day("2026-03-23")),
    ]  # fmt: skip
    civil = explain_due_date(
        day("2026-03-31"), shifts=True, delivered_on=day("2026-06-01"), regime=Regime.CIVIL
    )
    assert [step.day for step in civil] == [day("2026-03-31")]


# Interest


@pytest.mark.parametrize(
    ("principal", "due", "on", "total"),
    [
        # Ordynacja podatkowa art. 53 § 4, art. 56 § 1, art. 56c: each day at the rate of its day
        ("10000.00", "2026-03-05", "2026-03-15", "29.00"),  # changed on the due day: 10 × 10.5 → 28.77
        ("10000.00", "2026-03-04", "2026-03-15", "32.00"),  # 11 × 10.5 → 31.64
        ("10000.00", "2026-02-16", "2026-03-04", "48.00"),  # 16 × 11 → 48.22
        (
            "10000.00",
            "2026-02-16",
            "2026-03-05",
            "51.00",
        ),  # changed on the payment day: 16 × 11 + 10.5 → 51.10
        ("100000.00", "2024-02-28", "2024-03-01", "79.00"),  # 29 February counts: 2 × 14.5 → 79.45
        ("1000.00", "2026-03-31", "2056-03-31", "3152.00"),  # thirty years, 10 958 days × 10.5 → 3152.30
        ("1000000000.00", "2018-12-31", "2019-12-31", "80000000.00"),  # a year of 8 %
        ("0.01", "2010-01-01", "2026-11-23", "0.00"),
        # art. 63 § 1: half a złoty up; 967.25 × 100 days × 10 % = 26.50 exactly, 475 × (41 × 10 + 40 × 8) = 9.50
        ("967.25", "2013-12-31", "2014-04-10", "27.00"),
        ("967.24", "2013-12-31", "2014-04-10", "26.00"),
        ("475.00", "2014-08-28", "2014-11-17", "10.00"),
        # art. 54 § 1 pkt 5: 1058.50 × 30 days × 10 % = 8.70 exactly is not charged, a grosz more of tax is
        ("1058.50", "2014-03-17", "2014-04-16", "0.00"),
        ("1058.51", "2014-03-17", "2014-04-16", "9.00"),
    ],
)
def test_tax_interest(principal, due, on, total):
    debt = Debt("t", TAX_TERMS, D(principal), day(due))
    assert explain_interest(debt, day(on), LAW).total == interest_due(debt, day(on), LAW) == D(total)


@pytest.mark.parametrize(
    ("principal", "before", "after"),
    [
        ("1058.50", "0.00", "9.00"),  # 8.70 → 9
        ("1034.17", "0.00", "9.00"),  # 8.500027 → 9
        ("1034.16", "0.00", "0.00"),  # 8.499945 → 8
        ("1058.51", "9.00", "9.00"),
    ],
)
def test_the_threshold_compared_before_and_after_rounding(principal, before, after):
    debt = Debt("t", TAX_TERMS, D(principal), day("2014-03-17"))
    assert interest_due(debt, day("2014-04-16"), LAW) == D(before)
    late = replace(debt, terms=replace(TAX_TERMS, threshold_after_rounding=True))
    assert interest_due(late, day("2014-04-16"), LAW) == D(after)


def test_there_was_no_threshold_row_before_2014_so_nothing_is_left_out():
    debt = Debt("t", TAX_TERMS, D("365.00"), day("2013-12-01"))
    assert interest_due(debt, day("2013-12-11"), LAW) == D("1.00")


@pytest.mark.parametrize(
    ("terms", "principal", "due", "on", "total"),
    [
        # Kodeks cywilny art. 481 § 2: to the grosz, no threshold
        (CIVIL_TERMS, "0.01", "2018-12-31", "2019-12-31", "0.00"),  # 0.0007
        (CIVIL_TERMS, "1000.00", "2015-12-31", "2016-12-31", "70.19"),  # 366 × 7
        (CIVIL_TERMS, "1000.00", "2014-12-22", "2014-12-23", "0.22"),  # 8 % on its first day
        (CIVIL_TERMS, "1000000000.00", "2018-12-31", "2019-12-31", "70000000.00"),
        # Ordynacja podatkowa art. 56a: half, 75 % until the end of 2015
        (TAX_REDUCED_TERMS, "36500.00", "2015-12-21", "2016-01-10", "100.00"),  # 10 × 6 + 10 × 4
        (TAX_REDUCED_TERMS, "36500.00", "2012-05-09", "2012-06-08", "326.00"),  # 30 × 10.88 = 326.40
        # act of 8 March 2013, art. 11b: the rate of 1 January and 1 July holds for the half-year
        (TRADE_TERMS, "36500.00", "2022-06-20", "2022-07-10", "277.50"),  # 10 × 11.75 + 10 × 16
    ],
)
def test_other_interest(terms, principal, due, on, total):
    assert interest_due(Debt("x", terms, D(principal), day(due)), day(on), LAW) == D(total)


@pytest.mark.parametrize(
    ("on", "percent"),
    [
        # the announcements of the Minister of Finance; Ordynacja podatkowa art. 56 § 1a, from 2016 art. 56a § 1
        ("2009-06-25", "7.50"), ("2010-11-09", "9.00"), ("2011-01-20", "9.38"), ("2011-04-06", "9.75"),
        ("2011-05-12", "10.13"), ("2011-06-09", "10.50"), ("2012-05-10", "10.88"), ("2012-11-08", "10.50"),
        ("2013-03-07", "8.63"), ("2013-05-09", "8.25"), ("2013-06-06", "7.88"), ("2013-07-04", "7.50"),
        ("2014-10-09", "6.00"), ("2015-12-31", "6.00"), ("2016-01-01", "4.00"), ("2022-02-09", "4.25"),
        ("2022-05-06", "6.75"), ("2022-09-08", "8.25"), ("2025-09-04", "6.25"), ("2026-03-05", "5.25"),
    ],
)  # fmt: skip
def test_reduced_rates(on, percent):
    assert LAW.table(Regime.TAX_REDUCED).percent_on(day(on)) == D(percent)


@pytest.mark.parametrize(
    ("on", "percent"),
    [
        # announcements of the Minister of Economy in Monitor Polski
        ("2020-01-01", "11.50"), ("2020-06-30", "11.50"), ("2020-07-01", "10.10"), ("2021-12-31", "10.10"),
        ("2022-01-01", "11.75"), ("2022-07-01", "16.00"), ("2022-07-08", "16.00"), ("2023-01-01", "16.75"),
        ("2024-01-01", "15.75"), ("2025-07-01", "15.25"), ("2026-01-01", "14.00"), ("2026-07-01", "13.75"),
    ],
)  # fmt: skip
def test_trade_rates(on, percent):
    assert LAW.table(Regime.TRADE).percent_on(day(on)) == D(percent)


def test_tables_that_do_not_reach_are_refused_not_guessed():
    with pytest.raises(RateMissing):
        LAW.table(Regime.TRADE).percent_on(day("2019-12-31"))
    with pytest.raises(RateMissing):
        trade_rates(RateTable(())).percent_on(day("2026-01-01"))
    with pytest.raises(RateMissing):
        reduced_rates(LAW.tax, DatedAmounts()).percent_on(day("2026-01-01"))


# Charges


@pytest.mark.parametrize(
    ("sent", "delivered", "on", "cost"),
    [
        # u.p.e.a. art. 15 § 2; Dz.U. 2021 poz. 67: 16 zł for reminders sent from 13 October 2021
        ("2021-10-12", "2021-10-20", "2021-10-20", "11.60"),
        ("2021-10-13", "2021-10-20", "2021-10-20", "16.00"),
        ("2026-04-01", "2026-04-08", "2026-04-07", "0.00"),
        ("2026-04-01", None, "2026-12-31", "0.00"),
    ],
)
def test_a_reminder_costs_from_its_delivery(sent, delivered, on, cost):
    [line] = reminder_costs([(day(sent), day(delivered) if delivered else None)], day(on), LAW)
    assert line.amount == D(cost)


DATES = [date(2026, 3, 15), date(2026, 5, 15), date(2026, 9, 15), date(2026, 11, 15)]


@pytest.mark.parametrize(
    ("total", "remainder", "amounts"),
    [
        ("1000.00", Remainder.FIRST, ["250", "250", "250", "250"]),
        ("1003.00", Remainder.FIRST, ["253", "250", "250", "250"]),
        ("1003.00", Remainder.LAST, ["250", "250", "250", "253"]),
        ("101.00", Remainder.FIRST, ["26", "25", "25", "25"]),
        ("100.00", Remainder.FIRST, ["100"]),  # art. 6 ust. 11a u.p.o.l.: up to 100 zł at once
        ("99.99", Remainder.LAST, ["99.99"]),
        ("402.50", Remainder.LAST, ["100", "100", "100", "102.50"]),
    ],
)
def test_a_year_in_instalments(total, remainder, amounts):
    limit = dated("single_limit").on(date(2026, 1, 1))
    found = split_year(D(total), DATES, remainder=remainder, limit=limit)
    assert found == list(zip(DATES, map(D, amounts), strict=False))


def test_a_year_that_cannot_be_split():
    assert split_year(D(3), DATES, remainder=Remainder.LAST) == [(DATES[3], D(3))]
    for total, due in ((D(0), DATES), (D(-1), DATES), (D("1.005"), DATES), (D(1), []), (D(1), DATES[::-1])):
        with pytest.raises(RuleError):
            split_year(total, due)


def test_prolongation_fee():
    # Ordynacja podatkowa art. 57 § 1-4: 1000 × 185 days × (10.5 % × 50 %) / 365 = 26.61
    share = DatedAmounts((DatedAmount(date(2020, 1, 1), D(50)),))
    given = {"due": day("2026-05-15"), "postponed_to": day("2026-11-16"), "law": LAW}
    fee = prolongation_fee(D("1000.00"), decided_on=day("2026-05-10"), share=share, **given)
    assert (fee.days, fee.percent, fee.total) == (185, D("5.25"), D("27.00"))
    # the rate is that of the decision's day, whatever holds later
    assert prolongation_fee(D(1000), decided_on=day("2026-03-04"), share=share, **given).percent == D("5.5")
    # art. 57 § 7: no resolution of the council, or not yet in force, no fee
    assert prolongation_fee(D(1000), decided_on=day("2026-05-10"), share=DatedAmounts(), **given) is None
    assert prolongation_fee(D(1000), decided_on=day("2019-12-31"), share=share, **given) is None
    with pytest.raises(RuleError):
        prolongation_fee(
            D(1000), due=DATES[1], postponed_to=DATES[1], decided_on=DATES[0], law=LAW, share=share
        )


def tier(group: str) -> AlcoholTier:
    return AlcoholTier(*(dated(f"alcohol_{group}_{what}") for what in ("base", "limit", "percent")))


@pytest.mark.parametrize(
    ("group", "sales", "total", "instalments"),
    [
        # ustawa o wychowaniu w trzeźwości art. 11¹ ust. 2 and 5: a percentage only above the limit
        ("a", "0.00", "525.00", ["175.00", "175.00", "175.00"]),
        ("a", "37500.00", "525.00", ["175.00", "175.00", "175.00"]),
        ("a", "50000.00", "700.00", ["233.34", "233.33", "233.33"]),
        ("b", "100000.00", "1400.00", ["466.67", "466.67", "466.66"]),
        ("c", "77000.00", "2100.00", ["700.00", "700.00", "700.00"]),
        (
            "c",
            "77000.01",
            "2079.00",
            ["693.00", "693.00", "693.00"],
        ),  # 2.7 % of all sales, less than the base
        ("c", "123456.78", "3333.33", ["1111.11", "1111.11", "1111.11"]),
    ],
)
def test_alcohol_fee_of_a_whole_year(group, sales, total, instalments):
    fee = alcohol_fee(
        tier(group), 2026, sales=D(sales), surcharge_percent=dated("alcohol_surcharge").on(DATES[0])
    )
    assert fee.total == D(total) and fee.surcharge == (D(total) * D("0.3")).quantize(D("0.01"))
    # ust. 7: 31 January, 31 May (a Sunday in 2026, not moved), 30 September
    assert fee.instalments == tuple(
        zip((day("2026-01-31"), day("2026-05-31"), day("2026-09-30")), map(D, instalments), strict=True)
    )


@pytest.mark.parametrize(
    ("year", "begins", "ends", "days", "total", "count"),
    [
        # art. 11¹ ust. 8: in proportion to the days of validity
        (2026, "2026-07-01", None, 184, "264.66", 1),  # 525 × 184 / 365
        (2026, None, "2026-06-30", 181, "260.34", 2),
        (2028, "2028-07-01", None, 184, "263.93", 1),  # a leap year has 366
        (2026, None, "2026-01-10", 10, "14.38", 1),
        (2026, "2026-12-31", None, 1, "1.44", 1),
    ],
)
def test_alcohol_fee_of_a_part_of_a_year(year, begins, ends, days, total, count):
    fee = alcohol_fee(
        tier("b"), year, valid_from=day(begins) if begins else None, valid_to=day(ends) if ends else None
    )
    assert (fee.days, fee.total, len(fee.instalments)) == (days, D(total), count)
    assert sum(amount for _day, amount in fee.instalments) == fee.total


def test_alcohol_fee_of_what_cannot_be():
    for bad in ({"sales": D(-1)}, {"valid_from": day("2025-12-31")}, {"valid_to": day("2027-01-01")},
                {"valid_from": day("2026-07-01"), "valid_to": day("2026-06-30")}):  # fmt: skip
        with pytest.raises(RuleError):
            alcohol_fee(tier("a"), 2026, **bad)


def test_every_row_of_the_law_sheet_is_delivered():
    regimes = [regime for regime, *_ in data.interest_rates()]
    assert (regimes.count("tax"), regimes.count("civil")) == (32, 26)
    assert LAW.threshold.on(day("2014-01-31")) == ZERO and LAW.threshold.on(day("2014-02-01")) == D("8.70")
    assert LAW.civil.percent_on(day("2014-12-22")) == 13
    assert LAW.tax.percent_on(day("2026-03-04") + timedelta(days=1)) == D("10.5")
