"""Who signed an application, and is it the document we handed out."""

import hmac
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from epuap.signatures.pades import is_pdf
from epuap.signatures.report import DocumentReport, Person, SignatureReport
from epuap.signatures.trust import load_trust
from epuap.signatures.verify import verify_file
from epuap.xml.verify import payload_digest
from eurzad.lib import clock, searching, xml
from portal.people import pii
from portal.people.models import Identity

NUMBER_NOT_COMPARED = "number_not_compared"
"""Remark: the applicant has no PESEL, so the name (and the birth date, if known) was compared instead."""

_NUMBERS = re.compile(
    r"(?<=2\.5\.4\.5=)[^,+]+|[0-9]{11}"
)  # the subject's serialNumber, and anything like a PESEL


@dataclass(frozen=True)
class Signatory:
    """Somebody whose signature is enough; ``pesel`` is empty for a person known by a foreign number."""

    pesel: str
    given_name: str
    family_name: str
    birth_date: date | None

    @classmethod
    def of(cls, identity: Identity) -> "Signatory":
        """The verified person themselves."""
        return cls(
            pesel=identity.identifier if identity.has_pesel else "",
            given_name=identity.given_name,
            family_name=identity.family_name,
            birth_date=identity.birth_date,
        )


@dataclass(frozen=True)
class Original:
    """What was handed out to be signed: the XML document with its digest, and the PDF where one was made."""

    xml: bytes
    digest: str
    pdf: bytes = b""


@dataclass(frozen=True)
class Checked:
    """A document with valid signatures only; ``payload`` is what all of them cover."""

    signatures: tuple[SignatureReport, ...]
    payload: bytes

    @property
    def people(self) -> list[Person]:
        """Everybody who signed, in the order of the signatures."""
        return [one.signer for one in self.signatures if one.signer is not None]

    def kept(self, person: Person, *, remarks: Sequence[str] = ()) -> dict[str, Any]:
        """Return the report on one signer that is kept with the application: without any PESEL."""
        chosen = next(one for one in self.signatures if one.signer is person)
        others = [one for one in self.people if one is not person]
        report = _kept(replace(chosen, remarks=(*chosen.remarks, *remarks)))
        return {**report, "others": [f"{one.given_name} {one.family_name}" for one in others]}


@dataclass(frozen=True)
class Accepted:
    """A document that came back well; its report says in ``signed_form`` which form was signed: xml or pdf."""

    person: Person
    report: dict[str, Any]


class Refused(Exception):
    """A document that is not taken; ``code`` is a key of the sentences in `texts`, ``report`` is finer."""

    def __init__(self, code: str, report: dict[str, Any]) -> None:
        super().__init__(code)
        self.code = code
        self.report = report


def check(data: bytes, *, document: bytes | None = None) -> Checked:
    """Verify every signature of a document against the pinned seal and the trust lists. Raises Refused.

    ``document`` is what a detached signature, or a signed PDF, has to be about. Raises PermanentError when the
    certificates named in the settings cannot be read.
    """
    found = verify_file(data, trust=load_trust(), now=clock.now(), document=document)
    if not found.is_valid or not found.signers:
        raise Refused(_category(found), _kept(_worst(found)))
    return Checked(found.signatures, found.payload)


def check_returned(data: bytes, *, original: Original, signatories: Collection[Signatory]) -> Accepted:
    """Verify what came back: the document handed out, signed by one of ``signatories``. Raises Refused.

    Others may have signed it as well, as long as every signature is valid.
    """
    if data in (original.xml, original.pdf):
        raise Refused("ours_unsigned", _kept(SignatureReport("invalid", "unsigned")))
    checked = _check_against(data, original)
    form = _signed_form(checked, original)
    if not form:
        raise Refused("other_document", {**_kept(checked.signatures[0]), "code": "payload_digest"})
    person, remarks = _entitled(checked, signatories)
    return Accepted(person, {**checked.kept(person, remarks=remarks), "signed_form": form})


