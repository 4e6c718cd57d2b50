"""Letters to mailboxes on ePUAP."""

from epuap.inbox.services import send_letter
from portal.channels.senders import Letter


def send(letter: Letter) -> None:
    """Queue the letter to a mailbox on ePUAP."""
    send_letter(
        recipient_box=letter.recipient,
        document=letter.document,
        title=letter.title,
        file_name=letter.file_name,
        key=letter.key,
    )
