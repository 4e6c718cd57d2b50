"""Intake of the office's mailbox and the office's own letters.

Intake: fetch, store, commit, confirm. The job that handles a document is a row of the same
transaction as the document, so a worker killed anywhere loses nothing: an unconfirmed head comes
again and is recognised. Letters: marked `sending` and committed before the call, so a worker killed
during it leaves a letter of unknown outcome and never a second one.
"""

import hashlib
import logging
import time
import uuid

from django.conf import settings
from django.db import OperationalError, transaction
from django.utils.translation import gettext as _

from epuap.inbox import handlers
from epuap.inbox.models import InboundDocument, OutboundLetter
from epuap.soap.config import read_certificates
from epuap.soap.errors import NotSent, ServiceFault
from epuap.soap.mailbox import MailboxClient, Submission
from epuap.soap.pull import PullClient, PulledDocument
from epuap.xml.receipts import ReceiptRefused, verify_receipt
from eurzad.lib import clock
from eurzad.lib.errors import AdapterError, DomainError, PermanentError, TransientError
from eurzad.lib.xml import XmlRejected, parse
from eurzad.outbox import services as outbox
from eurzad.outbox.registry import Later

logger = logging.getLogger(__name__)

DOCUMENTS_PER_RUN = 100
SECONDS_PER_RUN = 15
BLOCKED_SECONDS = 300
HANDLING_TRIES = 20
SENDING_TRIES = 100
LONGEST_PAUSE = 900


# --- intake


def poll_mailbox() -> int:
    """Pull what waits in the mailbox, within the limits of one run; return how many were confirmed.

    A passing failure ends the run (the next one is seconds away). A lasting one, such as an answer
    with a wrong signature, is logged and tried again every few minutes.
    """
    if not settings.EPUAP_WS_URL:
        return 0
    try:
        return pull_documents(PullClient.from_settings())
    except TransientError as error:
        logger.warning("mailbox not read code=%s", error.code)
        return 0
    except PermanentError as error:
        logger.warning("mailbox blocked code=%s", error.code)
        raise Later(seconds=BLOCKED_SECONDS) from error


def pull_documents(client: PullClient) -> int:
    """Store and confirm heads of the queue until it is empty or the run is over."""
    stop_at = time.monotonic() + SECONDS_PER_RUN
    confirmed = 0
    while confirmed < DOCUMENTS_PER_RUN and time.monotonic() < stop_at:
        pulled = client.fetch_next()
        if pulled is None:
            break
        document = store_document(pulled, box_address=client.config.box_address)
        client.confirm(pulled.sha1)
        mark_confirmed(document)
        confirmed += 1
    return confirmed


@transaction.atomic
def store_document(pulled: PulledDocument, *, box_address: str) -> InboundDocument:
    """The row of a pulled document, made once however often the same head comes."""
    document, is_new = InboundDocument.objects.defer("content", "additional_data").get_or_create(
        box_address=box_address,
        sha1=pulled.sha1.hex(),
        epuap_id=pulled.document_id[:255],
        defaults={
            "sha256": hashlib.sha256(pulled.content).hexdigest(),
            "file_name": pulled.file_name[:255],
            "mime": pulled.mime[:100],
            "content": pulled.content,
            "additional_data": pulled.additional_data,
            "sender_entity": pulled.sender_entity[:255],
            "sender_name": pulled.sender_name[:255],
            "reply_address": pulled.reply_address[:255],
            "sent_at": pulled.sent_at,
            "is_test": pulled.is_test,
            "received_at": clock.now(),
        },
    )
    if is_new:
        enqueue_handling(document)
    return document


def mark_confirmed(document: InboundDocument) -> None:
    """Note that the document left the queue; a handler may have been quicker."""
    rows = InboundDocument.objects.filter(pk=document.pk)
    rows.filter(confirmed_at=None).update(confirmed_at=clock.now())
    rows.filter(state=InboundDocument.State.RECEIVED).update(state=InboundDocument.State.CONFIRMED)


def enqueue_handling(document: InboundDocument) -> None:
    """Add the job that handles a document."""
    outbox.enqueue(
        "inbox.handle", key=f"inbox.handle:{document.public_id}", document_id=str(document.public_id)
    )


