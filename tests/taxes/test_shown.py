"""The domain system's book and the payments made here: what is shown, whatever happens in whatever order.

A small domain system of the test's own posts payments when it likes, and sends snapshots, also old ones.
"""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import F, Sum
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from eurzad.lib.money import ZERO
from payments.payables import SettledItem
from portal.people.models import User
from portal.people.services import create_subject
from taxes import services
from taxes.demo_town import invented_pesel
from taxes.errors import LedgerError
from taxes.models import (
    Account,
    Allocation,
    Instalment,
    LedgerEntry,
    Overpayment,
    PaymentReceived,
    SourceSystem,
)
from taxes.selectors.debts import load_law, owed_on
from taxes.selectors.owed import PAYABLE_KIND
from taxes.services.posting import Resolution

from .ledger import charge

DAY = date(2026, 11, 1)
START = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
BILLS = {"property_tax": ((date(2026, 5, 15), "1000.00"), (date(2099, 9, 15), "300.00"))} | {
    "lease": ((date(2026, 3, 31), "2400.00"),)
}


@dataclass
class Posted:
    """What the domain system's own book says of one instalment."""

    principal: Decimal = ZERO
    interest_until: date | None = None
    carried: Decimal = ZERO
    by: list[uuid.UUID] = field(default_factory=list)


def as_owed(row: Instalment) -> Decimal:
    return sum((one.total for one in owed_on(Instalment.objects.filter(pk=row.pk), DAY, load_law())), ZERO)


def pay(row: Instalment, amount: Decimal, payment_id: uuid.UUID, day: date = DAY) -> None:
    item = SettledItem(PAYABLE_KIND, row.public_id, "x", row.subject_id, amount, ZERO, ZERO)
    services.settle_items([item], datetime(day.year, day.month, day.day, 12, tzinfo=UTC), payment_id)


def load_snapshot(
    source: SourceSystem, book: dict[int, Posted], as_of: datetime, *, names: bool = True
) -> None:
    """Import as the loader does: the book's columns, entries that name our payments, then `finish_import`."""
    with transaction.atomic():
        for pk, posted in book.items():
            row = Instalment.objects.get(pk=pk)
            is_settled = posted.principal == row.amount
            Instalment.objects.filter(pk=pk).update(
                principal_posted=posted.principal, posted_accrued_until=posted.interest_until,
                posted_carried=posted.carried, posted_on=DAY if posted.by else None,
                principal_paid=posted.principal, status="settled" if is_settled else "open",
                settled_on=DAY if is_settled else None,
            )  # fmt: skip
            known = set(LedgerEntry.objects.filter(source=source).values_list("payment_id", flat=True))
            for payment_id in set(posted.by) - known if names else ():
                LedgerEntry.objects.create(
                    source=source, external_id=f"{payment_id}-{pk}", receivable_id=row.receivable_id, instalment=row,
                    kind="payment", on=DAY, principal=1, payment_id=payment_id, recorded_at=as_of,
                )  # fmt: skip
        keys = ", ".join(str(pk) for pk in book)
        services.finish_import(
            source=source, as_of=as_of, touched=f"SELECT id FROM taxes_instalment WHERE id IN ({keys})"
        )


