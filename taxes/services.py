"""Writing the ledger: assessing, crediting payments, reminders, enforcement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F

from eurzad.lib import clock
from eurzad.lib.identifiers import nrb_with_check_digits
from eurzad.lib.money import ZERO
from payments.payables import SettledItem
from portal.people.models import Subject
from taxes.errors import LedgerError
from taxes.models import (
    Account,
    Allocation,
    Component,
    Instalment,
    InstalmentQuerySet,
    PaymentReceived,
    Receivable,
    ReminderCost,
)
from taxes.rules.allocation import AllocationLine, allocate
from taxes.rules.due_dates import effective_due_date
from taxes.rules.rates import Law
from taxes.rules.terms import CreditOrder
from taxes.selectors.debts import Owed, load_law, owed_on


@dataclass(frozen=True, slots=True)
class Part:
    """One line of how a year's amount came about; `amount` in złoty as the decision has it."""

    name: str
    base: Decimal
    unit: str
    rate: Decimal
    amount: Decimal
    months: int = 12
    source: str = ""


def virtual_account(payer_number: int) -> str:
    """Return the 26 digits of the individual account of a payer number (at most twelve digits).

    Bank and client are those of the municipality's account, the rest is the payer (8 + 4 + 12 digits).
    """
    return nrb_with_check_digits(f"{settings.MUNICIPALITY['bank_account'][2:14]}{payer_number:012d}")


@transaction.atomic
def assess(
    *,
    account: Account,
    year: int,
    title: str,
    parts: Sequence[Part],
    instalments: Sequence[tuple[date, Decimal]],
    decision_number: str = "",
    decision_on: date | None = None,
    delivered_on: date | None = None,
) -> Receivable:
    """Charge an account with a year's amount in instalments (due date, złoty).

    Raises LedgerError when there is no instalment. A component sum may differ from the total by rounding.
    """
    if not instalments:
        raise LedgerError(code="taxes.no_instalments")
    receivable = Receivable.objects.create(
        account=account,
        year=year,
        title=title,
        decision_number=decision_number,
        decision_on=decision_on,
        delivered_on=delivered_on,
        total=sum((amount for _day, amount in instalments), ZERO),
    )
    Component.objects.bulk_create(
        Component(
            receivable=receivable, position=position, name=part.name, base=part.base, unit=part.unit,
            rate=part.rate, months=part.months, amount=part.amount, source=part.source,
        )
        for position, part in enumerate(parts, 1)
    )  # fmt: skip
    shifts = account.type.shifts_due_date
    Instalment.objects.bulk_create(
        Instalment(
            receivable=receivable, subject_id=account.subject_id, number=number, amount=amount, due_on=due_on,
            effective_due_on=effective_due_date(due_on, shifts=shifts, delivered_on=delivered_on),
        )
        for number, (due_on, amount) in enumerate(instalments, 1)
    )  # fmt: skip
    return receivable


@transaction.atomic
def receive_payment(
    *,
    subject: Subject,
    amount: Decimal,
    paid_on: date,
    channel: str,
    instalments: Sequence[UUID] | None = None,
) -> PaymentReceived:
    """Record money that came in outside the portal and credit it.

    With `instalments` it goes to those, in that order, and the rest is an overpayment of the last; without,
    to everything open, earliest due first. Raises LedgerError when nothing could take it.
    """
    payment = PaymentReceived.objects.create(subject=subject, amount=amount, paid_on=paid_on, channel=channel)
    rows = Instalment.objects.filter(subject=subject)
    rows = rows.filter(public_id__in=instalments) if instalments else rows.unsettled()
    _credit(payment, amount, rows, load_law(), designated=instalments or ())
    return payment


@transaction.atomic
def settle_items(items: Sequence[SettledItem], paid_at: datetime, payment_id: UUID) -> None:
    """Credit a payment made in the portal, each item to its own instalment. A second call changes nothing.

    What counts is the Warsaw day of `paid_at`, when it was authorised (Ordynacja podatkowa art. 60 § 1).
    """
    law = load_law()
    paid_on = clock.to_warsaw(paid_at).date()
    for subject_id in sorted({item.subject_id for item in items}):
        mine = [item for item in items if item.subject_id == subject_id]
        payment, is_new = PaymentReceived.objects.get_or_create(
            payment_id=payment_id,
            subject_id=subject_id,
            defaults={
                "channel": PaymentReceived.Channel.PORTAL,
                "paid_on": paid_on,
                "amount": sum((item.total for item in mine), ZERO),
            },
        )
        for item in mine if is_new else ():
            rows = Instalment.objects.filter(public_id=item.object_id, subject_id=subject_id)
            _credit(payment, item.total, rows, law)


def _credit(
    payment: PaymentReceived,
    amount: Decimal,
    rows: InstalmentQuerySet,
    law: Law,
    *,
    designated: Sequence[UUID] = (),
) -> None:
    locked = list(rows.select_for_update().values_list("pk", "public_id").order_by("effective_due_on", "pk"))
    if not locked:
        raise LedgerError(code="taxes.nothing_to_credit")
    owed = {str(row.public_id): row for row in owed_on(rows, payment.paid_on, law)}
    named = [str(public_id) for public_id in designated if str(public_id) in owed]
    result = allocate(amount, payment.paid_on, [row.debt for row in owed.values()], law, designated=named)
    allocations = {}
    for line in result.lines:
        row = owed[line.id]
        allocations[row.pk] = Allocation(
            payment=payment,
            instalment_id=row.pk,
            principal=line.principal,
            interest=line.interest,
            costs=line.costs,
        )
        _apply(row, line, payment.paid_on)
    if result.overpaid:
        last = _last(locked, designated)
        allocations.setdefault(
            last, Allocation(payment=payment, instalment_id=last)
        ).overpaid = result.overpaid
    Allocation.objects.bulk_create(allocations.values())


def _last(locked: list[tuple[int, UUID]], designated: Sequence[UUID]) -> int:
    by_public_id = {public_id: pk for pk, public_id in locked}
    return by_public_id[designated[-1]] if designated else locked[-1][0]


def _apply(row: Owed, line: AllocationLine, paid_on: date) -> None:
    changes: dict[str, object] = {
        "principal_paid": F("principal_paid") + line.principal,
        "costs_paid": F("costs_paid") + line.costs,
    }
    if row.debt.terms.credit_order is CreditOrder.INTEREST_FIRST:
        changes["interest_accrued_until"] = max(paid_on, row.debt.accrued_until or paid_on)
        changes["interest_carried"] = line.interest_left
    if line.principal_left == 0:
        changes |= {"status": Instalment.Status.SETTLED, "settled_on": paid_on}
    Instalment.objects.filter(pk=row.pk).update(**changes)


def send_reminder(
    *, instalment: Instalment, number: str, sent_on: date, delivered_on: date | None
) -> ReminderCost:
    """Record a reminder at the cost in force on the day it was sent."""
    cost = load_law().reminder_cost.on(sent_on)
    return ReminderCost.objects.create(
        instalment=instalment, number=number, sent_on=sent_on, delivered_on=delivered_on, amount=cost
    )


@transaction.atomic
def start_enforcement(*, instalment: Instalment, on: date, title: str) -> None:
    """Hand an open instalment over to the enforcement body under an enforcement title.

    Raises LedgerError when it is not open.
    """
    changed = Instalment.objects.filter(pk=instalment.pk, status=Instalment.Status.OPEN).update(
        status=Instalment.Status.ENFORCEMENT, enforced_on=on, enforcement_title=title
    )
    if not changed:
        raise LedgerError(code="taxes.not_open")
