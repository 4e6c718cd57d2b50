"""Official receipts (UPO) of the office's own letters: with ePUAP's answer, or later in the office's box.

A receipt belongs to the letter whose very bytes its signature binds, and to no other. It is found by the
digest it binds, else by the names it gives; believed only when its signer may issue such a receipt.
"""

import hashlib
import logging
import uuid
from enum import StrEnum
from urllib.parse import unquote

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from epuap.inbox.digests import FIELD_OF
from epuap.inbox.handlers import Unclaimed
from epuap.inbox.models import InboundDocument, OutboundLetter
from epuap.pem import read_certificates
from epuap.signatures.errors import Distrusted, Undecided
from epuap.signatures.trust import load_trust
from epuap.xml.persons import NoPerson
from epuap.xml.receipts import ReceiptRefused, UpdData, UppData, judge_signer, verify_receipt
from eurzad.lib import clock
from eurzad.lib.errors import PermanentError

logger = logging.getLogger(__name__)

MAX_CANDIDATES = 50

State = OutboundLetter.State
Kind = OutboundLetter.Kind


class Outcome(StrEnum):
    """What became of a receipt."""

    ATTACHED = "attached"
    SAME = "same"
    ANOTHER = "another"


def believe(content: bytes) -> UppData | UpdData:
    """What a receipt says, when its signer may say so: ePUAP's seal alone makes a UPP (anybody may sign a
    look-alike with the trusted profile), a UPD is signed by its addressee with any trusted signature. May ask the
    issuer whether a certificate was revoked. Raises ReceiptRefused, and PermanentError when the pinned
    certificates cannot be read."""
    said = verify_receipt(content, certificates=None)
    if isinstance(said, UppData):
        return verify_receipt(
            content, certificates=read_certificates("EPUAP_SEAL_CERT", code="soap.settings")
        )
    if said.seal is None:
        raise ReceiptRefused("bad_signature")
    try:
        judge_signer(said.seal, trust=load_trust(), now=clock.now())
    except NoPerson:
        return said  # the pinned seal of the trusted profile vouches; whose signature it is matters to nothing here
    except (Undecided, Distrusted) as error:
        raise ReceiptRefused("bad_signature", error.code) from error
    return said


def keep_answered_receipt(letter: OutboundLetter, content: bytes) -> None:
    """Attach the receipt that came with ePUAP's answer; one that is not believed is kept beside, with a
    remark, for the letter has been sent."""
    try:
        certificates = read_certificates("EPUAP_SEAL_CERT", code="soap.settings")
        said = verify_receipt(content, certificates=certificates, document=bytes(letter.document))
    except (ReceiptRefused, PermanentError) as error:
        logger.warning("receipt not believed letter=%s reason=%s", letter.public_id, error)
        OutboundLetter.objects.filter(pk=letter.pk, state=State.SENT_WITHOUT_RECEIPT).update(
            refused_receipt=content,
            error_code=f"receipt.{error.code}"[:80],
            remark=_("Poświadczenie nie przeszło sprawdzenia."),
        )
    else:
        attach(letter.pk, content, said=said)


def check_receipt(document: InboundDocument) -> UppData | UpdData:
    """What a UPO that came to the office's box says. Raises PermanentError (`receipt.…`) when it cannot be
    believed."""
    try:
        return believe(bytes(document.content))
    except ReceiptRefused as refused:
        raise PermanentError(code=f"receipt.{refused.code}") from refused


def take_receipt(document: InboundDocument, said: UppData | UpdData) -> None:
    """Attach a believed UPO to its letter. Raises Unclaimed when it is no receipt of a letter of ours."""
    letter = find_letter(said)
    if letter.kind != (Kind.SUBMISSION if isinstance(said, UppData) else Kind.DELIVERY):
        raise Unclaimed("receipt.other_kind")
    if attach(letter.pk, bytes(document.content), said=said) == Outcome.ANOTHER:
        raise Unclaimed("receipt.another")


def find_letter(said: UppData | UpdData) -> OutboundLetter:
    """The letter whose bytes the receipt binds. Letters of the same bytes are told apart by their names. Raises
    Unclaimed: `receipt.unmatched`, `receipt.other_document`, `receipt.ambiguous`."""
    named = names_in(said)
    bound = Q(pk__in=[])
    for one in said.bound:
        method = None if one.c14n is None else one.c14n.algorithm
        if one.digest_method == "sha256" and method in FIELD_OF:
            bound |= Q((FIELD_OF[method], one.digest.hex()))
    rows = OutboundLetter.objects.defer("receipt", "refused_receipt")
    candidates = list(rows.filter(named | bound)[:MAX_CANDIDATES])
    about = [letter for letter in candidates if said.is_about(bytes(letter.document))]
    if not about:
        raise Unclaimed("receipt.other_document" if candidates else "receipt.unmatched")
    if len(about) > 1:
        numbers = set(rows.filter(named).values_list("pk", flat=True))
        about = [letter for letter in about if letter.pk in numbers]
    if len(about) != 1:
        raise Unclaimed("receipt.ambiguous")
    return about[0]


def names_in(said: UppData | UpdData) -> Q:
    """The letters that a receipt names: by the file, by ePUAP's number, or (a delivery) by our own."""
    names = {unquote(one.uri).rpartition("/")[2] for one in said.bound} - {""}
    named = Q(file_name__in=names)
    if said.document_id:
        named |= Q(epuap_id__in={said.document_id, said.document_id.rpartition("/")[2]})
    try:
        return named | Q(public_id=uuid.UUID(said.document_id))
    except ValueError:
        return named


@transaction.atomic
def attach(letter_pk: int, content: bytes, *, said: UppData | UpdData) -> Outcome:
    """Attach a verified receipt once. A second identical one changes nothing, a different one is a remark."""
    letter = OutboundLetter.objects.select_for_update().defer("document").get(pk=letter_pk)
    digest = hashlib.sha256(content).hexdigest()
    if letter.receipt_sha256 == digest:
        return Outcome.SAME
    if letter.receipt_sha256:
        letter.remark = _("Przyszło drugie, inne poświadczenie. Leży w dokumentach otrzymanych.")
        letter.save(update_fields=["remark"])
        return Outcome.ANOTHER
    letter.receipt, letter.receipt_sha256 = content, digest
    letter.receipt_id = (letter.receipt_id or said.identifier)[:255]
    if letter.kind == Kind.SUBMISSION:
        letter.epuap_id = (letter.epuap_id or said.document_id)[:255]
    letter.state, letter.sent_at = State.SENT, letter.sent_at or clock.now()
    letter.unknown_since = letter.look_up_at = None
    letter.error_code = letter.remark = ""
    letter.save(
        update_fields=[
            "receipt", "receipt_sha256", "receipt_id", "epuap_id", "state", "sent_at", "unknown_since", "look_up_at",
            "error_code", "remark",
        ]
    )  # fmt: skip
    logger.info("letter=%s state=%s receipt attached", letter.public_id, letter.state)
    return Outcome.ATTACHED
