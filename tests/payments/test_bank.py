"""The demo bank keeps PayU's protocol, seen from outside."""

from typing import Any

import pytest
import requests
from django.conf import settings

from tests.payments.conftest import Bank
from tests.support.pages import check_page


def token_of(bank: Bank, **changes: str) -> requests.Response:
    form = {
        "grant_type": "client_credentials",
        "client_id": settings.PAYU_CLIENT_ID,
        "client_secret": settings.PAYU_CLIENT_SECRET,
    }
    return requests.post(f"{bank.url}/pl/standard/user/oauth/authorize", data=form | changes, timeout=10)


@pytest.fixture
def call(bank: Bank) -> Any:
    token = token_of(bank).json()["access_token"]

    def send(method: str, path: str, document: Any = None, **extra: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {token}"}
        return requests.request(
            method,
            f"{bank.url}/api/v2_1/orders{path}",
            json=document,
            headers=headers,
            timeout=10,
            allow_redirects=False,
            **extra,
        )

    return send


def order(ext_order_id: str, **changes: Any) -> dict[str, Any]:
    return {
        "extOrderId": ext_order_id,
        "customerIp": "127.0.0.1",
        "merchantPosId": settings.PAYU_POS_ID,
        "description": "Miasto Jarzębin",
        "currencyCode": "PLN",
        "totalAmount": "123456",
        "products": [{"name": "1", "unitPrice": "123456", "quantity": "1"}],
        "notifyUrl": "http://127.0.0.1:9/",
        "continueUrl": "http://127.0.0.1:9/wroc/",
    } | changes


def test_token_needs_the_right_secret(bank: Bank) -> None:
    answer = token_of(bank)
    assert answer.json()["token_type"] == "bearer"
    assert token_of(bank, client_secret="guessed").status_code == 401
    assert token_of(bank, grant_type="password").status_code == 401
    orders = f"{bank.url}/api/v2_1/orders"
    for headers in ({}, {"Authorization": "Bearer guessed"}):
        assert requests.post(orders, json={}, headers=headers, timeout=10).status_code == 401


def test_order_is_made_once(call: Any) -> None:
    made = call("POST", "", order("once"))
    assert made.status_code == 302
    assert made.headers["Location"] == made.json()["redirectUri"]
    again = call("POST", "", order("once"))
    assert (again.status_code, again.json()["status"]["statusCode"]) == (400, "ERROR_ORDER_NOT_UNIQUE")
    (shown,) = call("GET", f"/{made.json()['orderId']}").json()["orders"]
    assert (shown["status"], shown["totalAmount"], shown["extOrderId"]) == ("NEW", "123456", "once")
    assert call("GET", "", params={"extOrderId": "once"}).json()["orders"] == [shown]
    assert call("GET", "/unknown").status_code == 404


@pytest.mark.parametrize(
    "changes",
    [
        {"merchantPosId": "1"},
        {"totalAmount": 123456},
        {"totalAmount": "1"},
        {"customerIp": ""},
        {"products": []},
    ],
)
def test_bad_orders(call: Any, changes: dict[str, Any]) -> None:
    assert call("POST", "", order("bad", **changes)).status_code == 400


def test_pages(bank: Bank, call: Any) -> None:
    address = call("POST", "", order("page")).json()["redirectUri"]
    page = requests.get(address, timeout=10)
    check_page(page)
    assert "1\u00a0234,56\u00a0zł" in page.text
    check_page(requests.get(f"{bank.url}/bank/", timeout=10))
    assert bank.decide(address, "reject", fault="lost") == "http://127.0.0.1:9/wroc/"
    page = requests.get(address, timeout=10)
    check_page(page)
    assert "nie można już zapłacić" in page.text
    assert requests.get(f"{bank.url}/bank/unknown/", timeout=10).status_code == 404


def test_unknown_fault(bank: Bank) -> None:
    for wanted in ({"create": "explode"}, ["create"], {"create": ["lost"]}):
        answer = requests.post(f"{bank.url}/bank/sterowanie/", json=wanted, timeout=10)
        assert answer.status_code == 400
