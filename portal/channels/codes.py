"""Verification codes of receipts: unguessable, and typed from paper without mistaking a character."""

import re
import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without 0 and O, 1, I and L."""
LENGTH = 16
"""79 bits: nobody finds a code by trying."""

_BETWEEN = re.compile(r"[\s\-\u2010-\u2015\u2212]+")


def new_code() -> str:
    """Return a fresh code as it is kept: 16 characters in groups of four."""
    return grouped("".join(secrets.choice(ALPHABET) for _ in range(LENGTH)))


def normalise(typed: str) -> str | None:
    """Return a typed code as it is kept, or None for what cannot be one."""
    code = _BETWEEN.sub("", typed[:100]).upper()
    if len(code) != LENGTH or any(sign not in ALPHABET for sign in code):
        return None
    return grouped(code)


def grouped(code: str) -> str:
    """Return the code in groups of four."""
    return "-".join(code[start : start + 4] for start in range(0, LENGTH, 4))
