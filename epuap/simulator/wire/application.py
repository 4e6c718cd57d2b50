"""The application for access as the town's form on ePUAP writes it, and a readable view of any document."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import date, timedelta

from lxml import etree

from epuap.simulator.wire import dsig, xades
from epuap.simulator.wire.build import sub

STR = "http://crd.gov.pl/xml/schematy/struktura/2009/11/16/"
META = "http://crd.gov.pl/xml/schematy/meta/2009/11/16/"
OSO = "http://crd.gov.pl/xml/schematy/osoba/2009/11/16/"
INST = "http://crd.gov.pl/xml/schematy/instytucja/2009/11/16/"
ADR = "http://crd.gov.pl/xml/schematy/adres/2009/11/09/"
TITLE = "Wniosek o dostęp do konta w portalu eUrząd"
STATEMENT = (
    "Oświadczam, że dane we wniosku są zgodne z prawdą i że wnoszę o dostęp do danych, które mnie dotyczą."
)
MAX_SHOWN = 300
"""Characters of an attachment's data that a page shows; longer data are not an address."""
_LABELS = {
    "Czas": "Data",
    "NazwaDokumentu": "Dokument",
    "NazwaInstytucji": "Adresat",
    "PESEL": "PESEL",
    "Nazwisko": "Nazwisko",
    "Imie": "Imię",
    "KodPocztowy": "Kod pocztowy",
    "Miejscowosc": "Miejscowość",
    "Ulica": "Ulica",
    "Budynek": "Numer domu",
    "Lokal": "Numer lokalu",
    "Telefon": "Telefon",
    "Email": "E-mail",
    "MiejscowoscDokumentu": "Miejscowość dokumentu",
    "Tytul": "Tytuł",
    "DaneWlasne": "Dostęp do własnych danych",
    "Uzasadnienie": "Uzasadnienie",
    "Oswiadczenie": "Oświadczenie",
    "Informacja": "Treść",
    "Wartosc": "Znak sprawy",
    "Numer": "Numer reprezentowanego",
    "Podstawa": "Podstawa",
    "Obszar": "Zakres",
    "Uprawnienie": "Uprawnienie",
    "OstatniDzien": "Ostatni dzień",
    "NazwaPliku": "Nazwa pliku",
    "SkrotSHA256": "Skrót pliku (SHA-256)",
    "DaneZalacznika": "Załącznik",
    "OpisZalacznika": "Skrót załącznika",
    "IdentyfikatorPoswiadczenia": "Identyfikator poświadczenia",
    "IdentyfikatorPodmiotu": "Identyfikator podmiotu",
    "Nazwa": "Nazwa",
    "DataOdbioru": "Data odbioru",
    "DataUtworzeniaPoswiadczenia": "Data utworzenia poświadczenia",
    "IdentyfikatorSprawy": "Identyfikator sprawy",
    "IdentyfikatorDokumentu": "Identyfikator dokumentu",
}


@dataclass(frozen=True)
class Attachment:
    """A file of a document: inside it in base64, or its address with what the file was when attached."""

    name: str
    mime_type: str
    encoding: str
    data: str
    description: str = ""


@dataclass(frozen=True)
class Application:
    """What a resident writes into the form."""

    given_name: str
    family_name: str
    pesel: str
    street: str
    building: str
    flat: str
    postal_code: str
    city: str
    phone: str
    email: str
    reasons: str
    attachments: tuple[Attachment, ...] = ()
    represented_name: str = ""
    represented_krs: str = ""


def _date(parent: etree._Element, on: date) -> None:
    sub(sub(parent, META, "Data", typDaty="stworzony"), META, "Czas", on.isoformat())


def _filled(parent: etree._Element, namespace: str, values: dict[str, str]) -> None:
    for name, value in values.items():
        if value:
            sub(parent, namespace, name, value)


def _sender(data: etree._Element, application: Application) -> None:
    subject = sub(sub(data, STR, "Nadawcy"), META, "Podmiot")
    person = sub(subject, OSO, "Osoba")
    sub(sub(person, OSO, "IdOsoby"), OSO, "PESEL", application.pesel)
    sub(person, OSO, "Nazwisko", application.family_name)
    sub(person, OSO, "Imie", application.given_name)
    address = {
        "KodPocztowy": application.postal_code,
        "Miejscowosc": application.city,
        "Ulica": application.street,
        "Budynek": application.building,
        "Lokal": application.flat,
    }
    _filled(sub(person, ADR, "Adres"), ADR, address)
    contact = {"Telefon": application.phone, "Email": application.email}
    if any(contact.values()):
        _filled(sub(person, ADR, "Kontakt"), ADR, contact)


