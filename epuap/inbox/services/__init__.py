"""What rooms above ask of the mailbox; the rest is in the modules."""

from epuap.inbox.services.intake import handle_document
from epuap.inbox.services.jobs import enqueue_handling
from epuap.inbox.services.letters import deliver_letter, send_letter

__all__ = ["deliver_letter", "enqueue_handling", "handle_document", "send_letter"]
