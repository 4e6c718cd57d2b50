"""Imports, payments and answers at the same moment, and the plans of the pages on a big ledger."""

import time
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from eurzad.lib.money import ZERO
from payments.payables import SettledItem
from portal.people.models import User
from taxes import services
from taxes.errors import LedgerError
from taxes.models import Account, Instalment, Overpayment, PaymentReceived, SourceSystem
from taxes.selectors.debts import load_law, owed_on
from taxes.selectors.owed import PAYABLE_KIND, _settled_group
from taxes.services import shown
from taxes.services.posting import Resolution
from tests.postgres.together import all_at_once
from tests.taxes.ledger import charge

pytestmark = [pytest.mark.postgres]

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
BILLS = 6


@pytest.fixture
def source(seeded: None, anna: User) -> SourceSystem:
    """A domain system with six bills of Anna's."""
    system = SourceSystem.objects.create(code="dom", name="System dziedzinowy")
    for number in range(BILLS):
        charge(anna, (date(2099, 5, 15), "100.00"), (date(2099, 9, 15), "100.00"), title=f"Podatek {number}")
    Account.objects.update(source=system)
    return system


def pay(row: Instalment, payment_id: uuid.UUID) -> None:
    item = SettledItem(PAYABLE_KIND, row.public_id, "x", row.subject_id, Decimal(100), ZERO, ZERO)
    services.settle_items([item], NOW, payment_id)


def load(source: SourceSystem, as_of: datetime) -> None:
    """An import that says nothing is paid, slow enough for payments to come in between."""
    with transaction.atomic():
        shown.hold_alone(source)
        Instalment.objects.update(
            principal_posted=0, principal_paid=0, status="open", settled_on=None, posted_on=None
        )
        time.sleep(0.3)
        services.finish_import(source=source, as_of=as_of, touched="SELECT id FROM taxes_instalment")


@pytest.mark.django_db(transaction=True)
def test_payments_while_imports_run_are_all_standing_after(source: SourceSystem) -> None:
    rows = list(Instalment.objects.order_by("pk"))
    ids = {row.pk: uuid.uuid4() for row in rows}

    def one(work: int) -> None:
        if work < 3:
            load(source, NOW + timedelta(minutes=work if work else 2))
        else:
            row = rows[work - 3]
            pay(row, ids[row.pk])

    def forgiving(work: int) -> None:
        try:
            one(work)
        except LedgerError as error:  # an import that came after a newer one
            assert work < 3 and error.code == "taxes.older_snapshot"

    all_at_once(forgiving, range(3 + len(rows)))
    assert set(Instalment.objects.values_list("status", "principal_paid")) == {("settled", Decimal(100))}
    assert PaymentReceived.objects.count() == len(rows)


@pytest.mark.django_db(transaction=True)
def test_baskets_in_opposite_orders_and_answers_do_not_block_each_other(source: SourceSystem) -> None:
    rows = list(Instalment.objects.order_by("pk"))
    paid = [uuid.uuid4() for _ in range(8)]

    def one(number: int) -> None:
        chosen = rows if number % 2 else rows[::-1]
        items = [
            SettledItem(PAYABLE_KIND, row.public_id, "x", row.subject_id, Decimal(10), ZERO, ZERO)
            for row in chosen
        ]
        services.settle_items(items, NOW, paid[number])
        services.acknowledge_payment(source=source, payment_id=paid[number], posted_at=NOW)
        load(source, NOW - timedelta(days=1))

    all_at_once(one, range(8))
    assert set(Instalment.objects.values_list("principal_paid", flat=True)) == {Decimal(80)}
    load(source, NOW)
    assert set(Instalment.objects.values_list("principal_paid", flat=True)) == {Decimal(0)}, (
        "the system says they are posted, and its book then says otherwise"
    )


def plans_of(work: Callable[[], object]) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        work()
    plans = []
    with connection.cursor() as cursor:
        for query in captured.captured_queries:
            if '"taxes_instalment"' in query["sql"]:
                cursor.execute(f"EXPLAIN {query['sql']}")
                plans.append("\n".join(line for (line,) in cursor.fetchall()))
    return plans


