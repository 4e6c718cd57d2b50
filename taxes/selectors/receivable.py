"""One receivable explained: where the amount comes from, its instalments, interest, payments and events."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from eurzad.lib.dates import format_short
from eurzad.lib.money import ZERO, format_pln
from payments.payables import token
from portal.mandates import policy
from portal.mandates.policy import AccessDenied, Right, Viewer
from portal.people.models import Subject
from taxes.models import Allocation, Component, Instalment, PaymentReceived, Receivable, ReminderCost
from taxes.rules.interest import explain_interest
from taxes.rules.rates import Law
from taxes.rules.terms import Regime
from taxes.selectors import words
from taxes.selectors.access import party_for
from taxes.selectors.comparison import compare
from taxes.selectors.debts import Owed, add_up, load_law, owed_of
from taxes.selectors.owed import PAYABLE_KIND, Totals, totals_of
from taxes.selectors.papers import Paper, papers_of, postings_of, reliefs_of


@dataclass(frozen=True, slots=True)
class ComponentRow:
    """One line of the calculation, as printed."""

    name: str
    calculation: str
    source: str
    source_url: str
    amount: str


@dataclass(frozen=True, slots=True)
class InterestRow:
    """One rate's share of the interest, as printed."""

    period: str
    days: int
    percent: str
    amount: str


@dataclass(frozen=True, slots=True)
class InterestBlock:
    """The interest of one instalment, line by line."""

    title: str
    base: str
    lines: Sequence[InterestRow]
    days: int
    raw: str
    total: str
    basis: str
    result: str


