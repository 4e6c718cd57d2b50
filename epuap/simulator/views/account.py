"""Residents' accounts on ePUAP: the town's form, the outbox, the inbox."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from epuap.simulator import accounts, hand_deliveries, people, signing
from epuap.simulator.errors import Refused
from epuap.simulator.forms import ApplicationForm
from epuap.simulator.models import Draft
from epuap.simulator.people import Person
from epuap.simulator.views.session import account_owner, enter_account, leave_account
from epuap.simulator.wire.application import describe
from epuap.simulator.wire.receipt import describe_receipt

AccountView = Callable[..., HttpResponse]


def account_required(view: AccountView) -> AccountView:
    """Pass the account's owner to the view, or ask who it is first."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        owner = account_owner(request)
        if owner is None:
            return redirect(f"{reverse('simulator:account_sign_in')}?dalej={request.path}")
        return view(request, owner, *args, **kwargs)

    return wrapped


def account_sign_in(request: HttpRequest) -> HttpResponse:
    """Choose whose account to open."""
    after = request.POST.get("dalej") or request.GET.get("dalej", "")
    if not url_has_allowed_host_and_scheme(after, allowed_hosts=None) or not after.startswith("/epuap/"):
        after = reverse("simulator:account")
    if request.method == "POST":
        person = people.by_key(request.POST.get("choice", ""))
        if person is not None:
            enter_account(request, person)
            return redirect(after)
    return render(request, "simulator/account_sign_in.html", {"people": people.RESIDENTS, "after": after})


@require_POST
def account_sign_out(request: HttpRequest) -> HttpResponse:
    """Close the account."""
    leave_account(request)
    return redirect("simulator:overview")


@account_required
def account(request: HttpRequest, owner: Person) -> HttpResponse:
    """What lies in the boxes of the account."""
    context = {
        "owner": owner,
        "address": people.box_address(owner.login),
        "to_receive": accounts.to_receive(owner),
        "inbox": accounts.inbox(owner),
        "outbox": accounts.outbox(owner),
        "drafts": accounts.drafts(owner),
    }
    return render(request, "simulator/account.html", context)


@account_required
def application_form(request: HttpRequest, owner: Person) -> HttpResponse:
    """The town's form, filled from the account."""
    form = ApplicationForm(request.POST or None, request.FILES or None, initial=accounts.known_address(owner))
    if request.method == "POST" and form.is_valid():
        draft = accounts.write_application(owner, form.cleaned_data)
        return redirect("simulator:draft", draft.public_id)
    context = {"owner": owner, "form": form}
    return render(request, "simulator/application_form.html", context, status=400 if form.errors else 200)


def _draft_of(owner: Person, draft_id: UUID) -> Draft:
    return get_object_or_404(Draft, public_id=draft_id, owner_login=owner.login)


@account_required
def draft(request: HttpRequest, owner: Person, draft_id: UUID) -> HttpResponse:
    """Preview of the document, with the next step: sign it or send it."""
    found = _draft_of(owner, draft_id)
    context = {"owner": owner, "draft": found, "rows": describe(bytes(found.content))}
    return render(request, "simulator/draft.html", context)


@require_POST
@account_required
def sign_draft(request: HttpRequest, owner: Person, draft_id: UUID) -> HttpResponse:
    """Go to the signing page."""
    found = _draft_of(owner, draft_id)
    here = f"{settings.SIM_BASE_URL}{reverse('simulator:draft', args=[draft_id])}"
    return redirect(signing.page_url(accounts.leave_for_signing(found, return_url=here)))


@require_POST
@account_required
def send_draft(request: HttpRequest, owner: Person, draft_id: UUID) -> HttpResponse:
    """Send the signed document to the office's mailbox."""
    try:
        message = accounts.send(owner, _draft_of(owner, draft_id))
    except Refused as error:
        return render(request, "simulator/refused.html", {"error": error}, status=409)
    return redirect("simulator:message", message.public_id)


@account_required
def message(request: HttpRequest, owner: Person, message_id: UUID) -> HttpResponse:
    """One document sent or received, with its UPP when it was sent from here."""
    found = accounts.message_of(owner, message_id)
    if found is None:
        raise Http404
    try:
        rows = describe(bytes(found.content))
    except Refused:
        rows = []
    context = {"owner": owner, "message": found, "rows": rows, "receipt": accounts.own_receipt(owner, found)}
    return render(request, "simulator/message.html", context)


@account_required
def receipt(request: HttpRequest, owner: Person, receipt_id: UUID) -> HttpResponse:
    """A UPP in words."""
    found = accounts.receipt_of(owner, receipt_id)
    if found is None:
        raise Http404
    context = {"owner": owner, "receipt": found, "rows": describe_receipt(bytes(found.content))}
    return render(request, "simulator/receipt.html", context)


@account_required
def hand_delivery(request: HttpRequest, owner: Person, delivery_id: UUID) -> HttpResponse:
    """A letter that waits for the UPD; back from signing, it opens."""
    found = accounts.hand_delivery_of(owner, delivery_id)
    if found is None:
        raise Http404
    if found.received_at is not None or hand_deliveries.receive(found, owner):
        return redirect("simulator:message", found.message.public_id)
    return render(request, "simulator/hand_delivery.html", {"owner": owner, "delivery": found})


@require_POST
@account_required
def sign_upd(request: HttpRequest, owner: Person, delivery_id: UUID) -> HttpResponse:
    """Go and sign the UPD."""
    found = accounts.hand_delivery_of(owner, delivery_id)
    if found is None:
        raise Http404
    here = f"{settings.SIM_BASE_URL}{reverse('simulator:hand_delivery', args=[delivery_id])}"
    try:
        waiting = hand_deliveries.leave_upd_for_signing(found, return_url=here)
    except Refused as error:
        return render(request, "simulator/refused.html", {"error": error}, status=409)
    return redirect(signing.page_url(waiting))


def _download(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/xml")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@account_required
def message_xml(request: HttpRequest, owner: Person, message_id: UUID) -> HttpResponse:
    """The bytes of a document."""
    found = accounts.message_of(owner, message_id)
    if found is None:
        raise Http404
    return _download(bytes(found.content), f"dokument-{found.number}.xml")


@account_required
def receipt_xml(request: HttpRequest, owner: Person, receipt_id: UUID) -> HttpResponse:
    """The bytes of a UPP."""
    found = accounts.receipt_of(owner, receipt_id)
    if found is None:
        raise Http404
    return _download(bytes(found.content), f"UPP-{found.number}.xml")
