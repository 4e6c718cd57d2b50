"""What comes late, by hand or beside the document: receipts, UPD, big files."""

import base64
import hashlib
from typing import Any

import pytest
import requests
import xmlsec
from cryptography.exceptions import InvalidSignature
from lxml import etree, html

from eurzad.lib.personas import GRAZYNA
from tests.epuap.simulator.peer import FC, NS, OB, SOAP, Peer
from tests.epuap.simulator.test_mailbox import check_receipt, names, wyjatek
from tests.support.simulator import drive_epuap_application, drive_receiving, drive_signing, enter_account

LETTER = "<Pismo><Informacja>Dostęp przyznano.</Informacja></Pismo>".encode()
SKRYTKA = "/pk_external_ws/services/skrytka"
POS = NS["pos"]


@pytest.fixture(autouse=True)
def _empty_queue(peer: Peer) -> None:
    peer.simulator.release_receipts()
    peer.empty_queue()


def content_of(head: etree._Element) -> bytes:
    return base64.b64decode(head.findtext("dokument/zawartosc"))


def sent_numbers(peer: Peer) -> list[str]:
    return [line.findtext("id") for line in peer.list_store()[0]]


def test_late_receipt_comes_when_somebody_says_so(peer: Peer) -> None:
    peer.simulator.order("nadaj_late_receipt")
    answer = peer.submit(LETTER)
    assert names(answer) == ["status", "identyfikatorDokumentu"]
    line = peer.list_store()[0][-1]
    assert line.findtext("id") == answer.findtext("identyfikatorDokumentu") and not line.findtext("idUPO")
    assert peer.pull("ZapytaniePullOczekujace").findtext("oczekujace") == "0"
    assert peer.simulator.release_receipts() == 1
    head = peer.pull("ZapytaniePullPobierz")
    root = check_receipt(content_of(head), LETTER, peer.public("epuap-seal.crt"))
    assert root.findtext("pos:UPP/pos:IdentyfikatorDokumentu", "", NS).endswith(line.findtext("id"))
    assert head.findtext("danePodmiotu/typOsoby") == "P"
    assert peer.list_store()[0][-1].findtext("idUPO")
    assert peer.simulator.release_receipts() == 0


def test_late_receipt_comes_after_its_delay(peer: Peer) -> None:
    peer.simulator.order("nadaj_late_receipt", seconds=0)
    assert peer.submit(LETTER).find("zalacznik") is None
    assert peer.pull("ZapytaniePullOczekujace").findtext("oczekujace") == "1"
    peer.simulator.order("nadaj_late_receipt", seconds=3600)
    peer.submit(LETTER)
    assert peer.pull("ZapytaniePullOczekujace").findtext("oczekujace") == "1"


@pytest.mark.parametrize(
    "behaviour", ["nadaj_lost_request", "nadaj_timeout", "nadaj_http_500", "nadaj_fault"]
)
def test_letter_that_never_arrived(peer: Peer, behaviour: str) -> None:
    before = sent_numbers(peer)
    peer.simulator.order(behaviour, seconds=1)
    try:
        status = peer.post(SKRYTKA, peer.submission(LETTER)).status_code
    except requests.RequestException:
        status = 0
    assert status == {"nadaj_lost_request": 0, "nadaj_timeout": 503}.get(behaviour, 500)
    assert sent_numbers(peer) == before and peer.simulator.ordered() == {}


@pytest.mark.parametrize("behaviour", ["nadaj_lost_answer", "nadaj_late_answer"])
def test_letter_that_arrived_though_the_answer_did_not(peer: Peer, behaviour: str) -> None:
    before = sent_numbers(peer)
    peer.simulator.order(behaviour, seconds=3)
    message = peer.submission(LETTER)
    with pytest.raises(requests.RequestException):
        requests.post(
            peer.simulator.base_url + SKRYTKA, data=message, headers={"Content-Type": "text/xml"}, timeout=1
        )
    assert len(sent_numbers(peer)) == len(before) + 1


def test_forged_receipt(peer: Peer) -> None:
    peer.simulator.order("nadaj_forged_receipt")
    receipt = base64.b64decode(peer.submit(LETTER).findtext("zalacznik/zawartosc"))
    with pytest.raises(InvalidSignature):
        check_receipt(receipt, LETTER, peer.public("epuap-seal.crt"))


def test_confirmed_document_may_come_again(peer: Peer) -> None:
    peer.simulator.deliver(b"<Pismo/>")
    peer.simulator.order("pull_again")
    assert peer.confirm(b"<Pismo/>").findtext("status/kod") == "1"
    assert content_of(peer.pull("ZapytaniePullPobierz")) == b"<Pismo/>"
    peer.confirm(b"<Pismo/>")
    assert peer.pull("ZapytaniePullPobierz").findtext("status/kod") == "0"


@pytest.fixture
def signed(peer: Peer) -> bytes:
    url = peer.leave_document(LETTER).findtext("addDocumentToSigningReturn")
    drive_signing(url)
    return base64.b64decode(peer.tps("getSignedDocument", id=url).findtext("getSignedDocumentReturn"))


