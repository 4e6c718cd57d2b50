"""The public page that tells whether a receipt is genuine."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from portal.channels import checking
from portal.channels.forms import CodeForm, FileForm
from portal.channels.uploads import MemoryOnlyHandler
from portal.people import limits

TEMPLATE = "channels/check.html"


@require_safe
@never_cache
def check(request: HttpRequest) -> HttpResponse:
    """Check by code."""
    typed = request.GET.get("kod")
    form = CodeForm(None if typed is None else {"kod": typed.replace("\0", "")[:200]})
    context: dict[str, Any] = {"form": form, "file_form": FileForm()}
    if not form.is_bound:
        return render(request, TEMPLATE, context)
    if not limits.is_allowed("receipt_code", limits.place_of(request)):
        return render(request, TEMPLATE, {**context, "form": CodeForm(), "too_many": True}, status=429)
    if form.is_valid():
        code = form.cleaned_data["kod"]
        context |= {"answer": checking.check_code(code), "code": code}
    return render(request, TEMPLATE, context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@csrf_exempt
def check_file(request: HttpRequest) -> HttpResponse:
    """Check by file; GET is the empty page.

    The handler must stand before anything reads the form, so the token is checked right after.
    """
    if request.method != "POST":
        return check(request)
    handler = MemoryOnlyHandler(request)
    request.upload_handlers = [handler]
    return _check_file(request, handler)


@csrf_protect
def _check_file(request: HttpRequest, handler: MemoryOnlyHandler) -> HttpResponse:
    form = FileForm(request.POST, request.FILES)
    context = {"form": CodeForm(), "file_form": form}
    if not limits.is_allowed("receipt_file", limits.place_of(request)):
        return render(request, TEMPLATE, {**context, "file_form": FileForm(), "too_many": True}, status=429)
    if handler.is_over_limit:
        return render(request, TEMPLATE, {**context, "file_form": FileForm(), "too_big": True}, status=413)
    if not form.is_valid():
        return render(request, TEMPLATE, context)
    receipt, document = form.cleaned_data["receipt"], form.cleaned_data["document"]
    answer = checking.check_file(receipt.read(), document=document.read() if document else None)
    return render(request, TEMPLATE, {**context, "file_form": FileForm(), "answer": answer})
