"""What runs by the clock for people."""

from django.conf import settings

from eurzad.outbox.registry import every
from portal.people import handover, sessions, visitors


@every(seconds=300, name="people.remove_visitors")
def remove_visitors() -> None:
    """Remove copies of the demo whose time is over."""
    if settings.DEMO_MODE:
        visitors.remove_old()


@every(seconds=3600, name="people.tidy")
def tidy() -> None:
    """Forget ended sessions and old hand-overs."""
    sessions.tidy()
    handover.forget_old()
