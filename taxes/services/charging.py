"""Charging an account, and what changes a charge: reductions, reliefs, reminders, enforcement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from eurzad.lib import clock
from eurzad.lib.identifiers import nrb_with_check_digits
from eurzad.lib.money import ZERO
from portal.people.models import Subject
from taxes.errors import LedgerError
from taxes.models import (
    Account,
    AccountParty,
    Arrangement,
    Component,
    Decision,
    Instalment,
    LedgerEntry,
    Overpayment,
    Receivable,
    ReceivableType,
    ReminderCost,
)
from taxes.rules.due_dates import effective_due_date
from taxes.rules.terms import CreditOrder
from taxes.selectors.debts import load_law
from taxes.services.shown import lock, overlay_of, refresh


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
    source_url: str = ""


def virtual_account(payer_number: int) -> str:
    """Return the 26 digits of the individual account of a payer number (at most twelve digits).

    Bank and client are those of the municipality's account, the rest is the payer (8 + 4 + 12 digits).
    """
    return nrb_with_check_digits(f"{settings.MUNICIPALITY['bank_account'][2:14]}{payer_number:012d}")


@transaction.atomic
def open_account(
    *,
    subject: Subject,
    type_: ReceivableType,
    number: str,
    payer_number: int,
    object_description: str,
    object_address: str = "",
    co_owners: Sequence[tuple[Subject, str]] = (),
) -> Account:
    """Open an account that the portal itself keeps, with its number to transfer to.

    `co_owners` are further subjects who owe with `subject`, each for the whole, with their share in words.
    """
    account = Account.objects.create(
        subject=subject, type=type_, number=number, virtual_account=virtual_account(payer_number),
        object_description=object_description, object_address=object_address,
    )  # fmt: skip
    AccountParty.objects.bulk_create(
        [
            AccountParty(account=account, subject=subject, role=AccountParty.Role.MAIN),
            *(AccountParty(account=account, subject=other, share=share) for other, share in co_owners),
        ]
    )
    return account


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
    decision = _assessment_decision(receivable, decision_on) if decision_number and decision_on else None
    Component.objects.bulk_create(
        Component(
            receivable=receivable, position=position, name=part.name, base=part.base, unit=part.unit,
            rate=part.rate, months=part.months, amount=part.amount, source=part.source,
            source_url=part.source_url,
        )
        for position, part in enumerate(parts, 1)
    )  # fmt: skip
    terms = account.type.terms
    rows = Instalment.objects.bulk_create(
        Instalment(
            receivable=receivable, account=account, subject_id=account.subject_id, number=number,
            amount=amount, assessed_amount=amount, due_on=due_on,
            effective_due_on=effective_due_date(
                due_on, shifts=terms.shifts_due_date, delivered_on=delivered_on, regime=terms.regime
            ),
        )
        for number, (due_on, amount) in enumerate(instalments, 1)
    )  # fmt: skip
    now = clock.now()
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            receivable=receivable, instalment=row, decision=decision, kind=LedgerEntry.Kind.CHARGE,
            on=decision_on or date(year, 1, 1), principal=row.amount, recorded_at=now,
        )
        for row in rows
    )  # fmt: skip
    return receivable


def _assessment_decision(receivable: Receivable, decided_on: date) -> Decision:
    account = receivable.account
    is_contract = account.type.terms.credit_order is CreditOrder.INTEREST_FIRST
    return Decision.objects.create(
        account=account,
        receivable=receivable,
        kind=Decision.Kind.CONTRACT if is_contract else Decision.Kind.ASSESSMENT,
        number=receivable.decision_number,
        decided_on=decided_on,
        delivered_on=receivable.delivered_on,
    )


@transaction.atomic
def take_off(
    *,
    instalment: Instalment,
    amount: Decimal,
    on: date,
    kind: str,
    decision: Decision | None = None,
    note: str = "",
) -> None:
    """Lower what is to be paid by `amount` złoty: a reduction, remission or write-off (`LedgerEntry.Kind`).

    What was already paid of it becomes an overpayment of the account (art. 72 § 1 O.p.). Raises LedgerError when
    that is more than is charged.
    """
    lock([instalment.pk])
    row = Instalment.objects.get(pk=instalment.pk)
    if not ZERO < amount <= row.amount:
        raise LedgerError(code="taxes.take_off_amount")
    left = row.amount - amount
    paid = row.principal_posted + overlay_of(row.pk)[0]
    too_much = max(ZERO, paid - left) - max(ZERO, paid - row.amount)
    _lower(row, left, on, principal_posted=min(row.principal_posted, left))
    if too_much:
        Overpayment.objects.create(
            account_id=row.account_id, cause=Overpayment.Cause.REDUCTION, arose_on=on, amount=too_much,
            left=too_much,
        )  # fmt: skip
    LedgerEntry.objects.create(
        receivable_id=row.receivable_id, instalment=row, decision=decision, kind=kind, on=on, principal=amount,
        note=note, recorded_at=clock.now(),
    )  # fmt: skip
    refresh([row.pk])


@transaction.atomic
def defer(*, instalment: Instalment, until: date, decision: Decision, fee: Decimal = ZERO) -> Arrangement:
    """Put off the date of an instalment (art. 67a § 1 pkt 1 O.p.) for a prolongation fee due with it.

    The new date moves to a working day like any other (art. 12 § 5 O.p.). Raises LedgerError for one that is not
    later than the one in force.
    """
    lock([instalment.pk])
    row = Instalment.objects.get(pk=instalment.pk)
    if until <= row.effective_due_on:
        raise LedgerError(code="taxes.deferral_date")
    arrangement = _arrange(row, Arrangement.Kind.DEFERRAL, decision, fee)
    terms = row.account.type.terms
    effective = effective_due_date(until, shifts=terms.shifts_due_date, regime=terms.regime)
    Instalment.objects.filter(pk=row.pk).update(arrangement=arrangement, effective_due_on=effective)
    _entry(row, LedgerEntry.Kind.DEFERRAL, decision, row.amount - row.principal_posted)
    if fee:
        _add_instalments(arrangement, row, [(Instalment.Kind.FEE, until, fee)])
    return arrangement


@transaction.atomic
def spread(
    *,
    instalment: Instalment,
    dates: Sequence[tuple[date, Decimal]],
    decision: Decision,
    interest: Decimal = ZERO,
    fee: Decimal = ZERO,
) -> Arrangement:
    """Spread what is left of an instalment over `dates` (day, złoty), art. 67a § 1 pkt 2 O.p.

    The old instalment keeps what was paid; frozen `interest` and the prolongation `fee` are due with the last
    date. Raises LedgerError when the parts do not make up what is left.
    """
    lock([instalment.pk])
    row = Instalment.objects.get(pk=instalment.pk)
    left = row.amount - row.principal_posted
    if (
        not dates
        or sum((amount for _day, amount in dates), ZERO) != left
        or row.principal_paid != row.principal_posted
    ):
        raise LedgerError(code="taxes.plan_sum")
    arrangement = _arrange(row, Arrangement.Kind.PLAN, decision, fee)
    _lower(row, row.principal_posted, decision.decided_on, posted_carried=ZERO)
    _entry(row, LedgerEntry.Kind.PLAN, decision, left)
    refresh([row.pk])
    last = dates[-1][0]
    extra = [(Instalment.Kind.INTEREST, last, interest), (Instalment.Kind.FEE, last, fee)]
    _add_instalments(
        arrangement,
        row,
        [(Instalment.Kind.ARRANGED, day, amount) for day, amount in dates] + [one for one in extra if one[2]],
    )
    return arrangement


def _lower(row: Instalment, amount: Decimal, on: date, **changes: object) -> None:
    """Write what is to be paid now, and what is shown so that the row holds; `refresh` sets that right."""
    was_settled = row.status == Instalment.Status.SETTLED
    is_settled = row.principal_paid >= amount
    changes["status"] = Instalment.Status.SETTLED if is_settled else row.status
    Instalment.objects.filter(pk=row.pk).update(
        amount=amount, posted_on=row.posted_on if was_settled else on,
        principal_paid=min(row.principal_paid, amount),
        settled_on=(row.settled_on if was_settled else on) if is_settled else None, **changes,
    )  # fmt: skip


def _arrange(row: Instalment, kind: str, decision: Decision, fee: Decimal) -> Arrangement:
    return Arrangement.objects.create(
        receivable_id=row.receivable_id, decision=decision, kind=kind, granted_on=decision.decided_on,
        prolongation_fee=fee,
    )  # fmt: skip


def _entry(row: Instalment, kind: str, decision: Decision, principal: Decimal) -> None:
    LedgerEntry.objects.create(
        receivable_id=row.receivable_id, instalment=row, decision=decision, kind=kind, on=decision.decided_on,
        principal=principal, recorded_at=clock.now(),
    )  # fmt: skip


def _add_instalments(
    arrangement: Arrangement, row: Instalment, parts: Sequence[tuple[str, date, Decimal]]
) -> None:
    terms = row.account.type.terms
    number = Instalment.objects.filter(receivable=row.receivable_id).aggregate(last=Max("number"))["last"]
    Instalment.objects.bulk_create(
        Instalment(
            receivable_id=row.receivable_id, account_id=row.account_id, subject_id=row.subject_id,
            arrangement=arrangement, number=number + step, kind=kind, amount=amount, assessed_amount=amount,
            due_on=day, effective_due_on=effective_due_date(day, shifts=terms.shifts_due_date, regime=terms.regime),
            bears_interest=kind == Instalment.Kind.ARRANGED,
        )
        for step, (kind, day, amount) in enumerate(parts, 1)
    )  # fmt: skip


def send_reminder(
    *, instalment: Instalment, number: str, sent_on: date, delivered_on: date | None
) -> ReminderCost:
    """Record a reminder at the cost in force on the day it was sent."""
    cost = load_law().reminder_cost.on(sent_on)
    return ReminderCost.objects.create(
        instalment=instalment, number=number, sent_on=sent_on, delivered_on=delivered_on, amount=cost
    )


@transaction.atomic
def start_enforcement(*, instalment: Instalment, on: date, title: str, body: str = "") -> None:
    """Hand an open instalment over to the enforcement body under an enforcement title.

    Raises LedgerError when it is not open.
    """
    changed = Instalment.objects.filter(pk=instalment.pk, status=Instalment.Status.OPEN).update(
        status=Instalment.Status.ENFORCEMENT, enforced_on=on, enforcement_title=title, enforcement_body=body
    )
    if not changed:
        raise LedgerError(code="taxes.not_open")
