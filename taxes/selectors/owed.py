"""What a subject owes on a day, and what the account overview says of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Count, DecimalField, IntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _

from eurzad.lib.dates import format_short
from eurzad.lib.money import ZERO, format_pln, to_grosze
from payments.payables import PricedItem, token
from portal.mandates import policy
from portal.mandates.policy import AccessDenied, Right, Viewer
from portal.people.models import Subject
from taxes.models import Allocation, Instalment, InstalmentQuerySet
from taxes.rules.rates import Law
from taxes.selectors import words
from taxes.selectors.access import Reach, choose_party, parties_of, reach_of
from taxes.selectors.debts import Amounts, Owed, load_law, owed_on
from taxes.selectors.due_days import DueDay, count_of, due_days, sum_of

PAYABLE_KIND = "taxes.instalment"
PER_PAGE = 50
FIRST_SETTLED = 10


@dataclass(frozen=True, slots=True)
class Totals:
    """The sum of a group and its three parts, as printed."""

    total: str
    principal: str
    interest: str
    costs: str


@dataclass(frozen=True, slots=True)
class OwedRow:
    """One instalment as the page prints it."""

    public_id: UUID
    token: str
    url: str
    title: str
    object: str
    due: str
    due_iso: str
    amount: str
    grosze: int
    parts: str
    word: str
    tag: str
    sentence: str
    is_selected: bool = False
    area: str = ""
    can_pay: bool = True
    section: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """One of the three groups: its rows on this page, sums over all of it, and whether there is more."""

    key: str
    rows: Sequence[OwedRow]
    count: int
    totals: Totals | None = None
    page: Page[Any] | None = None
    has_more: bool = False

    @property
    def words(self) -> str:
        """How many instalments there are, in words."""
        return words.count_of_instalments(self.count)


@dataclass(frozen=True, slots=True)
class WhatIOwe:
    """The page "what I owe"; groups that were not asked for are None."""

    subject: Subject
    on: str
    on_iso: str
    totals: Totals
    overdue: str
    upcoming: str
    is_partial_view: bool
    open: Group | None
    enforcement: Group | None
    settled: Group | None

    @property
    def can_pay(self) -> bool:
        """Whether the viewer may pay for a row that is shown."""
        return self.open is not None and any(row.can_pay for row in self.open.rows)

    @property
    def missing_pay(self) -> list[str]:
        """The areas of rows that are shown and that the viewer may see, but not pay for."""
        rows = self.open.rows if self.open else ()
        return sorted({row.area for row in rows if not row.can_pay})


@dataclass(frozen=True, slots=True)
class OverviewNumbers:
    """What the account overview says of the ledger. Amounts in złoty, without what is in enforcement."""

    due_now: Amounts
    due_now_count: int
    overdue: Amounts
    overdue_count: int
    overdue_since: date | None
    next_due_on: date | None
    next_amount: Decimal
    enforcement: Decimal
    can_pay: bool


def what_i_owe(viewer: Viewer, on: date, *, group: str = "", page: int | str = 1) -> WhatIOwe:
    """Return what the subject in view owes when paying on `on`.

    Without `group` (`open`, `enforcement`, `settled`) the page of the open group and the beginnings of the
    others. Raises AccessDenied. The number of queries does not depend on how much there is.
    """
    subject = viewer.subject
    reach = reach_of(viewer, Right.SEE, subject)
    assert subject is not None
    law = load_law()
    mine = Instalment.objects.for_subject(subject.pk, reach.areas, reach.receivables)
    days = due_days(mine, on, law)
    by_status = {
        key: [each for each in days if each.status == status]
        for key, status in (("open", Instalment.Status.OPEN), ("enforcement", Instalment.Status.ENFORCEMENT))
    }
    shown = [key for key in by_status if group in ("", key)]
    pages = {key: _page(mine, key, by_status[key], page, group) for key in shown}
    pks = [pk for key in shown for pk in pages[key].object_list]
    owed = owed_on(mine.filter(pk__in=pks), on, law) if pks else []
    rows = _owed_rows(mine, owed, on, law, _payable(viewer, subject)) if owed else {}
    groups = {
        key: Group(
            key, [rows[pk] for pk in pages[key].object_list if pk in rows], pages[key].paginator.count,
            totals_of(sum_of(by_status[key])), pages[key],
            group == "" and key == "enforcement" and pages[key].has_next(),
        )
        for key in shown
    }  # fmt: skip
    open_days = by_status["open"]
    return WhatIOwe(
        subject=subject,
        on=words.long_date(on, weekday=True),
        on_iso=on.isoformat(),
        totals=totals_of(sum_of(open_days)),
        overdue=format_pln(sum_of(each for each in open_days if each.day < on).total),
        upcoming=format_pln(sum_of(each for each in open_days if each.day > on).total),
        is_partial_view=reach.is_partial,
        open=groups.get("open"),
        enforcement=groups.get("enforcement"),
        settled=_settled_group(mine, group, page) if group in ("", "settled") else None,
    )


class _Counted(Paginator):  # type: ignore[type-arg]
    """A paginator of rows whose number is known already."""

    def __init__(self, rows: QuerySet[Any, Any], count: int) -> None:
        super().__init__(rows, PER_PAGE)
        self.__dict__["count"] = count


def _page(
    mine: InstalmentQuerySet, key: str, days: Sequence[DueDay], page: int | str, group: str
) -> Page[Any]:
    """One page of keys of instalments in a state, earliest due first. No query when there is none."""
    rows = mine.filter(status=key).order_by("effective_due_on", "receivable_id", "number")
    found = _Counted(rows.values_list("pk", flat=True), count_of(days)).get_page(
        page if key == (group or "open") else 1
    )
    found.object_list = list(found.object_list) if days else []
    return found


def overview_numbers(viewer: Viewer, on: date) -> OverviewNumbers:
    """Return what is due on `on` and next; raises AccessDenied. Two queries."""
    subject = viewer.subject
    reach = reach_of(viewer, Right.SEE, subject)
    assert subject is not None
    law = load_law()
    days = due_days(Instalment.objects.for_subject(subject.pk, reach.areas, reach.receivables), on, law)
    open_days = [each for each in days if each.status == Instalment.Status.OPEN]
    due = [each for each in open_days if each.day <= on]
    overdue = [each for each in due if each.day < on]
    later = [each for each in open_days if each.day > on]
    next_due_on = min((each.day for each in later), default=None)
    return OverviewNumbers(
        due_now=sum_of(due),
        due_now_count=count_of(due),
        overdue=sum_of(overdue),
        overdue_count=count_of(overdue),
        overdue_since=min((each.day for each in overdue), default=None),
        next_due_on=next_due_on,
        next_amount=sum_of(each for each in later if each.day == next_due_on).total,
        enforcement=sum_of(each for each in days if each.status == Instalment.Status.ENFORCEMENT).total,
        can_pay=bool(_payable(viewer, subject)),
    )


def price_items(viewer: Viewer, object_ids: Sequence[UUID], on: date) -> list[PricedItem]:
    """Price open instalments for a payment; leaves out what is not open or not the viewer's to pay.

    Raises AccessDenied for what the mandate acted under lets the viewer see but not pay.
    """
    wanted = Instalment.objects.filter(
        public_id__in=object_ids, status=Instalment.Status.OPEN, blocked_reason=""
    )
    owed = owed_on(wanted, on, load_law())
    context = {
        pk: (account, str(receivable))
        for pk, account, receivable in wanted.values_list("pk", "account", "receivable__public_id")
    }
    parties = parties_of({account for account, _receivable in context.values()})
    payers: dict[int, Subject] = {}
    for row in owed:
        account, receivable = context[row.pk]
        those = parties.get(account, [])
        payer = choose_party(viewer, Right.PAY, row.area, those, receivable)
        if payer is not None:
            payers[row.pk] = payer
        elif viewer.acting_for in those:
            policy.require(viewer, Right.PAY, row.area, viewer.acting_for, receivable)
    titles = _titles(wanted, list(payers))
    return [
        PricedItem(
            kind=PAYABLE_KIND, object_id=row.public_id, title=titles[row.pk], subject_id=payers[row.pk].pk,
            area=row.area, principal=row.debt.principal, interest=row.interest, costs=row.debt.costs,
            scope_object=context[row.pk][1],
        )
        for row in owed
        if row.pk in payers
    ]  # fmt: skip


def totals_of(amounts: Amounts) -> Totals:
    """Return sums as printed."""
    return Totals(
        format_pln(amounts.total),
        format_pln(amounts.principal),
        format_pln(amounts.interest),
        format_pln(amounts.costs),
    )


def _payable(viewer: Viewer, subject: Subject) -> Reach:
    try:
        return reach_of(viewer, Right.PAY, subject)
    except AccessDenied:
        return Reach((), {})


def _with_context(instalments: InstalmentQuerySet) -> QuerySet[Any, Any]:
    """Add what a row prints beside its figures: title, object, number of instalments."""
    siblings = (
        Instalment.objects.filter(receivable=OuterRef("receivable"))
        .order_by()
        .values("receivable")
        .annotate(count=Count("pk"))
        .values("count")
    )
    return instalments.annotate(siblings=Subquery(siblings, output_field=IntegerField()))


def _titles(instalments: InstalmentQuerySet, pks: list[int]) -> dict[int, str]:
    rows = _with_context(instalments.filter(pk__in=pks)).values_list(
        "pk", "receivable__title", "number", "siblings"
    )
    return {pk: words.instalment_title(title, number, count) for pk, title, number, count in rows}


def _owed_rows(
    mine: InstalmentQuerySet, owed: Sequence[Owed], on: date, law: Law, payable: Reach
) -> dict[int, OwedRow]:
    by_pk = {row.pk: row for row in owed}
    found = {}
    for pk, number, siblings, receivable_id, title, description, address, enforcement_title, blocked in _with_context(
        mine.filter(pk__in=by_pk)
    ).values_list(
        "pk", "number", "siblings", "receivable__public_id", "receivable__title",
        "account__object_description", "account__object_address", "enforcement_title", "blocked_reason",
    ):  # fmt: skip
        row = by_pk[pk]
        word, tag = words.status_of(row, on)
        can_pay = not blocked and payable.includes(row.area, receivable_id)
        found[pk] = OwedRow(
            public_id=row.public_id,
            token=token(PAYABLE_KIND, row.public_id),
            url=reverse("taxes:receivable_detail", args=[receivable_id]),
            title=words.instalment_title(title, number, siblings),
            object=", ".join(part for part in (description, address) if part),
            due=format_short(row.debt.effective_due),
            due_iso=row.debt.effective_due.isoformat(),
            amount=format_pln(row.total),
            grosze=to_grosze(row.total),
            parts=_parts(row),
            word=word,
            tag=tag,
            sentence=words.explain_status(row, on, law, enforcement_title, blocked),
            is_selected=can_pay and row.debt.effective_due <= on,
            area=row.area,
            can_pay=can_pay,
            section=words.section_of(row, on),
        )
    return found


def _parts(row: Owed) -> str:
    """What the amount was before anything came on top; the sentence beside it says what came."""
    if not (row.interest or row.debt.costs):
        return ""
    return _("należność %(amount)s") % {"amount": format_pln(row.debt.principal)}


def _settled_group(mine: InstalmentQuerySet, group: str, page: int | str) -> Group:
    overpaid = (
        Allocation.objects.filter(instalment=OuterRef("pk"))
        .order_by()
        .values("instalment")
        .annotate(total=Sum("overpaid"))
        .values("total")
    )
    money: DecimalField[Decimal, Decimal] = DecimalField(max_digits=12, decimal_places=2)
    rows = (
        _with_context(mine.filter(status=Instalment.Status.SETTLED))
        .annotate(overpaid=Coalesce(Subquery(overpaid), ZERO, output_field=money))
        .order_by("-settled_on", "-pk")
        .values_list(
            "public_id", "number", "siblings", "receivable__public_id", "receivable__title", "amount",
            "settled_on", "overpaid", "account__object_description",
        )
    )  # fmt: skip
    if group == "settled":
        current = Paginator(rows, PER_PAGE).get_page(page)
        return Group(
            "settled", [_settled_row(*row) for row in current], current.paginator.count, page=current
        )
    first = list(rows[: FIRST_SETTLED + 1])
    shown = [_settled_row(*row) for row in first[:FIRST_SETTLED]]
    return Group("settled", shown, len(shown), has_more=len(first) > FIRST_SETTLED)


def _settled_row(
    public_id: UUID,
    number: int,
    siblings: int,
    receivable_id: UUID,
    title: str,
    amount: Decimal,
    settled_on: date,
    overpaid: Decimal,
    description: str,
) -> OwedRow:
    return OwedRow(
        public_id=public_id,
        token="",
        url=reverse("taxes:receivable_detail", args=[receivable_id]),
        title=words.instalment_title(title, number, siblings),
        object=description,
        due=format_short(settled_on),
        due_iso=settled_on.isoformat(),
        amount=format_pln(amount),
        grosze=to_grosze(amount),
        parts="",
        word=words.overpaid_word() if overpaid else words.settled_word(),
        tag="tag-done",
        sentence=words.explain_settled(settled_on, overpaid),
    )
