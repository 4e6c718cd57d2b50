"""Big attachments: a document only points to them, the repository gives each out once.

Listed when the document is read, downloaded by a job each once the document's own receipt is confirmed,
stored by the one update that marks them stored. The address in the document is never called: only the
file's number is taken from it, and only when the address is the repository's.
"""

import hashlib
import logging
import uuid

from django.conf import settings
from django.db import transaction
from lxml import etree

from epuap.inbox import watchers
from epuap.inbox.models import InboundAttachment, InboundDocument
from epuap.inbox.pauses import BLOCKED_SECONDS, pause_after
from epuap.inbox.services.jobs import enqueue_download, enqueue_handling
from epuap.inbox.watchers import Attention
from epuap.soap.errors import ServiceFault
from epuap.soap.files import FileClient, RepositoryFile, file_id_of
from eurzad.lib import clock
from eurzad.lib.errors import AdapterError, PermanentError, TransientError
from eurzad.lib.xml import text_of
from eurzad.outbox.registry import Later

logger = logging.getLogger(__name__)

DOWNLOAD_TRIES = 20
MAX_ATTACHMENTS = 100
STRUCTURE = "http://crd.gov.pl/xml/schematy/struktura/"

State = InboundAttachment.State


def linked(root: etree._Element) -> list[etree._Element]:
    """`str:Zalacznik kodowanie="URI"` of a document, in either generation of its namespace."""
    return [
        one
        for one in root.iter("{*}Zalacznik")
        if str(one.tag).startswith(f"{{{STRUCTURE}") and one.get("kodowanie", "").upper() == "URI"
    ]


@transaction.atomic
def list_once(document: InboundDocument, root: etree._Element) -> bool:
    """Make a row of each big attachment, the first time a document is read; return whether any is to be
    downloaded. Raises PermanentError (`file.too_many`)."""
    if document.attachments_listed:
        return False
    found = linked(root)
    if len(found) > MAX_ATTACHMENTS:
        raise PermanentError(code="file.too_many")
    for position, one in enumerate(found, 1):
        address = text_of(one.find("{*}DaneZalacznika"))
        file_id = file_id_of(address, hosts=settings.EPUAP_FILE_HOSTS) or ""
        InboundAttachment.objects.create(
            document=document,
            position=position,
            file_id=file_id,
            name=one.get("nazwaPliku", "")[:255],
            mime=one.get("format", "")[:100],
            state=State.WAITING if file_id else State.MISSING,
            error_code="" if file_id else "file.foreign_address",
        )
    document.attachments_listed = True
    document.save(update_fields=["attachments_listed"])
    return are_under_way(document)


def are_under_way(document: InboundDocument) -> bool:
    """Whether an attachment still waits; its download begins when the document's receipt was confirmed."""
    waiting = list(document.attachments.filter(state=State.WAITING).only("public_id"))
    if document.confirmed_at is not None:
        for attachment in waiting:
            enqueue_download(attachment)
    return bool(waiting)


def download_attachment(*, public_id: uuid.UUID) -> None:
    """Download a waiting attachment and store it; never one that is stored already.

    Raises Later while a failure may pass.
    """
    try:
        client = FileClient.from_settings()
    except PermanentError as error:
        logger.warning("attachments not downloaded code=%s", error.code)
        raise Later(seconds=BLOCKED_SECONDS) from error
    attachment = take(public_id)
    if attachment is None:
        return
    try:
        file = client.download(attachment.file_id)
    except TransientError as error:
        InboundAttachment.objects.filter(pk=attachment.pk).update(error_code=error.code[:80])
        raise Later(seconds=pause_after(attachment.attempts)) from error
    except ServiceFault as error:
        set_aside(attachment, State.MISSING if error.authenticated else State.FAILED, code=error.code)
    except AdapterError as error:
        set_aside(attachment, State.FAILED, code=error.code)
    else:
        store(attachment, file)


@transaction.atomic
def take(public_id: uuid.UUID) -> InboundAttachment | None:
    """Count one more try of a waiting attachment; None when there is nothing (more) to try."""
    attachment = InboundAttachment.objects.select_for_update().get(public_id=public_id)
    if attachment.state != State.WAITING:
        return None
    same_file = InboundAttachment.objects.filter(file_id=attachment.file_id, state=State.STORED)
    if same_file.exists():
        set_aside(attachment, State.MISSING, code="file.taken")
        return None
    if attachment.attempts >= DOWNLOAD_TRIES:
        set_aside(attachment, State.FAILED, code=attachment.error_code or "worker_lost")
        return None
    attachment.attempts += 1
    attachment.save(update_fields=["attempts"])
    return attachment


@transaction.atomic
def store(attachment: InboundAttachment, file: RepositoryFile) -> None:
    """Keep the bytes and mark them kept, in one update, and let the document go on."""
    InboundAttachment.objects.filter(pk=attachment.pk).exclude(state=State.STORED).update(
        state=State.STORED,
        content=file.content,
        sha256=hashlib.sha256(file.content).hexdigest(),
        name=(attachment.name or file.file_name)[:255],
        mime=(file.mime or attachment.mime)[:100],
        error_code="",
        stored_at=clock.now(),
    )
    go_on(attachment)
    logger.info("attachment=%s stored bytes=%d", attachment.public_id, len(file.content))


@transaction.atomic
def set_aside(attachment: InboundAttachment, state: InboundAttachment.State, *, code: str) -> None:
    """Note under a reason that an attachment is not to be had, and tell the clerks."""
    logger.error("attachment=%s state=%s code=%s", attachment.public_id, state, code)
    changed = InboundAttachment.objects.filter(pk=attachment.pk, state=State.WAITING).update(
        state=state, error_code=code[:80]
    )
    if changed:
        watchers.tell(Attention.ATTACHMENT)
        go_on(attachment)


def go_on(attachment: InboundAttachment) -> None:
    """Let the document be handled when this was the last of its attachments."""
    waiting = InboundAttachment.objects.filter(document=attachment.document_id, state=State.WAITING)
    if not waiting.exists():
        enqueue_handling(InboundDocument.objects.only("public_id").get(pk=attachment.document_id))


@transaction.atomic
def retry_attachment(*, public_id: uuid.UUID) -> bool:
    """Try again to download an attachment that is not stored; return whether it was one."""
    attachment = InboundAttachment.objects.only("public_id").get(public_id=public_id)
    changed = (
        InboundAttachment.objects.filter(pk=attachment.pk, state__in=(State.FAILED, State.MISSING))
        .exclude(file_id="")
        .update(state=State.WAITING, attempts=0, error_code="")
    )
    if changed:
        enqueue_download(attachment)
    return bool(changed)