def handle_document(*, public_id: uuid.UUID) -> None:
    """Give a stored document to the handler of its kind, once.

    Raises Later while a handler's failure may pass. Every other failure puts the document into
    quarantine; a document that kills its worker ends there too.
    """
    document = InboundDocument.objects.get(public_id=public_id)
    if document.state not in InboundDocument.PENDING:
        return
    if document.attempts >= HANDLING_TRIES:
        quarantine(document, code=document.error_code or "worker_lost")
        return
    document.attempts += 1
    document.save(update_fields=["attempts"])
    try:
        dispatch(document)
    except (TransientError, OperationalError) as error:
        code = getattr(error, "code", "database")
        InboundDocument.objects.filter(pk=document.pk).update(error_code=code[:80])
        raise Later(seconds=pause_after(document.attempts)) from error
    except (AdapterError, DomainError, XmlRejected) as error:
        quarantine(document, code=error.code)
    except Exception as error:
        logger.exception("document not handled document=%s", document.public_id)
        quarantine(document, code=type(error).__name__)


def dispatch(document: InboundDocument) -> None:
    """Read what kind of document it is, run its handler and mark it, all in one transaction."""
    states = InboundDocument.State
    document.root_namespace = read_root_namespace(bytes(document.content))[:255]
    handler = handlers.for_namespace(document.root_namespace)
    with transaction.atomic():
        pending = InboundDocument.objects.select_for_update().filter(
            pk=document.pk, state__in=InboundDocument.PENDING
        )
        if not pending.exists():
            return
        if document.is_test and not settings.DEMO_MODE:
            document.state = states.TRIAL
        elif handler is None:
            document.state = states.UNCLAIMED
        else:
            handler(document)
            document.state = states.HANDLED
        document.error_code = ""
        document.handled_at = clock.now()
        document.save(update_fields=["state", "error_code", "handled_at", "root_namespace"])


def read_root_namespace(content: bytes) -> str:
    """Namespace of the root element, empty when it has none. Raises XmlRejected."""
    tag = str(parse(content).tag)
    return tag[1:].partition("}")[0] if tag.startswith("{") else ""


def quarantine(document: InboundDocument, *, code: str) -> None:
    """Set a document aside under a reason until a clerk asks for another try."""
    logger.error("document quarantined document=%s code=%s", document.public_id, code)
    InboundDocument.objects.filter(pk=document.pk, state__in=InboundDocument.PENDING).update(
        state=InboundDocument.State.QUARANTINED,
        error_code=code[:80],
        root_namespace=document.root_namespace,
    )


@transaction.atomic
def retry_document(*, public_id: uuid.UUID) -> bool:
    """Handle a quarantined or unclaimed document again; return whether it was one."""
    states = InboundDocument.State
    document = InboundDocument.objects.only("public_id").get(public_id=public_id)
    changed = InboundDocument.objects.filter(
        pk=document.pk, state__in=(states.QUARANTINED, states.UNCLAIMED)
    ).update(state=states.CONFIRMED, attempts=0, error_code="", handled_at=None)
    if changed:
        enqueue_handling(document)
    return bool(changed)


# --- letters


@transaction.atomic
def send_letter(
    *,
    recipient_box: str,
    document: bytes,
    title: str,
    file_name: str = "pismo.xml",
    key: str = "",
) -> OutboundLetter:
    """Queue a letter of the office (a sealed XML document) to `recipient_box` (`/podmiot/skrytka`).

    With a `key` the second call returns the first call's letter, so a repeated job sends once.
    """
    fields = {
        "recipient_box": recipient_box,
        "document": document,
        "sha256": hashlib.sha256(document).hexdigest(),
        "title": title[:255],
        "file_name": file_name,
        "created_at": clock.now(),
    }
    if key:
        letter, is_new = OutboundLetter.objects.get_or_create(key=key, defaults=fields)
    else:
        letter, is_new = OutboundLetter.objects.create(**fields), True
    if is_new:
        enqueue_submission(letter)
    return letter


def enqueue_submission(letter: OutboundLetter) -> None:
    """Add the job that submits a letter."""
    outbox.enqueue("inbox.submit", key=f"inbox.submit:{letter.public_id}", letter_id=str(letter.public_id))


def submit_letter(*, public_id: uuid.UUID) -> None:
    """Submit a waiting letter. A letter found `sending` was left by a killed worker: its outcome is
    unknown. Raises Later when it is certain that nothing was sent."""
    try:
        client = MailboxClient.from_settings()
    except PermanentError as error:
        logger.warning("letters not sent code=%s", error.code)
        raise Later(seconds=BLOCKED_SECONDS) from error
    letter = take_for_sending(public_id)
    if letter is None:
        return
    try:
        submission = client.submit(
            bytes(letter.document), letter.file_name, letter.recipient_box, client.config.box_address
        )
    except NotSent as error:
        record_not_sent(letter, error)
    except ServiceFault as error:
        states = OutboundLetter.State
        state = states.FAILED if error.authenticated else states.UNKNOWN
        record(letter, state, error_code=error.code, remark=str(error)[:255])
    except AdapterError as error:
        record(letter, OutboundLetter.State.UNKNOWN, error_code=error.code)
    except Exception as error:
        logger.exception("letter outcome unknown letter=%s", letter.public_id)
        record(letter, OutboundLetter.State.UNKNOWN, error_code=type(error).__name__)
    else:
        record_submission(letter, submission)


