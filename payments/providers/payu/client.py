"""The PayU adapter: OAuth, orders, status queries and notifications.

Source: PayU REST API 2.1. Amounts are strings of grosze; creating an order answers 302 (or 200/201)
with a JSON body, so redirects are never followed.
"""

import threading
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from eurzad.lib.errors import PermanentError, TransientError
from eurzad.lib.money import to_grosze
from payments.providers.base import (
    NotificationRejected,
    OrderCreated,
    OrderNotUnique,
    OrderRequest,
    StatusEvent,
)
from payments.providers.payu import parsing, signature

TIMEOUT = (5, 10)  # seconds: connect, read
MAX_ANSWER = 256 * 1024  # bytes
TOKEN_MARGIN = 60  # seconds before its end at which a token is no longer used


class PayU:
    """One point of sale. Safe to share between threads; keeps its access token in memory only."""

    name = "payu"
    label = "PayU"
    signature_headers = signature.HEADERS

    def __init__(
        self, *, base_url: str, pos_id: str, client_id: str, client_secret: str, second_key: str
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._pos_id = pos_id
        self._client_id = client_id
        self._client_secret = client_secret
        self._second_key = second_key
        self._token = ""
        self._token_until = 0.0
        self._lock = threading.Lock()

    def create_order(self, order: OrderRequest) -> OrderCreated:
        """See `Provider.create_order`."""
        answer = self._call("POST", "/api/v2_1/orders", json=self._order_document(order))
        order_id, redirect = answer.get("orderId"), answer.get("redirectUri")
        if (
            not isinstance(order_id, str)
            or not isinstance(redirect, str)
            or not redirect.startswith(("https:", "http:"))
        ):
            raise TransientError("PayU answered without an order", code="payu.bad_answer")
        return OrderCreated(provider_order_id=order_id, redirect_url=redirect)

    def get_order(self, provider_order_id: str) -> StatusEvent:
        """See `Provider.get_order`."""
        event = self._first_order(self._call("GET", f"/api/v2_1/orders/{quote(provider_order_id, safe='')}"))
        if event is None:
            raise PermanentError("PayU does not know the order", code="payu.not_found")
        return event

    def find_order(self, ext_order_id: str) -> StatusEvent | None:
        """See `Provider.find_order`."""
        try:
            answer = self._call("GET", "/api/v2_1/orders", params={"extOrderId": ext_order_id})
        except PermanentError as error:
            if error.code == "payu.not_found":
                return None
            raise
        return self._first_order(answer)

    def read_notification(self, headers: Mapping[str, str], body: bytes) -> StatusEvent:
        """See `Provider.read_notification`. Nothing of the body is parsed before its signature is right."""
        if not signature.is_valid(signature.pick_header(headers), body, self._second_key):
            raise NotificationRejected("bad_signature")
        try:
            document = parsing.load(body)
            if "refund" in document:
                raise NotificationRejected("refund_not_handled", is_authentic=True)
            return parsing.read_order(
                document.get("order"),
                pos_id=self._pos_id,
                received_at=document.get("localReceiptDateTime"),
                raw=body,
            )
        except parsing.BadDocument as error:
            raise NotificationRejected(error.code, is_authentic=True) from error

    def _order_document(self, order: OrderRequest) -> dict[str, Any]:
        return {
            "extOrderId": order.ext_order_id,
            "merchantPosId": self._pos_id,
            "description": order.description[:4000],
            "visibleDescription": order.description[:80],
            "currencyCode": order.currency,
            "totalAmount": str(to_grosze(order.amount)),
            "products": [
                {"name": line.name[:255], "unitPrice": str(to_grosze(line.amount)), "quantity": "1"}
                for line in order.lines
            ],
            "notifyUrl": order.notify_url,
            "continueUrl": order.continue_url,
            "customerIp": order.customer_ip,
            "validityTime": str(order.valid_for_seconds),
        }

    def _first_order(self, answer: dict[str, Any]) -> StatusEvent | None:
        orders = answer.get("orders")
        if not isinstance(orders, list) or not orders:
            return None
        try:
            return parsing.read_order(
                orders[0],
                pos_id=self._pos_id,
                received_at=answer.get("localReceiptDateTime"),
                raw=answer["_raw"],
            )
        except parsing.BadDocument as error:
            raise PermanentError("PayU's order cannot be read", code=f"payu.{error.code}") from error

    def _call(self, method: str, path: str, **arguments: Any) -> dict[str, Any]:
        """One authorised call; a token that was withdrawn early is renewed once."""
        token = self._access_token()
        response = self._send(method, path, headers={"Authorization": f"Bearer {token}"}, **arguments)
        if response[0] == 401:
            token = self._access_token(renew=token)
            response = self._send(method, path, headers={"Authorization": f"Bearer {token}"}, **arguments)
        return self._judge(*response)

    def _access_token(self, *, renew: str = "") -> str:
        with self._lock:
            if not self._token or self._token == renew or time.monotonic() >= self._token_until:
                status, body = self._send(
                    "POST",
                    "/pl/standard/user/oauth/authorize",
                    data={
                        "grant_type": "client_credentials",
                        "client_id": self._client_id,
                        "client_secret": self._client_secret,
                    },
                )
                answer = self._judge(status, body)
                token, lifetime = answer.get("access_token"), answer.get("expires_in")
                if not isinstance(token, str) or not isinstance(lifetime, int):
                    raise TransientError("PayU gave no access token", code="payu.bad_answer")
                self._token, self._token_until = token, time.monotonic() + lifetime - TOKEN_MARGIN
            return self._token

    def _send(self, method: str, path: str, **arguments: Any) -> tuple[int, bytes]:
        import requests

        try:
            with requests.request(
                method,
                self._base_url + path,
                timeout=TIMEOUT,
                allow_redirects=False,
                stream=True,
                **arguments,
            ) as response:
                body = b""
                for chunk in response.iter_content(16 * 1024):
                    body += chunk
                    if len(body) > MAX_ANSWER:
                        raise TransientError("PayU's answer is too large", code="payu.too_large")
                return response.status_code, body
        except requests.RequestException as error:
            raise TransientError("PayU did not answer", code="payu.no_answer") from error

    @staticmethod
    def _judge(status: int, body: bytes) -> dict[str, Any]:
        if status >= 500 or status in (408, 429):
            raise TransientError(f"PayU answered {status}", code="payu.fault")
        try:
            document = parsing.load(body)
        except parsing.BadDocument as error:
            raise TransientError("PayU's answer cannot be read", code="payu.bad_answer") from error
        document["_raw"] = body
        if status in (200, 201, 302):
            return document
        verdict = document.get("status")
        code = verdict.get("statusCode") if isinstance(verdict, dict) else None
        if code == "ERROR_ORDER_NOT_UNIQUE":
            raise OrderNotUnique("PayU has this order already")
        if status == 404:
            raise PermanentError("PayU does not know the order", code="payu.not_found")
        raise PermanentError(f"PayU refused: {status} {code or ''}", code="payu.refused")
