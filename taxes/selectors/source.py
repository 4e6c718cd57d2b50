"""How fresh the office's figures are: when its system described them, and when they came here."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from eurzad.lib import clock
from eurzad.lib.plurals import plural
from portal.people.models import Subject
from taxes.models import Account, SourceSystem
from taxes.selectors import words

OLD = timedelta(hours=48)
"""Older than this, a page warns: the domain system sends its state every night."""


@dataclass(frozen=True, slots=True)
class SourceState:
    """What a system of the office last described: an aware moment, and what the office calls the system."""

    as_of: datetime
    system: str


@dataclass(frozen=True, slots=True)
class Stamp:
    """The state as printed."""

    text: str
    is_old: bool


def source_state(subject: Subject | None) -> SourceState | None:
    """Return the oldest state among the systems that keep this subject's accounts; None where none does. One query."""
    kept = Account.objects.filter(parties__subject=subject).values("source")
    oldest = SourceSystem.objects.filter(pk__in=kept, as_of__isnull=False).order_by("as_of").first()
    return SourceState(oldest.as_of, oldest.name) if oldest and oldest.as_of else None


def stamp(subject: Subject | None) -> Stamp:
    """Return the "as of" line of a subject's page and whether its figures are old."""
    state = source_state(subject)
    now = clock.now()
    if state is None:
        local = clock.to_warsaw(now)
        text = _("Stan na %(day)s, %(hour)s.")
        return Stamp(text % {"day": words.long_date(local.date()), "hour": f"{local:%H:%M}"}, is_old=False)
    local = clock.to_warsaw(state.as_of)
    text = _("Stan w systemie urzędu „%(system)s” na %(day)s, %(hour)s (%(age)s).") % {
        "system": state.system,
        "day": words.long_date(local.date()),
        "hour": f"{local:%H:%M}",
        "age": _age(now - state.as_of),
    }
    return Stamp(text, is_old=now - state.as_of > OLD)


def _age(age: timedelta) -> str:
    language = get_language() or "pl"
    hours = max(0, int(age.total_seconds() // 3600))
    if hours < 1:
        return _("sprzed chwili")
    if hours < 48:
        return (
            plural(hours, _("sprzed %d godziny"), _("sprzed %d godzin"), _("sprzed %d godzin"), language)
            % hours
        )
    return plural(hours // 24, _("sprzed %d dnia"), _("sprzed %d dni"), _("sprzed %d dni"), language) % (
        hours // 24
    )
