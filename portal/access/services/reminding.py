"""Reminders to clerks, and the open word about a missed deadline."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from eurzad.lib import clock, dates
from portal.access import rules
from portal.access.models import AccessApplication
from portal.access.services import history, telling


def remind_all() -> int:
    """Send every reminder that is due and has not gone out; return how many applications were touched."""
    oldest_first = (
        AccessApplication.objects.waiting()
        .filter(received_at__lte=clock.now() - timedelta(days=min(rules.REMINDER_DAYS) - 1))
        .defer("document", "signed_document")
        .order_by("received_at")
    )
    return sum(_remind(application) for application in oldest_first.iterator(chunk_size=200))


@transaction.atomic
def _remind(application: AccessApplication) -> bool:
    due = rules.reminders_due(application.arrived_at, application.decide_by, clock.today())
    fresh = [kind for kind in due if history.note_once(application, kind)]
    if not fresh:
        return False
    telling.tell_all_clerks(application, f"access.{fresh[-1]}", _sentence(fresh[-1], application))
    if rules.OVERDUE_REMINDER in fresh:
        telling.tell_applicant(
            application,
            "access.overdue",
            _("Minął termin decyzji w sprawie wniosku %(number)s. Urzędnicy dostali przypomnienie.")
            % {"number": application.number},
        )
    return True


def _sentence(kind: str, application: AccessApplication) -> str:
    values = {"number": application.number, "date": dates.format_short(application.decide_by)}
    if kind == rules.OVERDUE_REMINDER:
        return _("Wniosek %(number)s jest po terminie: decyzja była do %(date)s.") % values
    if kind == "day_12":
        return _("Wniosek %(number)s czeka już 12 dni. Decyzja do %(date)s.") % values
    return _("Wniosek %(number)s czeka już 7 dni. Decyzja do %(date)s.") % values
