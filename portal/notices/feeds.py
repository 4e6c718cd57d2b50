"""The calendar of deadlines at a secret address."""

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from eurzad.lib import clock
from portal.journal.services import record, record_read
from portal.notices import deadlines
from portal.notices.ical import Entry, calendar
from portal.notices.models import CalendarFeed
from portal.people.models import User

LOOK_BACK, LOOK_AHEAD = timedelta(days=7), timedelta(days=400)
ALARMS = ("-P6DT15H", "PT9H")
"""Nine in the morning, seven days before and on the day; counted from midnight that begins the day."""
PRODUCT = "-//eUrzad//Terminy//PL"


def _digest(token: str) -> str:
    """The secret has 256 random bits, so a plain hash cannot be turned back."""
    return hashlib.sha256(token.encode()).hexdigest()


def feed_of(user: User) -> CalendarFeed | None:
    """The user's calendar, if one was made."""
    return CalendarFeed.objects.filter(user=user).first()


@transaction.atomic
def make(user: User, *, has_details: bool) -> str:
    """Make the user's calendar, in place of an earlier one whose address ends; return the secret, shown once."""
    User.objects.select_for_update().get(pk=user.pk)
    CalendarFeed.objects.filter(user=user).delete()
    token = secrets.token_urlsafe(32)
    CalendarFeed.objects.create(
        user=user, token_sha256=_digest(token), has_details=has_details, created_at=clock.now()
    )
    _note(user, "calendar.make")
    return token


@transaction.atomic
def revoke(user: User) -> bool:
    """End the user's calendar; tells whether there was one."""
    gone, _models = CalendarFeed.objects.filter(user=user).delete()
    if gone:
        _note(user, "calendar.revoke")
    return bool(gone)


def _note(user: User, action: str) -> None:
    identity = getattr(user, "identity", None)
    subject = identity.subject if identity else None
    record(actor_id=user.public_id, subject_id=subject.public_id if subject else None, action=action)


def find(token: str) -> CalendarFeed | None:
    """The calendar behind a secret address whose owner may still sign in, or None."""
    rows = CalendarFeed.objects.select_related("user__identity__subject")
    return rows.filter(token_sha256=_digest(token), user__is_active=True).first()


def note_fetch(feed: CalendarFeed) -> None:
    """Write down that the calendar was read: in the journal once a day, because programs come every hour."""
    now = clock.now()
    was_today = feed.fetched_at and clock.to_warsaw(feed.fetched_at).date() == clock.today()
    if not was_today:
        identity = getattr(feed.user, "identity", None)
        subject = identity.subject if identity else None
        record_read(
            actor_id=feed.user.public_id,
            subject_id=subject.public_id if subject else None,
            action="calendar.read",
        )
    if not was_today or feed.fetched_at is None or now - feed.fetched_at > timedelta(minutes=15):
        CalendarFeed.objects.filter(pk=feed.pk).update(fetched_at=now)


def content_of(feed: CalendarFeed) -> bytes:
    """The calendar as it stands now, in Polish. What the owner may no longer see, or was paid, is not in it."""
    today = clock.today()
    with translation.override("pl"):
        found = deadlines.of_user(feed.user, today - LOOK_BACK, today + LOOK_AHEAD)
        # not the town's host name: an address of the portal may change, a UID may not
        entries = [
            Entry(
                uid=f"{each.uid}@eurzad",
                day=each.day,
                title=each.title,
                text="\n".join(each.details)
                if feed.has_details
                else _("Szczegóły zobaczysz po zalogowaniu."),
                url=f"{settings.PORTAL_BASE_URL}{each.path}",
                alarms=ALARMS,
            )
            for each in found
        ]
        name = _("Terminy – eUrząd, %(town)s") % {"town": settings.MUNICIPALITY["name"]}
        return calendar(name=name, product=PRODUCT, stamp=feed.created_at, entries=entries)
