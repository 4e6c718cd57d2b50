"""Signatures of PDF documents (PAdES, ETSI EN 319 142-1; ISO 32000-2, 12.8)."""

from __future__ import annotations

from datetime import datetime

from epuap.signatures.report import DocumentReport
from epuap.signatures.trust import Trust

MAX_BYTES = 10 * 2**20


def is_pdf(data: bytes) -> bool:
    """Say whether the file begins as a PDF does."""
    return data.startswith(b"%PDF-")


def verify_pdf(data: bytes, *, trust: Trust, now: datetime, original: bytes | None = None) -> DocumentReport:
    """Report on every signature of a PDF; never raises for a bad file.

    Each must cover the whole file as it then was; what was added later may be nothing but further signatures,
    time stamps and evidence (DSS). With `original`, the file must begin with exactly those bytes and hold
    nothing else that is new ("altered"). `now` is aware. No more than 10 MB, not encrypted.
    """
    if len(data) > MAX_BYTES:
        return DocumentReport("invalid", "pdf_too_big")
    if not is_pdf(data):
        return DocumentReport("invalid", "pdf_malformed")

    from epuap.signatures import pdf_signatures

    return pdf_signatures.report_on(data, trust=trust, now=now, original=original)
