"""Who may sit at the browser: the personas of the demo town, or any PESEL typed in."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date

from eurzad.lib import personas
from eurzad.lib.identifiers import clean_pesel, pesel_birth_date


@dataclass(frozen=True)
class Person:
    """What the national node knows of a person, and their ePUAP login ("" without an account)."""

    given_name: str
    family_name: str
    pesel: str
    login: str = ""

    @property
    def full_name(self) -> str:
        """Given and family name."""
        return f"{self.given_name} {self.family_name}"

    @property
    def birth_date(self) -> date:
        """The birth date the PESEL carries."""
        return pesel_birth_date(self.pesel)

    def as_dict(self) -> dict[str, str]:
        """Values for a session or a JSON column."""
        return asdict(self)


RESIDENTS = (*personas.RESIDENTS, *personas.NEWCOMERS, personas.DEMO)
_BY_LOGIN = {persona.epuap_login: persona for persona in RESIDENTS}


def from_persona(persona: personas.Persona) -> Person:
    """Return the person a persona is."""
    return Person(persona.given_name, persona.family_name, persona.pesel, persona.epuap_login)


def by_key(key: str) -> Person | None:
    """Return the persona with that key, if the chooser offers it."""
    return next((from_persona(p) for p in RESIDENTS if p.key == key), None)


def by_login(login: str) -> personas.Persona | None:
    """Return the owner of an ePUAP account."""
    return _BY_LOGIN.get(login)


def somebody(given_name: str, family_name: str, pesel: str) -> Person:
    """Return a person typed in by hand; raises IdentifierError for a PESEL that cannot be one."""
    return Person(given_name, family_name, clean_pesel(pesel))


def box_address(login: str) -> str:
    """Return the address of a resident's ePUAP box."""
    return f"/{login}/domyslna"


def owner_of_box(address: str) -> personas.Persona | None:
    """Return the resident whose box has that address."""
    parts = address.split("/")
    if len(parts) != 3 or parts[0] or not parts[2]:
        return None
    return by_login(parts[1])
