"""The ledger of the demo town, and an own copy of it for each visitor."""

import random
import uuid
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import models, transaction

from eurzad.lib.money import ZERO, round_grosz
from portal.people.models import Subject
from portal.people.removal import Hanging
from portal.people.services import create_subject, find_subject
from taxes import services
from taxes.demo_kinds import KINDS, Kind, year_instalments
from taxes.demo_town import Payer, Plan, co_owner, payers
from taxes.models import (
    Account,
    AccountObject,
    AccountParty,
    Allocation,
    Arrangement,
    Component,
    Decision,
    DecisionDocument,
    Instalment,
    LedgerEntry,
    Overpayment,
    PaymentReceived,
    Receivable,
    ReceivableType,
    ReminderCost,
)
from taxes.selectors.debts import load_law, owed_on

YEARS = 3
Event = tuple[date, Callable[[], object]]
Habit = Callable[["Story"], Iterator[Event]]


@transaction.atomic
def load(today: date) -> dict[str, int]:
    """Fill the ledger for `today`'s year and the two before; leaves alone a subject that has accounts.

    Returns how many subjects, accounts and receivables there are now.
    """
    types = {kind.code: kind for kind in ReceivableType.objects.all()}
    payer_number = Account.objects.count()
    for payer in payers():
        subject = _find_or_create(payer)
        if Account.objects.filter(subject=subject).exists():
            continue
        events: list[Event] = []
        for plan in payer.plans:
            payer_number += 1
            kind = KINDS[plan.kind]
            account = _account(subject, types[kind.type_code], kind, plan, payer_number)
            story = Story(account, kind, plan, today, random.Random(payer_number))  # noqa: S311 - demo data
            events += story.events()
        for _day, happen in sorted(events, key=lambda event: event[0]):
            happen()
    return {
        "subjects": Account.objects.values("subject").distinct().count(),
        "accounts": Account.objects.count(),
        "receivables": Receivable.objects.count(),
    }


def _find_or_create(payer: Payer) -> Subject:
    scheme, value = next(iter(payer.identifiers.items()))
    return find_subject(scheme, value) or create_subject(identifiers=payer.identifiers, **payer.fields)


def _account(subject: Subject, type_: ReceivableType, kind: Kind, plan: Plan, payer_number: int) -> Account:
    return services.open_account(
        subject=subject,
        type_=type_,
        number=f"{kind.prefix}/{payer_number:012d}",
        payer_number=payer_number,
        object_description=kind.describe(plan.size),
        object_address=plan.address,
        co_owners=[(_find_or_create(co_owner()), "1/2")] if plan.co_owner else [],
    )


