"""Words of the demo town's registers: invented streets, firms and contracts."""

import random
from dataclasses import dataclass

from registers.models import AlcoholLicence, Contract, Lease, Property

STREETS = (
    "Rynek", "ul. Lipowa", "ul. Ogrodowa", "ul. Młyńska", "ul. Polna", "ul. Szkolna", "ul. Nadrzeczna",
    "ul. Słoneczna", "ul. Jarzębinowa", "ul. Garncarska", "ul. Bednarska", "ul. Źródlana", "ul. "
    "Łąkowa", "ul. Żurawia",
    "ul. Tkacka", "ul. Świerkowa", "ul. Wodna", "ul. Sadowa",
)  # fmt: skip

PLACES = (
    "Szkoły Podstawowej nr 1",
    "Szkoły Podstawowej nr 2",
    "Przedszkola „Jarzębinka”",
    "Miejskiej Biblioteki Publicznej",
    "Domu Kultury",
    "ratusza",
    "hali sportowej przy ul. Szkolnej",
    "żłobka przy ul. Ogrodowej",
    "remizy OSP",
)

UNITS = (
    "Wydział Inwestycji",
    "Wydział Gospodarki Komunalnej",
    "Wydział Organizacyjny",
    "Wydział Oświaty",
    "Wydział Promocji i Kultury",
    "Wydział Geodezji i Nieruchomości",
)
_INVESTMENT, _UTILITIES, _OFFICE, _SCHOOLS, _CULTURE, _LAND = UNITS

FUNDING = (
    "Budżet miasta",
    "Budżet miasta i dotacja celowa z budżetu państwa",
    "Budżet miasta i Rządowy Fundusz Rozwoju Dróg",
    "Budżet miasta i Fundusze Europejskie (85%)",
    "Budżet miasta i wojewódzki fundusz ochrony środowiska",
)

PRIVACY = "prywatność osoby fizycznej, art. 5 ust. 2 ustawy o dostępie do informacji publicznej"

GIVEN_NAMES = ("Alicja", "Bogumił", "Cecylia", "Dobromir", "Eliza", "Feliks", "Gabriela", "Hilary")
FAMILY_NAMES = ("Bukowa", "Chabrowy", "Deszcz", "Imbir", "Jagoda", "Koperek", "Mech", "Szuwar")

BUILDERS, ROADS, INSTALLERS = (
    "Przedsiębiorstwo Budowlane",
    "Zakład Drogowy",
    "Instalacje Sanitarne i Elektryczne",
)
UTILITIES, GREENERY, CLEANING = "Zakład Usług Komunalnych", "Zieleń i Ogrody", "Usługi Porządkowe"
DESIGNERS, SURVEYORS, TRAINERS = "Pracownia Projektowa", "Biuro Geodezji i Wycen", "Biuro Szkoleń"
GUARDS, COACHES, POST, STAGE = (
    "Agencja Ochrony",
    "Przewozy Autokarowe",
    "Usługi Kurierskie",
    "Agencja Artystyczna",
)
COMPUTERS, FURNITURE, PAPER = "Serwis Informatyczny", "Fabryka Mebli", "Hurtownia Papiernicza"
FOOD, BOOKS, PRINTERS = "Dostawy Spożywcze", "Hurtownia Książek", "Drukarnia"
VETS, NOBODY = "Lecznica Zwierząt", ""
TRADES = (
    BUILDERS, ROADS, INSTALLERS, UTILITIES, GREENERY, CLEANING, DESIGNERS, SURVEYORS, TRAINERS, GUARDS,
    COACHES, POST, STAGE, COMPUTERS, FURNITURE, PAPER, FOOD, BOOKS, PRINTERS, VETS,
)  # fmt: skip
_NAMES = ("Alicja", "Bogumił", "Cecylia", "Dobromir", "Eliza", "Feliks", "Gabriela", "Hilary")
FAMILY_NAMES = ("Bukowa", "Chabrowy", "Deszcz", "Imbir", "Jagoda", "Koperek", "Mech", "Szuwar")