@dataclass(frozen=True, slots=True)
class InstalmentRow:
    """One instalment, as printed."""

    number: int
    due: str
    due_iso: str
    amount: str
    paid: str
    left: str
    word: str
    tag: str
    sentence: str
    token: str


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """One payment credited to this receivable, as printed."""

    paid_on: str
    paid_on_iso: str
    channel: str
    amount: str
    credited: str


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened."""

    on: str
    on_iso: str
    text: str


@dataclass(frozen=True, slots=True)
class ReceivableDetail:
    """The page of one receivable. `tokens` are what can be paid here, earliest due first."""

    public_id: UUID
    subject: Subject
    title: str
    object: str
    account_number: str
    virtual_account: str
    type_name: str
    legal_basis: str
    decision: str
    on: str
    on_iso: str
    total: str
    totals: Totals
    has_interest_or_costs: bool
    is_settled: bool
    next_due: str
    next_is_overdue: bool
    next_amount: str
    area: str
    can_pay: bool
    overpaid: str
    enforcement: str
    components: Sequence[ComponentRow]
    components_note: str
    comparison: str
    differences: Sequence[str]
    appeal: str
    interest: Sequence[InterestBlock]
    instalments: Sequence[InstalmentRow]
    payments: Sequence[PaymentRow]
    papers: Sequence[Paper]
    reliefs: Sequence[str]
    bodies: Sequence[str]
    events: Sequence[Event]


def receivable_detail(viewer: Viewer, public_id: UUID, on: date) -> ReceivableDetail:
    """Return one receivable as it stands when paid on `on`. Raises AccessDenied, also when there is none."""
    receivable = (
        Receivable.objects.select_related("account__type", "account__subject")
        .filter(public_id=public_id)
        .first()
    )
    if receivable is None:
        raise AccessDenied()
    account = receivable.account
    subject = party_for(viewer, Right.SEE, account, str(receivable.public_id))
    law = load_law()
    instalments = list(Instalment.objects.filter(receivable=receivable).order_by("number"))
    allocations = list(
        Allocation.objects.filter(instalment__receivable=receivable)
        .exclude(payment__posting=PaymentReceived.Posting.OVERPAYMENT)
        .select_related("payment", "instalment")
        .order_by("payment__paid_on", "pk")
    )
    reminders = list(ReminderCost.objects.filter(instalment__receivable=receivable))
    owed = {row.pk: row for row in owed_of(receivable, instalments, reminders, on, law)}
    open_rows = [row for row in owed.values() if row.status == Instalment.Status.OPEN]
    due = [row for row in open_rows if row.debt.effective_due <= on] or open_rows[:1]
    amounts = add_up(open_rows)
    components = list(receivable.components.order_by("position"))
    comparison, differences = compare(receivable, components)
    return ReceivableDetail(
        public_id=receivable.public_id,
        subject=subject,
        title=receivable.title,
        object=", ".join(part for part in (account.object_description, account.object_address) if part),
        account_number=account.number,
        virtual_account=_nrb(account.virtual_account),
        type_name=account.type.name,
        legal_basis=account.type.legal_basis,
        decision=_decision(receivable),
        on=words.long_date(on, weekday=True),
        on_iso=on.isoformat(),
        total=format_pln(receivable.total),
        totals=totals_of(amounts),
        has_interest_or_costs=bool(amounts.interest or amounts.costs),
        is_settled=not owed,
        next_due=words.long_date(due[0].debt.effective_due, weekday=True) if due else "",
        next_is_overdue=bool(due) and due[0].debt.effective_due < on,
        next_amount=format_pln(add_up(due).total),
        area=account.type.area,
        can_pay=policy.can(viewer, Right.PAY, account.type.area, subject, str(receivable.public_id)),
        overpaid=_amount_or_blank(sum((row.overpaid for row in allocations), ZERO)),
        enforcement=_amount_or_blank(
            add_up(row for row in owed.values() if row.status == Instalment.Status.ENFORCEMENT).total
        ),
        components=[_component(row) for row in components],
        components_note=_rounding_note(receivable),
        comparison=comparison,
        differences=differences,
        appeal=_appeal(receivable),
        interest=_interest(instalments, owed, on, law),
        instalments=[_instalment(row, owed.get(row.pk), on, law) for row in instalments],
        payments=_payments(allocations, subject),
        papers=papers_of(receivable),
        reliefs=reliefs_of(receivable),
        bodies=sorted(
            {row.enforcement_body for row in instalments if row.enforced_on and row.enforcement_body}
        ),
        events=_events(receivable, instalments, allocations, reminders),
    )


def _amount_or_blank(amount: Decimal) -> str:
    return format_pln(amount) if amount else ""


def _nrb(digits: str) -> str:
    return "\u00a0".join([digits[:2], *(digits[start : start + 4] for start in range(2, 26, 4))])


def _decision(receivable: Receivable) -> str:
    if not receivable.decision_number:
        return ""
    said = receivable.decision_number
    if receivable.decision_on:
        said = _("%(number)s z %(day)s") % {"number": said, "day": words.long_date(receivable.decision_on)}
    if receivable.delivered_on:
        said = _("%(decision)s, doręczona %(day)s") % {
            "decision": said, "day": words.long_date(receivable.delivered_on),
        }  # fmt: skip
    return said


def _component(row: Component) -> ComponentRow:
    said = f"{words.figure(row.base)}\u00a0{row.unit} × {words.figure(row.rate)}\u00a0zł"
    if row.months < 12:
        said = _("%(product)s × %(months)s/12 roku") % {"product": said, "months": row.months}
    return ComponentRow(row.name, said, row.source, row.source_url, format_pln(row.amount))


def _rounding_note(receivable: Receivable) -> str:
    if Regime(receivable.account.type.regime) is Regime.CIVIL:
        return ""
    return _("Kwotę za rok zaokrągla się do pełnych złotych (art. 63 § 1 Ordynacji podatkowej).")


def _appeal(receivable: Receivable) -> str:
    if receivable.delivered_on is None or Regime(receivable.account.type.regime) is not Regime.TAX:
        return ""
    return _(
        "Od decyzji można się odwołać w ciągu 14 dni od doręczenia (art. 223 § 2 pkt 1 Ordynacji podatkowej)."
    )


def _interest(
    instalments: Sequence[Instalment], owed: dict[int, Owed], on: date, law: Law
) -> list[InterestBlock]:
    blocks = []
    for row in instalments:
        if row.pk not in owed or owed[row.pk].debt.effective_due >= on:
            continue
        debt = owed[row.pk].debt
        interest = explain_interest(debt, on, law)
        if not interest.lines and not interest.carried:
            continue
        lines = [
            InterestRow(
                f"{format_short(line.first)} – {format_short(line.last)}", line.days,
                words.percent(line.percent), format_pln(line.amount),
            )
            for line in interest.lines
        ]  # fmt: skip
        blocks.append(
            InterestBlock(
                title=_("Rata %(number)s, termin %(day)s")
                % {"number": row.number, "day": format_short(row.effective_due_on)},
                base=format_pln(debt.principal),
                lines=lines,
                days=interest.days,
                raw=format_pln(interest.raw),
                total=format_pln(interest.total),
                basis=words.interest_basis(debt.terms.regime),
                result=words.interest_result(interest, debt.terms.regime, law, on),
            )
        )
    return blocks


def _instalment(row: Instalment, owed: Owed | None, on: date, law: Law) -> InstalmentRow:
    if owed is None:
        assert row.settled_on is not None
        word, tag, sentence, left = (
            words.settled_word(), "tag-done", words.explain_settled(row.settled_on, ZERO), format_pln(ZERO),
        )  # fmt: skip
    else:
        word, tag = words.status_of(owed, on)
        sentence = words.explain_status(owed, on, law, row.enforcement_title)
        left = format_pln(owed.total)
    return InstalmentRow(
        number=row.number,
        due=format_short(row.effective_due_on),
        due_iso=row.effective_due_on.isoformat(),
        amount=format_pln(row.amount),
        paid=format_pln(row.principal_paid),
        left=left,
        word=word,
        tag=tag,
        sentence=sentence,
        token=token(PAYABLE_KIND, row.public_id) if row.status == Instalment.Status.OPEN else "",
    )


def _payments(allocations: Sequence[Allocation], subject: Subject) -> list[PaymentRow]:
    return [
        PaymentRow(
            paid_on=format_short(rows[0].payment.paid_on),
            paid_on_iso=rows[0].payment.paid_on.isoformat(),
            channel=words.channel_of(rows[0].payment, subject),
            amount=_credited_amount(rows),
            credited=_credited(rows),
        )
        for rows in _by_payment(allocations)
    ]


def _by_payment(allocations: Sequence[Allocation]) -> list[list[Allocation]]:
    found: dict[int, list[Allocation]] = {}
    for row in allocations:
        found.setdefault(row.payment_id, []).append(row)
    return list(found.values())


def _credited_amount(rows: Sequence[Allocation]) -> str:
    """What of one payment came to this receivable: the rest is about others, maybe not the viewer's to see."""
    return format_pln(sum((row.principal + row.interest + row.costs + row.overpaid for row in rows), ZERO))


