"""The whole way over real HTTP: portal and bank as two servers, the bank's own notifications."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from payments.models import Payment, ProviderEvent
from portal.mandates.models import Mandate, Party
from portal.mandates.services.ending import revoke_mandate
from portal.notices.models import Notice
from portal.people.models import User
from tests.payments.conftest import Bank, Debts
from tests.support.pages import PageClient

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


@pytest.mark.parametrize("is_revoked", [True, False])
def test_a_checkout_at_the_bank_outlives_the_mandate_and_is_credited_to_the_principal(
    portal: None,
    pages: PageClient,
    anna: User,
    borys: User,
    bank: Bank,
    debts: Debts,
    start: Start,
    mandate_for: Callable[..., Mandate],
    is_revoked: bool,
) -> None:
    mandate = mandate_for(anna, borys, areas=["taxes"], rights=["see", "pay"])
    payment = start(borys, debts.add(anna))
    pages.sign_in(borys)
    pages.post("/konto/upowaznienia/dzialaj/", {"mandate": str(mandate.public_id)})
    if is_revoked:
        revoke_mandate(mandate_id=mandate.public_id, by=anna, party=Party.PRINCIPAL)
    bank.decide(payment.redirect_url, "pay")
    payment.refresh_from_db()
    (items, _paid_at, _payment_id) = debts.settled[0]
    assert payment.status == "paid" and items[0].subject_id == anna.identity.subject.pk
    told = set(Notice.objects.filter(topic="payments.paid").values_list("user", flat=True))
    assert told == ({anna.pk} if is_revoked else {anna.pk, borys.pk})
    status = 404 if is_revoked else 200
    for name in ("detail", "receipt", "receipt_pdf"):
        pages.get(reverse(f"payments:{name}", args=[payment.public_id]), status=status)
    back = pages.get(reverse("payments:return", args=[payment.public_id])).content.decode()
    assert (payment.reference in back) != is_revoked
    assert ("skończyło się w trakcie płatności" in back) == is_revoked
    history = pages.get(reverse("payments:history")).content.decode()
    assert (payment.reference in history) != is_revoked
    for name in ("detail", "receipt", "receipt_pdf", "return"):
        pages.get(reverse(f"payments:{name}", args=[payment.public_id]), user=anna)
