"""Signed notifications to the shop."""

import hashlib
import json
import logging
import threading
import time
from collections.abc import Sequence
from typing import Any

import requests
from django.conf import settings
from django.db import connection
from django.utils import timezone

from payments.simulator.models import Order

logger = logging.getLogger(__name__)

_RETRY_AFTER = (2, 5, 15, 60)  # seconds


def notify_shop(order: Order, statuses: Sequence[str], fault: str) -> None:
    """Tell the shop each of these statuses in turn; what it does not take is sent again in the background."""
    if fault == "lost":
        return
    if fault == "reversed":
        statuses = statuses[::-1]
    for status in statuses:
        body = _body(order, status, fault)
        headers = _headers(body, fault)
        for _ in range(5 if fault == "repeated" else 1):
            taken = _send(order.document["notifyUrl"], body, headers)
            if not taken and settings.SIM_PAYU_SENDS_AGAIN:
                target = (order.document["notifyUrl"], body, headers)
                threading.Thread(target=_send_again, args=target, daemon=True).start()


def _body(order: Order, status: str, fault: str) -> bytes:
    document: dict[str, Any] = {"order": {**order.as_document(), "status": status}}
    document["order"]["payMethod"] = {"type": "PBL"}
    if fault == "wrong_amount":
        document["order"]["totalAmount"] = str(int(order.document["totalAmount"]) - 1)
    if status == Order.Status.COMPLETED and order.paid_at:
        document["localReceiptDateTime"] = timezone.localtime(order.paid_at).isoformat(
            timespec="milliseconds"
        )
    document["properties"] = [{"name": "PAYMENT_ID", "value": str(5_000_000_000 + order.pk)}]
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _headers(body: bytes, fault: str) -> dict[str, str]:
    key = "zły klucz" if fault == "bad_signature" else settings.SIM_PAYU_SECOND_KEY
    digest = hashlib.md5(body + key.encode(), usedforsecurity=False).hexdigest()
    value = f"sender=checkout;signature={digest};algorithm=MD5;content=DOCUMENT"
    return {
        "Content-Type": "application/json;charset=UTF-8",
        "OpenPayu-Signature": value,
        "X-OpenPayU-Signature": value,
    }


def _send(url: str, body: bytes, headers: dict[str, str]) -> bool:
    try:
        response = requests.post(url, data=body, headers=headers, timeout=(5, 10), allow_redirects=False)
    except requests.RequestException as error:
        logger.warning("notification not delivered: %s", type(error).__name__)
        return False
    return response.status_code == 200


def _send_again(url: str, body: bytes, headers: dict[str, str]) -> None:
    try:
        for seconds in _RETRY_AFTER:
            time.sleep(seconds)
            if _send(url, body, headers):
                return
    finally:
        connection.close()
