"""Days off by law, and dates in words."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eurzad.lib import clock, dates

# Act of 18 January 1951 on days off; Easter by the church calendar.
DAYS_OFF = {
    2025: [
        (1, 1), (1, 6), (4, 20), (4, 21), (5, 1), (5, 3), (6, 8), (6, 19),
        (8, 15), (11, 1), (11, 11), (12, 24), (12, 25), (12, 26),
    ],
    2026: [
        (1, 1), (1, 6), (4, 5), (4, 6), (5, 1), (5, 3), (5, 24), (6, 4),
        (8, 15), (11, 1), (11, 11), (12, 24), (12, 25), (12, 26),
    ],
    2027: [
        (1, 1), (1, 6), (3, 28), (3, 29), (5, 1), (5, 3), (5, 16), (5, 27),
        (8, 15), (11, 1), (11, 11), (12, 24), (12, 25), (12, 26),
    ],
}  # fmt: skip


@pytest.mark.parametrize("year", sorted(DAYS_OFF))
def test_a_whole_year_of_working_days(year: int) -> None:
    off = {date(year, month, day) for month, day in DAYS_OFF[year]}
    day = date(year, 1, 1)
    while day.year == year:
        assert dates.is_working_day(day) == (day.weekday() < 5 and day not in off), day
        day += timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2024, 12, 24), True),  # Christmas Eve is free from 2025 (act of 6 December 2024)
        (date(2025, 12, 24), False),
        (date(2010, 1, 6), True),  # Epiphany is free from 2011
        (date(2011, 1, 6), False),
        (date(2018, 11, 12), False),  # once only, for the centenary of independence
        (date(2019, 11, 12), True),
    ],
)
def test_days_off_hold_from_their_date(day: date, works: bool) -> None:
    assert dates.is_working_day(day) == works


@pytest.mark.parametrize(
    ("day", "moved_to"),
    [
        (date(2026, 5, 15), date(2026, 5, 15)),
        (date(2026, 3, 15), date(2026, 3, 16)),  # Sunday
        (date(2025, 3, 15), date(2025, 3, 17)),  # Saturday (art. 12 § 5 since 2003)
        (date(2026, 11, 15), date(2026, 11, 16)),
        (date(2026, 5, 1), date(2026, 5, 4)),  # 1 May is a Friday
        (date(2026, 12, 24), date(2026, 12, 28)),  # four days off in a row
        (date(2025, 12, 31), date(2025, 12, 31)),
        (date(2026, 1, 1), date(2026, 1, 2)),
        (date(2027, 12, 31), date(2027, 12, 31)),
        (date(2028, 1, 1), date(2028, 1, 3)),
    ],
)
def test_term_moves_to_the_next_working_day(day: date, moved_to: date) -> None:
    assert dates.next_working_day(day) == moved_to


@given(st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 12, 31)))
def test_next_working_day_is_the_nearest_one(day: date) -> None:
    found = dates.next_working_day(day)
    assert dates.is_working_day(found) and 0 <= (found - day).days <= 6
    assert dates.next_working_day(found) == found
    assert not any(dates.is_working_day(day + timedelta(days=step)) for step in range((found - day).days))


def test_dates_in_words() -> None:
    day = date(2026, 5, 15)
    assert dates.format_short(day) == "15.05.2026"
    assert dates.format_short(date(2026, 11, 3)) == "03.11.2026"
    assert dates.format_long(day) == "15 maja 2026"
    assert dates.format_long(day, weekday=True) == "15 maja 2026 (piątek)"
    assert dates.format_long(day, "en") == "15 May 2026"
    assert dates.format_long(day, "uk", weekday=True) == "15 травня 2026 (пʼятниця)"
    assert dates.format_long(day, "de") == "15 maja 2026"


@pytest.mark.parametrize("language", ["pl", "en", "uk"])
def test_every_month_and_weekday_has_a_name(language: str) -> None:
    texts = {dates.format_long(date(2026, month, month), language).split()[1] for month in range(1, 13)}
    days = {dates.format_long(date(2026, 6, day), language, weekday=True).split()[-1] for day in range(1, 8)}
    assert len(texts) == 12 and len(days) == 7


def test_today_is_warsaws_day() -> None:
    with clock.frozen(datetime.fromisoformat("2026-06-30T22:30:00+00:00")):
        assert clock.today() == date(2026, 7, 1)
    with clock.frozen(datetime.fromisoformat("2026-12-31T22:30:00+00:00")):
        assert clock.today() == date(2026, 12, 31)
        assert clock.to_warsaw(clock.now()).hour == 23


def test_the_clock_is_held_and_let_go() -> None:
    with clock.frozen(date(2026, 3, 15)):
        assert clock.to_warsaw(clock.now()).hour == 12
        with clock.frozen(date(2030, 1, 1)):
            assert clock.today() == date(2030, 1, 1)
        assert clock.today() == date(2026, 3, 15)
    assert clock.now().utcoffset() == timedelta(0)
    with pytest.raises(ValueError, match="aware"), clock.frozen(datetime(2026, 1, 1)):  # noqa: DTZ001
        pass
