from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.catalogue import selectors
from portal.catalogue.models import Service


@require_safe
def service_list(request: HttpRequest) -> HttpResponse:
    """What can be arranged with the town."""
    return render(request, "catalogue/list.html", {"services": selectors.published()})


@require_safe
def service_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One service: for whom, for how much, how long, and where to start."""
    try:
        page = selectors.service_page(slug)
    except Service.DoesNotExist as missing:
        raise Http404 from missing
    return render(request, "catalogue/detail.html", {"page": page, "service": page.service})
