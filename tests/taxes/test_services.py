"""Writing the ledger: what a payment does, once, and what the database refuses."""

import uuid
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from eurzad.lib.identifiers import clean_nrb
from eurzad.lib.money import ZERO
from payments.payables import SettledItem, get
from portal.mandates.policy import Viewer
from portal.people.models import User
from taxes import services
from taxes.errors import LedgerError
from taxes.models import Allocation, Instalment, PaymentReceived
from taxes.selectors.debts import load_law, owed_on
from taxes.selectors.owed import PAYABLE_KIND

from .law import LAW
from .ledger import charge, instalment

MAY = date(2026, 5, 15)
AUGUST = date(2026, 8, 14)


def owed(row: Instalment, on: date):
    found = owed_on(Instalment.objects.filter(pk=row.pk), on, load_law())
    return found[0] if found else None


def settled_items(viewer: Viewer, row: Instalment, on: date) -> list[SettledItem]:
    return [
        SettledItem(
            item.kind, item.object_id, item.title, item.subject_id, item.principal, item.interest, item.costs
        )
        for item in get(PAYABLE_KIND).price(viewer, [row.public_id], on)
    ]


def test_the_database_holds_the_delivered_law(db):
    assert load_law() == LAW


def test_virtual_accounts_have_right_check_digits(db):
    assert clean_nrb(services.virtual_account(17)).endswith("000000000017")


def test_due_date_moves_and_late_delivery_extends_it(anna: User):
    row = instalment(charge(anna, (date(2026, 11, 15), "100.00")))
    assert (row.due_on, row.effective_due_on) == (date(2026, 11, 15), date(2026, 11, 16))


def test_part_payment_then_interest_from_the_original_date(anna: User):
    row = instalment(charge(anna, (MAY, "1000.00")))
    services.receive_payment(
        subject=anna.identity.subject,
        amount=Decimal(500),
        paid_on=AUGUST,
        channel="transfer",
        instalments=[row.public_id],
    )
    [line] = Allocation.objects.all()
    assert (line.principal, line.interest) == (Decimal("487.33"), Decimal("12.67"))
    later = owed(row, date(2026, 9, 14))
    assert later.debt.principal == Decimal("512.67")
    assert later.interest == Decimal("18.00")  # 122 days, not 31
    row.refresh_from_db()
    assert row.status == "open"


def test_civil_part_payment_carries_what_interest_it_left(anna: User):
    row = instalment(charge(anna, (date(2026, 3, 31), "2400.00"), type_code="lease"))
    services.receive_payment(
        subject=anna.identity.subject, amount=Decimal("11.30"), paid_on=date(2026, 9, 30), channel="cash"
    )
    assert owed(row, date(2026, 9, 30)).interest == Decimal("100.00")
    assert owed(row, date(2026, 10, 1)).interest == Decimal("100.61")


def test_delivered_reminder_costs_are_owed_and_paid_first(anna: User):
    row = instalment(charge(anna, (MAY, "100.00")))
    services.send_reminder(
        instalment=row, number="UP/1", sent_on=date(2026, 6, 5), delivered_on=date(2026, 6, 14)
    )
    assert owed(row, date(2026, 6, 13)).debt.costs == ZERO
    assert owed(row, date(2026, 6, 14)).debt.costs == Decimal("16.00")
    services.receive_payment(
        subject=anna.identity.subject, amount=Decimal("20.00"), paid_on=date(2026, 6, 20), channel="transfer"
    )
    [line] = Allocation.objects.all()
    assert (line.costs, line.principal, line.interest) == (Decimal("16.00"), Decimal("4.00"), ZERO)
    assert owed(row, AUGUST).debt.costs == ZERO


def test_money_without_designation_goes_to_the_oldest_and_the_rest_is_overpaid(anna: User):
    receivable = charge(anna, (date(2026, 9, 15), "100.00"), (date(2026, 11, 16), "50.00"))
    services.receive_payment(
        subject=anna.identity.subject, amount=Decimal("160.00"), paid_on=date(2026, 9, 1), channel="transfer"
    )
    assert set(Instalment.objects.filter(receivable=receivable).values_list("status", flat=True)) == {
        "settled"
    }
    assert sum(Allocation.objects.values_list("overpaid", flat=True)) == Decimal("10.00")


def test_money_for_a_subject_that_owes_nothing_is_refused(anna: User):
    with pytest.raises(LedgerError), transaction.atomic():
        services.receive_payment(
            subject=anna.identity.subject, amount=Decimal(1), paid_on=MAY, channel="cash"
        )


