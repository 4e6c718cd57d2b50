"""Pages of the application for access."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from eurzad.lib.names import as_written
from eurzad.lib.pdf import html_to_pdf
from portal.access import documents, files, rules, selectors
from portal.access.content import content_of
from portal.access.errors import AccessError, NotComplete
from portal.access.forms import ApplicationForm
from portal.access.models import AccessApplication
from portal.access.rules import State
from portal.access.services import drafting, elsewhere, signing
from portal.channels.models import Receipt
from portal.channels.presenting import show_receipt
from portal.people.decorators import account_required
from portal.people.limits import limited
from portal.people.models import Identity

View = Callable[..., HttpResponse]
DETAILS = ("street", "building", "flat", "postal_code", "city", "phone", "email", "remarks")


def identity_required(view: View) -> View:
    """Let in only a signed-in person whose identity is verified, and hand it to the view."""

    @wraps(view)
    @account_required
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        identity: Identity | None = getattr(request.user, "identity", None)
        if identity is None:
            raise Http404
        return view(request, identity, *args, **kwargs)

    return guarded


def get_application_for(identity: Identity, public_id: UUID) -> AccessApplication:
    """The person's own application with its bytes; somebody else's is 404."""
    application = selectors.own_application(identity, public_id)
    if application is None:
        raise Http404
    return application


@require_safe
@identity_required
def home(request: HttpRequest, identity: Identity) -> HttpResponse:
    """Status of the current application, or how to apply."""
    applications = selectors.own_applications(identity)
    current = selectors.current_of(applications)
    if current is None:
        context = {
            "doors": selectors.open_doors(),
            "has_access": identity.subject_id is not None,
            "has_pesel": identity.has_pesel,
            "earlier": [item for item in applications if item.number],
        }
        return render(request, "access/intro.html", context)
    earlier = [item for item in applications if item.pk != current.pk]
    return _status_page(request, identity, current, earlier)


@require_safe
@identity_required
def detail(request: HttpRequest, identity: Identity, public_id: UUID) -> HttpResponse:
    """Status of one application, also an earlier one."""
    return _status_page(request, identity, get_application_for(identity, public_id), [])


def _status_page(
    request: HttpRequest,
    identity: Identity,
    application: AccessApplication,
    earlier: list[AccessApplication],
) -> HttpResponse:
    status = selectors.status_of(application)
    response = render(
        request,
        "access/status.html",
        {
            "status": status,
            "application": application,
            "identity": identity,
            "earlier": earlier,
            "doors": selectors.open_doors(),
        },
    )
    if status.goes_to_signing:
        response["Refresh"] = f"2; url={reverse('access:sign')}"
    elif status.refresh_seconds:
        response["Refresh"] = str(status.refresh_seconds)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@identity_required
def form(request: HttpRequest, identity: Identity) -> HttpResponse:
    """The form, prefilled from the person's last application."""
    applications = selectors.own_applications(identity)
    draft = next((one for one in applications if one.state == State.DRAFT), None)
    if draft is None and any(_is_open(one) for one in applications):
        return redirect("access:home")
    last = draft or (applications[0] if applications else None)
    initial = {name: getattr(last, name) for name in DETAILS} if last else {}
    page_form = ApplicationForm(request.POST or None, initial=initial)
    if request.method == "POST" and page_form.is_valid():
        try:
            drafting.save_draft(identity=identity, details=page_form.details())
        except AccessError as error:
            messages.error(request, error.message)
            return redirect("access:home")
        return redirect("access:tasks")
    return render(
        request,
        "access/form.html",
        {
            "form": page_form,
            "identity": identity,
            "full_name": as_written(identity.full_name),
            "draft": draft,
        },
    )


def _is_open(application: AccessApplication) -> bool:
    return application.state in (*rules.UNDECIDED, *rules.PREPARING)


