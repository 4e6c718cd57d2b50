"""Writing payments: checkout, orders at the provider, and what the provider says of them.

A payment's status is written by `_move` alone, which is called from `apply_event` and for the
answer to our own order. The browser's return never comes here.
"""

import hashlib
import logging
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from eurzad.lib import clock
from eurzad.lib.errors import PermanentError, TransientError
from eurzad.lib.money import format_pln
from eurzad.outbox.services import enqueue
from payments import payables, providers, rules, selectors
from payments.errors import AlreadyReserved, AmountChanged, ProviderRefused
from payments.models import NumberSeries, Payment, PaymentItem, ProviderEvent, Reservation
from payments.payables import SettledItem
from payments.providers.base import (
    NotificationRejected,
    OrderCreated,
    OrderLine,
    OrderNotUnique,
    OrderRequest,
    Provider,
    StatusEvent,
)
from payments.selectors import Basket
from portal.journal.services import record as journal
from portal.journal.services import record_read
from portal.mandates import policy
from portal.mandates.policy import AccessDenied, Viewer
from portal.mandates.services.telling import users_of
from portal.notices.services import notify, notify_staff
from portal.people.models import User

logger = logging.getLogger(__name__)

FORGED_A_DAY = 1000
"""Forged notifications kept per provider in a day; more are only counted in the log."""


def place_payment(
    *, viewer: Viewer, tokens: Iterable[str], idempotency_key: UUID, shown_total: Decimal, provider: str
) -> Payment:
    """Lock the amount and reserve the objects; the same key always answers with the same payment.

    Raises `CheckoutError` (nothing to pay, reserved, amount changed), `AccessDenied`, and `KeyError`
    for a provider that is not switched on.
    """
    providers.get(provider)
    try:
        with transaction.atomic():
            existing = Payment.objects.filter(idempotency_key=idempotency_key).first()
            if existing is None:
                return _create_payment(viewer, tokens, idempotency_key, shown_total, provider)
    except IntegrityError:
        existing = Payment.objects.filter(idempotency_key=idempotency_key).first()
        if existing is None:
            raise
    if existing.created_by_id != viewer.user.pk:
        raise AccessDenied()
    return existing


def send_order(*, payment: Payment, customer_ip: str) -> Payment:
    """Create the order at the provider, once, outside any transaction.

    Whoever finds the order sent already gets the payment as it stands. No answer leaves the payment
    `unknown`, to be looked up later. Raises `ProviderRefused`.
    """
    claimed = Payment.objects.filter(
        pk=payment.pk, status=Payment.Status.CREATED, ordered_at__isnull=True
    ).update(ordered_at=clock.now())
    if claimed:
        provider = providers.get(payment.provider)
        try:
            created = provider.create_order(_order_request(payment, customer_ip))
        except (TransientError, OrderNotUnique) as error:
            logger.warning("order not confirmed payment=%s code=%s", payment.reference, error.code)
            _record_no_answer(payment)
        except PermanentError as error:
            logger.exception("order refused payment=%s code=%s", payment.reference, error.code)
            _record_refusal(payment)
            raise ProviderRefused(payment.reference) from error
        else:
            _record_order(payment, created)
    payment.refresh_from_db()
    return payment


