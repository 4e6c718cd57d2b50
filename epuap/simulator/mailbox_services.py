"""WS-Pull and WS-Skrytka: one function per operation, from a SOAP envelope to the answer's element."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from lxml import etree

from epuap.simulator import boxes
from epuap.simulator.errors import Refused
from epuap.simulator.wire import mailbox
from epuap.simulator.wire.soap import Envelope, decode, fields

Operation = Callable[[Envelope], etree._Element]
PULL_ACTION = "http://ws.epuap.gov.pl/pull/"
SKRYTKA_ACTION = "http://ws.epuap.gov.pl/skrytka/"
_BOX_FIELDS = ("podmiot", "nazwaSkrytki", "adresSkrytki")


def _own_box(envelope: Envelope, *more: str) -> dict[str, str]:
    values = fields(envelope.payload, [*_BOX_FIELDS, *more])
    own = (settings.SIM_OFFICE_ENTITY_ID, settings.SIM_OFFICE_BOX_NAME, settings.SIM_OFFICE_BOX_ADDRESS)
    if tuple(values[name] for name in _BOX_FIELDS) != own:
        raise Refused("no_right", "Brak uprawnień do skrytki")
    return values


def count_waiting(envelope: Envelope) -> etree._Element:
    """oczekujaceDokumenty."""
    _own_box(envelope)
    return mailbox.build_waiting(boxes.office_queue_length())


def fetch_next(envelope: Envelope) -> etree._Element:
    """pobierzNastepny: the head of the queue, the same until confirmed."""
    _own_box(envelope)
    head = boxes.office_queue_head()
    return mailbox.build_fetched(
        boxes.describe_delivery(head) if head else None,
        box_name=settings.SIM_OFFICE_BOX_NAME,
        box_address=settings.SIM_OFFICE_BOX_ADDRESS,
    )


def confirm(envelope: Envelope) -> etree._Element:
    """potwierdzOdebranie."""
    boxes.confirm_head(_own_box(envelope, "skrot")["skrot"])
    return mailbox.build_confirmed()


def submit(envelope: Envelope) -> etree._Element:
    """nadaj: the office's letter into a resident's box, the UPP in the answer."""
    header = {
        name: envelope.header(f"{{{mailbox.OB}}}{name}")
        for name in ("IdentyfikatorPodmiotu", "AdresSkrytki", "AdresOdpowiedzi", "CzyProbne", "DaneDodatkowe")
    }
    if header["IdentyfikatorPodmiotu"] != settings.SIM_OFFICE_ENTITY_ID:
        raise Refused("no_right", "Brak uprawnień do podmiotu")
    if not header["AdresOdpowiedzi"].startswith("/"):
        raise Refused("schema", "AdresOdpowiedzi nie jest adresem skrytki")
    if header["CzyProbne"] not in {"0", "1", "true", "false"}:
        raise Refused("schema", "CzyProbne nie jest wartością logiczną")
    decode(header["DaneDodatkowe"])
    file = mailbox.read_file(envelope.payload)
    if header["CzyProbne"] in {"1", "true"}:
        boxes.check_box(header["AdresSkrytki"])
        return mailbox.build_submitted(0, None, "Próbne nadanie poprawne")
    message = boxes.deliver(boxes.office(header["AdresOdpowiedzi"]), header["AdresSkrytki"], file)
    receipt = boxes.receipt_of(message)
    return mailbox.build_submitted(
        message.number, (receipt.number, bytes(receipt.content)) if receipt else None
    )


PULL: dict[str, tuple[str, Operation]] = {
    "ZapytaniePullOczekujace": (f"{PULL_ACTION}oczekujaceDokumenty", count_waiting),
    "ZapytaniePullPobierz": (f"{PULL_ACTION}pobierzNastepny", fetch_next),
    "ZapytaniePullPotwierdz": (f"{PULL_ACTION}potwierdzOdebranie", confirm),
}
SKRYTKA: dict[str, tuple[str, Operation]] = {"Dokument": (f"{SKRYTKA_ACTION}nadaj", submit)}


def find_operation(
    operations: dict[str, tuple[str, Operation]], payload: etree._Element, soap_action: str
) -> Operation:
    """Return the operation of a request; the action may be left out, but not be another one."""
    name = etree.QName(payload)
    if name.namespace != mailbox.OB or name.localname not in operations:
        raise Refused("operation", f"Nieznana operacja {name.localname}")
    action, operation = operations[name.localname]
    if soap_action not in {"", action}:
        raise Refused("soap_action", f"SOAPAction {soap_action} nie pasuje do operacji")
    return operation