@transaction.atomic
def take_for_sending(public_id: uuid.UUID) -> OutboundLetter | None:
    """Mark a waiting letter `sending` and return it; None when there is nothing to send."""
    states = OutboundLetter.State
    letter = OutboundLetter.objects.select_for_update().get(public_id=public_id)
    if letter.state == states.SENDING:
        record(letter, states.UNKNOWN, error_code="worker_lost")
        return None
    if letter.state != states.WAITING:
        return None
    letter.state = states.SENDING
    letter.attempts += 1
    letter.save(update_fields=["state", "attempts"])
    return letter


def record_not_sent(letter: OutboundLetter, error: NotSent) -> None:
    """Nothing left the building: wait and try again, for about a day. Raises Later."""
    if letter.attempts >= SENDING_TRIES:
        record(letter, OutboundLetter.State.FAILED, error_code=error.code)
        return
    record(letter, OutboundLetter.State.WAITING, error_code=error.code)
    raise Later(seconds=pause_after(letter.attempts)) from error


def record_submission(letter: OutboundLetter, submission: Submission) -> None:
    """Keep what ePUAP answered, then look at the receipt: a missing or wrong one is a remark, for
    the letter has been sent."""
    states = OutboundLetter.State
    is_recorded = record(
        letter,
        states.SENT_WITHOUT_RECEIPT,
        error_code="",
        remark="" if submission.receipt else _("ePUAP nie odesłał poświadczenia."),
        epuap_id=submission.document_id[:255],
        receipt_id=submission.receipt_id[:255],
        receipt=submission.receipt,
        sent_at=clock.now(),
    )
    if not is_recorded or not submission.receipt:
        return
    outcome = OutboundLetter.objects.filter(pk=letter.pk, state=states.SENT_WITHOUT_RECEIPT)
    try:
        certificates = read_certificates("EPUAP_SEAL_CERT")
        verify_receipt(submission.receipt, certificates=certificates, document=bytes(letter.document))
    except (ReceiptRefused, PermanentError) as error:
        logger.warning("receipt not believed letter=%s reason=%s", letter.public_id, error)
        remark = _("Poświadczenie nie przeszło sprawdzenia.")
        outcome.update(error_code=f"receipt.{error.code}"[:80], remark=remark)
    else:
        outcome.update(state=states.SENT)


def record(letter: OutboundLetter, state: OutboundLetter.State, **fields: object) -> bool:
    """Write the outcome of this attempt, unless a later attempt or a person has moved on; return
    whether it was written. A late answer still replaces `unknown`."""
    states = OutboundLetter.State
    changed = OutboundLetter.objects.filter(
        pk=letter.pk, attempts=letter.attempts, state__in=(states.SENDING, states.UNKNOWN)
    ).update(state=state, **fields)
    logger.info("letter=%s state=%s recorded=%s", letter.public_id, state, bool(changed))
    return bool(changed)


@transaction.atomic
def resend_letter(*, public_id: uuid.UUID) -> bool:
    """Send a letter of unknown outcome, or a refused one, again on a clerk's word."""
    states = OutboundLetter.State
    letter = OutboundLetter.objects.only("public_id").get(public_id=public_id)
    changed = OutboundLetter.objects.filter(pk=letter.pk, state__in=(states.UNKNOWN, states.FAILED)).update(
        state=states.WAITING, error_code="", remark=""
    )
    if changed:
        enqueue_submission(letter)
    return bool(changed)


def mark_letter_sent(*, public_id: uuid.UUID) -> bool:
    """Note a clerk's finding that a letter of unknown outcome did arrive."""
    states = OutboundLetter.State
    return bool(
        OutboundLetter.objects.filter(public_id=public_id, state=states.UNKNOWN).update(
            state=states.SENT_WITHOUT_RECEIPT, sent_at=clock.now()
        )
    )


def pause_after(attempts: int) -> int:
    """Seconds to wait after the n-th failed attempt."""
    return min(5 << min(attempts, 10), LONGEST_PAUSE)
