"""What providers say: kept first, believed only when signed, applied once, whatever the order."""

import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from eurzad.lib import clock
from payments import rules, services
from payments.models import Payment, ProviderEvent, Reservation
from portal.journal.models import Record
from portal.notices.models import Notice
from portal.people.models import User
from tests.payments.conftest import Bank, Debts, deliver, order_document, sign

Start = Callable[..., Payment]
Notify = Callable[..., int]


def status_of(payment: Payment) -> str:
    return Payment.objects.get(pk=payment.pk).status


def test_paid_and_settled_together(anna: User, debts: Debts, start: Start, notify: Notify) -> None:
    payment = start(anna)
    assert notify(payment, "PENDING") == 200
    assert status_of(payment) == "pending"
    assert notify(payment, "COMPLETED") == 200
    payment.refresh_from_db()
    assert payment.status == "paid"
    (items, paid_at, payment_id) = debts.settled[0]
    assert payment_id == payment.public_id
    assert paid_at == payment.authorised_at
    assert sum(item.total for item in items) == payment.amount
    assert not Reservation.objects.exists()
    assert Record.objects.filter(action="payments.settle", reference=payment.reference).count() == 1
    assert Notice.objects.filter(user=anna, topic="payments.paid").count() == 1


def test_moment_of_authorisation(anna: User, client: Any, debts: Debts, start: Start) -> None:
    payment = start(anna)
    document = order_document(payment, "COMPLETED")
    moment = payment.created_at + timedelta(milliseconds=1)
    with clock.frozen(clock.now() + timedelta(days=2)):
        body = json.dumps(document | {"localReceiptDateTime": moment.isoformat()}).encode()
        assert deliver(client, sign(body)) == 200
    assert debts.settled[0][1] == moment


@pytest.mark.parametrize("told", ["2020-01-01T00:00:00+01:00", "2999-01-01T00:00:00+01:00", "soon", 7, None])
def test_moment_that_cannot_be_true(anna: User, client: Any, debts: Debts, start: Start, told: Any) -> None:
    payment = start(anna)
    now = clock.now()
    with clock.frozen(now):
        body = json.dumps(order_document(payment, "COMPLETED") | {"localReceiptDateTime": told}).encode()
        assert deliver(client, sign(body)) == 200
    assert debts.settled[0][1] == now


def test_paid_without_settled_cannot_exist(anna: User, client: Any, debts: Debts, start: Start) -> None:
    payment = start(anna)
    message = sign(json.dumps(order_document(payment, "COMPLETED")).encode())
    debts.refuses = True
    with pytest.raises(RuntimeError):
        deliver(client, message)
    assert status_of(payment) == "started"
    assert ProviderEvent.objects.get().verdict == "received"
    debts.refuses = False
    assert deliver(client, message) == 200
    assert status_of(payment) == "paid"
    assert len(debts.settled) == 1


@pytest.mark.parametrize("status", ["PENDING", "COMPLETED", "CANCELED", "REJECTED"])
def test_repeated_notification(anna: User, client: Any, debts: Debts, start: Start, status: str) -> None:
    payment = start(anna)
    message = sign(json.dumps(order_document(payment, status)).encode())
    assert [deliver(client, message) for _ in range(10)] == [200] * 10
    event = ProviderEvent.objects.get()
    assert (event.times_received, event.verdict) == (10, "accepted")
    assert len(debts.settled) == (status == "COMPLETED")


def test_same_news_in_other_bytes(anna: User, debts: Debts, start: Start, notify: Notify) -> None:
    payment = start(anna)
    notify(payment, "COMPLETED")
    assert notify(payment, "COMPLETED", description="again") == 200
    assert list(ProviderEvent.objects.values_list("verdict", "code")) == [
        ("duplicate", "repeated"),
        ("accepted", ""),
    ]
    assert len(debts.settled) == 1


def test_out_of_order(anna: User, debts: Debts, start: Start, notify: Notify) -> None:
    payment = start(anna)
    for status in ("COMPLETED", "PENDING", "NEW", "CANCELED"):
        assert notify(payment, status) == 200
    assert status_of(payment) == "paid"
    assert len(debts.settled) == 1


@pytest.mark.parametrize("first", ["CANCELED", "REJECTED"])
def test_late_success(anna: User, debts: Debts, start: Start, notify: Notify, first: str) -> None:
    payment = start(anna)
    notify(payment, first)
    assert not Reservation.objects.exists()
    with clock.frozen(clock.now() + timedelta(days=30)):
        assert notify(payment, "COMPLETED") == 200
    assert status_of(payment) == "paid"
    assert len(debts.settled) == 1


def test_before_the_order_was_answered(
    anna: User, bank: Bank, debts: Debts, start: Start, notify: Notify
) -> None:
    payment = start(anna, send=False)
    assert notify(payment, "COMPLETED", orderId="EARLY") == 200
    payment.refresh_from_db()
    assert (payment.status, payment.provider_order_id) == ("paid", "EARLY")
    services.send_order(payment=payment, customer_ip="127.0.0.1")
    assert status_of(payment) == "paid"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"totalAmount": "18699"}, "wrong_amount"),
        ({"totalAmount": "1870000"}, "wrong_amount"),
        ({"totalAmount": 18700}, "bad_amount"),
        ({"currencyCode": "EUR"}, "wrong_currency"),
        ({"merchantPosId": "1"}, "wrong_pos"),
        ({"orderId": "OTHER"}, "wrong_order"),
        ({"extOrderId": "P-2026-999999"}, "unknown_order"),
        ({"status": "PAID"}, "unknown_status"),
    ],
)
def test_genuine_but_wrong(
    anna: User,
    ewa: User,
    debts: Debts,
    start: Start,
    notify: Notify,
    caplog: pytest.LogCaptureFixture,
    changes: dict[str, Any],
    code: str,
) -> None:
    payment = start(anna)
    assert notify(payment, **({"status": "COMPLETED"} | changes)) == 200
    assert status_of(payment) == "started"
    assert not debts.settled
    event = ProviderEvent.objects.get()
    assert (event.verdict, event.code) == ("refused", code)
    assert str(event.public_id) in caplog.text
    assert Notice.objects.filter(user=ewa, topic="payments.event_refused").count() == 1


