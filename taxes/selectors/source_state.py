"""As of when the figures are, by domain system."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from eurzad.lib import clock
from taxes.models import SourceSystem


@dataclass(frozen=True, slots=True)
class SourceState:
    """One domain system: as of when its figures stand and how old that is; None before its first file."""

    name: str
    as_of: datetime | None
    age: timedelta | None


def source_state() -> list[SourceState]:
    """Return the state of every domain system, the oldest figures first."""
    now = clock.now()
    rows = SourceSystem.objects.order_by("as_of", "name")
    return [SourceState(one.name, one.as_of, now - one.as_of if one.as_of else None) for one in rows]
