"""The whole way over real HTTP: portal and bank as two servers, the bank's own notifications."""

from collections.abc import Callable
from typing import Any

import pytest

from payments.models import Payment, ProviderEvent
from portal.people.models import User
from tests.payments.conftest import Bank, Debts

Start = Callable[..., Payment]


@pytest.fixture
def portal(transactional_db: None, bank: Bank, live_server: Any, settings: Any) -> None:
    """The portal where the bank can reach it."""
    settings.PORTAL_BASE_URL = live_server.url


@pytest.mark.parametrize(
    ("fault", "settled"),
    [("", 1), ("repeated", 1), ("reversed", 1), ("wrong_amount", 0), ("bad_signature", 0)],
)
def test_pay(
    portal: None, anna: User, bank: Bank, debts: Debts, start: Start, fault: str, settled: int
) -> None:
    payment = start(anna)
    back = bank.decide(payment.redirect_url, "pay", fault)
    assert back.endswith(f"/konto/platnosci/{payment.public_id}/powrot/")
    payment.refresh_from_db()
    assert payment.status == ("paid" if settled else "started")
    assert len(debts.settled) == settled
    if fault == "repeated":
        assert sorted(ProviderEvent.objects.values_list("verdict", "times_received")) == [("accepted", 5)] * 2


@pytest.mark.parametrize(("decision", "status"), [("reject", "cancelled"), ("leave", "pending")])
def test_other_decisions(
    portal: None, anna: User, bank: Bank, debts: Debts, start: Start, decision: str, status: str
) -> None:
    payment = start(anna)
    bank.decide(payment.redirect_url, decision)
    payment.refresh_from_db()
    assert payment.status == status
    assert not debts.settled


def test_left_in_progress_and_paid_later(
    portal: None, anna: User, bank: Bank, debts: Debts, start: Start
) -> None:
    payment = start(anna)
    bank.decide(payment.redirect_url, "leave")
    bank.decide(payment.redirect_url, "pay")
    payment.refresh_from_db()
    assert payment.status == "paid"
    assert payment.authorised_at is not None
    assert payment.created_at < payment.authorised_at
    assert len(debts.settled) == 1
