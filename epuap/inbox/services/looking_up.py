"""What became of a letter of unknown outcome: the sent store tells.

One listing answers for all such letters. It is made several times over the settled time
(EPUAP_SETTLED_SECONDS), at ever longer pauses. A letter found was sent; one that is absent when the time is
over stays unknown on the clerks' list. None is ever sent again from here.
"""

import logging
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from epuap.inbox import watchers
from epuap.inbox.models import OutboundLetter
from epuap.inbox.services.jobs import enqueue_submission
from epuap.inbox.services.letters import record_unknown
from epuap.inbox.watchers import Attention
from epuap.soap.sent import StoreClient, StoredDocument
from eurzad.lib import clock
from eurzad.lib.errors import AdapterError

logger = logging.getLogger(__name__)

LETTERS_PER_RUN = 500
TIMES = 6
"""Looks double their distance, the last at the end of the settled time: about so many."""
GIVE_UP_AFTER = timedelta(hours=24)
LOST_AFTER = timedelta(seconds=60)
"""Longer than a job may run: whoever still holds a letter after that is dead."""

State = OutboundLetter.State


def look_up_letters() -> int:
    """Look for every letter whose time has come; return how many were found among the sent."""
    if not settings.EPUAP_WS_URL:
        return 0
    pick_up_lost()
    now = clock.now()
    letters = list(
        OutboundLetter.objects.filter(state=State.UNKNOWN, look_up_at__lte=now)
        .defer("document", "receipt", "refused_receipt")
        .order_by("look_up_at")[:LETTERS_PER_RUN]
    )
    if not letters:
        return 0
    try:
        sent = {one.file_name: one for one in StoreClient.from_settings().list_sent()}
    except AdapterError as error:
        logger.warning("sent store not read code=%s", error.code)
        for letter in letters:
            not_readable(letter, now, code=error.code)
        return 0
    return sum(take_answer(letter, sent, now) for letter in letters)


def pick_up_lost() -> None:
    """Letters whose worker died for good, and waiting ones whose job did: no letter is forgotten."""
    before = clock.now() - LOST_AFTER
    rows = OutboundLetter.objects.defer("document", "receipt", "refused_receipt")
    for letter in rows.filter(state=State.SENDING, taken_at__lt=before)[:LETTERS_PER_RUN]:
        record_unknown(letter, code="worker_lost")
    for letter in rows.filter(state=State.WAITING, created_at__lt=before)[:LETTERS_PER_RUN]:
        enqueue_submission(letter)


def take_answer(letter: OutboundLetter, sent: Mapping[str, StoredDocument], asked_at: datetime) -> bool:
    """Move a letter by what the store holds; return whether it is among the sent."""
    found = sent.get(letter.file_name)
    if found is not None:
        move(
            letter,
            state=State.SENT_WITHOUT_RECEIPT,
            epuap_id=found.document_id[:255],
            sent_at=found.sent_at or asked_at,
            error_code="",
            remark=_("Znalezione w zbiorze wysłanych ePUAP. Poświadczenie może jeszcze przyjść."),
            unknown_since=None,
            look_up_at=None,
        )
        return True
    if asked_at - since(letter) >= settled_time():
        settle(letter, _("Nie ma go w zbiorze wysłanych ePUAP. Można wysłać ponownie."))
    else:
        move(letter, look_up_at=next_look(letter, asked_at))
    return False


def not_readable(letter: OutboundLetter, asked_at: datetime, *, code: str) -> None:
    """The store did not answer: try again, for about a day, then leave the letter to a clerk."""
    if asked_at - since(letter) >= GIVE_UP_AFTER + settled_time():
        text = _("Nie udało się sprawdzić zbioru wysłanych (%(code)s). Sprawdź na koncie urzędu w ePUAP.")
        settle(letter, text % {"code": code})
    else:
        move(letter, look_up_at=next_look(letter, asked_at))


@transaction.atomic
def settle(letter: OutboundLetter, remark: str) -> None:
    """End the search: the letter stays unknown, and a clerk is told."""
    if move(letter, look_up_at=None, remark=remark[:255]):
        watchers.tell(Attention.LETTER)


def move(letter: OutboundLetter, **fields: object) -> bool:
    """Write what was found, unless somebody has moved the letter since it was read."""
    rows = OutboundLetter.objects.filter(pk=letter.pk, state=State.UNKNOWN, attempts=letter.attempts)
    changed = bool(rows.update(**fields))
    logger.info("letter=%s looked_up=%s recorded=%s", letter.public_id, sorted(fields), changed)
    return changed


def since(letter: OutboundLetter) -> datetime:
    """When the letter became unknown (a constraint keeps it)."""
    assert letter.unknown_since is not None
    return letter.unknown_since


def settled_time() -> timedelta:
    """How long ePUAP may take to list what it was sent."""
    return timedelta(seconds=settings.EPUAP_SETTLED_SECONDS)


def next_look(letter: OutboundLetter, asked_at: datetime) -> datetime:
    """The next look: after as long again as has passed, and one at the end of the settled time."""
    passed, whole = asked_at - since(letter), settled_time()
    following = asked_at + max(passed, whole / 2**TIMES)
    return min(following, since(letter) + whole) if passed < whole else following


def look_up_again(*, public_id: uuid.UUID) -> bool:
    """Start the search for a letter anew, on a clerk's word."""
    now = clock.now()
    rows = OutboundLetter.objects.filter(public_id=public_id, state=State.UNKNOWN, closed_at=None)
    return bool(rows.update(unknown_since=now, look_up_at=now, remark=""))
