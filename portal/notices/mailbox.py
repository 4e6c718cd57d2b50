"""Clerks are told that something in the office's ePUAP mailbox needs them: gathered, not one by one."""

from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from epuap.inbox.selectors import count_open
from epuap.inbox.watchers import Attention
from eurzad.outbox.services import enqueue
from portal.notices.services import notify_staff

GATHER_FOR = timedelta(minutes=10)
PERMISSION = "inbox.change_inbounddocument"


def note_attention(kind: Attention) -> None:
    """Let clerks be told of it together with what else comes in the next minutes."""
    enqueue("notices.mailbox", key="notices.mailbox", run_in=GATHER_FOR)


def tell_clerks() -> int:
    """Tell those who keep the mailbox what waits there now; return how many were told. Nothing waits: nobody is."""
    waiting = count_open()
    if not waiting.total:
        return 0
    counts = {
        "documents": waiting.quarantined + waiting.unclaimed,
        "attachments": waiting.attachments,
        "letters": waiting.letters,
    }
    text = _(
        "Skrytka ePUAP czeka na decyzję urzędnika. Dokumenty: %(documents)d, załączniki nie do pobrania: "
        "%(attachments)d, pisma wysyłane: %(letters)d."
    )
    has_letters_only = waiting.letters == waiting.total
    page = "outboundletter" if has_letters_only else "inbounddocument"
    url = reverse(f"admin:inbox_{page}_changelist")
    return notify_staff(permission=PERMISSION, topic="inbox.attention", text=text % counts, url=url)
