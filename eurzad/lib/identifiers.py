"""Polish identifiers, checked by their check digits (algorithms of python-stdnum)."""

import re
from datetime import date

from stdnum.exceptions import ValidationError
from stdnum.iban import calc_check_digits
from stdnum.pl import nip, pesel, regon


class IdentifierError(ValueError):
    """A value that cannot be the identifier it claims to be; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def _ascii_digits(value: str) -> str:
    compact = re.sub(r"[\s-]", "", value)
    if not re.fullmatch(r"[0-9]+", compact):
        raise IdentifierError("not_digits")
    return compact


def clean_pesel(value: str) -> str:
    """Return the eleven digits of a PESEL number; raises IdentifierError."""
    digits = _ascii_digits(value)
    try:
        return str(pesel.validate(digits))
    except ValidationError as error:
        raise IdentifierError("pesel") from error


def pesel_birth_date(value: str) -> date:
    """Return the birth date a PESEL number carries (month + 80 for the 1800s); raises IdentifierError."""
    return date.fromisoformat(pesel.get_birth_date(clean_pesel(value)).isoformat())


def clean_eidas(value: str) -> str:
    """Return an eIDAS identifier of a person as it stands (`CC/PL/…`, at most 255 printable ASCII characters).

    The two countries and what follows are the issuing state's (eIDAS SAML Attribute Profile 1.2, 2.2.3): upper
    and lower case differ, nothing is normalised. Raises IdentifierError.
    """
    if not re.fullmatch(r"[A-Z]{2}/PL/[!-~]{1,249}", value):
        raise IdentifierError("eidas")
    return value


def clean_nip(value: str) -> str:
    """Return the ten digits of a NIP number; raises IdentifierError."""
    digits = _ascii_digits(value)
    try:
        return str(nip.validate(digits))
    except ValidationError as error:
        raise IdentifierError("nip") from error


def clean_regon(value: str) -> str:
    """Return the nine or fourteen digits of a REGON number; raises IdentifierError."""
    digits = _ascii_digits(value)
    try:
        return str(regon.validate(digits))
    except ValidationError as error:
        raise IdentifierError("regon") from error


def clean_krs(value: str) -> str:
    """Return a KRS number zero-padded to ten digits; it has no check digit. Raises IdentifierError."""
    digits = _ascii_digits(value)
    if len(digits) > 10:
        raise IdentifierError("krs")
    return digits.zfill(10)


def clean_nrb(value: str) -> str:
    """Return the 26 digits of a Polish account number without `PL`; raises IdentifierError."""
    digits = _ascii_digits(value.strip().removeprefix("PL"))
    if len(digits) != 26 or calc_check_digits("PL00" + digits[2:]) != digits[:2]:
        raise IdentifierError("nrb")
    return digits


def nrb_with_check_digits(bban: str) -> str:
    """Return the 26 digits of an account number built from its last 24 (bank and account)."""
    return str(calc_check_digits("PL00" + bban)) + bban
