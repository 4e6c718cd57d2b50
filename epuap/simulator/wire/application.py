"""The application for access as the town's form on ePUAP writes it, and a readable view of any document."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from lxml import etree

from epuap.simulator.wire import dsig, xades

STR = "http://crd.gov.pl/xml/schematy/struktura/2009/11/16/"
META = "http://crd.gov.pl/xml/schematy/meta/2009/11/16/"
OSO = "http://crd.gov.pl/xml/schematy/osoba/2009/11/16/"
INST = "http://crd.gov.pl/xml/schematy/instytucja/2009/11/16/"
ADR = "http://crd.gov.pl/xml/schematy/adres/2009/11/09/"
TITLE = "Wniosek o dostęp do konta w portalu eUrząd"
STATEMENT = (
    "Oświadczam, że dane we wniosku są zgodne z prawdą i że wnoszę o dostęp do danych, "
    "które mnie dotyczą."
)
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
}


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


def _sub(parent: etree._Element, namespace: str, name: str, text: str = "", **attributes: str) -> etree._Element:
    child = etree.SubElement(parent, f"{{{namespace}}}{name}", attributes)
    child.text = text or None
    return child


def _date(parent: etree._Element, on: date) -> None:
    _sub(_sub(parent, META, "Data", typDaty="stworzony"), META, "Czas", on.isoformat())


def _filled(parent: etree._Element, namespace: str, values: dict[str, str]) -> None:
    for name, value in values.items():
        if value:
            _sub(parent, namespace, name, value)


def _sender(data: etree._Element, application: Application) -> None:
    subject = _sub(_sub(data, STR, "Nadawcy"), META, "Podmiot")
    person = _sub(subject, OSO, "Osoba")
    _sub(_sub(person, OSO, "IdOsoby"), OSO, "PESEL", application.pesel)
    _sub(person, OSO, "Nazwisko", application.family_name)
    _sub(person, OSO, "Imie", application.given_name)
    address = {
        "KodPocztowy": application.postal_code,
        "Miejscowosc": application.city,
        "Ulica": application.street,
        "Budynek": application.building,
        "Lokal": application.flat,
    }
    _filled(_sub(person, ADR, "Adres"), ADR, address)
    contact = {"Telefon": application.phone, "Email": application.email}
    if any(contact.values()):
        _filled(_sub(person, ADR, "Kontakt"), ADR, contact)


def build_application(application: Application, *, namespace: str, office: str, on: date) -> bytes:
    """Return the application document, ready for a signature."""
    nsmap = {"wda": namespace, "str": STR, "meta": META, "oso": OSO, "inst": INST, "adr": ADR}
    root = etree.Element(f"{{{namespace}}}Dokument", nsmap=nsmap)
    _date(_sub(root, namespace, "OpisDokumentu"), on)
    data = _sub(root, namespace, "DaneDokumentu")
    _sub(_sub(data, STR, "Naglowek"), STR, "NazwaDokumentu", TITLE)
    _date(data, on)
    addressee = _sub(_sub(data, STR, "Adresaci"), META, "Podmiot")
    _sub(_sub(addressee, INST, "Instytucja"), INST, "NazwaInstytucji", office)
    _sender(data, application)
    content = _sub(root, namespace, "TrescDokumentu", format="text/xml", kodowanie="XML")
    _sub(content, namespace, "MiejscowoscDokumentu", application.city)
    _sub(content, namespace, "Tytul", TITLE)
    _sub(_sub(content, namespace, "Zakres"), namespace, "DaneWlasne", "true")
    if application.reasons:
        _sub(content, namespace, "Uzasadnienie", application.reasons)
    _sub(_sub(content, namespace, "Oswiadczenia"), namespace, "Oswiadczenie", STATEMENT)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def describe(content: bytes) -> list[tuple[str, str]]:
    """Return label and text of each filled element of a document, signatures left out; raises Refused."""
    rows = []
    for element in xades.read(content).iter(etree.Element):
        in_signature = any(a.tag == f"{{{dsig.DS}}}Signature" for a in element.iterancestors())
        text = (element.text or "").strip()
        if text and not in_signature:
            name = etree.QName(element).localname
            rows.append((_LABELS.get(name, name), "tak" if text == "true" else text))
    return rows
