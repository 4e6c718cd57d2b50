"""Jobs of the mailbox: added in the transaction of what they are about, one unfinished job each."""

from epuap.inbox.models import InboundAttachment, InboundDocument, OutboundLetter
from eurzad.outbox import services as outbox


def enqueue_handling(document: InboundDocument) -> None:
    """Add the job that handles a document."""
    number = str(document.public_id)
    outbox.enqueue("inbox.handle", key=f"inbox.handle:{number}", document_id=number)


def enqueue_download(attachment: InboundAttachment) -> None:
    """Add the job that downloads one attachment."""
    number = str(attachment.public_id)
    outbox.enqueue("inbox.download", key=f"inbox.download:{number}", attachment_id=number)


def enqueue_submission(letter: OutboundLetter) -> None:
    """Add the job that sends a letter."""
    number = str(letter.public_id)
    outbox.enqueue("inbox.submit", key=f"inbox.submit:{number}", letter_id=number)
