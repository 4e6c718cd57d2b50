"""What the domain system says of a payment made here, and what a clerk does with one it would not take.

A payment is taken off the system's figures until those contain it (`shown.IS_OVERLAY`): an acknowledgement names
the moment of posting, and the figures contain the payment from the first snapshot on that is not older.
"""

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from eurzad.lib import clock
from eurzad.lib.money import ZERO
from portal.journal.services import record
from portal.people.models import User
from taxes.errors import LedgerError
from taxes.models import Allocation, Overpayment, PaymentReceived, SourceSystem
from taxes.services.shown import hold_alone, hold_sources, lock, refresh, refresh_where

Posting = PaymentReceived.Posting


class Resolution(StrEnum):
    """What becomes of a payment that the domain system rejected."""

    SEND_AGAIN = "send_again"
    BY_HAND = "by_hand"
    OVERPAYMENT = "overpayment"


@transaction.atomic
def acknowledge_payment(*, source: SourceSystem, payment_id: UUID, posted_at: datetime | None = None) -> None:
    """Record that `source` posted its part of a payment at `posted_at` (aware; now by default).

    Told twice, the earlier moment counts. An acknowledgement after a rejection stands, as the system has
    thought better of it. Raises LedgerError for a payment that has no part for this system, or that a clerk
    has already made an overpayment.
    """
    hold_sources([source.pk])
    rows = _locked(source, payment_id)
    posted_at = posted_at or clock.now()
    for row in rows:
        if row.posting == Posting.OVERPAYMENT:
            raise LedgerError(code="taxes.payment_resolved")
        row.posted_at = min(posted_at, row.posted_at) if row.posted_at else posted_at
        row.acknowledged_at = row.acknowledged_at or clock.now()
        row.posting = Posting.ACKNOWLEDGED
        row.save(update_fields=["posted_at", "acknowledged_at", "posting"])
        _refresh_of(row)


@transaction.atomic
def reject_payment(*, source: SourceSystem, payment_id: UUID, reason: str) -> None:
    """Record that `source` would not post its part of a payment; it waits for a clerk and stays taken off.

    Told twice, the first reason stays. Raises LedgerError without a reason, for a payment that has no part for
    this system, or one already posted or resolved.
    """
    reason = reason.strip()[:300]
    if not reason:
        raise LedgerError(code="taxes.reason_missing")
    hold_sources([source.pk])
    for row in _locked(source, payment_id):
        if row.posting == Posting.REJECTED:
            continue
        if row.posting != Posting.AWAITING:
            raise LedgerError(code="taxes.payment_resolved")
        row.posting, row.rejected_at, row.rejection_reason = Posting.REJECTED, clock.now(), reason
        row.save(update_fields=["posting", "rejected_at", "rejection_reason"])


@transaction.atomic
def resolve_rejected(
    *, clerk: User, payment: PaymentReceived, resolution: Resolution, reason: str
) -> PaymentReceived:
    """Do with a rejected payment what a clerk decided, for a reason.

    Sent again it waits for the system anew. Posted by hand it counts as posted now. As an overpayment it is
    taken off nothing any more: the debts stand as the system has them, and the money is there to be used or
    given back. Raises LedgerError without a reason or when it is not rejected (any more).
    """
    reason = reason.strip()[:300]
    if not reason:
        raise LedgerError(code="taxes.reason_missing")
    hold_sources([payment.source_id])
    row = PaymentReceived.objects.select_for_update().get(pk=payment.pk)
    if row.posting != Posting.REJECTED:
        raise LedgerError(code="taxes.not_rejected")
    now = clock.now()
    row.resolved_at, row.resolved_by, row.resolution_reason = now, clerk.public_id, reason
    if resolution is Resolution.SEND_AGAIN:
        row.posting = Posting.AWAITING
    elif resolution is Resolution.BY_HAND:
        row.posting, row.posted_at = Posting.BY_HAND, now
    else:
        row.posting = Posting.OVERPAYMENT
        _make_overpayments(row)
    row.save()
    _refresh_of(row)
    record(
        actor_id=clerk.public_id,
        subject_id=row.subject.public_id,
        action=f"receivables.payment_{resolution.value}",
        reference=str(row.public_id),
        reason=reason,
    )
    return row