# Which firms take which contracts, by words of their names.
WORDS_OF = {
    Contract.Kind.WORKS: ("Budow", "Drog", "Instal"),
    Contract.Kind.SERVICES: ("Usług", "Pracownia", "Zieleń", "Serwis"),
    Contract.Kind.SUPPLIES: ("Hurtownia", "Dostawy", "Sklep"),
    Contract.Kind.OTHER: ("Usług", "Pracownia"),
}

_TRADES = (
    "Przedsiębiorstwo Budowlane",
    "Zakład Drogowy",
    "Instalacje Sanitarne",
    "Zakład Usług Komunalnych",
    "Pracownia Projektowa",
    "Zieleń i Ogrody",
    "Serwis Informatyczny",
    "Hurtownia Papiernicza",
    "Dostawy Spożywcze",
    "Sklep Meblowy",
)
_NAMES = ("Czapla Siwa", "Ćma", "Sójka", "Źdźbło", "Ślimak", "Borsuk i Wnuki", "Łoś", "Dzięcioł")
_FORMS = ("sp. z o.o.", "s.c.", "sp.j.")


def firms(rng: random.Random) -> list[tuple[str, str]]:
    """Invented firms as (trade, name): every trade with some of the names."""
    return [
        (trade, f"{trade} „{name}” {rng.choice(_FORMS)}")
        for trade in TRADES
        for name in sorted(rng.sample(_NAMES, 4))
    ]


@dataclass(frozen=True)
class ContractText:
    """A kind of contract the town concludes with firms of a trade (or with a person)."""

    trade: str
    text: str
    kind: str
    unit: str
    low: int
    high: int
    days: tuple[int, ...] = (60, 90, 180)
    unpriced_reason: str = ""


_RATES = "Wynagrodzenie według stawek jednostkowych, zależne od zamówień"
_WORKS, _SERVICES = Contract.Kind.WORKS, Contract.Kind.SERVICES
_SUPPLIES, _OTHER = Contract.Kind.SUPPLIES, Contract.Kind.OTHER

