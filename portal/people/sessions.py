"""The signed-in browsers of a person: noted when they open, touched now and then, ended from anywhere."""

import re
from datetime import timedelta

from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest

from eurzad.lib import clock
from portal.people.models import OpenSession, User

OPENED, SEEN = "opened_at", "seen_at"
"""Keys in the session: seconds since the epoch, when it was opened and when it was last seen (to the minute)."""
TOUCH_AFTER = timedelta(minutes=1)
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip
_BROWSERS = (
    (r"Edg(e|A|iOS)?/", "Edge"), (r"OPR/|Opera", "Opera"), (r"SamsungBrowser/", "Samsung Internet"),
    (r"Firefox/|FxiOS/", "Firefox"), (r"Chrome/|CriOS/|Chromium/", "Chrome"), (r"Safari/", "Safari"),
)  # fmt: skip


def device_of(user_agent: str) -> str:
    """Return a browser and its system in words, empty when neither is known; nothing else of the header is kept."""
    browser = next((name for pattern, name in _BROWSERS if re.search(pattern, user_agent)), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return ", ".join(part for part in (browser, system) if part)


def note(request: HttpRequest) -> None:
    """Note that the signed-in session of `request` is in use; writes once a minute at most."""
    now = clock.now()
    seen = request.session.get(SEEN)
    if seen is not None and now.timestamp() - seen < TOUCH_AFTER.total_seconds():
        return
    request.session.setdefault(OPENED, int(now.timestamp()))
    request.session[SEEN] = int(now.timestamp())
    OpenSession.objects.update_or_create(
        session_key=request.session.session_key,
        defaults={"user": request.user, "seen_at": now},
        create_defaults={
            "user": request.user,
            "device": device_of(request.headers.get("User-Agent", "")[:500]),
            "opened_at": now,
            "seen_at": now,
        },
    )


def forget(session_key: str | None) -> None:
    """Take a session that ends out of the list."""
    OpenSession.objects.filter(session_key=session_key or "").delete()


@transaction.atomic
def revoke(*, user: User, keep: str | None = None, public_id: str | None = None) -> int:
    """End sessions of `user`: the one of `public_id`, else all but the one whose key is `keep`. Returns how many.

    A browser whose session was ended is signed out at its next request.
    """
    chosen = OpenSession.objects.filter(user=user)
    if public_id is not None:
        chosen = chosen.filter(public_id=public_id)
    if keep is not None:
        chosen = chosen.exclude(session_key=keep)
    keys = list(chosen.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    OpenSession.objects.filter(session_key__in=keys).delete()
    return len(keys)


def tidy() -> int:
    """Forget sessions that ended by themselves; return how many rows went."""
    now = clock.now()
    Session.objects.filter(expire_date__lt=now).delete()
    alive = Session.objects.values("session_key")
    settled = OpenSession.objects.filter(seen_at__lt=now - TOUCH_AFTER)
    return settled.exclude(session_key__in=alive).delete()[0]
