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
_EIDAS_COUNTRIES = re.compile("[A-Z]{2}/[A-Z]{2}/")


@lru_cache(maxsize=8)
def _derive(master: str, purpose: bytes) -> bytes:
    key = base64.b64decode(master)
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(key)


def fingerprint(scheme: str, value: str) -> str:
    """Return the keyed hash (HMAC-SHA-256, hex) under which an identifier is found.

    `scheme` is `pesel`, `nip`, `regon`, `krs` or `eidas`; `value` is already normalised.
    """
    key = _derive(settings.IDENTITY_KEY, b"eurzad identity fingerprint")
    return hmac.new(key, f"{scheme}:{value}".encode(), hashlib.sha256).hexdigest()


def encrypt(value: str) -> str:
    """Return `value` encrypted with AES-256-GCM, base64."""
    nonce = os.urandom(_NONCE)
    cipher = AESGCM(_derive(settings.IDENTITY_KEY, b"eurzad identity encryption"))
    return base64.b64encode(nonce + cipher.encrypt(nonce, value.encode(), None)).decode()


def decrypt(token: str) -> str:
    """Return what `encrypt` was given; raises cryptography's InvalidTag under another key."""
    data = base64.b64decode(token)
    cipher = AESGCM(_derive(settings.IDENTITY_KEY, b"eurzad identity encryption"))
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
