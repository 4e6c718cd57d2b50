"""Tables for spreadsheet programs."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

BOM = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")

Cell = str | int | Decimal | date | None


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return a table as Polish spreadsheet programs open it without asking.

    UTF-8 with a byte order mark, semicolons, CRLF; amounts with a decimal comma and without spaces (`1234,56`),
    dates as `2026-05-15`. A text that a program would take for a formula begins with an apostrophe.
    """
    out = io.StringIO(newline="")
    out.write(BOM)
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue().encode()


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", ",")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int):
        return str(value)
    text = value.replace("\x00", "")
    return f"'{text}" if text.lstrip().startswith(_FORMULA) or text.startswith(_FORMULA) else text
