"""A debt to pay, a bank to pay it at, and notifications as the bank would send them."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
import requests
from django.conf import settings

from payments import payables, providers, services
from payments.models import Payment
from payments.payables import Payable, PricedItem, SettledItem
from portal.mandates import policy
from portal.mandates.policy import Viewer
from portal.people.models import Subject, User
from tests.support.simulator import Simulator

KIND = "tests.debt"


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
    """The demo bank in the simulator process, and the payer's browser at it."""

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


@pytest.fixture
def bank(portal_talks_to_simulator: Simulator) -> Iterator[Bank]:
    """The demo bank of the simulator process, with the portal set up to use it."""
    providers.forget()
    yield Bank(portal_talks_to_simulator.base_url)
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


def sign(body: bytes, *, key: str = "", algorithm: str = "MD5") -> Message:
    """Sign a body the way PayU documents it, written here a second time on purpose."""
    digest = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}[algorithm](
        body + (key or settings.PAYU_SECOND_KEY).encode()
    ).hexdigest()
    value = f"sender=checkout;signature={digest};algorithm={algorithm};content=DOCUMENT"
    return Message(body, {"OpenPayu-Signature": value})


def order_document(payment: Payment, status: str, **changes: Any) -> dict[str, Any]:
    """The document of a notification about a payment."""
    order = {
        "orderId": payment.provider_order_id or "NOTIFIED-FIRST",
        "extOrderId": payment.ext_order_id,
        "merchantPosId": settings.PAYU_POS_ID,
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