def test_letter_by_hand(peer: Peer, signed: bytes) -> None:
    answer = peer.hand_over(signed, IdentyfikatorDokumentu="pismo-1")
    assert answer.tag == f"{{{OB}}}OdpowiedzDoreczyciela"
    assert names(answer) == ["status", "identyfikatorDokumentu", "identyfikatorZlecenia"]
    browser = enter_account(peer.simulator, "grazyna")
    page = browser.get(f"{peer.simulator.base_url}/epuap/", timeout=10).text
    assert "Pismo pismo-1" in page and "decyzja.xml" not in html.fromstring(page).xpath(
        "string(//section[@aria-labelledby='do-odbioru'])"
    )
    (link,) = html.fromstring(page).xpath("//a[normalize-space()='Pismo pismo-1']/@href")
    assert "Dostęp przyznano" not in browser.get(peer.simulator.base_url + link, timeout=10).text
    line = peer.list_store()[0][-1]
    assert line.findtext("id") == answer.findtext("identyfikatorDokumentu")
    assert not line.findtext("dataOdebrania")
    assert "Dostęp przyznano" in drive_receiving(peer.simulator, "pismo-1")
    assert peer.list_store()[0][-1].findtext("dataOdebrania")
    head = peer.pull("ZapytaniePullPobierz")
    assert head.findtext("danePodmiotu/pesel") == GRAZYNA.pesel
    root = check_receipt(content_of(head), signed, peer.public("tps-seal.crt"), kind="UPD")
    upd = root.find("pos:UPD", NS)
    assert [etree.QName(e).localname for e in upd] == [
        "IdentyfikatorPoswiadczenia", "PodmiotWystawiajacyPoswiadczenie", "Adresat", "DataOdbioru",
        "DataUtworzeniaPoswiadczenia", "IdentyfikatorSprawy", "IdentyfikatorDokumentu",
    ]  # fmt: skip
    assert upd.findtext("pos:IdentyfikatorSprawy", "", NS) == "OR.1431.12.2026"
    assert root.findtext(".//{*}PersonalIdentifier") == GRAZYNA.pesel
    assert peer.pull("ZapytaniePullOczekujace").findtext("oczekujace") == "1"


def test_upd_of_the_office_is_used(peer: Peer, signed: bytes) -> None:
    upd = (
        f'<pos:Dokument xmlns:pos="{POS}"><pos:UPD><pos:IdentyfikatorPoswiadczenia>UM-7'
        "</pos:IdentyfikatorPoswiadczenia><pos:DataOdbioru/><pos:IdentyfikatorDokumentu>pismo-7"
        "</pos:IdentyfikatorDokumentu></pos:UPD></pos:Dokument>"
    )
    peer.hand_over(signed, upd=upd.encode(), IdentyfikatorDokumentu="pismo-7")
    drive_receiving(peer.simulator, "pismo-7", kind="qualified")
    root = etree.fromstring(content_of(peer.pull("ZapytaniePullPobierz")))
    assert root.findtext("pos:UPD/pos:IdentyfikatorPoswiadczenia", "", NS) == "UM-7"
    assert root.findtext("pos:UPD/pos:DataOdbioru", "", NS)


def test_bad_orders_of_delivery(peer: Peer, signed: bytes) -> None:
    trial = peer.hand_over(signed, CzyProbne="1", IdentyfikatorDokumentu="proba")
    assert trial.findtext("status/kod") == "1" and not trial.findtext("identyfikatorZlecenia")
    assert "nie jest podpisany" in wyjatek(peer.hand_over(LETTER))
    assert "już minął" in wyjatek(peer.hand_over(signed, TerminDoreczenia="2020-01-01T00:00:00Z"))
    assert "datą" in wyjatek(peer.hand_over(signed, TerminDoreczenia="jutro"))
    assert "Nie ma skrytki" in wyjatek(peer.hand_over(signed, AdresSkrytki="/nikt/domyslna"))
    assert "pusty" in wyjatek(peer.hand_over(signed, IdentyfikatorDokumentu=""))
    assert "UPD" in wyjatek(peer.hand_over(signed, upd=b"<a/>"))
    account = enter_account(peer.simulator, "grazyna").get(f"{peer.simulator.base_url}/epuap/", timeout=10)
    assert "proba" not in account.text
    peer.simulator.order("dorecz_fault")
    assert "niedostępna" in wyjatek(peer.hand_over(signed))


def test_big_file_is_given_once(peer: Peer) -> None:
    content = b"%PDF-1.7 plan"
    encoded = base64.b64encode(content).decode()
    uploaded = peer.repository(
        "UploadFileParam",
        file=encoded,
        filename="plan.pdf",
        mimeType="application/pdf",
        subject="MIASTOJARZEBIN",
    )
    assert uploaded.tag == f"{{{FC}}}fileId5" and uploaded.text
    found = peer.download(uploaded.text)
    assert found.tag == f"{{{FC}}}DataDocument" and names(found) == ["file", "filename", "mimeType"]
    assert base64.b64decode(found.findtext("file")) == content
    again = peer.download(uploaded.text)
    assert again.tag == f"{{{SOAP}}}Fault"
    assert names(again.find(f"detail/{{{FC}}}WyjatekTyp")) == ["kod", "komunikat"]
    assert peer.download("nie-ma").tag == f"{{{SOAP}}}Fault"


