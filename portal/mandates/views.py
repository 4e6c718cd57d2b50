from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from eurzad.lib import searching
from eurzad.lib.errors import DomainError
from eurzad.lib.identifiers import IdentifierError
from eurzad.lib.pdf import html_to_pdf
from portal.journal.services import record_read
from portal.mandates import selectors
from portal.mandates.errors import MandateError, MandateNotInForce
from portal.mandates.forms import AskForm, GrantForm, TermsForm
from portal.mandates.http import AccountRequest
from portal.mandates.models import Mandate, Party
from portal.mandates.policy import AccessDenied
from portal.mandates.reading import note_read
from portal.mandates.services import choosing, ending, requesting
from portal.mandates.switching import NEXT_KEY, page_after_sign_in, page_after_switch
from portal.people.decorators import account_required


@require_GET
@account_required
def mandate_list(request: AccountRequest) -> HttpResponse:
    """Mandates granted, received, asked for and ended."""
    requesting.find_own(request.viewer)
    tab = request.GET.get("lista", "granted")
    tab = tab if tab in selectors.TABS else "granted"
    rows, page = selectors.list_mandates(request.viewer, tab=tab, page=request.GET.get("page", "1"))
    context = {
        "rows": rows, "page_obj": page, "query": f"lista={tab}", "tab": tab, "tabs": selectors.TABS,
        "may_grant": selectors.may_grant(request.viewer),
    }  # fmt: skip
    return render(request, "mandates/list.html", context)


@require_GET
@account_required
def choose(request: AccountRequest) -> HttpResponse:
    """For whom to act: oneself, or one of those whose mandate one holds."""
    requesting.find_own(request.viewer)
    query = searching.clean(request.GET.get("q", ""))
    rows, page = selectors.choices(request.viewer, query=query, page=request.GET.get("page", "1"))
    back = request.GET.get("powrot", "")
    is_after_sign_in = not back and NEXT_KEY in request.session
    context = {
        "rows": rows, "page_obj": page, "query": "", "q": query, "back": back, "is_after_sign_in": is_after_sign_in,
    }  # fmt: skip
    return render(request, "mandates/choose.html", context)


@require_POST
@account_required
def act_for(request: AccountRequest) -> HttpResponse:
    """Switch to acting for a principal, or back to oneself."""
    try:
        choosing.act_for(
            viewer=request.viewer, session=request.session, mandate_id=request.POST.get("mandate", "")
        )
    except MandateNotInForce as error:
        messages.error(request, error.message)
        return redirect("mandates:choose")
    before = page_after_sign_in(request) if request.POST.get("dalej") else ""
    return redirect(before or page_after_switch(request, request.POST.get("powrot", "")))


@require_http_methods(["GET", "HEAD", "POST"])
@account_required
@never_cache
def grant(request: AccountRequest) -> HttpResponse:
    """Give a mandate: fill it in; the exact text is read on the next page."""
    subject = request.viewer.subject
    if subject is None:
        return render(request, "mandates/no_access.html")
    if not selectors.may_grant(request.viewer):
        return render(request, "mandates/cannot_grant.html", status=403)
    return _prepare(request, GrantForm(request.POST or None, subject=subject), Party.PRINCIPAL)


@require_http_methods(["GET", "HEAD", "POST"])
@account_required
@never_cache
def ask(request: AccountRequest) -> HttpResponse:
    """Ask somebody for their mandate."""
    if request.viewer.own is None:
        return render(request, "mandates/no_access.html")
    return _prepare(request, AskForm(request.POST or None), Party.ATTORNEY)


def _prepare(request: AccountRequest, form: TermsForm, asked_by: Party) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            mandate = requesting.prepare(viewer=request.viewer, terms=form.terms(), asked_by=asked_by)
        except AccessDenied:
            form.add_error(None, _("Pełnomocnik nie może upoważniać dalszych osób. Wróć do swoich spraw."))
        except IdentifierError:
            form.add_error("number", _("Ten numer jest błędny. Sprawdź wszystkie cyfry."))
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            return redirect("mandates:detail", mandate.public_id)
    return render(request, "mandates/prepare.html", {"form": form, "is_grant": asked_by == Party.PRINCIPAL})


