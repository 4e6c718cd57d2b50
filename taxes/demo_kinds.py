"""What a year's amount of each kind is made of in the demo town, at rates below the legal maximum."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from eurzad.lib.money import ZERO, round_grosz, round_zloty
from taxes.services import Part

TAX_DAYS = ((3, 15), (5, 15), (9, 15), (11, 15))
SMALL_TAX = Decimal(100)


@dataclass(frozen=True, slots=True)
class Kind:
    """How accounts of one kind look: type, number prefix, title, object, parts, due days, decision."""

    type_code: str
    prefix: str
    title: str
    describe: Callable[[int], str]
    parts: Callable[[int, int, str], list[Part]]
    days: Sequence[tuple[int, int]]
    decision: str
    is_tax: bool = True


def year_instalments(kind: Kind, year: int, parts: Sequence[Part]) -> list[tuple[date, Decimal]]:
    """Split a year's amount into instalments of whole złoty, what remains in the first.

    A tax of at most 100 zł is due whole on the first date (art. 6 ust. 11a u.p.o.l.).
    """
    total = sum((part.amount for part in parts), ZERO)
    total = round_zloty(total) if kind.is_tax else round_grosz(total)
    days = [date(year, month, day) for month, day in kind.days]
    if kind.is_tax and total <= SMALL_TAX:
        days = days[:1]
    share = round_grosz(total // len(days))
    return [(day, total - share * (len(days) - 1) if index == 0 else share) for index, day in enumerate(days)]


def _part(name: str, base: int | Decimal, unit: str, rate: str, step: int, source: str) -> Part:
    """Return a part whose rate rises by about four percent a year (`step` years after the first)."""
    this_year = round_grosz(Decimal(rate) * (100 + 4 * step) / 100)
    base = Decimal(base)
    return Part(name, base, unit, this_year, round_grosz(base * this_year), source=source)


def _property(size: int, step: int, source: str) -> list[Part]:
    return [
        _part("Budynek mieszkalny, powierzchnia użytkowa", size, "m²", "1.12", step, source),
        _part("Garaż i budynki gospodarcze", 18 + size // 10, "m²", "9.40", step, source),
        _part("Grunt pod budynkiem mieszkalnym", size * 6, "m²", "0.66", step, source),
    ]


def _flat(size: int, step: int, source: str) -> list[Part]:
    return [
        _part("Lokal mieszkalny, powierzchnia użytkowa", size, "m²", "1.12", step, source),
        _part("Udział w gruncie", size * 2, "m²", "0.66", step, source),
        _part("Miejsce postojowe", 12, "m²", "9.40", step, source),
    ]


def _business(size: int, step: int, source: str) -> list[Part]:
    return [
        _part("Budynek związany z działalnością gospodarczą", size, "m²", "30.20", step, source),
        _part("Grunt związany z działalnością gospodarczą", size * 4, "m²", "1.20", step, source),
    ]


def _combined(size: int, step: int, source: str) -> list[Part]:
    rye = "cena skupu żyta ogłoszona przez Prezesa GUS"
    return [
        _part("Podatek rolny: hektary przeliczeniowe", Decimal(size) / 40, "ha przel.", "158.00", step, rye),
        _part(
            "Podatek leśny: las",
            Decimal(size) / 200,
            "ha",
            "54.00",
            step,
            "cena sprzedaży drewna ogłoszona przez GUS",
        ),
        _part("Podatek od nieruchomości: budynek mieszkalny", 60 + size // 10, "m²", "1.12", step, source),
    ]


def _waste(people: int, step: int, source: str) -> list[Part]:
    monthly = round_grosz(Decimal("31.00") + step)
    yearly = round_grosz(people * 12 * monthly)
    return [
        Part(
            "Mieszkańcy × 12 miesięcy, odpady segregowane",
            Decimal(people * 12),
            "os.-mies.",
            monthly,
            yearly,
            source=source,
        )
    ]


def _lease(size: int, step: int, source: str) -> list[Part]:
    return [_part("Czynsz według umowy", size, "m²", "1.85", step, "umowa, § 4; waloryzacja wskaźnikiem GUS")]


def _usufruct(size: int, step: int, source: str) -> list[Part]:
    return [
        _part(
            "1 % ceny nieruchomości gruntowej",
            Decimal(size) * 100,
            "zł ceny",
            "0.01",
            0,
            "art. 72 ust. 3 u.g.n.",
        )
    ]


def _alcohol(count: int, step: int, source: str) -> list[Part]:
    fee = Decimal("525.00")
    basis = "art. 11¹ ust. 2 ustawy o wychowaniu w trzeźwości"
    return [Part("Zezwolenie kategorii A", Decimal(count), "szt.", fee, fee * count, source=basis)]


def _vehicle(count: int, step: int, source: str) -> list[Part]:
    return [_part("Samochód ciężarowy, masa 5,5–9 t", count, "szt.", "980.00", step, source)]


KINDS = {
    "property": Kind(
        "property_tax",
        "PN",
        "Podatek od nieruchomości",
        lambda _size: "dom z ogrodem",
        _property,
        TAX_DAYS,
        "FN.3120",
    ),
    "flat": Kind(
        "property_tax",
        "PN",
        "Podatek od nieruchomości",
        lambda _size: "lokal mieszkalny",
        _flat,
        TAX_DAYS,
        "FN.3120",
    ),
    "business": Kind(
        "property_tax",
        "PN",
        "Podatek od nieruchomości",
        lambda _size: "budynek usługowy",
        _business,
        [(1, 31), *((month, 15) for month in range(2, 13))],
        "",
    ),
    "combined": Kind(
        "combined_obligation",
        "LZ",
        "Łączne zobowiązanie pieniężne",
        lambda _size: "gospodarstwo rolne",
        _combined,
        TAX_DAYS,
        "FN.3127",
    ),
    "waste": Kind(
        "waste_fee",
        "OD",
        "Opłata za odpady",
        lambda size: f"zamieszkuje osób: {size}",
        _waste,
        ((3, 31), (6, 30), (9, 30), (12, 31)),
        "",
    ),
    "waste_monthly": Kind(
        "waste_fee",
        "OM",
        "Opłata za odpady",
        lambda size: f"zamieszkuje osób: {size}",
        _waste,
        [(month, 15) for month in range(1, 13)],
        "",
    ),
    "alcohol": Kind(
        "alcohol_fee",
        "AL",
        "Zezwolenie na sprzedaż alkoholu",
        lambda _size: "kategoria A, sprzedaż poza miejscem",
        _alcohol,
        ((1, 31), (5, 31), (9, 30)),
        "",
        is_tax=False,
    ),
    "lease": Kind(
        "lease",
        "DZ",
        "Dzierżawa",
        lambda size: f"{size} m²",
        _lease,
        ((3, 31), (9, 30)),
        "GN.6845",
        is_tax=False,
    ),
    "usufruct": Kind(
        "perpetual_usufruct_fee",
        "UW",
        "Użytkowanie wieczyste",
        lambda _size: "działka gminna",
        _usufruct,
        ((3, 31),),
        "GN.6843",
        is_tax=False,
    ),
    "vehicle": Kind(
        "vehicle_tax",
        "PT",
        "Podatek od środków transportowych",
        lambda size: f"pojazdy: {size}",
        _vehicle,
        ((2, 15), (9, 15)),
        "",
    ),
}
