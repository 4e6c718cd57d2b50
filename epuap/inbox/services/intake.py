"""Intake of the office's mailbox: fetch, store, commit, confirm.

The job that handles a document is a row of the same transaction as the document, so a worker killed
anywhere loses nothing: an unconfirmed head comes again and is recognised.
"""

import hashlib
import logging
import time
import uuid
from datetime import timedelta

from django.conf import settings
from django.db import OperationalError, transaction
from lxml import etree

from epuap.inbox import handlers, watchers
from epuap.inbox.consumer import only_consumer
from epuap.inbox.models import InboundDocument, Mailbox
from epuap.inbox.pauses import BLOCKED_SECONDS, pause_after
from epuap.inbox.services import attachments
from epuap.inbox.services.jobs import enqueue_handling
from epuap.inbox.watchers import Attention
from epuap.soap.pull import PullClient, PulledDocument
from epuap.xml.verify import peek_payload
from eurzad.lib import clock
from eurzad.lib.errors import AdapterError, DomainError, PermanentError, TransientError
from eurzad.lib.xml import XmlRejected, parse
from eurzad.outbox.registry import Later

logger = logging.getLogger(__name__)

DOCUMENTS_PER_RUN = 100
SECONDS_PER_RUN = 15
HANDLING_TRIES = 20
COUNT_AFTER = timedelta(minutes=1)
STUCK_AFTER = timedelta(minutes=2)


def poll_mailbox() -> int:
    """Pull what waits in the mailbox, within the limits of one run; return how many were confirmed.

    A passing failure ends the run (the next one is seconds away). A lasting one, such as an answer
    with a wrong signature, is logged and tried again every few minutes.
    """
    if not settings.EPUAP_WS_URL:
        return 0
    try:
        pick_up_stuck()
        client = PullClient.from_settings()
        confirmed = pull_documents(client)
        count_waiting(client)
    except TransientError as error:
        logger.warning("mailbox not read code=%s", error.code)
        note_failure(error.code)
        return 0
    except PermanentError as error:
        logger.warning("mailbox blocked code=%s", error.code)
        note_failure(error.code)
        raise Later(seconds=BLOCKED_SECONDS) from error
    return confirmed


def pull_documents(client: PullClient) -> int:
    """Store and confirm heads of the queue until it is empty or the run is over. Does nothing while
    another worker pulls the same mailbox."""
    stop_at = time.monotonic() + SECONDS_PER_RUN
    confirmed = 0
    with only_consumer(client.config.box_address) as check:
        if check is None:
            return 0
        while confirmed < DOCUMENTS_PER_RUN and time.monotonic() < stop_at:
            pulled = client.fetch_next()
            if pulled is None:
                break
            document = store_document(pulled, box_address=client.config.box_address)
            check()
            client.confirm(pulled.sha1)
            mark_confirmed(document)
            confirmed += 1
    return confirmed


def count_waiting(client: PullClient) -> None:
    """Note how many documents still wait, about once a minute, and that the mailbox can be read."""
    box = Mailbox.objects.filter(box_address=client.config.box_address).first()
    is_fresh = box is not None and box.counted_at is not None and box.counted_at > clock.now() - COUNT_AFTER
    if is_fresh and box is not None and not box.error_code:
        return
    Mailbox.objects.update_or_create(
        box_address=client.config.box_address,
        defaults={
            "waiting": max(client.waiting_count(), 0),
            "counted_at": clock.now(),
            "error_code": "",
            "failing_since": None,
        },
    )


@transaction.atomic
def note_failure(code: str) -> None:
    """Note that the mailbox cannot be read, and since when."""
    box, _is_new = Mailbox.objects.select_for_update().get_or_create(box_address=settings.EPUAP_BOX_ADDRESS)
    box.failing_since = box.failing_since or clock.now()
    box.error_code = code[:80]
    box.save(update_fields=["failing_since", "error_code"])


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


