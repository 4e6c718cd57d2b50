"""What the calendar does to mandates: notices before the end, the end, and the day's digest for principals.

Everything here may run at any hour, twice, or after a pause of days: what is done is kept with the mandate, and
days are days in Warsaw.
"""

from datetime import date, datetime, time, timedelta

from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from eurzad.lib import clock
from eurzad.lib.dates import format_short
from portal.journal.models import Record
from portal.mandates.models import Mandate, Party
from portal.mandates.services.telling import tell, tell_both, users_of

WARN_DAYS = 14
BATCH = 500


def run_daily() -> int:
    """Do what is due today; returns how many mandates were touched."""
    return expire() + warn_of_end() + tell_last_day() + send_digests()


def expire() -> int:
    """Mark what ended before today and tell both sides; access ended at midnight by itself."""
    due = Mandate.objects.filter(status=Mandate.Status.ACTIVE, valid_to__lt=clock.today())
    return sum(_expire(pk) for pk in _keys(due))


def warn_of_end() -> int:
    """Tell both sides once, fourteen days before the last day or as soon after as this runs."""
    today = clock.today()
    ending = Mandate.objects.in_force(today).filter(
        valid_to__gt=today, valid_to__lte=today + timedelta(days=WARN_DAYS), end_warned_on__isnull=True
    )
    text = _("Pełnomocnictwo kończy się %s. Jeśli ma trwać dalej, trzeba udzielić nowego.")
    return sum(_tell_once(pk, "end_warned_on", "mandates.ending", text) for pk in _keys(ending))


def tell_last_day() -> int:
    """Tell both sides once, on the last day."""
    ending = Mandate.objects.in_force(clock.today()).filter(
        valid_to=clock.today(), last_day_told_on__isnull=True
    )
    text = _("Dziś (%s) jest ostatni dzień pełnomocnictwa. O północy wygaśnie.")
    return sum(_tell_once(pk, "last_day_told_on", "mandates.last_day", text) for pk in _keys(ending))


def send_digests() -> int:
    """Tell principals what attorneys did in their name yesterday; returns how many mandates were used."""
    yesterday = clock.today() - timedelta(days=1)
    begin, end = _bounds(yesterday)
    used = Mandate.objects.filter(
        active_since__lt=end, principal__isnull=False, attorney__isnull=False, valid_from__lte=yesterday
    ).exclude(ended_at__lt=begin)
    fresh = used.exclude(digested_on__gte=yesterday)
    return sum(_digest(pk, yesterday) for pk in _keys(fresh))


@transaction.atomic
def _expire(pk: int) -> int:
    mandate = _locked(pk)
    if mandate.status != Mandate.Status.ACTIVE:
        return 0
    mandate.status, mandate.ended_at, mandate.ended_by = Mandate.Status.EXPIRED, clock.now(), Party.CLOCK
    mandate.save(update_fields=["status", "ended_at", "ended_by"])
    text = _("Pełnomocnictwo wygasło: ostatnim dniem był %s. Jeśli ma trwać dalej, trzeba udzielić nowego.")
    tell_both(mandate, "mandates.ended", text % format_short(mandate.valid_to))
    return 1


def _locked(pk: int) -> Mandate:
    found = Mandate.objects.select_for_update(of=("self",))
    return found.select_related("principal", "attorney").get(pk=pk)


@transaction.atomic
def _tell_once(pk: int, mark: str, topic: str, text: str) -> int:
    mandate = _locked(pk)
    if getattr(mandate, mark) is not None or mandate.status != Mandate.Status.ACTIVE:
        return 0
    setattr(mandate, mark, clock.today())
    mandate.save(update_fields=[mark])
    tell_both(mandate, topic, text % format_short(mandate.valid_to))
    return 1


@transaction.atomic
def _digest(pk: int, day: date) -> int:
    mandate = _locked(pk)
    if mandate.digested_on is not None and mandate.digested_on >= day:
        return 0
    same = Mandate.objects.filter(principal=mandate.principal, attorney=mandate.attorney)
    was_told = same.filter(digested_on__gte=day).exists()  # of another mandate between the two
    Mandate.objects.filter(pk=pk).update(digested_on=day)
    if was_told:
        return 0
    assert mandate.principal is not None and mandate.attorney is not None
    begin, end = _bounds(day)
    acts = Record.objects.filter(
        subject_id=mandate.principal.public_id, at__gte=begin, at__lt=end,
        actor_id__in=[user.public_id for user in users_of(mandate.attorney)],
    ).count()  # fmt: skip
    if not acts:
        return 0
    text = ngettext(
        "%(day)s %(name)s wykonał(a) w Twoim imieniu %(count)d czynność. Zobacz, co to było.",
        "%(day)s %(name)s wykonał(a) w Twoim imieniu czynności: %(count)d. Zobacz, co to było.",
        acts,
    ) % {"day": format_short(day), "name": mandate.attorney.display_name[:150], "count": acts}
    tell(mandate, Party.PRINCIPAL, "mandates.digest", text)
    return 1


def _keys(rows: models.QuerySet[Mandate]) -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])


def _bounds(day: date) -> tuple[datetime, datetime]:
    """The first moment of a day in Warsaw and of the next: 23, 24 or 25 hours apart."""
    begin = datetime.combine(day, time(), clock.WARSAW)
    return begin, datetime.combine(day + timedelta(days=1), time(), clock.WARSAW)
