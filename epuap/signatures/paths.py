"""Paths of certificates: from a signer's up to a configured authority, bounded whatever is embedded."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding

from epuap.signatures.certificates import has_strong_key, valid_at

if TYPE_CHECKING:
    from asn1crypto import x509 as asn1_x509
    from pyhanko_certvalidator.context import ValidationContext
    from pyhanko_certvalidator.path import ValidationPath

Path = tuple[x509.Certificate, ...]
"""The signer's certificate first, the configured authority's last."""

_MAX_LENGTH = 5
_MAX_CANDIDATES = 20
_MAX_ATTEMPTS = 40  # signatures of issuers tried, so that certificates that sign each other cost no time


def trusted_path(
    leaf: x509.Certificate,
    *,
    embedded: Sequence[x509.Certificate],
    anchors: Sequence[x509.Certificate],
    at: datetime,
) -> Path | None:
    """Return a path from `leaf` to one of `anchors` that was valid at the time, or None.

    Every signature, key, validity, usage, constraint and path length is checked (RFC 5280, section 6).
    """
    return next((path for path in _candidates(leaf, embedded, anchors, at) if _holds(path, at)), None)


def _candidates(
    leaf: x509.Certificate,
    embedded: Sequence[x509.Certificate],
    anchors: Sequence[x509.Certificate],
    at: datetime,
) -> Iterator[Path]:
    above = [one for one in dict.fromkeys(embedded) if one not in anchors][:_MAX_CANDIDATES]
    attempts = _MAX_ATTEMPTS
    waiting: deque[Path] = deque([(leaf,)])
    while waiting:
        path = waiting.popleft()
        for anchor in anchors:
            if valid_at(anchor, at) and _issued(path[-1], anchor):
                yield (*path, anchor)
        if len(path) + 1 >= _MAX_LENGTH:
            continue
        for one in above:
            if one in path or one.subject != path[-1].issuer:
                continue
            if attempts == 0:
                return
            attempts -= 1
            if _issued(path[-1], one):
                waiting.append((*path, one))


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    if certificate.issuer != issuer.subject:
        return False
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _holds(path: Path, at: datetime) -> bool:
    from pyhanko_certvalidator.errors import ValidationError
    from pyhanko_certvalidator.validate import validate_path

    if not all(has_strong_key(one) for one in path):
        return False
    try:
        validate_path(context(path, at), validation_path(path))
    except (ValidationError, ValueError, TypeError, KeyError):  # the last three: ASN.1 that cannot be read
        return False
    return True


def context(path: Path, moment: datetime, *, ocsps: Sequence[Any] = ()) -> ValidationContext:
    """Return what pyhanko-certvalidator judges this path by at `moment`: no network, no revocation by itself."""
    from pyhanko_certvalidator.authority import CertTrustAnchor
    from pyhanko_certvalidator.context import ValidationContext
    from pyhanko_certvalidator.policy_decl import (
        CertRevTrustPolicy,
        RevocationCheckingPolicy,
        RevocationCheckingRule,
    )

    unchecked = RevocationCheckingPolicy(RevocationCheckingRule.NO_CHECK, RevocationCheckingRule.NO_CHECK)
    return ValidationContext(
        trust_roots=[CertTrustAnchor(as_asn1(path[-1]), derive_default_quals_from_cert=True)],
        other_certs=[as_asn1(one) for one in path[:-1]],
        moment=moment,
        best_signature_time=moment,
        allow_fetching=False,
        revinfo_policy=CertRevTrustPolicy(unchecked),
        ocsps=ocsps,
    )


def validation_path(path: Path) -> ValidationPath:
    """Return the path as pyhanko-certvalidator has it."""
    from pyhanko_certvalidator.authority import CertTrustAnchor
    from pyhanko_certvalidator.path import ValidationPath

    leaf, *middle, anchor = (as_asn1(one) for one in path)
    return ValidationPath(
        CertTrustAnchor(anchor, derive_default_quals_from_cert=True), interm=middle[::-1], leaf=leaf
    )


def as_asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    """Return the certificate as pyhanko-certvalidator has it."""
    from asn1crypto import x509 as asn1_x509

    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
