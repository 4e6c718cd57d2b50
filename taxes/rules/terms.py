"""How a kind of receivable is treated. The values are data of the receivable type, kept by the town."""

from dataclasses import dataclass, replace
from enum import StrEnum


class Regime(StrEnum):
    """Which law makes lateness cost money."""

    TAX = "tax"
    """Ordynacja podatkowa art. 53-56: taxes, and the waste fee through art. 6q u.c.p.g."""

    TAX_REDUCED = "tax-reduced"
    """Ordynacja podatkowa art. 56a: arrears shown by the payer's own correction, at the reduced rate."""

    CIVIL = "civil"
    """Kodeks cywilny art. 481: leases, perpetual usufruct, transformation fees."""

    TRADE = "trade"
    """A tenant who is an entrepreneur, where the contract counts as a trade transaction (act of 8 March 2013)."""

    NONE = "none"
    """No late interest at all."""


class Rounding(StrEnum):
    """What the total of interest is rounded to, once."""

    ZLOTY = "zloty"
    """Full złoty, half up (Ordynacja podatkowa art. 63 § 1)."""

    GROSZ = "grosz"


class CreditOrder(StrEnum):
    """How a payment too small for principal and interest is split between them."""

    PROPORTIONAL = "proportional"
    """Ordynacja podatkowa art. 55 § 2."""

    INTEREST_FIRST = "interest_first"
    """Kodeks cywilny art. 451 § 1: side claims before the principal."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How lateness and payments of one kind of receivable are treated.

    With `has_threshold` small interest is not charged (Ordynacja podatkowa art. 54 § 1 pkt 5). The act does not
    say whether the sum is compared before or after rounding: before, unless `threshold_after_rounding`.
    """

    regime: Regime
    rounding: Rounding
    has_threshold: bool
    credit_order: CreditOrder
    shifts_due_date: bool
    threshold_after_rounding: bool = False


TAX_TERMS = Terms(Regime.TAX, Rounding.ZLOTY, True, CreditOrder.PROPORTIONAL, True)
CIVIL_TERMS = Terms(Regime.CIVIL, Rounding.GROSZ, False, CreditOrder.INTEREST_FIRST, True)
TAX_REDUCED_TERMS = replace(TAX_TERMS, regime=Regime.TAX_REDUCED)
TRADE_TERMS = replace(CIVIL_TERMS, regime=Regime.TRADE)
NO_INTEREST_TERMS = replace(CIVIL_TERMS, regime=Regime.NONE)
