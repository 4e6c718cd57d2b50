"""The one clock: every "now" and "today" of the product is asked here, so that tests can hold it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

WARSAW = ZoneInfo("Europe/Warsaw")

_frozen: datetime | None = None


def now() -> datetime:
    """Return the current moment as an aware datetime in UTC."""
    return _frozen if _frozen is not None else datetime.now(UTC)


def today() -> date:
    """Return the current calendar date in Europe/Warsaw."""
    return now().astimezone(WARSAW).date()


def to_warsaw(moment: datetime) -> datetime:
    """Return an aware `moment` in Europe/Warsaw time."""
    return moment.astimezone(WARSAW)


@contextmanager
def frozen(at: datetime | date) -> Iterator[None]:
    """Hold the clock at `at` (an aware datetime, or noon in Warsaw of a date); for tests."""
    global _frozen  # noqa: PLW0603 - the clock is the one thing held for a whole test
    previous = _frozen
    if isinstance(at, datetime):
        if at.tzinfo is None:
            raise ValueError("The clock holds aware moments only.")
        _frozen = at.astimezone(UTC)
    else:
        _frozen = datetime.combine(at, time(12), WARSAW).astimezone(UTC)
    try:
        yield
    finally:
        _frozen = previous