def _credited(rows: Sequence[Allocation]) -> str:
    said = []
    for row in rows:
        parts = [
            (_("należność %(amount)s"), row.principal),
            (_("odsetki %(amount)s"), row.interest),
            (_("koszty upomnienia %(amount)s"), row.costs),
            (_("nadpłata %(amount)s"), row.overpaid),
        ]
        used = ", ".join(text % {"amount": format_pln(amount)} for text, amount in parts if amount)
        said.append(_("rata %(number)s: %(parts)s") % {"number": row.instalment.number, "parts": used})
    return "; ".join(said)


def _events(
    receivable: Receivable,
    instalments: Sequence[Instalment],
    allocations: Sequence[Allocation],
    reminders: Sequence[ReminderCost],
) -> list[Event]:
    numbers = {row.pk: row.number for row in instalments}
    found: list[tuple[date, str]] = list(postings_of(receivable))
    if receivable.decision_on:
        found.append(
            (
                receivable.decision_on,
                _("Ustalono należność: %(number)s") % {"number": receivable.decision_number},
            )
        )
    if receivable.delivered_on:
        found.append((receivable.delivered_on, _("Doręczono decyzję")))
    for reminder in reminders:
        about = {"number": reminder.number, "instalment": numbers[reminder.instalment_id]}
        found.append((reminder.sent_on, _("Wysłano upomnienie %(number)s (rata %(instalment)s)") % about))
        if reminder.delivered_on:
            about["amount"] = format_pln(reminder.amount)
            found.append(
                (reminder.delivered_on, _("Doręczono upomnienie %(number)s, koszty %(amount)s") % about)
            )
    found += [
        (row.enforced_on, _("Ratę %(number)s przekazano do egzekucji") % {"number": row.number})
        for row in instalments
        if row.enforced_on
    ]
    for rows in _by_payment(allocations):
        amount = {"amount": _credited_amount(rows)}
        found.append((rows[0].payment.paid_on, _("Wpłynęła wpłata %(amount)s") % amount))
    found.sort(key=lambda event: event[0])
    return [Event(words.long_date(day), day.isoformat(), text) for day, text in found]
