"""Pages of payments, and the address providers notify."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from allauth.account.adapter import get_adapter
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, UnreadablePostError
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from eurzad.lib.money import format_pln
from eurzad.lib.pdf import html_to_pdf
from payments import providers, selectors, services
from payments.errors import CheckoutError
from payments.forms import CheckoutForm
from payments.models import Payment
from portal.mandates.http import AccountRequest
from portal.mandates.policy import AccessDenied
from portal.mandates.reading import note_read
from portal.people.decorators import account_required

MAX_NOTIFICATION = 64 * 1024  # bytes
BASKET = "payments.basket"


class SeeOther(HttpResponseRedirect):
    """Go on with GET, whatever the request was."""

    status_code = 303


@require_http_methods(["GET", "HEAD", "POST"])
@account_required
def basket(request: AccountRequest) -> HttpResponse:
    """Take the objects chosen on another page and show what they cost.

    GET is where a sign-in that came in between leads: the choice is gone, the summary says so.
    """
    if request.method == "POST":
        request.session[BASKET] = selectors.known_tokens(request.POST.getlist("item"))
    return SeeOther(reverse("payments:summary"))


@require_http_methods(["GET", "HEAD", "POST"])
@account_required
@never_cache
def summary(request: AccountRequest) -> HttpResponse:
    """Say what is about to be paid; on POST lock it and go to the provider."""
    if request.method != "POST":
        return _show_summary(request, request.session.get(BASKET, []))
    form = CheckoutForm(request.POST)
    if not form.is_valid():
        return SeeOther(reverse("payments:summary"))
    data = form.cleaned_data
    try:
        payment = services.place_payment(
            viewer=request.viewer,
            tokens=data["item"],
            idempotency_key=data["key"],
            shown_total=data["shown_total"],
            provider=data["provider"],
        )
        payment = services.send_order(payment=payment, customer_ip=get_adapter().get_client_ip(request))
    except CheckoutError as error:
        return _show_summary(request, data["item"], error)
    return SeeOther(selectors.next_address(payment))


def _show_summary(
    request: AccountRequest, tokens: Sequence[str], error: CheckoutError | None = None
) -> HttpResponse:
    chosen = None
    try:
        chosen = selectors.price_basket(request.viewer, tokens)
    except CheckoutError as nothing:
        error = error or nothing
    else:
        note_read(request.viewer, action="payments.basket", subject=chosen.subject)
    context = {
        "error": error,
        "basket": chosen,
        "lines": selectors.item_lines(chosen.items) if chosen else [],
        "total": format_pln(chosen.total) if chosen else "",
        "key": uuid4(),
        "providers": selectors.provider_choices(),
        "choose_url": selectors.choose_url(selectors.kinds_of(tokens)),
    }
    return render(request, "payments/summary.html", context, status=409 if error and chosen else 200)


@require_GET
@account_required
def history(request: AccountRequest) -> HttpResponse:
    """Every payment for the subject in view, newest first."""
    rows, page = selectors.payments_of(request.viewer, page=request.GET.get("page", "1"))
    note_read(request.viewer, action="payments.list")
    return render(request, "payments/history.html", {"rows": rows, "page_obj": page, "query": ""})


def get_payment_for(request: AccountRequest, public_id: UUID, *, action: str = "") -> Payment:
    """The payment the viewer may see, noted in the journal as `action`; anything else does not exist."""
    payment = selectors.get_payment_for(request.viewer, public_id)
    if action:
        services.note_access(viewer=request.viewer, payment=payment, action=action)
    return payment


@require_GET
@account_required
@never_cache
def detail(request: AccountRequest, public_id: UUID) -> HttpResponse:
    """One payment: what for, by whom, and where it stands."""
    payment = get_payment_for(request, public_id, action="payments.read")
    return render(request, "payments/detail.html", {"payment": selectors.describe(payment)})


@require_GET
@account_required
@never_cache
def come_back(request: AccountRequest, public_id: UUID) -> HttpResponse:
    """Where the provider sends the browser. Believes nothing it brings and settles nothing."""
    try:
        payment = get_payment_for(request, public_id)
    except AccessDenied:
        if not selectors.is_maker(request.viewer, public_id):
            raise
        return render(request, "payments/no_longer.html")
    note_read(request.viewer, action="payments.read", subject=payment.on_behalf, reference=payment.reference)
    services.ask_soon(payment)
    return render(request, "payments/return.html", {"payment": selectors.describe(payment)})


@require_GET
@account_required
@never_cache
def receipt(request: AccountRequest, public_id: UUID) -> HttpResponse:
    """The receipt as a page."""
    return render(request, "payments/receipt.html", {"payment": _receipt_for(request, public_id)})


@require_GET
@account_required
@never_cache
def receipt_pdf(request: AccountRequest, public_id: UUID) -> HttpResponse:
    """The receipt as a tagged PDF, made anew from data that does not change."""
    page = {"payment": _receipt_for(request, public_id)}
    html = render_to_string("payments/receipt_pdf.html", page, request=request)
    response = HttpResponse(html_to_pdf(html, identifier=str(public_id)), content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="potwierdzenie-wplaty.pdf"'
    return response


def _receipt_for(request: AccountRequest, public_id: UUID) -> selectors.PaymentPage:
    payment = get_payment_for(request, public_id, action="payments.receipt")
    if payment.status != Payment.Status.PAID:
        raise Http404
    return selectors.describe(payment)


@csrf_exempt
@require_POST
def notification(request: HttpRequest, provider: str) -> HttpResponse:
    """A provider's message: kept, checked, applied; the answer tells nothing but yes or no."""
    if provider not in providers.names():
        raise Http404
    try:
        body = request.read(MAX_NOTIFICATION + 1)
    except UnreadablePostError:
        return HttpResponse(status=400)
    if len(body) > MAX_NOTIFICATION:
        return HttpResponse(status=413)
    is_genuine = services.receive_notification(provider_name=provider, headers=request.headers, body=body)
    return HttpResponse(status=200 if is_genuine else 400)
