"""What a resident does on ePUAP: fills the form, has it signed, sends it, reads what came."""

from __future__ import annotations

import base64
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q, QuerySet

from epuap.simulator import boxes, hand_deliveries, people, repository, signing
from epuap.simulator.errors import Refused
from epuap.simulator.models import Draft, HandDelivery, Message, Receipt, Signing
from epuap.simulator.people import Person
from epuap.simulator.wire.application import Application, Attachment, build_application
from epuap.simulator.wire.mailbox import File
from epuap.simulator.wire.repository import BigFile
from eurzad.lib import clock


def known_address(owner: Person) -> dict[str, str]:
    """Return the address the account knows, to fill the form with."""
    persona = people.by_login(owner.login)
    if persona is None:
        return {}
    return {
        "street": persona.street,
        "building": persona.building,
        "flat": persona.flat,
        "postal_code": persona.postal_code,
        "city": persona.city,
    }


def write_application(owner: Person, values: dict[str, Any]) -> Draft:
    """Turn the filled form into a document."""
    aside = {"statement", "attachment", "as_big_file"}
    written = {name: value for name, value in values.items() if name not in aside}
    attached = _attach(owner, values.get("attachment"), as_big_file=values.get("as_big_file", False))
    application = Application(
        owner.given_name, owner.family_name, owner.pesel, **written, attachments=attached
    )
    content = build_application(
        application,
        namespace=settings.ACCESS_FORM_NAMESPACE,
        office=settings.SIM_OFFICE_NAME,
        on=clock.today(),
    )
    return Draft.objects.create(owner_login=owner.login, content=content)


def _attach(owner: Person, file: UploadedFile | None, *, as_big_file: bool) -> tuple[Attachment, ...]:
    """Return the attachment of a form: inside the document, or left in the repository with its address."""
    if file is None:
        return ()
    content, name = file.read(), file.name or "zalacznik"
    mime_type = file.content_type or "application/octet-stream"
    if not as_big_file:
        return (Attachment(name, mime_type, "base64", base64.b64encode(content).decode()),)
    big = BigFile(name, mime_type, "", content)
    stored = repository.keep(big, subject=settings.SIM_OFFICE_ENTITY_ID, uploaded_by=owner.login)
    digest = f"SHA-256: {repository.digest(content)}"
    return (Attachment(name, mime_type, "URI", repository.address(stored), digest),)


def leave_for_signing(draft: Draft, *, return_url: str) -> Signing:
    """Leave the document at Profil Zaufany; a second attempt starts a new signing."""
    draft.signing = signing.leave_document(
        bytes(draft.content),
        success_url=return_url,
        failure_url=return_url,
        additional_info="Wniosek o dostęp do konta w portalu eUrząd",
    )
    draft.save(update_fields=["signing"])
    return draft.signing


@transaction.atomic
def send(owner: Person, draft: Draft) -> Message:
    """Send a signed draft to the office, once; raises Refused."""
    draft = Draft.objects.select_related("signing", "message").get(pk=draft.pk)
    if draft.message is not None:
        return draft.message
    if draft.signing is None or draft.signing.signed_content is None:
        raise Refused("not_signed", "Najpierw podpisz dokument")
    file = File("wniosek.xml", "application/xml", bytes(draft.signing.signed_content))
    draft.message = boxes.deliver(boxes.resident(owner), settings.SIM_OFFICE_BOX_ADDRESS, file)
    draft.save(update_fields=["message"])
    return draft.message


def inbox(owner: Person) -> QuerySet[Message]:
    """Return letters that came and may be read, newest first."""
    closed = Q(hand_delivery__isnull=False, hand_delivery__received_at=None)
    found = Message.objects.in_box(people.box_address(owner.login)).exclude(closed)
    return found.defer("content").order_by("-pk")


def outbox(owner: Person) -> QuerySet[Message]:
    """Return what the resident sent, newest first, with its UPP."""
    return Message.objects.filter(sender_id=owner.login).select_related("receipt").order_by("-pk")


def drafts(owner: Person) -> QuerySet[Draft]:
    """Return documents begun and not sent."""
    return Draft.objects.filter(owner_login=owner.login, message=None).order_by("-pk")


def message_of(owner: Person, message_id: UUID) -> Message | None:
    """Return a message of the account, sent, or received and open."""
    own = Q(box_address=people.box_address(owner.login)) | Q(sender_id=owner.login)
    closed = Q(hand_delivery__isnull=False, hand_delivery__received_at=None)
    return Message.objects.filter(own, public_id=message_id).exclude(closed).first()


def hand_delivery_of(owner: Person, delivery_id: UUID) -> HandDelivery | None:
    """Return a letter that waits for the resident's UPD, or was received with one."""
    own = HandDelivery.objects.filter(message__box_address=people.box_address(owner.login))
    return own.select_related("message", "signing").filter(public_id=delivery_id).first()


def to_receive(owner: Person) -> QuerySet[HandDelivery]:
    """Return the letters that wait for the resident's UPD, oldest first."""
    return hand_deliveries.waiting_for(owner)


def receipt_of(owner: Person, receipt_id: UUID) -> Receipt | None:
    """Return a UPP the resident was given."""
    return Receipt.objects.filter(held=False, public_id=receipt_id, message__sender_id=owner.login).first()


def own_receipt(owner: Person, message: Message) -> Receipt | None:
    """Return the UPP of a message the resident sent; that of a letter received is the office's."""
    return boxes.receipt_of(message) if message.sender_id == owner.login else None
