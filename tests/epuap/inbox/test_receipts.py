"""Receipts that come to the office's box: attached to the letter they bind, and to no other."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from epuap.inbox.digests import FIELD_OF, digests_of
from epuap.inbox.errors import NotSigned
from epuap.inbox.models import InboundDocument, OutboundLetter
from epuap.inbox.services import intake, letters, looking_up
from epuap.xml import xades
from epuap.xml.c14n import Canonicalisation
from epuap.xml.dsig import OutsideReference
from epuap.xml.receipts import UpdData, UppData, build_upd, build_upp
from eurzad.lib import clock, xml
from tests.epuap.soap import fake_service
from tests.epuap.soap.fake_service import (
    KeyPair,
    Reply,
    Service,
    exception,
    ordered_answer,
    pull_answer,
    status_answer,
    submitted_answer,
)

pytestmark = pytest.mark.django_db

State = OutboundLetter.State
LETTER = b"<pismo>\n</pismo>"
MOMENT = datetime(2026, 11, 23, 12, tzinfo=UTC)
UPP = UppData(
    identifier="ePUAP-UPP124",
    addressee_name="Grażyna Olcha",
    addressee_id="golcha",
    sender_name="Urząd Miasta Jarzębin",
    sender_id="jarzebin",
    delivered_at=MOMENT,
    created_at=MOMENT,
    document_id="123",
)
UPD = UpdData(
    identifier="ePUAP-UPD9",
    addressee_name="Grażyna Olcha",
    addressee_id="golcha",
    issuer_name="Urząd Miasta Jarzębin",
    issuer_id="jarzebin",
    received_at=MOMENT,
    created_at=MOMENT,
    document_id="x",
    case_id="OR.1.2026",
)


def pin(settings: Any, folder: Path, name: str) -> KeyPair:
    pair = fake_service.make_key_pair(name)
    path = folder / f"{name}.crt"
    path.write_bytes(pair.certificate)
    setattr(settings, name, path)
    return pair


@pytest.fixture
def seal(epuap: Service, settings: Any, tmp_path: Path) -> KeyPair:
    """ePUAP's seal, pinned."""
    return pin(settings, tmp_path, "EPUAP_SEAL_CERT")


@pytest.fixture
def profile(epuap: Service, settings: Any, tmp_path: Path) -> KeyPair:
    """The seal of the trusted profile, with which everybody may sign anything."""
    return pin(settings, tmp_path, "TPS_SEAL_CERT")


def make_upp(signer: KeyPair, document: bytes = LETTER, name: str = "pismo.xml", **changes: Any) -> bytes:
    said = replace(UPP, **changes)
    return build_upp(
        said, document=document, document_name=name, key_pem=signer.key, cert_pem=signer.certificate
    )


def make_upd(signer: KeyPair, document: bytes, **changes: Any) -> bytes:
    return build_upd(
        replace(UPD, **changes),
        document=document,
        document_name="pismo.xml",
        key_pem=signer.key,
        cert_pem=signer.certificate,
    )


def sent_letter(
    service: Service, run_jobs: Callable[..., int], document: bytes = LETTER, answer: bytes | None = None
) -> OutboundLetter:
    service.says(submitted_answer(answer))
    letter = letters.send_letter(recipient_box="/golcha/domyslna", document=document, title="Decyzja")
    run_jobs()
    letter.refresh_from_db()
    return letter


@pytest.fixture
def receive(epuap: Service, run_jobs: Callable[..., int]) -> Callable[..., InboundDocument]:
    """Let a document come to the office's box and be handled."""
    numbers = iter(range(5000, 6000))

    def come(content: bytes) -> InboundDocument:
        number = str(next(numbers))
        epuap.says(pull_answer(content, document_id=number))
        epuap.says(status_answer("OdpowiedzPullPotwierdz"))
        epuap.says(status_answer("OdpowiedzPullPobierz", code=0))
        assert intake.poll_mailbox() == 1
        run_jobs()
        return InboundDocument.objects.get(epuap_id=number)

    return come


Receive = Callable[[bytes], InboundDocument]