def build_application(application: Application, *, namespace: str, office: str, on: date) -> bytes:
    """Return the application document, ready for a signature."""
    nsmap = {"wda": namespace, "str": STR, "meta": META, "oso": OSO, "inst": INST, "adr": ADR}
    root = etree.Element(f"{{{namespace}}}Dokument", nsmap=nsmap)
    _date(sub(root, namespace, "OpisDokumentu"), on)
    data = sub(root, namespace, "DaneDokumentu")
    sub(sub(data, STR, "Naglowek"), STR, "NazwaDokumentu", TITLE)
    _date(data, on)
    addressee = sub(sub(data, STR, "Adresaci"), META, "Podmiot")
    sub(sub(addressee, INST, "Instytucja"), INST, "NazwaInstytucji", office)
    _sender(data, application)
    content = sub(root, namespace, "TrescDokumentu", format="text/xml", kodowanie="XML")
    sub(content, namespace, "MiejscowoscDokumentu", application.city)
    sub(content, namespace, "Tytul", TITLE)
    sub(sub(content, namespace, "Zakres"), namespace, "DaneWlasne", "true")
    if application.represented_krs:
        _represent(content, namespace, application, last_day=on + timedelta(days=365))
    if application.reasons:
        sub(content, namespace, "Uzasadnienie", application.reasons)
    sub(sub(content, namespace, "Oswiadczenia"), namespace, "Oswiadczenie", STATEMENT)
    if application.represented_krs:
        _list_files(content, namespace, application.attachments)
    if application.attachments:
        attached = sub(content, STR, "Zalaczniki")
        for attachment in application.attachments:
            _attach(attached, attachment)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _represent(content: etree._Element, namespace: str, application: Application, *, last_day: date) -> None:
    """A company for which the applicant acts by its entry in the register, as the form has it: taxes, to see."""
    party = sub(sub(content, namespace, "Reprezentowani"), namespace, "Reprezentowany", rodzaj="organizacja")
    sub(party, namespace, "Nazwa", application.represented_name)
    sub(party, namespace, "Numer", application.represented_krs, rodzaj="KRS")
    sub(party, namespace, "Podstawa", "wpis-KRS")
    scope = sub(party, namespace, "ZakresDostepu")
    for area in ("podatki", "oplaty"):
        sub(scope, namespace, "Obszar", area)
    sub(scope, namespace, "Uprawnienie", "podglad")
    sub(scope, namespace, "OstatniDzien", last_day.isoformat())


def _list_files(content: etree._Element, namespace: str, attachments: tuple[Attachment, ...]) -> None:
    inside = [one for one in attachments if one.encoding == "base64"]
    listed = sub(content, namespace, "WykazZalacznikow") if inside else content
    for one in inside:
        data = base64.b64decode(one.data)
        file = sub(listed, namespace, "Plik", cel="podstawa", reprezentowany="1")
        sub(file, namespace, "NazwaPliku", one.name)
        sub(file, namespace, "Format", one.mime_type)
        sub(file, namespace, "Rozmiar", str(len(data)))
        sub(file, namespace, "SkrotSHA256", hashlib.sha256(data).hexdigest())


def _attach(parent: etree._Element, attachment: Attachment) -> None:
    element = sub(
        parent,
        STR,
        "Zalacznik",
        format=attachment.mime_type,
        kodowanie=attachment.encoding,
        nazwaPliku=attachment.name,
    )
    sub(element, STR, "DaneZalacznika", attachment.data)
    if attachment.description:
        sub(element, STR, "OpisZalacznika", attachment.description)


def describe(content: bytes) -> list[tuple[str, str]]:
    """Return label and text of each filled element of a document, signatures left out; raises Refused."""
    rows = []
    for element in xades.read(content).iter(etree.Element):
        in_signature = any(a.tag == f"{{{dsig.DS}}}Signature" for a in element.iterancestors())
        text = (element.text or "").strip()
        if text and not in_signature:
            name = etree.QName(element).localname
            if name == "DaneZalacznika" and len(text) > MAX_SHOWN:
                text = "plik w dokumencie"
            rows.append((_LABELS.get(name, name), "tak" if text == "true" else text))
    return rows
