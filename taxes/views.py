"""Pages of the ledger."""

from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from eurzad.lib import clock
from portal.journal.services import record_read
from portal.mandates.http import AccountRequest
from portal.people.decorators import account_required
from taxes.forms import DayForm
from taxes.selectors import source
from taxes.selectors.owed import what_i_owe as read_what_i_owe
from taxes.selectors.payments import waiting_payments
from taxes.selectors.receivable import receivable_detail as read_receivable

GROUPS = ("open", "enforcement", "settled")


@account_required
def what_i_owe(request: AccountRequest) -> HttpResponse:
    """What the subject in view owes on a day; without approved access a page that says how to get it."""
    viewer = request.viewer
    if viewer.subject is None:
        return render(request, "taxes/no_access.html")
    form = DayForm(request.GET if "day" in request.GET else {"day": clock.today()})
    group = request.GET.get("group", "")
    group = group if group in GROUPS else ""
    owed = read_what_i_owe(viewer, form.chosen_day(), group=group, page=request.GET.get("page", "1"))
    record_read(actor_id=viewer.user.public_id, subject_id=owed.subject.public_id, action="receivables.read")
    query = urlencode({"group": group, "day": owed.on_iso})
    context = {
        "form": form,
        "owed": owed,
        "group": group,
        "page_query": query,
        "waiting": waiting_payments(viewer),
        "stamp": source.stamp(viewer.subject),
    }
    return render(request, "taxes/what_i_owe.html", context)


@account_required
def receivable_detail(request: AccountRequest, public_id: UUID) -> HttpResponse:
    """One receivable, explained."""
    viewer = request.viewer
    form = DayForm(request.GET if "day" in request.GET else {"day": clock.today()})
    receivable = read_receivable(viewer, public_id, form.chosen_day())
    record_read(
        actor_id=viewer.user.public_id,
        subject_id=receivable.subject.public_id,
        action="receivables.read",
        reference=str(public_id),
    )
    context = {"form": form, "receivable": receivable, "stamp": source.stamp(receivable.subject)}
    return render(request, "taxes/receivable_detail.html", context)