def test_late_receipt_finds_its_letter_once(
    epuap: Service, seal: KeyPair, run_jobs: Callable[..., int], receive: Receive
) -> None:
    other = sent_letter(epuap, run_jobs, b"<inne/>")
    letter = sent_letter(epuap, run_jobs)
    assert letter.state == State.SENT_WITHOUT_RECEIPT
    receipt = make_upp(seal)
    assert receive(receipt).state == InboundDocument.State.HANDLED
    letter.refresh_from_db()
    assert (letter.state, letter.remark, bytes(letter.receipt)) == (State.SENT, "", receipt)
    assert len(letter.receipt_sha256) == 64 and letter.receipt_id == "124"
    assert receive(receipt).state == InboundDocument.State.HANDLED
    letter.refresh_from_db()
    assert (bytes(letter.receipt), letter.remark) == (receipt, "")
    other.refresh_from_db()
    assert other.receipt is None and other.state == State.SENT_WITHOUT_RECEIPT


def test_second_different_receipt_is_a_remark(
    epuap: Service, seal: KeyPair, run_jobs: Callable[..., int], receive: Receive
) -> None:
    first = make_upp(seal)
    letter = sent_letter(epuap, run_jobs, answer=first)
    assert letter.state == State.SENT
    second = receive(make_upp(seal, identifier="ePUAP-UPP999"))
    assert (second.state, second.error_code) == (InboundDocument.State.UNCLAIMED, "receipt.another")
    letter.refresh_from_db()
    assert bytes(letter.receipt) == first and "inne poświadczenie" in letter.remark
    assert letter.state == State.SENT


@pytest.mark.parametrize(
    ("fault", "state", "code"),
    [
        ("other_document", "unclaimed", "receipt.other_document"),
        ("unmatched", "unclaimed", "receipt.unmatched"),
        ("stranger", "quarantined", "receipt.bad_signature"),
        ("tampered", "quarantined", "receipt.bad_signature"),
        ("unsigned", "quarantined", "receipt.unsigned"),
        ("other_kind", "unclaimed", "receipt.other_kind"),
        ("signed_by_anybody", "quarantined", "receipt.bad_signature"),
        ("upd_of_a_stranger", "quarantined", "receipt.bad_signature"),
    ],
)
def test_receipt_that_is_not_ours_is_attached_to_nothing(
    epuap: Service,
    seal: KeyPair,
    profile: KeyPair,
    stranger_keys: KeyPair,
    run_jobs: Callable[..., int],
    receive: Receive,
    fault: str,
    state: str,
    code: str,
) -> None:
    letter = sent_letter(epuap, run_jobs)
    good = make_upp(seal)
    content = {
        # It names our letter, but binds other bytes.
        "other_document": make_upp(seal, b"<inne/>", letter.file_name),
        "unmatched": make_upp(seal, b"<inne/>", document_id="987"),
        "stranger": make_upp(stranger_keys),
        "tampered": good.replace("Grażyna".encode(), b"Grazyna"),
        "unsigned": good[: good.index(b"<ds:Signature")] + b"</pos:Dokument>",
        "other_kind": make_upd(profile, LETTER),
        "signed_by_anybody": make_upp(profile),
        "upd_of_a_stranger": make_upd(stranger_keys, LETTER),
    }[fault]
    document = receive(content)
    assert (document.state, document.error_code) == (state, code)
    letter.refresh_from_db()
    assert letter.receipt is None and letter.receipt_sha256 == ""
    assert InboundDocument.objects.open().count() == 1


def test_letters_of_the_same_bytes_are_told_apart_by_their_names(
    epuap: Service, seal: KeyPair, run_jobs: Callable[..., int], receive: Receive
) -> None:
    first, second = sent_letter(epuap, run_jobs), sent_letter(epuap, run_jobs)
    assert receive(make_upp(seal, document_id="0")).error_code == "receipt.ambiguous"
    assert receive(make_upp(seal, name=second.file_name, document_id="0")).state == "handled"
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (State.SENT_WITHOUT_RECEIPT, State.SENT)


@pytest.mark.parametrize("document", [LETTER, b"<pismo a='1'   b='2'/>", "<?x y?><p>\r\nżółć</p>".encode()])
def test_kept_digests_are_those_that_a_signature_binds(document: bytes) -> None:
    """Neither name nor number need lead to a letter: the digest of either canonical form does."""
    kept = digests_of(document)
    for algorithm, field in FIELD_OF.items():
        method = None if algorithm is None else Canonicalisation(algorithm)
        assert OutsideReference("x", "sha256", bytes.fromhex(kept[field]), method).matches(document)


def test_receipt_without_our_names_finds_its_letter_by_the_digest(
    epuap: Service, seal: KeyPair, run_jobs: Callable[..., int], receive: Receive
) -> None:
    letter = sent_letter(epuap, run_jobs)
    assert receive(make_upp(seal, document_id="0", name="0")).state == "handled"
    letter.refresh_from_db()
    assert letter.state == State.SENT


