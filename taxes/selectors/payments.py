"""Payments that came in, what they were credited to, and what was paid too much."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from eurzad.lib.dates import format_short
from eurzad.lib.money import ZERO, format_pln
from portal.mandates.policy import AccessDenied, Right, Viewer
from portal.people.models import Subject
from taxes.models import Allocation, Instalment, InstalmentQuerySet, Overpayment, PaymentReceived
from taxes.rules.terms import CreditOrder
from taxes.selectors import words
from taxes.selectors.access import reach_of

PER_PAGE = 25
WAITING = 5


@dataclass(frozen=True, slots=True)
class Credited:
    """What of a payment one instalment got, as printed."""

    title: str
    url: str
    principal: str
    interest: str
    costs: str
    overpaid: str
    total: str
    basis: str


@dataclass(frozen=True, slots=True)
class State:
    """How the office's book stands to a payment, as printed."""

    word: str
    tag: str
    sentence: str


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """One payment of the list."""

    public_id: UUID
    url: str
    paid_on: str
    paid_on_iso: str
    channel: str
    amount: str
    credited: Sequence[Credited]
    overpaid: str
    state: State


@dataclass(frozen=True, slots=True)
class PaymentList:
    """A page of payments of the subject in view."""

    subject: Subject
    rows: Sequence[PaymentLine]
    page: Page[Any]
    is_partial_view: bool


@dataclass(frozen=True, slots=True)
class PaymentDetail:
    """One payment with its crediting. `receipt_url` leads to the portal's own payment, where there was one."""

    subject: Subject
    line: PaymentLine
    receipt_url: str
    is_part: bool


@dataclass(frozen=True, slots=True)
class Overpaid:
    """What is left of an overpayment, as printed."""

    public_id: UUID
    title: str
    object: str
    cause: str
    arose_on: str
    amount: str
    account_number: str
    is_tax: bool


def my_instalments(viewer: Viewer) -> tuple[Subject, InstalmentQuerySet, bool]:
    """Return the subject in view, its instalments within reach, and whether some are out of it; raises AccessDenied."""
    subject = viewer.subject
    reach = reach_of(viewer, Right.SEE, subject)
    assert subject is not None
    mine = Instalment.objects.for_subject(subject.pk, reach.areas, reach.receivables)
    return subject, mine, reach.is_partial


def payment_list(viewer: Viewer, *, page: str = "1") -> PaymentList:
    """Return a page of payments, newest first, with what each was credited to; raises AccessDenied."""
    subject, mine, is_partial = my_instalments(viewer)
    credited = Allocation.objects.filter(instalment__in=mine).values("payment")
    rows = PaymentReceived.objects.filter(pk__in=credited).order_by("-paid_on", "-pk")
    current = Paginator(rows, PER_PAGE).get_page(page)
    allocations = _allocations(mine, [row.pk for row in current])
    lines = [_line(row, allocations.get(row.pk, []), subject) for row in current]
    return PaymentList(subject, lines, current, is_partial)


def waiting_payments(viewer: Viewer) -> list[PaymentLine]:
    """Return the newest payments made in the portal that the office's book does not have yet; raises AccessDenied."""
    subject, mine, _is_partial = my_instalments(viewer)
    credited = Allocation.objects.filter(instalment__in=mine).values("payment")
    found = PaymentReceived.objects.filter(posting__in=_UNCLEAR, pk__in=credited)
    rows = list(found.order_by("-paid_on", "-pk")[:WAITING])
    allocations = _allocations(mine, [row.pk for row in rows])
    return [_line(row, allocations.get(row.pk, []), subject) for row in rows]


def payment_detail(viewer: Viewer, public_id: UUID) -> PaymentDetail:
    """Return one payment; raises AccessDenied, also when there is none or nothing of it is within reach."""
    subject, mine, _is_partial = my_instalments(viewer)
    payment = PaymentReceived.objects.filter(public_id=public_id).first()
    allocations = _allocations(mine, [payment.pk]).get(payment.pk, []) if payment else []
    if payment is None or not allocations:
        raise AccessDenied()
    is_own = payment.subject_id == subject.pk
    receipt = reverse("payments:detail", args=[payment.payment_id]) if payment.payment_id and is_own else ""
    is_part = sum((_sum(row) for row in allocations), ZERO) != payment.amount
    return PaymentDetail(subject, _line(payment, allocations, subject), receipt, is_part)


def overpayments(viewer: Viewer, *, page: str = "1") -> tuple[Subject, list[Overpaid], Page[Any]]:
    """Return a page of what was paid too much and is still there, newest first; raises AccessDenied."""
    subject, rows = _my_overpayments(viewer)
    current = Paginator(rows.order_by("-arose_on", "-pk"), PER_PAGE).get_page(page)
    return subject, [_overpaid(row) for row in current], current


