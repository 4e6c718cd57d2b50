"""Pure rules of the registers."""

from datetime import date

VALID = "valid"
EXPIRED = "expired"


def licence_status(status: str, valid_to: date, on: date) -> str:
    """The status of an alcohol licence on day `on`.

    A licence expires with its last day whatever the record still says (art. 18 sec. 12 of the Act of 26
    October 1982 on Upbringing in Sobriety and Counteracting Alcoholism).
    """
    return EXPIRED if status == VALID and valid_to < on else status
