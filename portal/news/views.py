from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from eurzad.lib import clock
from portal.news import selectors
from portal.news.models import Announcement


@require_safe
def announcement_list(request: HttpRequest) -> HttpResponse:
    """Announcements, latest first."""
    page = selectors.page(clock.now(), request.GET.get("page", "1"))
    context = {"page_obj": page, "announcements": [selectors.item(each) for each in page], "query": ""}
    return render(request, "news/list.html", context)


@require_safe
def announcement_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One announcement."""
    try:
        announcement = selectors.get(clock.now(), public_id)
    except Announcement.DoesNotExist as missing:
        raise Http404 from missing
    return render(request, "news/detail.html", {"announcement": announcement})
