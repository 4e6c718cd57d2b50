"""The mailbox against the simulator process: its own code on the other end of a real wire."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from lxml import html

from epuap.inbox import handlers
from epuap.inbox.models import InboundDocument, OutboundLetter
from epuap.inbox.services import intake, letters, looking_up
from epuap.soap.errors import ServiceFault
from epuap.soap.files import FileClient
from epuap.soap.pull import PullClient
from epuap.soap.tps import NotSignedYet, TpsClient
from epuap.xml import xades
from eurzad.lib import clock, xml
from eurzad.lib.personas import GRAZYNA
from eurzad.outbox.registry import Later
from tests.support.simulator import Simulator, drive_receiving, drive_signing, post_form

pytestmark = pytest.mark.django_db

NAMESPACE = "urn:test:live"
DOCUMENT = f'<w:Dokument xmlns:w="{NAMESPACE}"><w:Tytul>Żółć</w:Tytul></w:Dokument>'.encode()
BOX = f"/{GRAZYNA.epuap_login}/domyslna"


@pytest.fixture(autouse=True)
def _empty_mailbox(portal_talks_to_simulator: Simulator) -> Iterator[None]:
    """Take what an earlier test left in the office's mailbox."""
    portal_talks_to_simulator.release_receipts()
    client = PullClient.from_settings()
    while (left := client.fetch_next()) is not None:
        client.confirm(left.sha1)
    yield


@pytest.fixture
def taken() -> Iterator[list[InboundDocument]]:
    """Documents that reached the handler of this test's namespace."""
    seen: list[InboundDocument] = []
    handlers.register(NAMESPACE, seen.append)
    yield seen
    handlers.unregister(NAMESPACE)


def sealed_letter(simulator: Simulator) -> bytes:
    keys = simulator.portal_keys
    return xades.seal(
        xml.parse(DOCUMENT),
        key_pem=(keys / "seal.key").read_bytes(),
        cert_pem=(keys / "seal.crt").read_bytes(),
        signed_at=datetime.now(UTC),
    )


def send(simulator: Simulator, run_jobs: Callable[..., int], title: str) -> OutboundLetter:
    letters.send_letter(
        recipient_box=BOX, document=sealed_letter(simulator), title=title, file_name=f"{title}.xml"
    )
    run_jobs()
    return OutboundLetter.objects.get()


def refreshed(letter: OutboundLetter) -> OutboundLetter:
    letter.refresh_from_db()
    return letter


def inbox_of_grazyna(simulator: Simulator) -> str:
    browser = requests.Session()
    chooser = browser.get(f"{simulator.base_url}/epuap/", timeout=20)
    entered = post_form(browser, chooser, choice="grazyna")
    page = browser.get(f"{simulator.base_url}{entered.headers['Location']}", timeout=20)
    return str(html.fromstring(page.text).text_content())


def test_document_in_the_mailbox_is_pulled_stored_confirmed_and_handled(
    simulator: Simulator, taken: list[InboundDocument], run_jobs: Callable[..., int]
) -> None:
    number = simulator.deliver(DOCUMENT)
    client = PullClient.from_settings()
    assert client.waiting_count() == 1
    assert intake.poll_mailbox() == 1
    assert client.waiting_count() == 0
    run_jobs()
    (document,) = taken
    assert bytes(document.content) == DOCUMENT
    assert (document.epuap_id, document.reply_address) == (str(number), BOX)
    assert document.sender_name == "Grażyna Olcha"
    document.refresh_from_db()
    assert document.state == InboundDocument.State.HANDLED


def test_forged_answer_stores_nothing_and_the_next_run_does(simulator: Simulator) -> None:
    simulator.deliver(DOCUMENT)
    simulator.order("ws_bad_signature")
    with pytest.raises(Later):
        intake.poll_mailbox()
    assert not InboundDocument.objects.exists()
    assert intake.poll_mailbox() == 1


def test_fault_of_the_platform_is_a_signed_refusal(simulator: Simulator) -> None:
    simulator.order("ws_fault")
    with pytest.raises(ServiceFault) as caught:
        PullClient.from_settings().waiting_count()
    assert caught.value.code == "epuap.-1" and caught.value.authenticated and str(caught.value)


def test_letter_reaches_the_residents_inbox(simulator: Simulator, run_jobs: Callable[..., int]) -> None:
    letter = send(simulator, run_jobs, "decyzja-1")
    assert (letter.state, letter.remark) == (OutboundLetter.State.SENT, "")
    assert letter.epuap_id and letter.receipt_id and letter.receipt
    assert "decyzja-1" in inbox_of_grazyna(simulator)


def test_receipt_for_another_document_is_a_remark(simulator: Simulator, run_jobs: Callable[..., int]) -> None:
    simulator.order("nadaj_other_receipt")
    letter = send(simulator, run_jobs, "decyzja-2")
    assert letter.state == OutboundLetter.State.SENT_WITHOUT_RECEIPT
    assert letter.error_code == "receipt.other_document"


