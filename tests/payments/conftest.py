"""A debt to pay, a bank to pay it at, and notifications as the bank would send them."""

import hashlib
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import requests

from payments import payables, providers, services
from payments.models import Payment
from payments.payables import Payable, PricedItem, SettledItem
from portal.mandates import policy
from portal.mandates.policy import Viewer
from portal.people.models import Subject, User
from tests.payments import agreement

KIND = "tests.debt"
ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Debts:
    """Debts that tests make up, and what was settled of them."""

    owed: dict[UUID, PricedItem] = field(default_factory=dict)
    settled: list[tuple[tuple[SettledItem, ...], datetime, UUID]] = field(default_factory=list)
    refuses: bool = False

    def add(self, user: User, principal: str = "187.00", interest: str = "0.00", costs: str = "0.00") -> str:
        """A new debt of the user's subject; returns its form value."""
        object_id = uuid4()
        self.owed[object_id] = PricedItem(
            kind=KIND,
            object_id=object_id,
            title=f"Podatek od nieruchomości 2026, rata {len(self.owed) + 1}",
            subject_id=user.identity.subject.pk,
            area=policy.Area.TAXES,
            principal=Decimal(principal),
            interest=Decimal(interest),
            costs=Decimal(costs),
        )
        return payables.token(KIND, object_id)

    def price(self, viewer: Viewer, object_ids: Sequence[UUID], on: date) -> list[PricedItem]:
        """See `Payable.price`."""
        paid = {item.object_id for items, _, _ in self.settled for item in items}
        return [self.owed[one] for one in object_ids if one in self.owed and one not in paid]

    def settle(self, items: Sequence[SettledItem], paid_at: datetime, payment_id: UUID) -> None:
        """See `Payable.settle`."""
        if self.refuses:
            raise RuntimeError("the ledger is broken")
        self.settled.append((tuple(items), paid_at, payment_id))


@pytest.fixture
def debts() -> Iterator[Debts]:
    """A payable of the tests' own."""
    book = Debts()
    payables.register(Payable(KIND, book.price, book.settle))
    yield book
    payables.unregister(KIND)


class Bank:
    """The demo bank in a process of its own, and the payer's browser at it."""

    def __init__(self, url: str) -> None:
        self.url = url

    def control(self, **faults: str) -> None:
        """Let the next order or notification go wrong."""
        answer = requests.post(f"{self.url}/bank/sterowanie/", json=faults, timeout=10)
        assert answer.status_code == 204

    def decide(self, address: str, decision: str, fault: str = "") -> str:
        """Press a button on the bank's page; returns where the browser is sent."""
        browser = requests.Session()
        page = browser.get(address, timeout=10)
        assert page.status_code == 200
        assert "SYMULATOR BANKU" in page.text
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        assert token
        data = {"csrfmiddlewaretoken": token[1], "decision": decision, "fault": fault}
        answer = browser.post(address, data=data, timeout=30, allow_redirects=False)
        assert answer.status_code == 302
        return answer.headers["Location"]


@pytest.fixture(scope="session")
def bank_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start the demo bank once for the session."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.payments.bank_settings",
        "BANK_DATABASE": str(tmp_path_factory.mktemp("bank") / "db.sqlite3"),
        "SIM_BASE_URL": url,
    }
    subprocess.run([sys.executable, "-m", "django", "migrate", "-v0"], env=env, cwd=ROOT, check=True)
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--threads",
        "4",
        "-b",
        f"127.0.0.1:{port}",
        "--log-level",
        "error",
    ]
    process = subprocess.Popen([*command, "django.core.wsgi:get_wsgi_application()"], env=env, cwd=ROOT)
    try:
        _wait_for(url)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_for(url: str) -> None:
    for _ in range(100):
        try:
            requests.get(f"{url}/bank/", timeout=5)
        except requests.ConnectionError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the demo bank did not start")


@pytest.fixture
def bank(bank_process: str, settings: Any) -> Iterator[Bank]:
    """The demo bank, with the portal set up to use it."""
    settings.PAYMENT_PROVIDERS = ["payu"]
    settings.PAYU_BASE_URL = bank_process
    settings.PAYU_POS_ID = settings.PAYU_CLIENT_ID = agreement.POS_ID
    settings.PAYU_CLIENT_SECRET = agreement.CLIENT_SECRET
    settings.PAYU_SECOND_KEY = agreement.SECOND_KEY
    providers.forget()
    yield Bank(bank_process)
    providers.forget()


@pytest.fixture
def start(bank: Bank, debts: Debts) -> Callable[..., Payment]:
    """Pay for a new debt of the user, up to the bank's page."""

    def begin(user: User, *tokens: str, send: bool = True) -> Payment:
        chosen = tokens or (debts.add(user),)
        total = sum((debts.owed[payables.parse_token(one)[1]].total for one in chosen), Decimal(0))
        payment = services.place_payment(
            viewer=Viewer(user), tokens=chosen, idempotency_key=uuid4(), shown_total=total, provider="payu"
        )
        return services.send_order(payment=payment, customer_ip="127.0.0.1") if send else payment

    return begin


@dataclass(frozen=True)
class Message:
    """A notification on the wire."""

    body: bytes
    headers: dict[str, str]


def sign(body: bytes, *, key: str = agreement.SECOND_KEY, algorithm: str = "MD5") -> Message:
    """Sign a body the way PayU documents it, written here a second time on purpose."""
    digest = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}[algorithm](body + key.encode()).hexdigest()
    value = f"sender=checkout;signature={digest};algorithm={algorithm};content=DOCUMENT"
    return Message(body, {"OpenPayu-Signature": value})


def order_document(payment: Payment, status: str, **changes: Any) -> dict[str, Any]:
    """The document of a notification about a payment."""
    order = {
        "orderId": payment.provider_order_id or "NOTIFIED-FIRST",
        "extOrderId": payment.ext_order_id,
        "merchantPosId": agreement.POS_ID,
        "currencyCode": payment.currency,
        "totalAmount": str(int(payment.amount * 100)),
        "status": status,
    } | changes
    return {"order": order, "properties": [{"name": "PAYMENT_ID", "value": "5000000001"}]}


@pytest.fixture
def notify(client: Any) -> Callable[..., int]:
    """Post a notification; answers with the HTTP status."""

    def post(payment: Payment, status: str, **changes: Any) -> int:
        return deliver(client, sign(json.dumps(order_document(payment, status, **changes)).encode()))

    return post


def deliver(client: Any, message: Message) -> int:
    """Post a message to the address providers notify."""
    response = client.post(
        "/platnosci/powiadomienia/payu/",
        message.body,
        content_type="application/json",
        headers=message.headers,
    )
    assert response.content == b""
    return int(response.status_code)


def subject_of(user: User) -> Subject:
    """The user's own subject."""
    subject: Subject = user.identity.subject
    return subject