@pytest.mark.django_db
def test_one_subject_is_found_by_indexes_in_a_big_ledger(anna: User, borys: User) -> None:
    mine = charge(anna, (date(2026, 5, 15), "100.00"))
    other = charge(borys, (date(2026, 5, 15), "100.00"))
    template, account = other.instalments.get(), other.account
    with connection.cursor() as cursor:
        accounts = _multiply(cursor, account, 3000)
        receivables = _multiply(cursor, other, 3000, account_id=accounts)
        _multiply(cursor, template, 3000 * 8, account_id=accounts, receivable_id=receivables)
        cursor.execute(
            "INSERT INTO taxes_accountparty (account_id, subject_id, role, share, external_id) "
            "SELECT id, subject_id, 'main', '', '' FROM taxes_account WHERE id > %s",
            [account.pk],
        )
        for table in ("account", "accountparty", "receivable", "instalment"):
            cursor.execute(f"ANALYZE taxes_{table}")
    rows = Instalment.objects.for_subject(mine.account.subject_id, ["taxes", "fees"])
    law = load_law()
    owed = owed_on(rows, date(2026, 11, 23), law)
    assert [row.public_id for row in owed] == [mine.instalments.get().public_id]
    for plan in plans_of(lambda: owed_on(rows, date(2026, 11, 23), law)):
        assert "Seq Scan on taxes_instalment" not in plan and "Seq Scan on taxes_accountparty" not in plan
    for plan in plans_of(lambda: _settled_group(rows, "", 1)):
        assert "Seq Scan on taxes_instalment" not in plan and "Seq Scan on taxes_accountparty" not in plan


def _multiply(cursor: object, row: object, count: int, **pointing: str) -> str:
    """Insert `count` rows like `row`; returns SQL of the keys by running number `n`, for those that point at them."""
    table = row._meta.db_table
    values = []
    names = [field.column for field in row._meta.concrete_fields if field.column != "id"]
    unique = {
        "public_id": "gen_random_uuid()",
        "number": "n" if table == "taxes_instalment" else "'M/' || n",
        "virtual_account": "lpad(n::text, 26, '0')",
        "decision_number": "'D/' || n",
    }
    for name in names:
        if name in pointing:
            values.append(pointing[name])
        elif name in unique:
            values.append(unique[name])
        else:
            values.append(f't."{name}"')
    columns = ", ".join(f'"{name}"' for name in names)
    cursor.execute(f"SELECT COALESCE(MAX(id), 0) FROM {table}")
    first = cursor.fetchone()[0]
    cursor.execute(
        f"INSERT INTO {table} ({columns}) SELECT {', '.join(values)} "
        f"FROM {table} t, generate_series(1, {count}) n WHERE t.id = {row.pk}"
    )
    cursor.execute(f"SELECT MIN(id) FROM {table} WHERE id > {first}")
    return f"({cursor.fetchone()[0]} + (n - 1) %% {count})".replace("%%", "%")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("resolution", list(Resolution))
def test_a_clerk_resolves_a_rejected_payment_while_imports_run(
    source: SourceSystem, filip: User, resolution: Resolution
) -> None:
    row = Instalment.objects.order_by("pk").first()
    assert row is not None
    payment_id = uuid.uuid4()
    pay(row, payment_id)
    services.reject_payment(source=source, payment_id=payment_id, reason="nieznana należność")
    payment = PaymentReceived.objects.get()

    def one(work: int) -> str:
        try:
            if work < 3:
                load(source, NOW - timedelta(minutes=3 - work))
            else:
                services.resolve_rejected(
                    clerk=filip, payment=payment, resolution=resolution, reason="ustalono"
                )
        except LedgerError as error:
            return str(error.code)
        return ""

    outcomes = all_at_once(one, range(6))
    assert set(outcomes[:3]) <= {"", "taxes.older_snapshot"}
    assert sorted(outcomes[3:]) == ["", "taxes.not_rejected", "taxes.not_rejected"], "one clerk alone decides"
    row.refresh_from_db()
    is_owed = resolution is Resolution.OVERPAYMENT
    assert (row.principal_paid, row.status) == ((ZERO, "open") if is_owed else (Decimal(100), "settled"))
    assert list(Overpayment.objects.values_list("left", flat=True)) == ([Decimal(100)] if is_owed else [])


@pytest.mark.django_db(transaction=True)
def test_a_clerk_and_the_systems_own_answer_at_once_count_the_payment_once(
    source: SourceSystem, filip: User
) -> None:
    rows = list(Instalment.objects.order_by("pk"))
    paid = {row.pk: uuid.uuid4() for row in rows}
    for row in rows:
        pay(row, paid[row.pk])
        services.reject_payment(source=source, payment_id=paid[row.pk], reason="nieznana należność")

    def one(work: int) -> None:
        row = rows[work // 2]
        payment = PaymentReceived.objects.get(payment_id=paid[row.pk])
        try:
            if work % 2:
                services.acknowledge_payment(source=source, payment_id=paid[row.pk], posted_at=NOW)
            else:
                services.resolve_rejected(
                    clerk=filip, payment=payment, resolution=Resolution.OVERPAYMENT, reason="zwrot"
                )
        except LedgerError as error:
            assert error.code in ("taxes.not_rejected", "taxes.payment_resolved")

    all_at_once(one, range(2 * len(rows)))
    for row in rows:
        row.refresh_from_db()
        payment = PaymentReceived.objects.get(payment_id=paid[row.pk])
        given_back = sum(Overpayment.objects.filter(payment=payment).values_list("left", flat=True), ZERO)
        assert row.principal_paid + given_back == Decimal(100), payment.posting
