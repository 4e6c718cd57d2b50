"""Working days and dates in words."""

from datetime import date, timedelta
from functools import lru_cache

SATURDAY, SUNDAY = 5, 6

_MONTHS = {
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
    "en": "January February March April May June July August September October November December",
    "uk": "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
}
_MONTH_NAMES = {
    "pl": "styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień październik listopad grudzień",
    "en": _MONTHS["en"],
    "uk": "січень лютий березень квітень травень червень липень серпень вересень жовтень листопад грудень",
}
_WEEKDAYS = {
    "pl": "poniedziałek wtorek środa czwartek piątek sobota niedziela",
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "uk": "понеділок вівторок середа четвер пʼятниця субота неділя",
}


@lru_cache(maxsize=64)
def _public_holidays(year: int) -> frozenset[date]:
    import holidays

    return frozenset(holidays.country_holidays("PL", years=year))


def is_day_off_by_law(day: date) -> bool:
    """Tell whether `day` is Sunday or a holiday (act of 18 January 1951; 24 December from 2025); known to 2100."""
    return day.weekday() == SUNDAY or day in _public_holidays(day.year)


def is_working_day(day: date) -> bool:
    """Tell whether `day` is neither Saturday nor a day off by law."""
    return day.weekday() != SATURDAY and not is_day_off_by_law(day)


def next_working_day(day: date) -> date:
    """Return `day`, or the first working day after it (Ordynacja podatkowa art. 12 § 5, KPA art. 57 § 4)."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def format_short(day: date) -> str:
    """Return `15.05.2026`, for tables."""
    return f"{day.day:02d}.{day.month:02d}.{day.year}"


def format_long(day: date, language: str = "pl", *, weekday: bool = False) -> str:
    """Return `15 maja 2026` (with `weekday`: `15 maja 2026 (piątek)`), for sentences."""
    language = language if language in _MONTHS else "pl"
    text = f"{day.day} {_MONTHS[language].split()[day.month - 1]} {day.year}"
    return f"{text} ({_WEEKDAYS[language].split()[day.weekday()]})" if weekday else text


def format_month(day: date, language: str = "pl", *, year: bool = True) -> str:
    """Return `maj 2026` (without `year`: `maj`), for headings."""
    name = _MONTH_NAMES[language if language in _MONTH_NAMES else "pl"].split()[day.month - 1]
    return f"{name} {day.year}" if year else name