CONTRACTS = (
    ContractText(
        ROADS, "Przebudowa drogi gminnej – {street}, wraz z kanalizacją deszczową",
        _WORKS, _INVESTMENT, 380_000, 4_900_000, (240, 360, 540),
    ),
    ContractText(ROADS, "Remont chodnika – {street}", _WORKS, _UTILITIES, 28_000, 210_000),
    ContractText(BUILDERS, "Termomodernizacja {place}", _WORKS, _INVESTMENT, 620_000, 3_400_000, (300, 420)),
    ContractText(
        INSTALLERS, "Wymiana oświetlenia ulicznego na LED – {street}",
        _WORKS, _UTILITIES, 45_000, 390_000,
    ),
    ContractText(BUILDERS, "Remont dachu {place}", _WORKS, _INVESTMENT, 70_000, 480_000),
    ContractText(BUILDERS, "Budowa placu zabaw – {street}", _WORKS, _INVESTMENT, 95_000, 420_000),
    ContractText(BUILDERS, "Malowanie sal i korytarzy {place}", _WORKS, _SCHOOLS, 8_000, 64_000, (30, 45)),
    ContractText(
        ROADS, "Naprawa nawierzchni po zimie {year} – {street}",
        _WORKS, _UTILITIES, 12_000, 98_000, (45, 60),
    ),
    ContractText(
        DESIGNERS, "Dokumentacja projektowa przebudowy – {street}",
        _SERVICES, _INVESTMENT, 24_000, 160_000,
    ),
    ContractText(
        DESIGNERS, "Nadzór inwestorski nad termomodernizacją {place}",
        _SERVICES, _INVESTMENT, 15_000, 70_000,
    ),
    ContractText(
        GREENERY, "Utrzymanie zieleni miejskiej w sezonie {year} – {street}",
        _SERVICES, _UTILITIES, 30_000, 180_000, (210,),
    ),
    ContractText(
        UTILITIES, "Zimowe utrzymanie dróg i chodników – rejon {street}",
        _SERVICES, _UTILITIES, 60_000, 340_000, (150,), _RATES,
    ),
    ContractText(
        UTILITIES, "Odbiór i zagospodarowanie odpadów komunalnych w {year} roku",
        _SERVICES, _UTILITIES, 900_000, 3_900_000, (365,),
    ),
    ContractText(
        VETS, "Opieka nad bezdomnymi zwierzętami",
        _SERVICES, _UTILITIES, 18_000, 76_000, (365,), _RATES,
    ),
    ContractText(
        POST, "Usługi pocztowe dla urzędu w {year} roku",
        _SERVICES, _OFFICE, 40_000, 130_000, (365,), _RATES,
    ),
    ContractText(GUARDS, "Ochrona i monitoring {place}", _SERVICES, _OFFICE, 14_000, 88_000, (365,)),
    ContractText(CLEANING, "Sprzątanie {place}", _SERVICES, _OFFICE, 22_000, 140_000, (365,)),
    ContractText(
        INSTALLERS, "Przegląd i konserwacja kotłowni {place}",
        _SERVICES, _UTILITIES, 3_000, 19_000, (365,),
    ),
    ContractText(
        COACHES, "Dowóz uczniów z niepełnosprawnościami do szkół w {year} roku",
        _SERVICES, _SCHOOLS, 55_000, 260_000, (300,), _RATES,
    ),
    ContractText(
        TRAINERS, "Szkolenie pracowników z ochrony danych osobowych",
        _SERVICES, _OFFICE, 1_800, 9_500, (30,),
    ),
    ContractText(
        DESIGNERS, "Opracowanie zmiany planu miejscowego – rejon {street}",
        _SERVICES, _LAND, 32_000, 120_000, (365, 540),
    ),
    ContractText(SURVEYORS, "Wycena nieruchomości – {street}", _SERVICES, _LAND, 700, 4_200, (30,)),
    ContractText(
        SURVEYORS, "Podział geodezyjny działek – {street}",
        _SERVICES, _LAND, 1_900, 8_800, (60, 90),
    ),
    ContractText(
        PRINTERS, "Druk informatora o wydarzeniach – {year}",
        _SERVICES, _CULTURE, 2_400, 14_000, (30, 60),
    ),
    ContractText(
        STAGE, "Nagłośnienie i scena na Święto Jarzębiny {year}",
        _SERVICES, _CULTURE, 18_000, 62_000, (30,),
    ),
    ContractText(
        NOBODY, "Prowadzenie warsztatów ceramicznych w Domu Kultury",
        _OTHER, _CULTURE, 900, 4_800, (30, 90),
    ),
    ContractText(
        NOBODY, "Tłumaczenie strony miasta na język ukraiński",
        _OTHER, _CULTURE, 1_200, 5_600, (30, 60),
    ),
    ContractText(
        NOBODY, "Wykonanie ilustracji do przewodnika po mieście",
        _OTHER, _CULTURE, 1_500, 7_000, (60,),
    ),
    ContractText(COMPUTERS, "Dostawa komputerów dla {place}", _SUPPLIES, _SCHOOLS, 19_000, 165_000, (30, 45)),
    ContractText(FURNITURE, "Dostawa mebli do {place}", _SUPPLIES, _SCHOOLS, 9_000, 92_000, (30, 60)),
    ContractText(
        PAPER, "Dostawa materiałów biurowych w {year} roku",
        _SUPPLIES, _OFFICE, 8_000, 46_000, (365,), _RATES,
    ),
    ContractText(
        FOOD, "Dostawa artykułów spożywczych do {place}",
        _SUPPLIES, _SCHOOLS, 24_000, 190_000, (300,), _RATES,
    ),
    ContractText(
        BOOKS, "Zakup książek dla Miejskiej Biblioteki Publicznej",
        _SUPPLIES, _CULTURE, 3_000, 28_000, (30, 60),
    ),
    ContractText(
        UTILITIES, "Dostawa soli drogowej na zimę {year}",
        _SUPPLIES, _UTILITIES, 26_000, 120_000, (120,),
    ),
    ContractText(
        FURNITURE, "Dostawa ławek i koszy – {street}",
        _SUPPLIES, _UTILITIES, 6_000, 58_000, (45, 60),
    ),
)  # fmt: skip

