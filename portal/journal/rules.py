"""The chain as pure functions: what is hashed, and to which day a record belongs."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

VERSION = 1
GENESIS = hashlib.sha256(b"eurzad journal").hexdigest()
"""What stands before the first record."""

RECORD_FIELDS = ("pk", "public_id", "at", "actor_id", "subject_id", "action", "reference", "reason", "xact")
"""All fields of a record, in the order `link_hash` takes and hashes them."""


def link_hash(*, number: int, previous: str, day: date, sealed_at: datetime, values: Sequence[object]) -> str:
    """Return the SHA-256 (64 hexadecimal digits) of one sealed record.

    Hashed are the bytes of a JSON array without spaces, ASCII only: version, number, previous hash, day, moment of
    sealing, then `values` (a record's RECORD_FIELDS); UUIDs as text, moments in UTC to the microsecond.
    """
    whole = [VERSION, number, previous, day.isoformat(), _plain(sealed_at), *map(_plain, values)]
    return hashlib.sha256(json.dumps(whole, separators=(",", ":")).encode("ascii")).hexdigest()


def _plain(value: object) -> object:
    if value is None or isinstance(value, int | str):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value)


def day_of(*, written_on: date, floor: date | None, today: date) -> date:
    """Return the day whose head covers a record.

    That is the Polish calendar day it was written on, but never before `floor` (a day already begun or closed in the
    chain: a record may come late out of a long transaction), nor after `today` (a clock may have been wrong).
    """
    day = min(written_on, today)
    return day if floor is None else max(day, floor)


@dataclass(frozen=True)
class Statement:
    """What the office signs of one day: the last number so far, how many records of that day, the last hash."""

    day: date
    number: int
    count: int
    hash: str
    certificate: str
    """SHA-256 of the certificate (DER) that the signature is to be checked with."""

    def text(self) -> str:
        """The line that is signed (ASCII)."""
        values = [self.day.isoformat(), self.number, self.count, self.hash, self.certificate]
        names = ["day", "number", "count", "hash", "certificate"]
        return json.dumps({"v": VERSION, **dict(zip(names, values, strict=True))}, separators=(",", ":"))


def read_statement(text: str) -> Statement:
    """Return the statement of a signed line; raises ValueError for anything else."""
    values: Any = json.loads(text)
    try:
        found = Statement(
            day=date.fromisoformat(values["day"]),
            number=values["number"],
            count=values["count"],
            hash=values["hash"],
            certificate=values["certificate"],
        )
    except (KeyError, TypeError) as error:
        raise ValueError("no statement of a day") from error
    if found.text() != text:
        raise ValueError("no statement of a day")
    return found
