"""Many at once, on a real PostgreSQL: twenty clicks, two payers, and notifications that overtake one another."""

import json
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from payments import payables, providers, services
from payments.errors import AlreadyReserved
from payments.models import Payment, ProviderEvent, Reservation
from portal.mandates.policy import Viewer
from portal.people.models import User
from tests.payments.conftest import Bank, Debts, Message, deliver, order_document, sign

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs a real PostgreSQL"),
]


@pytest.fixture(autouse=True)
def _pool_closed_after() -> Iterator[None]:
    yield
    connection.close()
    connection.close_pool()


def all_at_once(work: Callable[[Any], Any], arguments: list[Any], *, workers: int = 8) -> list[Any]:
    """Do the work for every argument in threads; the results in order."""

    def alone(argument: Any) -> Any:
        try:
            return work(argument)
        finally:
            connection.close()

    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(alone, arguments))


def test_twenty_clicks_at_once(anna: User, bank: Bank, debts: Debts) -> None:
    token, key = debts.add(anna), uuid4()
    total = debts.owed[payables.parse_token(token)[1]].total

    def click(_: int) -> Payment:
        payment = services.place_payment(
            viewer=Viewer(anna), tokens=[token], idempotency_key=key, shown_total=total, provider="payu"
        )
        return services.send_order(payment=payment, customer_ip="127.0.0.1")

    payments = all_at_once(click, list(range(20)))
    assert {payment.pk for payment in payments} == {Payment.objects.get().pk}
    assert Payment.objects.get().status == "started"
    found = providers.get("payu").find_order(payments[0].ext_order_id)
    assert found is not None


def test_two_checkouts_of_one_debt(anna: User, bank: Bank, debts: Debts) -> None:
    token = debts.add(anna)
    total = debts.owed[payables.parse_token(token)[1]].total

    def pay(_: int) -> str:
        try:
            return services.place_payment(
                viewer=Viewer(anna),
                tokens=[token],
                idempotency_key=uuid4(),
                shown_total=total,
                provider="payu",
            ).reference
        except AlreadyReserved:
            return ""

    placed = [reference for reference in all_at_once(pay, list(range(12))) if reference]
    assert len(placed) == 1
    assert Payment.objects.get().reference == placed[0]
    assert Reservation.objects.count() == 1


def test_shuffled_and_repeated_notifications(anna: User, debts: Debts, start: Callable[..., Payment]) -> None:
    payments = [start(anna, send=False) for _ in range(10)]
    messages: list[Message] = [
        sign(json.dumps(order_document(payment, status, orderId=f"ORDER-{payment.pk}")).encode())
        for payment in payments
        for status in ("PENDING", "COMPLETED", "CANCELED")
        for _ in range(5)
    ]
    random.Random(2026).shuffle(messages)
    answers = all_at_once(lambda message: deliver(Client(), message), messages)
    assert set(answers) == {200}
    assert set(Payment.objects.values_list("status", flat=True)) == {"paid"}
    assert sorted(payment_id for _, _, payment_id in debts.settled) == sorted(
        one.public_id for one in payments
    )
    assert ProviderEvent.objects.count() == 30
    assert not Reservation.objects.exists()
