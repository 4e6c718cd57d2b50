"""Turns in which money could get lost or be counted twice: reliefs after a payment, books that tell of it too."""

import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from eurzad.lib.money import ZERO
from portal.mandates.policy import Viewer
from taxes import services
from taxes.errors import LedgerError
from taxes.models import (
    Account,
    AccountParty,
    Allocation,
    Decision,
    Instalment,
    LedgerEntry,
    Overpayment,
    PaymentReceived,
    SourceSystem,
)
from taxes.selectors.debts import load_law, owed_on
from taxes.selectors.payments import overpayments
from taxes.services.posting import Resolution

from .ledger import charge
from .test_shown import START, Posted, as_owed, load_snapshot, pay

REMISSION = LedgerEntry.Kind.REMISSION
DAY = date(2026, 11, 2)


@pytest.fixture
def bill(anna) -> Instalment:
    return charge(anna, (date(2099, 5, 15), "100.00")).instalments.get()


def again(row: Instalment) -> Instalment:
    return Instalment.objects.get(pk=row.pk)


def left_over() -> list[tuple[str, Decimal]]:
    return list(Overpayment.objects.filter(left__gt=0).order_by("pk").values_list("cause", "left"))


def transfer(row: Instalment, amount: str) -> None:
    services.receive_payment(
        subject=row.subject, amount=Decimal(amount), paid_on=date(2026, 11, 1), channel="transfer",
        instalments=[row.public_id],
    )  # fmt: skip


@pytest.mark.parametrize("is_posted", [True, False])
def test_what_is_remitted_after_it_was_paid_is_an_overpayment(bill, is_posted):
    if is_posted:
        transfer(bill, "100.00")
    else:
        pay(bill, Decimal(100), uuid.uuid4(), date(2026, 11, 1))
    services.take_off(instalment=bill, amount=Decimal(30), on=DAY, kind=REMISSION)
    services.take_off(instalment=bill, amount=Decimal(20), on=DAY, kind=REMISSION)
    row = again(bill)
    assert left_over() == [("reduction", Decimal(30)), ("reduction", Decimal(20))]
    assert (row.amount, row.principal_paid, row.status) == (Decimal(50), Decimal(50), "settled")
    assert row.settled_on == date(2026, 11, 1), "it was paid that day, whatever was taken off since"


def test_a_remission_of_what_is_left_and_more(bill):
    transfer(bill, "60.00")
    services.take_off(instalment=bill, amount=Decimal(40), on=DAY, kind=REMISSION)
    assert left_over() == [] and again(bill).status == "settled"
    services.take_off(instalment=bill, amount=Decimal(60), on=DAY, kind=REMISSION)
    assert left_over() == [("reduction", Decimal(60))] and again(bill).amount == ZERO
    with pytest.raises(LedgerError):
        services.take_off(instalment=bill, amount=Decimal("0.01"), on=DAY, kind=REMISSION)


def test_a_deferral_to_a_day_off_ends_on_the_next_working_day(anna):
    row = charge(anna, (date(2026, 5, 15), "1000.00")).instalments.get()
    decision = Decision.objects.create(
        account=row.account, kind=Decision.Kind.DEFERRAL, number="O.1", decided_on=date(2026, 5, 4)
    )
    saturday = date(2026, 8, 15)
    services.defer(instalment=row, until=saturday, decision=decision, fee=Decimal(14))
    on_monday = owed_on(Instalment.objects.filter(receivable=row.receivable), date(2026, 8, 17), load_law())
    assert {one.debt.effective_due for one in on_monday} == {date(2026, 8, 17)}
    assert sum(one.total for one in on_monday) == Decimal(1014), "no interest on the last day of the deferral"


def test_what_one_co_owner_paid_too_much_is_not_the_others(bill, anna, borys):
    AccountParty.objects.create(account=bill.account, subject=borys.identity.subject)
    services.receive_payment(
        subject=borys.identity.subject, amount=Decimal(130), paid_on=DAY, channel="transfer",
        instalments=[bill.public_id],
    )  # fmt: skip
    Overpayment.objects.create(
        account=bill.account, cause="reduction", arose_on=DAY, amount=Decimal(5), left=Decimal(5)
    )

    def seen(user):
        return sorted(row.amount for row in overpayments(Viewer(user))[1])

    assert seen(borys) == ["30,00\u00a0zł", "5,00\u00a0zł"] and seen(anna) == ["5,00\u00a0zł"]


@pytest.fixture
def source(bill) -> SourceSystem:
    system = SourceSystem.objects.create(code="dom", name="System dziedzinowy")
    Account.objects.update(source=system)
    return system


def test_an_overpayment_is_told_here_until_the_book_contains_the_payment(bill, source):
    payment = uuid.uuid4()
    pay(bill, Decimal(130), payment)
    assert left_over() == [("payment", Decimal(30))]
    load_snapshot(source, {bill.pk: Posted()}, START)
    assert left_over() == [("payment", Decimal(30))], "a book that does not know of it takes nothing away"
    Overpayment.objects.create(
        account=bill.account, source=source, external_id="N1", cause="payment", arose_on=DAY, amount=Decimal(30),
        left=Decimal(30),
    )  # fmt: skip
    load_snapshot(source, {bill.pk: Posted(Decimal(100), by=[payment])}, START + timedelta(hours=1))
    assert left_over() == [("payment", Decimal(30))] and Overpayment.objects.count() == 2
    assert as_owed(bill) == ZERO


def test_a_payment_made_an_overpayment_that_the_system_posts_after_all_counts_once(bill, source, filip):
    payment = uuid.uuid4()
    pay(bill, Decimal(100), payment)
    services.reject_payment(source=source, payment_id=payment, reason="nieznana należność")
    row = PaymentReceived.objects.get()
    services.resolve_rejected(clerk=filip, payment=row, resolution=Resolution.OVERPAYMENT, reason="zwrot")
    assert as_owed(bill) == Decimal(100) and left_over() == [("rejected", Decimal(100))]
    load_snapshot(source, {bill.pk: Posted(Decimal(100), by=[payment])}, START)
    assert as_owed(bill) == ZERO and left_over() == [], "either the debt or the overpayment, never both gone"


def test_an_overpayment_already_given_back_stays_so_and_the_payment_with_it(bill, source, filip):
    payment = uuid.uuid4()
    pay(bill, Decimal(100), payment)
    services.reject_payment(source=source, payment_id=payment, reason="nieznana należność")
    services.resolve_rejected(
        clerk=filip, payment=PaymentReceived.objects.get(), resolution=Resolution.OVERPAYMENT, reason="zwrot"
    )
    Overpayment.objects.update(left=Decimal(40))
    load_snapshot(source, {bill.pk: Posted(Decimal(100), by=[payment])}, START)
    assert left_over() == [("rejected", Decimal(40))]
    assert PaymentReceived.objects.get().posting == "overpayment"


def test_a_debt_that_an_import_closed_while_it_was_being_paid_keeps_the_money(bill, source):
    Instalment.objects.filter(pk=bill.pk).update(amount=0, status="settled", settled_on=DAY)
    moment = datetime(2026, 11, 2, 9, tzinfo=UTC)
    payment = uuid.uuid4()
    for _twice in range(2):
        pay(bill, Decimal(100), payment, moment.date())
    assert left_over() == [("payment", Decimal(100))]
    assert [row.overpaid for row in Allocation.objects.all()] == [Decimal(100)]
