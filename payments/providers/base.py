"""The contract every payment provider keeps."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from eurzad.lib.errors import PermanentError
from payments.rules import Status


class OrderNotUnique(PermanentError):
    """The provider already has an order with our id: an earlier, unanswered call did arrive."""

    code = "payments.order_not_unique"


class NotificationRejected(Exception):
    """A notification that must not change anything.

    `code` says why. `is_authentic` tells whether the signature was right all the same: then the
    provider means it, and repeating it will not help.
    """

    def __init__(self, code: str, *, is_authentic: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.is_authentic = is_authentic


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One position of an order: a name without personal data and its amount in the order's currency."""

    name: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """An order to be created. The sum of the lines is the amount; `ext_order_id` is ours and unique."""

    ext_order_id: str
    amount: Decimal
    currency: str
    description: str
    lines: tuple[OrderLine, ...]
    notify_url: str
    continue_url: str
    customer_ip: str
    language: str
    valid_for_seconds: int


@dataclass(frozen=True, slots=True)
class OrderCreated:
    """The provider's answer: its own id of the order and where the payer's browser goes next."""

    provider_order_id: str
    redirect_url: str


@dataclass(frozen=True, slots=True)
class StatusEvent:
    """What the provider says about one order, from a notification or from a status query.

    `raw` are the bytes it was read from; `occurred_at` (aware) is when the money was taken, where told.
    """

    provider_order_id: str
    ext_order_id: str
    status: Status
    amount: Decimal
    currency: str
    occurred_at: datetime | None
    raw: bytes


class Provider(Protocol):
    """One way to pay.

    Every call over the network raises `eurzad.lib.errors.TransientError` when it may be repeated (no
    answer, a fault on the other side) and `PermanentError` when it may not.
    """

    name: str
    label: str
    """What the resident reads; a proper name, not translated."""
    signature_headers: tuple[str, ...]
    """Names of the HTTP headers a notification is verified with; they are kept beside its raw body."""

    def create_order(self, order: OrderRequest) -> OrderCreated:
        """Create an order. Raises `OrderNotUnique` when `ext_order_id` was used before."""

    def get_order(self, provider_order_id: str) -> StatusEvent:
        """Ask where an order stands."""

    def find_order(self, ext_order_id: str) -> StatusEvent | None:
        """Look an order up by our id, for the case that creating it was never answered. None: not there."""

    def read_notification(self, headers: Mapping[str, str], body: bytes) -> StatusEvent:
        """Verify the signature over the raw body and read it. Raises `NotificationRejected`."""