@pytest.mark.parametrize("document", [b"%PDF", b"", b"<a xmlns='x y'>"])
def test_what_is_no_xml_has_the_digest_of_its_bytes_only(document: bytes) -> None:
    assert set(digests_of(document)) == {"sha256"}


def test_receipt_settles_a_letter_of_unknown_outcome(
    epuap: Service, seal: KeyPair, run_jobs: Callable[..., int], receive: Receive
) -> None:
    epuap.replies_with(Reply(drops=True))
    letter = letters.send_letter(recipient_box="/golcha/domyslna", document=LETTER, title="Decyzja")
    run_jobs()
    assert receive(make_upp(seal)).state == "handled"
    letter.refresh_from_db()
    assert (letter.state, letter.epuap_id, letter.error_code) == (State.SENT, "123", "")
    assert looking_up.look_up_letters() == 0


def test_receipt_of_a_letter_that_waits_to_go_again_stops_it(
    epuap: Service, seal: KeyPair, run_jobs: Callable[..., int], receive: Receive
) -> None:
    epuap.replies_with(Reply(drops=True))
    letter = letters.send_letter(recipient_box="/golcha/domyslna", document=LETTER, title="Decyzja")
    run_jobs()
    epuap.says(pull_answer(make_upp(seal)))
    epuap.says(status_answer("OdpowiedzPullPotwierdz"))
    epuap.says(status_answer("OdpowiedzPullPobierz", code=0))
    intake.poll_mailbox()
    intake.handle_document(public_id=InboundDocument.objects.get().public_id)
    assert not letters.resend_letter(public_id=letter.public_id)


# --- deliveries


@pytest.fixture
def signed_document(office_keys: KeyPair) -> bytes:
    """A document under the office's seal."""
    return xades.seal(
        xml.parse(b"<w:Pismo xmlns:w='urn:t'/>"),
        key_pem=office_keys.key,
        cert_pem=office_keys.certificate,
        signed_at=MOMENT,
    )


def order_delivery(document: bytes) -> OutboundLetter:
    return letters.deliver_letter(
        recipient_box="/golcha/domyslna",
        document=document,
        title="Wezwanie",
        due_at=clock.now() + timedelta(days=14),
        case_number="OR.1.2026",
    )


def test_delivery_is_ordered_and_gets_its_upd(
    epuap: Service,
    profile: KeyPair,
    signed_document: bytes,
    run_jobs: Callable[..., int],
    receive: Receive,
) -> None:
    letter = order_delivery(signed_document)
    epuap.says(ordered_answer())
    run_jobs()
    letter.refresh_from_db()
    assert (letter.state, letter.epuap_id, letter.order_id) == (State.SENT_WITHOUT_RECEIPT, "555", "Z-7")
    assert letter.remark == "" and str(letter.public_id).encode() in epuap.requests[0]
    upd = make_upd(profile, signed_document, document_id=str(letter.public_id))
    assert receive(upd).state == "handled"
    letter.refresh_from_db()
    assert (letter.state, bytes(letter.receipt), letter.epuap_id) == (State.SENT, upd, "555")


def test_upp_is_no_receipt_of_a_delivery(
    epuap: Service,
    seal: KeyPair,
    signed_document: bytes,
    run_jobs: Callable[..., int],
    receive: Receive,
) -> None:
    letter = order_delivery(signed_document)
    epuap.says(ordered_answer())
    run_jobs()
    assert receive(make_upp(seal, signed_document)).error_code == "receipt.other_kind"
    letter.refresh_from_db()
    assert letter.receipt is None


def test_refused_delivery_fails_and_a_lost_one_is_looked_up(
    epuap: Service, signed_document: bytes, run_jobs: Callable[..., int]
) -> None:
    first = order_delivery(signed_document)
    epuap.says(exception(3, "brak zgody"), status=500)
    run_jobs()
    second = order_delivery(signed_document)
    epuap.replies_with(Reply(drops=True))
    run_jobs()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.remark) == (State.FAILED, "brak zgody")
    assert second.state == State.UNKNOWN and second.look_up_at is not None
    assert len(epuap.requests) == 2


@pytest.mark.parametrize(
    "document",
    [
        b"<pismo/>",
        b"%PDF-1.7",
        b"",
        b"<p><ds:Signature xmlns:ds='http://www.w3.org/2000/09/xmldsig#'/></p>",
    ],
)
def test_unsigned_document_is_not_delivered(epuap: Service, document: bytes) -> None:
    with pytest.raises(NotSigned):
        order_delivery(document)
    assert not OutboundLetter.objects.exists()
