"""What can be paid. Apps that know debts register here; payments never imports them.

An app registers a `Payable` from its `AppConfig.ready()`:

    payables.register(Payable("taxes.instalment", price=services.price_items, settle=services.settle_items))

and lets the resident choose with an ordinary form that posts to `payments:basket`, one field named
`item` per chosen object, its value made by `payables.token(kind, object_id)`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from portal.mandates.policy import Viewer


@dataclass(frozen=True, slots=True)
class PricedItem:
    """One object as it stands on the day of pricing. Amounts in PLN, two decimals, never negative.

    `subject_id` is the primary key of the `Subject` who owes; `area` a `portal.mandates.policy.Area`
    value: the viewer needs the right `pay` in that area for that subject; `scope_object` the public id of
    the object to which a mandate may be limited (a receivable has several instalments), empty where there is none.
    """

    kind: str
    object_id: UUID
    title: str
    subject_id: int
    area: str
    principal: Decimal
    interest: Decimal
    costs: Decimal
    scope_object: str = ""

    @property
    def total(self) -> Decimal:
        """Principal, interest and costs together, PLN."""
        return self.principal + self.interest + self.costs


@dataclass(frozen=True, slots=True)
class SettledItem:
    """One object that has been paid: the parts as they were priced and locked at checkout, PLN."""

    kind: str
    object_id: UUID
    title: str
    subject_id: int
    principal: Decimal
    interest: Decimal
    costs: Decimal

    @property
    def total(self) -> Decimal:
        """The money that came in for this object, PLN."""
        return self.principal + self.interest + self.costs


PriceItems = Callable[["Viewer", Sequence[UUID], date], list[PricedItem]]
SettleItems = Callable[[Sequence[SettledItem], datetime, UUID], None]


@dataclass(frozen=True, slots=True)
class Payable:
    """How one kind of object is priced and settled.

    `price(viewer, object_ids, on)` answers in any order and leaves out what does not exist, is not
    the viewer's to see, or has nothing left to pay. Checkout calls it inside its own transaction and
    it may lock the rows it reads.

    `settle(items, paid_at, payment_id)` is called once per payment, inside the transaction that marks
    the payment as paid, with aware UTC `paid_at` (for taxes the moment of authorisation counts) and
    the payment's public id. It must accept what it is given: an object that was settled by other
    means in the meantime becomes an overpayment, it is not an error.

    `choose_url_name` names the page where the resident chooses what to pay ("Zmień" leads there).
    """

    kind: str
    price: PriceItems
    settle: SettleItems
    choose_url_name: str = ""


_payables: dict[str, Payable] = {}


def register(payable: Payable) -> None:
    """Make a kind payable. Raises `ValueError` when the kind is taken or cannot be part of a token."""
    if not payable.kind or ":" in payable.kind:
        raise ValueError(f"bad payable kind: {payable.kind!r}")
    if payable.kind in _payables:
        raise ValueError(f"payable kind registered twice: {payable.kind}")
    _payables[payable.kind] = payable


def unregister(kind: str) -> None:
    """Forget a kind (for tests that bring a payable of their own)."""
    _payables.pop(kind, None)


def is_registered(kind: str) -> bool:
    """Whether an app has registered this kind."""
    return kind in _payables


def get(kind: str) -> Payable:
    """The payable of this kind. Raises `KeyError` when no app registered it."""
    return _payables[kind]


def token(kind: str, object_id: UUID) -> str:
    """The value of an `item` field in a form that posts to the basket."""
    return f"{kind}:{object_id}"


def parse_token(value: str) -> tuple[str, UUID]:
    """Read `token()` back. Raises `ValueError` for a malformed value or an unknown kind."""
    kind, _, object_id = value.partition(":")
    if kind not in _payables:
        raise ValueError("unknown payable kind")
    return kind, UUID(object_id)
