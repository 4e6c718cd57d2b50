"""Writing mandates, and choosing under which one to act."""

from datetime import date
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase
from django.utils.translation import gettext as _

from eurzad.lib import clock
from eurzad.lib.errors import DomainError
from portal.journal.services import record
from portal.mandates.models import Mandate
from portal.mandates.policy import SESSION_KEY, Viewer
from portal.people.models import Subject


class MandateNotInForce(DomainError):
    """The chosen mandate does not exist, is somebody else's, has expired or was revoked."""

    code = "mandate_not_in_force"


def grant_mandate(
    *,
    principal: Subject,
    attorney: Subject,
    areas: list[str],
    rights: list[str],
    valid_from: date,
    valid_to: date,
    basis: str = "",
) -> Mandate:
    """Create an active mandate; the same grant again returns the one that exists."""
    mandate, _created = Mandate.objects.get_or_create(
        principal=principal,
        attorney=attorney,
        valid_from=valid_from,
        valid_to=valid_to,
        defaults={"areas": areas, "rights": rights, "basis": basis},
    )
    return mandate


def act_for(*, viewer: Viewer, session: SessionBase, mandate_id: str) -> Mandate | None:
    """Choose for whom the viewer acts; an empty id means oneself. Raises MandateNotInForce."""
    if not mandate_id:
        session.pop(SESSION_KEY, None)
        return None
    mandate = _held(viewer, mandate_id)
    if mandate is None:
        raise MandateNotInForce(
            _("To pełnomocnictwo nie jest już ważne. Nic nie zostało zmienione. Wybierz inne z listy.")
        )
    session[SESSION_KEY] = str(mandate.public_id)
    record(
        actor_id=viewer.user.public_id,
        subject_id=mandate.principal.public_id,
        action="mandates.act_for",
        reference=str(mandate.public_id),
    )
    return mandate


def _held(viewer: Viewer, mandate_id: str) -> Mandate | None:
    """Return the mandate in force that the viewer holds under this id, which a browser may have made up."""
    try:
        public_id = UUID(mandate_id)
    except ValueError:
        return None
    in_force = Mandate.objects.in_force(clock.today())
    return in_force.filter(public_id=public_id, attorney=viewer.own).first() if viewer.own else None
