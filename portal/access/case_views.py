"""Pages of a filed case: answering a correction, withdrawing, the proof of filing, the decision."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.access import documents, rules
from portal.access.content_forms import WithdrawalForm
from portal.access.errors import AccessError
from portal.access.models import DecisionDocument
from portal.access.services import correcting
from portal.access.views import download, get_application_for, identity_required, pdf_response
from portal.people.models import Identity


@require_POST
@identity_required
def answer(request: HttpRequest, identity: Identity, public_id: UUID) -> HttpResponse:
    """Begin, or go on with, the corrected application: prefilled with what the former one said."""
    application = get_application_for(identity, public_id)
    try:
        correcting.start_answer(identity=identity, public_id=application.public_id)
    except AccessError as error:
        messages.error(request, error.message)
        return redirect("access:home")
    return redirect("access:tasks")


@require_http_methods(["GET", "HEAD", "POST"])
@identity_required
def withdraw_filed(request: HttpRequest, identity: Identity, public_id: UUID) -> HttpResponse:
    """Ask, then take a filed application back."""
    application = get_application_for(identity, public_id)
    form = WithdrawalForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            correcting.withdraw_filed(
                identity=identity, public_id=public_id, reason=form.cleaned_data["reason"]
            )
        except AccessError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("Wniosek wycofany. Urząd już nad nim nie pracuje."))
        return redirect("access:detail", public_id)
    if application.state not in rules.UNDECIDED:
        return redirect("access:detail", public_id)
    return render(request, "access/withdraw.html", {"application": application, "form": form})


@require_safe
@identity_required
def proof_pdf(request: HttpRequest, identity: Identity, public_id: UUID) -> HttpResponse:
    """Proof of filing: what was filed, when, under which number, with which receipt and files."""
    application = get_application_for(identity, public_id)
    if application.due_on is None:
        raise Http404
    context = documents.proof_context(application)
    return pdf_response(request, "access/proof_pdf.html", context, application, "dowod-zlozenia")


@require_safe
@identity_required
def decision_pdf(request: HttpRequest, identity: Identity, public_id: UUID) -> HttpResponse:
    """The decision as it was written out."""
    application = get_application_for(identity, public_id)
    kept = DecisionDocument.objects.filter(application=application).first()
    if kept is None:
        raise Http404
    return download(bytes(kept.content), "application/pdf", f"decyzja-{application.number}.pdf")
