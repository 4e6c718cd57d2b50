import json
import sys
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NoReturn

from django.core.management.base import CommandError, CommandParser

from eurzad.lib.money import ZERO, format_pln
from taxes.management import OneLineCommand, before_the_table, read_amount, read_day, read_terms
from taxes.rules.allocation import AllocationLine, AllocationResult, allocate
from taxes.rules.due_dates import effective_due_date
from taxes.rules.errors import RateMissing
from taxes.rules.interest import Debt
from taxes.rules.rates import Law

MAX_BYTES = 2_000_000
MAX_RECEIVABLES = 5_000
_KEYS = frozenset({"on", "amount", "designated", "receivables"})
_RECEIVABLE_KEYS = frozenset({"id", "regime", "principal", "due", "reminder_cost"})


class Command(OneLineCommand):
    """Credits one payment to what is owed."""

    help = (
        "Zalicza jedną wpłatę na należności podane w JSON na wejściu: "
        '{"on":"2026-08-14","amount":"500.00","designated":null,"receivables":[{"id":"1","regime":"tax",'
        '"principal":"1000.00","due":"2026-05-15","reminder_cost":"0.00"}]}'
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="wynik jako JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        asked = read_payment(_read_stdin())
        try:
            result = credit(asked, self.current_law())
        except RateMissing as error:
            raise before_the_table(error) from None
        got = {line.id: line for line in result.lines}
        lines = [got.get(debt.id) or _nothing(debt) for debt in asked.debts]
        if options["json"]:
            self.stdout.write(json.dumps(as_json(asked, lines, result.overpaid), ensure_ascii=False))
            return
        for line in lines:
            self.stdout.write(
                f"{line.id}: koszty {format_pln(line.costs)}, należność {format_pln(line.principal)}, "
                f"odsetki {format_pln(line.interest)}; zostaje {format_pln(line.principal_left)}"
            )
        self.stdout.write(f"Nadpłata: {format_pln(result.overpaid)}")


class Number(str):
    """A number of the JSON text as it was written, so that nothing is rounded on the way."""

    __slots__ = ()


@dataclass(frozen=True)
class Payment:
    """What is to be credited; `names` has the ids as they were written."""

    on: date
    amount: Decimal
    designated: list[str]
    debts: list[Debt]
    names: dict[str, Any]


def read_payment(data: bytes) -> Payment:
    """Read the documented JSON; raises CommandError that names the place and what to do."""
    found = _object(_parse(data), "wejście", _KEYS, required=_KEYS - {"designated"})
    on, amount = read_day(found["on"], "on"), read_amount(found["amount"], "amount")
    rows = found["receivables"]
    if not isinstance(rows, list) or not 1 <= len(rows) <= MAX_RECEIVABLES:
        _refuse(f"receivables: podaj listę od 1 do {MAX_RECEIVABLES} należności.")
    debts = [_debt(row, f"receivables[{number}]") for number, row in enumerate(rows)]
    names = {debt.id: _as_written(row["id"]) for debt, row in zip(debts, rows, strict=True)}
    if len(names) != len(debts):
        _refuse("receivables: każdy id może wystąpić raz; usuń powtórzenie.")
    designated = found.get("designated")
    if designated is None:
        designated = []
    if not isinstance(designated, list) or not all(isinstance(name, str) for name in designated):
        _refuse("designated: podaj null albo listę id.")
    if len(set(designated)) != len(designated) or not set(designated) <= names.keys():
        _refuse("designated: każdy id musi być wśród receivables i wystąpić raz.")
    return Payment(on, amount, [str(name) for name in designated], debts, names)


def credit(asked: Payment, law: Law) -> AllocationResult:
    """Credit the payment under the law."""
    return allocate(asked.amount, asked.on, asked.debts, law, designated=asked.designated)


def as_json(asked: Payment, lines: list[AllocationLine], overpaid: Decimal) -> dict[str, Any]:
    """Return the documented shape: every receivable in the order of the input, amounts as decimal strings."""
    return {
        "lines": [
            {
                "id": asked.names[line.id],
                "costs": f"{line.costs:.2f}",
                "principal": f"{line.principal:.2f}",
                "interest": f"{line.interest:.2f}",
                "principal_left": f"{line.principal_left:.2f}",
            }
            for line in lines
        ],
        "overpaid": f"{overpaid:.2f}",
    }


def _nothing(debt: Debt) -> AllocationLine:
    return AllocationLine(debt.id, ZERO, ZERO, ZERO, debt.principal, ZERO)


def _read_stdin() -> bytes:
    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        _refuse(f"Wejście jest większe niż {MAX_BYTES // 1_000_000} MB: podziel je.")
    if not data.strip():
        _refuse("Wejście jest puste: podaj JSON, przykład pokaże manage.py allocate --help.")
    return data


def _parse(data: bytes) -> Any:
    try:
        return json.loads(
            data.decode("utf-8-sig"), parse_float=Number, parse_int=Number,
            parse_constant=lambda name: _refuse(f"{name} nie jest kwotą: podaj np. \"10.00\"."),
            object_pairs_hook=_without_repeats,
        )  # fmt: skip
    except UnicodeDecodeError:
        _refuse("Wejście nie jest tekstem UTF-8: zapisz je w tym kodowaniu.")
    except RecursionError:
        _refuse("JSON jest zagnieżdżony za głęboko: podaj go jak w manage.py allocate --help.")
    except json.JSONDecodeError as error:
        _refuse(f"To nie jest JSON (wiersz {error.lineno}, znak {error.colno}): popraw zapis w tym miejscu.")


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        _refuse("JSON: ten sam klucz występuje dwa razy w jednym obiekcie; zostaw jeden.")
    return found


def _object(value: Any, place: str, known: frozenset[str], *, required: frozenset[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        _refuse(f"{place}: podaj obiekt JSON z kluczami {', '.join(sorted(known))}.")
    if missing := required - value.keys():
        _refuse(f"{place}: brakuje {', '.join(sorted(missing))}.")
    if value.keys() - known:
        _refuse(f"{place}: są nieznane klucze; znane to {', '.join(sorted(known))}.")
    return value


def _debt(value: Any, place: str) -> Debt:
    row = _object(value, place, _RECEIVABLE_KEYS, required=_RECEIVABLE_KEYS - {"reminder_cost"})
    name = row["id"]
    if not isinstance(name, str) or not 1 <= len(name) <= 100 or not name.isprintable():
        _refuse(f"{place}.id: podaj tekst od 1 do 100 drukowanych znaków.")
    terms = read_terms(row["regime"], f"{place}.regime")
    cost = row.get("reminder_cost")
    return Debt(
        str(name),
        terms,
        read_amount(row["principal"], f"{place}.principal", may_be_zero=True),
        effective_due_date(read_day(row["due"], f"{place}.due"), shifts=True, regime=terms.regime),
        ZERO if cost is None else read_amount(cost, f"{place}.reminder_cost", may_be_zero=True),
    )


def _as_written(name: str) -> str | int:
    return int(name) if isinstance(name, Number) and name.removeprefix("-").isdigit() else str(name)


def _refuse(line: str) -> NoReturn:
    raise CommandError(line, returncode=2)
