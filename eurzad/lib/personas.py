"""The invented people of the demo town, the tests and the simulator.

Their PESEL numbers carry birth dates of the 1800s, so that no living person can own one.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Persona:
    """A natural person of the demo town."""

    key: str
    given_name: str
    family_name: str
    pesel: str
    birth_date: date
    epuap_login: str
    street: str
    building: str
    flat: str = ""
    postal_code: str = "99-901"
    city: str = "Jarzębin"
    story: str = ""

    @property
    def full_name(self) -> str:
        """Given and family name."""
        return f"{self.given_name} {self.family_name}"

    @property
    def email(self) -> str:
        """An address that reaches nobody (RFC 2606)."""
        return f"{self.key}@example.test"


@dataclass(frozen=True)
class Company:
    """An organisation of the demo town."""

    key: str
    name: str
    nip: str
    regon: str
    krs: str
    street: str
    building: str
    postal_code: str = "99-901"
    city: str = "Jarzębin"


ANNA = Persona(
    "anna", "Anna", "Wrzos", "68841212044", date(1868, 4, 12), "annawrzos", "Lipowa", "7",
    story="ma konto, dom i ogród",
)  # fmt: skip
BORYS = Persona(
    "borys", "Borys", "Malina", "71890321131", date(1871, 9, 3), "borysmalina", "Rynek", "3", "5",
    story="ma konto i pełnomocnictwo Anny",
)  # fmt: skip
CELINA = Persona(
    "celina", "Celina", "Jawor", "79912733065", date(1879, 11, 27), "celinajawor", "Ogrodowa", "12",
    story="nie ma jeszcze konta",
)  # fmt: skip
DAMIAN = Persona(
    "damian", "Damian", "Lis", "65820840171", date(1865, 2, 8), "damianlis", "Młyńska", "21",
    story="ma konto i prowadzi spółkę",
)  # fmt: skip
GRAZYNA = Persona(
    "grazyna", "Grażyna", "Olcha", "83861951421", date(1883, 6, 19), "grazynaolcha", "Polna", "4",
    story="nie ma jeszcze konta, woli ePUAP",
)  # fmt: skip
HENRYK = Persona(
    "henryk", "Henryk", "Topola", "58813062355", date(1858, 1, 30), "henryktopola", "Szkolna", "9", "2",
    story="czeka na decyzję urzędnika",
)  # fmt: skip
IRENA = Persona(
    "irena", "Irena", "Cis", "74881470483", date(1874, 8, 14), "irenacis", "Nadrzeczna", "1",
    story="jej pełnomocnictwo dla Borysa wygasło",
)  # fmt: skip
JADWIGA = Persona(
    "jadwiga", "Jadwiga", "Jesion", "66901804125", date(1866, 10, 18), "jadwigajesion", "Kwiatowa", "6",
    story="jej wniosek zbliża się do terminu",
)  # fmt: skip
KAROL = Persona(
    "karol", "Karol", "Klon", "77850205710", date(1877, 5, 2), "karolklon", "Leśna", "11", "1",
    story="jego wniosek jest po terminie",
)  # fmt: skip
DEMO = Persona(
    "demo", "Jan", "Przykładowy", "70851581117", date(1870, 5, 15), "janprzykladowy", "Słoneczna", "15",
    story="konto pokazowe",
)  # fmt: skip
EWA = Persona(
    "ewa", "Ewa", "Kalina", "80832190209", date(1880, 3, 21), "ewakalina", "Rynek", "1", story="urzędniczka"
)
FILIP = Persona(
    "filip", "Filip", "Dąb", "81870591317", date(1881, 7, 5), "filipdab", "Rynek", "1", story="drugi urzędnik"
)
LUCYNA = Persona(
    "lucyna",
    "Lucyna",
    "Grab",
    "82891241463",
    date(1882, 9, 12),
    "lucynagrab",
    "Rynek",
    "1",
    story="audytorka",
)
MAREK = Persona(
    "marek",
    "Marek",
    "Wiąz",
    "79822452517",
    date(1879, 2, 24),
    "marekwiaz",
    "Rynek",
    "1",
    story="administrator",
)

RESIDENTS = (ANNA, BORYS, CELINA, DAMIAN, GRAZYNA, HENRYK, IRENA)
NEWCOMERS = (JADWIGA, KAROL)
"""Residents whom the ledger does not know; they applied through ePUAP before the demo began."""
CLERKS = (EWA, FILIP)
STAFF = (*CLERKS, LUCYNA, MAREK)
"""Everybody who signs in to the desk: two clerks, the auditor, the administrator."""
WITH_ACCOUNT = (ANNA, BORYS, DAMIAN, IRENA)
BAKERY = Company(
    "piekarnia", "Piekarnia Pod Lipą sp. z o.o.", "9990101011", "999010105", "0000999901", "Młyńska", "23"
)
BY_KEY = {persona.key: persona for persona in (*RESIDENTS, *NEWCOMERS, DEMO, *STAFF)}
