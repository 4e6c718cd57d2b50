"""The control page: what is ordered, ordering and withdrawing, what waits, the last calls of the services."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from epuap.simulator import authorities, boxes, exchanges, failures
from epuap.simulator.forms import OrderForm
from epuap.simulator.models import Behaviour, Exchange, IssuedCertificate, Receipt

SHOWN = 30


def overview(request: HttpRequest) -> HttpResponse:
    """What the simulator plays."""
    return render(request, "simulator/overview.html", {"ordered": len(failures.ordered())})


def show(request: HttpRequest, form: OrderForm | None = None) -> HttpResponse:
    """Show the control page, with a refused order's form when there is one."""
    orders = [
        {"name": order.name, "label": failures.Name(order.name).label, "order": order}
        for order in Behaviour.objects.filter(remaining__gt=0, name__in=failures.Name.values).order_by("name")
    ]
    context = {
        "form": form or OrderForm(),
        "orders": orders,
        "held": boxes.held_receipts(),
        "certificates": IssuedCertificate.objects.order_by("-pk")[:SHOWN],
        "exchanges": exchanges.latest(SHOWN),
        "said": request.session.pop("said", ""),
    }
    refused = form is not None and bool(form.errors)
    return render(request, "simulator/control.html", context, status=400 if refused else 200)


def _back(request: HttpRequest, said: str) -> HttpResponse:
    request.session["said"] = said
    return redirect("simulator:control")


@require_POST
def order(request: HttpRequest) -> HttpResponse:
    """Order a failure."""
    form = OrderForm(request.POST)
    if not form.is_valid():
        return show(request, form)
    values = form.cleaned_data
    name = failures.Name(values["name"])
    failures.order(name, values["times"], values["seconds"])
    return _back(request, f"Zamówiono: {name.label}.")


@require_POST
def withdraw(request: HttpRequest) -> HttpResponse:
    """Withdraw one order, or all of them when none is named."""
    name = request.POST.get("name", "")
    if name in failures.Name.values:
        failures.order(failures.Name(name), 0)
        return _back(request, f"Wycofano: {failures.Name(name).label}.")
    failures.withdraw_all()
    return _back(request, "Wycofano wszystkie zamówienia.")


@require_POST
def release_receipt(request: HttpRequest, receipt_id: int) -> HttpResponse:
    """Let one late receipt come."""
    held = get_object_or_404(Receipt, pk=receipt_id)
    came = boxes.release_receipt(held)
    return _back(request, "UPP przyszło do skrytki nadawcy." if came else "To UPP przyszło już wcześniej.")


@require_POST
def revoke_certificate(request: HttpRequest, certificate_id: int) -> HttpResponse:
    """Revoke a certificate from now on."""
    found = get_object_or_404(IssuedCertificate, pk=certificate_id)
    revoked = authorities.revoke(found.serial)
    return _back(request, "Certyfikat unieważniono." if revoked else "Ten certyfikat był już unieważniony.")


def exchange(request: HttpRequest, exchange_id: int) -> HttpResponse:
    """One call of a web service: what came and what was answered, as bytes on the wire."""
    found = get_object_or_404(Exchange, pk=exchange_id)
    context = {
        "exchange": found,
        "request_text": bytes(found.request).decode("utf-8", "replace"),
        "answer_text": bytes(found.answer).decode("utf-8", "replace"),
        "max_bytes": exchanges.MAX_BYTES,
    }
    return render(request, "simulator/exchange.html", context)