PRECINCTS = ("Śródmieście", "Zarzecze", "Łęgi", "Podgaje")
PROPERTY_PURPOSES = {
    Property.Kind.PARCEL: (
        Property.Purpose.RECREATION,
        Property.Purpose.FARMING,
        Property.Purpose.ROADS,
        Property.Purpose.RESERVE,
        Property.Purpose.HOUSING,
    ),
    Property.Kind.BUILDING: (Property.Purpose.EDUCATION, Property.Purpose.COMMERCE, Property.Purpose.HOUSING),
    Property.Kind.FLAT: (Property.Purpose.HOUSING, Property.Purpose.HOUSING, Property.Purpose.COMMERCE),
}
PROPERTY_AREAS = {
    Property.Kind.PARCEL: (180, 9_500),
    Property.Kind.BUILDING: (90, 2_800),
    Property.Kind.FLAT: (24, 95),
}
HOLDINGS = (
    Property.Holding.OWNED,
    Property.Holding.OWNED,
    Property.Holding.OWNED,
    Property.Holding.LEASED,
    Property.Holding.PERMANENT_MANAGEMENT,
    Property.Holding.PERPETUAL_USUFRUCT,
    Property.Holding.SHARED,
    Property.Holding.LENT,
)

TRADERS = (
    "Delikatesy Źródełko s.c.",
    "Gospoda Pod Kasztanem sp. z o.o.",
    "Sklepy Wiewiórka sp.j.",
    "Pizzeria Kocia Łapka s.c.",
    "Na Rogu – handel spożywczy s.c.",
    "Kawiarnia Ratuszowa s.c.",
    "Winiarnia Trzy Beczki sp. z o.o.",
    "Targowisko Jarzębińskie sp. z o.o.",
)
POINTS = (
    ("Delikatesy Źródełko", AlcoholLicence.Mode.RETAIL),
    ("Gospoda Pod Kasztanem", AlcoholLicence.Mode.ON_PREMISES),
    ("Sklep Wiewiórka", AlcoholLicence.Mode.RETAIL),
    ("Pizzeria Kocia Łapka", AlcoholLicence.Mode.ON_PREMISES),
    ("Sklep Na Rogu", AlcoholLicence.Mode.RETAIL),
    ("Kawiarnia Ratuszowa", AlcoholLicence.Mode.ON_PREMISES),
    ("Winiarnia Trzy Beczki", AlcoholLicence.Mode.ON_PREMISES),
    ("Stragan z Lemoniadą i Piwem", AlcoholLicence.Mode.RETAIL),
)


@dataclass(frozen=True)
class LeaseText:
    """A kind of lease; the rent between `low` and `high` zlotys in each period."""

    text: str
    kind: str
    purpose: str
    low: int
    high: int
    rent_period: str
    is_personal: bool = False


_LAND_PARCEL, _PREMISES = Property.Kind.PARCEL, Property.Kind.FLAT
_MONTH, _YEAR = Lease.RentPeriod.MONTH, Lease.RentPeriod.YEAR
LEASES = (
    LeaseText("Ogródek przydomowy", _LAND_PARCEL, "ogród", 60, 240, _YEAR, is_personal=True),
    LeaseText("Lokal użytkowy na parterze", _PREMISES, "handel i usługi", 900, 3_800, _MONTH),
    LeaseText("Garaż", _LAND_PARCEL, "garaż", 140, 320, _MONTH, is_personal=True),
    LeaseText("Grunt pod kiosk", _LAND_PARCEL, "handel i usługi", 180, 650, _MONTH),
    LeaseText("Łąka nad rzeką", _LAND_PARCEL, "uprawa", 120, 900, _YEAR, is_personal=True),
    LeaseText("Teren pod ogródek kawiarniany", _LAND_PARCEL, "handel i usługi", 1_200, 5_200, _YEAR),
)
