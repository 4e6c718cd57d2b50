"""Was a certificate of a trusted path revoked: what a signature brings along, then what the issuer answers.

OCSP responses are judged by pyhanko-certvalidator. Lists of revoked certificates are read with `cryptography`,
which keeps a list of 7 MB in 17 MB of memory and finds a number in it within milliseconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID

from epuap.signatures import fetching, paths
from epuap.signatures.errors import Distrusted, Undecided
from epuap.signatures.paths import Path
from epuap.signatures.report import NO_REVOCATION_CHECK, REVOCATION_CHECKED_THEN

if TYPE_CHECKING:
    from pyhanko_certvalidator.revinfo.archival import OCSPContainer

    from epuap.signatures.trust import Evidence, Trust

MAX_CRL_BYTES = 10 * 2**20
MAX_OCSP_BYTES = 64 * 2**10

_MAX_CRLS = 8
_MAX_OCSPS = 16
_MAX_ADDRESSES = 2
_SKEW = timedelta(minutes=5)
_WITHOUT_END = timedelta(hours=24)  # how long an answer without nextUpdate is current
_WEAK_HASHES = (hashes.MD5, hashes.SHA1)


@dataclass(frozen=True)
class _Answer:
    """What one list or response says: revoked at a moment, or not revoked and current until a moment."""

    revoked_at: datetime | None
    current_until: datetime


def remarks(path: Path, *, trust: Trust, evidence: Evidence, at: datetime, now: datetime) -> tuple[str, ...]:
    """Return what is to be remarked about the check of every certificate below the trusted authority.

    Raises Distrusted("revoked") if one was revoked by the signing time `at`, Undecided("revoked_since") if it
    was later: no time stamp proves that the signature is older. Embedded answers come first; the issuer is
    asked (with `trust.fetch`) unless they are current.
    """
    time_left = trust.time_left or fetching.TimeLeft(fetching.ALL_SECONDS)
    checked = now
    for position in range(len(path) - 1):
        answers = list(_embedded(path[position:], evidence, now))
        if trust.fetch and not any(one.current_until >= now for one in answers):
            answers += _asked(path[position:], now, time_left, private_hosts=trust.private_hosts)
        revoked = [one.revoked_at for one in answers if one.revoked_at is not None]
        if revoked:
            if min(revoked) <= at:
                raise Distrusted("revoked")
            raise Undecided("revoked_since")
        checked = min(
            checked, max((one.current_until for one in answers), default=datetime.min.replace(tzinfo=UTC))
        )
    if checked >= now:
        return ()
    return (REVOCATION_CHECKED_THEN,) if checked >= at else (NO_REVOCATION_CHECK,)


def _embedded(path: Path, evidence: Evidence, now: datetime) -> Iterator[_Answer]:
    yield from _ocsp_answers(path, [one for one in evidence.ocsps if len(one) <= MAX_OCSP_BYTES], now)
    yield from _crl_answers(path, [one for one in evidence.crls if len(one) <= MAX_CRL_BYTES], now)


def _asked(path: Path, now: datetime, time_left: fetching.TimeLeft, *, private_hosts: bool) -> list[_Answer]:
    """Ask the issuer at the addresses that the certificate of a trusted path names; [] without an answer."""
    leaf, issuer = path[0], path[1]
    responders, lists = _addresses(leaf)
    request = ocsp.OCSPRequestBuilder().add_certificate(leaf, issuer, hashes.SHA1())  # noqa: S303 (names only)
    question = request.build().public_bytes(Encoding.DER)
    for address in responders[:_MAX_ADDRESSES]:
        got = fetching.fetch(
            address,
            question=question,
            max_bytes=MAX_OCSP_BYTES,
            time_left=time_left,
            private_hosts=private_hosts,
        )
        answers = [] if got is None else list(_ocsp_answers(path, [got], now))
        if answers:
            return answers
    for address in lists[:_MAX_ADDRESSES]:
        got = fetching.fetch(
            address, max_bytes=MAX_CRL_BYTES, time_left=time_left, private_hosts=private_hosts
        )
        answers = [] if got is None else list(_crl_answers(path, [got], now))
        if answers:
            return answers
    return []


def _addresses(certificate: x509.Certificate) -> tuple[list[str], list[str]]:
    """Return where OCSP is answered and where lists of revoked certificates lie."""
    responders, lists = [], []
    for extension in certificate.extensions:
        if isinstance(extension.value, x509.AuthorityInformationAccess):
            responders = [
                one.access_location.value
                for one in extension.value
                if one.access_method == AuthorityInformationAccessOID.OCSP
                and isinstance(one.access_location, x509.UniformResourceIdentifier)
            ]
        elif isinstance(extension.value, x509.CRLDistributionPoints):
            lists = [
                name.value
                for point in extension.value
                for name in point.full_name or ()
                if isinstance(name, x509.UniformResourceIdentifier)
            ]
    return responders, lists


# --- OCSP


def _ocsp_answers(path: Path, responses: Iterable[bytes], now: datetime) -> Iterator[_Answer]:
    from asn1crypto.ocsp import OCSPResponse
    from pyhanko_certvalidator.revinfo.archival import OCSPContainer

    for der in list(responses)[:_MAX_OCSPS]:
        try:
            for container in OCSPContainer.load_multi(OCSPResponse.load(der, strict=True)):
                answer = _ocsp_answer(path, container, now)
                if answer is not None:
                    yield answer
        except (ValueError, TypeError, KeyError):  # ASN.1 that cannot be read
            continue


def _ocsp_answer(path: Path, response: OCSPContainer, now: datetime) -> _Answer | None:
    """Judge the response as of the end of its currency, or now: whatever it says of revocation counts."""
    from pyhanko_certvalidator.errors import OCSPValidationError, RevokedError, ValidationError
    from pyhanko_certvalidator.revinfo.validate_ocsp import verify_ocsp_response

    single = response.extract_single_response()
    if single is None or single["cert_id"]["serial_number"].native != path[0].serial_number:
        return None
    since, until = single["this_update"].native, single["next_update"].native
    mechanism = response.revinfo_sig_mechanism_used
    if since > now + _SKEW or mechanism is None or mechanism.hash_algo in ("md5", "sha1"):
        return None
    ends = until is not None and until >= since
    moment = max(since, min(now, until)) if ends else since
    judged_by = paths.context(path, moment, ocsps=[response])
    try:
        asyncio.run(verify_ocsp_response(paths.as_asn1(path[0]), paths.validation_path(path), judged_by))
    except RevokedError as error:
        return _Answer(error.revocation_dt, until if ends else since)
    except (OCSPValidationError, ValidationError):
        return None
    return _Answer(None, until if ends else since + _WITHOUT_END)


# --- Lists of revoked certificates


def _crl_answers(path: Path, lists: Iterable[bytes], now: datetime) -> Iterator[_Answer]:
    for der in list(lists)[:_MAX_CRLS]:
        try:
            answer = _crl_answer(path[0], path[1], x509.load_der_x509_crl(der), now)
        except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
            continue
        if answer is not None:
            yield answer


def _crl_answer(
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    crl: x509.CertificateRevocationList,
    now: datetime,
) -> _Answer | None:
    """Read a complete list signed by the certificate's own issuer; indirect, partial and delta lists tell nothing."""
    since, until = crl.last_update_utc, crl.next_update_utc
    if crl.issuer != certificate.issuer or since > now + _SKEW:
        return None
    if isinstance(crl.signature_hash_algorithm, _WEAK_HASHES) or not _may_sign_lists(issuer):
        return None
    if not crl.is_signature_valid(issuer.public_key()) or not _is_about(crl, certificate):  # type: ignore[arg-type]
        return None
    until = until if until is not None and until >= since else since + _WITHOUT_END
    entry = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
    return _Answer(None if entry is None else entry.revocation_date_utc, until)


