"""The one access policy: who may do what with whose data.

Every read and write of a subject's data asks here, at the moment it happens. Nothing is kept between
requests: a `Viewer` lives as long as one request, one job or one write, and reads identity and mandates
once each. There are no chains: only mandates given by the subject itself to the viewer's own subject count.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from django.db import connection
from django.http import HttpRequest

from eurzad.lib import clock
from eurzad.lib.errors import DomainError
from portal.mandates.models import Area, Mandate, MandateQuerySet, Right
from portal.people.models import Identity, Subject, User

__all__ = [
    "AccessDenied",
    "Area",
    "Extent",
    "Right",
    "Viewer",
    "can",
    "extent",
    "hold",
    "require",
    "seen_areas",
    "viewer_of",
]

SESSION_KEY = "acting_for"


class AccessDenied(DomainError):
    """The viewer has no right to this; shown as a page that does not exist.

    `right`, `area`, `subject` and `obj` say what was asked for, where it is known.
    """

    code = "access_denied"

    def __init__(
        self, right: str = "", area: str = "", subject: Subject | None = None, obj: str = ""
    ) -> None:
        super().__init__()
        self.right, self.area, self.subject, self.obj = right, area, subject, obj


@dataclass(frozen=True)
class Extent:
    """How far a right reaches in one area: everything, or the named objects only."""

    is_whole: bool
    objects: frozenset[uuid.UUID] = frozenset()

    def __bool__(self) -> bool:
        return self.is_whole or bool(self.objects)


@dataclass
class Viewer:
    """Somebody looking at data: a signed-in user, their own subject, and the mandate they act under.

    At most two queries, however many mandates there are: the identity, and the mandates that may count.
    """

    user: User
    mandate_id: str = ""
    memo: dict[str, Any] = field(default_factory=dict)
    """Answers of selectors kept for this one request, by a dotted name."""

    @cached_property
    def identity(self) -> Identity | None:
        """The verified person behind the user, or None (staff)."""
        return Identity.objects.select_related("subject").filter(user=self.user).first()

    @cached_property
    def own(self) -> Subject | None:
        """The subject a clerk's decision lets the person see as their own, or None."""
        return self.identity.subject if self.identity else None

    @cached_property
    def mandates(self) -> list[Mandate]:
        """The mandates that may count now: the chosen one alone, or all the viewer holds when none is chosen."""
        if self.own is None:
            return []
        held = Mandate.objects.not_ended(clock.today()).filter(attorney=self.own).defer("text")
        if not self.mandate_id:
            return list(held)
        return list(held.select_related("principal").filter(public_id=self.mandate_id))

    @cached_property
    def mandate(self) -> Mandate | None:
        """The mandate the viewer chose to act under, if it is still in force."""
        if not self.mandate_id:
            return None
        return next((one for one in self.mandates if one.covers(clock.today())), None)

    @property
    def mandate_has_ended(self) -> bool:
        """Whether the mandate the viewer chose to act under is no longer in force."""
        return bool(self.mandate_id) and self.mandate is None

    @property
    def acting_for(self) -> Subject | None:
        """The principal in whose name the viewer acts, or None when acting for oneself."""
        return self.mandate.principal if self.mandate else None

    @property
    def subject(self) -> Subject | None:
        """The subject whose data is in view."""
        return self.acting_for or self.own

    def granted_by(self, subject: Subject, on: date) -> Iterable[Mandate]:
        """The mandates given by `subject` that have not ended and include the day `on`."""
        return (one for one in self.mandates if one.principal_id == subject.pk and one.covers(on))


def can(
    viewer: Viewer, right: str, area: str, subject: Subject, obj: str = "", at: date | None = None
) -> bool:
    """Tell whether `viewer` holds `right` in `area` over `subject`: as the owner, or under a mandate in force.

    `obj` is the public id of one object (a receivable, a case); without it the whole area is asked for.
    `at` is the day that matters (Warsaw), today by default; a mandate that has ended answers for no day. Who
    chose a mandate to act under holds its rights, and their own, and no others.
    """
    if viewer.own is None:
        return False
    if viewer.own.pk == subject.pk:
        return True
    day = at or clock.today()
    return any(mandate.grants(right, area, obj) for mandate in viewer.granted_by(subject, day))


