"""ePUAP: the office's queue, letters to residents, and what residents do in their accounts."""

import base64
import hashlib

import pytest
import requests
import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree, html

from eurzad.lib.personas import GRAZYNA
from tests.epuap.simulator.peer import NS, OB, SOAP, WSU, Peer, verify, verify_xades
from tests.support.simulator import drive_epuap_application, enter_account

LETTER = "<Pismo><Informacja>Dostęp przyznano.</Informacja></Pismo>".encode()
STATUS = ["kod", "komunikat"]
FETCHED = [
    "status", "danePodmiotu", "daneNadawcy", "dataNadania", "nazwaSkrytki", "adresSkrytki",
    "adresOdpowiedzi", "czyTestowe", "daneDodatkowe", "dokument",
]  # fmt: skip


@pytest.fixture(autouse=True)
def _empty_queue(peer: Peer) -> None:
    peer.empty_queue()


def names(element: etree._Element) -> list[str]:
    return [child.tag for child in element]


def wyjatek(fault: etree._Element) -> str:
    assert fault.tag == f"{{{SOAP}}}Fault"
    exception = fault.find(f"detail/{{{OB}}}Wyjatek")
    assert names(exception) == ["kod", "komunikat"]
    return exception.findtext("komunikat", "")


def check_receipt(content: bytes, document: bytes, seal_pem: bytes, kind: str = "UPP") -> etree._Element:
    """Check a UPP or UPD by hand: libxmlsec would fetch the second reference."""
    root = etree.fromstring(content)
    signature = root.find("ds:Signature", NS)
    own, outside, properties = signature.findall("ds:SignedInfo/ds:Reference", NS)
    assert own.get("URI") == "" and properties.get("Type") == "http://uri.etsi.org/01903#SignedProperties"
    assert outside.get("URI") == root.findtext(f"pos:{kind}/pos:IdentyfikatorDokumentu", "", NS)
    canonical = etree.tostring(etree.fromstring(document).getroottree(), method="c14n", with_comments=False)
    digest = base64.b64encode(hashlib.sha256(canonical).digest()).decode()
    assert outside.findtext("ds:DigestValue", "", NS) == digest
    info = etree.tostring(signature.find("ds:SignedInfo", NS), method="c14n", exclusive=True)
    key = x509.load_pem_x509_certificate(seal_pem).public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    value = base64.b64decode(signature.findtext("ds:SignatureValue", "", NS))
    key.verify(value, info, padding.PKCS1v15(), hashes.SHA256())
    return root


def test_queue_is_empty(peer: Peer) -> None:
    waiting = peer.pull("ZapytaniePullOczekujace")
    assert waiting.tag == f"{{{OB}}}OdpowiedzPullOczekujace"
    assert names(waiting) == ["status", "oczekujace"] and waiting.findtext("oczekujace") == "0"
    fetched = peer.pull("ZapytaniePullPobierz")
    assert fetched.findtext("status/kod") == "0"
    assert names(fetched) == FETCHED
    assert "Brak dokumentu" in wyjatek(peer.confirm(b"x"))


def test_head_stays_until_confirmed(peer: Peer) -> None:
    first, second = b"<Pierwszy/>", b"<Drugi/>"
    number = peer.simulator.deliver(first)
    peer.simulator.deliver(second)
    assert peer.pull("ZapytaniePullOczekujace").findtext("oczekujace") == "2"
    for _ in range(2):
        head = peer.pull("ZapytaniePullPobierz")
        assert names(head) == FETCHED and names(head.find("status")) == STATUS
        assert base64.b64decode(head.findtext("dokument/zawartosc")) == first
    extra = etree.fromstring(base64.b64decode(head.findtext("daneDodatkowe")))
    assert extra.xpath("(//IdentyfikatorDokumentu)[last()]/text()") == [str(number)]
    assert "Skrót" in wyjatek(peer.confirm(second))
    confirmed = peer.confirm(first)
    assert confirmed.tag == f"{{{OB}}}OdpowiedzPullPotwierdz" and names(confirmed) == ["status"]
    assert base64.b64decode(peer.pull("ZapytaniePullPobierz").findtext("dokument/zawartosc")) == second


