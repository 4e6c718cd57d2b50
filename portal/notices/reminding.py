"""Reminders of deadlines: seven days before and on the day, gathered into one message a day.

May run late, twice, or be killed at any point: what a user was told is kept in the same transaction as the notice.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from eurzad.lib import clock
from eurzad.lib.dates import format_long
from eurzad.lib.plurals import plural
from eurzad.outbox.services import enqueue
from portal.notices import deadlines, preferences
from portal.notices.deadlines import Deadline
from portal.notices.models import ReminderRound, SentReminder
from portal.notices.services import notify
from portal.people.contact import address_of
from portal.people.models import User

DAYS_BEFORE = 7
HOURS = range(8, 20)
"""Hours in Warsaw in which people are reminded; nobody is woken up by a tax."""
CHUNK = 50
DAYS_NAMED = 3
KEEP = timedelta(days=60)
BEFORE, ON_DAY = "deadlines.before", "deadlines.on_day"
_TOPICS = {SentReminder.Kind.BEFORE: BEFORE, SentReminder.Kind.ON_DAY: ON_DAY}


def begin() -> None:
    """Start going through everybody's deadlines, unless that is under way or it is night."""
    if clock.to_warsaw(clock.now()).hour in HOURS:
        enqueue("notices.remind", key="notices.remind:0", after="0")


def remind_next(after: int) -> int:
    """Remind the next users after a primary key and have the rest done by a further job; returns how many were told."""
    today = clock.today()
    users = deadlines.users_with(today, today + timedelta(days=DAYS_BEFORE), after=after, limit=CHUNK)
    done = set(ReminderRound.objects.filter(user__in=users, done_on=today).values_list("user_id", flat=True))
    told = sum(remind(pk) for pk in users if pk not in done)
    if len(users) == CHUNK:
        enqueue("notices.remind", key=f"notices.remind:{users[-1]}", after=str(users[-1]))
    return told


@transaction.atomic
def remind(user_pk: int) -> int:
    """Tell one user what is due in the coming seven days or today and was not told yet; returns 1 if told."""
    user = User.objects.select_for_update().filter(pk=user_pk, is_active=True).first()
    if user is None:
        return 0
    today = clock.today()
    waiting = deadlines.of_user(user, today, today + timedelta(days=DAYS_BEFORE))
    known = set(SentReminder.objects.filter(user=user, day__gte=today).values_list("uid", "day", "kind"))
    fresh = [
        (each, kind)
        for each in waiting
        for kind in [SentReminder.Kind.ON_DAY if each.day == today else SentReminder.Kind.BEFORE]
        if (each.uid, each.day, kind) not in known
    ]
    SentReminder.objects.bulk_create(
        SentReminder(user=user, uid=each.uid, day=each.day, kind=kind) for each, kind in fresh
    )
    ReminderRound.objects.update_or_create(user=user, defaults={"done_on": today})
    return _tell(user, fresh)


def _tell(user: User, fresh: Iterable[tuple[Deadline, SentReminder.Kind]]) -> int:
    choices = preferences.choices_of(user)
    wanted = [(each, choices[_TOPICS[kind]]) for each, kind in fresh]
    shown = [each for each, choice in wanted if not choice.is_silent]
    if not shown:
        return 0
    by_email = any(choice.by_email for _each, choice in wanted)
    topic = ON_DAY if shown[0].day == clock.today() else BEFORE
    with translation.override("pl"):
        text = message(shown, clock.today())
    # A message by e-mail says only that there is news, so the news has to be in the portal too.
    notify(
        user=user,
        topic=topic,
        text=text,
        url=reverse("notices:deadlines"),
        email=address_of(user) if by_email else "",
    )
    return 1


def message(found: Sequence[Deadline], today: date) -> str:
    """Return one message about several deadlines, without amounts: they may be paid before it is read."""
    days: dict[date, int] = {}
    for each in found:
        days[each.day] = days.get(each.day, 0) + 1
    said = []
    if today in days:
        said.append(_("Dziś jest ostatni dzień na %(things)s.") % {"things": _things(days.pop(today))})
    if days:
        named = [
            f"{format_long(day, 'pl', weekday=True)} – {_things(count)}"
            for day, count in sorted(days.items())[:DAYS_NAMED]
        ]
        if len(days) > DAYS_NAMED:
            named.append(_("i kolejne"))
        said.append(_("Zbliża się termin: %(days)s.") % {"days": "; ".join(named)})
    return " ".join([*said, _("Zobacz, za co i ile.")])


def _things(count: int) -> str:
    return plural(count, _("%d płatność"), _("%d płatności"), _("%d płatności")) % count


def tidy() -> int:
    """Forget reminders of days long over; returns how many."""
    return SentReminder.objects.filter(day__lt=clock.today() - KEEP).delete()[0]
