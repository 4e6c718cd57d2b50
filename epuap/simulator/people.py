"""Who may sit at the browser: the personas of the demo town, or any PESEL typed in."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date

from eurzad.lib import personas
from eurzad.lib.identifiers import clean_pesel, pesel_birth_date


@dataclass(frozen=True)
class Person:
    """What an identity provider knows of a person, and their ePUAP login ("" without an account).

    Somebody from another country has no PESEL: an eIDAS identifier and an ISO birth date instead.
    """

    given_name: str
    family_name: str
    pesel: str
    login: str = ""
    eidas_id: str = ""
    born: str = ""

    @property
    def full_name(self) -> str:
        """Given and family name."""
        return f"{self.given_name} {self.family_name}"

    @property
    def birth_date(self) -> date:
        """The birth date the PESEL carries, or the one another country has told."""
        return pesel_birth_date(self.pesel) if self.pesel else date.fromisoformat(self.born)

    @property
    def identifier(self) -> str:
        """What stands in PersonIdentifier: the PESEL, or the cross-border identifier."""
        return self.pesel or self.eidas_id

    @property
    def described(self) -> str:
        """Name and number, for a list to choose from."""
        return f"{self.full_name}, " + (f"PESEL {self.pesel}" if self.pesel else self.eidas_id)

    def as_dict(self) -> dict[str, str]:
        """Values for a session or a JSON column."""
        return asdict(self)


FOREIGNER_KEY = "greta"
FOREIGNER = Person("Greta", "Birkenfeld", "", eidas_id="DE/PL/SYM-1882-0042-GB", born="1882-03-04")
"""An invented resident of another country, who signs in across the border without a PESEL."""
RESIDENTS = (*personas.RESIDENTS, *personas.NEWCOMERS, personas.DEMO)
_BY_LOGIN = {persona.epuap_login: persona for persona in RESIDENTS}


def from_persona(persona: personas.Persona) -> Person:
    """Return the person a persona is."""
    return Person(persona.given_name, persona.family_name, persona.pesel, persona.epuap_login)


def by_key(key: str) -> Person | None:
    """Return the person with that key, if the chooser offers it."""
    if key == FOREIGNER_KEY:
        return FOREIGNER
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