@require_POST
@account_required
def ask_right(request: AccountRequest) -> HttpResponse:
    """Ask the principal in whose name one acts for the right that was missing."""
    try:
        mandate = requesting.ask_again_for(
            viewer=request.viewer, right=request.POST.get("right", ""), area=request.POST.get("area", "")
        )
    except MandateError as error:
        messages.error(request, error.message)
        return redirect("mandates:list")
    return redirect("mandates:detail", mandate.public_id)


def get_mandate_for(request: AccountRequest, public_id: UUID) -> Mandate:
    """The mandate the viewer has a part in; anything else does not exist."""
    requesting.find_own(request.viewer)
    return selectors.get_mandate_for(request.viewer, public_id)


@require_GET
@account_required
@never_cache
def detail(request: AccountRequest, public_id: UUID) -> HttpResponse:
    """One mandate: its exact text, what comes next, and what was done under it."""
    mandate = get_mandate_for(request, public_id)
    if mandate.principal is not None:
        note_read(request.viewer, action="mandates.read", subject=mandate.principal, reference=str(public_id))
    page = selectors.describe(request.viewer, mandate)
    acts, page_obj = (
        selectors.acts_under(mandate, page=request.GET.get("page", "1"))
        if page.is_mine_as_principal
        else ([], None)
    )
    context = {"mandate": page, "acts": acts, "page_obj": page_obj, "query": ""}
    return render(request, "mandates/detail.html", context)


@require_POST
@account_required
def decide(request: AccountRequest, public_id: UUID) -> HttpResponse:
    """Send, confirm or refuse what is being prepared or asked for."""
    get_mandate_for(request, public_id)
    read, action = request.POST.get("text", ""), request.POST.get("action", "")
    if action not in ("send", "paper", "confirm", "refuse"):
        return redirect("mandates:detail", public_id)
    who: dict[str, Any] = {"viewer": request.viewer, "mandate_id": public_id}
    try:
        if action in ("send", "paper"):
            requesting.send(**who, read_sha256=read, on_paper=action == "paper")
        elif action == "confirm":
            requesting.confirm(**who, read_sha256=read)
        elif action == "refuse":
            requesting.refuse(**who, reason=request.POST.get("reason", ""))
    except MandateError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Zapisane. Poniżej widzisz, co dalej."))
    return redirect("mandates:detail", public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@account_required
@never_cache
def revoke(request: AccountRequest, public_id: UUID) -> HttpResponse:
    """Ask once more, then end the mandate at once."""
    mandate = get_mandate_for(request, public_id)
    if request.method == "POST":
        try:
            reason = request.POST.get("reason", "")
            ending.end_mandate(viewer=request.viewer, mandate_id=public_id, reason=reason)
        except MandateError as error:
            messages.error(request, error.message)
        return redirect("mandates:detail", public_id)
    page = selectors.describe(request.viewer, mandate)
    if mandate.principal is not None:
        note_read(request.viewer, action="mandates.read", subject=mandate.principal, reference=str(public_id))
    if not page.can_end:
        return redirect("mandates:detail", public_id)
    return render(request, "mandates/revoke.html", {"mandate": page})


@require_GET
@account_required
@never_cache
def text_pdf(request: AccountRequest, public_id: UUID) -> HttpResponse:
    """The exact text as a tagged PDF, to be signed on paper."""
    return _pdf(request, public_id, "mandates/text_pdf.html", "pelnomocnictwo.pdf")


@require_GET
@account_required
@never_cache
def revocation_pdf(request: AccountRequest, public_id: UUID) -> HttpResponse:
    """The confirmation that a mandate was revoked, for both sides."""
    if get_mandate_for(request, public_id).status != Mandate.Status.REVOKED:
        raise Http404
    return _pdf(request, public_id, "mandates/revocation_pdf.html", "odwolanie-pelnomocnictwa.pdf")


def _pdf(request: AccountRequest, public_id: UUID, template: str, name: str) -> HttpResponse:
    mandate = get_mandate_for(request, public_id)
    subject = mandate.principal or mandate.attorney
    record_read(
        actor_id=request.viewer.user.public_id, subject_id=subject.public_id if subject else None,
        action="mandates.pdf", reference=str(public_id),
    )  # fmt: skip
    html = render_to_string(
        template, {"mandate": selectors.describe(request.viewer, mandate)}, request=request
    )
    response = HttpResponse(html_to_pdf(html, identifier=str(public_id)), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response
