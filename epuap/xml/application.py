"""The application for access as an XML document: written strictly, read tolerantly."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from lxml import etree

from epuap.xml import crd, schema
from epuap.xml.crd import ADR, INST, META, OSO, STR, add, add_if
from epuap.xml.names import ds
from epuap.xml.represented import (
    EnclosedFile,
    ListedAttachment,
    RepresentedParty,
    read_enclosed,
    read_list,
    read_parties,
    write_list,
    write_parties,
)
from eurzad.lib import xml
from eurzad.lib.identifiers import IdentifierError, clean_eidas, clean_pesel

TITLE = "Wniosek o dostęp do konta w portalu eUrząd"

OLDER_NAMESPACES = "older_namespaces"
BAD_PESEL = "bad_pesel"
BAD_IDENTIFIER = "bad_identifier"
EIDAS = "eIDAS"
"""How the portal's own documents call the type of a foreign identifier."""


class ApplicationUnreadable(Exception):
    """Bytes that are no application for access: `code` other_document or xml_<reason of the parser>."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class ApplicationDocument:
    """What an application says. Declared by the applicant: the person is known only from the signature.

    A person without a PESEL has `other_identifier`, the identifier of their foreign eID (`CC/PL/…`), instead.
    Documents of earlier versions say nothing of `represented` and `attachments`; `enclosed` is only read.
    """

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
    office_name: str
    place: str
    created_on: date | None
    justification: str
    own_data: bool
    statements: tuple[str, ...]
    other_identifier: str = ""
    represented: tuple[RepresentedParty, ...] = ()
    attachments: tuple[ListedAttachment, ...] = ()
    enclosed: tuple[EnclosedFile, ...] = ()


def build(doc: ApplicationDocument, *, namespace: str) -> bytes:
    """Return the unsigned document in the town's namespace; raise SchemaError if our schema refuses it."""
    if doc.created_on is None:
        raise ValueError("An application is written on a day.")
    builder = crd.Builder(namespace)
    root = builder.root("wda")
    builder.describe(root, doc.created_on)
    data = builder.own(root, "DaneDokumentu")
    add(add(data, STR, "Naglowek"), STR, "NazwaDokumentu", TITLE)
    builder.dated(data, doc.created_on)
    builder.institution(data, "Adresaci", doc.office_name)
    _write_sender(data, doc)
    content = builder.own(root, "TrescDokumentu", format="text/xml", kodowanie="XML")
    builder.own(content, "MiejscowoscDokumentu", doc.place)
    builder.own(content, "Tytul", TITLE)
    builder.own(builder.own(content, "Zakres"), "DaneWlasne", "true" if doc.own_data else "false")
    write_parties(builder, content, doc.represented)
    add_if(content, namespace, "Uzasadnienie", doc.justification)
    if doc.statements:
        statements = builder.own(content, "Oswiadczenia")
        for statement in doc.statements:
            builder.own(statements, "Oswiadczenie", statement)
    write_list(builder, content, doc.attachments)
    schema.require_valid(root, "wniosek", namespace=namespace)
    return xml.to_bytes(root)


def _write_sender(data: etree._Element, doc: ApplicationDocument) -> None:
    person = add(add(add(data, STR, "Nadawcy"), META, "Podmiot"), OSO, "Osoba")
    numbers = add(person, OSO, "IdOsoby")
    if doc.other_identifier and not doc.pesel:
        other = add(numbers, OSO, "InnyIdentyfikator")
        add(other, OSO, "TypIdentyfikatora", EIDAS)
        add(other, OSO, "WartoscIdentyfikatora", doc.other_identifier)
    else:
        add(numbers, OSO, "PESEL", doc.pesel)
    add(person, OSO, "Nazwisko", doc.family_name)
    add(person, OSO, "Imie", doc.given_name)
    address = add(person, ADR, "Adres")
    add(address, ADR, "KodPocztowy", doc.postal_code)
    add(address, ADR, "Miejscowosc", doc.city)
    add_if(address, ADR, "Ulica", doc.street)
    add(address, ADR, "Budynek", doc.building)
    add_if(address, ADR, "Lokal", doc.flat)
    if doc.phone.strip() or doc.email.strip():
        contact = add(person, ADR, "Kontakt")
        add_if(contact, ADR, "Telefon", doc.phone)
        add_if(contact, ADR, "Email", doc.email)