@transaction.atomic
def mark_confirmed(document: InboundDocument) -> None:
    """Note that the document left the queue; a handler may have been quicker. Big attachments begin now."""
    rows = InboundDocument.objects.filter(pk=document.pk)
    rows.filter(confirmed_at=None).update(confirmed_at=clock.now())
    if rows.filter(state__in=InboundDocument.PENDING, attachments__isnull=False).exists():
        enqueue_handling(document)
    rows.filter(state=InboundDocument.State.RECEIVED).update(state=InboundDocument.State.CONFIRMED)


def pick_up_stuck() -> None:
    """Give a job to documents whose own was set aside: nothing pulled is forgotten."""
    before = clock.now() - STUCK_AFTER
    stuck = InboundDocument.objects.filter(state__in=InboundDocument.PENDING, received_at__lt=before)
    for document in stuck.only("public_id").order_by("pk")[:DOCUMENTS_PER_RUN]:
        enqueue_handling(document)


def handle_document(*, public_id: uuid.UUID) -> None:
    """Give a stored document to the handler of its kind, once.

    A document with big attachments waits until each is stored or known to be lost; the last of them starts
    this again. Raises Later while a handler's failure may pass. Every other failure puts the document into
    quarantine; a document that kills its worker ends there too.
    """
    document = InboundDocument.objects.get(public_id=public_id)
    if document.state not in InboundDocument.PENDING:
        return
    if document.attempts >= HANDLING_TRIES:
        quarantine(document, code=document.error_code or "worker_lost")
        return
    if attachments.are_under_way(document):
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
    """Read what kind of document it is and check it, then run its handler and mark it in one transaction.
    Big attachments, when it turns out to have some, come first."""
    states = InboundDocument.State
    payload = read_payload(bytes(document.content))
    is_trial = document.is_test and not settings.DEMO_MODE
    document.root_namespace = namespace_of(payload)[:255]
    if not is_trial and attachments.list_once(document, payload):
        return
    handle = None if is_trial else handlers.prepare(document)
    with transaction.atomic():
        pending = InboundDocument.objects.select_for_update().filter(
            pk=document.pk, state__in=InboundDocument.PENDING
        )
        if not pending.exists():
            return
        document.error_code = ""
        if is_trial:
            document.state = states.TRIAL
        elif handle is None:
            document.state = states.UNCLAIMED
        else:
            try:
                handle()
                document.state = states.HANDLED
            except handlers.Unclaimed as unclaimed:
                document.state, document.error_code = states.UNCLAIMED, unclaimed.code[:80]
        document.handled_at = clock.now()
        document.save(update_fields=["state", "error_code", "handled_at", "root_namespace"])
        if document.state == states.UNCLAIMED:
            watchers.tell(Attention.DOCUMENT)


def read_payload(content: bytes) -> etree._Element:
    """The root of the document, also of one inside an enveloping signature. Raises XmlRejected."""
    root = parse(content)
    try:
        return parse(peek_payload(content))
    except XmlRejected:  # a signature around something that is no XML
        return root


def namespace_of(root: etree._Element) -> str:
    """Namespace of an element, empty when it has none."""
    return etree.QName(root).namespace or ""


@transaction.atomic
def quarantine(document: InboundDocument, *, code: str) -> None:
    """Set a document aside under a reason until a clerk asks for another try."""
    logger.error("document quarantined document=%s code=%s", document.public_id, code)
    changed = InboundDocument.objects.filter(pk=document.pk, state__in=InboundDocument.PENDING).update(
        state=InboundDocument.State.QUARANTINED,
        error_code=code[:80],
        root_namespace=document.root_namespace,
    )
    if changed:
        watchers.tell(Attention.DOCUMENT)


@transaction.atomic
def retry_document(*, public_id: uuid.UUID) -> bool:
    """Handle a quarantined or unclaimed document again; return whether it was one that nobody has closed."""
    document = InboundDocument.objects.only("public_id").get(public_id=public_id)
    changed = InboundDocument.objects.filter(
        pk=document.pk, state__in=InboundDocument.FOR_CLERKS, closed_at=None
    ).update(state=InboundDocument.State.CONFIRMED, attempts=0, error_code="", handled_at=None)
    if changed:
        enqueue_handling(document)
    return bool(changed)
