from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.mandates.http import AccountRequest
from portal.mandates.reading import note_read
from portal.pages.history import read_history
from portal.people.decorators import account_required


@require_safe
@account_required
def history(request: AccountRequest) -> HttpResponse:
    """Who looked at the data in view."""
    with_own = request.GET.get("wszystko") == "1"
    found = read_history(request.viewer, page=request.GET.get("page", "1"), with_own=with_own)
    note_read(request.viewer, action="history.read")
    return render(
        request, "pages/history.html", {"history": found, "query": "wszystko=1" if with_own else ""}
    )
