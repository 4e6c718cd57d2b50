"""The person a trusted profile's statement names: EPSignature, or PodpisZP of the generation before it.

A statement is only what its author wrote: it is to be believed when the seal around it is the trusted profile's
(or the channel it came over is), never by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from lxml import etree

from epuap.signatures.report import Person
from epuap.xml.names import xades
from eurzad.lib import xml
from eurzad.lib.identifiers import IdentifierError, clean_pesel, pesel_birth_date

EP_SIGNATURE = "http://crd.gov.pl/xml/schematy/podpis_zaufany/"
PODPIS_ZP = "http://crd.gov.pl/xml/schematy/ppzp/"
OSOBA_2009 = "http://crd.gov.pl/xml/schematy/osoba/2009/03/06/"

_MAX_NAME = 200
_PESEL = re.compile(r"[0-9]{11}", re.ASCII)
_ZONE = re.compile(r"(?:Z|[+-][0-9]{2}:[0-9]{2})\Z")


class NoPerson(Exception):
    """A statement that names nobody; `code` is no_person, bad_pesel or bad_birth_date."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def person_of_statement(element: etree._Element) -> Person:
    """Return the person named by an EPSignature, a PodpisZP, or a ClaimedRole that holds just one of them.

    Raises NoPerson unless there is one person with a name and one PESEL number in ASCII digits whose check
    digit is right. The birth date is the stated one, else the one the PESEL carries.
    """
    if element.tag == xades("ClaimedRole"):
        element = _single(element.iterchildren(etree.Element))
    if element.tag == f"{{{EP_SIGNATURE}}}EPSignature":
        return _new_generation(element)
    if element.tag == f"{{{PODPIS_ZP}}}PodpisZP":
        return _old_generation(element)
    raise NoPerson("no_person")


def person_of_roles(properties: etree._Element) -> Person:
    """Return the person of the one ClaimedRole in a signature's SignedProperties; raise NoPerson."""
    about = xades("SignedSignatureProperties")
    held = f"{xades('ClaimedRoles')}/{xades('ClaimedRole')}"
    paths = [f"{about}/{xades(name)}/{held}" for name in ("SignerRole", "SignerRoleV2")]
    return person_of_statement(_single(role for path in paths for role in properties.iterfind(path)))


def _new_generation(statement: etree._Element) -> Person:
    person = _single(statement.iterchildren(f"{{{EP_SIGNATURE}}}NaturalPerson"))
    pesel = _pesel(_value(person, EP_SIGNATURE, "PersonalIdentifier"))
    return _person(
        given_name=_value(person, EP_SIGNATURE, "FirstName"),
        family_name=_value(person, EP_SIGNATURE, "CurrentFamilyName"),
        pesel=pesel,
        birth_date=_stated_birth_date(person) or pesel_birth_date(pesel),
    )


def _old_generation(statement: etree._Element) -> Person:
    data = _single(statement.iterchildren(f"{{{PODPIS_ZP}}}DaneZP"))
    person = _single(data.iterchildren(f"{{{PODPIS_ZP}}}DaneZPOsobyFizycznej"))
    pesel = _pesel(_value(person, OSOBA_2009, "PESEL"))
    family_names = sorted(person.iterchildren(f"{{{OSOBA_2009}}}Nazwisko"), key=_is_second_part)
    given_names = person.iterchildren(f"{{{OSOBA_2009}}}Imie")
    return _person(
        given_name=" ".join(xml.text_of(one) for one in given_names),
        family_name="-".join(xml.text_of(one) for one in family_names),
        pesel=pesel,
        birth_date=pesel_birth_date(pesel),
    )


def _is_second_part(family_name: etree._Element) -> bool:
    """Say whether this is the second part of a double name; the attribute is met in either spelling."""
    spellings = ("rodzajCzlonu", f"{{{OSOBA_2009}}}rodzajCzlonu", f"{{{PODPIS_ZP}}}rodzajCzlonu")
    return any((family_name.get(one) or "").strip() == "drugi" for one in spellings)


def _single(found: Iterable[etree._Element]) -> etree._Element:
    every = list(found)
    if len(every) != 1:
        raise NoPerson("no_person")
    return every[0]


def _value(parent: etree._Element, namespace: str, name: str) -> str:
    return xml.text_of(_single(parent.iterchildren(f"{{{namespace}}}{name}")))


def _pesel(text: str) -> str:
    if not _PESEL.fullmatch(text):
        raise NoPerson("bad_pesel")
    try:
        return clean_pesel(text)
    except IdentifierError as error:
        raise NoPerson("bad_pesel") from error


def _stated_birth_date(person: etree._Element) -> date | None:
    """Read the optional date of birth, an xs:date whose zone says nothing."""
    if person.find(f"{{{EP_SIGNATURE}}}DateOfBirth") is None:
        return None
    try:
        return date.fromisoformat(_ZONE.sub("", _value(person, EP_SIGNATURE, "DateOfBirth")))
    except ValueError as error:
        raise NoPerson("bad_birth_date") from error


def _person(*, given_name: str, family_name: str, pesel: str, birth_date: date) -> Person:
    if not given_name.strip(" -") or not family_name.strip(" -"):
        raise NoPerson("no_person")
    if max(len(given_name), len(family_name)) > _MAX_NAME:
        raise NoPerson("no_person")
    return Person(given_name=given_name, family_name=family_name, pesel=pesel, birth_date=birth_date)
