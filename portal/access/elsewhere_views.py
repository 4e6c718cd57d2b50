"""Pages for signing with a program of one's own: take the document, bring the signed file back."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from eurzad.uploads import is_over_limit
from portal.access import rules, selectors
from portal.access.errors import AccessError
from portal.access.forms import UploadForm
from portal.access.models import AccessApplication
from portal.access.rules import State
from portal.access.services import elsewhere as service
from portal.access.services import signing
from portal.access.views import download, get_application_for, identity_required
from portal.people.limits import limited
from portal.people.models import Identity


@require_POST
@identity_required
def choose(request: HttpRequest, identity: Identity) -> HttpResponse:
    """Fix the document, so that it can be taken away and signed."""
    try:
        application = signing.start_signing(identity=identity, online=False)
    except AccessError as error:
        messages.error(request, error.message)
        return redirect("access:home")
    return redirect("access:elsewhere", application.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@limited("upload")
@identity_required
def elsewhere(request: HttpRequest, identity: Identity, public_id: UUID) -> HttpResponse:
    """The three steps; POST brings the signed file."""
    application = get_application_for(identity, public_id)
    if request.method == "POST":
        return _receive(request, identity, application)
    if application.state != State.AWAITING_SIGNATURE:
        return redirect("access:detail", public_id)
    return _page(request, identity, application, UploadForm())


def _receive(request: HttpRequest, identity: Identity, application: AccessApplication) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES)
    too_big = is_over_limit(request)
    if too_big or not form.is_valid():
        if too_big:
            form.errors.pop("file", None)
            form.add_error("file", UploadForm.TOO_BIG)
        return _page(request, identity, application, form, status=413 if too_big else 200)
    try:
        service.receive(application_id=application.pk, content=form.cleaned_data["file"])
    except AccessError as error:
        messages.error(request, error.message)
    return redirect("access:detail", application.public_id)


def _page(
    request: HttpRequest,
    identity: Identity,
    application: AccessApplication,
    form: UploadForm,
    *,
    status: int = 200,
) -> HttpResponse:
    context = {
        "application": application,
        "form": form,
        "identity": identity,
        "refusal": selectors.upload_refusal(application),
        "sign_by": rules.sign_by(application.fixed_at),
    }
    return render(request, "access/elsewhere.html", context, status=status)


@require_safe
@identity_required
def xml_to_sign(request: HttpRequest, identity: Identity, public_id: UUID) -> HttpResponse:
    """The fixed document, byte for byte."""
    application = get_application_for(identity, public_id)
    if application.state != State.AWAITING_SIGNATURE:
        return redirect("access:detail", public_id)
    return download(application.document_bytes, "application/xml", f"wniosek-{application.number}.xml")


@require_safe
@identity_required
def pdf_to_sign(request: HttpRequest, identity: Identity, public_id: UUID) -> HttpResponse:
    """The same document as PDF: made once, then always the same bytes."""
    application = get_application_for(identity, public_id)
    if application.state != State.AWAITING_SIGNATURE:
        return redirect("access:detail", public_id)
    return download(service.pdf_to_sign(application), "application/pdf", f"wniosek-{application.number}.pdf")
