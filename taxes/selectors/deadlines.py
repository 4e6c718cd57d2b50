"""Dates of payments for the calendar, the reminders and the overview."""

from collections.abc import Iterable
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from eurzad.lib import clock
from eurzad.lib.money import format_pln
from portal.mandates.models import Mandate
from portal.mandates.policy import AccessDenied, Right, Viewer
from portal.notices.deadlines import MOST, Deadline
from portal.people.models import Subject, User
from taxes.models import AccountParty, Instalment, InstalmentQuerySet
from taxes.selectors import words
from taxes.selectors.access import reach_of
from taxes.selectors.owed import _with_context

PRINCIPALS = 100
"""Principals whose dates one attorney's calendar holds."""


class Payments:
    """Open instalments as deadlines: one's own, and those of everybody one holds a mandate of."""

    def of(self, user: User, first: date, last: date) -> list[Deadline]:
        """Return instalments to pay from `first` to `last`. Five queries, however much there is."""
        viewer = Viewer(user)
        subjects = _subjects(viewer)
        parts = [part for subject in subjects if (part := instalments_in_reach(viewer, subject)) is not None]
        if not parts:
            return []
        return deadlines_of(reduce(or_, parts), first, last)

    def users(self, first: date, last: date, *, after: int, limit: int) -> Iterable[int]:
        """Return who owns, or holds a mandate of, something to pay in these days."""
        accounts = Instalment.objects.filter(
            status=Instalment.Status.OPEN, effective_due_on__gte=first, effective_due_on__lte=last
        ).values("account")
        due = AccountParty.objects.filter(account__in=accounts).order_by().values("subject")
        attorneys = Mandate.objects.in_force(clock.today()).filter(principal__in=due).values("attorney")
        mine = Q(identity__subject__in=due) | Q(identity__subject__in=attorneys)
        users = User.objects.filter(mine, is_active=True, pk__gt=after).order_by("pk")
        return users.values_list("pk", flat=True)[:limit]


def instalments_in_reach(viewer: Viewer, subject: Subject) -> InstalmentQuerySet | None:
    """Return the instalments of a subject that the viewer may see; None when there is no right to any."""
    try:
        reach = reach_of(viewer, Right.SEE, subject)
    except AccessDenied:
        return None
    return Instalment.objects.for_subject(subject.pk, reach.areas, reach.receivables)


def deadlines_of(mine: InstalmentQuerySet, first: date, last: date, *, most: int = MOST) -> list[Deadline]:
    """Return the open ones among `mine` as deadlines, earliest first; one query."""
    rows = _with_context(
        mine.filter(status=Instalment.Status.OPEN, effective_due_on__gte=first, effective_due_on__lte=last)  # type: ignore[arg-type]
    ).order_by("effective_due_on", "pk")
    return [
        _deadline(*row)
        for row in rows.values_list(
            "public_id", "number", "siblings", "effective_due_on", "amount", "principal_paid", "subject__name",
            "subject__given_name", "subject__family_name", "receivable__public_id", "receivable__title",
            "account__type__name", "account__object_description",
        )[:most]
    ]  # fmt: skip


def _deadline(
    public_id: Any, number: int, siblings: int, day: date, amount: Any, paid: Any, name: str, given: str,
    family: str, receivable: Any, title: str, type_name: str, description: str,
) -> Deadline:  # fmt: skip
    return Deadline(
        uid=f"instalment-{public_id}",
        day=day,
        title=_("Termin zapłaty: %(what)s") % {"what": type_name[:1].lower() + type_name[1:]},
        details=(
            f"{words.instalment_title(title, number, siblings)} – {format_pln(amount - paid)}",
            ", ".join(part for part in (name or f"{given} {family}".strip(), description) if part),
        ),
        path=reverse("taxes:receivable_detail", args=[receivable]),
    )


def _subjects(viewer: Viewer) -> list[Subject]:
    """Oneself and one's principals."""
    if viewer.own is None:
        return []
    today = clock.today()
    principals = {mandate.principal_id for mandate in viewer.mandates if mandate.covers(today)}
    if viewer.mandate_id or not principals:
        return [viewer.own]
    return [viewer.own, *Subject.objects.filter(pk__in=principals).order_by("pk")[:PRINCIPALS]]
