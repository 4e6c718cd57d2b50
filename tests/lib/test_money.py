"""Amounts: to the grosz, half up, and as they are written."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eurzad.lib import money

D = Decimal
amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=2, allow_nan=False)


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [
        ("0.004", "0.00"), ("0.005", "0.01"), ("0.014999", "0.01"), ("0.015", "0.02"), ("1.125", "1.13"),
        ("-0.005", "-0.01"), ("2.675", "2.68"), ("10", "10.00"),
    ],
)  # fmt: skip
def test_round_to_the_grosz(amount: str, rounded: str) -> None:
    assert str(money.round_grosz(D(amount))) == rounded


@pytest.mark.parametrize(
    ("amount", "rounded"),
    # Ordynacja podatkowa art. 63 § 1: less than 50 grosze is left out, 50 and more makes a złoty
    [
        ("0.49", "0.00"),
        ("0.50", "1.00"),
        ("1.49", "1.00"),
        ("1.50", "2.00"),
        ("2.50", "3.00"),
        ("8.70", "9.00"),
    ],
)
def test_round_to_the_zloty(amount: str, rounded: str) -> None:
    assert str(money.round_zloty(D(amount))) == rounded


@given(amounts)
def test_grosze_and_back(amount: Decimal) -> None:
    grosze = money.to_grosze(amount)
    assert isinstance(grosze, int)
    assert money.from_grosze(grosze) == amount
    assert str(money.from_grosze(grosze)).partition(".")[2].__len__() == 2


@pytest.mark.parametrize("amount", ["0.001", "1.005", "-3.333"])
def test_finer_than_a_grosz_is_refused(amount: str) -> None:
    with pytest.raises(ValueError, match="grosze"):
        money.to_grosze(D(amount))


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        ("0", "0,00 zł"), ("0.5", "0,50 zł"), ("999.99", "999,99 zł"), ("1234.56", "1 234,56 zł"),
        ("1234567.8", "1 234 567,80 zł"), ("-1234.5", "-1 234,50 zł"), ("0.005", "0,01 zł"),
        ("999.995", "1 000,00 zł"),
    ],
)  # fmt: skip
def test_as_it_is_written(amount: str, written: str) -> None:
    assert money.format_pln(D(amount)) == written.replace(" ", "\u00a0")


@pytest.mark.parametrize("amount", ["-0.004", "-0.00", "-0"])
def test_nothing_has_no_sign(amount: str) -> None:
    assert money.format_amount(D(amount)) == "0,00"


@given(amounts)
def test_written_amount_is_the_amount(amount: Decimal) -> None:
    written = money.format_amount(amount)
    assert " " not in written
    assert D(written.replace("\u00a0", "").replace(",", ".")) == amount
