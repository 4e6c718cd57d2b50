"""The bank's pages for payers."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from payments.simulator import faults
from payments.simulator.models import Order
from payments.simulator.notifications import notify_shop

# What the payer's button does: the status it ends in, and what the shop is told on the way.
_DECISIONS = {
    "pay": (Order.Status.COMPLETED, [Order.Status.PENDING, Order.Status.COMPLETED]),
    "reject": (Order.Status.CANCELED, [Order.Status.CANCELED]),
    "leave": (Order.Status.PENDING, [Order.Status.PENDING]),
}


@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """The latest orders."""
    return render(request, "bank/overview.html", {"orders": Order.objects.all()[:50]})


@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, order_id: str) -> HttpResponse:
    """Ask the payer, do as they say, tell the shop, send them back to it."""
    order = get_object_or_404(Order, order_id=order_id)
    decision = _DECISIONS.get(request.POST.get("decision", ""))
    if request.method != "POST" or decision is None or not order.can_be_paid:
        page = {"order": order, "faults": faults.NOTIFY.items()}
        return render(request, "bank/decide.html", page)
    status, told = decision
    order.status = status
    order.paid_at = timezone.now() if status == Order.Status.COMPLETED else None
    order.save(update_fields=["status", "paid_at"])
    fault = request.POST.get("fault") or faults.take_fault("notify")
    notify_shop(order, told, fault)
    return HttpResponseRedirect(order.document.get("continueUrl") or f"/bank/{order.order_id}/")
