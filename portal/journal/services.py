"""Writing the journal."""

import uuid

from eurzad.lib import clock
from portal.journal.models import Record


def record(
    *,
    actor_id: uuid.UUID | None,
    subject_id: uuid.UUID | None,
    action: str,
    reference: str = "",
    reason: str = "",
) -> None:
    """Add one record in the caller's transaction.

    `action` is a stable code (`receivables.read`), `reference` a public id or case number, never personal data.
    """
    Record.objects.create(
        at=clock.now(),
        actor_id=actor_id,
        subject_id=subject_id,
        action=action,
        reference=reference,
        reason=reason[:200],
    )