def test_a_portal_payment_settles_once_however_often_it_is_told(anna: User):
    row = instalment(charge(anna, (MAY, "1000.00")))
    items = settled_items(Viewer(anna), row, AUGUST)
    assert [(item.principal, item.interest) for item in items] == [(Decimal("1000.00"), Decimal("26.00"))]
    payment_id, paid_at = uuid.uuid4(), datetime(2026, 8, 14, 10, tzinfo=UTC)
    for _ in range(2):
        get(PAYABLE_KIND).settle(items, paid_at, payment_id)
    row.refresh_from_db()
    assert (row.status, row.settled_on, row.principal_paid) == ("settled", AUGUST, Decimal("1000.00"))
    [payment] = PaymentReceived.objects.all()
    assert (payment.payment_id, payment.amount, payment.channel) == (payment_id, Decimal("1026.00"), "portal")
    [line] = Allocation.objects.all()
    assert (line.principal, line.interest, line.overpaid) == (Decimal("1000.00"), Decimal("26.00"), ZERO)


def test_the_day_of_payment_is_the_day_in_warsaw(anna: User):
    row = instalment(charge(anna, (MAY, "1000.00")))
    items = settled_items(Viewer(anna), row, AUGUST)
    get(PAYABLE_KIND).settle(items, datetime(2026, 8, 13, 22, 30, tzinfo=UTC), uuid.uuid4())
    assert PaymentReceived.objects.get().paid_on == AUGUST


def test_a_debt_paid_by_other_means_meanwhile_makes_an_overpayment(anna: User):
    row = instalment(charge(anna, (MAY, "1000.00")))
    items = settled_items(Viewer(anna), row, MAY)
    services.receive_payment(subject=anna.identity.subject, amount=Decimal(1000), paid_on=MAY, channel="cash")
    get(PAYABLE_KIND).settle(items, datetime(2026, 5, 15, 10, tzinfo=UTC), uuid.uuid4())
    last = Allocation.objects.latest("pk")
    assert (last.principal, last.overpaid) == (ZERO, Decimal("1000.00"))


def test_price_leaves_out_what_is_paid_enforced_unknown_or_somebody_elses(anna: User, borys: User):
    paid = instalment(charge(anna, (MAY, "10.00"), title="a"))
    services.receive_payment(
        subject=anna.identity.subject,
        amount=Decimal(10),
        paid_on=MAY,
        channel="cash",
        instalments=[paid.public_id],
    )
    enforced = instalment(charge(anna, (MAY, "20.00"), title="b"))
    services.start_enforcement(instalment=enforced, on=AUGUST, title="SM/1")
    others = instalment(charge(borys, (MAY, "30.00"), title="c"))
    mine = instalment(charge(anna, (MAY, "40.00"), title="d"))
    ids = [row.public_id for row in (paid, enforced, others, mine)] + [uuid.uuid4()]
    priced = get(PAYABLE_KIND).price(Viewer(anna), ids, MAY)
    assert [(item.object_id, item.total, item.area) for item in priced] == [
        (mine.public_id, Decimal("40.00"), "taxes")
    ]


def test_price_needs_the_right_to_pay(anna: User, borys: User, mandate_for):
    row = instalment(charge(anna, (MAY, "40.00")))
    mandate = mandate_for(anna, borys, areas=["taxes"], rights=["see"])
    assert get(PAYABLE_KIND).price(Viewer(borys), [row.public_id], MAY) == []
    mandate.rights = ["see", "pay"]
    mandate.save()
    assert len(get(PAYABLE_KIND).price(Viewer(borys), [row.public_id], MAY)) == 1


def test_enforcement_starts_once(anna: User):
    row = instalment(charge(anna, (MAY, "20.00")))
    services.start_enforcement(instalment=row, on=AUGUST, title="SM/1")
    row.refresh_from_db()
    assert row.status == Instalment.Status.ENFORCEMENT
    with pytest.raises(LedgerError):
        services.start_enforcement(instalment=row, on=AUGUST, title="SM/2")


@pytest.mark.parametrize(
    "changes",
    [
        {"principal_paid": "20.01"},
        {"principal_paid": "-0.01"},
        {"status": "settled"},
        {"principal_paid": "20.00"},
        {"status": "enforcement"},
        {"status": "lost"},
        {"effective_due_on": date(2026, 5, 14)},
        {"amount": "0.00"},
    ],
)
def test_the_database_refuses_an_impossible_instalment(anna: User, changes):
    row = instalment(charge(anna, (MAY, "20.00")))
    with pytest.raises(IntegrityError), transaction.atomic():
        Instalment.objects.filter(pk=row.pk).update(**changes)


def test_a_receivable_without_instalments_is_refused(anna: User):
    account = charge(anna, (MAY, "20.00")).account
    with pytest.raises(LedgerError):
        services.assess(account=account, year=2026, title="x", parts=[], instalments=[])
