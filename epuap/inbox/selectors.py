"""What of the mailbox waits for a person."""

from dataclasses import dataclass

from epuap.inbox.models import InboundAttachment, InboundDocument, OutboundLetter


@dataclass(frozen=True)
class OpenCount:
    """How many things wait for a clerk."""

    quarantined: int
    unclaimed: int
    attachments: int
    letters: int

    @property
    def total(self) -> int:
        return self.quarantined + self.unclaimed + self.attachments + self.letters


def count_open() -> OpenCount:
    """Count what nobody has dealt with or closed."""
    documents = InboundDocument.objects.filter(closed_at=None)
    states = InboundDocument.State
    return OpenCount(
        quarantined=documents.filter(state=states.QUARANTINED).count(),
        unclaimed=documents.filter(state=states.UNCLAIMED).count(),
        attachments=InboundAttachment.objects.filter(
            state__in=InboundAttachment.LOST, document__closed_at=None
        ).count(),
        letters=OutboundLetter.objects.open().count(),
    )
