"""The public page that tells whether a receipt is genuine."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.channels import checking, limits, selectors
from portal.channels.forms import CodeForm

TEMPLATE = "channels/check.html"


@require_safe
@never_cache
def check(request: HttpRequest) -> HttpResponse:
    """Check by code."""
    form = CodeForm(request.GET if "kod" in request.GET else None)
    if not form.is_bound:
        return render(request, TEMPLATE, {"form": form})
    if not limits.is_allowed(request, "code", limit=limits.CODES_PER_WINDOW):
        return render(request, TEMPLATE, {"form": CodeForm(), "too_many": True}, status=429)
    if not form.is_valid():
        return render(request, TEMPLATE, {"form": form})
    code = form.cleaned_data["kod"]
    receipt = selectors.receipt_by_code(code)
    answer = checking.check_kept(receipt) if receipt else checking.no_such_code()
    return render(request, TEMPLATE, {"form": form, "answer": answer, "code": code})
