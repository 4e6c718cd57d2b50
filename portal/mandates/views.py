from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from portal.mandates import selectors
from portal.mandates.errors import MandateNotInForce
from portal.mandates.http import AccountRequest
from portal.mandates.services import choosing
from portal.people.decorators import account_required


@require_GET
@account_required
def mandate_list(request: AccountRequest) -> HttpResponse:
    """Mandates held and given, and the choice for whom to act."""
    rows, page = selectors.list_mandates(request.viewer, page=request.GET.get("page", "1"))
    return render(request, "mandates/list.html", {"rows": rows, "page_obj": page, "query": ""})


@require_POST
@account_required
def act_for(request: AccountRequest) -> HttpResponse:
    """Switch to acting for a principal, or back to oneself."""
    try:
        choosing.act_for(
            viewer=request.viewer, session=request.session, mandate_id=request.POST.get("mandate", "")
        )
    except MandateNotInForce as error:
        messages.error(request, error.message)
        return redirect("mandates:list")
    return redirect("pages:overview")
