"""Reading payments: the basket as it costs today, the history, one payment, its receipt."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from eurzad.lib import clock
from eurzad.lib.dates import format_short
from eurzad.lib.money import ZERO, format_pln
from payments import payables, providers
from payments.errors import NothingToPay, SeveralPayers
from payments.models import Payment, PaymentItem
from payments.payables import PricedItem
from portal.mandates import policy
from portal.mandates.policy import AccessDenied, Area, Right, Viewer
from portal.people.models import Subject

MAX_ITEMS = 100
PER_PAGE = 20
_QUICK_REFRESH = timedelta(minutes=3)


@dataclass(frozen=True)
class Basket:
    """What was chosen, priced for one subject on one day."""

    subject: Subject
    items: tuple[PricedItem, ...]

    @property
    def total(self) -> Decimal:
        """The amount to pay, PLN."""
        return sum((item.total for item in self.items), ZERO)

    @property
    def tokens(self) -> list[str]:
        """The chosen objects as a form carries them."""
        return [payables.token(item.kind, item.object_id) for item in self.items]


@dataclass(frozen=True)
class ItemLine:
    """One position as pages and receipts print it."""

    title: str
    principal: str
    interest: str
    costs: str
    amount: str
    parts: str


@dataclass(frozen=True)
class PaymentRow:
    """One payment of the history."""

    url: str
    reference: str
    created_on: str
    created_on_iso: str
    amount: str
    on_behalf: str
    status: str
    tag: str


@dataclass(frozen=True)
class PaymentPage:
    """One payment in full. `outcome` is one of paid, not_paid, in_progress, unknown."""

    public_id: UUID
    reference: str
    outcome: str
    status: str
    tag: str
    amount: str
    payer: str
    on_behalf: str
    provider: str
    provider_order_id: str
    created_at: str
    authorised_at: str
    reserved_until: str
    bank_url: str
    refresh_seconds: int
    items: tuple[ItemLine, ...]
    choose_url: str


_TAGS = {
    Payment.Status.PAID: "tag-done",
    Payment.Status.FAILED: "tag-overdue",
    Payment.Status.CANCELLED: "tag-neutral",
}


def price_basket(viewer: Viewer, tokens: Iterable[str]) -> Basket:
    """Price the chosen objects as of today, for a viewer who may pay for all of them.

    Raises `NothingToPay`, `SeveralPayers`, `AccessDenied`.
    """
    wanted: dict[str, list[UUID]] = {}
    for token in known_tokens(tokens):
        kind, object_id = payables.parse_token(token)
        wanted.setdefault(kind, []).append(object_id)
    items = tuple(
        item
        for kind, object_ids in wanted.items()
        for item in payables.get(kind).price(viewer, object_ids, clock.today())
        if item.object_id in object_ids and item.total > 0
    )
    if not items:
        raise NothingToPay()
    subject_ids = {item.subject_id for item in items}
    if len(subject_ids) > 1:
        raise SeveralPayers()
    subject = Subject.objects.get(pk=subject_ids.pop())
    for area, obj in sorted({(item.area, item.scope_object) for item in items}):
        policy.require(viewer, Right.PAY, area, subject, obj)
    return Basket(subject, items)


def known_tokens(values: Iterable[str]) -> list[str]:
    """Those of the posted values that name something payable, in order, at most `MAX_ITEMS`."""
    known = []
    for value in list(dict.fromkeys(values))[:MAX_ITEMS]:
        try:
            payables.parse_token(value)
        except ValueError:
            continue
        known.append(value)
    return known


def kinds_of(tokens: Iterable[str]) -> list[str]:
    """The kinds of the chosen objects."""
    return [payables.parse_token(token)[0] for token in known_tokens(tokens)]


def next_address(payment: Payment) -> str:
    """Where the payer's browser goes after checkout: to the bank, or to the page that says why not."""
    return (
        payment.redirect_url
        if _may_go_to_bank(payment)
        else reverse("payments:return", args=[payment.public_id])
    )


def choose_url(kinds: Iterable[str]) -> str:
    """The page where objects of these kinds are chosen; the history when none is known."""
    names = [payables.get(kind).choose_url_name for kind in kinds if payables.is_registered(kind)]
    return reverse(next(filter(None, names), "payments:history"))


def provider_choices() -> list[tuple[str, str]]:
    """The ways to pay this town offers: name and label."""
    return [(name, providers.get(name).label) for name in providers.names()]


def payments_of(viewer: Viewer, *, page: str) -> tuple[list[PaymentRow], "Page[Payment]"]:
    """The history: payments for the subject in view that the viewer may see, and those the viewer made."""
    subject = viewer.subject
    made = Payment.objects.filter(_made_and_seen(viewer))
    rows = Payment.objects.filter(on_behalf=subject) if subject else Payment.objects.none()
    if subject and not policy.can(viewer, Right.SEE, Area.PAYMENTS, subject):
        rows = made.filter(on_behalf=subject)
    if viewer.acting_for is None:
        rows = rows | made
    current = Paginator(rows.order_by("-created_at", "-pk"), PER_PAGE).get_page(page)
    return [
        PaymentRow(
            url=reverse("payments:detail", args=[payment.public_id]),
            reference=payment.reference,
            created_on=format_short(clock.to_warsaw(payment.created_at).date()),
            created_on_iso=clock.to_warsaw(payment.created_at).date().isoformat(),
            amount=format_pln(payment.amount),
            on_behalf=payment.on_behalf_name,
            status=payment.get_status_display(),
            tag=_tag(payment),
        )
        for payment in current
    ], current


