"""Job names of the mailbox."""

import uuid

from epuap.inbox.services import attachments, intake, letters, looking_up
from eurzad.outbox import registry


@registry.every(seconds=10, name="inbox.poll")
def poll() -> None:
    intake.poll_mailbox()


@registry.every(seconds=10, name="inbox.look_up")
def look_up() -> None:
    looking_up.look_up_letters()


@registry.handler("inbox.handle")
def handle(document_id: str) -> None:
    intake.handle_document(public_id=uuid.UUID(document_id))


@registry.handler("inbox.download")
def download(attachment_id: str) -> None:
    attachments.download_attachment(public_id=uuid.UUID(attachment_id))


@registry.handler("inbox.submit")
def submit(letter_id: str) -> None:
    letters.submit_letter(public_id=uuid.UUID(letter_id))
