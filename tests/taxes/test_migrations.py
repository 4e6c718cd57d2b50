"""Ledgers from before the book was kept apart owe, and show, the same afterwards; back and forth too."""

import uuid
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

BEFORE = [("taxes", "0003_law_complete")]

pytestmark = pytest.mark.django_db(transaction=True)


def old_ledger(apps: Any) -> None:
    """A tax paid in part by transfer and in part here, a lease with interest carried, one enforced, one overpaid."""

    def model(name: str) -> Any:
        return apps.get_model("taxes", name).objects

    types = apps.get_model("taxes", "ReceivableType")
    flags = {
        "area": "taxes",
        "legal_basis": "x",
        "shifts_due_date": True,
        "rounding": "grosz",
        "has_threshold": False,
    }
    for code, regime, order in (
        ("property_tax", "tax", "proportional"),
        ("lease", "civil", "interest_first"),
    ):
        values = {**flags, "name": code, "regime": regime, "credit_order": order}
        types.objects.get_or_create(code=code, defaults=values)
    subject = apps.get_model("people", "Subject").objects.create(
        kind="person", given_name="A", family_name="B"
    )
    payments = {
        name: model("PaymentReceived").create(
            subject=subject, channel=channel, amount=Decimal(amount), paid_on=date(2026, 9, day),
            payment_id=uuid.uuid4() if channel == "portal" else None,
        )
        for name, channel, amount, day in (
            ("transfer", "transfer", "100.00", 1), ("here", "portal", "216.00", 2), ("rent", "portal", "50.00", 3),
            ("too much", "portal", "330.00", 4),
        )
    }  # fmt: skip
    day = date(2026, 5, 15)

    def bill(number: int, code: str, **values: Any) -> Any:
        account = model("Account").create(
            subject=subject, type=types.objects.get(code=code), number=f"M/{number}",
            virtual_account=f"{number:026d}", object_description="dom",
        )  # fmt: skip
        receivable = model("Receivable").create(
            account=account, year=2026, title=f"{number}", total=Decimal(500), decision_number="1",
            decision_on=date(2026, 1, 20),
        )  # fmt: skip
        row = {"number": 1, "amount": Decimal(500), "due_on": day, "effective_due_on": day, **values}
        return model("Instalment").create(receivable=receivable, subject=subject, **row)

    def credit(payment: str, row: Any, **parts: str) -> None:
        amounts = {name: Decimal(value) for name, value in parts.items()}
        model("Allocation").create(payment=payments[payment], instalment=row, **amounts)

    tax = bill(1, "property_tax", principal_paid=Decimal(300), costs_paid=Decimal(16))
    credit("transfer", tax, principal="100")
    credit("here", tax, principal="200", costs="16")
    rent = bill(
        2, "lease", principal_paid=Decimal(30), interest_accrued_until=date(2026, 9, 3),
        interest_carried=Decimal("1.50"),
    )  # fmt: skip
    credit("rent", rent, principal="30", interest="20")
    bill(3, "property_tax", status="enforcement", enforced_on=date(2026, 8, 1), enforcement_title="TW/1")
    done = bill(
        4, "property_tax", status="settled", settled_on=date(2026, 9, 4), amount=Decimal(300),
        principal_paid=Decimal(300),
    )  # fmt: skip
    credit("too much", done, principal="300", overpaid="30")


SHOWN = (
    "receivable__title", "status", "amount", "principal_paid", "costs_paid", "interest_accrued_until",
    "interest_carried", "settled_on",
)  # fmt: skip


def shown() -> list[Any]:
    from taxes.models import Instalment

    return list(Instalment.objects.order_by("receivable__title").values_list(*SHOWN))


def check_ledger_of_before(*, also_back: bool) -> None:
    """Migrate a filled ledger forward, recompute what is shown; perhaps back and forward again (slow on SQLite)."""
    leaves = MigrationExecutor(connection).loader.graph.leaf_nodes()
    people = [node for node in leaves if node[0] == "people"]
    try:
        MigrationExecutor(connection).migrate(BEFORE)
        old = MigrationExecutor(connection).loader.project_state([*BEFORE, *people]).apps
        old_ledger(old)
        before = list(
            old.get_model("taxes", "Instalment").objects.order_by("receivable__title").values_list(*SHOWN)
        )
    finally:
        MigrationExecutor(connection).migrate(leaves)

    from taxes.models import Account, AccountParty, Allocation, Instalment, Overpayment, PaymentReceived
    from taxes.services import shown as showing

    assert shown() == before
    showing.refresh(list(Instalment.objects.values_list("pk", flat=True)))
    assert shown() == before, "the figures shown come out of the book and the payments made here"
    tax, rent, _enforced, done = Instalment.objects.order_by("receivable__title")
    assert (tax.principal_posted, tax.costs_posted, tax.assessed_amount) == (Decimal(100), 0, Decimal(500))
    assert (rent.principal_posted, rent.posted_carried) == (0, Decimal("21.50"))
    assert done.principal_posted == 0 and tax.account.number == "M/1"
    assert AccountParty.objects.filter(role="main").count() == Account.objects.count() == 4
    assert set(PaymentReceived.objects.values_list("channel", "posting")) == {
        ("transfer", ""), ("portal", "awaiting"),
    }  # fmt: skip
    assert Allocation.objects.get(instalment=rent).interest_left == Decimal("1.50")
    [overpaid] = Overpayment.objects.all()
    assert (overpaid.account, overpaid.left, overpaid.cause) == (done.account, Decimal(30), "payment")
    assert overpaid.payment.amount == Decimal(330)

    if not also_back:
        return
    try:
        MigrationExecutor(connection).migrate(BEFORE)
    finally:
        MigrationExecutor(connection).migrate(leaves)
    assert shown() == before and Overpayment.objects.get().left == Decimal(30)


def test_a_ledger_of_before_owes_the_same() -> None:
    check_ledger_of_before(also_back=False)
