"""Public pages of the registers, the same two views for each of them."""

from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from eurzad.lib import clock
from registers import selectors
from registers.declarations import REGISTERS
from registers.spec import RegisterSpec


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All registers with their sizes."""
    return render(request, "registers/index.html", {"registers": selectors.summaries(REGISTERS)})


@require_safe
def entry_list(request: HttpRequest, spec: RegisterSpec) -> HttpResponse:
    """A register: search, filters, a page of entries."""
    page = selectors.entry_list(spec, request.GET, clock.today())
    return render(
        request, "registers/list.html", {"list": page, "page_obj": page.page_obj, "query": page.query}
    )


@require_safe
def entry_detail(request: HttpRequest, spec: RegisterSpec, public_id: UUID) -> HttpResponse:
    """One published entry."""
    try:
        entry = selectors.entry(spec, public_id)
    except ObjectDoesNotExist as missing:
        raise Http404 from missing
    return render(request, "registers/detail.html", {"entry": entry})
