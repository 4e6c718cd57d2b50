"""The objects of WS-Skrytka and WS-Pull (obiektypk.xsd): global elements qualified, children not."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from epuap.simulator.errors import Refused
from epuap.simulator.wire.soap import decode, fields
from eurzad.lib import clock

XSI = "http://www.w3.org/2001/XMLSchema-instance"
OB = "http://wsdl.epuap.gov.pl/obiekty/"


@dataclass(frozen=True)
class File:
    """DokumentTyp."""

    name: str
    mime_type: str
    content: bytes


@dataclass(frozen=True)
class Delivery:
    """What OdpowiedzPullPobierz says of one document; natural persons have a PESEL."""

    sender_id: str
    given_name: str
    name: str
    pesel: str
    sent_at: datetime
    box_name: str
    box_address: str
    reply_address: str
    extra: bytes
    file: File


def fingerprint(content: bytes) -> str:
    """Return `skrot`: base64 of the SHA-1 of the document's bytes."""
    return base64.b64encode(hashlib.sha1(content, usedforsecurity=False).digest()).decode()


def read_file(element: etree._Element, name: str = "Dokument") -> File:
    """Read ob:Dokument or another element of DokumentTyp; raises Refused."""
    if element.tag != f"{{{OB}}}{name}":
        raise Refused("schema", f"expected ob:{name}")
    values = fields(element, ["nazwaPliku", "zawartosc"], ["typPliku"])
    return File(values["nazwaPliku"], values.get("typPliku", ""), decode(values["zawartosc"]))


def _root(name: str) -> etree._Element:
    return etree.Element(f"{{{OB}}}{name}", nsmap={"ob": OB})


def _sub(parent: etree._Element, name: str, text: str = "") -> etree._Element:
    child = etree.SubElement(parent, name)
    child.text = text or None
    return child


def _status(parent: etree._Element, code: int, text: str) -> None:
    status = _sub(parent, "status")
    _sub(status, "kod", str(code))
    _sub(status, "komunikat", text)


def _file(parent: etree._Element, name: str, file: File) -> None:
    element = _sub(parent, name)
    _sub(element, "nazwaPliku", file.name)
    if file.mime_type:
        _sub(element, "typPliku", file.mime_type)
    _sub(element, "zawartosc", base64.b64encode(file.content).decode())


def build_exception(code: int, text: str) -> etree._Element:
    """Return ob:Wyjatek for the detail of a fault."""
    root = _root("Wyjatek")
    _sub(root, "kod", str(code))
    _sub(root, "komunikat", text)
    return root


def build_waiting(count: int) -> etree._Element:
    """Return OdpowiedzPullOczekujace."""
    root = _root("OdpowiedzPullOczekujace")
    _status(root, 1, "OK")
    _sub(root, "oczekujace", str(count))
    return root


def build_confirmed() -> etree._Element:
    """Return OdpowiedzPullPotwierdz."""
    root = _root("OdpowiedzPullPotwierdz")
    _status(root, 1, "OK")
    return root


def extra_data(document_number: int, receipt_number: int | None) -> bytes:
    """Return the additional data ePUAP attaches to a document in a queue."""
    root = etree.Element("DaneDodatkowe")
    if receipt_number is not None:
        _sub(root, "IdentyfikatorUpp", str(receipt_number))
    _sub(root, "IdentyfikatorDokumentu", str(document_number))
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def build_fetched(delivery: Delivery | None, *, box_name: str, box_address: str) -> etree._Element:
    """Return OdpowiedzPullPobierz; for an empty queue `kod` is 0 and the required fields are hollow."""
    root = _root("OdpowiedzPullPobierz")
    if delivery is None:
        delivery = Delivery("", "", "", "", clock.now(), box_name, box_address, "", b"", File("", "", b""))
        _status(root, 0, "Brak dokumentów w kolejce")
    else:
        _status(root, 1, "OK")
    about = _sub(root, "danePodmiotu")
    _sub(about, "identyfikator", delivery.sender_id)
    _sub(about, "typOsoby", "F" if delivery.pesel else "P")
    if delivery.name:
        _sub(about, "imieSkrot", delivery.given_name or delivery.sender_id)
        _sub(about, "nazwiskoNazwa", delivery.name)
    if delivery.pesel:
        _sub(about, "pesel", delivery.pesel)
    _sub(about, "zgoda", "true")
    _sub(_sub(root, "daneNadawcy"), "uzytkownik", delivery.sender_id)
    _sub(root, "dataNadania", clock.to_warsaw(delivery.sent_at).isoformat(timespec="milliseconds"))
    _sub(root, "nazwaSkrytki", delivery.box_name)
    _sub(root, "adresSkrytki", delivery.box_address)
    _sub(root, "adresOdpowiedzi", delivery.reply_address)
    _sub(root, "czyTestowe", "false")
    _sub(root, "daneDodatkowe", base64.b64encode(delivery.extra).decode())
    _file(root, "dokument", delivery.file)
    return root


def build_submitted(
    document_number: int, receipt: tuple[int, bytes] | None, text: str = "Poprawnie przyjęto dokument"
) -> etree._Element:
    """Return OdpowiedzSkrytki, with the UPP when there is one."""
    root = _root("OdpowiedzSkrytki")
    _status(root, 1, text)
    _sub(root, "identyfikatorDokumentu", str(document_number))
    if receipt is not None:
        number, content = receipt
        _sub(root, "identyfikatorUpp", str(number))
        _file(root, "zalacznik", File("UPP.xml", "text/xml", content))
    return root


def build_handed_over(
    document_number: int | None, order_number: int | None, text: str = "Przyjęto zlecenie doręczenia"
) -> etree._Element:
    """Return OdpowiedzDoreczyciela; a trial has neither number."""
    root = _root("OdpowiedzDoreczyciela")
    _status(root, 1, text)
    for name, number in (
        ("identyfikatorDokumentu", document_number),
        ("identyfikatorZlecenia", order_number),
    ):
        child = _sub(root, name, "" if number is None else str(number))
        if number is None:
            child.set(f"{{{XSI}}}nil", "true")
    return root
