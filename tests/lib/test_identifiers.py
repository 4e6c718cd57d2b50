"""Polish identifiers: check digits, spelling, and what is none."""

import random
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eurzad.lib import identifiers as ids

Clean = Callable[[str], str]


def pesel_digit(ten: str) -> str:
    """The check digit as the act on population records has it (weights 1, 3, 7, 9)."""
    total = sum(int(digit) * weight for digit, weight in zip(ten, (1, 3, 7, 9) * 3, strict=False))
    return str(-total % 10)


def pesel_of(day: date, serial: int) -> str:
    offset = {18: 80, 19: 0, 20: 20, 21: 40, 22: 60}[day.year // 100]
    ten = f"{day.year % 100:02d}{day.month + offset:02d}{day.day:02d}{serial:04d}"
    return ten + pesel_digit(ten)


@given(st.dates(min_value=date(1800, 1, 1), max_value=date(2026, 11, 1)), st.integers(0, 9999))
def test_pesel_carries_its_birth_date(day: date, serial: int) -> None:
    number = pesel_of(day, serial)
    assert ids.clean_pesel(number) == number
    assert ids.pesel_birth_date(number) == day


@pytest.mark.parametrize(
    ("clean", "good", "spelling"),
    [
        (ids.clean_pesel, "68841212044", " 688412 12044\n"),
        (ids.clean_nip, "9990101028", "999-010-10-28"),
        (ids.clean_nip, "9990101028", "999 01 01 028"),
        (ids.clean_regon, "999010105", "999 010 105"),
        (ids.clean_krs, "0000999901", "999901"),
        (ids.clean_nrb, "49999999990001000000000000", "PL49 9999 9999 0001 0000 0000 0000"),
        (ids.clean_nrb, "49999999990001000000000000", "49 9999 9999 0001 0000 0000 0000"),
    ],
)
def test_spelling_does_not_matter(clean: Clean, good: str, spelling: str) -> None:
    assert clean(spelling) == clean(good) == good


@pytest.mark.parametrize(
    ("clean", "good"),
    [
        (ids.clean_pesel, "68841212044"),
        (ids.clean_nip, "9990101028"),
        (ids.clean_regon, "999010105"),
        (ids.clean_nrb, "49999999990001000000000000"),
    ],
)
def test_one_wrong_digit_is_noticed(clean: Clean, good: str) -> None:
    for place in range(len(good)):
        wrong = good[:place] + str((int(good[place]) + 1) % 10) + good[place + 1 :]
        with pytest.raises(ids.IdentifierError):
            clean(wrong)


@pytest.mark.parametrize(
    ("clean", "value", "code"),
    [
        (ids.clean_pesel, "", "not_digits"),
        (ids.clean_pesel, "6884121204", "pesel"),
        (ids.clean_pesel, "688412120440", "pesel"),
        (ids.clean_pesel, "6884121204a", "not_digits"),
        (ids.clean_pesel, "６８８４１２１２０４４", "not_digits"),
        (ids.clean_pesel, "٦٨٨٤١٢١٢٠٤٤", "not_digits"),
        (ids.clean_pesel, "68841212045", "pesel"),
        (ids.clean_nip, "PL9990101028", "not_digits"),
        (ids.clean_nip, "999010102", "nip"),
        (ids.clean_nip, "9990101029", "nip"),
        (ids.clean_regon, "9990101050", "regon"),
        (ids.clean_krs, "00009999011", "krs"),
        (ids.clean_krs, "KRS 1", "not_digits"),
        (ids.clean_nrb, "PLPL49999999990001000000000000", "not_digits"),
        (ids.clean_nrb, "4999999999000100000000000", "nrb"),
        (ids.clean_nrb, "00999999990001000000000000", "nrb"),
    ],
)
def test_what_is_none(clean: Clean, value: str, code: str) -> None:
    with pytest.raises(ids.IdentifierError) as refused:
        clean(value)
    assert refused.value.code == code
    assert not value or value not in str(refused.value), "a wrong number may be somebody's, typed badly"


@pytest.mark.parametrize("day", ["68843112044", "68840012044", "00000000000"])
def test_pesel_of_no_day_is_none(day: str) -> None:
    number = day[:10] + pesel_digit(day[:10])
    with pytest.raises(ids.IdentifierError):
        ids.clean_pesel(number)


def test_account_numbers_get_their_check_digits() -> None:
    numbers = random.Random(2026)
    for _turn in range(200):
        bban = f"{numbers.randrange(10**24):024d}"
        number = ids.nrb_with_check_digits(bban)
        assert ids.clean_nrb(number) == number and number[2:] == bban
        assert (int(number[2:] + "2521" + number[:2])) % 97 == 1  # ISO 13616: P=25, L=21