def test_lost_answer_is_unknown_and_sent_once(simulator: Simulator, run_jobs: Callable[..., int]) -> None:
    simulator.order("nadaj_lost_answer")
    letter = send(simulator, run_jobs, "decyzja-3")
    run_jobs(force=True)
    assert letter.state == OutboundLetter.State.UNKNOWN
    assert inbox_of_grazyna(simulator).count("decyzja-3") == 1


def test_unknown_box_is_refused(simulator: Simulator, run_jobs: Callable[..., int]) -> None:
    letters.send_letter(recipient_box="/nikt/domyslna", document=sealed_letter(simulator), title="x")
    run_jobs()
    letter = OutboundLetter.objects.get()
    assert (letter.state, letter.error_code) == (OutboundLetter.State.FAILED, "epuap.-1")


def test_signing_through_the_trusted_profile(simulator: Simulator) -> None:
    client = TpsClient.from_settings()
    back = f"{simulator.portal_url}/konto/wniosek/powrot/"
    url = client.add_document(DOCUMENT, success_url=back, failure_url=f"{back}nie/", info="Wniosek")
    with pytest.raises(NotSignedYet):
        client.get_signed_document(url)
    assert drive_signing(url, signer="grazyna") == back
    assert b"Signature" in client.get_signed_document(url)


@pytest.mark.parametrize(
    ("failure", "state"),
    [("nadaj_lost_answer", "sent_without_receipt"), ("nadaj_lost_request", "unknown")],
)
def test_letter_of_unknown_outcome_is_looked_up_in_the_sent_store(
    simulator: Simulator, run_jobs: Callable[..., int], settings: Any, failure: str, state: str
) -> None:
    settings.EPUAP_SETTLED_SECONDS = 1
    simulator.order(failure)
    letter = send(simulator, run_jobs, f"zagubione-{failure}")
    assert letter.state == OutboundLetter.State.UNKNOWN
    OutboundLetter.objects.update(unknown_since=clock.now() - timedelta(seconds=2))
    looking_up.look_up_letters()
    letter = refreshed(letter)
    assert letter.state == state and letter.remark
    assert bool(letter.epuap_id) == (state == "sent_without_receipt")
    assert (letter in OutboundLetter.objects.open()) == (state == "unknown")


def test_late_receipt_comes_to_the_box_and_finds_its_letter(
    simulator: Simulator, run_jobs: Callable[..., int]
) -> None:
    simulator.order("nadaj_late_receipt")
    letter = send(simulator, run_jobs, "decyzja-pozna")
    assert letter.state == OutboundLetter.State.SENT_WITHOUT_RECEIPT
    assert simulator.release_receipts() == 1
    assert intake.poll_mailbox() == 1
    run_jobs()
    assert InboundDocument.objects.get().state == InboundDocument.State.HANDLED
    letter = refreshed(letter)
    assert letter.state == OutboundLetter.State.SENT and letter.receipt_sha256 and letter.remark == ""


@pytest.mark.parametrize("kind", ["epsignature", "qualified"])
def test_delivery_gets_the_addressees_upd(
    simulator: Simulator, run_jobs: Callable[..., int], kind: str
) -> None:
    letter = letters.deliver_letter(
        recipient_box=BOX,
        document=sealed_letter(simulator),
        title="Wezwanie",
        due_at=clock.now() + timedelta(days=14),
        case_number="OR.1.2026",
    )
    run_jobs()
    letter = refreshed(letter)
    assert letter.state == OutboundLetter.State.SENT_WITHOUT_RECEIPT and letter.epuap_id and letter.order_id
    drive_receiving(simulator, str(letter.public_id), kind=kind)
    assert intake.poll_mailbox() == 1
    run_jobs()
    document = InboundDocument.objects.get()
    assert (document.state, document.error_code) == (InboundDocument.State.HANDLED, "")
    assert refreshed(letter).state == OutboundLetter.State.SENT


def test_big_attachment_is_downloaded_once(
    simulator: Simulator, taken: list[InboundDocument], run_jobs: Callable[..., int], settings: Any
) -> None:
    settings.EPUAP_FILE_HOSTS = ["127.0.0.1"]
    content = b"%PDF-1.7 " + bytes(range(256)) * 4096 * 12
    address = simulator.keep_file(content)
    structure = "http://crd.gov.pl/xml/schematy/struktura/2009/11/16/"
    simulator.deliver(
        f'<w:Dokument xmlns:w="{NAMESPACE}" xmlns:str="{structure}"><str:Zalacznik kodowanie="URI" '
        f'nazwaPliku="plan.pdf"><str:DaneZalacznika>{address.replace("&", "&amp;")}</str:DaneZalacznika>'
        "</str:Zalacznik></w:Dokument>".encode()
    )
    assert intake.poll_mailbox() == 1
    run_jobs(force=True)
    (document,) = taken
    attachment = document.attachments.get()
    assert (attachment.state, attachment.error_code) == ("stored", "")
    assert bytes(attachment.content) == content
    with pytest.raises(ServiceFault):
        FileClient.from_settings().download(attachment.file_id)