def get_payment_for(viewer: Viewer, public_id: UUID) -> Payment:
    """The payment, for whoever may see its subject's payments, and for the attorney who made it.

    The attorney sees it as long as some mandate of the principal in force lets them see all that it paid for.
    Raises `AccessDenied`, also when there is no such payment.
    """
    payment = Payment.objects.select_related("on_behalf").filter(public_id=public_id).first()
    if payment is None:
        raise AccessDenied()
    if not (payment.created_by_id == viewer.user.pk and is_seen_by_maker(payment)):
        policy.require(viewer, Right.SEE, Area.PAYMENTS, payment.on_behalf)
    return payment


def is_seen_by_maker(payment: Payment) -> bool:
    """Tell whether whoever made the payment may see it now: their own, or under any mandate still in force."""
    return Payment.objects.filter(_made_and_seen(Viewer(payment.created_by)), pk=payment.pk).exists()


def _made_and_seen(maker: Viewer) -> Q:
    """Payments the viewer made for themselves, or for a principal all of whose areas paid for they still see."""
    groups: dict[frozenset[str], list[int]] = {}
    for principal, areas in policy.seen_areas(maker).items():
        groups.setdefault(areas, []).append(principal)
    mine = Q(on_behalf=maker.own) if maker.own else Q(on_behalf__in=())
    for areas, principals in groups.items():
        unseen = PaymentItem.objects.filter(payment=OuterRef("pk")).exclude(area__in=areas)
        mine |= Q(~Exists(unseen), on_behalf__in=principals)
    return Q(created_by=maker.user) & mine


def is_maker(viewer: Viewer, public_id: UUID) -> bool:
    """Tell whether the viewer made this payment, whatever they may still see of it."""
    return Payment.objects.filter(public_id=public_id, created_by=viewer.user).exists()


def describe(payment: Payment) -> PaymentPage:
    """A payment as its pages and its receipt print it, in the language of the request."""
    items = list(payment.items.all())
    outcome = outcome_of(payment)
    waits = outcome in ("in_progress", "unknown")
    is_young = clock.now() - payment.created_at < _QUICK_REFRESH
    return PaymentPage(
        public_id=payment.public_id,
        reference=payment.reference,
        outcome=outcome,
        status=payment.get_status_display(),
        tag=_tag(payment),
        amount=format_pln(payment.amount),
        payer=payment.payer_name,
        on_behalf=payment.on_behalf_name,
        provider=_provider_label(payment.provider),
        provider_order_id=payment.provider_order_id,
        created_at=_format_moment(payment.created_at),
        authorised_at=_format_moment(payment.authorised_at) if payment.authorised_at else "",
        reserved_until=f"{clock.to_warsaw(payment.reserved_until):%H:%M}",
        bank_url=payment.redirect_url if _may_go_to_bank(payment) else "",
        refresh_seconds=(5 if is_young else 30) if waits else 0,
        items=tuple(item_lines(items)),
        choose_url=choose_url(item.payable_kind for item in items),
    )


def outcome_of(payment: Payment) -> str:
    """One of the four honest answers: paid, not_paid, in_progress, unknown."""
    if payment.status == Payment.Status.PAID:
        return "paid"
    if payment.status in (Payment.Status.FAILED, Payment.Status.CANCELLED):
        return "not_paid"
    if payment.status == Payment.Status.UNKNOWN or payment.reserved_until <= clock.now():
        return "unknown"
    return "in_progress"


def item_lines(items: Sequence[PricedItem | PaymentItem]) -> list[ItemLine]:
    """Positions with their amounts in words of money."""
    return [
        ItemLine(
            title=item.title,
            principal=format_pln(item.principal),
            interest=format_pln(item.interest),
            costs=format_pln(item.costs),
            amount=format_pln(item.principal + item.interest + item.costs),
            parts=_parts(item),
        )
        for item in items
    ]


def _parts(item: PricedItem | PaymentItem) -> str:
    parts = [_("należność główna %s") % format_pln(item.principal)]
    if item.interest:
        parts.append(_("odsetki %s") % format_pln(item.interest))
    if item.costs:
        parts.append(_("koszty upomnienia %s") % format_pln(item.costs))
    return ", ".join(parts) if len(parts) > 1 else ""


def _may_go_to_bank(payment: Payment) -> bool:
    is_open = payment.status in (Payment.Status.STARTED, Payment.Status.PENDING)
    return is_open and bool(payment.redirect_url) and payment.reserved_until > clock.now()


def _provider_label(name: str) -> str:
    return providers.get(name).label if name in settings.PAYMENT_PROVIDERS else name


def _tag(payment: Payment) -> str:
    return _TAGS.get(Payment.Status(payment.status), "tag-waiting")


def _format_moment(moment: datetime) -> str:
    local = clock.to_warsaw(moment)
    return f"{format_short(local.date())}, {local:%H:%M}"