class Story:
    """How one account went over the years: assessed, and paid the way its payer pays."""

    def __init__(self, account: Account, kind: Kind, plan: Plan, today: date, chance: random.Random) -> None:
        self.account, self.kind, self.plan, self.today, self.chance = account, kind, plan, today, chance
        self.receivables = [
            _assess(account, kind, plan, year, step, today)
            for step, year in enumerate(range(today.year - YEARS + 1, today.year + 1))
        ]
        self.payers = list(Subject.objects.filter(pk__in=account.parties.values("subject")).order_by("pk"))
        rows = Instalment.objects.filter(receivable__account=account).order_by("effective_due_on", "pk")
        self.instalments = list(rows)

    def events(self) -> list[Event]:
        """Return what happened until today."""
        return [event for event in HABITS[self.plan.habit](self) if event[0] <= self.today]

    @property
    def due(self) -> list[Instalment]:
        """Instalments whose date has passed."""
        return [row for row in self.instalments if row.effective_due_on <= self.today]

    @property
    def last_autumn(self) -> Instalment:
        """The last instalment of last year."""
        return [row for row in self.instalments if row.due_on.year < self.today.year][-1]

    def pay(self, row: Instalment, on: date, *, share: Decimal = Decimal(1), extra: Decimal = ZERO) -> Event:
        """Pay what is owed on that day, a share of it, or more."""
        channel = self.chance.choice([PaymentReceived.Channel.TRANSFER, PaymentReceived.Channel.CASH])
        payer = self.payers[row.number % len(self.payers)]

        def happen() -> None:
            owed = owed_on(Instalment.objects.filter(pk=row.pk), on, load_law())
            amount = round_grosz(sum((item.total for item in owed), ZERO) * share) + extra
            if amount:
                services.receive_payment(
                    subject=payer,
                    amount=amount,
                    paid_on=on,
                    channel=channel,
                    instalments=[row.public_id],
                )

        return on, happen

    def pay_in_time(self, rows: Iterable[Instalment]) -> Iterator[Event]:
        """Pay each a few days before its date."""
        for row in rows:
            yield self.pay(row, row.effective_due_on - timedelta(days=self.chance.randrange(8)))

    def remind(self, row: Instalment) -> Iterator[Event]:
        """Send a reminder three weeks late and deliver it nine days after; only public dues have reminders."""
        if not self.kind.is_tax:
            return
        sent_on = row.effective_due_on + timedelta(days=21)
        delivered_on = sent_on + timedelta(days=9)

        def happen() -> None:
            services.send_reminder(
                instalment=row, number=f"UP/{sent_on.year}/{row.pk:05d}", sent_on=sent_on,
                delivered_on=delivered_on if delivered_on <= self.today else None,
            )  # fmt: skip

        yield sent_on, happen

    def decide(self, row: Instalment, kind: str, on: date) -> Decision:
        """A decision on a relief, delivered a week later."""
        return Decision.objects.create(
            account=self.account, receivable_id=row.receivable_id, kind=kind, number=f"FN.3142.{row.pk}.{on.year}",
            decided_on=on, delivered_on=min(on + timedelta(days=7), self.today),
        )  # fmt: skip

    def enforce(self, row: Instalment) -> Iterator[Event]:
        """Hand over to the enforcement body four months late; only public dues go there without a court."""
        on = row.effective_due_on + timedelta(days=120)
        if self.kind.is_tax:
            yield (
                on,
                lambda: services.start_enforcement(
                    instalment=row,
                    on=on,
                    title=f"SM/{on.year}/{row.pk:05d}",
                    body="Naczelnik Urzędu Skarbowego w Jarzębinie",
                ),
            )


def _prompt(story: Story) -> Iterator[Event]:
    yield from story.pay_in_time(story.due)


def _ahead(story: Story) -> Iterator[Event]:
    """Each year's instalments together, on the first date."""
    for row in story.instalments:
        first = next(other for other in story.instalments if other.receivable_id == row.receivable_id)
        yield story.pay(row, min(first.effective_due_on - timedelta(days=2), story.today))


def _late(story: Story) -> Iterator[Event]:
    for index, row in enumerate(story.due):
        if index % 3 == 1:
            yield story.pay(row, row.effective_due_on + timedelta(days=20 + story.chance.randrange(60)))
        else:
            yield from story.pay_in_time([row])


def _arrears(story: Story) -> Iterator[Event]:
    """The last two that fell due are not paid; the older one was reminded of."""
    yield from story.pay_in_time(story.due[:-2])
    if len(story.due) > 1:
        yield from story.remind(story.due[-2])


def _long_arrears(story: Story) -> Iterator[Event]:
    """Last year's last instalment is open to this day, through every change of the rate."""
    yield from story.pay_in_time(row for row in story.due[:-1] if row != story.last_autumn)
    yield from story.remind(story.last_autumn)


def _part(story: Story) -> Iterator[Event]:
    """Part of the last due instalment but one was paid late, the last one is open."""
    yield from story.pay_in_time(story.due[:-2])
    if len(story.due) > 1:
        row = story.due[-2]
        yield from story.remind(row)
        on = row.effective_due_on + timedelta(days=40)
        yield story.pay(row, min(on, story.today), share=Decimal("0.40"))


def _overpays(story: Story) -> Iterator[Event]:
    yield from story.pay_in_time(story.due[:-1])
    for row in story.due[-1:]:
        yield story.pay(row, row.effective_due_on, extra=Decimal("12.00"))