def parse(data: bytes, *, namespace: str) -> tuple[ApplicationDocument, tuple[str, ...]]:
    """Return what the document says, with remarks for a clerk where it deviates.

    Remarks: older_namespaces, missing:<element>, several:<element>, bad_pesel, bad_identifier, bad_date,
    schema:<element>.
    Raises ApplicationUnreadable only for bytes that are not this form at all.
    """
    try:
        root = copy.deepcopy(xml.parse(data))
    except xml.XmlRejected as error:
        raise ApplicationUnreadable(f"xml_{error.code}") from error
    if root.tag != f"{{{namespace}}}Dokument":
        raise ApplicationUnreadable("other_document")
    for signature in root.findall(ds("Signature")):
        root.remove(signature)
    remarks: list[str] = [OLDER_NAMESPACES] if crd.to_current_generation(root) else []
    remarks += [f"schema:{name}" for name in schema.violations(root, "wniosek", namespace=namespace)]
    form = f"{{{namespace}}}"
    details = _Reader(root, [f"{form}DaneDokumentu"], remarks)
    person = details.below(f"{{{STR}}}Nadawcy", f"{{{META}}}Podmiot", f"{{{OSO}}}Osoba")
    office = details.below(f"{{{STR}}}Adresaci", f"{{{META}}}Podmiot", f"{{{INST}}}Instytucja")
    address = person.below(f"{{{ADR}}}Adres")
    contact = person.below(f"{{{ADR}}}Kontakt", optional=True)
    numbers = person.below(f"{{{OSO}}}IdOsoby")
    other = numbers.below(f"{{{OSO}}}InnyIdentyfikator", optional=True)
    other_identifier = other.text(f"{{{OSO}}}WartoscIdentyfikatora")
    content = _Reader(root, [f"{form}TrescDokumentu"], remarks)
    statements = content.below(f"{form}Oswiadczenia", optional=True)
    body = root.find(f"{form}TrescDokumentu")
    found = ApplicationDocument(
        given_name=person.text(f"{{{OSO}}}Imie"),
        family_name=person.text(f"{{{OSO}}}Nazwisko"),
        pesel=numbers.text(f"{{{OSO}}}PESEL", optional=bool(other_identifier)),
        street=address.text(f"{{{ADR}}}Ulica", optional=True),
        building=address.text(f"{{{ADR}}}Budynek"),
        flat=address.text(f"{{{ADR}}}Lokal", optional=True),
        postal_code=address.text(f"{{{ADR}}}KodPocztowy"),
        city=address.text(f"{{{ADR}}}Miejscowosc"),
        phone=contact.text(f"{{{ADR}}}Telefon", optional=True),
        email=contact.text(f"{{{ADR}}}Email", optional=True),
        office_name=office.text(f"{{{INST}}}NazwaInstytucji"),
        place=content.text(f"{form}MiejscowoscDokumentu"),
        created_on=_day(details.below(f"{{{META}}}Data").text(f"{{{META}}}Czas"), remarks),
        justification=content.text(f"{form}Uzasadnienie", optional=True),
        own_data=content.below(f"{form}Zakres").text(f"{form}DaneWlasne") in ("true", "1"),
        statements=statements.texts(f"{form}Oswiadczenie"),
        other_identifier=other_identifier,
        represented=() if body is None else read_parties(body, namespace, remarks),
        attachments=() if body is None else read_list(body, namespace),
        enclosed=() if body is None else read_enclosed(body),
    )
    if found.pesel and not _is_right(clean_pesel, found.pesel):
        remarks.append(BAD_PESEL)
    if found.other_identifier and not _is_right(clean_eidas, found.other_identifier):
        remarks.append(BAD_IDENTIFIER)
    return found, tuple(dict.fromkeys(remarks))


def _is_right(clean: Callable[[str], str], value: str) -> bool:
    try:
        clean(value)
    except IdentifierError:
        return False
    return True


class _Reader:
    """Walks down by exact names, takes the first of several and remarks on what is missing or repeated."""

    def __init__(self, start: etree._Element | None, path: Sequence[str], remarks: list[str]) -> None:
        self._remarks = remarks
        self._element = start
        for name in path:
            self._element = self._child(name, optional=False)

    def below(self, *path: str, optional: bool = False) -> _Reader:
        reader = _Reader(self._element, (), self._remarks)
        for name in path:
            reader._element = reader._child(name, optional=optional)
        return reader

    def text(self, name: str, *, optional: bool = False) -> str:
        return xml.text_of(self._child(name, optional=optional))

    def texts(self, name: str) -> tuple[str, ...]:
        found = () if self._element is None else self._element.iterchildren(name)
        return tuple(xml.text_of(one) for one in found)

    def _child(self, name: str, *, optional: bool) -> etree._Element | None:
        if self._element is None:
            return None
        found = list(self._element.iterchildren(name))
        local = etree.QName(name).localname
        if len(found) > 1:
            self._remarks.append(f"several:{local}")
        if not found and not optional:
            self._remarks.append(f"missing:{local}")
        return found[0] if found else None


def _day(text: str, remarks: list[str]) -> date | None:
    """Read a day, also out of a moment ("2026-11-23T10:00:00+01:00")."""
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        remarks.append("bad_date")
        return None
