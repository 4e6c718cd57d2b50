"""ePUAP's services: one function per operation, from a SOAP envelope to the answer's element."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from lxml import etree

from epuap.simulator import boxes, failures, hand_deliveries, repository
from epuap.simulator.errors import Refused
from epuap.simulator.failures import Name
from epuap.simulator.models import SignIn
from epuap.simulator.people import Person
from epuap.simulator.wire import mailbox, store, userinfo
from epuap.simulator.wire import repository as files
from epuap.simulator.wire.soap import Envelope, decode, fields

Operation = Callable[[Envelope], etree._Element]
Operations = dict[str, tuple[str, Operation]]
PULL_ACTION = "http://ws.epuap.gov.pl/pull/"
SKRYTKA_ACTION = "http://ws.epuap.gov.pl/skrytka/"
DORECZYCIEL_ACTION = "http://ws.epuap.gov.pl/doreczyciel/"
_BOX_FIELDS = ("podmiot", "nazwaSkrytki", "adresSkrytki")


def _own_subject(subject: str) -> None:
    if subject != settings.SIM_OFFICE_ENTITY_ID:
        raise Refused("no_right", "Brak uprawnień do podmiotu")


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


def _sending_headers(envelope: Envelope, *more: str) -> dict[str, str]:
    """Return the headers that nadaj and dorecz share, checked, and `more` of them; raises Refused."""
    names = ("IdentyfikatorPodmiotu", "AdresSkrytki", "AdresOdpowiedzi", "CzyProbne", "DaneDodatkowe", *more)
    header = {name: envelope.header(f"{{{mailbox.OB}}}{name}") for name in names}
    _own_subject(header["IdentyfikatorPodmiotu"])
    if not header["AdresOdpowiedzi"].startswith("/"):
        raise Refused("schema", "AdresOdpowiedzi nie jest adresem skrytki")
    if header["CzyProbne"] not in {"0", "1", "true", "false"}:
        raise Refused("schema", "CzyProbne nie jest wartością logiczną")
    decode(header["DaneDodatkowe"])
    return header


def submit(envelope: Envelope) -> etree._Element:
    """nadaj: the office's letter into a resident's box, the UPP in the answer."""
    header = _sending_headers(envelope)
    file = mailbox.read_file(envelope.payload)
    if header["CzyProbne"] in {"1", "true"}:
        boxes.addressee(header["AdresSkrytki"])
        return mailbox.build_submitted(0, None, "Próbne nadanie poprawne")
    sender = boxes.office(header["AdresOdpowiedzi"])
    late = failures.take_order(Name.NADAJ_LATE_RECEIPT)
    message = boxes.deliver(sender, header["AdresSkrytki"], file, late=late)
    receipt = boxes.receipt_of(message)
    return mailbox.build_submitted(
        message.number, (receipt.number, bytes(receipt.content)) if receipt else None
    )


def hand_over(envelope: Envelope) -> etree._Element:
    """dorecz: the office's signed letter, which the addressee sees after signing the UPD."""
    header = _sending_headers(envelope, "TerminDoreczenia", "IdentyfikatorDokumentu", "IdentyfikatorSprawy")
    own_upd = envelope.headers.get(f"{{{mailbox.OB}}}UPD")
    order = hand_deliveries.check(
        box_address=header["AdresSkrytki"],
        reply_address=header["AdresOdpowiedzi"],
        due_at=header["TerminDoreczenia"],
        document_id=header["IdentyfikatorDokumentu"],
        case_id=header["IdentyfikatorSprawy"],
        file=mailbox.read_file(envelope.payload),
        upd=mailbox.read_file(own_upd, "UPD").content if own_upd is not None and len(own_upd) else b"",
    )
    if header["CzyProbne"] in {"1", "true"}:
        return mailbox.build_handed_over(None, None, "Próbne doręczenie poprawne")
    handed = hand_deliveries.accept(order)
    return mailbox.build_handed_over(handed.message.number, handed.number)