def test_file_may_be_lost_on_the_way(peer: Peer) -> None:
    file_id = peer.simulator.keep_file(b"mapa").partition("fileId=")[2]
    peer.simulator.order("repo_lost_answer")
    with pytest.raises(requests.RequestException):
        peer.download(file_id)
    assert peer.download(file_id).tag == f"{{{SOAP}}}Fault"


@pytest.mark.parametrize("as_big_file", [False, True])
def test_attachment_of_an_application(peer: Peer, as_big_file: bool) -> None:
    plan: Any = ("plan.pdf", b"%PDF-1.7 plan", "application/pdf")
    drive_epuap_application(peer.simulator, attachment=plan, as_big_file=as_big_file)
    root = etree.fromstring(content_of(peer.pull("ZapytaniePullPobierz")))
    (attached,) = root.iterfind(".//{*}Zalaczniki/{*}Zalacznik")
    assert dict(attached.attrib) == {
        "format": "application/pdf",
        "kodowanie": "URI" if as_big_file else "base64",
        "nazwaPliku": "plan.pdf",
    }
    data = attached.findtext("{*}DaneZalacznika")
    if not as_big_file:
        assert base64.b64decode(data) == plan[1]
        return
    assert data.startswith(peer.simulator.base_url)
    assert hashlib.sha256(plan[1]).hexdigest() in attached.findtext("{*}OpisZalacznika")
    found = peer.download(data.partition("fileId=")[2])
    assert base64.b64decode(found.findtext("file")) == plan[1]


@pytest.mark.parametrize(
    ("behaviour", "path"),
    [
        ("ws_http_500", "/pk_external_ws/services/pull"),
        ("pull_http_500", "/pk_external_ws/services/pull"),
        ("sklad_http_500", "/fe_external_ws/services/ZarzadzanieDokumentami"),
        ("dorecz_http_500", "/pk_external_ws/services/doreczyciel"),
        ("repo_http_500", "/repo-ws-ext/FileRepoService"),
        ("tps_http_500", "/ep-services/tpSigning5"),
        ("userinfo_http_500", "/pz-services/tpUserInfo"),
    ],
)
def test_server_may_answer_nonsense(peer: Peer, behaviour: str, path: str) -> None:
    peer.simulator.order(behaviour)
    answer = peer.post(path, b"<a/>")
    assert (answer.status_code, answer.content) == (500, b"Internal Server Error")
    assert peer.post(path, b"<a/>").content.startswith(b"<?xml")


@pytest.mark.parametrize("behaviour", ["pull_fault", "repo_fault", "tps_bad_signature"])
def test_one_service_may_fail(peer: Peer, behaviour: str) -> None:
    calls = {
        "pull": lambda: peer.pull("ZapytaniePullOczekujace"),
        "repo": lambda: peer.download("nie-ma"),
        "tps": lambda: peer.leave_document(LETTER),
    }
    service = behaviour.partition("_")[0]
    peer.simulator.order(behaviour)
    for other in sorted(calls.keys() - {service}):
        calls[other]()
    assert peer.simulator.ordered() == {behaviour: 1}
    if behaviour.endswith("bad_signature"):
        with pytest.raises(xmlsec.Error):
            calls[service]()
    else:
        assert calls[service]().findtext("faultstring").startswith("ordered")
    assert peer.simulator.ordered() == {}


def test_delivery_taken_though_the_answer_is_lost(peer: Peer, signed: bytes) -> None:
    peer.simulator.order("dorecz_lost_answer")
    with pytest.raises(requests.RequestException):
        peer.hand_over(signed, IdentyfikatorDokumentu="pismo-zgubione")
    assert "Dostęp przyznano" in drive_receiving(peer.simulator, "pismo-zgubione")


def test_answer_may_be_signed_with_another_key(peer: Peer) -> None:
    peer.simulator.order("ws_foreign_key")
    with pytest.raises(xmlsec.Error):
        peer.pull("ZapytaniePullOczekujace")


def test_signature_may_come_again_and_return_too_early(peer: Peer) -> None:
    url = peer.leave_document(LETTER).findtext("addDocumentToSigningReturn")
    peer.simulator.order("tps_return_unsigned")
    assert drive_signing(url).endswith("/ok/")
    assert peer.tps("getSignedDocument", id=url).tag == f"{{{SOAP}}}Fault"
    drive_signing(url)
    first = peer.tps("getSignedDocument", id=url).findtext("getSignedDocumentReturn")
    assert peer.tps("getSignedDocument", id=url).findtext("getSignedDocumentReturn") == first
    peer.simulator.order("tps_signed_again")
    assert peer.tps("getSignedDocument", id=url).findtext("getSignedDocumentReturn") != first
