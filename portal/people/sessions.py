"""The signed-in browsers of a person: noted when they open, touched now and then, ended from anywhere."""

import json
import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest

from eurzad.lib import clock
from portal.people import pii
from portal.people.models import OpenSession, User

OPENED, SEEN = "opened_at", "seen_at"
"""Keys in the session: seconds since the epoch, when it was opened and when it was last seen (to the minute)."""
ENDED = "session_ended"
"""Set in the next session of a browser whose session timed out, until the person was told: what became of a form."""
NO_FORM, FORM_KEPT, FORM_LOST = "no_form", "kept", "lost"
KEPT = "kept_form"
KEEP_FOR = timedelta(minutes=30)
MAX_KEPT = 64 * 1024
_TOKEN = "csrfmiddlewaretoken"  # noqa: S105 - the name of a field
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


def ends_at(request: HttpRequest) -> datetime | None:
    """When the signed-in session of `request` ends if nothing is done, or None before it was noted."""
    if SEEN not in request.session or OPENED not in request.session:
        return None
    minutes = settings.STAFF_SESSION_MINUTES if request.user.is_staff else settings.SESSION_MINUTES
    idle = request.session[SEEN] + 60 * minutes
    return datetime.fromtimestamp(min(idle, request.session[OPENED] + 3600 * settings.SESSION_MAX_HOURS), UTC)


def note(request: HttpRequest, *, at_once: bool = False) -> None:
    """Note that the signed-in session of `request` is in use; writes once a minute at most unless `at_once`."""
    now = clock.now()
    seen = request.session.get(SEEN)
    if not at_once and seen is not None and now.timestamp() - seen < TOUCH_AFTER.total_seconds():
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


@dataclass(frozen=True)
class KeptForm:
    """What a person sent after their session had ended: kept, encrypted, in the browser's next session."""

    user_id: int
    path: str
    fields: list[tuple[str, str]]
    had_files: bool
    kept_at: int


def keep_form(request: HttpRequest, *, user_id: int) -> bool:
    """Keep the fields of a POST for `user_id`; False when they are too many. Files are not kept."""
    fields = [(name, value) for name, values in request.POST.lists() for value in values if name != _TOKEN]
    now = int(clock.now().timestamp())
    form = KeptForm(user_id, request.get_full_path(), fields, bool(request.FILES), now)
    text = json.dumps(asdict(form))
    if len(text) > MAX_KEPT:
        return False
    request.session[KEPT] = pii.encrypt(text)
    return True


def kept_form(request: HttpRequest) -> KeptForm | None:
    """The form that waits for the signed-in person; nobody else's, none after half an hour, none of an older key."""
    if KEPT not in request.session:
        return None
    try:
        form = KeptForm(**json.loads(pii.decrypt(request.session[KEPT])))
    except InvalidTag:
        drop_form(request)
        return None
    if form.user_id != request.user.pk or clock.now().timestamp() - form.kept_at > KEEP_FOR.total_seconds():
        drop_form(request)
        return None
    return form


def drop_form(request: HttpRequest) -> None:
    """Forget the form that waits."""
    request.session.pop(KEPT, None)