def test_wrong_mailbox_and_wrong_element_are_refused(peer: Peer) -> None:
    path = "/pk_external_ws/services/pull"
    other = f'<ob:ZapytaniePullPobierz xmlns:ob="{OB}"><podmiot>INNY</podmiot>'
    other += "<nazwaSkrytki>a</nazwaSkrytki><adresSkrytki>/a/b</adresSkrytki></ob:ZapytaniePullPobierz>"
    assert "uprawnień" in wyjatek(peer.call(path, other))
    qualified = other.replace("<podmiot>INNY</podmiot>", "<ob:podmiot>INNY</ob:podmiot>")
    assert "without a namespace" in wyjatek(peer.call(path, qualified))
    assert "Nieznana operacja" in wyjatek(peer.call(path, f'<ob:Cokolwiek xmlns:ob="{OB}"/>'))
    assert "SOAPAction" in wyjatek(
        peer.call(path, other, action="http://ws.epuap.gov.pl/pull/potwierdzOdebranie")
    )
    assert peer.post(path, b"<a/>").status_code == 500
    assert peer.post(path, b"<!DOCTYPE a><a/>").status_code == 500


def test_application_on_epuap(peer: Peer) -> None:
    sent_url = drive_epuap_application(peer.simulator)
    head = peer.pull("ZapytaniePullPobierz")
    document = base64.b64decode(head.findtext("dokument/zawartosc"))
    root = etree.fromstring(document)
    verify_xades(root, peer.public("tps-seal.crt"))
    wda = etree.QName(root).namespace
    assert wda == "http://epuap.gov.pl/FeResourceServlet/wzor_lokalny/eurzad/wniosek-o-dostep/1/"
    assert [etree.QName(e).localname for e in root] == [
        "OpisDokumentu", "DaneDokumentu", "TrescDokumentu", "Signature",
    ]  # fmt: skip
    assert root.findtext(".//{*}Osoba/{*}IdOsoby/{*}PESEL") == GRAZYNA.pesel
    assert root.findtext(".//{*}Nadawcy//{*}Adres/{*}Ulica") == GRAZYNA.street
    assert root.find(".//{*}Lokal") is None and root.find(".//{*}Kontakt") is None
    assert root.findtext(f"{{{wda}}}TrescDokumentu/{{{wda}}}Uzasadnienie") == "Chcę widzieć swoje opłaty."
    about = head.find("danePodmiotu")
    assert [about.findtext(n) for n in ("identyfikator", "typOsoby", "imieSkrot", "nazwiskoNazwa", "pesel")] == [
        "grazynaolcha", "F", "Grażyna", "Olcha", GRAZYNA.pesel,
    ]  # fmt: skip
    assert head.findtext("adresOdpowiedzi") == "/grazynaolcha/domyslna"
    browser = enter_account(peer.simulator, "grazyna")
    page = html.fromstring(browser.get(sent_url, timeout=10).text)
    receipt_url = peer.simulator.base_url + page.xpath("//a[contains(@href, '/upp/')]/@href")[0]
    receipt = check_receipt(
        browser.get(receipt_url + "xml/", timeout=10).content, document, peer.public("epuap-seal.crt")
    )
    upp = receipt.find("pos:UPP", NS)
    assert [etree.QName(e).localname for e in upp] == [
        "IdentyfikatorPoswiadczenia", "Adresat", "Nadawca", "DataDoreczenia", "DataWytworzeniaPoswiadczenia",
        "IdentyfikatorDokumentu", "InformacjaUzupelniajaca",
    ]  # fmt: skip
    assert upp.find("pos:Adresat/pos:IdentyfikatorPodmiotu", NS).get("TypIdentyfikatora") == "ePUAP-ID"
    assert upp.findtext("pos:DataDoreczenia", "", NS) == head.findtext("dataNadania")


def test_letter_reaches_the_resident_only(peer: Peer) -> None:
    answer = peer.submit(LETTER)
    assert answer.tag == f"{{{OB}}}OdpowiedzSkrytki"
    assert names(answer) == ["status", "identyfikatorDokumentu", "identyfikatorUpp", "zalacznik"]
    receipt = base64.b64decode(answer.findtext("zalacznik/zawartosc"))
    check_receipt(receipt, LETTER, peer.public("epuap-seal.crt"))
    browser = enter_account(peer.simulator, "grazyna")
    inbox = browser.get(f"{peer.simulator.base_url}/epuap/", timeout=10)
    link = html.fromstring(inbox.text).xpath("//a[text()='decyzja.xml']/@href")[0]
    assert "Dostęp przyznano." in browser.get(peer.simulator.base_url + link, timeout=10).text
    assert browser.get(f"{peer.simulator.base_url}{link}xml/", timeout=10).content == LETTER
    stranger = enter_account(peer.simulator, "borys")
    assert stranger.get(peer.simulator.base_url + link, timeout=10).status_code == 404
    assert peer.pull("ZapytaniePullOczekujace").findtext("oczekujace") == "0"


