"""ePUAP's boxes: delivering with a UPP, the office's queue, the residents' inboxes."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from epuap.simulator import keys, people
from epuap.simulator.errors import Refused
from epuap.simulator.models import Behaviour, Message, Receipt
from epuap.simulator.people import Person
from epuap.simulator.wire import receipt
from epuap.simulator.wire.mailbox import Delivery, File, extra_data, fingerprint
from eurzad.lib import clock


@dataclass(frozen=True)
class Sender:
    """Who sends, as the platform knows them: a resident with a PESEL or the office with a name only."""

    identifier: str
    given_name: str
    name: str
    pesel: str
    reply_address: str


def resident(person: Person) -> Sender:
    """Return a resident as a sender, with their own box for replies."""
    return Sender(
        person.login, person.given_name, person.family_name, person.pesel, people.box_address(person.login)
    )


def office(reply_address: str) -> Sender:
    """Return the office as a sender."""
    return Sender(settings.SIM_OFFICE_ENTITY_ID, "", settings.SIM_OFFICE_NAME, "", reply_address)


def _addressee(box_address: str) -> receipt.Party:
    if box_address == settings.SIM_OFFICE_BOX_ADDRESS:
        return receipt.Party(settings.SIM_OFFICE_NAME, settings.SIM_OFFICE_ENTITY_ID)
    owner = people.owner_of_box(box_address)
    if owner is None:
        raise Refused("unknown_box", f"Nie ma skrytki {box_address}")
    return receipt.Party(owner.full_name, owner.epuap_login)


def check_box(box_address: str) -> None:
    """Raise Refused when nobody has that box."""
    _addressee(box_address)


@transaction.atomic
def deliver(sender: Sender, box_address: str, file: File) -> Message:
    """Put a document into a box and issue its UPP; raises Refused for an unknown box.

    A file that cannot be read as XML is delivered too, without a UPP, as on ePUAP.
    """
    addressee = _addressee(box_address)
    message = Message.objects.create(
        box_address=box_address,
        reply_address=sender.reply_address,
        sender_id=sender.identifier,
        sender_given_name=sender.given_name,
        sender_name=sender.name,
        sender_pesel=sender.pesel,
        file_name=file.name,
        file_type=file.mime_type,
        content=file.content,
    )
    _issue_receipt(message, addressee)
    return message


def _issue_receipt(message: Message, addressee: receipt.Party) -> None:
    confirmed = Receipt.objects.create(message=message, content=b"")
    document = bytes(message.content)
    if Behaviour.take(Behaviour.Name.NADAJ_OTHER_RECEIPT):
        document = b"<InnyDokument/>"
    submission = receipt.Submission(
        receipt_number=confirmed.number,
        document_number=message.number,
        addressee=addressee,
        sender=receipt.Party(message.sender_full_name, message.sender_id),
        delivered_at=message.sent_at,
    )
    try:
        confirmed.content = receipt.build_receipt(submission, document, keys.load("epuap-seal"))
    except Refused:
        confirmed.delete()
    else:
        confirmed.save(update_fields=["content"])


def receipt_of(message: Message) -> Receipt | None:
    """Return the UPP of a message, if one was issued."""
    return Receipt.objects.filter(message=message).first()


def office_queue_length() -> int:
    """Return how many documents the office has not confirmed."""
    return Message.objects.in_box(settings.SIM_OFFICE_BOX_ADDRESS).waiting().count()


def office_queue_head() -> Message | None:
    """Return the oldest document the office has not confirmed; the same one until it is."""
    return Message.objects.in_box(settings.SIM_OFFICE_BOX_ADDRESS).waiting().first()


def describe_delivery(message: Message) -> Delivery:
    """Return what WS-Pull says of a message."""
    confirmed = receipt_of(message)
    return Delivery(
        sender_id=message.sender_id,
        given_name=message.sender_given_name,
        name=message.sender_name,
        pesel=message.sender_pesel,
        sent_at=message.sent_at,
        box_name=settings.SIM_OFFICE_BOX_NAME,
        box_address=message.box_address,
        reply_address=message.reply_address,
        extra=extra_data(message.number, confirmed.number if confirmed else None),
        file=File(message.file_name, message.file_type, bytes(message.content)),
    )


def confirm_head(sent_fingerprint: str) -> None:
    """Remove the head of the office's queue when the fingerprint is that of its document; raises Refused."""
    with transaction.atomic():
        head = office_queue_head()
        if head is None:
            raise Refused("queue_empty", "Brak dokumentu do potwierdzenia")
        if fingerprint(bytes(head.content)) != sent_fingerprint:
            raise Refused("fingerprint", "Skrót nie zgadza się z dokumentem")
        head.confirmed_at = clock.now()
        head.save(update_fields=["confirmed_at"])
