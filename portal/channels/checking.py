"""Is this receipt genuine? By its code, and by its file: valid, invalid or cannot tell, why, and what to do."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import Literal

from django.utils.translation import gettext as _

from epuap.signatures.trust import Distrusted, Judgement, Undecided, load_trust
from epuap.xml.persons import NoPerson
from epuap.xml.receipts import (
    ReceiptRefused,
    UpdData,
    UppData,
    judge_signer,
    read_receipt,
    verify_receipt,
)
from eurzad.lib import clock
from eurzad.lib.errors import PermanentError
from eurzad.lib.names import as_written
from portal.channels import explaining, presenting, seals, selectors
from portal.channels.models import Receipt

logger = logging.getLogger(__name__)

Status = Literal["valid", "invalid", "unknown"]
Data = UppData | UpdData


@dataclass(frozen=True)
class Answer:
    """What the page says. `code` is for tests and the log, `text` the words for it."""

    status: Status
    code: str
    rows: presenting.Rows = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    signer: str = ""

    @property
    def text(self) -> explaining.Text:
        """Headline, why, and what to do."""
        return explaining.text_of(self.code, signer=self.signer)

    @property
    def checked_at(self) -> str:
        """The moment of this answer, for a printed page."""
        return presenting.to_the_second(clock.now())


def _unless_unavailable(check: Callable[..., Answer]) -> Callable[..., Answer]:
    """Without the certificates nothing can be told: say so instead of failing."""

    @wraps(check)
    def guarded(*args: object, **kwargs: object) -> Answer:
        try:
            return check(*args, **kwargs)
        except PermanentError as error:
            logger.error("receipts cannot be checked code=%s", error.code)  # noqa: TRY400 - one line, no trace
            return Answer("unknown", "unavailable")

    return guarded


@_unless_unavailable
def check_code(code: str) -> Answer:
    """Check the kept receipt with this code. What is shown names no sender: a code may be read by others."""
    receipt = selectors.receipt_by_code(code)
    if receipt is None:
        return Answer("invalid", "no_such_code")
    try:
        data = verify_receipt(bytes(receipt.content), certificates=seals.own_certificates())
    except ReceiptRefused as refused:
        logger.error("kept receipt refused receipt=%s reason=%s", receipt.public_id, refused)  # noqa: TRY400
        return Answer("invalid", "kept_refused")
    return Answer("valid", "kept", rows=_public_rows(receipt, data))


@_unless_unavailable
def check_file(content: bytes, *, document: bytes | None = None) -> Answer:
    """Check a receipt by its file, and whether it is about `document`; nothing of either is kept."""
    try:
        data = read_receipt(content)
    except ReceiptRefused as refused:
        return Answer("unknown", _unreadable(content, refused.reason))
    answer = _sealed(content) or (_signed(content) if isinstance(data, UpdData) else _foreign(content, data))
    if answer.status != "invalid" and document is not None:
        answer = _about(answer, data.is_about(document))
    if answer.status == "invalid":  # a page of ours does not repeat what a forgery says
        return answer
    return replace(answer, rows=presenting.all_rows(data), references=presenting.references_of(data))


def _sealed(content: bytes) -> Answer | None:
    """Sealed by the office or by ePUAP; None when by neither."""
    for code, pinned in (("own", seals.own_certificates), ("epuap", seals.epuap_certificates)):
        try:
            seal = verify_receipt(content, certificates=pinned()).seal
        except ReceiptRefused:
            continue
        if (
            seal
            and seal.certificate.not_valid_before_utc
            <= seal.signed_at
            <= seal.certificate.not_valid_after_utc
        ):
            return Answer("valid", code)
        return Answer("unknown", "seal_not_valid_then")
    return None


def _signed(content: bytes) -> Answer:
    """A delivery receipt, which the addressee signs. Whether a certificate was revoked is not asked of its issuer."""
    try:
        seal = verify_receipt(content, certificates=None).seal
        assert seal is not None
        judgement = judge_signer(seal, trust=replace(load_trust(), fetch=False), now=clock.now())
    except ReceiptRefused as refused:
        return Answer("invalid", _broken(refused))
    except Distrusted:
        return Answer("invalid", "distrusted")
    except (Undecided, NoPerson):
        return Answer("unknown", "signer_unknown")
    return Answer("valid", "signed", signer=_name(judgement))


def _foreign(content: bytes, data: Data) -> Answer:
    """Sealed by nobody we know: changed, or of another office."""
    try:
        verify_receipt(content, certificates=None)
    except ReceiptRefused as refused:
        return Answer("invalid", _broken(refused))
    return (
        Answer("invalid", "forged")
        if selectors.own_receipt(data.identifier)
        else Answer("unknown", "foreign")
    )


def _about(answer: Answer, is_about: bool) -> Answer:
    if not is_about:
        return replace(answer, status="invalid", code="other_document")
    return replace(answer, code=f"{answer.code}_about") if answer.status == "valid" else answer


def _broken(refused: ReceiptRefused) -> str:
    return refused.code if refused.code in ("unsigned", "unbound") else "changed"


def _unreadable(content: bytes, reason: str) -> str:
    if content.startswith(b"%PDF"):
        return "pdf"
    if reason in ("doctype", "too_many_nodes", "too_deep", "too_big"):
        return "unsafe"
    return "no_xml" if reason in ("malformed", "encoding") else "no_receipt"


def _name(judgement: Judgement) -> str:
    person = judgement.person
    return as_written(f"{person.given_name} {person.family_name}") if person else ""


def _public_rows(receipt: Receipt, data: Data) -> presenting.Rows:
    return [
        (_("Rodzaj"), presenting.title_of(data)),
        (_("Identyfikator poświadczenia"), data.identifier),
        (_("Urząd"), data.addressee_name if isinstance(data, UppData) else data.issuer_name),
        *presenting.moments(data),
        (_("Identyfikator dokumentu"), data.document_id),
        (_("Skrót SHA-256 pliku XML poświadczenia"), receipt.sha256),
        (_("Skrót SHA-256 dokumentu"), receipt.document_sha256),
    ]