def test_order_of_another_payment(anna: User, debts: Debts, start: Start, notify: Notify) -> None:
    first, second = start(anna), start(anna, send=False)
    assert notify(second, "COMPLETED", orderId=first.provider_order_id) == 200
    assert status_of(second) == "created"
    assert ProviderEvent.objects.get().code == "wrong_order"


def test_forged(anna: User, client: Any, debts: Debts, start: Start) -> None:
    payment = start(anna)
    body = json.dumps(order_document(payment, "COMPLETED")).encode()
    genuine = sign(body)
    for headers in ({}, sign(body, key="guessed").headers, {"OpenPayu-Signature": "x"}):
        assert deliver(client, genuine.__class__(body, headers)) == 400
    assert deliver(client, genuine.__class__(body[:-20], genuine.headers)) == 400
    assert deliver(client, genuine.__class__(body.replace(b"18700", b"1"), genuine.headers)) == 400
    assert status_of(payment) == "started"
    assert set(ProviderEvent.objects.values_list("verdict", "code")) == {("refused", "bad_signature")}
    assert deliver(client, genuine) == 200
    assert status_of(payment) == "paid"


def test_forged_ones_are_kept_up_to_a_limit(
    anna: User, client: Any, start: Start, notify: Notify, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "FORGED_A_DAY", 3)
    payment = start(anna)
    for number in range(6):
        assert deliver(client, sign(b"%d" % number, key="guessed")) == 400
    assert ProviderEvent.objects.count() == 3
    assert notify(payment, "COMPLETED") == 200
    assert status_of(payment) == "paid"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b'{"order":{},"order":{}}',
        b"[" * 60_000,
        b'{"order": ' + b"9" * 9_000 + b"}",
    ],
)
def test_genuine_rubbish(client: Any, bank: Bank, db: None, body: bytes) -> None:
    assert deliver(client, sign(body)) == 200
    event = ProviderEvent.objects.get()
    assert event.verdict == "refused"
    assert bytes(event.body) == body


def test_huge(client: Any, bank: Bank, db: None) -> None:
    assert deliver(client, sign(b" " * 5_000_000)) == 413
    assert deliver(client, sign(b" " * (64 * 1024 + 1))) == 413
    assert not ProviderEvent.objects.exists()


def test_address(client: Any, bank: Bank, db: None) -> None:
    assert client.get("/platnosci/powiadomienia/payu/").status_code == 405
    assert (
        client.post("/platnosci/powiadomienia/nobody/", b"{}", content_type="application/json").status_code
        == 404
    )


def test_lost_notification_heals(anna: User, bank: Bank, debts: Debts, start: Start, run_jobs: Any) -> None:
    payment = start(anna)
    bank.decide(payment.redirect_url, "pay", fault="lost")
    assert services.enqueue_due_checks() == 0
    with clock.frozen(clock.now() + timedelta(minutes=2)):
        assert services.enqueue_due_checks() == 1
        assert services.enqueue_due_checks() == 0
        run_jobs()
    assert status_of(payment) == "paid"
    assert len(debts.settled) == 1
    event = ProviderEvent.objects.get()
    assert (event.source, event.verdict) == ("query", "accepted")


def test_expired_order_is_found_out(anna: User, bank: Bank, start: Start) -> None:
    payment = start(anna)
    services.check_payment(public_id=payment.public_id)
    assert status_of(payment) == "started"
    assert not ProviderEvent.objects.exists()
    bank.decide(payment.redirect_url, "reject", fault="lost")
    services.check_payment(public_id=payment.public_id)
    services.check_payment(public_id=payment.public_id)
    assert status_of(payment) == "cancelled"


def test_back_off_and_its_end(anna: User, start: Start) -> None:
    payment = start(anna)
    waits = [rules.next_check_in(timedelta(minutes=age)) for age in (0, 4, 10, 90, 60 * 24)]
    assert waits == sorted(waits)
    with clock.frozen(payment.created_at + rules.KEEP_ASKING + timedelta(minutes=1)):
        assert services.enqueue_due_checks() == 0


def test_every_success_counts_and_nothing_follows_it() -> None:
    for status in rules.Status:
        assert rules.may_follow(status, rules.Status.PAID) == (status != rules.Status.PAID)
        assert not rules.may_follow(rules.Status.PAID, status)
        assert not rules.may_follow(status, status)
        assert not rules.may_follow(status, rules.Status.CREATED)


def test_sum_of_settled_is_sum_of_paid(
    anna: User, borys: User, debts: Debts, start: Start, notify: Notify
) -> None:
    payments = [
        start(user, debts.add(user, f"{10 + n}.{n:02d}", "1.10")) for n in range(5) for user in (anna, borys)
    ]
    for number, payment in enumerate(payments):
        notify(payment, "COMPLETED" if number % 2 else "CANCELED")
        notify(payment, "PENDING")
    paid = sum((payment.amount for payment in Payment.objects.filter(status="paid")), Decimal(0))
    settled = sum((item.total for items, _, _ in debts.settled for item in items), Decimal(0))
    assert paid == settled > 0
