"""Records to seal."""

import uuid
from datetime import UTC, date, datetime, time

from eurzad.lib.clock import WARSAW
from portal.journal.services import record

SOMEBODY, SOMEONE_ELSE = uuid.UUID(int=1), uuid.UUID(int=2)


def write(count: int, *, action: str = "receivables.read") -> None:
    """Add so many records."""
    for number in range(count):
        record(
            actor_id=SOMEBODY, subject_id=SOMEONE_ELSE, action=action, reference=f"r{number}", reason="żółć"
        )


def at(day: date, hour: int, minute: int) -> datetime:
    """A moment of the clock on the wall in Warsaw."""
    return datetime.combine(day, time(hour, minute), WARSAW).astimezone(UTC)
