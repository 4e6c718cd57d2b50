"""Numbers that a person reads out to the office and the log knows."""

import secrets

# No 0, O, 1, I: the number is read out on the phone.
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def new_reference() -> str:
    """A number to quote to the office, such as "K7QM-2X9F"."""
    signs = "".join(secrets.choice(_ALPHABET) for _place in range(8))
    return f"{signs[:4]}-{signs[4:]}"
