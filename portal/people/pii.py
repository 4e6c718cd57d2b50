"""Personal identifiers at rest: encrypted to read, keyed hash to find."""

import base64
import hashlib
import hmac
import os
import re
from functools import lru_cache

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_NONCE = 12
_right: set[str] = set()
"""Keys that were found to be this database's."""
_EIDAS_COUNTRIES = re.compile("[A-Z]{2}/[A-Z]{2}/")


@lru_cache(maxsize=8)
def _derive(master: str, purpose: bytes) -> bytes:
    key = base64.b64decode(master)
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(key)


def key_mark(key: str) -> str:
    """Return what tells one IDENTITY_KEY from another and nothing else (HKDF output, hex)."""
    return _derive(key, b"eurzad identity key mark").hex()


def require_right_key() -> None:
    """Make sure, once in a process, that IDENTITY_KEY is the key of this database. Raises WrongIdentityKey."""
    from portal.people import identity_key

    if settings.IDENTITY_KEY not in _right and identity_key.require_right():
        _right.add(settings.IDENTITY_KEY)


def _master(key: str | None) -> str:
    """Return the given key, or the portal's own, which is never used on a database of another."""
    if key is not None:
        return key
    require_right_key()
    return str(settings.IDENTITY_KEY)


def fingerprint(scheme: str, value: str, *, key: str | None = None) -> str:
    """Return the keyed hash (HMAC-SHA-256, hex) under which an identifier is found.

    `scheme` is `pesel`, `nip`, `regon`, `krs` or `eidas`; `value` is already normalised. `key` is IDENTITY_KEY
    unless given.
    """
    derived = _derive(_master(key), b"eurzad identity fingerprint")
    return hmac.new(derived, f"{scheme}:{value}".encode(), hashlib.sha256).hexdigest()


def encrypt(value: str, *, key: str | None = None) -> str:
    """Return `value` encrypted with AES-256-GCM, base64."""
    nonce = os.urandom(_NONCE)
    cipher = AESGCM(_derive(_master(key), b"eurzad identity encryption"))
    return base64.b64encode(nonce + cipher.encrypt(nonce, value.encode(), None)).decode()


def decrypt(token: str, *, key: str | None = None) -> str:
    """Return what `encrypt` was given; raises cryptography's InvalidTag under another key."""
    data = base64.b64decode(token)
    cipher = AESGCM(_derive(_master(key), b"eurzad identity encryption"))
    return cipher.decrypt(data[:_NONCE], data[_NONCE:], None).decode()


def mask(value: str) -> str:
    """Return an identifier with all but its last four characters hidden.

    Of an eIDAS identifier (`CC/PL/…`) the countries are shown too; a number of less than eight characters is
    hidden whole.
    """
    countries = _EIDAS_COUNTRIES.match(value)
    number = value[countries.end() :] if countries else value
    shown = number[-4:] if len(number) >= 8 else ""
    hidden = 4 if countries else len(number) - len(shown)
    return (countries.group() if countries else "") + "•" * hidden + shown
