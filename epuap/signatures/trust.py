"""May this certificate be believed, and whose is it: the pinned seal, qualified and personal certificates."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path as FilePath

from cryptography import x509
from django.conf import settings

from epuap.pem import read_certificates
from epuap.signatures import fetching
from epuap.signatures.certificates import has_strong_key, may_sign, person_of, valid_at
from epuap.signatures.errors import Distrusted, Undecided
from epuap.signatures.report import EXPIRED_SINCE, NO_PESEL, Method, Person

__all__ = ["Distrusted", "Evidence", "Judgement", "Trust", "Undecided", "judge", "load_trust"]

Certificates = tuple[x509.Certificate, ...]

_CLOCK_SKEW = timedelta(minutes=5)


@dataclass(frozen=True)
class Trust:
    """Who is trusted.

    `seals` are pinned certificates of the trusted signature's seal; `qualified` and `personal` are authorities
    (intermediate ones too) that issue qualified certificates and those of the e-ID. With `fetch`, issuers are
    asked whether a certificate was revoked; with `private_hosts`, also at addresses of private networks.
    `time_left` is shared by all questions about one document.
    """

    seals: Certificates = ()
    qualified: Certificates = ()
    personal: Certificates = ()
    fetch: bool = False
    private_hosts: bool = False
    time_left: fetching.TimeLeft | None = None

    def for_one_document(self) -> Trust:
        """Return the same trust with the time that the questions about one document may take together."""
        return replace(self, time_left=fetching.TimeLeft(fetching.ALL_SECONDS))


@dataclass(frozen=True)
class Evidence:
    """What a signature brings along: certificates, DER of revocation lists and of OCSP responses. Not trusted."""

    certificates: Certificates = ()
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Judgement:
    """A certificate that may be believed. `person` is None for the pinned seal, whose statement names them."""

    method: Method
    person: Person | None
    remarks: tuple[str, ...] = ()


def judge(
    certificate: x509.Certificate, *, trust: Trust, evidence: Evidence, at: datetime, now: datetime
) -> Judgement:
    """Say by what right the certificate of a sound signature is believed.

    `at` (aware) is the signing time that the signer states; no time stamp vouches for it, so a certificate
    revoked by now is never believed. Raises Undecided (signed_in_future, certificate_not_valid_then,
    weak_certificate, untrusted_certificate, key_usage, not_qualified, no_person, bad_pesel, revoked_since,
    unreadable_certificate) or Distrusted (revoked).
    """
    if at > now + _CLOCK_SKEW:
        raise Undecided("signed_in_future")
    try:
        return _judge(certificate, trust, evidence, at, now)
    except (ValueError, TypeError, x509.DuplicateExtension) as error:  # cryptography reads fields when asked
        raise Undecided("unreadable_certificate") from error


def _judge(
    certificate: x509.Certificate, trust: Trust, evidence: Evidence, at: datetime, now: datetime
) -> Judgement:
    if not valid_at(certificate, at):
        raise Undecided("certificate_not_valid_then")
    if not has_strong_key(certificate):
        raise Undecided("weak_certificate")
    remarks: tuple[str, ...] = () if now <= certificate.not_valid_after_utc else (EXPIRED_SINCE,)
    if certificate in trust.seals:
        return Judgement("trusted", None, remarks)

    from epuap.signatures import paths, revocation

    refusal = Undecided("untrusted_certificate")
    lists: tuple[tuple[Method, Certificates], ...] = (
        ("qualified", trust.qualified),
        ("personal", trust.personal),
    )
    for method, anchors in lists:
        path = paths.trusted_path(certificate, embedded=evidence.certificates, anchors=anchors, at=at)
        if path is None:
            continue
        code = _unfit(certificate, method)
        if code:
            refusal = Undecided(code)
            continue
        person = person_of(certificate)
        remarks += revocation.remarks(path, trust=trust, evidence=evidence, at=at, now=now)
        return Judgement(method, person, remarks if person.pesel else (*remarks, NO_PESEL))
    raise refusal


def _unfit(certificate: x509.Certificate, method: Method) -> str:
    """Return why a certificate of a trusted issuer is not one of this method; "" if it is.

    The e-ID's issuer also certifies the key for signing in: only content commitment tells the two apart.
    """
    from epuap.signatures.qualified import is_qualified

    if not may_sign(certificate, only_commitment=method == "personal"):
        return "key_usage"
    return "not_qualified" if method == "qualified" and not is_qualified(certificate) else ""


def load_trust() -> Trust:
    """Return whom the settings trust; raises PermanentError when a file of theirs cannot be read.

    The demo's lists are made by the simulator at its first start: until then nobody is on them.
    """
    return Trust(
        seals=_certificates("TPS_SEAL_CERT"),
        qualified=_certificates("TRUST_LIST", may_come_later=settings.DEMO_MODE),
        personal=_certificates("PERSONAL_TRUST_LIST", may_come_later=settings.DEMO_MODE),
        fetch=settings.REVOCATION_FETCH,
        private_hosts=settings.DEMO_MODE,
    )


def _certificates(setting: str, *, may_come_later: bool = False) -> Certificates:
    path: FilePath | None = getattr(settings, setting)
    if path is None or (may_come_later and not path.exists()):
        return ()
    return read_certificates(setting, code="signatures.settings")