def _may_sign_lists(issuer: x509.Certificate) -> bool:
    try:
        return issuer.extensions.get_extension_for_class(x509.KeyUsage).value.crl_sign
    except x509.ExtensionNotFound:
        return True


def _is_about(crl: x509.CertificateRevocationList, certificate: x509.Certificate) -> bool:
    """Say whether the list's scope, if it states one, takes this certificate in and names every reason."""
    for extension in crl.extensions:
        scope = extension.value
        if isinstance(scope, x509.DeltaCRLIndicator):
            return False
        if isinstance(scope, x509.IssuingDistributionPoint):
            if scope.indirect_crl or scope.only_contains_attribute_certs or scope.only_some_reasons:
                return False
            if _is_authority(certificate) and scope.only_contains_user_certs:
                return False
            if not _is_authority(certificate) and scope.only_contains_ca_certs:
                return False
            if scope.relative_name is not None or not _is_at(scope.full_name, certificate):
                return False
        elif extension.critical:
            return False
    return True


def _is_at(names: Iterable[x509.GeneralName] | None, certificate: x509.Certificate) -> bool:
    """Say whether a list of this distribution point is the one that the certificate names."""
    return names is None or bool(
        {getattr(one, "value", None) for one in names} & set(_addresses(certificate)[1])
    )


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False
