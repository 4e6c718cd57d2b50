"""Who signed an application, and is it the document we sent."""

import hmac
import re
from dataclasses import dataclass
from typing import Any

from epuap.signatures.report import Person, SignatureReport
from epuap.signatures.trust import load_trust
from epuap.xml.verify import payload_digest, verify_document
from eurzad.lib import clock
from portal.people import pii

_LONG_NUMBER = re.compile(r"[0-9]{11}")


@dataclass(frozen=True)
class Checked:
    """A signature that may be believed. ``report`` is kept with the application, without the PESEL."""

    person: Person
    report: dict[str, Any]


class Refused(Exception):
    """A document that is not taken. ``code``: unsigned, altered, other_signer, untrusted, unreadable."""

    def __init__(self, code: str, report: dict[str, Any]) -> None:
        super().__init__(code)
        self.code = code
        self.report = report


def check(data: bytes) -> Checked:
    """Verify the one signature of a document against the pinned seal and the trust list. Raises Refused.

    Raises PermanentError when the certificates named in the settings cannot be read.
    """
    trust = load_trust()
    report = verify_document(data, trusted_seals=trust.seals, qualified_cas=trust.qualified, now=clock.now())
    kept = _without_numbers(report)
    if not report.is_valid or report.signer is None:
        raise Refused(_category(report), kept)
    return Checked(report.signer, kept)


def check_returned(data: bytes, *, sent_digest: str, pesel: str) -> Checked:
    """Verify what came back from signing: unchanged since it was sent, and signed by this person. Raises Refused."""
    checked = check(data)
    if not hmac.compare_digest(payload_digest(data), sent_digest):
        raise Refused("altered", {**checked.report, "code": "payload_digest"})
    if not hmac.compare_digest(checked.person.pesel, pesel):
        raise Refused("other_signer", {**checked.report, "code": "other_signer"})
    return checked


def _category(report: SignatureReport) -> str:
    if report.code == "unsigned":
        return "unsigned"
    if report.code.startswith("xml_"):
        return "unreadable"
    return "altered" if report.status == "invalid" else "untrusted"


def _without_numbers(report: SignatureReport) -> dict[str, Any]:
    kept = report.to_dict()
    if kept["signer"] is not None:
        del kept["signer"]["pesel"]
    kept["certificate_subject"] = _LONG_NUMBER.sub(
        lambda found: pii.mask(found.group()), report.certificate_subject
    )
    return kept
