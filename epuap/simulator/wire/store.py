"""The document store, ZarzadzanieDokumentami: global elements qualified, children not, absent values nil."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from epuap.simulator.wire.build import sub
from eurzad.lib import clock

ZD = "http://ws.epuap.gov.pl/zarzadzanieDokumentami"
XSI = "http://www.w3.org/2001/XMLSchema-instance"


@dataclass(frozen=True)
class Side:
    """NadawcaTyp and AdresatTyp: a name and the address of a box."""

    name: str
    address: str


@dataclass(frozen=True)
class Details:
    """SzczegolyDokumentuTyp, as far as the platform knows it."""

    number: int
    name: str
    receipt_number: int | None
    sender: Side
    addressee: Side
    sent_at: datetime
    received_at: datetime | None
    folder: str


def _root(name: str) -> etree._Element:
    return etree.Element(f"{{{ZD}}}{name}", nsmap={"zd": ZD, "xsi": XSI})


def _value(parent: etree._Element, name: str, text: str | None) -> None:
    child = sub(parent, "", name, text or "")
    if text is None:
        child.set(f"{{{XSI}}}nil", "true")


def _moment(moment: datetime | None) -> str | None:
    return clock.to_warsaw(moment).isoformat(timespec="milliseconds") if moment else None


def _describe(element: etree._Element, details: Details) -> None:
    _value(element, "id", str(details.number))
    _value(element, "nazwa", details.name)
    _value(element, "metadane", None)
    _value(element, "idUPO", str(details.receipt_number) if details.receipt_number else None)
    for name, side in (("nadawca", details.sender), ("adresat", details.addressee)):
        about = sub(element, "", name)
        _value(about, "nazwa", side.name)
        _value(about, "adres", side.address)
    _value(element, "dataNadania", _moment(details.sent_at))
    _value(element, "dataOdebrania", _moment(details.received_at))
    _value(element, "dataUtworzenia", _moment(details.sent_at))
    _value(element, "formularz", None)
    _value(element, "folder", details.folder)


def build_contents(documents: Iterable[Details]) -> etree._Element:
    """Return zawartoscSkladuResponse."""
    root = _root("zawartoscSkladuResponse")
    contents = sub(root, "", "zawartoscSkladu")
    for details in documents:
        _describe(sub(contents, "", "SzczegolyDokumentuTyp"), details)
    return root


def build_document(details: Details, content: bytes) -> etree._Element:
    """Return pobierzDokumentResponse."""
    root = _root("pobierzDokumentResponse")
    result = sub(root, "", "pobierzDokumentResult")
    _describe(sub(result, "", "szczegolyDokumentu"), details)
    _value(result, "tresc", base64.b64encode(content).decode())
    return root
