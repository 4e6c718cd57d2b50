"""The list of notices."""

from typing import cast
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from portal.notices import selectors, services
from portal.people.decorators import account_required
from portal.people.models import User


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


@require_safe
@account_required
def notice_list(request: HttpRequest) -> HttpResponse:
    """The user's notices, newest first."""
    page, rows = selectors.notices_for(_user(request), page=request.GET.get("page"))
    context = {
        "page_obj": page,
        "rows": rows,
        "unread": selectors.unread_count(_user(request)),
    }
    return render(request, "notices/list.html", context)


@require_POST
@account_required
def open_notice(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Mark one notice read and go where it leads."""
    notice = selectors.notice_for(_user(request), public_id)
    if notice is None:
        raise Http404
    services.mark_read(user=_user(request), public_id=public_id)
    if notice.url and url_has_allowed_host_and_scheme(notice.url, allowed_hosts=None):
        return redirect(notice.url)
    return redirect("notices:list")


@require_POST
@account_required
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark every notice read."""
    services.mark_read(user=_user(request))
    return redirect("notices:list")
