"""Requests of the domain system: an Ed25519 signature over method, path, body's digest, moment and sequence.

What is signed, in UTF-8, lines ended by a single line feed, none after the last:

    EURZAD-LEDGER-V1
    POST
    /api/v1/ledger/imports/
    <SHA-256 of the body, lower-case hex>
    <moment in UTC, e.g. 2026-11-23T02:00:00Z>
    <sequence of the file, digits; 0 where there is none>
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SKEW = timedelta(minutes=5)
"""Clocks may differ by so much; a signature is remembered for twice as long."""
_FIRST = "EURZAD-LEDGER-V1"
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_SEQUENCE = re.compile("0|[1-9][0-9]{0,15}")
_KEY_ID = re.compile("[0-9a-f]{16}")


class BadSignature(Exception):
    """A request that is not believed; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Signed:
    """What the headers of a request claim."""

    key_id: str
    moment: str
    sequence: int
    digest: str
    signature: bytes

    @property
    def mark(self) -> str:
        """What is remembered of a signature, so that it is used once."""
        return hashlib.sha256(self.signature).hexdigest()


def message(method: str, path: str, digest: str, moment: str, sequence: int) -> bytes:
    """Return the bytes that are signed."""
    return "\n".join((_FIRST, method.upper(), path, digest, moment, str(sequence))).encode()


def key_id(public_key: bytes) -> str:
    """Return the name of a public key: the first 16 hex digits of its SHA-256."""
    return hashlib.sha256(public_key).hexdigest()[:16]


def read_public_key(text: str) -> bytes:
    """Return the 32 bytes of a public key given as base64; raises ValueError."""
    raw = base64.b64decode(text.strip(), validate=True)
    if len(raw) != 32:
        raise ValueError("An Ed25519 public key has 32 bytes.")
    Ed25519PublicKey.from_public_bytes(raw)
    return raw


def read_headers(headers: dict[str, str]) -> Signed:
    """Read the five headers; raises BadSignature `headers` when one is missing or malformed."""
    key, moment, sequence, digest, signature = (
        headers.get(f"Ledger-{name}", "").strip()
        for name in ("Key", "Moment", "Sequence", "Digest", "Signature")
    )
    try:
        raw = base64.b64decode(signature, validate=True)
    except ValueError:
        raise BadSignature("headers") from None
    if not (
        _KEY_ID.fullmatch(key)
        and _MOMENT.fullmatch(moment)
        and _SEQUENCE.fullmatch(sequence)
        and re.fullmatch("[0-9a-f]{64}", digest)
        and len(raw) == 64
    ):
        raise BadSignature("headers")
    return Signed(key, moment, int(sequence), digest, raw)


def verify(signed: Signed, *, method: str, path: str, public_key: bytes, now: datetime) -> None:
    """Check moment and signature; raises BadSignature `moment` or `signature`. The body is compared by its reader."""
    try:
        at = datetime.strptime(signed.moment, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise BadSignature("headers") from None
    if abs(now - at) > SKEW:
        raise BadSignature("moment")
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(
            signed.signature, message(method, path, signed.digest, signed.moment, signed.sequence)
        )
    except InvalidSignature:
        raise BadSignature("signature") from None


def sign(
    private_key: bytes, *, method: str, path: str, body_digest: str, moment: datetime, sequence: int
) -> dict[str, str]:
    """Return the headers of a signed request, as a domain system makes them. `private_key` is 32 bytes."""
    key = Ed25519PrivateKey.from_private_bytes(private_key)
    at = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    signature = key.sign(message(method, path, body_digest, at, sequence))
    return {
        "Ledger-Key": key_id(key.public_key().public_bytes_raw()),
        "Ledger-Moment": at,
        "Ledger-Sequence": str(sequence),
        "Ledger-Digest": body_digest,
        "Ledger-Signature": base64.b64encode(signature).decode(),
    }
