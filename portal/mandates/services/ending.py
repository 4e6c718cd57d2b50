"""The end of a mandate."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from eurzad.lib import clock
from portal.journal.services import record
from portal.mandates import policy
from portal.mandates.errors import WrongState
from portal.mandates.models import Mandate, Party
from portal.mandates.policy import AccessDenied, Viewer
from portal.mandates.services.telling import tell
from portal.people.models import User


@transaction.atomic
def end_mandate(*, viewer: Viewer, mandate_id: UUID, reason: str = "") -> Mandate:
    """Revoke as the principal (or its representative), or give the mandate back as the attorney.

    The other side is told. Raises AccessDenied for anybody else, WrongState for what is not active.
    """
    mandate = Mandate.objects.select_related("principal", "attorney").filter(public_id=mandate_id).first()
    if mandate is None or viewer.own is None or mandate.principal is None:
        raise AccessDenied()
    if mandate.attorney_id == viewer.own.pk:
        party, other = Party.ATTORNEY, Party.PRINCIPAL
    else:
        policy.represents(viewer, mandate.principal)
        party, other = Party.PRINCIPAL, Party.ATTORNEY
    was_active = mandate.status == Mandate.Status.ACTIVE
    ended = revoke_mandate(mandate_id=mandate_id, by=viewer.user, party=party, reason=reason)
    if was_active:
        text = _("Pełnomocnictwo zostało zakończone przez drugą stronę. Potwierdzenie jest na jego stronie.")
        tell(ended, other, "mandates.revoked", text)
        text = _("Pełnomocnictwo jest zakończone. Potwierdzenie (PDF) jest na jego stronie.")
        tell(ended, party, "mandates.revoked", text)
    return ended


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
