"""`dorecz`: letters that the addressee sees only after signing the UPD, which then goes to the office."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from epuap.simulator import boxes, people, signing
from epuap.simulator.errors import Refused
from epuap.simulator.models import HandDelivery, Signing
from epuap.simulator.people import Person
from epuap.simulator.wire import dsig, receipt, xades
from epuap.simulator.wire.mailbox import File
from eurzad.lib import clock


@dataclass(frozen=True)
class Order:
    """A checked order of a delivery."""

    box_address: str
    reply_address: str
    due_at: datetime
    document_id: str
    case_id: str
    file: File
    upd: bytes


def check(
    *,
    box_address: str,
    reply_address: str,
    due_at: str,
    document_id: str,
    case_id: str,
    file: File,
    upd: bytes,
) -> Order:
    """Return the order when the box exists, the day is to come and the document is signed; raises Refused."""
    boxes.addressee(box_address)
    if people.owner_of_box(box_address) is None:
        raise Refused("not_a_resident", "Doręczenie za UPD trafia tu tylko do skrytek mieszkańców")
    try:
        moment = datetime.fromisoformat(due_at)
    except ValueError as error:
        raise Refused("schema", "TerminDoreczenia nie jest datą i godziną") from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=clock.WARSAW)
    if moment <= clock.now():
        raise Refused("due_at", "TerminDoreczenia już minął")
    if not document_id:
        raise Refused("schema", "IdentyfikatorDokumentu jest pusty")
    root = xades.read(file.content)
    if root.tag != f"{{{dsig.DS}}}Signature" and root.find(".//ds:Signature", xades.NS) is None:
        raise Refused("unsigned_document", "Doręczany dokument nie jest podpisany")
    if upd:
        receipt.check_upd(upd)
    return Order(box_address, reply_address, moment, document_id, case_id, file, upd)


@transaction.atomic
def accept(order: Order) -> HandDelivery:
    """Lay the letter into the box, closed until the UPD is signed."""
    message = boxes.put(boxes.office(order.reply_address), order.box_address, order.file)
    return HandDelivery.objects.create(
        message=message,
        document_id=order.document_id,
        case_id=order.case_id,
        due_at=order.due_at,
        upd=order.upd,
    )


def waiting_for(owner: Person) -> QuerySet[HandDelivery]:
    """Return the letters a resident has not received yet, oldest first."""
    box = people.box_address(owner.login)
    found = HandDelivery.objects.filter(message__box_address=box, received_at=None)
    return found.select_related("message").order_by("pk")


def _write_upd(handed: HandDelivery) -> bytes:
    """Return the unsigned UPD of a delivery, dated now; the office's own one when it gave one."""
    if handed.upd:
        return receipt.date_upd(bytes(handed.upd), clock.now())
    return receipt.build_upd(
        receipt.HandedOver(
            receipt_number=handed.number,
            document_id=handed.document_id,
            case_id=handed.case_id,
            issuer=receipt.Party(settings.SIM_OFFICE_NAME, settings.SIM_OFFICE_ENTITY_ID),
            addressee=boxes.addressee(handed.message.box_address),
            received_at=clock.now(),
        )
    )


def leave_upd_for_signing(handed: HandDelivery, *, return_url: str) -> Signing:
    """Leave the UPD at Profil Zaufany; the signature will cover the letter too; raises Refused."""
    if handed.received_at is not None:
        raise Refused("received", "Pismo zostało już odebrane")
    if handed.is_past:
        raise Refused("due_at", "Termin odbioru pisma minął")
    handed.signing = signing.leave_document(
        _write_upd(handed),
        success_url=return_url,
        failure_url=return_url,
        additional_info=f"Urzędowe poświadczenie doręczenia pisma {handed.document_id}",
        outside=(receipt.upd_document_id(_write_upd(handed)), bytes(handed.message.content)),
    )
    handed.save(update_fields=["signing"])
    return handed.signing


def receive(handed: HandDelivery, owner: Person) -> bool:
    """Open the letter when its UPD has been signed, and send the UPD to the office, once."""
    signed = handed.signing.signed_content if handed.signing is not None else None
    if signed is None:
        return False
    with transaction.atomic():
        fresh = HandDelivery.objects.filter(pk=handed.pk, received_at=None)
        if fresh.update(received_at=clock.now()):
            file = File(f"UPD-{handed.number}.xml", "application/xml", bytes(signed))
            boxes.put(boxes.resident(owner), handed.message.reply_address, file)
    return True