def overpayment(viewer: Viewer, public_id: UUID) -> tuple[Subject, Overpaid]:
    """Return one overpayment; raises AccessDenied, also when there is none or nothing is left of it."""
    subject, rows = _my_overpayments(viewer)
    row = rows.filter(public_id=public_id).first()
    if row is None:
        raise AccessDenied()
    return subject, _overpaid(row)


def _my_overpayments(viewer: Viewer) -> tuple[Subject, QuerySet[Overpayment]]:
    """An overpayment is an account's: who may see single receivables of it only does not see it.

    What a co-owner paid too much is theirs alone (art. 293 O.p.).
    """
    subject = viewer.subject
    reach = reach_of(viewer, Right.SEE, subject)
    assert subject is not None
    rows = Overpayment.objects.filter(
        Q(payment=None) | Q(payment__subject=subject),
        left__gt=0,
        account__parties__subject=subject,
        account__type__area__in=reach.areas,
    )
    return subject, rows.select_related("account__type")


def _overpaid(row: Overpayment) -> Overpaid:
    return Overpaid(
        public_id=row.public_id,
        title=row.account.type.name,
        object=", ".join(
            part for part in (row.account.object_description, row.account.object_address) if part
        ),
        cause=str(row.get_cause_display()),
        arose_on=format_short(row.arose_on),
        amount=format_pln(row.left),
        account_number=row.account.number,
        is_tax=row.account.type.regime == "tax",
    )


def _allocations(mine: InstalmentQuerySet, payments: Iterable[int]) -> dict[int, list[Allocation]]:
    rows = (
        Allocation.objects.filter(payment__in=payments, instalment__in=mine)
        .select_related("instalment__receivable__account__type")
        .order_by("pk")
    )
    found: dict[int, list[Allocation]] = {}
    for row in rows:
        found.setdefault(row.payment_id, []).append(row)
    return found


def _sum(row: Allocation) -> Decimal:
    return Decimal(row.principal + row.interest + row.costs + row.overpaid)


def _line(payment: PaymentReceived, allocations: Sequence[Allocation], subject: Subject) -> PaymentLine:
    total = sum((_sum(row) for row in allocations), ZERO)
    is_overpaid = payment.posting == PaymentReceived.Posting.OVERPAYMENT
    overpaid = total if is_overpaid else sum((row.overpaid for row in allocations), ZERO)
    return PaymentLine(
        public_id=payment.public_id,
        url=reverse("taxes:payment_detail", args=[payment.public_id]),
        paid_on=format_short(payment.paid_on),
        paid_on_iso=payment.paid_on.isoformat(),
        channel=words.channel_of(payment, subject),
        amount=format_pln(total),
        credited=[] if is_overpaid else [_credited(row) for row in allocations],
        overpaid=format_pln(overpaid) if overpaid else "",
        state=_state(payment),
    )


_UNCLEAR = (PaymentReceived.Posting.AWAITING, PaymentReceived.Posting.REJECTED)


def _state(payment: PaymentReceived) -> State:
    """Say whether the office's book has a payment: the word, the class that colours it, and the sentence."""
    posting = payment.posting
    if posting == PaymentReceived.Posting.AWAITING:
        text = _("Zapłacono. Urząd zaksięguje tę wpłatę u siebie; nie płać drugi raz.")
        return State(_("czeka na zaksięgowanie"), "tag-waiting", text)
    if posting == PaymentReceived.Posting.REJECTED:
        text = _(
            "System urzędu nie przyjął tej wpłaty. Pieniądze nie przepadły: urzędnik to wyjaśnia. Nie płać drugi raz."
        )
        return State(_("urząd wyjaśnia"), "tag-waiting", text)
    if posting == PaymentReceived.Posting.OVERPAYMENT:
        return State(_("uznana za nadpłatę"), "tag-done", _("Urząd uznał całą wpłatę za nadpłatę."))
    return State(_("zaksięgowana"), "tag-done", "")


def _credited(row: Allocation) -> Credited:
    receivable = row.instalment.receivable
    return Credited(
        title=_("%(title)s, rata %(number)s") % {"title": receivable.title, "number": row.instalment.number},
        url=reverse("taxes:receivable_detail", args=[receivable.public_id]),
        principal=format_pln(row.principal),
        interest=format_pln(row.interest),
        costs=format_pln(row.costs),
        overpaid=format_pln(row.overpaid),
        total=format_pln(_sum(row)),
        basis=words.crediting_basis(CreditOrder(receivable.account.type.credit_order), bool(row.interest)),
    )