def receive_notification(*, provider_name: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Keep a notification, judge it, apply it. True when it is genuine and need not be sent again."""
    provider = providers.get(provider_name)
    kept_headers = {name: headers[name] for name in provider.signature_headers if name in headers}
    if _too_many_forged(provider_name):
        logger.error("forged notifications are over the day's limit provider=%s", provider_name)
        if not _is_authentic(provider, headers, body):
            return False
    record = _keep_event(provider_name, ProviderEvent.Source.NOTIFICATION, kept_headers, body)
    try:
        event = provider.read_notification(headers, body)
    except NotificationRejected as rejected:
        _refuse(record, rejected.code, None)
        return rejected.is_authentic
    apply_event(record_id=record.pk, event=event)
    return True


def note_access(*, viewer: Viewer, payment: Payment, action: str) -> None:
    """Record in the journal that the viewer opened a payment or its receipt."""
    record_read(
        actor_id=viewer.user.public_id,
        subject_id=payment.on_behalf.public_id,
        action=action,
        reference=payment.reference,
    )


@transaction.atomic
def apply_event(*, record_id: int, event: StatusEvent) -> ProviderEvent:
    """Let one kept, authentic event have its effect, exactly once, settlement included.

    A wrong amount, currency or order leaves the payment alone and alarms the clerks. News that is
    repeated or comes out of order changes nothing.
    """
    record = ProviderEvent.objects.select_for_update().get(pk=record_id)
    if record.verdict != ProviderEvent.Verdict.RECEIVED:
        return record
    payment = (
        Payment.objects.select_for_update()
        .filter(provider=record.provider, ext_order_id=event.ext_order_id)
        .first()
    )
    objection = _objection(payment, event, record.provider)
    if payment is None or objection:
        return _refuse(record, objection, payment)
    payment.provider_order_id = event.provider_order_id
    if rules.may_follow(rules.Status(payment.status), event.status):
        _move(payment, event.status, paid_at=_paid_at(payment, event))
        return _close(record, ProviderEvent.Verdict.ACCEPTED, "", payment)
    payment.save(update_fields=["provider_order_id"])
    code = "repeated" if payment.status == event.status else "out_of_order"
    return _close(record, ProviderEvent.Verdict.DUPLICATE, code, payment)


def enqueue_due_checks() -> int:
    """Start a check of every open payment whose time has come; returns how many."""
    now = clock.now()
    due = Payment.objects.due_for_check(now).filter(created_at__gt=now - rules.KEEP_ASKING)
    return sum(bool(_enqueue_check(payment)) for payment in due[:200])


def ask_soon(payment: Payment) -> None:
    """Ask the provider about an open payment now, because somebody is waiting for the answer."""
    is_fresh = payment.checked_at and clock.now() - payment.checked_at < rules.SHORTEST_CHECK
    if payment.status in rules.OPEN and payment.ordered_at and not is_fresh:
        _enqueue_check(payment)


def check_payment(*, public_id: UUID) -> None:
    """Ask the provider where an open payment stands and apply the answer; the next check is set first."""
    payment = Payment.objects.get(public_id=public_id)
    if payment.status not in rules.OPEN:
        return
    now = clock.now()
    next_check_at = now + rules.next_check_in(now - payment.created_at)
    Payment.objects.filter(pk=payment.pk).update(checked_at=now, next_check_at=next_check_at)
    try:
        event = _ask_provider(payment)
    except TransientError as error:
        logger.warning("status query unanswered payment=%s code=%s", payment.reference, error.code)
        return
    if event is None and _never_arrived(payment, now):
        _record_refusal(payment)
    elif event is not None and event.status != payment.status:
        record = _keep_event(payment.provider, ProviderEvent.Source.QUERY, {}, event.raw)
        apply_event(record_id=record.pk, event=event)


def _create_payment(
    viewer: Viewer, tokens: Iterable[str], idempotency_key: UUID, shown_total: Decimal, provider: str
) -> Payment:
    fresh = Viewer(viewer.user, viewer.mandate_id)  # rights are read again, inside this transaction
    basket = selectors.price_basket(fresh, tokens)
    for area, obj in sorted({(item.area, item.scope_object) for item in basket.items}):
        policy.hold(fresh, policy.Right.PAY, area, basket.subject, obj)
    if basket.total != shown_total:
        raise AmountChanged()
    now = clock.now()
    reference = _next_reference()
    payer = fresh.own
    payment = Payment.objects.create(
        reference=reference,
        created_by=fresh.user,
        payer=payer,
        on_behalf=basket.subject,
        payer_name=payer.display_name if payer else str(fresh.user),
        on_behalf_name=basket.subject.display_name,
        provider=provider,
        amount=basket.total,
        ext_order_id=f"{reference}-{idempotency_key.hex[:12]}",
        idempotency_key=idempotency_key,
        created_at=now,
        reserved_until=now + rules.RESERVATION,
        next_check_at=now + rules.next_check_in(timedelta(0)),
    )
    PaymentItem.objects.bulk_create(_items_of(payment, basket))
    _reserve(payment, basket, fresh)
    journal(
        actor_id=fresh.user.public_id,
        subject_id=basket.subject.public_id,
        action="payments.create",
        reference=reference,
    )
    return payment


def _items_of(payment: Payment, basket: Basket) -> list[PaymentItem]:
    return [
        PaymentItem(
            payment=payment,
            payable_kind=item.kind,
            object_id=item.object_id,
            subject_id=item.subject_id,
            area=item.area,
            title=item.title[:250],
            principal=item.principal,
            interest=item.interest,
            costs=item.costs,
            amount=item.total,
        )
        for item in basket.items
    ]


def _next_reference() -> str:
    year = clock.today().year
    NumberSeries.objects.get_or_create(year=year)
    NumberSeries.objects.filter(year=year).update(last=F("last") + 1)
    return f"P-{year}-{NumberSeries.objects.get(year=year).last:06d}"


def _reserve(payment: Payment, basket: Basket, viewer: Viewer) -> None:
    for item in sorted(basket.items, key=lambda item: (item.kind, item.object_id)):
        taken = Reservation.objects.filter(payable_kind=item.kind, object_id=item.object_id)
        taken.filter(until__lte=payment.created_at).delete()
        try:
            with transaction.atomic():
                Reservation.objects.create(
                    payable_kind=item.kind,
                    object_id=item.object_id,
                    payment=payment,
                    until=payment.reserved_until,
                )
        except IntegrityError:
            raise _reserved(taken.select_related("payment").first(), item.title, viewer) from None


def _reserved(reservation: Reservation | None, title: str, viewer: Viewer) -> AlreadyReserved:
    if reservation is None:
        return AlreadyReserved(title=title, until=f"{clock.to_warsaw(clock.now()):%H:%M}", link="")
    try:
        other = selectors.get_payment_for(viewer, reservation.payment.public_id)
        link = reverse("payments:return", args=[other.public_id])
    except AccessDenied:
        link = ""
    return AlreadyReserved(title=title, until=f"{clock.to_warsaw(reservation.until):%H:%M}", link=link)


def _order_request(payment: Payment, customer_ip: str) -> OrderRequest:
    """The order without personal data: the provider learns numbers, not what the debts are."""
    base = settings.PORTAL_BASE_URL.rstrip("/")
    return OrderRequest(
        ext_order_id=payment.ext_order_id,
        amount=payment.amount,
        currency=payment.currency,
        description=f"{settings.MUNICIPALITY['name']}, {payment.reference}",
        lines=tuple(
            OrderLine(name=f"{payment.reference}/{number}", amount=item.amount)
            for number, item in enumerate(payment.items.all(), start=1)
        ),
        notify_url=base + reverse("payments:notification", args=[payment.provider]),
        continue_url=base + reverse("payments:return", args=[payment.public_id]),
        customer_ip=customer_ip,
        language=(translation.get_language() or "pl")[:2],
        valid_for_seconds=int(rules.RESERVATION.total_seconds()),
    )


@transaction.atomic
def _record_order(payment: Payment, created: OrderCreated) -> None:
    """Note the provider's id; a notification may have come first and moved the payment on already."""
    locked = Payment.objects.select_for_update().get(pk=payment.pk)
    if locked.provider_order_id not in ("", created.provider_order_id):
        logger.error("two orders for one payment payment=%s", locked.reference)
        return
    locked.provider_order_id = created.provider_order_id
    locked.redirect_url = created.redirect_url
    if rules.may_follow(rules.Status(locked.status), rules.Status.STARTED):
        _move(locked, rules.Status.STARTED)
    else:
        locked.save(update_fields=["provider_order_id", "redirect_url"])


@transaction.atomic
def _record_no_answer(payment: Payment) -> None:
    locked = Payment.objects.select_for_update().get(pk=payment.pk)
    if rules.may_follow(rules.Status(locked.status), rules.Status.UNKNOWN):
        _move(locked, rules.Status.UNKNOWN)


@transaction.atomic
def _record_refusal(payment: Payment) -> None:
    """The provider refused the order, or never had it."""
    locked = Payment.objects.select_for_update().get(pk=payment.pk)
    if rules.may_follow(rules.Status(locked.status), rules.Status.FAILED):
        _move(locked, rules.Status.FAILED)


def _move(payment: Payment, status: rules.Status, *, paid_at: datetime | None = None) -> None:
    """Write the status of a locked payment with everything that goes with it, in the caller's transaction."""
    payment.status = status.value
    payment.authorised_at = paid_at if status == rules.Status.PAID else None
    payment.save(update_fields=["status", "authorised_at", "provider_order_id", "redirect_url"])
    if status not in rules.OPEN:
        payment.reservations.all().delete()
    if paid_at is not None and status == rules.Status.PAID:
        _settle(payment, paid_at)
    logger.info("payment moved payment=%s status=%s", payment.reference, status.value)


def _settle(payment: Payment, paid_at: datetime) -> None:
    """Hand the money to whoever is owed; paid without settled cannot exist."""
    items = sorted(payment.items.all(), key=lambda item: item.payable_kind)
    for kind, group in groupby(items, key=lambda item: item.payable_kind):
        settled = [
            SettledItem(
                kind=kind,
                object_id=item.object_id,
                title=item.title,
                subject_id=item.subject_id,
                principal=item.principal,
                interest=item.interest,
                costs=item.costs,
            )
            for item in group
        ]
        payables.get(kind).settle(settled, paid_at, payment.public_id)
    journal(
        actor_id=payment.created_by.public_id,
        subject_id=payment.on_behalf.public_id,
        action="payments.settle",
        reference=payment.reference,
    )
    text = _("Wpłata %(reference)s na %(amount)s została przyjęta.")
    for user in _who_is_told(payment):
        notify(
            user=user,
            topic="payments.paid",
            text=text % {"reference": payment.reference, "amount": format_pln(payment.amount)},
            url=reverse("payments:detail", args=[payment.public_id]),
        )


def _who_is_told(payment: Payment) -> list[User]:
    """Whoever is behind the subject, and an attorney who paid, unless the mandate has ended in the meantime."""
    told = users_of(payment.on_behalf)
    if payment.created_by not in told and selectors.is_seen_by_maker(payment):
        told.append(payment.created_by)
    return told


def _ask_provider(payment: Payment) -> StatusEvent | None:
    """The provider's view of a payment; None when it never had the order."""
    provider = providers.get(payment.provider)
    if payment.provider_order_id:
        return provider.get_order(payment.provider_order_id)
    if payment.ordered_at is None:
        return None
    return provider.find_order(payment.ext_order_id)


def _never_arrived(payment: Payment, now: datetime) -> bool:
    given_up = payment.ordered_at + rules.LOST_ORDER if payment.ordered_at else payment.reserved_until
    return given_up <= now


def _objection(payment: Payment | None, event: StatusEvent, provider: str) -> str:
    """Why an authentic event must not touch the payment; empty when it may."""
    if payment is None:
        return "unknown_order"
    others = Payment.objects.filter(provider=provider, provider_order_id=event.provider_order_id)
    if (
        payment.provider_order_id not in ("", event.provider_order_id)
        or others.exclude(pk=payment.pk).exists()
    ):
        return "wrong_order"
    if event.currency != payment.currency:
        return "wrong_currency"
    return "" if event.amount == payment.amount else "wrong_amount"


def _paid_at(payment: Payment, event: StatusEvent) -> datetime:
    """The moment of authorisation as the provider tells it, where that can be true; otherwise now."""
    now = clock.now()
    told = event.occurred_at
    return told if told is not None and payment.created_at <= told <= now else now


def _keep_event(provider: str, source: str, headers: dict[str, str], body: bytes) -> ProviderEvent:
    """Store the raw message, or count it when these very bytes under this very signature are here already."""
    signed = "\n".join(f"{name}: {value}" for name, value in sorted(headers.items()))
    key = hashlib.sha256(f"{source}\n{signed}\n\n".encode() + body).hexdigest()
    record, is_new = ProviderEvent.objects.get_or_create(
        provider=provider,
        key=key,
        defaults={"source": source, "headers": headers, "body": body, "received_at": clock.now()},
    )
    if not is_new:
        ProviderEvent.objects.filter(pk=record.pk).update(times_received=F("times_received") + 1)
    return record


def _refuse(record: ProviderEvent, code: str, payment: Payment | None) -> ProviderEvent:
    """Mark the event as without effect and say so loudly when it was genuine."""
    if record.verdict != ProviderEvent.Verdict.RECEIVED:
        return record
    reference = payment.reference if payment else "-"
    logger.error("payment event refused code=%s payment=%s event=%s", code, reference, record.public_id)
    if code != "bad_signature":
        text = _("Zdarzenie płatności odrzucone (%(code)s), płatność %(reference)s.")
        notify_staff(
            permission="payments.view_providerevent",
            topic="payments.event_refused",
            text=text % {"code": code, "reference": reference},
        )
    return _close(record, ProviderEvent.Verdict.REFUSED, code, payment)


def _close(record: ProviderEvent, verdict: str, code: str, payment: Payment | None) -> ProviderEvent:
    record.verdict, record.code, record.payment = verdict, code, payment
    record.save(update_fields=["verdict", "code", "payment"])
    return record


def _is_authentic(provider: Provider, headers: Mapping[str, str], body: bytes) -> bool:
    try:
        provider.read_notification(headers, body)
    except NotificationRejected as rejected:
        return rejected.is_authentic
    return True


def _too_many_forged(provider: str) -> bool:
    midnight = clock.to_warsaw(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    forged = ProviderEvent.objects.filter(provider=provider, code="bad_signature", received_at__gte=midnight)
    return forged.count() >= FORGED_A_DAY


def _enqueue_check(payment: Payment) -> object | None:
    return enqueue(
        "payments.check", key=f"payments.check:{payment.public_id}", payment_id=str(payment.public_id)
    )
