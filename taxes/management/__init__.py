"""Commands that a clerk or a tester runs: one line says what is wrong with the input, never a traceback."""

import re
from datetime import date
from decimal import Decimal
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from taxes.data import delivered_law
from taxes.rules import terms
from taxes.rules.errors import RateMissing
from taxes.rules.rates import Law
from taxes.selectors.debts import load_law

MAX_AMOUNT = Decimal("9999999999.99")
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2100, 12, 31)
REGIMES = {
    "tax": terms.TAX_TERMS,
    "tax-reduced": terms.TAX_REDUCED_TERMS,
    "civil": terms.CIVIL_TERMS,
    "trade": terms.TRADE_TERMS,
    "none": terms.NO_INTEREST_TERMS,
}
"""What may stand after --regime and in the regime of a receivable."""


class OneLineCommand(BaseCommand):
    """A command of the rules: needs no set-up of the portal and refuses in one line."""

    requires_system_checks = ()

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Make the parser of arguments refuse in one line too."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        is_at_terminal = getattr(self, "_called_from_command_line", False)

        def refuse(message: str) -> NoReturn:
            line = f"Nie rozumiem argumentów ({message}). Opis: manage.py {subcommand} --help"
            if is_at_terminal:
                parser.exit(2, line + "\n")
            raise CommandError(line, returncode=2)

        parser.error = refuse  # type: ignore[method-assign]
        return parser

    def current_law(self) -> Law:
        """Read the town's tables; without a database, or before `migrate`, the delivered ones, and say so."""
        try:
            law = load_law()
        except DatabaseError:
            law = None
        if law is not None and law.tax.rates and law.civil.rates:
            return law
        self.stderr.write(
            "Baza danych nie odpowiada albo jest pusta: liczę według stawek dostarczonych z programem."
        )
        return delivered_law()


def read_amount(text: Any, name: str, *, may_be_zero: bool = False) -> Decimal:
    """Read złoty such as `1000.00` or `1000,5`; raises CommandError naming `name`."""
    if not isinstance(text, str) or not re.fullmatch(r"[0-9]{1,15}([.,][0-9]{1,2})?", text):
        raise CommandError(
            f"{name}: podaj kwotę w złotych z najwyżej dwoma miejscami po przecinku, np. 1000.00.",
            returncode=2,
        )
    amount = Decimal(text.replace(",", ".")).quantize(Decimal("0.01"))
    if amount > MAX_AMOUNT or (amount == 0 and not may_be_zero):
        raise CommandError(
            f"{name}: kwota musi być większa od zera i mieć najwyżej 10 cyfr złotych.", returncode=2
        )
    return amount


def read_day(text: Any, name: str) -> date:
    """Read a day such as `2026-05-15`; raises CommandError naming `name`."""
    found = None
    if isinstance(text, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        try:
            found = date.fromisoformat(text)
        except ValueError:
            found = None
    if found is None:
        raise CommandError(
            f"{name}: podaj istniejący dzień w zapisie RRRR-MM-DD, np. 2026-05-15.", returncode=2
        )
    if not FIRST_DAY <= found <= LAST_DAY:
        raise CommandError(f"{name}: dzień musi być między {FIRST_DAY} a {LAST_DAY}.", returncode=2)
    return found


def read_terms(text: Any, name: str) -> terms.Terms:
    """Read a regime; raises CommandError naming `name`."""
    if not isinstance(text, str) or text not in REGIMES:
        raise CommandError(f"{name}: podaj jedno z: {', '.join(REGIMES)}.", returncode=2)
    return REGIMES[text]


def before_the_table(error: RateMissing) -> CommandError:
    """Say that the rates do not reach back so far."""
    day = re.sub(r"[^0-9-]", "", str(error).rsplit(" ", 1)[-1])
    return CommandError(
        f"Tabela stawek nie sięga dnia {day}: podaj późniejszy termin albo uzupełnij stawki w panelu.",
        returncode=2,
    )
