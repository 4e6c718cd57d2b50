"""ePUAP's boxes: delivering with a UPP, the office's queue and sent store, the residents' inboxes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from epuap.simulator import failures, keys, people
from epuap.simulator.errors import Refused
from epuap.simulator.failures import Name, Order
from epuap.simulator.models import Message, Receipt
from epuap.simulator.people import Person
from epuap.simulator.wire import receipt
from epuap.simulator.wire.mailbox import Delivery, File, extra_data, fingerprint
from epuap.simulator.wire.store import Details, Side
from eurzad.lib import clock

PLATFORM = "ePUAP"
"""Who sends a receipt that comes by itself."""


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


def addressee(box_address: str) -> receipt.Party:
    """Return whose box it is; raises Refused when nobody has it."""
    if box_address == settings.SIM_OFFICE_BOX_ADDRESS:
        return receipt.Party(settings.SIM_OFFICE_NAME, settings.SIM_OFFICE_ENTITY_ID)
    owner = people.owner_of_box(box_address)
    if owner is None:
        raise Refused("unknown_box", f"Nie ma skrytki {box_address}")
    return receipt.Party(owner.full_name, owner.epuap_login)


def put(sender: Sender, box_address: str, file: File) -> Message:
    """Lay a document into a box, with no receipt."""
    return Message.objects.create(
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


@transaction.atomic
def deliver(sender: Sender, box_address: str, file: File, *, late: Order | None = None) -> Message:
    """Put a document into a box and issue its UPP; raises Refused for an unknown box.

    A file that cannot be read as XML is delivered too, without a UPP, as on ePUAP. With `late` the UPP is
    made but comes to the sender's box later.
    """
    owner = addressee(box_address)
    message = put(sender, box_address, file)
    _issue_receipt(message, owner, late)
    return message


def _issue_receipt(message: Message, owner: receipt.Party, late: Order | None) -> None:
    confirmed = Receipt.objects.create(message=message, content=b"", held=late is not None)
    if late is not None and late.seconds is not None:
        confirmed.due_at = message.sent_at + timedelta(seconds=late.seconds)
    document = bytes(message.content)
    if failures.take(Name.NADAJ_OTHER_RECEIPT):
        document = b"<InnyDokument/>"
    submission = receipt.Submission(
        receipt_number=confirmed.number,
        document_number=message.number,
        addressee=owner,
        sender=receipt.Party(message.sender_full_name, message.sender_id),
        delivered_at=message.sent_at,
    )
    seal = "foreign-seal" if failures.take(Name.NADAJ_FORGED_RECEIPT) else "epuap-seal"
    try:
        confirmed.content = receipt.build_receipt(submission, document, keys.load(seal))
    except Refused:
        confirmed.delete()
    else:
        confirmed.save(update_fields=["content", "due_at"])


def held_receipts() -> QuerySet[Receipt]:
    """Return the receipts that have not come yet, oldest first."""
    return Receipt.objects.filter(held=True).select_related("message").order_by("pk")


def release_receipt(held: Receipt) -> bool:
    """Lay a held receipt into its sender's box; say whether this call did it."""
    with transaction.atomic():
        if not Receipt.objects.filter(pk=held.pk, held=True).update(held=False):
            return False
        platform = Sender(PLATFORM, "", "Platforma ePUAP (SYMULATOR)", "", "")
        file = File(f"UPP-{held.number}.xml", "application/xml", bytes(held.content))
        put(platform, held.message.reply_address, file)
    return True


def release_due_receipts() -> None:
    """Lay every receipt whose time has come into its sender's box."""
    for held in held_receipts().filter(due_at__lte=clock.now()):
        release_receipt(held)


def receipt_of(message: Message) -> Receipt | None:
    """Return the UPP of a message, if one was issued and has come."""
    return Receipt.objects.filter(message=message, held=False).first()


def office_queue_length() -> int:
    """Return how many documents the office has not confirmed."""
    release_due_receipts()
    return Message.objects.in_box(settings.SIM_OFFICE_BOX_ADDRESS).waiting().count()


def office_queue_head() -> Message | None:
    """Return the oldest document the office has not confirmed; the same one until it is."""
    release_due_receipts()
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
        if failures.take(Name.PULL_AGAIN):
            return
        head.confirmed_at = clock.now()
        head.save(update_fields=["confirmed_at"])


def sent_by_office() -> QuerySet[Message]:
    """Return what the office has sent, oldest first, with the UPPs."""
    sent = Message.objects.filter(sender_id=settings.SIM_OFFICE_ENTITY_ID)
    return sent.select_related("receipt", "hand_delivery").order_by("pk")


def received_by_office() -> QuerySet[Message]:
    """Return what has come to the office's box, oldest first."""
    return Message.objects.in_box(settings.SIM_OFFICE_BOX_ADDRESS).select_related("receipt").order_by("pk")


def _owner_name(box_address: str) -> str:
    try:
        return addressee(box_address).name
    except Refused:
        return box_address


def describe_sent(message: Message) -> Details:
    """Return what the document store says of a message of the office's own, sent or received."""
    confirmed = getattr(message, "receipt", None)
    handed = getattr(message, "hand_delivery", None)
    is_sent = message.sender_id == settings.SIM_OFFICE_ENTITY_ID
    return Details(
        number=message.number,
        name=message.file_name,
        receipt_number=confirmed.number if confirmed is not None and not confirmed.held else None,
        sender=Side(message.sender_full_name, message.reply_address),
        addressee=Side(_owner_name(message.box_address), message.box_address),
        sent_at=message.sent_at,
        received_at=handed.received_at if handed is not None else None,
        folder="SENT" if is_sent else "RECEIVED",
    )


def store_contents(store: str) -> Iterator[Details]:
    """Return what lies in one of the office's stores: what it sent, or its box; raises Refused."""
    if store == settings.SIM_OFFICE_SENT_STORE:
        found = sent_by_office()
    elif store == settings.SIM_OFFICE_BOX_NAME:
        found = received_by_office()
    else:
        raise Refused("unknown_store", f"Nie ma składu {store}")
    return (describe_sent(message) for message in found.defer("content", "receipt__content").iterator())


def office_document(number: int) -> Message:
    """Return a document of the office's stores by its identifier; raises Refused."""
    key = number - Message(pk=0).number
    for found in (sent_by_office(), received_by_office()):
        message = found.filter(pk=key).first()
        if message is not None:
            return message
    raise Refused("unknown_document", f"Nie ma dokumentu {number}")
