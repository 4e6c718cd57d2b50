"""The invented payers of the demo town: who they are, what they own and how they pay."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

from eurzad.lib import personas
from eurzad.lib.personas import BAKERY, Company, Persona

STREETS = (
    "Lipowa",
    "Ogrodowa",
    "Polna",
    "Szkolna",
    "Nadrzeczna",
    "Słoneczna",
    "Młyńska",
    "Kwiatowa",
    "Leśna",
)


@dataclass(frozen=True, slots=True)
class Plan:
    """One account: kind (of `demo_kinds.KINDS`), size, habit (of `demo.HABITS`), address."""

    kind: str
    size: int
    habit: str
    address: str = ""
    co_owner: bool = False
    delivered_after: int = 9
    """Days from the decision to its delivery."""


@dataclass(frozen=True, slots=True)
class Payer:
    """A subject to be found or created, with its accounts."""

    identifiers: dict[str, str]
    fields: dict[str, str]
    plans: tuple[Plan, ...] = field(default=())


_PERSONA_PLANS = {
    "demo": (
        Plan("property", 132, "long_arrears", "Słoneczna 15"),
        Plan("waste", 4, "overpays", "Słoneczna 15"),
        Plan("lease", 300, "part", "ogródek przy ul. Nadrzecznej"),
        Plan("combined", 180, "enforced", "obręb Jarzębin Wschód"),
        Plan("usufruct", 240, "prompt", "garaż, Polna 30"),
        Plan("flat", 52, "deferred", "Szkolna 4/1", co_owner=True, delivered_after=60),
        Plan("property", 260, "plan", "Polna 3"),
        Plan("usufruct", 310, "remitted", "Leśna 8"),
        Plan("waste_monthly", 2, "late", "Polna 3"),
        Plan("alcohol", 1, "prompt", "sklep, Rynek 2"),
    ),
    "anna": (
        Plan("property", 118, "long_arrears", "Lipowa 7"),
        Plan("combined", 95, "part", "obręb Jarzębin Zachód"),
        Plan("waste", 3, "late", "Lipowa 7"),
        Plan("lease", 260, "part", "ogródek przy ul. Lipowej"),
    ),
    "borys": (Plan("flat", 54, "ahead", "Rynek 3/5"), Plan("waste", 1, "prompt", "Rynek 3/5")),
    "celina": (Plan("flat", 61, "arrears", "Ogrodowa 12"), Plan("waste", 2, "prompt", "Ogrodowa 12")),
    "damian": (
        Plan("property", 140, "late", "Młyńska 21"),
        Plan("waste", 5, "arrears", "Młyńska 21"),
        Plan("vehicle", 1, "prompt"),
    ),
    "grazyna": (Plan("combined", 310, "part", "obręb Pola"), Plan("waste", 2, "overpays", "Polna 4")),
    "henryk": (Plan("flat", 48, "prompt", "Szkolna 9/2"), Plan("waste", 1, "late", "Szkolna 9/2")),
    "irena": (
        Plan("property", 88, "enforced", "Nadrzeczna 1"),
        Plan("waste", 1, "arrears", "Nadrzeczna 1"),
        Plan("usufruct", 320, "long_arrears", "Nadrzeczna 1"),
    ),
}

_BAKERY_PLANS = (
    Plan("business", 410, "arrears", "Młyńska 23"),
    Plan("vehicle", 3, "late"),
    Plan("lease", 2400, "part", "lokal użytkowy, Rynek 8"),
    Plan("waste", 6, "prompt", "Młyńska 23"),
)

_OTHERS = (
    ("Zofia", "Wierzbicka-Brzoza"), ("Ignacy", "Jesion"), ("Marianna", "Kłos"), ("Walenty", "Jarząb"),
    ("Apolonia", "Trzmiel"), ("Teofil", "Mech"), ("Bronisława", "Szyszka"), ("Ksawery", "Buk"),
    ("Leokadia", "Paproć"), ("Seweryn", "Grab"), ("Honorata", "Poziomka"), ("Wincenty", "Klon"),
    ("Petronela", "Jagoda"), ("Onufry", "Modrzew"), ("Rozalia", "Szałwia"), ("Gracjan", "Świerk"),
    ("Eulalia", "Mięta"), ("Hipolit", "Orzech"), ("Józefina", "Piwonia"), ("Kajetan", "Chmiel"),
    ("Ludwika", "Rumianek"), ("Makary", "Osika"), ("Salomea", "Tarnina"), ("Zenobiusz", "Cedr"),
    ("Wiktoryna", "Lawenda"), ("Euzebiusz", "Głóg"),
)  # fmt: skip

_COMPANIES = (
    "Tartak Pod Dębem sp. z o.o.", "Młyn Jarzębiński sp. z o.o.", "Warsztat Żelazny Koń sp. z o.o.",
    "Spółdzielnia Ogrodników Konwalia", "Hurtownia Latarnia sp. z o.o.",
)  # fmt: skip

_HOMES = (
    ("property", 90),
    ("flat", 52),
    ("property", 120),
    ("combined", 210),
    ("flat", 66),
    ("property", 75),
)
_EXTRAS = (("waste", 2), ("waste", 4), ("lease", 220), ("usufruct", 180))
_HABITS = (
    "prompt",
    "prompt",
    "late",
    "ahead",
    "arrears",
    "prompt",
    "part",
    "overpays",
    "long_arrears",
    "enforced",
)


def invented_pesel(born: date, serial: int) -> str:
    """Return a right PESEL for a birth date of the 1800s, which no living person can have.

    `serial` is 0..9999; its last digit is the sex (even: female). Raises ValueError for another century.
    """
    if not 1800 <= born.year < 1900:
        raise ValueError("Invented people are born in the 1800s.")
    digits = f"{born.year % 100:02d}{born.month + 80:02d}{born.day:02d}{serial:04d}"
    return digits + _check(digits, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3), lambda total: (10 - total % 10) % 10)


def co_owner() -> Payer:
    """Return the person who owns the demo persona's flat with them; one of the others of the town."""
    return next(payer for payer in payers() if payer.fields.get("family_name") == _OTHERS[0][1])


