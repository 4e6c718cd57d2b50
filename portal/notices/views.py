"""The list of notices."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from portal.notices import selectors, services
from portal.people.decorators import account_required


@require_safe
@account_required
def notice_list(request: HttpRequest) -> HttpResponse:
    """The user's notices, newest first."""
    context = {
        "page_obj": selectors.notices_for(request.user, page=request.GET.get("page")),
        "unread": selectors.unread_count(request.user),
    }
    return render(request, "notices/list.html", context)


@require_POST
@account_required
def open_notice(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Mark one notice read and go where it leads."""
    notice = selectors.notice_for(request.user, public_id)
    if notice is None:
        raise Http404
    services.mark_read(user=request.user, public_id=public_id)
    if notice.url and url_has_allowed_host_and_scheme(notice.url, allowed_hosts=None):
        return redirect(notice.url)
    return redirect("notices:list")


@require_POST
@account_required
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark every notice read."""
    services.mark_read(user=request.user)
    return redirect("notices:list")
