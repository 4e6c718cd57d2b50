"""What a resident does on ePUAP: fills the form, has it signed, sends it, reads what came."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from epuap.simulator import boxes, people, signing
from epuap.simulator.errors import Refused
from epuap.simulator.models import Draft, Message, Receipt, Signing
from epuap.simulator.people import Person
from epuap.simulator.wire.application import Application, build_application
from epuap.simulator.wire.mailbox import File
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
    written = {name: value for name, value in values.items() if name != "statement"}
    application = Application(owner.given_name, owner.family_name, owner.pesel, **written)
    content = build_application(
        application,
        namespace=settings.ACCESS_FORM_NAMESPACE,
        office=settings.SIM_OFFICE_NAME,
        on=clock.today(),
    )
    return Draft.objects.create(owner_login=owner.login, content=content)


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
    """Return letters that came, newest first."""
    return Message.objects.in_box(people.box_address(owner.login)).order_by("-pk")


def outbox(owner: Person) -> QuerySet[Message]:
    """Return what the resident sent, newest first, with its UPP."""
    return Message.objects.filter(sender_id=owner.login).select_related("receipt").order_by("-pk")


def drafts(owner: Person) -> QuerySet[Draft]:
    """Return documents begun and not sent."""
    return Draft.objects.filter(owner_login=owner.login, message=None).order_by("-pk")


def message_of(owner: Person, message_id: UUID) -> Message | None:
    """Return a message of the account, sent or received."""
    own = Q(box_address=people.box_address(owner.login)) | Q(sender_id=owner.login)
    return Message.objects.filter(own, public_id=message_id).first()


def receipt_of(owner: Person, receipt_id: UUID) -> Receipt | None:
    """Return a UPP the resident was given."""
    return Receipt.objects.filter(public_id=receipt_id, message__sender_id=owner.login).first()


def own_receipt(owner: Person, message: Message) -> Receipt | None:
    """Return the UPP of a message the resident sent; that of a letter received is the office's."""
    return boxes.receipt_of(message) if message.sender_id == owner.login else None
