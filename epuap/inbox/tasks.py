"""Job names of the mailbox."""

import uuid

from epuap.inbox import services
from eurzad.outbox import registry


@registry.every(seconds=10, name="inbox.poll")
def poll() -> None:
    services.poll_mailbox()


@registry.handler("inbox.handle")
def handle(document_id: str) -> None:
    services.handle_document(public_id=uuid.UUID(document_id))


@registry.handler("inbox.submit")
def submit(letter_id: str) -> None:
    services.submit_letter(public_id=uuid.UUID(letter_id))
