"""What clerks do with what the mailbox could not place: close it with a word why. Nothing is deleted."""

import uuid
from typing import Any

from django.db import transaction

from epuap.inbox.errors import NoteMissing
from epuap.inbox.models import InboundDocument, OutboundLetter
from eurzad.lib import clock


def close_document(*, public_id: uuid.UUID, by: str, note: str) -> bool:
    """Put away a document that waits for a clerk; return whether it was one. Raises NoteMissing."""
    return _close(InboundDocument.objects.open().filter(public_id=public_id), by=by, note=note)


def close_letter(*, public_id: uuid.UUID, by: str, note: str) -> bool:
    """Put away a letter that waits for a clerk; return whether it was one. Raises NoteMissing."""
    return _close(OutboundLetter.objects.open().filter(public_id=public_id), by=by, note=note)


@transaction.atomic
def _close(rows: Any, *, by: str, note: str) -> bool:
    if not note.strip():
        raise NoteMissing
    return bool(rows.update(closed_at=clock.now(), closed_by=by[:150], closing_note=note.strip()))
