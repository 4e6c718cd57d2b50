"""The office's own letters in the shape of the general letter of the central repository (wzór 1410)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from lxml import etree

from epuap.xml import crd, schema
from epuap.xml.crd import META, OSO, STR, add
from eurzad.lib import xml

NAMESPACE = "http://crd.gov.pl/wzor/2013/12/12/1410/"
_STYLESHEET = f'type="text/xsl" href="{NAMESPACE}styl.xsl"'


@dataclass(frozen=True)
class LetterData:
    """A letter to one person. `kind` says what it is where the template has no word of its own for it."""

    title: str
    paragraphs: tuple[str, ...]
    office_name: str
    place: str
    recipient_given_name: str
    recipient_family_name: str
    created_on: date
    case_number: str = ""
    kind: str = "pismo urzędu"


def build_letter(letter: LetterData) -> bytes:
    """Return the unsealed letter (`xades.seal` seals it); raise SchemaError if our schema refuses it.

    The central repository's stylesheet is named, so that ePUAP shows the letter as its own kind.
    """
    builder = crd.Builder(NAMESPACE)
    root = builder.root("wnio")
    builder.describe(root, letter.created_on)
    data = builder.own(root, "DaneDokumentu")
    heading = add(data, STR, "Naglowek")
    add(heading, STR, "NazwaDokumentu", letter.title)
    if letter.case_number:
        add(add(heading, META, "Identyfikator"), META, "Wartosc", letter.case_number)
    builder.dated(data, letter.created_on)
    person = add(add(add(data, STR, "Adresaci"), META, "Podmiot"), OSO, "Osoba")
    add(person, OSO, "Nazwisko", letter.recipient_family_name)
    add(person, OSO, "Imie", letter.recipient_given_name)
    builder.institution(data, "Nadawcy", letter.office_name)
    content = builder.own(root, "TrescDokumentu", format="text/xml", kodowanie="XML")
    builder.own(content, "MiejscowoscDokumentu", letter.place)
    builder.own(content, "Tytul", letter.title)
    builder.own(content, "RodzajWnioskuRozszerzony", rodzaj="inne pismo", jakiInny=letter.kind)
    information = builder.own(content, "Informacje")
    for paragraph in letter.paragraphs:
        builder.own(information, "Informacja", paragraph)
    schema.require_valid(root, "pismo")
    root.addprevious(etree.ProcessingInstruction("xml-stylesheet", _STYLESHEET))
    return xml.to_bytes(root)
