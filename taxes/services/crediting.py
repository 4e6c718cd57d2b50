"""Crediting money to what is owed.

Locks are taken in one order everywhere: the payment (`payments`), the domain systems by key (shared by whoever
settles, exclusive for an import), payments received, instalments by key.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet

from eurzad.lib import clock
from eurzad.lib.money import ZERO
from payments.payables import SettledItem
from portal.people.models import Subject
from taxes.errors import LedgerError
from taxes.models import (
    AccountParty,
    Allocation,
    Instalment,
    InstalmentQuerySet,
    LedgerEntry,
    Overpayment,
    PaymentReceived,
)
from taxes.rules.allocation import AllocationLine, allocate
from taxes.rules.rates import Law
from taxes.rules.terms import CreditOrder
from taxes.selectors.debts import Owed, load_law, owed_on
from taxes.services.shown import hold_sources, lock, overlay_of, refresh


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
    payment = PaymentReceived.objects.create(
        subject=subject, amount=amount, paid_on=paid_on, credited_on=paid_on, channel=channel
    )
    rows = Instalment.objects.filter(account__in=_accounts_of(subject.pk))
    rows = rows.filter(public_id__in=instalments) if instalments else rows.unsettled()
    _credit(payment, amount, rows, load_law(), designated=instalments or ())
    return payment


@transaction.atomic
def settle_items(items: Sequence[SettledItem], paid_at: datetime, payment_id: UUID) -> None:
    """Credit a payment made in the portal, each item to its own instalment. A second call changes nothing.

    What counts is the Warsaw day of `paid_at`, when it was authorised (Ordynacja podatkowa art. 60 § 1). Each
    domain system gets its own part of the payment to post, each subject who paid their own.
    """
    law = load_law()
    paid_on = clock.to_warsaw(paid_at).date()
    found = Instalment.objects.filter(public_id__in=[item.object_id for item in items])
    sources = dict(found.values_list("public_id", "account__source"))
    hold_sources(sources.values())
    keys = {(item.subject_id, sources.get(item.object_id)) for item in items}
    for subject_id, source_id in sorted(keys, key=lambda key: (key[0], key[1] or 0)):
        mine = [
            item
            for item in items
            if item.subject_id == subject_id and sources.get(item.object_id) == source_id
        ]
        payment, is_new = PaymentReceived.objects.get_or_create(
            payment_id=payment_id,
            subject_id=subject_id,
            source_id=source_id,
            defaults={
                "channel": PaymentReceived.Channel.PORTAL,
                "posting": PaymentReceived.Posting.AWAITING,
                "paid_on": paid_on,
                "amount": sum((item.total for item in mine), ZERO),
            },
        )
        if not is_new:
            continue
        rows = Instalment.objects.filter(public_id__in=[item.object_id for item in mine])
        lock(rows.values_list("pk", flat=True))
        for item in mine:
            _credit(payment, item.total, rows.filter(public_id=item.object_id), law)


def _accounts_of(subject_id: int) -> QuerySet[AccountParty, int]:
    return AccountParty.objects.filter(subject=subject_id).order_by().values_list("account", flat=True)


def _credit(
    payment: PaymentReceived,
    amount: Decimal,
    rows: InstalmentQuerySet,
    law: Law,
    *,
    designated: Sequence[UUID] = (),
) -> None:
    lock(rows.values_list("pk", flat=True))
    locked = list(
        rows.order_by("effective_due_on", "pk").values_list("pk", "public_id", "receivable", "account")
    )
    if not locked:
        raise LedgerError(code="taxes.nothing_to_credit")
    owed = {str(row.public_id): row for row in owed_on(rows, payment.paid_on, law)}
    named = [str(public_id) for public_id in designated if str(public_id) in owed]
    result = allocate(amount, payment.paid_on, [row.debt for row in owed.values()], law, designated=named)
    allocations = {}
    for line in result.lines:
        row = owed[line.id]
        is_carried = row.debt.terms.credit_order is CreditOrder.INTEREST_FIRST
        allocations[row.pk] = Allocation(
            payment=payment,
            instalment_id=row.pk,
            principal=line.principal,
            interest=line.interest,
            costs=line.costs,
            interest_left=line.interest_left if is_carried else None,
        )
        if payment.channel != PaymentReceived.Channel.PORTAL:
            _post(row, line, payment)
    if result.overpaid:
        pk, account_id = _last(locked, designated)
        allocations.setdefault(pk, Allocation(payment=payment, instalment_id=pk)).overpaid = result.overpaid
        Overpayment.objects.create(
            account_id=account_id, payment=payment, cause=Overpayment.Cause.PAYMENT, arose_on=payment.paid_on,
            amount=result.overpaid, left=result.overpaid,
        )  # fmt: skip
    Allocation.objects.bulk_create(allocations.values())
    refresh(list(allocations))


def _last(locked: list[tuple[int, UUID, int, int]], designated: Sequence[UUID]) -> tuple[int, int]:
    """The instalment whose account keeps what nobody needed: the last that was named, or the last due."""
    by_public_id = {public_id: (pk, account) for pk, public_id, _receivable, account in locked}
    return by_public_id[designated[-1]] if designated else (locked[-1][0], locked[-1][3])


def _post(row: Owed, line: AllocationLine, payment: PaymentReceived) -> None:
    """Write into the book what the office itself took in; the book of a domain system is imported."""
    changes: dict[str, object] = {
        "principal_posted": F("principal_posted") + line.principal,
        "costs_posted": F("costs_posted") + line.costs,
        "posted_on": payment.paid_on,
    }
    if row.debt.terms.credit_order is CreditOrder.INTEREST_FIRST:
        changes["posted_accrued_until"] = max(payment.paid_on, row.debt.accrued_until or payment.paid_on)
        changes["posted_carried"] = line.interest_left + overlay_of(row.pk)[1]
    Instalment.objects.filter(pk=row.pk).update(**changes)
    LedgerEntry.objects.create(
        receivable_id=row.receivable_id, instalment_id=row.pk, kind=LedgerEntry.Kind.PAYMENT,
        on=payment.paid_on, principal=line.principal, interest=line.interest, costs=line.costs,
        recorded_at=clock.now(),
    )  # fmt: skip
