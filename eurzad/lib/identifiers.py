"""Polish identifiers, checked by their check digits (algorithms of python-stdnum and of the registers' law)."""

import re
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from itertools import cycle

from stdnum.exceptions import ValidationError
from stdnum.iban import calc_check_digits
from stdnum.pl import nip, pesel, regon


class Fault(StrEnum):
    """What is wrong with a number."""

    DIGITS = "not_digits"
    LENGTH = "length"
    CHECK = "check_digit"
    DAY = "day"
    FORM = "form"
    COURT = "court"


class IdentifierError(ValueError):
    """A value that cannot be the identifier it claims to be; `code` says which, `fault` says why."""

    def __init__(self, code: str, fault: Fault = Fault.FORM) -> None:
        super().__init__(code)
        self.code = code
        self.fault = fault


def _ascii_digits(value: str) -> str:
    compact = re.sub(r"[\s-]", "", value)
    if not re.fullmatch(r"[0-9]+", compact):
        raise IdentifierError("not_digits", Fault.DIGITS)
    return compact


def _checked(code: str, value: str, lengths: tuple[int, ...], validate: Callable[[str], str]) -> str:
    digits = _ascii_digits(value)
    if len(digits) not in lengths:
        raise IdentifierError(code, Fault.LENGTH)
    try:
        return str(validate(digits))
    except ValidationError as error:
        raise IdentifierError(code, Fault.CHECK) from error


def clean_pesel(value: str) -> str:
    """Return the eleven digits of a PESEL number; raises IdentifierError."""
    return _checked("pesel", value, (11,), _valid_pesel)


def _valid_pesel(digits: str) -> str:
    if (
        sum(int(digit) * weight for digit, weight in zip(digits, (1, 3, 7, 9) * 2 + (1, 3, 1), strict=True))
        % 10
    ):
        raise IdentifierError("pesel", Fault.CHECK)
    try:
        return str(pesel.validate(digits))
    except ValidationError as error:  # the check digit is right, so it is the day
        raise IdentifierError("pesel", Fault.DAY) from error


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
    return _checked("nip", value, (10,), nip.validate)


def clean_regon(value: str) -> str:
    """Return the nine or fourteen digits of a REGON number (of fourteen both parts are checked).

    Raises IdentifierError.
    """
    return _checked("regon", value, (9, 14), regon.validate)


def clean_krs(value: str, *, pad: bool = True) -> str:
    """Return the ten digits of a KRS number; it has no check digit.

    With `pad` a number written without its leading zeros is completed. Raises IdentifierError.
    """
    digits = _ascii_digits(value)
    if len(digits) > 10 or (len(digits) < 10 and not pad) or not digits.strip("0"):
        raise IdentifierError("krs", Fault.LENGTH if digits.strip("0") else Fault.FORM)
    return digits.zfill(10)


def clean_nrb(value: str) -> str:
    """Return the 26 digits of a Polish account number without `PL`.

    Checked by its two check digits (modulo 97), everywhere alike; of the bank inside it `bank_digit_is_right` tells.
    Raises IdentifierError.
    """
    digits = _ascii_digits(re.sub(r"^\s*PL", "", value, flags=re.IGNORECASE))
    if len(digits) != 26:
        raise IdentifierError("nrb", Fault.LENGTH)
    if calc_check_digits("PL00" + digits[2:]) != digits[:2]:
        raise IdentifierError("nrb", Fault.CHECK)
    return digits


def bank_digit_is_right(nrb: str) -> bool:
    """Say whether the sort code of the bank (digits 3 to 10 of 26) ends with the check digit it should have.

    A number with another one can be paid to all the same, where a bank has it: this is a hint, not a rule.
    """
    return (
        sum(int(digit) * weight for digit, weight in zip(nrb[2:10], (3, 9, 7, 1) * 2, strict=True)) % 10 == 0
    )


def nrb_with_check_digits(bban: str) -> str:
    """Return the 26 digits of an account number built from its last 24 (bank and account)."""
    return str(calc_check_digits("PL00" + bban)) + bban


_KW_LETTERS = "XABCDEFGHIJKLMNOPRSTUWYZ"
"""Worth ten and up: X 10, A 11, B 12 … without Q and V."""


def land_register_check_digit(court: str, number: str) -> str:
    """Return the check digit of a land and mortgage register: court code (four characters) and eight digits.

    Weights 1, 3, 7 in turn (rozporządzenie w sprawie zakładania i prowadzenia ksiąg wieczystych w systemie
    teleinformatycznym, annex 1).
    """
    values = [int(sign) if sign.isdigit() else _KW_LETTERS.index(sign) + 10 for sign in f"{court}{number}"]
    return str(sum(value * weight for value, weight in zip(values, cycle((1, 3, 7)), strict=False)) % 10)


def clean_land_register(value: str) -> str:
    """Return a land and mortgage register's number as `KR1I/00012345/5`; raises IdentifierError.

    Small letters, spaces and missing leading zeros are put right.
    """
    compact = re.sub(r"\s", "", value).upper()
    match = re.fullmatch(r"(.{4})/([0-9]{1,8})/([0-9])", compact)
    match = match or re.fullmatch(r"(.{4})([0-9]{8})([0-9])", compact)
    if match is None:
        raise IdentifierError("kw", Fault.FORM)
    court, number, check = match[1], match[2].zfill(8), match[3]
    if not re.fullmatch(rf"[{_KW_LETTERS}]{{2}}[0-9][{_KW_LETTERS}]", court):
        raise IdentifierError("kw", Fault.COURT)
    if land_register_check_digit(court, number) != check:
        raise IdentifierError("kw", Fault.CHECK)
    return f"{court}/{number}/{check}"


_COMMUNE = r"[0-9]{6}_[1234589]"
_PARCEL = rf"{_COMMUNE}\.[0-9]{{4}}\.(AR_[1-9][0-9]{{0,3}}\.)?[1-9][0-9]{{0,6}}(/[1-9][0-9]{{0,6}})?"


def clean_parcel(value: str) -> str:
    """Return a parcel, building or unit of the land cadastre: `WWPPGG_R.XXXX.NDZ`; raises IdentifierError.

    Perhaps with a sheet (`….AR_2.123/4`), a building (`….12_BUD`) and a unit in it (`….12_BUD.3_LOK`)
    (rozporządzenie w sprawie ewidencji gruntów i budynków, annex 1).
    """
    compact = re.sub(r"\s", "", value).upper()
    if not re.fullmatch(rf"{_PARCEL}(\.[1-9][0-9]{{0,6}}_BUD(\.[1-9][0-9]{{0,6}}_LOK)?)?", compact):
        raise IdentifierError("parcel", Fault.FORM)
    return compact


def clean_teryt(value: str) -> str:
    """Return the seven digits of a commune in TERYT (the last is its kind); raises IdentifierError."""
    digits = _ascii_digits(value.strip().replace("_", ""))
    if len(digits) != 7:
        raise IdentifierError("teryt", Fault.LENGTH)
    if digits[-1] not in "1234589":
        raise IdentifierError("teryt", Fault.FORM)
    return digits