def _check_against(data: bytes, original: Original) -> Checked:
    """Check a file of whatever packaging. A detached signature is about the XML or the PDF: try both."""
    if is_pdf(data):
        if not original.pdf or not data.startswith(original.pdf):
            raise Refused("other_document", _kept(SignatureReport("invalid", "other_document")))
        return check(data, document=original.pdf)
    try:
        return check(data)
    except Refused as refused:
        if refused.report["code"] != "document_missing":
            raise
    try:
        return check(data, document=original.xml)
    except Refused as refused:
        if not original.pdf or refused.code != "other_document":
            raise
    return check(data, document=original.pdf)


def _signed_form(checked: Checked, original: Original) -> str:
    """Say which of the two forms all signatures are about; empty for neither."""
    packagings = {one.packaging for one in checked.signatures}
    if packagings == {"pdf"}:
        return "pdf" if original.pdf and checked.payload.startswith(original.pdf) else ""
    if original.pdf and checked.payload == original.pdf:
        return "pdf"
    try:
        same = hmac.compare_digest(payload_digest(checked.payload), original.digest)
    except xml.XmlRejected:
        return ""
    return "xml" if same else ""


def _entitled(checked: Checked, signatories: Collection[Signatory]) -> tuple[Person, tuple[str, ...]]:
    for one in checked.signatures:
        for signatory in signatories:
            if one.signer is not None and _is_signed_by(one, one.signer, signatory):
                return one.signer, () if signatory.pesel else (NUMBER_NOT_COMPARED,)
    report = _kept(checked.signatures[0])
    if all(signatory.pesel for signatory in signatories):
        code = "other_signer" if any(one.pesel for one in checked.people) else "no_number"
    else:
        has_qualified = any(one.method == "qualified" for one in checked.signatures)
        code = "other_signer" if has_qualified else "not_qualified"
    raise Refused(code, {**report, "code": code})


def _is_signed_by(signature: SignatureReport, signer: Person, signatory: Signatory) -> bool:
    if signatory.pesel:
        return hmac.compare_digest(signer.pesel.encode(), signatory.pesel.encode())
    return signature.method == "qualified" and _is_same_person(signer, signatory)


def _is_same_person(signer: Person, signatory: Signatory) -> bool:
    """Compare names as they are spelt for searching; a second given name may be missing on one side."""
    given, known = _words(signer.given_name), _words(signatory.given_name)
    shorter = min(len(given), len(known))
    same_name = (
        shorter > 0
        and given[:shorter] == known[:shorter]
        and _words(signer.family_name) == _words(signatory.family_name) != []
    )
    dates = {signer.birth_date, signatory.birth_date} - {None}
    return same_name and len(dates) <= 1


def _words(name: str) -> list[str]:
    return searching.normalise(name).replace("-", " ").split()


_CATEGORIES = {
    "unsigned": "unsigned",
    "revoked": "revoked",
    "revoked_since": "revoked",
    "certificate_not_valid_then": "expired",
    "signed_in_future": "wrong_time",
    "no_person": "no_person",
    **dict.fromkeys(("altered", "digest", "later_changes", "value"), "altered"),
    **dict.fromkeys(
        ("other_document", "different_documents", "document_missing", "outside_digest"), "other_document"
    ),
    **dict.fromkeys(("pdf_encrypted", "weak_certificate"), "unsupported"),
}
_UNREADABLE = ("xml_", "pdf_")


def _category(found: DocumentReport) -> str:
    if found.code in _CATEGORIES:
        return _CATEGORIES[found.code]
    if found.code.startswith(_UNREADABLE):
        return "unreadable"
    return "unsupported" if found.status == "invalid" else "untrusted"


def _worst(found: DocumentReport) -> SignatureReport:
    bad = (one for one in found.signatures if not one.is_valid)
    return next(bad, SignatureReport(found.status, found.code))


def _kept(report: SignatureReport) -> dict[str, Any]:
    kept = report.to_dict()
    if kept["signer"] is not None:
        del kept["signer"]["pesel"]
    kept["certificate_subject"] = _NUMBERS.sub(
        lambda found: pii.mask(found.group()), report.certificate_subject
    )
    return kept
