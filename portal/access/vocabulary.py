"""The words of the signed document for what the portal keeps under codes of its own, and back."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from epuap.xml.represented import ORGANISATION, PERSON, RepresentedParty
from eurzad.lib.identifiers import IdentifierError, clean_krs, clean_nip, clean_pesel, clean_regon
from portal.access.models import Attachment, Represented
from portal.access.services.representing import Who
from portal.mandates.models import Area, Right

KINDS = {Represented.Kind.PERSON: PERSON, Represented.Kind.ORGANISATION: ORGANISATION}
BASES = {
    Represented.Basis.STATUTORY: "przedstawiciel-ustawowy",
    Represented.Basis.KRS: "wpis-KRS",
    Represented.Basis.POWER_OF_ATTORNEY: "pelnomocnictwo",
}
ROLES = {
    Represented.Role.PARENT: "rodzic",
    Represented.Role.GUARDIAN: "opiekun",
    Represented.Role.CURATOR: "kurator",
}
AREAS = {
    Area.TAXES: "podatki", Area.FEES: "oplaty", Area.CASES: "sprawy", Area.LETTERS: "pisma",
    Area.REGISTERS: "rejestry", Area.PAYMENTS: "platnosci",
}  # fmt: skip
RIGHTS = {Right.SEE: "podglad", Right.PAY: "platnosc", Right.FILE: "skladanie-pism"}
DUTIES = {
    Represented.Duty.PAID: "zaplacona",
    Represented.Duty.EXEMPT: "zwolnienie",
    Represented.Duty.ELSEWHERE: "inny-urzad",
}
GROUNDS = {
    Represented.Ground.SPOUSE: "malzonek", Represented.Ground.DESCENDANT: "zstepny",
    Represented.Ground.ASCENDANT: "wstepny", Represented.Ground.SIBLING: "rodzenstwo",
    Represented.Ground.ENTITY: "podmiot-zwolniony",
}  # fmt: skip
PURPOSES = {
    Attachment.Purpose.BASIS: "podstawa",
    Attachment.Purpose.STAMP_DUTY: "oplata",
    Attachment.Purpose.OTHER: "inny",
}
_CLEAN = {"pesel": clean_pesel, "nip": clean_nip, "regon": clean_regon, "krs": clean_krs}


class PartyUnreadable(ValueError):
    """A represented party that cannot be kept as a row: the clerk reads it in the document."""


def clean_number(scheme: str, number: str) -> str:
    """Return a represented's number without spaces, its check digits right. Raises IdentifierError."""
    return _CLEAN[scheme](number)


def to_party(row: Represented) -> RepresentedParty:
    """Return a row as the document says it."""
    return RepresentedParty(
        kind=KINDS[Represented.Kind(row.kind)],
        number_kind=row.scheme.upper(),
        number=row.number,
        basis=BASES[Represented.Basis(row.basis)],
        role=ROLES[Represented.Role(row.role)] if row.role else "",
        given_name=row.given_name,
        family_name=row.family_name,
        name=row.name,
        areas=tuple(AREAS[Area(area)] for area in row.areas),
        rights=tuple(RIGHTS[Right(right)] for right in row.rights),
        valid_to=row.valid_to,
        duty=DUTIES[Represented.Duty(row.duty)] if row.duty else "",
        duty_ground=GROUNDS[Represented.Ground(row.duty_ground)] if row.duty_ground else "",
        duty_note=row.duty_note,
    )


def to_who(party: RepresentedParty, *, last_day: date) -> Who:
    """Return a party of a document as the portal keeps it; `last_day` where it names none. Raises PartyUnreadable.

    Unknown areas and rights are left out: nobody gets what was not asked for in words that are known.
    """
    kind, basis, role = _back(KINDS, party.kind), _back(BASES, party.basis), _back(ROLES, party.role)
    scheme = party.number_kind.casefold()
    is_person = kind == Represented.Kind.PERSON
    names = (party.given_name and party.family_name) if is_person else party.name
    if not kind or not basis or not names or scheme not in _CLEAN or is_person != (scheme == "pesel"):
        raise PartyUnreadable
    if (basis == "statutory") != bool(role) or (basis == "statutory" and not is_person):
        raise PartyUnreadable
    if basis == "krs" and scheme != "krs":
        raise PartyUnreadable
    try:
        number = clean_number(scheme, party.number)
    except IdentifierError as error:
        raise PartyUnreadable from error
    return Who(
        kind=kind, scheme=scheme, number=number, basis=basis, role=role,
        areas=[code for code in (_back(AREAS, area) for area in party.areas) if code],
        rights=[code for code in (_back(RIGHTS, right) for right in party.rights) if code],
        valid_to=party.valid_to or last_day,
        given_name=party.given_name[:100] if is_person else "",
        family_name=party.family_name[:100] if is_person else "",
        name="" if is_person else party.name[:250],
    )  # fmt: skip


def duty_of(party: RepresentedParty) -> tuple[str, str, str]:
    """Duty, ground and note of a power of attorney; empty where the document does not say a whole thing."""
    duty, ground = _back(DUTIES, party.duty), _back(GROUNDS, party.duty_ground)
    note = party.duty_note[:200]
    if party.basis != BASES[Represented.Basis.POWER_OF_ATTORNEY]:
        return "", "", ""
    if duty == Represented.Duty.EXEMPT:
        return (duty, ground, "") if ground else ("", "", "")
    if duty == Represented.Duty.ELSEWHERE:
        return (duty, "", note) if note else ("", "", "")
    return duty, "", ""


def purpose_of(word: str) -> str:
    """The purpose of a listed file; one that is not known is another document."""
    return _back(PURPOSES, word) or Attachment.Purpose.OTHER.value


def _back(words: Mapping[Any, str], word: str) -> str:
    return next((str(code) for code, known in words.items() if known == word), "")
