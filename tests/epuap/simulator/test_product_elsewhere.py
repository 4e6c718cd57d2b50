"""The product judges what is signed at the twin, its receipts, and finds its letters in the twin's store."""

from datetime import timedelta

import pytest
from cryptography import x509
from weasyprint import HTML

from epuap.signatures.pades import verify_pdf
from epuap.signatures.report import DocumentReport
from epuap.signatures.trust import Trust
from epuap.soap.delivery import DeliveryClient
from epuap.soap.errors import ServiceFault
from epuap.soap.files import FileClient, file_id_of
from epuap.soap.mailbox import MailboxClient
from epuap.soap.pull import PullClient
from epuap.soap.sent import StoreClient
from epuap.xml.receipts import UpdData, UppData, verify_receipt
from epuap.xml.verify import verify_document
from eurzad.lib import clock
from eurzad.lib.errors import TransientError
from eurzad.lib.personas import ANNA, BORYS
from tests.support.simulator import Simulator, drive_receiving, sign_file

DOCUMENT = "<w:Wniosek xmlns:w='urn:test'><w:Tekst>Zażółć</w:Tekst></w:Wniosek>".encode()
BOX, OFFICE_BOX = "/grazynaolcha/domyslna", "/MIASTOJARZEBIN/SkrytkaESP"


def certificate(simulator: Simulator, name: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate((simulator.public_dir / name).read_bytes())


def trust_of(simulator: Simulator, *, fetch: bool = False) -> Trust:
    return Trust(
        seals=(certificate(simulator, "tps-seal.crt"),),
        qualified=(certificate(simulator, "qualified-ca.crt"),),
        personal=(certificate(simulator, "personal-ca.crt"),),
        fetch=fetch,
        private_hosts=True,
    )


def judge(simulator: Simulator, signed: bytes, *, fetch: bool = False, pdf: bool = False) -> DocumentReport:
    check = verify_pdf if pdf else verify_document
    return check(signed, trust=trust_of(simulator, fetch=fetch), now=clock.now())


@pytest.mark.parametrize("packaging", ["enveloped", "enveloping", "enveloping-xml", "detached", "pdf"])
@pytest.mark.parametrize("kind", ["qualified", "personal"])
def test_every_packaging(simulator: Simulator, packaging: str, kind: str) -> None:
    content = HTML(string="<p lang=pl>Pismo</p>").write_pdf() if packaging == "pdf" else DOCUMENT
    signed = sign_file(simulator, content, packaging=packaging, kind=kind, file_name="plik.xml")
    if packaging == "detached":
        trust = trust_of(simulator)
        found = verify_document(signed, trust=trust, now=clock.now(), document=DOCUMENT)
    else:
        found = judge(simulator, signed, pdf=packaging == "pdf")
    assert (found.status, found.code) == ("valid", "ok")
    (one,) = found.signatures
    assert (one.method, one.packaging) == (kind, packaging.partition("-")[0])
    assert one.signer is not None and one.signer.pesel == ANNA.pesel


def test_several_signers(simulator: Simulator) -> None:
    signed = sign_file(simulator, sign_file(simulator, DOCUMENT, kind="epsignature"), signer="borys")
    found = judge(simulator, signed)
    assert found.status == "valid"
    assert [one.signer and one.signer.pesel for one in found.signatures] == [ANNA.pesel, BORYS.pesel]


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("valid", "valid"),
        ("revoked", "invalid"),
        ("foreign", "indeterminate"),
        ("unqualified", "indeterminate"),
    ],
)
def test_states_of_certificates(simulator: Simulator, state: str, status: str) -> None:
    signed = sign_file(simulator, DOCUMENT, state=state)
    assert judge(simulator, signed, fetch=True).status == status


def test_expired_certificate_is_not_valid(simulator: Simulator) -> None:
    assert judge(simulator, sign_file(simulator, DOCUMENT, state="expired"), fetch=True).status != "valid"


def empty(pull: PullClient) -> PullClient:
    while (head := pull.fetch_next()) is not None:
        pull.confirm(head.sha1)
    return pull


def test_letter_of_unknown_outcome_is_found_or_not(portal_talks_to_simulator: Simulator) -> None:
    simulator = portal_talks_to_simulator
    client, store = MailboxClient.from_settings(), StoreClient.from_settings()
    for behaviour, arrived in (("nadaj_lost_request", False), ("nadaj_lost_answer", True)):
        name = f"pismo-{behaviour}.xml"
        simulator.order(behaviour)
        with pytest.raises(TransientError):
            client.submit(DOCUMENT, name, BOX, OFFICE_BOX)
        assert (name in [one.file_name for one in store.list_sent()]) is arrived


def test_late_receipt(portal_talks_to_simulator: Simulator) -> None:
    simulator = portal_talks_to_simulator
    pull = empty(PullClient.from_settings())
    simulator.order("nadaj_late_receipt")
    submission = MailboxClient.from_settings().submit(DOCUMENT, "decyzja.xml", BOX, OFFICE_BOX)
    assert submission.receipt is None and pull.fetch_next() is None
    simulator.release_receipts()
    head = pull.fetch_next()
    assert head is not None
    seals = [certificate(simulator, "epuap-seal.crt")]
    receipt = verify_receipt(head.content, certificates=seals, document=DOCUMENT)
    assert isinstance(receipt, UppData)
    empty(pull)


def test_delivery_for_upd(portal_talks_to_simulator: Simulator) -> None:
    simulator = portal_talks_to_simulator
    pull = empty(PullClient.from_settings())
    signed = sign_file(simulator, DOCUMENT)
    DeliveryClient.from_settings().order(
        signed,
        "decyzja.xml",
        BOX,
        OFFICE_BOX,
        due_at=clock.now() + timedelta(days=7),
        document_id="pismo-produktu",
        case_number="OR.1431.1.2026",
    )
    drive_receiving(simulator, "pismo-produktu")
    head = pull.fetch_next()
    assert head is not None
    seals = [certificate(simulator, "tps-seal.crt")]
    receipt = verify_receipt(head.content, certificates=seals, document=signed)
    assert isinstance(receipt, UpdData)
    empty(pull)


def test_big_file(portal_talks_to_simulator: Simulator) -> None:
    client = FileClient.from_settings()
    number = file_id_of(portal_talks_to_simulator.keep_file(b"%PDF plan"), hosts=["127.0.0.1"])
    assert number is not None
    assert client.download(number).content == b"%PDF plan"
    with pytest.raises(ServiceFault):
        client.download(number)
