"""The end of a mandate."""

from uuid import UUID

from django.db import transaction

from eurzad.lib import clock
from portal.journal.services import record
from portal.mandates.errors import WrongState
from portal.mandates.models import Mandate, Party
from portal.people.models import User


@transaction.atomic
def revoke_mandate(*, mandate_id: UUID, by: User, party: Party, reason: str = "") -> Mandate:
    """End an active mandate: from the commit on nothing is read or written under it.

    The row is taken `FOR UPDATE`, so writes that hold it `FOR SHARE` end first. `party` says in which role the
    user ends it; the caller has checked that. Ending it twice returns it as it is; raises WrongState for a
    mandate that is not active and was not revoked.
    """
    mandate = Mandate.objects.select_for_update(of=("self",)).get(public_id=mandate_id)
    if mandate.status == Mandate.Status.REVOKED:
        return mandate
    if mandate.status != Mandate.Status.ACTIVE:
        raise WrongState()
    mandate.status = Mandate.Status.REVOKED
    mandate.ended_at, mandate.ended_by, mandate.end_reason = clock.now(), party, reason[:200]
    mandate.save(update_fields=["status", "ended_at", "ended_by", "end_reason"])
    record(
        actor_id=by.public_id,
        subject_id=mandate.principal.public_id if mandate.principal else None,
        action="mandates.revoke",
        reference=str(mandate.public_id),
    )
    return mandate
