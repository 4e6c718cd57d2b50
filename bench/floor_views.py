"""The floor's pages: the product's queries, and nothing but a loop over their rows."""

from django.db.models import DecimalField, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from eurzad.lib import clock
from eurzad.lib.money import ZERO
from portal.access.models import AccessApplication
from portal.news.models import Announcement
from portal.notices.models import Notice
from registers.declarations import CONTRACTS
from registers.models import RegisterState
from registers.selectors import PAGE_SIZE, completed, public_rows
from taxes.models import Instalment, InstalmentQuerySet, ReminderCost
from taxes.selectors.access import LEDGER_AREAS
from taxes.selectors.debts import _COLUMNS, load_law
from taxes.selectors.owed import FIRST_SETTLED, PER_PAGE, _with_context
from taxes.selectors.totals import totals_on

MONEY: DecimalField = DecimalField(max_digits=12, decimal_places=2)


def show(request: HttpRequest, *tables: object) -> HttpResponse:
    """Loop over rows."""
    return render(request, "floor/rows.html", {"tables": [list(table) for table in tables]})


def home(request: HttpRequest) -> HttpResponse:
    """Emergency messages and announcements."""
    published = Announcement.objects.published(clock.now())
    return show(
        request,
        published.filter(is_emergency=True).values_list("title", "body", "published_from")[:3],
        published.filter(is_emergency=False).values_list("title", "body", "published_from")[:3],
    )


def contracts(request: HttpRequest) -> HttpResponse:
    """One page of contracts, their number and the state of the register."""
    state = RegisterState.objects.filter(register=CONTRACTS.name).values_list()
    entries = CONTRACTS.model.objects.published()
    rows = public_rows(CONTRACTS, entries).order_by(*CONTRACTS.sorts[0].order)
    count = rows.count()
    page = completed(CONTRACTS, list(rows[:PAGE_SIZE]))
    return show(request, state, [(count,)], [tuple(row.values()) for row in page])


def unsettled(mine: InstalmentQuerySet) -> list[tuple]:
    """What is not settled, with delivered costs of reminders."""
    delivered = (
        ReminderCost.objects.filter(instalment=OuterRef("pk"), delivered_on__lte=clock.today())
        .order_by()
        .values("instalment")
        .annotate(total=Sum("amount"))
        .values("total")
    )
    return list(
        mine.unsettled()
        .annotate(delivered_costs=Coalesce(Subquery(delivered), ZERO, output_field=MONEY))
        .order_by("effective_due_on", "receivable_id", "number")
        .values_list(*_COLUMNS, "delivered_costs")
    )


def due(mine: InstalmentQuerySet) -> list[tuple]:
    """Sums of what is not settled by state and due day, by the database."""
    found = totals_on(mine, clock.today(), load_law(), "status", "effective_due_on")
    return [(*key, total.count, total.late) for key, total in found.items()]


def overview(request: HttpRequest) -> HttpResponse:
    """Notices, the application and what is not settled."""
    viewer = request.viewer
    mine = Instalment.objects.for_subject(viewer.own.pk, list(LEDGER_AREAS))
    return show(
        request,
        Notice.objects.filter(user=viewer.user).values_list("text", "url", "created_at", "read_at")[:5],
        AccessApplication.objects.filter(identity=viewer.identity).values_list("number", "state")[:1],
        due(mine),
    )


def what_i_owe(request: HttpRequest) -> HttpResponse:
    """What is not settled with its titles, and the latest settled."""
    mine = Instalment.objects.for_subject(request.viewer.own.pk, list(LEDGER_AREAS))
    sums = due(mine)
    page = mine.filter(status=Instalment.Status.OPEN).order_by("effective_due_on", "receivable_id", "number")
    rows = unsettled(mine.filter(pk__in=list(page.values_list("pk", flat=True)[:PER_PAGE])))
    titles = {
        row[0]: row
        for row in _with_context(mine.filter(pk__in=[row[0] for row in rows])).values_list(
            "pk", "number", "siblings", "receivable__public_id", "receivable__title",
            "account__object_description", "account__object_address", "enforcement_title",
        )
    }  # fmt: skip
    settled = (
        _with_context(mine.filter(status=Instalment.Status.SETTLED))
        .order_by("-settled_on", "-pk")
        .values_list(
            "public_id", "number", "siblings", "receivable__public_id", "receivable__title", "amount",
            "settled_on", "account__object_description",
        )[: FIRST_SETTLED + 1]
    )  # fmt: skip
    return show(request, [(*titles[row[0]], *row) for row in rows], sums, settled)
