"""Rates and amounts of the law as delivered; the town keeps them up in the database."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

from taxes.rules.rates import DatedAmount, DatedAmounts, Law, Rate, RateTable

_FOLDER = Path(__file__).parent


def interest_rates() -> list[tuple[str, date, Decimal, str]]:
    """Return (regime, valid from, percent, source) in the order of the file."""
    return [
        (row[0], date.fromisoformat(row[1]), Decimal(row[2]), row[3]) for row in _rows("interest_rates.csv")
    ]


def dated_amounts() -> list[tuple[str, date, Decimal, str]]:
    """Return (kind, valid from, złoty, source) in the order of the file."""
    return [
        (row[0], date.fromisoformat(row[1]), Decimal(row[2]), row[3]) for row in _rows("dated_amounts.csv")
    ]


def _rows(name: str) -> list[list[str]]:
    with (_FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


def delivered_law() -> Law:
    """Return the law of the files, as it was delivered, for where no database can be asked."""

    def table(regime: str) -> RateTable:
        return RateTable(
            tuple(Rate(day, value) for name, day, value, _ in interest_rates() if name == regime)
        )

    def dated(kind: str) -> DatedAmounts:
        return DatedAmounts(
            tuple(DatedAmount(day, value) for name, day, value, _ in dated_amounts() if name == kind)
        )

    return Law(
        table("tax"),
        table("civil"),
        dated("interest_threshold"),
        dated("reminder_cost"),
        dated("reduced_share"),
    )
