"""What a statement says: a year's charges and payments, or what is open on a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from eurzad.lib.dates import format_short
from eurzad.lib.money import ZERO, format_amount
from eurzad.lib.tables import Cell
from taxes.models import Allocation, Instalment, InstalmentQuerySet
from taxes.selectors import words
from taxes.selectors.debts import add_up, load_law, owed_on
from taxes.selectors.owed import totals_of

CSV_ROWS = 20_000
TITLE, NUMBER = 1, 2


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a statement. Cells are raw; `numeric` columns hold amounts in złoty."""

    caption: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    total: Sequence[Cell]

    on_paper: Sequence[int]
    """Columns of the PDF: the number of the instalment stands beside its title, so that a row is one line."""

    @property
    def printed(self) -> list[list[tuple[str, bool]]]:
        """Rows as printed: text, and whether it is an amount."""
        return [self._paper(row) for row in self.rows]

    @property
    def printed_total(self) -> list[tuple[str, bool]]:
        """The last line as printed."""
        return [_printed(self.total[column]) for column in self.on_paper]

    @property
    def columns(self) -> list[tuple[str, bool]]:
        """Names of columns, and whether they hold amounts."""
        return [(self.header[column], isinstance(self.total[column], Decimal)) for column in self.on_paper]

    def _paper(self, row: Sequence[Cell]) -> list[tuple[str, bool]]:
        cells = [_printed(row[column]) for column in self.on_paper]
        cells[TITLE] = (_("%(title)s, rata %(number)s") % {"title": row[TITLE], "number": row[NUMBER]}, False)
        return cells


def _printed(cell: Cell) -> tuple[str, bool]:
    if isinstance(cell, Decimal):
        return format_amount(cell), True
    if isinstance(cell, date):
        return format_short(cell), False
    return ("" if cell is None else str(cell)), False


def charges(mine: InstalmentQuerySet, year: int) -> Table:
    """Everything that fell due in a year, by date; one query."""
    rows = (
        mine.filter(effective_due_on__gte=date(year, 1, 1), effective_due_on__lte=date(year, 12, 31))
        .order_by("effective_due_on", "pk")
        .values_list(
            "effective_due_on", "receivable__title", "number", "receivable__account__number", "amount",
            "principal_paid", "status",
        )[: CSV_ROWS + 1]
    )  # fmt: skip
    state = {
        Instalment.Status.OPEN: _("do zapłaty"),
        Instalment.Status.ENFORCEMENT: _("w egzekucji"),
        Instalment.Status.SETTLED: _("zapłacona"),
    }
    found: list[list[Cell]] = [
        [day, title, number, account, amount, paid, amount - paid, state[Instalment.Status(status)]]
        for day, title, number, account, amount, paid, status in rows
    ]
    header = [
        _("Termin"), _("Za co"), _("Rata"), _("Kartoteka"), _("Kwota"), _("Zapłacono"), _("Zostało"), _("Stan"),
    ]  # fmt: skip
    total: list[Cell] = [_("Razem"), "", "", "", _sum(found, 4), _sum(found, 5), _sum(found, 6), ""]
    return Table(
        _("Raty z terminem w roku %d (zł, bez odsetek)") % year, header, found, total, (0, 1, 4, 5, 6, 7)
    )


def payments(mine: InstalmentQuerySet, year: int) -> Table:
    """Everything paid in a year and what it was credited to, by date; one query."""
    rows = (
        Allocation.objects.filter(
            instalment__in=mine, payment__paid_on__gte=date(year, 1, 1), payment__paid_on__lte=date(year, 12, 31)
        )
        .order_by("payment__paid_on", "payment_id", "pk")
        .values_list(
            "payment__paid_on", "instalment__receivable__title", "instalment__number", "principal", "interest",
            "costs", "overpaid",
        )[: CSV_ROWS + 1]
    )  # fmt: skip
    found: list[list[Cell]] = [[*row[:3], *row[3:], sum(row[3:], ZERO)] for row in rows]
    header = [
        _("Dzień zapłaty"), _("Za co"), _("Rata"), _("Należność"), _("Odsetki"), _("Koszty"), _("Nadpłata"),
        _("Razem"),
    ]  # fmt: skip
    total: list[Cell] = [_("Razem"), "", "", *(_sum(found, column) for column in range(3, 8))]
    return Table(
        _("Wpłaty w roku %d i na co je zaliczono (zł)") % year, header, found, total, (0, 1, 3, 4, 5, 6, 7)
    )


def open_on(mine: InstalmentQuerySet, on: date) -> Table:
    """Everything not settled, priced on a day; four queries."""
    owed = owed_on(mine, on, load_law())[: CSV_ROWS + 1]
    named = mine.unsettled().values_list("pk", "receivable__title", "number")
    titles = {pk: (title, number) for pk, title, number in named}
    found: list[list[Cell]] = []
    for row in owed:
        title, number = titles.get(row.pk, ("", None))
        word, _tag = words.status_of(row, on)
        parts = [row.debt.principal, row.interest, row.debt.costs, row.total]
        found.append([row.debt.effective_due, title, number, *parts, word])
    header = [
        _("Termin"), _("Za co"), _("Rata"), _("Należność"), _("Odsetki"), _("Koszty"), _("Razem"), _("Stan"),
    ]  # fmt: skip
    total: list[Cell] = [_("Razem"), "", "", *(_sum(found, column) for column in range(3, 7)), ""]
    return Table(
        _("Niezapłacone raty na dzień %s (zł)") % format_short(on),
        header,
        found,
        total,
        (0, 1, 3, 4, 5, 6, 7),
    )


def conclusion(mine: InstalmentQuerySet, on: date) -> str:
    """Return in one sentence whether anything is past due on a day."""
    owed = [row for row in owed_on(mine, on, load_law()) if row.debt.effective_due < on]
    if not owed:
        return _("Na ten dzień w widocznych tu kartotekach nie ma zaległości.")
    parts = totals_of(add_up(owed))
    return _(
        "Na ten dzień zaległości wynoszą %(total)s: należność główna %(principal)s, odsetki %(interest)s, "
        "koszty upomnień %(costs)s."
    ) % {
        "total": parts.total,
        "principal": parts.principal,
        "interest": parts.interest,
        "costs": parts.costs,
    }


def _sum(rows: Sequence[Sequence[Cell]], column: int) -> Decimal:
    return sum((cell for row in rows if isinstance(cell := row[column], Decimal)), ZERO)