class Interleavings(RuleBasedStateMachine):
    """Payments, postings, snapshots old and new, acknowledgements, rejections and a clerk, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.life = transaction.atomic()
        self.life.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.life.__exit__(None, None, None)

    @initialize()
    def set_up(self) -> None:
        self.source = SourceSystem.objects.create(code="dom", name="System dziedzinowy")
        subject = create_subject(
            identifiers={"pesel": invented_pesel(date(1871, 1, 1), 1000)}, kind="person", given_name="A",
            family_name="B",
        )  # fmt: skip
        self.clerk = User.objects.create(username="k", kind=User.Kind.STAFF)
        self.rows: list[Instalment] = []
        for code, bill in BILLS.items():
            receivable = charge(subject, *bill, type_code=code)
            Account.objects.filter(pk=receivable.account_id).update(source=self.source)
            self.rows += list(receivable.instalments.order_by("number"))
        self.book = {row.pk: Posted() for row in self.rows}
        self.clock = START
        self.snapshots: list[tuple[datetime, dict[int, Posted]]] = []
        self.payments: list[uuid.UUID] = []
        self.posted: dict[uuid.UUID, datetime] = {}
        self.rejected: set[uuid.UUID] = set()
        self.gone: set[uuid.UUID] = set()
        self.ceiling = {row.pk: as_owed(row) for row in self.rows}

    def tick(self) -> datetime:
        self.clock += timedelta(minutes=1)
        return self.clock

    @rule(index=st.integers(0, 2), percent=st.sampled_from([1, 40, 100, 130]))
    def pay_here(self, index: int, percent: int) -> None:
        row = self.rows[index]
        amount = max(Decimal("0.01"), (as_owed(row) * percent / 100).quantize(Decimal("0.01")))
        payment_id = uuid.uuid4()
        pay(row, amount, payment_id)
        pay(row, amount, payment_id)  # the event told twice
        self.payments.append(payment_id)

    @precondition(lambda self: self.payments)
    @rule(data=st.data())
    def post(self, data: st.DataObject) -> None:
        """The domain system takes a payment in, as it was credited here."""
        open_ones = [one for one in self.payments if one not in self.posted and one not in self.gone]
        if not open_ones:
            return
        payment_id = open_ones[0]  # in the order of payment
        if payment_id in self.rejected and not data.draw(st.booleans()):
            return
        self.posted[payment_id] = self.tick()
        for line in Allocation.objects.filter(payment__payment_id=payment_id):
            mine = self.book[line.instalment_id]
            mine.principal += line.principal
            mine.by = [*mine.by, payment_id]
            if line.interest_left is not None:
                mine.interest_until, mine.carried = DAY, line.interest_left

    @rule()
    def take_snapshot(self) -> None:
        copy = {
            pk: Posted(one.principal, one.interest_until, one.carried, list(one.by))
            for pk, one in self.book.items()
        }
        self.snapshots.append((self.tick(), copy))

    @precondition(lambda self: self.snapshots)
    @rule(data=st.data())
    def load(self, data: st.DataObject) -> None:
        """Load any snapshot that is not older than the last: a stale one counts, the same twice as well."""
        as_of, book = data.draw(st.sampled_from(self.snapshots))
        self.source.refresh_from_db()
        if self.source.as_of is not None and as_of < self.source.as_of:
            with pytest.raises(LedgerError), transaction.atomic():
                load_snapshot(self.source, book, as_of)
            return
        load_snapshot(self.source, book, as_of)

    @precondition(lambda self: self.posted)
    @rule(data=st.data())
    def acknowledge(self, data: st.DataObject) -> None:
        payment_id = data.draw(st.sampled_from(sorted(self.posted)))
        for _twice in range(2):
            services.acknowledge_payment(
                source=self.source, payment_id=payment_id, posted_at=self.posted[payment_id]
            )

    @precondition(lambda self: self.payments)
    @rule(data=st.data())
    def reject(self, data: st.DataObject) -> None:
        waiting = [one for one in self.payments if one not in self.posted and one not in self.gone]
        if not waiting:
            return
        payment_id = data.draw(st.sampled_from(waiting))
        services.reject_payment(source=self.source, payment_id=payment_id, reason="kartoteka zamknięta")
        self.rejected.add(payment_id)

    @precondition(lambda self: self.rejected)
    @rule(data=st.data(), resolution=st.sampled_from([Resolution.SEND_AGAIN, Resolution.OVERPAYMENT]))
    def resolve(self, data: st.DataObject, resolution: Resolution) -> None:
        payment_id = data.draw(st.sampled_from(sorted(self.rejected)))
        payment = PaymentReceived.objects.get(payment_id=payment_id)
        if payment.posting != "rejected" or payment_id in self.posted:
            return
        services.resolve_rejected(
            clerk=self.clerk, payment=payment, resolution=resolution, reason="sprawdzono"
        )
        self.rejected.discard(payment_id)
        if resolution is Resolution.OVERPAYMENT:
            # A clerk gave the money back to the payer's disposal: the debts stand again, and only so much.
            self.gone.add(payment_id)
            credited = {line.instalment_id: line for line in Allocation.objects.filter(payment=payment)}
            for row in self.rows:
                if row.pk in credited:
                    self.ceiling[row.pk] = as_owed(row)

    @invariant()
    def the_amount_due_never_rises(self) -> None:
        for row in getattr(self, "rows", ()):
            due = as_owed(row)
            assert ZERO <= due <= self.ceiling[row.pk]
            self.ceiling[row.pk] = due

    @invariant()
    def nothing_is_credited_twice(self) -> None:
        credited = F("principal") + F("interest") + F("costs") + F("overpaid")
        for payment in PaymentReceived.objects.all():
            total = payment.allocations.aggregate(sum=Sum(credited))["sum"]
            assert total == payment.amount
        for row in Instalment.objects.all():
            assert ZERO <= row.principal_paid <= row.amount
        for over in Overpayment.objects.all():
            assert over.amount <= over.payment.amount


def test_whatever_the_order_the_amount_due_never_rises(db):
    run_state_machine_as_test(
        Interleavings, settings=settings(max_examples=12, stateful_step_count=14, deadline=None)
    )


def test_a_snapshot_from_before_the_posting_brings_nothing_back(anna):
    """Payment; imports before the posting, between posting and answer, after it, each twice, and an old one late."""
    source = SourceSystem.objects.create(code="dom", name="System dziedzinowy")
    row = charge(anna, (date(2026, 5, 15), "1000.00")).instalments.get()
    Account.objects.update(source=source)
    unpaid, first = {row.pk: Posted()}, START
    load_snapshot(source, unpaid, first)
    payment_id = uuid.uuid4()
    pay(row, as_owed(row), payment_id)
    at = [first + timedelta(hours=hour) for hour in range(1, 6)]
    for as_of in (at[0], at[0]):
        load_snapshot(source, unpaid, as_of)
        assert as_owed(row) == ZERO
    services.acknowledge_payment(source=source, payment_id=payment_id, posted_at=at[2])
    assert as_owed(row) == ZERO
    load_snapshot(source, unpaid, at[1])  # taken before the posting, loaded after the answer
    assert as_owed(row) == ZERO
    paid = {row.pk: Posted(Decimal("1000.00"), by=[payment_id])}
    for as_of in (at[3], at[3]):
        load_snapshot(source, paid, as_of)
        assert as_owed(row) == ZERO
    payment = PaymentReceived.objects.get()
    assert (payment.posting, payment.posted_at) == ("acknowledged", at[2])
    with pytest.raises(LedgerError), transaction.atomic():
        load_snapshot(source, unpaid, at[1])
    assert as_owed(row) == ZERO
    load_snapshot(source, unpaid, at[4])  # what the system itself took back is owed again
    assert as_owed(row) > Decimal(1000)


def test_a_posting_that_names_the_payment_needs_no_answer(anna):
    source = SourceSystem.objects.create(code="dom", name="System dziedzinowy")
    row = charge(anna, (date(2099, 5, 15), "1000.00")).instalments.get()
    Account.objects.update(source=source)
    payment_id = uuid.uuid4()
    pay(row, Decimal(400), payment_id)
    load_snapshot(source, {row.pk: Posted(Decimal(400), by=[payment_id])}, START)
    assert as_owed(row) == Decimal(600), "neither twice nor not at all"
    assert PaymentReceived.objects.get().posting == "acknowledged"


def test_who_may_not_answer_and_what_cannot_be_answered(anna):
    source = SourceSystem.objects.create(code="dom", name="System dziedzinowy")
    other = SourceSystem.objects.create(code="inny", name="Inny")
    row = charge(anna, (date(2099, 5, 15), "1000.00")).instalments.get()
    Account.objects.update(source=source)
    payment_id = uuid.uuid4()
    pay(row, Decimal(400), payment_id)
    for system, key in ((other, payment_id), (source, uuid.uuid4())):
        with pytest.raises(LedgerError):
            services.acknowledge_payment(source=system, payment_id=key)
    with pytest.raises(LedgerError):
        services.reject_payment(source=source, payment_id=payment_id, reason="  ")
    services.reject_payment(source=source, payment_id=payment_id, reason="pierwszy powód")
    services.reject_payment(source=source, payment_id=payment_id, reason="drugi powód")
    assert PaymentReceived.objects.get().rejection_reason == "pierwszy powód"
    services.acknowledge_payment(source=source, payment_id=payment_id)
    with pytest.raises(LedgerError):
        services.reject_payment(source=source, payment_id=payment_id, reason="za późno")
    assert as_owed(row) == Decimal(600)
