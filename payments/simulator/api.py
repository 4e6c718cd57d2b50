"""The bank's interface for shops: access tokens, orders, and the faults testers ask for."""

import hmac
import json
import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from payments.simulator import faults
from payments.simulator.models import Order

TOKEN_SECONDS = 43199
_NAMESPACE = "bank.token"
_REQUIRED = ("customerIp", "merchantPosId", "description", "currencyCode", "totalAmount", "products")


@csrf_exempt
@require_POST
def authorize(request: HttpRequest) -> HttpResponse:
    """Give an access token for the shop's client id and secret (form-encoded, as OAuth wants it)."""
    given = (request.POST.get("client_id", ""), request.POST.get("client_secret", ""))
    expected = (settings.SIM_PAYU_CLIENT_ID, settings.SIM_PAYU_CLIENT_SECRET)
    is_right = all(hmac.compare_digest(a.encode(), b.encode()) for a, b in zip(given, expected, strict=True))
    if not is_right or request.POST.get("grant_type") != "client_credentials":
        return JsonResponse(
            {"error": "invalid_client", "error_description": "Bad client credentials"}, status=401
        )
    return JsonResponse(
        {
            "access_token": signing.dumps(given[0], salt=_NAMESPACE),
            "token_type": "bearer",
            "expires_in": TOKEN_SECONDS,
            "grant_type": "client_credentials",
        }
    )


@csrf_exempt
def orders(request: HttpRequest) -> HttpResponse:
    """POST makes an order; GET with `extOrderId` looks one up."""
    if not _is_authorised(request):
        return _status(401, "UNAUTHORIZED")
    if request.method == "GET":
        return _show(Order.objects.filter(ext_order_id=request.GET.get("extOrderId", "")).first())
    if request.method != "POST":
        return _status(405, "ERROR_SYNTAX")
    fault = faults.take_fault("create")
    if fault == "lost":
        return HttpResponse(status=504)
    if fault == "refused":
        return _status(400, "BUSINESS_ERROR", "Order was rejected by antifraud system")
    try:
        document = json.loads(request.body)
    except ValueError:
        return _status(400, "ERROR_SYNTAX")
    problem = _problem(document)
    if problem:
        return _status(400, *problem)
    answer = _create(document)
    return HttpResponse(status=504) if fault == "unanswered" else answer


@csrf_exempt
@require_GET
def order(request: HttpRequest, order_id: str) -> HttpResponse:
    """Show one order."""
    if not _is_authorised(request):
        return _status(401, "UNAUTHORIZED")
    return _show(Order.objects.filter(order_id=order_id).first())


@csrf_exempt
@require_POST
def control(request: HttpRequest) -> HttpResponse:
    """Testers: `{"create": "unanswered"}` or `{"notify": "lost"}` makes the next one go wrong."""
    try:
        wanted = json.loads(request.body)
        is_set = all(faults.set_fault(point, kind) for point, kind in wanted.items())
    except (ValueError, AttributeError, TypeError):
        is_set = False
    return HttpResponse(status=204 if is_set else 400)


def _create(document: dict[str, Any]) -> HttpResponse:
    ext_order_id = document.get("extOrderId") or secrets.token_hex(12)
    validity = timedelta(seconds=int(document.get("validityTime", 86400)))
    now = timezone.now()
    order_id = f"{secrets.token_hex(5).upper()}{timezone.localtime(now):%y%m%d}GUEST000P01"
    try:
        with transaction.atomic():
            made = Order.objects.create(
                order_id=order_id, ext_order_id=ext_order_id, document=document, valid_until=now + validity
            )
    except IntegrityError:
        return _status(400, "ERROR_ORDER_NOT_UNIQUE", "Order with given external order id already exists")
    address = f"{settings.SIM_BASE_URL}/bank/{made.order_id}/"
    answer = JsonResponse(
        {
            "status": {"statusCode": "SUCCESS"},
            "redirectUri": address,
            "orderId": made.order_id,
            "extOrderId": made.ext_order_id,
        },
        status=302,
    )
    answer["Location"] = address
    return answer


def _show(found: Order | None) -> HttpResponse:
    if found is None:
        return _status(404, "DATA_NOT_FOUND")
    if found.status in (Order.Status.NEW, Order.Status.PENDING) and not found.can_be_paid:
        found.status = Order.Status.CANCELED
        found.save(update_fields=["status"])
    return JsonResponse(
        {"orders": [found.as_document()], "status": {"statusCode": "SUCCESS"}, "properties": []}
    )


def _problem(document: object) -> tuple[str, str] | None:
    if not isinstance(document, dict):
        return "ERROR_SYNTAX", ""
    missing = [name for name in _REQUIRED if not document.get(name)]
    if missing:
        return "ERROR_VALUE_MISSING", missing[0]
    if document["merchantPosId"] != settings.SIM_PAYU_POS_ID:
        return "ERROR_VALUE_INVALID", "merchantPosId"
    amounts = [document["totalAmount"], *(product.get("unitPrice") for product in document["products"])]
    if not all(isinstance(amount, str) and amount.isdigit() for amount in amounts):
        return "ERROR_VALUE_INVALID", "totalAmount"
    total = sum(int(product["unitPrice"]) * int(product["quantity"]) for product in document["products"])
    if total != int(document["totalAmount"]) or total <= 0:
        return "ERROR_VALUE_INVALID", "totalAmount"
    return None


def _is_authorised(request: HttpRequest) -> bool:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    try:
        client = signing.loads(token, salt=_NAMESPACE, max_age=TOKEN_SECONDS)
    except signing.BadSignature:
        return False
    return scheme.lower() == "bearer" and client == settings.SIM_PAYU_CLIENT_ID


def _status(http_status: int, code: str, description: str = "") -> HttpResponse:
    verdict = {"statusCode": code} | ({"statusDesc": description} if description else {})
    return JsonResponse({"status": verdict}, status=http_status)
