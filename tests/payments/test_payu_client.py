"""The PayU adapter against a provider that answers whatever the test says."""

import json
import threading
from collections.abc import Callable, Iterator
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.conf import settings

from eurzad.lib.errors import PermanentError, TransientError
from payments.providers.base import NotificationRejected, OrderLine, OrderNotUnique, OrderRequest
from payments.providers.payu.client import MAX_ANSWER, PayU
from payments.rules import Status
from tests.payments.conftest import sign

ORDER = OrderRequest(
    ext_order_id="P-2026-000001-abc",
    amount=Decimal("187.01"),
    currency="PLN",
    description="Miasto Jarzębin, P-2026-000001",
    lines=(OrderLine("P-2026-000001/1", Decimal("187.01")),),
    notify_url="https://portal.example.test/platnosci/powiadomienia/payu/",
    continue_url="https://portal.example.test/konto/",
    customer_ip="192.0.2.7",
    language="pl",
    valid_for_seconds=900,
)
CREATED = {
    "status": {"statusCode": "SUCCESS"},
    "orderId": "PAYU1",
    "redirectUri": "https://bank.example.test/1",
}


class Scripted:
    """A server with a list of answers; it remembers what it was asked."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, bytes]] = []
        self.asked: list[tuple[str, str, bytes, dict[str, str]]] = []
        self.tokens_given = 0

    def next(self, status: int, document: Any) -> None:
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        self.answers.append((status, body))

    def answer(self, path: str) -> tuple[int, bytes]:
        if path.endswith("/oauth/authorize"):
            self.tokens_given += 1
            token = {"access_token": f"token-{self.tokens_given}", "expires_in": 43199}
            return 200, json.dumps(token).encode()
        return self.answers.pop(0)


@pytest.fixture
def script() -> Iterator[Scripted]:
    script = Scripted()

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            script.asked.append((self.command, self.path, body, dict(self.headers)))
            status, answer = script.answer(self.path)
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "https://bank.example.test/1")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = _serve  # noqa: N815

        def log_message(self, *arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    script.url = f"http://127.0.0.1:{server.server_port}"  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield script
    server.shutdown()
    server.server_close()


@pytest.fixture
def payu(script: Scripted) -> PayU:
    return make(script.url)  # type: ignore[attr-defined]


def make(url: str) -> PayU:
    return PayU(
        base_url=url,
        pos_id=settings.PAYU_POS_ID,
        client_id=settings.PAYU_POS_ID,
        client_secret="a client secret",
        second_key=settings.PAYU_SECOND_KEY,
    )


@pytest.mark.parametrize("status", [200, 201, 302])
def test_create_order(script: Scripted, payu: PayU, status: int) -> None:
    script.next(status, CREATED)
    created = payu.create_order(ORDER)
    assert (created.provider_order_id, created.redirect_url) == ("PAYU1", "https://bank.example.test/1")
    method, path, body, headers = script.asked[-1]
    assert (method, path, headers["Authorization"]) == ("POST", "/api/v2_1/orders", "Bearer token-1")
    sent = json.loads(body)
    assert sent["totalAmount"] == "18701"
    assert sent["products"] == [{"name": "P-2026-000001/1", "unitPrice": "18701", "quantity": "1"}]
    assert sent["validityTime"] == "900"
    assert sent["merchantPosId"] == settings.PAYU_POS_ID


def test_token_is_kept_and_renewed_once_when_withdrawn(script: Scripted, payu: PayU) -> None:
    script.next(302, CREATED)
    script.next(401, {"status": {"statusCode": "UNAUTHORIZED"}})
    script.next(302, CREATED)
    payu.create_order(ORDER)
    payu.create_order(ORDER)
    assert script.tokens_given == 2
    script.next(401, {"status": {"statusCode": "UNAUTHORIZED"}})
    script.next(401, {"status": {"statusCode": "UNAUTHORIZED"}})
    with pytest.raises(PermanentError):
        payu.create_order(ORDER)


@pytest.mark.parametrize(
    ("status", "answer", "error"),
    [
        (400, {"status": {"statusCode": "ERROR_ORDER_NOT_UNIQUE"}}, OrderNotUnique),
        (400, {"status": {"statusCode": "ERROR_VALUE_INVALID"}}, PermanentError),
        (403, {"status": {"statusCode": "UNAUTHORIZED_REQUEST"}}, PermanentError),
        (400, [], TransientError),
        (408, {}, TransientError),
        (429, {}, TransientError),
        (500, b"<html>", TransientError),
        (503, b"", TransientError),
        (200, b"not json", TransientError),
        (200, {"status": {"statusCode": "SUCCESS"}}, TransientError),
        (200, CREATED | {"redirectUri": "javascript:alert(1)"}, TransientError),
        (200, b" " * (MAX_ANSWER + 1), TransientError),
    ],
)
def test_create_order_fails(
    script: Scripted, payu: PayU, status: int, answer: Any, error: type[Exception]
) -> None:
    script.next(status, answer)
    with pytest.raises(error):
        payu.create_order(ORDER)


def test_nobody_answers() -> None:
    with pytest.raises(TransientError):
        make("http://127.0.0.1:9").create_order(ORDER)


def order_answer(**changes: Any) -> dict[str, Any]:
    order = {
        "orderId": "PAYU1",
        "extOrderId": ORDER.ext_order_id,
        "merchantPosId": settings.PAYU_POS_ID,
        "currencyCode": "PLN",
        "totalAmount": "18701",
        "status": "PENDING",
    } | changes
    return {"orders": [order], "status": {"statusCode": "SUCCESS"}}


def test_status_query(script: Scripted, payu: PayU) -> None:
    script.next(200, order_answer())
    event = payu.get_order("PAYU/1")
    assert script.asked[-1][1] == "/api/v2_1/orders/PAYU%2F1"
    assert (event.status, event.amount, event.currency) == (Status.PENDING, Decimal("187.01"), "PLN")
    script.next(404, {"status": {"statusCode": "DATA_NOT_FOUND"}})
    with pytest.raises(PermanentError):
        payu.get_order("PAYU1")
    script.next(200, order_answer(merchantPosId="1"))
    with pytest.raises(PermanentError):
        payu.get_order("PAYU1")


def test_look_up_by_our_id(script: Scripted, payu: PayU) -> None:
    script.next(200, order_answer(status="COMPLETED"))
    event = payu.find_order(ORDER.ext_order_id)
    assert script.asked[-1][1] == f"/api/v2_1/orders?extOrderId={ORDER.ext_order_id}"
    assert event is not None
    assert event.status == Status.PAID
    script.next(404, {"status": {"statusCode": "DATA_NOT_FOUND"}})
    assert payu.find_order("P-none") is None
    script.next(200, {"orders": [], "status": {"statusCode": "SUCCESS"}})
    assert payu.find_order("P-none") is None


def notified(**changes: Any) -> Callable[[], bytes]:
    return lambda: json.dumps({"order": order_answer(**changes)["orders"][0]}).encode()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (notified(totalAmount=18701), "bad_amount"),
        (notified(totalAmount=187.01), "bad_amount"),
        (notified(totalAmount="187.01"), "bad_amount"),
        (notified(totalAmount="-18701"), "bad_amount"),
        (notified(totalAmount="١٨٧"), "bad_amount"),
        (notified(totalAmount="9" * 400), "bad_amount"),
        (notified(status="PAID"), "unknown_status"),
        (notified(status=None), "malformed"),
        (notified(merchantPosId="1"), "wrong_pos"),
        (notified(extOrderId=""), "malformed"),
        (notified(orderId=["PAYU1"]), "malformed"),
        (lambda: b'{"order": 1}', "malformed"),
        (lambda: b"[]", "malformed"),
        (lambda: b"\xff\xfe", "malformed"),
        (lambda: b'{"order": {"totalAmount": NaN}}', "malformed"),
        (lambda: b"[" * 30_000, "malformed"),
        (lambda: b'{"order": {"status": "NEW", "status": "COMPLETED"}}', "duplicate_key"),
        (lambda: b'{"refund": {"refundId": "1"}, "orderId": "PAYU1"}', "refund_not_handled"),
    ],
)
def test_genuine_but_unusable_notification(body: Callable[[], bytes], code: str) -> None:
    message = sign(body())
    with pytest.raises(NotificationRejected) as rejected:
        make("http://127.0.0.1:9").read_notification(message.headers, message.body)
    assert rejected.value.code == code
    assert rejected.value.is_authentic


def test_notification_with_sha256_and_time_of_payment() -> None:
    document = {"order": order_answer(status="COMPLETED")["orders"][0]}
    body = json.dumps(document | {"localReceiptDateTime": "2026-11-23T10:15:30.000+01:00"}).encode()
    message = sign(body, algorithm="SHA-256")
    event = make("http://127.0.0.1:9").read_notification(message.headers, message.body)
    assert event.status == Status.PAID
    assert event.occurred_at is not None
    assert event.occurred_at.isoformat() == "2026-11-23T10:15:30+01:00"


def test_forged_notification() -> None:
    message = sign(notified()(), key="guessed")
    with pytest.raises(NotificationRejected) as rejected:
        make("http://127.0.0.1:9").read_notification(message.headers, message.body)
    assert (rejected.value.code, rejected.value.is_authentic) == ("bad_signature", False)