def extent(viewer: Viewer, right: str, area: str, subject: Subject) -> Extent:
    """Return how far `right` reaches in `area` today, for lists: everything, some objects, or nothing (false)."""
    if can(viewer, right, area, subject):
        return Extent(is_whole=True)
    return Extent(
        is_whole=False,
        objects=frozenset(
            mandate.object_id
            for mandate in viewer.granted_by(subject, clock.today())
            if mandate.object_id and mandate.grants(right, area, str(mandate.object_id))
        ),
    )


def seen_areas(viewer: Viewer) -> dict[int, frozenset[str]]:
    """Return which areas of which principals (primary keys) the viewer may see today, wholly or in part."""
    areas: dict[int, frozenset[str]] = {}
    for mandate in viewer.mandates:
        if mandate.principal_id and mandate.covers(clock.today()) and Right.SEE in mandate.rights:
            known = areas.get(mandate.principal_id, frozenset())
            areas[mandate.principal_id] = known | frozenset(mandate.areas)
    return areas


def require(
    viewer: Viewer, right: str, area: str, subject: Subject | None, obj: str = "", at: date | None = None
) -> Subject:
    """Return `subject` when `can` allows it; raises AccessDenied otherwise (also for None)."""
    if subject is None or not can(viewer, right, area, subject, obj, at):
        raise AccessDenied(right, area, subject, obj)
    return subject


def hold(viewer: Viewer, right: str, area: str, subject: Subject, obj: str = "") -> Mandate | None:
    """Hold the right until the caller's transaction ends: call it in every write that rests on a mandate.

    Reads the mandates again `FOR SHARE`, so a revocation (`FOR UPDATE`) comes either before, and this raises
    AccessDenied, or after the write is committed. Returns the mandate, or None for the owner. Raises
    RuntimeError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("policy.hold() needs a transaction to hold anything in.")
    if viewer.own is None:
        raise AccessDenied(right, area, subject, obj)
    if viewer.own.pk == subject.pk:
        return None
    rows = Mandate.objects.in_force(clock.today()).filter(attorney=viewer.own, principal=subject)
    if viewer.mandate_id:
        rows = rows.filter(public_id=viewer.mandate_id)
    for mandate in _for_share(rows.order_by("pk")):
        if mandate.grants(right, area, obj):
            return mandate
    raise AccessDenied(right, area, subject, obj)


def represents(viewer: Viewer, subject: Subject) -> Mandate | None:
    """Hold the standing to declare the will of `subject`: its owner (None), or a representative by law or register.

    Like `hold`, for the caller's transaction. Raises AccessDenied for everybody else, whatever mandate they have.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("policy.represents() needs a transaction to hold anything in.")
    if viewer.own is None:
        raise AccessDenied(subject=subject)
    if viewer.own.pk == subject.pk:
        return None
    rows = Mandate.objects.in_force(clock.today()).filter(
        attorney=viewer.own, principal=subject, is_statutory=True
    )
    for mandate in _for_share(rows.order_by("is_joint", "pk")):
        return mandate
    raise AccessDenied(subject=subject)


def _for_share(rows: MandateQuerySet) -> Iterable[Mandate]:
    """Read rows so that nobody changes them before the transaction ends, and others may do the same.

    Django has `FOR UPDATE` only, which would let the attorneys of one principal wait for each other.
    """
    if connection.vendor != "postgresql":  # SQLite writes one transaction at a time
        return rows
    query, params = rows.query.sql_with_params()
    return Mandate.objects.raw(f"{query} FOR SHARE", params)


def viewer_of(request: HttpRequest) -> Viewer:
    """Return the viewer of a request of a signed-in user."""
    assert isinstance(request.user, User)
    return Viewer(request.user, request.session.get(SESSION_KEY, ""))
