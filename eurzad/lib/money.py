"""Amounts of money: `Decimal` złoty to the grosz, never float."""

from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal("0.00")
_GROSZ = Decimal("0.01")
_ZLOTY = Decimal("1")
NBSP = "\u00a0"


def round_grosz(amount: Decimal) -> Decimal:
    """Round an amount in złoty half up to the grosz."""
    return amount.quantize(_GROSZ, rounding=ROUND_HALF_UP)


def round_zloty(amount: Decimal) -> Decimal:
    """Round an amount in złoty half up to the full złoty (Ordynacja podatkowa art. 63 § 1)."""
    return amount.quantize(_ZLOTY, rounding=ROUND_HALF_UP).quantize(_GROSZ)


def to_grosze(amount: Decimal) -> int:
    """Return an amount in złoty as whole grosze.

    Raises ValueError when the amount is finer than a grosz.
    """
    grosze = amount * 100
    if grosze != grosze.to_integral_value():
        raise ValueError("An amount must be a whole number of grosze.")
    return int(grosze)


def from_grosze(grosze: int) -> Decimal:
    """Return whole grosze as an amount in złoty."""
    return (Decimal(grosze) / 100).quantize(_GROSZ)


def format_amount(amount: Decimal) -> str:
    """Return `1 234,56`: two decimals, comma, groups of three kept together by no-break spaces."""
    rounded = round_grosz(amount)
    sign = "-" if rounded < 0 else ""
    whole, _, cents = f"{abs(rounded):,.2f}".partition(".")
    return f"{sign}{whole.replace(',', NBSP)},{cents}"


def format_pln(amount: Decimal) -> str:
    """Return `1 234,56 zł` with no-break spaces."""
    return f"{format_amount(amount)}{NBSP}zł"
