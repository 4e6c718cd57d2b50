"""From rows of the ledger to the debts of the rules."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import DecimalField, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from eurzad.lib.money import ZERO
from taxes.models import (
    DatedAmount,
    Instalment,
    InstalmentQuerySet,
    InterestRate,
    Receivable,
    ReminderCost,
)
from taxes.rules import rates
from taxes.rules.interest import Debt, interest_due
from taxes.rules.rates import Law
from taxes.rules.terms import CreditOrder, Regime, Rounding, Terms

_TERMS = (
    "regime",
    "rounding",
    "has_threshold",
    "credit_order",
    "shifts_due_date",
    "threshold_after_rounding",
)
_COLUMNS = (
    "pk", "public_id", "subject_id", "status", "receivable_id", "amount", "principal_paid", "costs_paid",
    "due_on", "effective_due_on", "interest_accrued_until", "interest_carried",
    "account__type__area", "bears_interest", *(f"account__type__{name}" for name in _TERMS),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Owed:
    """One unsettled instalment as the rules see it, priced on a day; amounts in złoty."""

    pk: int
    public_id: UUID
    subject_id: int
    area: str
    status: str
    receivable_id: int
    amount: Decimal
    due_on: date
    debt: Debt
    interest: Decimal

    @property
    def total(self) -> Decimal:
        """Principal, interest and costs together."""
        return self.debt.principal + self.interest + self.debt.costs


@dataclass(frozen=True, slots=True)
class Amounts:
    """The three parts of what is owed, in złoty."""

    principal: Decimal = ZERO
    interest: Decimal = ZERO
    costs: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        """All three together."""
        return self.principal + self.interest + self.costs


def add_up(rows: Iterable[Owed]) -> Amounts:
    """Return the sums over `rows`."""
    principal = interest = costs = ZERO
    for row in rows:
        principal += row.debt.principal
        interest += row.interest
        costs += row.debt.costs
    return Amounts(principal, interest, costs)


def load_law() -> Law:
    """Read every rate and dated amount, in one query."""
    amounts = DatedAmount.objects.order_by().values_list("kind", "valid_from", "amount")
    rows = (
        InterestRate.objects.order_by()
        .values_list("regime", "valid_from", "percent")
        .union(amounts, all=True)
    )
    by_kind: dict[str, list[tuple[date, Decimal]]] = {}
    for kind, valid_from, value in rows.order_by("valid_from"):
        by_kind.setdefault(kind, []).append((valid_from, value))

    def table(regime: str) -> rates.RateTable:
        return rates.RateTable(tuple(rates.Rate(day, value) for day, value in by_kind.get(regime, ())))

    def dated(kind: str) -> rates.DatedAmounts:
        return rates.DatedAmounts(
            tuple(rates.DatedAmount(day, value) for day, value in by_kind.get(kind, ()))
        )

    return Law(
        table(InterestRate.Regime.TAX),
        table(InterestRate.Regime.CIVIL),
        dated(DatedAmount.Kind.INTEREST_THRESHOLD),
        dated(DatedAmount.Kind.REMINDER_COST),
        dated(DatedAmount.Kind.REDUCED_SHARE),
    )


def owed_on(instalments: InstalmentQuerySet, on: date, law: Law) -> list[Owed]:
    """Price the unsettled ones of `instalments` on a day, earliest due first; one query."""
    delivered = (
        ReminderCost.objects.filter(instalment=OuterRef("pk"), delivered_on__lte=on)
        .order_by()
        .values("instalment")
        .annotate(total=Sum("amount"))
        .values("total")
    )
    money: DecimalField[Decimal, Decimal] = DecimalField(max_digits=12, decimal_places=2)
    rows = (
        instalments.unsettled()
        .annotate(delivered_costs=Coalesce(Subquery(delivered), ZERO, output_field=money))
        .order_by("effective_due_on", "receivable_id", "number")
        .values_list(*_COLUMNS, "delivered_costs")
    )
    terms: dict[tuple[Any, ...], Terms] = {}
    found = []
    for (
        pk, public_id, subject_id, status, receivable_id, amount, principal_paid, costs_paid,
        due_on, effective_due_on, accrued_until, carried, area, bears_interest, *flags, delivered_costs,
    ) in rows:  # fmt: skip
        key = (bears_interest, *flags)
        if key not in terms:
            terms[key] = _terms(bears_interest, *flags)
        debt = Debt(
            str(public_id), terms[key], amount - principal_paid, effective_due_on,
            max(ZERO, delivered_costs - costs_paid), accrued_until, carried,
        )  # fmt: skip
        found.append(
            Owed(
                pk, public_id, subject_id, area, status, receivable_id, amount, due_on, debt,
                interest_due(debt, on, law),
            )
        )  # fmt: skip
    return found


def owed_of(
    receivable: Receivable,
    instalments: Iterable[Instalment],
    reminders: Iterable[ReminderCost],
    on: date,
    law: Law,
) -> list[Owed]:
    """Price the unsettled ones among the loaded instalments of one receivable, like `owed_on`; no query.

    `reminders` are all of the receivable's; its account and type are loaded.
    """
    terms = receivable.account.type.terms
    frozen = replace(terms, regime=Regime.NONE)
    delivered: dict[int, Decimal] = {}
    for reminder in reminders:
        if reminder.delivered_on is not None and reminder.delivered_on <= on:
            sent = delivered.get(reminder.instalment_id, ZERO)
            delivered[reminder.instalment_id] = sent + reminder.amount
    found = []
    for row in instalments:
        if row.status == Instalment.Status.SETTLED:
            continue
        costs = max(ZERO, delivered.get(row.pk, ZERO) - row.costs_paid)
        debt = Debt(
            str(row.public_id), terms if row.bears_interest else frozen, row.principal_left, row.effective_due_on,
            costs, row.interest_accrued_until, row.interest_carried,
        )  # fmt: skip
        found.append(
            Owed(
                row.pk, row.public_id, row.subject_id, receivable.account.type.area, row.status, receivable.pk,
                row.amount, row.due_on, debt, interest_due(debt, on, law),
            )
        )  # fmt: skip
    return sorted(found, key=lambda row: (row.debt.effective_due, row.pk))


def _terms(
    bears_interest: bool,
    regime: str,
    rounding: str,
    has_threshold: bool,
    credit_order: str,
    shifts_due_date: bool,
    after_rounding: bool,
) -> Terms:
    return Terms(
        Regime(regime) if bears_interest else Regime.NONE,
        Rounding(rounding), has_threshold, CreditOrder(credit_order), shifts_due_date,
        after_rounding,
    )  # fmt: skip