def _enforced(story: Story) -> Iterator[Event]:
    """One instalment of the first year is with the bailiff, the rest is paid."""
    bad = story.instalments[min(2, len(story.instalments) - 1)]
    yield from story.pay_in_time(row for row in story.due if row != bad)
    yield from story.remind(bad)
    yield from story.enforce(bad)


def _deferred(story: Story) -> Iterator[Event]:
    """The next instalment is put off by four months, for a fee."""
    yield from story.pay_in_time(story.due)
    for row in [row for row in story.instalments if row not in story.due][:1] or story.due[-1:]:
        on = min(row.effective_due_on - timedelta(days=10), story.today)

        def happen(row: Instalment = row, on: date = on) -> None:
            row.refresh_from_db()
            if row.status == Instalment.Status.OPEN:
                until = row.effective_due_on + timedelta(days=120)
                services.defer(
                    instalment=row, until=until, decision=story.decide(row, "deferral", on), fee=Decimal(6)
                )

        yield on, happen


def _plan(story: Story) -> Iterator[Event]:
    """Last autumn's arrears are spread over five dates, with what interest there was and a fee."""
    row = story.last_autumn
    yield from story.pay_in_time(other for other in story.due if other != row)
    on = row.effective_due_on + timedelta(days=120)

    def happen() -> None:
        [owed] = owed_on(Instalment.objects.filter(pk=row.pk), on, load_law())
        share = round_grosz(owed.debt.principal // 5)
        amounts = [owed.debt.principal - 4 * share, *([share] * 4)]
        dates = [(on + timedelta(days=60 * step), amount) for step, amount in enumerate(amounts, 1)]
        arrangement = services.spread(
            instalment=row, dates=dates, decision=story.decide(row, "plan", on), interest=owed.interest,
            fee=Decimal(8),
        )  # fmt: skip
        for part in arrangement.instalments.filter(effective_due_on__lte=story.today).order_by("number"):
            story.pay(part, part.effective_due_on)[1]()

    yield on, happen


def _remitted(story: Story) -> Iterator[Event]:
    """Half of last year's was remitted, the rest paid after that."""
    row = story.last_autumn
    yield from story.pay_in_time(other for other in story.due if other != row)
    on = row.effective_due_on + timedelta(days=90)
    half = round_grosz(row.amount / 2)
    yield (
        on,
        lambda: services.take_off(
            instalment=row, amount=half, on=on, kind="remission", decision=story.decide(row, "remission", on)
        ),
    )
    yield story.pay(row, on + timedelta(days=14))


HABITS: dict[str, Habit] = {
    "deferred": _deferred,
    "plan": _plan,
    "remitted": _remitted,
    "prompt": _prompt,
    "ahead": _ahead,
    "late": _late,
    "arrears": _arrears,
    "long_arrears": _long_arrears,
    "part": _part,
    "overpays": _overpays,
    "enforced": _enforced,
}


def _assess(account: Account, kind: Kind, plan: Plan, year: int, step: int, today: date) -> Receivable:
    source = f"uchwała Rady Miejskiej nr {('XII', 'XXIV', 'XXXVI')[step]}/{84 + 3 * step}/{year - 1}"
    parts = kind.parts(plan.size, step, source)
    decided_on = min(date(year, 1, 20), today)
    number = f"{kind.decision}.{account.pk}.{year}" if kind.decision else ""
    return services.assess(
        account=account,
        year=year,
        title=f"{kind.title} {year}",
        parts=parts,
        instalments=year_instalments(kind, year, parts),
        decision_number=number,
        decision_on=decided_on if number else None,
        delivered_on=min(decided_on + timedelta(days=plan.delivered_after), today)
        if number and kind.is_tax
        else None,
    )


def copy_for(template: Subject, copy: Subject) -> None:
    """Give `copy` a ledger like `template`'s, with new ids and account numbers; two queries a table.

    Those who owe with the template owe with the copy; what they paid is copied as theirs.
    """

    def own(row: Any) -> int:
        return copy.pk if row.subject_id == template.pk else row.subject_id

    def new_account(row: Account) -> dict[str, Any]:
        payer_number = 10**9 + uuid.uuid4().int % (10**12 - 10**9)
        prefix = row.number.partition("/")[0]
        return {
            "subject_id": copy.pk,
            "number": f"{prefix}/{payer_number:012d}",
            "virtual_account": services.virtual_account(payer_number),
        }

    accounts = _copy(Account.objects.filter(subject=template), new_account)

    def on_account(row: Any) -> dict[str, Any]:
        return {"account_id": accounts[row.account_id]}

    _copy(
        AccountParty.objects.filter(account__in=accounts),
        lambda row: on_account(row) | {"subject_id": own(row)},
    )
    _copy(AccountObject.objects.filter(account__in=accounts), on_account)
    receivables = _copy(Receivable.objects.filter(account__in=accounts), on_account)

    def on_receivable(row: Any) -> dict[str, Any]:
        return {"receivable_id": receivables[row.receivable_id]}

    _copy(Component.objects.filter(receivable__in=receivables), on_receivable)
    decisions = _copy(
        Decision.objects.filter(account__in=accounts),
        lambda row: (
            on_account(row)
            | {
                "receivable_id": receivables.get(row.receivable_id),
                "payment_code": f"{row.payment_code}-{uuid.uuid4().hex[:8]}" if row.payment_code else "",
            }
        ),
    )
    _copy(
        DecisionDocument.objects.filter(decision__in=decisions),
        lambda row: {"decision_id": decisions[row.decision_id]},
    )
    arrangements = _copy(
        Arrangement.objects.filter(receivable__in=receivables),
        lambda row: on_receivable(row) | {"decision_id": decisions[row.decision_id]},
    )
    instalments = _copy(
        Instalment.objects.filter(receivable__in=receivables),
        lambda row: (
            on_account(row)
            | on_receivable(row)
            | {"subject_id": copy.pk, "arrangement_id": arrangements.get(row.arrangement_id)}
        ),
    )
    _copy(
        ReminderCost.objects.filter(instalment__in=instalments),
        lambda row: {"instalment_id": instalments[row.instalment_id]},
    )
    _copy(
        LedgerEntry.objects.filter(receivable__in=receivables),
        lambda row: (
            on_receivable(row)
            | {
                "instalment_id": instalments.get(row.instalment_id),
                "decision_id": decisions.get(row.decision_id),
            }
        ),
    )
    paid = Allocation.objects.filter(instalment__in=instalments).order_by().values("payment")
    payments = _copy(PaymentReceived.objects.filter(pk__in=paid), lambda row: {"subject_id": own(row)})
    _copy(
        Allocation.objects.filter(payment__in=payments, instalment__in=instalments),
        lambda row: {"payment_id": payments[row.payment_id], "instalment_id": instalments[row.instalment_id]},
    )
    _copy(
        Overpayment.objects.filter(account__in=accounts),
        lambda row: on_account(row) | {"payment_id": payments.get(row.payment_id)},
    )


def find_payments_of_others(hanging: Hanging) -> Iterable[models.QuerySet[Any]]:
    """Copies of what somebody else paid of a visitor's debts: their allocations point at them, not they at the copy."""
    yield PaymentReceived.objects.filter(allocations__in=hanging.of(Allocation))


def _copy(rows: models.QuerySet[Any], changes: Callable[[Any], dict[str, Any]]) -> dict[int, int]:
    """Insert copies of `rows` with `changes`; return the new key of each old one."""
    originals = list(rows.order_by("pk"))
    copies = []
    for row in originals:
        values = {
            field.attname: getattr(row, field.attname)
            for field in row._meta.concrete_fields
            if field.name not in ("id", "public_id")
        }
        copies.append(type(row)(**values | changes(row)))
    rows.model._default_manager.bulk_create(copies)
    return {original.pk: copied.pk for original, copied in zip(originals, copies, strict=True)}
