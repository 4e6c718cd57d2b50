"""The signatures inside a PDF: whole, unchanged since, and whose. Imported where used: pyHanko is heavy."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509
from django.utils import timezone
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation.generic_cms import get_signing_cert_attr, validate_sig_integrity
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature, extract_contents
from pyhanko.sign.validation.status import SignatureCoverageLevel

from epuap.signatures import trust as trusting
from epuap.signatures.errors import Distrusted, Undecided
from epuap.signatures.pdf_changes import AFTER_ORIGINAL, AFTER_SIGNATURE
from epuap.signatures.pdf_reading import BoundedReader, TooComplex
from epuap.signatures.report import DocumentReport, SignatureReport, Status
from epuap.signatures.trust import Evidence, Trust

_MAX_SIGNATURES = 10
_MAX_REVISIONS = 40
_MAX_CMS = 256 * 2**10
_MAX_CERTIFICATES = 20
_MAX_CRLS = 8
_MAX_OCSPS = 16
_SIGNATURE_TYPES = frozenset({"/ETSI.CAdES.detached", "/adbe.pkcs7.detached"})
_TIME_STAMP = "/ETSI.RFC3161"
_DIGESTS = frozenset({"sha256", "sha384", "sha512"})
_ALGORITHMS = frozenset({"rsassa_pkcs1v15", "rsassa_pss", "ecdsa"})

log = logging.getLogger(__name__)


class _Refused(Exception):
    """A signature, or a file, that is no good. `code` is the reason."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class _Signature:
    """A sound signature, its certificate not yet judged."""

    certificate: x509.Certificate
    signed_at: datetime
    evidence: Evidence


def report_on(data: bytes, *, trust: Trust, now: datetime, original: bytes | None) -> DocumentReport:
    """Report on every signature of a PDF of a bounded size, see `pades.verify_pdf`."""
    trust = trust.for_one_document()
    try:
        reader = BoundedReader(data)
        signatures = _signatures(reader)
        _check_ends(reader, signatures, data)
        if original is not None:
            _check_original(reader, data, original)
        dss = _evidence_of_document(reader)
        found = [
            _report(one, data, dss, is_last=one is signatures[-1], trust=trust, now=now) for one in signatures
        ]
    except _Refused as refused:
        return DocumentReport("invalid", refused.code)
    except TooComplex:
        return DocumentReport("invalid", "pdf_too_complex")
    except Exception as error:  # noqa: BLE001 (whatever a hostile file makes a parser raise is a refusal)
        log.info("pdf refused: %s", type(error).__name__)
        return DocumentReport("invalid", "pdf_malformed")
    return DocumentReport.of(found, data)


def _signatures(reader: BoundedReader) -> list[EmbeddedPdfSignature]:
    """Return the signatures of people in the order they were made; time stamps are none."""
    if "/Encrypt" in reader.trailer:
        raise _Refused("pdf_encrypted")
    if reader.total_revisions > _MAX_REVISIONS:
        raise TooComplex
    found: list[EmbeddedPdfSignature] = []
    for name, value, field in enumerate_sig_fields(reader, filled_status=True):
        signature = value.get_object()
        kind, type_ = _entry(signature, "/SubFilter"), _entry(signature, "/Type") or "/Sig"
        if kind == _TIME_STAMP and type_ == "/DocTimeStamp":
            continue
        if kind not in _SIGNATURE_TYPES or type_ != "/Sig":
            raise _Refused("signature_type")
        if len(extract_contents(signature)) > _MAX_CMS or len(found) == _MAX_SIGNATURES:
            raise TooComplex
        found.append(EmbeddedPdfSignature(reader, field, name))
    if not found:
        raise _Refused("unsigned")
    return sorted(found, key=lambda one: one.signed_revision)


def _entry(holder: generic.DictionaryObject, name: str) -> Any:
    """Return an entry's value behind any reference; None without one or for null."""
    try:
        return holder[name]
    except KeyError:
        return None


def _check_ends(reader: BoundedReader, signatures: list[EmbeddedPdfSignature], data: bytes) -> None:
    """Refuse bytes after the last signature that are not revisions of the document."""
    last = signatures[-1]
    if reader.total_revisions == last.signed_revision + 1 and data[_end(last, data) :].strip(b"\r\n"):
        raise _Refused("coverage")
    if not data.rstrip(b"\r\n").endswith(b"%%EOF"):
        raise _Refused("coverage")


def _end(signature: EmbeddedPdfSignature, data: bytes) -> int:
    """Return where the signed bytes end.

    They are the file from its beginning but for one gap, which is filled by the hexadecimal signature and by
    nothing else.
    """
    span = list(signature.byte_range)
    if len(span) != 4 or not all(type(one) is generic.NumberObject for one in span):
        raise _Refused("byte_range")
    start, before, after, length = (int(one) for one in span)
    if start != 0 or not 0 < before < after or length <= 0 or after + length > len(data):
        raise _Refused("byte_range")
    gap = data[before:after]
    try:
        inside = bytes.fromhex(gap[1:-1].decode("ascii"))
    except ValueError as error:
        raise _Refused("byte_range") from error
    if gap[:1] + gap[-1:] != b"<>" or inside != bytes(signature.pkcs7_content):
        raise _Refused("byte_range")
    return after + length


def _check_original(reader: BoundedReader, data: bytes, original: bytes) -> None:
    if not original or len(data) <= len(original) or not data.startswith(original):
        raise _Refused("altered")
    revisions = BoundedReader(original).total_revisions
    if revisions >= reader.total_revisions:
        raise _Refused("altered")
    if not _is_within(AFTER_ORIGINAL.review_file(reader, revisions - 1), ModificationLevel.FORM_FILLING):
        raise _Refused("altered")


