"""Signature of PayU notifications.

Header `OpenPayu-Signature` (or `X-OpenPayU-Signature`): `sender=checkout;signature=<hex>;algorithm=MD5;
content=DOCUMENT`. The signature is the plain digest of the raw body followed by the shop's second key
(no HMAC). Source: PayU REST API 2.1, "Verification of notifications signature".
"""

import hashlib
import hmac
from collections.abc import Mapping

HEADERS = ("OpenPayu-Signature", "X-OpenPayU-Signature")
_DIGESTS = {"MD5": "md5", "SHA-256": "sha256", "SHA256": "sha256"}


def is_valid(header: str, body: bytes, second_key: str) -> bool:
    """Whether the header signs exactly these bytes. Compared in constant time; never raises."""
    fields = _fields(header)
    digest = _DIGESTS.get(fields.get("algorithm", "").upper())
    given = fields.get("signature", "").lower()
    if digest is None or not given.isascii():
        return False
    # The algorithm is the provider's choice; MD5 is what it uses by default.
    expected = hashlib.new(digest, body + second_key.encode(), usedforsecurity=False).hexdigest()
    return hmac.compare_digest(expected, given)


def pick_header(headers: Mapping[str, str]) -> str:
    """The signature header of a request, whatever the case of its name; empty when there is none."""
    lower = {name.lower(): value for name, value in headers.items()}
    return next((lower[name.lower()] for name in HEADERS if lower.get(name.lower())), "")


def _fields(header: str) -> dict[str, str]:
    pairs = [part.strip().partition("=") for part in header.split(";") if part.strip()]
    names = [name.lower() for name, _, _ in pairs]
    if len(names) != len(set(names)):
        return {}
    return {name.lower(): value for name, _, value in pairs}
