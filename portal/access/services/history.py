"""Steps of an application: each is a conditional update with a line in its history."""

from typing import Any

from django.db import transaction

from eurzad.lib import clock
from portal.access import rules
from portal.access.models import AccessApplication, ApplicationEvent, NumberSequence
from portal.people.models import User


@transaction.atomic
def move(
    application: AccessApplication,
    target: rules.State,
    *,
    event: str,
    actor: User | None = None,
    **fields: Any,
) -> bool:
    """Take the application one state further and note it; return False if it no longer stands where we saw it.

    The state is compared and set in one statement, so of two workers doing the same step one wins.
    Raises ValueError for a step that the rules do not know.
    """
    if not rules.may_move(rules.State(application.state), target):
        raise ValueError(f"{application.state} -> {target}")
    moved = AccessApplication.objects.filter(pk=application.pk, state=application.state).update(
        state=target.value, **fields
    )
    if not moved:
        return False
    note(application, event, actor=actor)
    application.state = target.value
    for name, value in fields.items():
        setattr(application, name, value)
    return True


def note(application: AccessApplication, kind: str, *, actor: User | None = None) -> None:
    """Add a line to the history."""
    ApplicationEvent.objects.create(application=application, kind=kind, happened_at=clock.now(), actor=actor)


def note_once(application: AccessApplication, kind: str) -> bool:
    """Add a line of a kind that an application has only once; return whether it is new."""
    _event, created = ApplicationEvent.objects.get_or_create(
        application=application, kind=kind, defaults={"happened_at": clock.now()}
    )
    return created


@transaction.atomic
def next_number() -> str:
    """Give out the next application number of this year, as ``EU.2026.000123``."""
    year = clock.today().year
    NumberSequence.objects.get_or_create(year=year)
    sequence = NumberSequence.objects.select_for_update().get(year=year)
    sequence.last += 1
    sequence.save(update_fields=["last"])
    return f"EU.{year}.{sequence.last:06d}"


def number_for(application: AccessApplication) -> str:
    """Return the number of a draft: a new one, or for a correction the case's own with ``-2``, ``-3`` behind it.

    The application it corrects is locked by this.
    """
    if application.corrects_id is None:
        return next_number()
    former = AccessApplication.objects.select_for_update().only("number").get(pk=application.corrects_id)
    case, _dash, _count = str(former.number).partition("-")
    given = AccessApplication.objects.filter(number__startswith=f"{case}-").values_list("number", flat=True)
    counts = [int(number.rpartition("-")[2]) for number in given if number]
    return f"{case}-{max(counts, default=1) + 1}"
