# ruff: noqa: N999 - the command is called so; Django takes its name from the file
from collections.abc import Callable
from functools import partial
from typing import Any

from django.core.management.base import CommandError, CommandParser

from eurzad.lib import identifiers
from eurzad.lib.identifiers import Fault, IdentifierError
from taxes.management import OneLineCommand

CHECKS: dict[str, Callable[[str], str]] = {
    "pesel": identifiers.clean_pesel,
    "nip": identifiers.clean_nip,
    "regon": identifiers.clean_regon,
    "krs": partial(identifiers.clean_krs, pad=False),
    "nrb": identifiers.clean_nrb,
    "kw": identifiers.clean_land_register,
    "parcel": identifiers.clean_parcel,
    "teryt": identifiers.clean_teryt,
}
LENGTHS = {
    "pesel": "11", "nip": "10", "regon": "9 albo 14", "krs": "10", "nrb": "26", "teryt": "7",
}  # fmt: skip
FORMS = {
    "krs": "Numer KRS nie może składać się z samych zer.",
    "kw": "Zapisz numer księgi jak KR1I/00012345/5: kod sądu, osiem cyfr, cyfra kontrolna.",
    "parcel": "Zapisz działkę jak 121905_4.0001.123/4 albo 121905_4.0001.AR_2.123/4 "
    "(budynek: .1_BUD, lokal: .1_BUD.2_LOK).",
    "teryt": "Ostatnia cyfra to rodzaj gminy: 1, 2, 3, 4, 5, 8 albo 9.",
}
REASONS = {
    Fault.DIGITS: "Numer składa się z samych cyfr; dopuszczalne są odstępy i kreski.",
    Fault.CHECK: "Cyfra kontrolna się nie zgadza: sprawdź, czy któraś cyfra nie jest przestawiona.",
    Fault.DAY: "Numer zawiera dzień urodzenia, którego nie ma w kalendarzu.",
    Fault.COURT: "Pierwsze cztery znaki nie są kodem sądu (np. KR1I).",
}


class Command(OneLineCommand):
    """Checks an official number: ends with 0, or with 1 and the reason."""

    help = f"Sprawdza numer: {', '.join(CHECKS)}. Kończy się kodem 0 albo 1 z przyczyną."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", help=", ".join(CHECKS))
        parser.add_argument("value", help="numer; odstępy i kreski nie przeszkadzają")

    def handle(self, *args: Any, **options: Any) -> None:
        kind = options["kind"].lower()
        if kind not in CHECKS:
            raise CommandError(f"Nie znam takiego numeru; znane to: {', '.join(CHECKS)}.", returncode=2)
        try:
            clean = CHECKS[kind](options["value"])
        except IdentifierError as error:
            raise CommandError(reason(kind, error.fault), returncode=1) from None
        if kind == "nrb" and not identifiers.bank_digit_is_right(clean):
            self.stderr.write(
                "Uwaga: numer jest poprawny, ale numer rozliczeniowy banku (cyfry od 3 do 10) ma inną cyfrę "
                "kontrolną, niż powinien: sprawdź, czy taki bank istnieje."
            )
        self.stdout.write(f"Numer poprawny: {clean}")


def reason(kind: str, fault: Fault) -> str:
    """Say why a number of a kind is none, and never the number itself: it may be somebody's, typed badly."""
    if fault is Fault.LENGTH:
        return f"Numer musi mieć {LENGTHS[kind]} cyfr."
    return FORMS[kind] if fault is Fault.FORM else REASONS[fault]
