"""Choosing under which mandate to act."""

from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase

from eurzad.lib import clock
from portal.journal.services import record
from portal.mandates.errors import MandateNotInForce
from portal.mandates.models import Mandate
from portal.mandates.policy import SESSION_KEY, Viewer


def act_for(*, viewer: Viewer, session: SessionBase, mandate_id: str) -> Mandate | None:
    """Choose for whom the viewer acts; an empty id means oneself. Raises MandateNotInForce."""
    if not mandate_id:
        session.pop(SESSION_KEY, None)
        return None
    mandate = _held(viewer, mandate_id)
    if mandate is None or mandate.principal is None:
        raise MandateNotInForce()
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
    in_force = Mandate.objects.in_force(clock.today()).select_related("principal")
    return in_force.filter(public_id=public_id, attorney=viewer.own).first() if viewer.own else None