def list_store(envelope: Envelope) -> etree._Element:
    """zawartoscSkladu: what the office has sent, or what has come to its box."""
    wanted = [e for e in envelope.payload if e.tag == "sklad"]
    if len(wanted) != 1 or len(envelope.payload) != 1:
        raise Refused("schema", "oczekiwano jednego elementu sklad")
    values = fields(wanted[0], ["nazwa", "podmiot"])
    _own_subject(values["podmiot"])
    return store.build_contents(boxes.store_contents(values["nazwa"]))


def read_store(envelope: Envelope) -> etree._Element:
    """pobierzDokument: one document of the office's stores."""
    values = fields(envelope.payload, ["idDokumentu"], ["podmiot"])
    _own_subject(values.get("podmiot") or settings.SIM_OFFICE_ENTITY_ID)
    if not values["idDokumentu"].isdigit():
        raise Refused("schema", "idDokumentu nie jest liczbą")
    message = boxes.office_document(int(values["idDokumentu"]))
    return store.build_document(boxes.describe_sent(message), bytes(message.content))


def upload_file(envelope: Envelope) -> etree._Element:
    """uploadFile."""
    file, subject = files.read_upload(envelope.payload)
    _own_subject(subject)
    stored = repository.keep(file, subject=subject, uploaded_by=settings.SIM_OFFICE_ENTITY_ID)
    return files.build_file_id(stored.file_id)


def download_file(envelope: Envelope) -> etree._Element:
    """downloadFile: once."""
    values = fields(envelope.payload, ["fileId", "subject"])
    _own_subject(values["subject"])
    return files.build_file(repository.take(values["fileId"], values["subject"]))


def tell_user(envelope: Envelope) -> etree._Element:
    """getTpUserInfo: the person behind a session of Profil Zaufany that has not ended."""
    values = fields(envelope.payload, ["tgsid", "systemOrganisationId"])
    sessions = SignIn.objects.filter(provider="pz", outcome="authenticated", ended_at=None)
    session = sessions.filter(session_index=values["tgsid"]).first() if values["tgsid"] else None
    if session is None:
        raise Refused("unknown_session", "Nie ma takiej sesji")
    nobody = failures.take(Name.USERINFO_NOBODY)
    return userinfo.build_answer(None if nobody else Person(**session.person))


def _ob(name: str) -> str:
    return f"{{{mailbox.OB}}}{name}"


PULL: Operations = {
    _ob("ZapytaniePullOczekujace"): (f"{PULL_ACTION}oczekujaceDokumenty", count_waiting),
    _ob("ZapytaniePullPobierz"): (f"{PULL_ACTION}pobierzNastepny", fetch_next),
    _ob("ZapytaniePullPotwierdz"): (f"{PULL_ACTION}potwierdzOdebranie", confirm),
}
SKRYTKA: Operations = {_ob("Dokument"): (f"{SKRYTKA_ACTION}nadaj", submit)}
DORECZYCIEL: Operations = {_ob("Dokument"): (f"{DORECZYCIEL_ACTION}dorecz", hand_over)}
STORE: Operations = {
    f"{{{store.ZD}}}zawartoscSkladu": ("", list_store),
    f"{{{store.ZD}}}pobierzDokument": ("", read_store),
}
FILES: Operations = {
    f"{{{files.FC}}}UploadFileParam": ("", upload_file),
    f"{{{files.FC}}}DownloadFileParam": ("", download_file),
}
USER_INFO: Operations = {userinfo.REQUEST: ("getTpUserInfo", tell_user)}


def find_operation(operations: Operations, payload: etree._Element, soap_action: str) -> Operation:
    """Return the operation of a request; the action may be left out, but not be another one."""
    if payload.tag not in operations:
        raise Refused("operation", f"Nieznana operacja {etree.QName(payload).localname}")
    action, operation = operations[payload.tag]
    if soap_action not in {"", action}:
        raise Refused("soap_action", f"SOAPAction {soap_action} nie pasuje do operacji")
    return operation
