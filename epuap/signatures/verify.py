"""One door for a signed file of any kind."""

from __future__ import annotations

from datetime import datetime

from epuap.signatures import pades
from epuap.signatures.report import DocumentReport
from epuap.signatures.trust import Trust
from epuap.xml.verify import verify_document


def verify_file(data: bytes, *, trust: Trust, now: datetime, document: bytes | None = None) -> DocumentReport:
    """Report on every signature of a PDF, an XML document or a signature file; never raises for a bad one.

    `document` is what was to be signed: what a detached signature is about, what an enveloping one has to hold,
    or the PDF that a signed PDF has to begin with. `now` is aware.
    """
    if pades.is_pdf(data):
        return pades.verify_pdf(data, trust=trust, now=now, original=document)
    return verify_document(data, trust=trust, now=now, document=document)
