"""What runs by the clock for people."""

from django.conf import settings

from eurzad.outbox.registry import every, handler
from portal.people import contact, handover, sessions, shared_cache, visitors


@handler("people.send_email_link")
def send_email_link(user_id: str) -> None:
    """Mail the link that confirms the contact address of an account."""
    contact.send_link(user_id)


@every(seconds=300, name="people.remove_visitors")
def remove_visitors() -> None:
    """Remove copies of the demo whose time is over."""
    if settings.DEMO_MODE:
        visitors.remove_old()


@every(seconds=3600, name="people.tidy")
def tidy() -> None:
    """Forget ended sessions, old hand-overs and counts that are over."""
    sessions.tidy()
    shared_cache.tidy()
    handover.forget_old()
