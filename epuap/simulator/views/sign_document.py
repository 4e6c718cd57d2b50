"""The signing page of Profil Zaufany, and the page where a file is signed "elsewhere"."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods

from epuap.simulator import signing as service
from epuap.simulator.errors import Refused
from epuap.simulator.forms import FileForm, SigningForm
from epuap.simulator.models import Signing
from epuap.simulator.views.session import remembered_person
from epuap.simulator.wire.application import describe


@require_http_methods(["GET", "HEAD", "POST"])
def sign_document(request: HttpRequest, token: str) -> HttpResponse:
    """Show the document; sign or cancel and send the browser back."""
    signing = get_object_or_404(Signing, token=token)
    if signing.state != Signing.State.WAITING:
        return render(request, "simulator/signing_done.html", {"signing": signing}, status=409)
    form = SigningForm(request.POST or None, current=remembered_person(request))
    if request.method == "POST" and "cancel" in request.POST:
        service.cancel(signing)
        return HttpResponseRedirect(signing.failure_url)
    if request.method == "POST" and form.is_valid():
        try:
            target = service.sign(signing, form.person(), form.cleaned_data["kind"])
        except Refused as error:
            return render(request, "simulator/refused.html", {"error": error}, status=409)
        return HttpResponseRedirect(target)
    context = {"signing": signing, "rows": describe(bytes(signing.content)), "form": form}
    return render(request, "simulator/sign_document.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def sign_file(request: HttpRequest) -> HttpResponse:
    """Take a file and give it back signed."""
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            signed = form.sign()
        except Refused as error:
            form.add_error("file", f"{error.text}.")
        else:
            response = HttpResponse(signed.content, content_type=signed.mime_type)
            response["Content-Disposition"] = content_disposition_header(True, signed.name) or "attachment"
            return response
    return render(request, "simulator/sign_file.html", {"form": form}, status=400 if form.errors else 200)
