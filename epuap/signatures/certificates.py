"""What a certificate itself says: its key, what it is for, whose it is."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TypeVar

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from epuap.keys import is_strong
from epuap.signatures.errors import Undecided
from epuap.signatures.report import Person
from eurzad.lib.identifiers import IdentifierError, clean_pesel, pesel_birth_date

_Kind = TypeVar("_Kind", bound=x509.ExtensionType)
# ETSI EN 319 412-1 5.1.3, and what Polish issuers wrote before it.
_PESEL = re.compile(r"(?:PNOPL-|PESEL: ?)([0-9]{11})", re.ASCII)
_FOREIGN_PURPOSES = frozenset({ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.OCSP_SIGNING})


def valid_at(certificate: x509.Certificate, moment: datetime) -> bool:
    """Say whether `moment` (aware) lies in the certificate's validity."""
    return certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc


def has_strong_key(certificate: x509.Certificate) -> bool:
    """Say whether its key may be believed; raises ValueError for one that cannot be read."""
    return is_strong(certificate.public_key())


def may_sign(certificate: x509.Certificate, *, only_commitment: bool = False) -> bool:
    """Say whether documents may be signed with it; `only_commitment`: its use for signing in is not enough."""
    usage = _extension(certificate, x509.KeyUsage)
    if usage is not None and not (
        usage.content_commitment or (usage.digital_signature and not only_commitment)
    ):
        return False
    purposes = _extension(certificate, x509.ExtendedKeyUsage)
    if purposes is not None and set(purposes) <= _FOREIGN_PURPOSES:
        return False
    constraints = _extension(certificate, x509.BasicConstraints)
    return constraints is None or not constraints.ca


def person_of(certificate: x509.Certificate) -> Person:
    """Return the person of the subject; without a PESEL in it, `pesel` is empty.

    Raises Undecided("no_person") for a subject without both names, ("bad_pesel") for a number with a wrong
    check digit or two numbers.
    """
    given_name = " ".join(_subject(certificate, NameOID.GIVEN_NAME))
    family_name = " ".join(_subject(certificate, NameOID.SURNAME))
    if not given_name.strip() or not family_name.strip():
        raise Undecided("no_person")
    numbers = [_PESEL.fullmatch(value) for value in _subject(certificate, NameOID.SERIAL_NUMBER)]
    found = {number.group(1) for number in numbers if number is not None}
    if not found:
        return Person(given_name, family_name, "", None)
    try:
        (number,) = found
        pesel = clean_pesel(number)
        return Person(given_name, family_name, pesel, pesel_birth_date(pesel))
    except (IdentifierError, ValueError) as error:
        raise Undecided("bad_pesel") from error


def _subject(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> list[str]:
    return [str(attribute.value) for attribute in certificate.subject.get_attributes_for_oid(oid)]


def _extension(certificate: x509.Certificate, kind: type[_Kind]) -> _Kind | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
