"""Is this document signed, by whom and how? One report for trusted and for qualified signatures."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import NameOID
from lxml import etree

from epuap.signatures.report import NO_REVOCATION_CHECK, Method, Person, SignatureReport
from epuap.xml import dsig, xades
from epuap.xml.c14n import Canonicalisation, canonical_bytes, remove_keeping_text
from epuap.xml.dsig import SignatureRefused
from epuap.xml.names import ds
from epuap.xml.persons import NoPerson, person_of_roles
from eurzad.lib import xml
from eurzad.lib.identifiers import IdentifierError, clean_pesel, pesel_birth_date

_MAX_REFERENCES = 4
_CLOCK_SKEW = timedelta(minutes=5)
_QC_STATEMENTS = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3")
_QC_COMPLIANCE = bytes.fromhex("060604008e460101")  # id-etsi-qcs-QcCompliance, ETSI EN 319 412-5
_PERSONAL_NUMBER = re.compile(r"PNOPL-([0-9]{11})")  # ETSI EN 319 412-1


class _Undecided(Exception):
    """The signature is sound, but nothing tells whose it is."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def verify_document(
    data: bytes,
    *,
    trusted_seals: Sequence[x509.Certificate],
    qualified_cas: Sequence[x509.Certificate] = (),
    now: datetime,
) -> SignatureReport:
    """Report on the one enveloped XAdES signature of an XML document; never raises for a bad document.

    `trusted_seals` are the pinned certificates of the trusted profile's seal: only under one of them is the
    person in ClaimedRole believed. A qualified certificate must chain to one of `qualified_cas` and names its
    person itself. `now` is aware; a later signing time is not believed.
    """
    try:
        root = xml.parse(data)
        signature = _only_signature(root)
        properties = xades.read_properties(signature)
        embedded = xades.embedded_certificates(signature)
        certificate = properties.choose((*trusted_seals, *embedded))
        references = dsig.verify(
            signature,
            root=root,
            certificates=[certificate],
            policy=dsig.DOCUMENT,
            max_references=_MAX_REFERENCES,
        )
        xades.check_coverage(references, properties, root=root)
    except xml.XmlRejected as error:
        return SignatureReport("invalid", f"xml_{error.code}")
    except SignatureRefused as error:
        return SignatureReport("invalid", error.code)
    subject = certificate.subject.rfc4514_string()
    covered = tuple(_covered(one, root, properties) for one in references)
    try:
        _check_times(certificate, properties.signed_at, now)
        if certificate in trusted_seals:
            method: Method = "trusted"
            person = person_of_roles(properties.element)
            remarks: tuple[str, ...] = ()
        else:
            _check_qualified(certificate, embedded, qualified_cas, properties.signed_at)
            method = "qualified"
            person = _certified_person(certificate)
            remarks = (NO_REVOCATION_CHECK,)
    except (_Undecided, NoPerson) as error:
        return SignatureReport("indeterminate", error.code, certificate_subject=subject, covered=covered)
    return SignatureReport("valid", "ok", person, method, properties.signed_at, subject, covered, remarks)


def payload_digest(data: bytes) -> str:
    """Return SHA-256 (hex) over the exclusive canonical form of the document without its signatures.

    Equal digests say that a document came back from signing as it was sent. Only ds:Signature children of the
    root are left out, and white space before the root's end tag, which signing may add. Raises XmlRejected.
    """
    root = xml.parse(data)
    for signature in list(root.iterchildren(ds("Signature"))):
        remove_keeping_text(signature)
    last = root[-1] if len(root) else None
    if last is None:
        root.text = _unless_blank(root.text)
    else:
        last.tail = _unless_blank(last.tail)
    return hashlib.sha256(canonical_bytes(root, Canonicalisation(), document=True)).hexdigest()


def _unless_blank(text: str | None) -> str | None:
    return text if text is not None and text.strip(" \t\r\n") else None


def _only_signature(root: etree._Element) -> etree._Element:
    found = list(root.iter(ds("Signature")))
    if not found:
        raise SignatureRefused("unsigned")
    if len(found) > 1:
        raise SignatureRefused("several_signatures")
    if found[0].getparent() is not root:
        raise SignatureRefused("signature_position")
    return found[0]


def _covered(
    reference: dsig.VerifiedReference, root: etree._Element, properties: xades.SignedProperties
) -> str:
    if reference.element is root:
        return "document"
    return "signed_properties" if reference.element is properties.element else reference.uri


def _check_times(certificate: x509.Certificate, signed_at: datetime, now: datetime) -> None:
    if signed_at > now + _CLOCK_SKEW:
        raise _Undecided("signed_in_future")
    if not _valid_at(certificate, signed_at):
        raise _Undecided("certificate_not_valid_then")


def _valid_at(certificate: x509.Certificate, moment: datetime) -> bool:
    return certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc


def _check_qualified(
    leaf: x509.Certificate,
    embedded: Sequence[x509.Certificate],
    anchors: Sequence[x509.Certificate],
    at: datetime,
) -> None:
    if not _chains(leaf, embedded, anchors, at):
        raise _Undecided("untrusted_certificate")
    try:
        statements = leaf.extensions.get_extension_for_oid(_QC_STATEMENTS).value
    except (x509.ExtensionNotFound, ValueError) as error:
        raise _Undecided("not_qualified") from error
    if _QC_COMPLIANCE not in statements.public_bytes():
        raise _Undecided("not_qualified")


def _chains(
    leaf: x509.Certificate,
    embedded: Sequence[x509.Certificate],
    anchors: Sequence[x509.Certificate],
    at: datetime,
) -> bool:
    """Say whether issuers among `embedded` lead from the leaf to an anchor, each valid at the time."""
    current = leaf
    for below in range(4):
        if any(_valid_at(anchor, at) and _issued(current, anchor) for anchor in anchors):
            return True
        above = (one for one in embedded if one != current and _may_issue(one, below) and _valid_at(one, at))
        issuer = next((one for one in above if _issued(current, one)), None)
        if issuer is None:
            return False
        current = issuer
    return False


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _may_issue(certificate: x509.Certificate, below: int) -> bool:
    try:
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    length = constraints.path_length
    return constraints.ca and usage.key_cert_sign and (length is None or length >= below)


def _certified_person(certificate: x509.Certificate) -> Person:
    numbers = [_PERSONAL_NUMBER.fullmatch(value) for value in _subject(certificate, NameOID.SERIAL_NUMBER)]
    found = [number.group(1) for number in numbers if number is not None]
    if len(found) != 1:
        raise _Undecided("no_personal_number")
    pesel = _pesel(found[0])
    return _person(
        given_name=" ".join(_subject(certificate, NameOID.GIVEN_NAME)),
        family_name=" ".join(_subject(certificate, NameOID.SURNAME)),
        pesel=pesel,
        birth_date=pesel_birth_date(pesel),
    )


def _subject(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> list[str]:
    return [str(attribute.value) for attribute in certificate.subject.get_attributes_for_oid(oid)]


def _pesel(text: str) -> str:
    try:
        return clean_pesel(text)
    except IdentifierError as error:
        raise _Undecided("bad_pesel") from error


def _person(*, given_name: str, family_name: str, pesel: str, birth_date: date) -> Person:
    if not given_name or not family_name:
        raise _Undecided("no_person")
    return Person(given_name=given_name, family_name=family_name, pesel=pesel, birth_date=birth_date)