def payers() -> Iterator[Payer]:
    """Yield every subject of the demo town's ledger: personas, further people, companies."""
    for persona in (*personas.RESIDENTS, personas.DEMO):
        yield Payer({"pesel": persona.pesel}, _person_fields(persona), _PERSONA_PLANS[persona.key])
    yield _company(BAKERY, _BAKERY_PLANS)
    for index, (given_name, family_name) in enumerate(_OTHERS):
        street, building = STREETS[index % len(STREETS)], str(30 + index)
        is_woman = given_name.endswith("a")
        pesel = invented_pesel(
            date(1850 + index, 1 + index % 12, 1 + index), 1000 + index * 20 + (not is_woman)
        )
        fields = {
            "kind": "person", "given_name": given_name, "family_name": family_name, "street": street,
            "building": building, "postal_code": "99-901", "city": "Jarzębin",
        }  # fmt: skip
        yield Payer({"pesel": pesel}, fields, _plans(index, f"{street} {building}"))
    for index, name in enumerate(_COMPANIES):
        company = Company(
            f"firma{index}", name, _nip(f"99902{index:02d}50"), _regon(f"99902{index:02d}5"),
            f"00009998{index:02d}", STREETS[index], str(60 + index),
        )  # fmt: skip
        address = f"{company.street} {company.building}"
        yield _company(
            company,
            (
                Plan("business", 300 + 90 * index, _HABITS[index * 2], address),
                Plan("vehicle", 1 + index, _HABITS[index]),
                Plan("waste", 5, "prompt", address),
            ),
        )


def _person_fields(persona: Persona) -> dict[str, str]:
    names = ("given_name", "family_name", "street", "building", "flat", "postal_code", "city")
    return {"kind": "person"} | {name: getattr(persona, name) for name in names}


def _company(company: Company, plans: tuple[Plan, ...]) -> Payer:
    names = ("name", "street", "building", "postal_code", "city")
    fields = {"kind": "organisation"} | {name: getattr(company, name) for name in names}
    return Payer({"nip": company.nip, "regon": company.regon, "krs": company.krs}, fields, plans)


def _plans(index: int, address: str) -> tuple[Plan, ...]:
    home, size = _HOMES[index % len(_HOMES)]
    extra, extra_size = _EXTRAS[index % len(_EXTRAS)]
    plans = [Plan(home, size + index, _HABITS[index % len(_HABITS)], address)]
    plans.append(Plan(extra, extra_size, _HABITS[(index + 3) % len(_HABITS)], address))
    if index % 5 == 0:
        plans.append(Plan("vehicle", 1, "prompt"))
    return tuple(plans)


def _nip(digits: str) -> str:
    """Return nine digits with a check digit, trying the next number where it would be ten."""
    while True:
        total = sum(
            int(digit) * weight for digit, weight in zip(digits, (6, 5, 7, 2, 3, 4, 5, 6, 7), strict=True)
        )
        if total % 11 != 10:
            return f"{digits}{total % 11}"
        digits = f"{int(digits) + 1:09d}"


def _regon(digits: str) -> str:
    return digits + _check(digits, (8, 9, 2, 3, 4, 5, 6, 7), lambda total: total % 11 % 10)


def _check(digits: str, weights: tuple[int, ...], finish: Callable[[int], int]) -> str:
    return str(finish(sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))))
