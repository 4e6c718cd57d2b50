"""The office's own letters.

A letter is marked `sending` and committed before the call, so a worker killed during it leaves a letter
of unknown outcome and never a second one. What became of such a letter is looked up (`looking_up`); it is
sent again only on a clerk's word.
"""

import logging
import uuid
from datetime import datetime
from pathlib import PurePosixPath

from django.db import transaction
from django.utils.translation import gettext as _

from epuap.inbox import watchers
from epuap.inbox.digests import digests_of
from epuap.inbox.errors import NotSigned
from epuap.inbox.models import OutboundLetter
from epuap.inbox.pauses import BLOCKED_SECONDS, pause_after
from epuap.inbox.services import receipts
from epuap.inbox.services.jobs import enqueue_submission
from epuap.inbox.watchers import Attention
from epuap.soap.config import SoapConfig
from epuap.soap.delivery import DeliveryClient
from epuap.soap.errors import NotSent, ServiceFault
from epuap.soap.mailbox import MailboxClient, Submission
from epuap.xml.dsig import SignatureRefused
from epuap.xml.names import ds
from epuap.xml.xades import read_properties
from eurzad.lib import clock
from eurzad.lib.errors import AdapterError, PermanentError
from eurzad.lib.xml import XmlRejected, parse
from eurzad.outbox.registry import Later

logger = logging.getLogger(__name__)

SENDING_TRIES = 100
FILE_NAME_LENGTH = 255

State = OutboundLetter.State
Kind = OutboundLetter.Kind


def send_letter(
    *,
    recipient_box: str,
    document: bytes,
    title: str,
    file_name: str = "pismo.xml",
    key: str = "",
) -> OutboundLetter:
    """Queue a letter of the office (a sealed XML document) to `recipient_box` (`/podmiot/skrytka`).

    With a `key` the second call returns the first call's letter, so a repeated job sends once. The letter's
    number becomes part of the file name: the sent store is searched by it.
    """
    return _queue(
        kind=Kind.SUBMISSION,
        recipient_box=recipient_box,
        document=document,
        title=title,
        file_name=file_name,
        key=key,
    )


def deliver_letter(
    *,
    recipient_box: str,
    document: bytes,
    title: str,
    due_at: datetime,
    case_number: str = "",
    file_name: str = "pismo.xml",
    key: str = "",
) -> OutboundLetter:
    """Queue a letter that its addressee opens by signing a UPD, until `due_at` (aware).

    Only for what a provision orders to be served through ePUAP: since 2026 such a service has no fiction of
    delivery. Raises NotSigned for a document without a XAdES signature.
    """
    require_signed(document)
    return _queue(
        kind=Kind.DELIVERY,
        recipient_box=recipient_box,
        document=document,
        title=title,
        file_name=file_name,
        key=key,
        due_at=due_at,
        case_number=case_number[:100],
    )


def require_signed(document: bytes) -> None:
    """Raise NotSigned unless the document carries a XAdES signature in its root, as `dorecz` asks."""
    try:
        signatures = parse(document).findall(ds("Signature"))
        if not signatures:
            raise NotSigned
        for signature in signatures:
            read_properties(signature)
    except (XmlRejected, SignatureRefused) as error:
        raise NotSigned from error


@transaction.atomic
def _queue(*, key: str, document: bytes, title: str, file_name: str, **fields: object) -> OutboundLetter:
    number = uuid.uuid4()
    values = {
        "public_id": number,
        "document": document,
        **digests_of(document),
        "title": title[:255],
        "file_name": numbered(file_name, number),
        "created_at": clock.now(),
        **fields,
    }
    if key:
        letter, is_new = OutboundLetter.objects.get_or_create(key=key, defaults=values)
    else:
        letter, is_new = OutboundLetter.objects.create(**values), True
    if is_new:
        enqueue_submission(letter)
    return letter


def numbered(file_name: str, number: uuid.UUID) -> str:
    """The file name with the letter's number before its ending."""
    path = PurePosixPath(file_name.rpartition("/")[2] or "pismo.xml")
    end = f"-{number}{path.suffix[:10]}"
    return path.stem[: FILE_NAME_LENGTH - len(end)] + end


def submit_letter(*, public_id: uuid.UUID) -> None:
    """Send a waiting letter. A letter found `sending` was left by a killed worker: its outcome is
    unknown. Raises Later when it is certain that nothing was sent."""
    try:
        config = SoapConfig.from_settings()
    except PermanentError as error:
        logger.warning("letters not sent code=%s", error.code)
        raise Later(seconds=BLOCKED_SECONDS) from error
    letter = take_for_sending(public_id)
    if letter is None:
        return
    try:
        submission = call(config, letter)
    except NotSent as error:
        record_not_sent(letter, error)
    except ServiceFault as error:
        if error.authenticated:
            record(letter, State.FAILED, error_code=error.code, remark=str(error)[:255])
        else:
            record_unknown(letter, code=error.code, remark=str(error)[:255])
    except AdapterError as error:
        record_unknown(letter, code=error.code)
    except Exception as error:
        logger.exception("letter outcome unknown letter=%s", letter.public_id)
        record_unknown(letter, code=type(error).__name__)
    else:
        record_submission(letter, submission)


