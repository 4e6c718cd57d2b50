"""Reading PayU's JSON strictly: no repeated keys, no numbers where text is due, nothing guessed."""

import json
import re
from datetime import datetime
from decimal import Decimal
from typing import Any

from eurzad.lib.money import from_grosze
from payments.providers.base import StatusEvent
from payments.rules import Status

STATUSES = {
    "NEW": Status.STARTED,
    "PENDING": Status.PENDING,
    "WAITING_FOR_CONFIRMATION": Status.PENDING,
    "COMPLETED": Status.PAID,
    "CANCELED": Status.CANCELLED,
    "REJECTED": Status.FAILED,
}

_GROSZE = re.compile(r"[0-9]{1,12}", re.ASCII)


class BadDocument(ValueError):
    """The document is not what the protocol promises; `code` says in which way."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def load(body: bytes) -> dict[str, Any]:
    """Parse a JSON object in UTF-8. Raises `BadDocument` (`malformed`, `duplicate_key`)."""
    try:
        document = json.loads(body.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant)
    except BadDocument:
        raise
    except (ValueError, RecursionError) as error:
        raise BadDocument("malformed") from error
    if not isinstance(document, dict):
        raise BadDocument("malformed")
    return document


def read_order(order: object, *, pos_id: str, received_at: object, raw: bytes) -> StatusEvent:
    """Read one `order` object of a notification or a status answer.

    Raises `BadDocument`: `malformed`, `bad_amount`, `unknown_status`, `wrong_pos`.
    """
    if not isinstance(order, dict):
        raise BadDocument("malformed")
    if _text(order, "merchantPosId") != pos_id:
        raise BadDocument("wrong_pos")
    status = STATUSES.get(_text(order, "status"))
    if status is None:
        raise BadDocument("unknown_status")
    return StatusEvent(
        provider_order_id=_text(order, "orderId"),
        ext_order_id=_text(order, "extOrderId"),
        status=status,
        amount=_amount(order.get("totalAmount")),
        currency=_text(order, "currencyCode"),
        occurred_at=_moment(received_at),
        raw=raw,
    )


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise BadDocument("duplicate_key")
    return result


def _no_constant(name: str) -> None:
    raise BadDocument("malformed")


def _text(order: dict[str, Any], key: str) -> str:
    value = order.get(key)
    if not isinstance(value, str) or not value or len(value) > 1024:
        raise BadDocument("malformed")
    return value


def _amount(value: object) -> Decimal:
    # Amounts travel as strings of grosze; a JSON number here is not PayU.
    if not isinstance(value, str) or not _GROSZE.fullmatch(value):
        raise BadDocument("bad_amount")
    return from_grosze(int(value))


def _moment(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
