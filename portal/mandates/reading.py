"""Putting on record that somebody looked at another's data."""

from portal.journal.services import record_read
from portal.mandates.policy import Viewer
from portal.people.models import Subject


def note_read(viewer: Viewer, *, action: str, subject: Subject | None = None, reference: str = "") -> None:
    """Record that the viewer read data of `subject` (the one in view unless told); one's own needs no record.

    Committed before it returns; to be called outside a transaction (`portal.journal.services.record_read`).
    """
    whose = subject or viewer.subject
    if whose is None or (viewer.own is not None and viewer.own.pk == whose.pk):
        return
    record_read(
        actor_id=viewer.user.public_id, subject_id=whose.public_id, action=action, reference=reference
    )
