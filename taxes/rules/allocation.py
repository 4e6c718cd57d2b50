"""Crediting a payment to what is owed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from eurzad.lib.money import round_grosz

from .errors import RuleError
from .interest import Debt, interest_due
from .rates import Law
from .terms import CreditOrder


@dataclass(frozen=True, slots=True)
class AllocationLine:
    """What one debt got, and what it owes after; amounts in złoty."""

    id: str
    costs: Decimal
    principal: Decimal
    interest: Decimal
    principal_left: Decimal
    interest_left: Decimal

    @property
    def credited(self) -> Decimal:
        """Costs, principal and interest together."""
        return self.costs + self.principal + self.interest


@dataclass(frozen=True, slots=True)
class AllocationResult:
    """Lines of the debts that got something, in the order they were served, and what nobody needed."""

    lines: tuple[AllocationLine, ...]
    overpaid: Decimal


def allocate(
    amount: Decimal, on: date, debts: Sequence[Debt], law: Law, *, designated: Sequence[str] | None = None
) -> AllocationResult:
    """Credit `amount` złoty paid on `on`.

    First the costs of delivered reminders (Ordynacja podatkowa art. 62 § 1a, since 1 January 2016), then the
    debts the payer named in the order named, then the earliest due (art. 62 § 1; Kodeks cywilny art. 451 § 1
    and § 3). A debt that cannot be paid whole gets principal and interest in proportion (art. 55 § 2),
    a civil one interest first (Kodeks cywilny art. 451 § 1). What remains is an overpayment (art. 72 § 1).
    Raises RuleError for an amount that is not positive or finer than a grosz, or an unknown designated id.
    """
    if amount <= 0 or amount != round_grosz(amount):
        raise RuleError("A payment is a positive amount in grosze.", code="taxes.payment_amount")
    ordered = _ordered(debts, designated)
    costs, left = {}, amount
    for debt in ordered:
        costs[debt.id] = min(left, debt.costs)
        left -= costs[debt.id]
    lines = []
    for debt in ordered:
        line = _credit(debt, costs[debt.id], left, interest_due(debt, on, law))
        left -= line.principal + line.interest
        if line.credited:
            lines.append(line)
    return AllocationResult(tuple(lines), left)


def _ordered(debts: Sequence[Debt], designated: Sequence[str] | None) -> list[Debt]:
    named = list(designated or ())
    by_id = {debt.id: debt for debt in debts}
    if len(by_id) != len(debts) or len(set(named)) != len(named) or not by_id.keys() >= set(named):
        raise RuleError(
            "Each debt is given once and a designated one is among them.", code="taxes.designated"
        )
    rest = sorted(
        (debt for debt in debts if debt.id not in named), key=lambda debt: (debt.effective_due, debt.id)
    )
    return [by_id[name] for name in named] + rest


def _credit(debt: Debt, costs: Decimal, available: Decimal, interest: Decimal) -> AllocationLine:
    if available >= debt.principal + interest:
        principal_part, interest_part = debt.principal, interest
    elif debt.terms.credit_order is CreditOrder.INTEREST_FIRST:
        interest_part = min(available, interest)
        principal_part = available - interest_part
    else:
        share = round_grosz(available * debt.principal / (debt.principal + interest))
        principal_part = min(debt.principal, share)
        interest_part = available - principal_part
    return AllocationLine(
        debt.id,
        costs,
        principal_part,
        interest_part,
        debt.principal - principal_part,
        interest - interest_part,
    )
