"""Who signed a received document, in words for a clerk."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from epuap.signatures.trust import load_trust
from epuap.xml.verify import verify_document
from eurzad.lib import clock
from eurzad.lib.errors import PermanentError
from eurzad.lib.names import as_written

STATUS: dict[str, Any] = {
    "valid": _("ważny"),
    "invalid": _("nieważny"),
    "indeterminate": _("nie wiadomo, czy ważny"),
}
METHOD: dict[str, Any] = {
    "trusted": _("podpis zaufany"),
    "qualified": _("podpis kwalifikowany"),
    "personal": _("podpis osobisty"),
}


@dataclass(frozen=True)
class Signature:
    """One signature: `tone` is that of a tag, `signer` given and family name, empty when nobody is believed."""

    tone: str
    status: str
    code: str
    signer: str
    method: str
    signed_at: datetime | None


def signatures_of(content: bytes) -> list[Signature]:
    """Report on the signatures of a document; empty when it has none or the trust lists cannot be read.

    Nothing outside is asked: a page must not wait for an issuer's revocation service.
    """
    try:
        trust = replace(load_trust(), fetch=False)
    except PermanentError:
        return []
    report = verify_document(content, trust=trust, now=clock.now())
    return [
        Signature(
            tone="done" if one.is_valid else "overdue",
            status=str(STATUS[one.status]),
            code="" if one.is_valid else one.code,
            signer=""
            if one.signer is None
            else as_written(f"{one.signer.given_name} {one.signer.family_name}"),
            method=str(METHOD.get(one.method or "", "")),
            signed_at=one.signed_at,
        )
        for one in report.signatures
    ]