def test_trial_and_bad_submissions(peer: Peer) -> None:
    trial = peer.submit(LETTER, CzyProbne="1")
    assert trial.findtext("status/kod") == "1" and trial.find("zalacznik") is None
    assert "Nie ma skrytki" in wyjatek(peer.submit(LETTER, to="/nikt/domyslna"))
    assert "Nie ma skrytki" in wyjatek(peer.submit(LETTER, to="/nikt/domyslna", CzyProbne="1"))
    assert "uprawnień" in wyjatek(peer.submit(LETTER, IdentyfikatorPodmiotu="INNY"))
    assert "CzyProbne" in wyjatek(peer.submit(LETTER, CzyProbne="moze"))
    assert peer.submit(b"to nie XML").find("zalacznik") is None


def test_ordered_failures(peer: Peer) -> None:
    peer.simulator.order("ws_fault")
    assert "niedostępna" in wyjatek(peer.pull("ZapytaniePullOczekujace"))
    peer.simulator.order("ws_bad_signature")
    with pytest.raises(xmlsec.Error):
        peer.pull("ZapytaniePullOczekujace")
    peer.simulator.order("nadaj_other_receipt")
    receipt = base64.b64decode(peer.submit(LETTER).findtext("zalacznik/zawartosc"))
    with pytest.raises(AssertionError):
        check_receipt(receipt, LETTER, peer.public("epuap-seal.crt"))


def test_lost_answer_after_delivery(peer: Peer) -> None:
    message = peer.submission(LETTER, to="/irenacis/domyslna")
    peer.simulator.order("nadaj_lost_answer")
    with pytest.raises(requests.RequestException):
        peer.post("/pk_external_ws/services/skrytka", message)
    browser = enter_account(peer.simulator, "irena")
    assert "decyzja.xml" in browser.get(f"{peer.simulator.base_url}/epuap/", timeout=10).text


def test_faults_are_signed(peer: Peer) -> None:
    answer = peer.post("/pk_external_ws/services/pull", b"<a/>")
    verify(etree.fromstring(answer.content).find("soap:Body", NS), peer.public("ws.crt"), "Id", WSU)


def test_control_refuses_what_it_does_not_know(peer: Peer) -> None:
    url = f"{peer.simulator.base_url}/sterowanie/"
    assert requests.post(url, json={"behaviour": "nieznane"}, timeout=10).status_code == 400
    assert requests.post(url, json={"behaviour": "ws_fault", "times": -1}, timeout=10).status_code == 400
    assert requests.post(url, data="x", timeout=10).status_code == 400
    assert requests.post(f"{url}nadanie/", json={"sender": "nikt"}, timeout=10).status_code == 400


@pytest.mark.parametrize(
    ("behaviour", "path"),
    [
        ("ws_timeout", "/pk_external_ws/services/pull"),
        ("pull_timeout", "/pk_external_ws/services/pull"),
        ("nadaj_timeout", "/pk_external_ws/services/skrytka"),
        ("dorecz_timeout", "/pk_external_ws/services/doreczyciel"),
        ("sklad_timeout", "/fe_external_ws/services/ZarzadzanieDokumentami"),
        ("repo_timeout", "/repo-ws-ext/FileRepoService"),
        ("userinfo_timeout", "/pz-services/tpUserInfo"),
        ("tps_timeout", "/ep-services/tpSigning5"),
        ("idp_timeout", "/login-services/idpArtifactResolutionService"),
    ],
)
def test_silence(peer: Peer, behaviour: str, path: str) -> None:
    peer.simulator.order(behaviour, seconds=3)
    with pytest.raises(requests.ReadTimeout):
        requests.post(
            peer.simulator.base_url + path, data=b"<a/>", headers={"Content-Type": "text/xml"}, timeout=1
        )
    assert peer.simulator.ordered() == {}