@require_safe
@identity_required
def preview(request: HttpRequest, identity: Identity) -> HttpResponse:
    """What will be signed, before it is."""
    current = selectors.own_draft(identity)
    if current is None:
        return redirect("access:home")
    content = content_of(current)
    if content.missing:
        messages.error(request, NotComplete().message)
        return redirect("access:tasks")
    context = {
        "application": current,
        "content": content,
        "identity": identity,
        "summary": selectors.application_summary(current),
        "statement": documents.STATEMENT,
        "doors": selectors.open_doors(),
    }
    return render(request, "access/preview.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@identity_required
def sign(request: HttpRequest, identity: Identity) -> HttpResponse:
    """POST: send the document to be signed. GET: go to the signing page, once there is one."""
    if request.method == "POST":
        try:
            signing.start_signing(identity=identity)
        except AccessError as error:
            messages.error(request, error.message)
        return redirect("access:home")
    current = selectors.own_prepared(identity)
    if current is None or current.state != State.AWAITING_SIGNATURE or not current.signing_url:
        return redirect("access:home")
    signing.note_opened(current)
    return redirect(current.signing_url)


@require_http_methods(["GET", "HEAD", "POST"])
@identity_required
def withdraw(request: HttpRequest, identity: Identity) -> HttpResponse:
    """Ask, then give up an application that is not signed yet."""
    if request.method != "POST":
        current = selectors.own_prepared(identity)
        if current is None or current.state not in (State.DRAFT, State.AWAITING_SIGNATURE):
            return redirect("access:home")
        context = {"application": current, "content": content_of(current)}
        return render(request, "access/give_up.html", context)
    try:
        drafting.withdraw(identity=identity)
    except AccessError as error:
        messages.error(request, error.message)
    return redirect("access:home")


@require_POST
@identity_required
def correct(request: HttpRequest, identity: Identity) -> HttpResponse:
    """Go back from signing to the form, with the same data."""
    try:
        drafting.correct(identity=identity)
    except AccessError as error:
        messages.error(request, error.message)
        return redirect("access:home")
    return redirect("access:tasks")


@require_GET
@identity_required
def returned(request: HttpRequest, identity: Identity, token: str) -> HttpResponse:
    """The browser is back from the signing page: a hint, not a proof."""
    _after_return(identity, token, signed=True)
    return redirect("access:home")


@require_GET
@identity_required
def returned_unsigned(request: HttpRequest, identity: Identity, token: str) -> HttpResponse:
    """The signing page says that signing was broken off: a hint as well."""
    _after_return(identity, token, signed=False)
    messages.info(
        request, _("Nie podpisano wniosku. Nic nie przepadło – możesz podpisać go teraz albo później.")
    )
    return redirect("access:home")


def _after_return(identity: Identity, token: str, *, signed: bool) -> None:
    if signing.note_return(identity=identity, token=token, signed=signed) is None:
        raise Http404


@require_http_methods(["GET", "HEAD", "POST"])
@limited("email_link", methods=("GET", "HEAD", "POST"))
def email(request: HttpRequest, token: str) -> HttpResponse:
    """Confirm the contact address; opened from a mail, so without signing in."""
    application = drafting.application_of_email_link(token)
    if application is None:
        return render(request, "access/email.html", {"state": "invalid"}, status=410)
    if request.method == "POST":
        drafting.confirm_email(application)
    done = request.method == "POST" or application.email_confirmed_at is not None
    return render(request, "access/email.html", {"state": "done" if done else "ask"})


@require_safe
@identity_required
def current_receipt(request: HttpRequest, identity: Identity) -> HttpResponse:
    """The receipt of the current application."""
    current = selectors.current_application(identity)
    if current is None or current.receipt_id is None:
        raise Http404
    return redirect("access:receipt", current.public_id)


@require_safe
@identity_required
def document(request: HttpRequest, identity: Identity, public_id: UUID) -> HttpResponse:
    """The application as a page that prints as a letter."""
    application = get_application_for(identity, public_id)
    return render(request, "access/document.html", documents.application_context(application))


@require_safe
@identity_required
def document_pdf(request: HttpRequest, identity: Identity, public_id: UUID) -> HttpResponse:
    """The application as PDF: while it waits to be signed the one to sign, then the signed one, else a print."""
    application = get_application_for(identity, public_id)
    waits = application.state == State.AWAITING_SIGNATURE
    fixed = elsewhere.pdf_to_sign(application) if waits else files.signed_pdf(application)
    if fixed:
        return download(fixed, "application/pdf", f"wniosek-{application.number}.pdf")
    return pdf_response(
        request,
        "access/document_pdf.html",
        documents.application_context(application),
        application,
        "wniosek",
    )


@require_safe
@identity_required
def document_xml(request: HttpRequest, identity: Identity, public_id: UUID) -> HttpResponse:
    """The signed bytes as they came back, or the document where it is unsigned or signed outside it."""
    application = get_application_for(identity, public_id)
    inside = application.packaging not in ("pdf", "detached")
    signed = application.signed_bytes if inside else b""
    return _xml(signed or application.document_bytes, application, "wniosek")


@require_safe
@identity_required
def signature_file(request: HttpRequest, identity: Identity, public_id: UUID) -> HttpResponse:
    """The file of a detached signature, as it came."""
    application = get_application_for(identity, public_id)
    if application.packaging != "detached":
        raise Http404
    return download(application.signed_bytes, "application/xml", f"wniosek-{application.number}.xades")


@require_safe
@identity_required
def receipt(request: HttpRequest, identity: Identity, public_id: UUID) -> HttpResponse:
    """The UPP as a page that prints as a letter."""
    application, kept = _with_receipt(identity, public_id)
    return render(request, "access/receipt.html", {"application": application, "receipt": show_receipt(kept)})


@require_safe
@identity_required
def receipt_pdf(request: HttpRequest, identity: Identity, public_id: UUID) -> HttpResponse:
    """The UPP as PDF."""
    application, kept = _with_receipt(identity, public_id)
    return pdf_response(
        request, "channels/receipt_pdf.html", {"receipt": show_receipt(kept)}, application, "upp"
    )


@require_safe
@identity_required
def receipt_xml(request: HttpRequest, identity: Identity, public_id: UUID) -> HttpResponse:
    """The bytes of the UPP."""
    application, kept = _with_receipt(identity, public_id)
    return _xml(bytes(kept.content), application, "upp")


def _with_receipt(identity: Identity, public_id: UUID) -> tuple[AccessApplication, Receipt]:
    application = get_application_for(identity, public_id)
    if application.receipt is None:
        raise Http404
    return application, application.receipt


def _xml(data: bytes, application: AccessApplication, kind: str) -> HttpResponse:
    if not data:
        raise Http404
    return download(data, "application/xml", f"{kind}-{application.number}.xml")


def pdf_response(
    request: HttpRequest, template: str, context: dict[str, Any], application: AccessApplication, kind: str
) -> HttpResponse:
    """Answer with a template as a tagged PDF to be saved."""
    html = render_to_string(template, context, request)
    data = html_to_pdf(html, identifier=f"{kind}-{application.public_id}")
    return download(data, "application/pdf", f"{kind}-{application.number}.pdf")


def download(data: bytes, content_type: str, name: str) -> HttpResponse:
    """Answer with a file to be saved under this name."""
    response = HttpResponse(data, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