def finish_import(
    *, source: SourceSystem, as_of: datetime, touched: str = "", params: tuple[object, ...] = ()
) -> int:
    """Bring in step what is shown once an import has written the book of `source` as of `as_of` (aware).

    `touched` is a query of one column that names the instalments written; the import has set their shown
    columns or left them, this sets them right. Payments of ours that the book now names
    (`LedgerEntry.payment_id`) count as posted, also one that a clerk had made an overpayment of which nothing is
    used; overpayments of payments that the book contains give way to those it names. To be called in the
    import's transaction, which has the system for itself (`shown.hold_alone`). Raises LedgerError for figures
    older than those already here. Returns how many instalments changed.
    """
    held = hold_alone(source)
    if held.as_of is not None and as_of < held.as_of:
        raise LedgerError(code="taxes.older_snapshot")
    before = held.as_of
    held.as_of = as_of
    held.save(update_fields=["as_of"])
    stamp, now = _stored(as_of), _stored(clock.now())
    with connection.cursor() as cursor:
        cursor.execute(_CONFIRM, [stamp, stamp, now, source.pk, stamp, source.pk])
        cursor.execute(_GIVE_WAY, [source.pk, stamp])
    scope = f"{_PAID_HERE} UNION {touched}" if touched else _PAID_HERE
    return refresh_where(scope, (source.pk, _stored(before or _LONG_AGO), *params))


def _stored(moment: datetime) -> Any:
    """A moment as the database compares it in SQL of ours."""
    return connection.ops.adapt_datetimefield_value(moment)


_LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)

_PAID_HERE = """
    SELECT a.instalment_id FROM taxes_allocation a JOIN taxes_paymentreceived p ON p.id = a.payment_id
    WHERE p.source_id = %s AND p.channel = 'portal'
        AND (p.posting IN ('awaiting', 'rejected') OR p.posted_at > %s)
"""
"""Instalments whose payments the figures before did not contain: whether they do now is what may have changed."""

_CONFIRM = """
    UPDATE taxes_paymentreceived SET posting = 'acknowledged',
        posted_at = CASE WHEN posted_at IS NULL OR posted_at > %s THEN %s ELSE posted_at END,
        acknowledged_at = COALESCE(acknowledged_at, %s)
    WHERE source_id = %s AND channel = 'portal'
        AND (posting IN ('awaiting', 'rejected') OR posting IN ('acknowledged', 'by_hand') AND posted_at > %s
            OR posting = 'overpayment' AND NOT EXISTS (SELECT 1 FROM taxes_overpayment o
                WHERE o.payment_id = taxes_paymentreceived.id AND o."left" < o.amount))
        AND payment_id IN (SELECT e.payment_id FROM taxes_ledgerentry e
            WHERE e.source_id = %s AND e.payment_id IS NOT NULL)
"""


_GIVE_WAY = """
    UPDATE taxes_overpayment SET "left" = 0
    WHERE external_id = '' AND "left" = amount AND payment_id IN (SELECT p.id FROM taxes_paymentreceived p
        WHERE p.source_id = %s AND p.channel = 'portal' AND p.posting IN ('acknowledged', 'by_hand')
            AND p.posted_at <= %s)
"""
"""An overpayment found here is the system's to tell from when its book contains the payment: never shown twice."""


def _locked(source: SourceSystem, payment_id: UUID) -> list[PaymentReceived]:
    rows = PaymentReceived.objects.select_for_update().filter(source=source, payment_id=payment_id)
    found = list(rows.order_by("pk"))
    if not found:
        raise LedgerError(code="taxes.payment_unknown")
    return found


def _refresh_of(payment: PaymentReceived) -> None:
    keys = list(Allocation.objects.filter(payment=payment).values_list("instalment", flat=True))
    lock(keys)
    refresh(keys)


def _make_overpayments(payment: PaymentReceived) -> None:
    """Turn what was credited into overpayments of the accounts; what was too much already is one."""
    rows = Allocation.objects.filter(payment=payment).select_related("instalment")
    credited: dict[int, Decimal] = {}
    for row in rows.order_by("pk"):
        account = row.instalment.account_id
        credited[account] = credited.get(account, ZERO) + row.principal + row.interest + row.costs
    Overpayment.objects.bulk_create(
        Overpayment(
            account_id=account, payment=payment, source_id=payment.source_id, cause=Overpayment.Cause.REJECTED,
            arose_on=payment.paid_on, amount=amount, left=amount,
        )
        for account, amount in credited.items()
        if amount
    )  # fmt: skip
