"""Pages of payments, overpayments, a year, statements and letters."""

from datetime import date
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from eurzad.lib import clock
from eurzad.lib.pdf import html_to_pdf
from portal.journal.services import record_read
from portal.mandates.http import AccountRequest
from portal.people.decorators import account_required
from portal.people.models import Subject
from taxes import letters, statements
from taxes.errors import LedgerError
from taxes.forms import LetterForm
from taxes.models import Statement
from taxes.selectors import papers, payments, source
from taxes.selectors.receivable import receivable_detail
from taxes.selectors.year import year_page

PARTS = {"raty": "charges", "wplaty": "payments", "niezaplacone": "open"}
KINDS = {"rok": Statement.Kind.YEAR, "stan": Statement.Kind.BALANCE}


def _note(
    request: AccountRequest, subject: Subject, action: str = "receivables.read", reference: str = ""
) -> None:
    record_read(
        actor_id=request.user.public_id, subject_id=subject.public_id, action=action, reference=reference
    )


@require_GET
@account_required
def payment_list(request: AccountRequest) -> HttpResponse:
    """What was paid and what it was credited to, newest first."""
    if request.viewer.subject is None:
        return render(request, "taxes/no_access.html")
    found = payments.payment_list(request.viewer, page=request.GET.get("page", "1"))
    _note(request, found.subject)
    return render(
        request, "taxes/payment_list.html", {"found": found, "stamp": source.stamp(request.viewer.subject)}
    )


@require_GET
@account_required
def payment_detail(request: AccountRequest, public_id: UUID) -> HttpResponse:
    """One payment and how it was credited."""
    detail = payments.payment_detail(request.viewer, public_id)
    _note(request, detail.subject, reference=str(public_id))
    return render(
        request,
        "taxes/payment_detail.html",
        {"detail": detail, "stamp": source.stamp(request.viewer.subject)},
    )


@require_GET
@account_required
def overpayment_list(request: AccountRequest) -> HttpResponse:
    """What was paid too much, and what can be done with it."""
    if request.viewer.subject is None:
        return render(request, "taxes/no_access.html")
    subject, rows, page = payments.overpayments(request.viewer, page=request.GET.get("page", "1"))
    _note(request, subject)
    context = {"rows": rows, "page_obj": page, "query": "", "stamp": source.stamp(request.viewer.subject)}
    return render(request, "taxes/overpayment_list.html", context)


@require_GET
@account_required
def year(request: AccountRequest, year: int | None = None) -> HttpResponse:
    """One year by month: what was due, what was paid; and the statements that can be had."""
    if request.viewer.subject is None:
        return render(request, "taxes/no_access.html")
    shown = year_page(request.viewer, year)
    if year is not None and shown.year != year:
        raise Http404
    _note(request, shown.subject)
    context = {
        "shown": shown,
        "kept": statements.kept_for(request.viewer),
        "stamp": source.stamp(request.viewer.subject),
    }
    return render(request, "taxes/year.html", context)


@require_GET
@account_required
@never_cache
def table_csv(request: AccountRequest, year: int, part: str) -> HttpResponse:
    """One table of a year as CSV."""
    if part not in PARTS or not 1990 <= year <= 2200 or request.viewer.subject is None:
        raise Http404
    content = statements.csv_of(request.viewer, PARTS[part], year)
    _note(request, request.viewer.subject, "receivables.statement")
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{part}-{year}.csv"'
    return response


@require_POST
@account_required
def order_statement(request: AccountRequest, year: int, kind: str) -> HttpResponse:
    """Have a statement made by a worker and go where it will be."""
    if kind not in KINDS or not 1990 <= year <= 2200 or request.viewer.subject is None:
        raise Http404
    try:
        statement = statements.order(viewer=request.viewer, kind=KINDS[kind], year=year)
    except LedgerError as error:
        messages.error(request, error.message)
        return redirect("taxes:year")
    return redirect("taxes:statement", statement.public_id)


def get_statement_for(request: AccountRequest, public_id: UUID) -> Statement:
    """The user's statement, if they still see everything in it; anything else does not exist."""
    return statements.statement_for(request.viewer, public_id)


@require_GET
@account_required
@never_cache
def statement(request: AccountRequest, public_id: UUID) -> HttpResponse:
    """How a statement stands; the page asks again by itself until it is ready."""
    found = get_statement_for(request, public_id)
    return render(request, "taxes/statement.html", {"statement": found, "today": clock.today()})


@require_GET
@account_required
@never_cache
def statement_pdf(request: AccountRequest, public_id: UUID) -> HttpResponse:
    """The statement itself."""
    found = get_statement_for(request, public_id)
    if found.content is None:
        raise Http404
    _note(request, found.subject, "receivables.statement", str(public_id))
    name = f"zestawienie-{found.year}" if found.kind == Statement.Kind.YEAR else "stan-rozliczen"
    response = HttpResponse(bytes(found.content), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return response


@require_GET
@account_required
@never_cache
def paper(request: AccountRequest, public_id: UUID, decision_id: UUID) -> HttpResponse:
    """The PDF of a decision as the office gave it."""
    subject, document = papers.paper_for(request.viewer, public_id, decision_id)
    _note(request, subject, reference=str(decision_id))
    response = HttpResponse(bytes(document.content), content_type="application/pdf")
    response["Content-Disposition"] = 'attachment; filename="decyzja.pdf"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@account_required
@never_cache
def dispute(request: AccountRequest, public_id: UUID) -> HttpResponse:
    """A letter about something wrong with a receivable."""
    today = clock.today()
    with translation.override(letters.LANGUAGE):
        detail = receivable_detail(request.viewer, public_id, today)
    _note(request, detail.subject, reference=str(public_id))
    back = reverse("taxes:receivable_detail", args=[public_id])
    return _write(request, letters.dispute(request.viewer, detail, back, today), today)


@require_http_methods(["GET", "HEAD", "POST"])
@account_required
@never_cache
def overpayment_letter(request: AccountRequest, public_id: UUID, what: str) -> HttpResponse:
    """A letter about what was paid too much."""
    if what not in (letters.REFUND, letters.CREDIT):
        raise Http404
    with translation.override(letters.LANGUAGE):
        subject, row = payments.overpayment(request.viewer, public_id)
    _note(request, subject, reference=str(public_id))
    back = reverse("taxes:overpayments")
    return _write(request, letters.overpaid(request.viewer, subject, row, what, back), clock.today())


def _write(request: AccountRequest, letter: letters.Letter, today: date) -> HttpResponse:
    """Show the letter to be edited; on POST give it back to be printed, or as PDF."""
    sent = request.POST if request.method == "POST" else None
    form = LetterForm(sent, initial={"title": letter.title, "body": letter.body})
    context = {"letter": letter, "form": form, "today": today}
    if not form.is_valid():
        return render(request, "taxes/letter.html", context)
    context |= form.cleaned_data
    if request.POST.get("do") != "pdf":
        return render(request, "taxes/letter_print.html", context)
    with translation.override(letters.LANGUAGE):
        html = render_to_string("taxes/letter_pdf.html", context, request=request)
    response = HttpResponse(html_to_pdf(html, identifier=str(uuid4())), content_type="application/pdf")
    response["Content-Disposition"] = 'attachment; filename="pismo.pdf"'
    return response
