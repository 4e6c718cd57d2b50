"""Personal data that has to wait in a row for a while: encrypted under a key that SECRET_KEY gives.

What is sealed for one row opens for no other. Losing the key loses sign-ins under way and nothing else.
"""

import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_NONCE = 12


@lru_cache(maxsize=4)
def _cipher(secret: str) -> AESGCM:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"eurzad sign-in rows").derive(secret.encode())
    return AESGCM(key)


def seal(data: bytes, *, row: str) -> bytes:
    """Return `data` encrypted with AES-256-GCM for the row named `row`."""
    nonce = os.urandom(_NONCE)
    return nonce + _cipher(settings.SECRET_KEY).encrypt(nonce, data, row.encode())


def unseal(data: bytes, *, row: str) -> bytes | None:
    """Return what `seal` was given for this row; None under another key or for another row."""
    try:
        return _cipher(settings.SECRET_KEY).decrypt(bytes(data[:_NONCE]), bytes(data[_NONCE:]), row.encode())
    except (InvalidTag, ValueError):
        return None
