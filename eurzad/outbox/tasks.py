"""What the outbox does for itself."""

from eurzad.outbox import services
from eurzad.outbox.registry import every


@every(seconds=3600, name="outbox.tidy")
def tidy() -> None:
    """Remove old done jobs once an hour."""
    services.tidy()