def _is_within(changes: Any, level: ModificationLevel) -> bool:
    return isinstance(changes, DiffResult) and changes.modification_level <= level


def _report(
    signature: EmbeddedPdfSignature, data: bytes, dss: Evidence, *, is_last: bool, trust: Trust, now: datetime
) -> SignatureReport:
    try:
        sound = _check(signature, data, dss, is_last=is_last)
    except _Refused as refused:
        return SignatureReport("invalid", refused.code, packaging="pdf")
    subject = sound.certificate.subject.rfc4514_string()
    status: Status
    try:
        judged = trusting.judge(
            sound.certificate, trust=trust, evidence=sound.evidence, at=sound.signed_at, now=now
        )
    except Undecided as undecided:
        status, code = "indeterminate", undecided.code
    except Distrusted as distrusted:
        status, code = "invalid", distrusted.code
    else:
        if judged.person is not None:
            return SignatureReport(
                "valid",
                "ok",
                judged.person,
                judged.method,
                sound.signed_at,
                subject,
                ("document",),
                judged.remarks,
                "pdf",
            )
        status, code = "indeterminate", "no_person"  # the seal's statement of a person exists in XML alone
    return SignatureReport(status, code, certificate_subject=subject, covered=("document",), packaging="pdf")


def _check(signature: EmbeddedPdfSignature, data: bytes, dss: Evidence, *, is_last: bool) -> _Signature:
    """Check everything that does not depend on whom we trust. Raises _Refused."""
    _end(signature, data)
    signer = signature.signer_info
    attributes = signer["signed_attrs"]
    if (
        not isinstance(attributes.native, list)
        or signature.signed_data["encap_content_info"]["content"].native
    ):
        raise _Refused("signed_attributes")
    if not _has_strong_method(signature):
        raise _Refused("method")
    is_cades = signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    if is_cades and get_signing_cert_attr(attributes) is None:
        raise _Refused("signing_certificate")
    if len(signature.signed_data["certificates"]) > _MAX_CERTIFICATES:
        raise TooComplex
    certificate = x509.load_der_x509_certificate(signature.signer_cert.dump())
    signature.compute_integrity_info(AFTER_SIGNATURE)
    intact, genuine = validate_sig_integrity(
        signer,
        signature.signer_cert,
        expected_content_type="data",
        actual_digest=signature.compute_digest(),
    )
    if not intact:
        raise _Refused("digest")
    if not genuine:
        raise _Refused("value")
    if signature.coverage not in (SignatureCoverageLevel.ENTIRE_FILE, SignatureCoverageLevel.ENTIRE_REVISION):
        raise _Refused("coverage")
    # A field that can be seen may follow only if a later signature covers it.
    level = ModificationLevel.LTA_UPDATES if is_last else ModificationLevel.FORM_FILLING
    if not _is_within(signature.diff_result, level) or not signature.summarise_integrity_info()["docmdp_ok"]:
        raise _Refused("later_changes")
    return _Signature(certificate, _signed_at(signature), _evidence(signature, dss))


def _has_strong_method(signature: EmbeddedPdfSignature) -> bool:
    algorithm = signature.signer_info["signature_algorithm"]
    try:
        digest = algorithm.hash_algo
    except ValueError:  # an algorithm that names none: the digest's own is meant
        digest = signature.md_algorithm
    try:
        return {digest, signature.md_algorithm} <= _DIGESTS and algorithm.signature_algo in _ALGORITHMS
    except ValueError:
        return False


def _signed_at(signature: EmbeddedPdfSignature) -> datetime:
    moment = signature.self_reported_timestamp
    if moment is None:
        raise _Refused("signing_time")
    return moment if moment.tzinfo else timezone.make_aware(moment, timezone.get_default_timezone())


# --- Evidence: certificates, revocation lists and OCSP responses, none of them trusted


def _evidence(signature: EmbeddedPdfSignature, dss: Evidence) -> Evidence:
    brought = [x509.load_der_x509_certificate(one.dump()) for one in signature.other_embedded_certs]
    crls, ocsps = [], []
    for attribute in signature.signer_info["signed_attrs"]:
        if attribute["type"].native == "adobe_revocation_info_archival":
            for archived in attribute["values"]:
                crls += [one.dump() for one in archived["crl"] or ()]
                ocsps += [one.dump() for one in archived["ocsp"] or ()]
    return Evidence((*brought, *dss.certificates), (*crls, *dss.crls), (*ocsps, *dss.ocsps))


def _evidence_of_document(reader: BoundedReader) -> Evidence:
    store = _entry(reader.root, "/DSS")
    if not isinstance(store, generic.DictionaryObject):
        return Evidence()
    certificates = []
    for der in _streams(store, "/Certs", DecodePurpose.CERTIFICATE, _MAX_CERTIFICATES):
        try:
            certificates.append(x509.load_der_x509_certificate(der))
        except ValueError:
            continue
    return Evidence(
        tuple(certificates),
        tuple(_streams(store, "/CRLs", DecodePurpose.CRL, _MAX_CRLS)),
        tuple(_streams(store, "/OCSPs", DecodePurpose.OCSP_RESPONSE, _MAX_OCSPS)),
    )


def _streams(
    store: generic.DictionaryObject, name: str, purpose: DecodePurpose, limit: int
) -> Iterator[bytes]:
    for one in list(_entry(store, name) or ())[:limit]:
        stream = one.get_object()
        # A predictor is undone byte by byte, and nobody writes evidence with one.
        if isinstance(stream, generic.StreamObject) and "/DecodeParms" not in stream:
            yield stream.read_data(purpose)