def call(config: SoapConfig, letter: OutboundLetter) -> Submission:
    """The one call that sends a letter, by its kind; a delivery gives no receipt at once."""
    document, reply_box = bytes(letter.document), config.box_address
    if letter.kind == Kind.SUBMISSION or letter.due_at is None:
        return MailboxClient(config).submit(document, letter.file_name, letter.recipient_box, reply_box)
    order = DeliveryClient(config).order(
        document,
        letter.file_name,
        letter.recipient_box,
        reply_box,
        due_at=letter.due_at,
        document_id=str(letter.public_id),
        case_number=letter.case_number,
    )
    return Submission(document_id=order.document_id, receipt_id="", receipt=None, order_id=order.order_id)


@transaction.atomic
def take_for_sending(public_id: uuid.UUID) -> OutboundLetter | None:
    """Mark a waiting letter `sending` and return it; None when there is nothing to send."""
    letter = OutboundLetter.objects.select_for_update().get(public_id=public_id)
    if letter.state == State.SENDING:
        record_unknown(letter, code="worker_lost")
        return None
    if letter.state != State.WAITING:
        return None
    letter.state = State.SENDING
    letter.taken_at = clock.now()
    letter.attempts += 1
    letter.save(update_fields=["state", "taken_at", "attempts"])
    return letter


def record_not_sent(letter: OutboundLetter, error: NotSent) -> None:
    """Nothing left the building: wait and try again, for about a day. Raises Later."""
    if letter.attempts >= SENDING_TRIES:
        record(letter, State.FAILED, error_code=error.code)
        return
    record(letter, State.WAITING, error_code=error.code)
    raise Later(seconds=pause_after(letter.attempts)) from error


@transaction.atomic
def record_unknown(letter: OutboundLetter, *, code: str, remark: str = "") -> None:
    """Note that nobody knows whether the letter went out: it is to be looked up among the sent."""
    now = clock.now()
    record(letter, State.UNKNOWN, error_code=code[:80], remark=remark, unknown_since=now, look_up_at=now)


@transaction.atomic
def record_submission(letter: OutboundLetter, submission: Submission) -> None:
    """Keep what ePUAP answered, then look at the receipt: a missing or wrong one is a remark, for
    the letter has been sent."""
    remark = (
        "" if submission.receipt or letter.kind == Kind.DELIVERY else _("ePUAP nie odesłał poświadczenia.")
    )
    is_recorded = record(
        letter,
        State.SENT_WITHOUT_RECEIPT,
        error_code="",
        remark=remark,
        epuap_id=submission.document_id[:255],
        order_id=submission.order_id[:255],
        receipt_id=submission.receipt_id[:255],
        sent_at=clock.now(),
    )
    if is_recorded and submission.receipt:
        receipts.keep_answered_receipt(letter, submission.receipt)


def record(letter: OutboundLetter, state: OutboundLetter.State, **fields: object) -> bool:
    """Write the outcome of this attempt, unless a later attempt or a person has moved on; return
    whether it was written. A late answer still replaces `unknown`, and adds to what the sent store told."""
    replaced = [State.SENDING, State.UNKNOWN]
    if state == State.SENT_WITHOUT_RECEIPT:
        replaced.append(State.SENT_WITHOUT_RECEIPT)
    fields = {"unknown_since": None, "look_up_at": None, **fields}
    changed = OutboundLetter.objects.filter(
        pk=letter.pk, attempts=letter.attempts, state__in=replaced
    ).update(state=state, **fields)
    logger.info("letter=%s state=%s recorded=%s", letter.public_id, state, bool(changed))
    if changed and state == State.FAILED:
        watchers.tell(Attention.LETTER)
    return bool(changed)


@transaction.atomic
def resend_letter(*, public_id: uuid.UUID) -> bool:
    """Send a letter of unknown outcome, or a refused one, again on a clerk's word."""
    letter = OutboundLetter.objects.only("public_id").get(public_id=public_id)
    changed = OutboundLetter.objects.filter(
        pk=letter.pk, state__in=(State.UNKNOWN, State.FAILED), closed_at=None
    ).update(state=State.WAITING, error_code="", remark="", unknown_since=None, look_up_at=None)
    if changed:
        enqueue_submission(letter)
    return bool(changed)


def mark_letter_sent(*, public_id: uuid.UUID) -> bool:
    """Note a clerk's finding that a letter of unknown outcome did arrive."""
    return bool(
        OutboundLetter.objects.filter(public_id=public_id, state=State.UNKNOWN).update(
            state=State.SENT_WITHOUT_RECEIPT, sent_at=clock.now(), unknown_since=None, look_up_at=None
        )
    )
