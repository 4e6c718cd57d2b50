"""The one access policy: who may do what with whose data.

Every read and write of a subject's data asks here, at the moment it happens.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.http import HttpRequest

from eurzad.lib import clock
from eurzad.lib.errors import DomainError
from portal.mandates.models import Area, Mandate, Right
from portal.people.models import Identity, Subject, User

__all__ = ["AccessDenied", "Area", "Right", "Viewer", "can", "require", "viewer_of"]

SESSION_KEY = "acting_for"


class AccessDenied(DomainError):
    """The viewer has no right to this; shown as a page that does not exist."""

    code = "access_denied"


@dataclass
class Viewer:
    """Somebody looking at data: a signed-in user, their own subject, and the mandate they act under."""

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
    def mandate(self) -> Mandate | None:
        """The mandate the viewer chose to act under, if it is still in force."""
        if not self.mandate_id or self.own is None:
            return None
        return (
            Mandate.objects.in_force(clock.today())
            .select_related("principal")
            .filter(public_id=self.mandate_id, attorney=self.own)
            .first()
        )

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


def can(viewer: Viewer, right: str, area: str, subject: Subject) -> bool:
    """Tell whether `viewer` holds `right` in `area` over `subject` now: as the owner, or under a mandate in force."""
    if viewer.own is None:
        return False
    if viewer.own.pk == subject.pk:
        return True
    if viewer.mandate is not None and viewer.mandate.principal_id == subject.pk:
        return viewer.mandate.grants(right, area)
    mandates = Mandate.objects.in_force(clock.today()).filter(attorney=viewer.own, principal=subject)
    return any(mandate.grants(right, area) for mandate in mandates)


def require(viewer: Viewer, right: str, area: str, subject: Subject | None) -> Subject:
    """Return `subject` when `can` allows it; raises AccessDenied otherwise (also for None)."""
    if subject is None or not can(viewer, right, area, subject):
        raise AccessDenied()
    return subject


def viewer_of(request: HttpRequest) -> Viewer:
    """Return the viewer of a request of a signed-in user."""
    assert isinstance(request.user, User)
    return Viewer(request.user, request.session.get(SESSION_KEY, ""))
