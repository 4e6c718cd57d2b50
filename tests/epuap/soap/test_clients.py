"""The three services over HTTP: what goes out, what is made of what comes back."""

import base64
import hashlib
from datetime import UTC, datetime

import pytest
from lxml import etree

from epuap.soap.config import SoapConfig
from epuap.soap.errors import BadAnswer, ServiceFault
from epuap.soap.mailbox import MailboxClient
from epuap.soap.pull import PullClient, read_time
from epuap.soap.tps import NotSignedYet, TpsClient
from eurzad.lib.errors import PermanentError
from tests.epuap.soap.fake_service import (
    BOX,
    OB,
    Service,
    exception,
    pull_answer,
    status_answer,
    submitted_answer,
)

TPS = "http://signing.ws.comarch.gov"


def sent_body(service: Service) -> etree._Element:
    return etree.fromstring(service.requests[-1]).find("{*}Body")[0]


def tps_answer(operation: str, value: str, *, wrapped: bool = True) -> str:
    inner = f"<{operation}Return>{value}</{operation}Return>"
    return f'<s:{operation}Response xmlns:s="{TPS}">{inner}</s:{operation}Response>' if wrapped else inner


def test_waiting_count(service: Service, soap_config: SoapConfig) -> None:
    service.says(status_answer("OdpowiedzPullOczekujace", extra="<oczekujace>3</oczekujace>"))
    assert PullClient(soap_config).waiting_count() == 3
    body = sent_body(service)
    assert body.tag == f"{{{OB}}}ZapytaniePullOczekujace"
    assert [(child.tag, child.text) for child in body] == [
        ("podmiot", "jarzebin"),
        ("nazwaSkrytki", "SkrytkaESP"),
        ("adresSkrytki", BOX),
    ]
    assert service.actions == ['"http://ws.epuap.gov.pl/pull/oczekujaceDokumenty"']


def test_fetch_next_reads_everything(service: Service, soap_config: SoapConfig) -> None:
    service.says(pull_answer(b"<a/>", is_test=True))
    pulled = PullClient(soap_config).fetch_next()
    assert pulled is not None
    assert pulled.content == b"<a/>"
    assert (pulled.document_id, pulled.sender_entity, pulled.sender_name) == (
        "4711",
        "golcha",
        "Grażyna Olcha",
    )
    assert (pulled.reply_address, pulled.file_name, pulled.mime) == (
        "/golcha/domyslna", "wniosek.xml", "application/xml",
    )  # fmt: skip
    assert pulled.is_test and pulled.sent_at == datetime(2026, 11, 23, 9, 15, 30, tzinfo=UTC)


def test_empty_queue_is_none(service: Service, soap_config: SoapConfig) -> None:
    service.says(status_answer("OdpowiedzPullPobierz", code=0))
    assert PullClient(soap_config).fetch_next() is None


def test_other_status_is_a_refusal(service: Service, soap_config: SoapConfig) -> None:
    service.says(status_answer("OdpowiedzPullPobierz", code=-5))
    with pytest.raises(ServiceFault) as caught:
        PullClient(soap_config).fetch_next()
    assert caught.value.code == "epuap.-5" and caught.value.authenticated


def test_answer_to_another_question_is_refused(service: Service, soap_config: SoapConfig) -> None:
    service.says(status_answer("OdpowiedzPullPotwierdz"))
    with pytest.raises(BadAnswer, match="another element"):
        PullClient(soap_config).fetch_next()


@pytest.mark.parametrize(
    ("good", "bad", "code"),
    [
        ("<zawartosc>PGEvPg==", "<zawartosc>P!GEvPg==", "soap.base64"),
        ("<zawartosc>PGEvPg==</zawartosc>", "", "soap.shape"),
        ("<kod>1<", "<kod>jeden<", "soap.shape"),
    ],
)
def test_broken_document_is_refused(
    service: Service, soap_config: SoapConfig, good: str, bad: str, code: str
) -> None:
    answer = pull_answer(b"<a/>")
    assert good in answer
    service.says(answer.replace(good, bad))
    with pytest.raises(BadAnswer) as caught:
        PullClient(soap_config).fetch_next()
    assert caught.value.code == code


def test_unreadable_additional_data_leaves_the_id_empty(service: Service, soap_config: SoapConfig) -> None:
    extra = base64.b64encode(b"\x00\x01").decode()
    answer = pull_answer(b"<a/>", document_id="")
    service.says(answer.replace("<daneDodatkowe></daneDodatkowe>", f"<daneDodatkowe>{extra}</daneDodatkowe>"))
    pulled = PullClient(soap_config).fetch_next()
    assert pulled is not None and pulled.document_id == "" and pulled.additional_data == b"\x00\x01"


@pytest.mark.parametrize(
    ("value", "hour"),
    [("2026-11-23T10:00:00Z", 10), ("2026-11-23T10:00:00", 9), ("wczoraj", None), ("", None)],
)
def test_read_time(value: str, hour: int | None) -> None:
    moment = read_time(value)
    assert (moment.astimezone(UTC).hour if moment else None) == hour


def test_confirm_names_the_document_by_base64_sha1(service: Service, soap_config: SoapConfig) -> None:
    service.says(status_answer("OdpowiedzPullPotwierdz"))
    PullClient(soap_config).confirm(hashlib.sha1(b"<a/>").digest())
    assert sent_body(service).findtext("skrot") == base64.b64encode(hashlib.sha1(b"<a/>").digest()).decode()


def test_submit_puts_addresses_in_headers(service: Service, soap_config: SoapConfig) -> None:
    service.says(submitted_answer(b"<upp/>"))
    result = MailboxClient(soap_config).submit(b"<a/>", "pismo.xml", "/golcha/domyslna", BOX)
    assert (result.document_id, result.receipt_id, result.receipt) == ("123", "124", b"<upp/>")
    header = etree.fromstring(service.requests[0]).find("{*}Header")
    assert {child.tag: child.text or "" for child in header[1:]} == {
        f"{{{OB}}}IdentyfikatorPodmiotu": "jarzebin",
        f"{{{OB}}}AdresSkrytki": "/golcha/domyslna",
        f"{{{OB}}}AdresOdpowiedzi": BOX,
        f"{{{OB}}}CzyProbne": "0",
        f"{{{OB}}}DaneDodatkowe": "",
    }
    body = sent_body(service)
    assert body.tag == f"{{{OB}}}Dokument" and base64.b64decode(body.findtext("zawartosc")) == b"<a/>"


@pytest.mark.parametrize("wrapped", [True, False])
def test_signing_round_trip(service: Service, soap_config: SoapConfig, wrapped: bool) -> None:
    address = f"{service.url}/pz/podpis/abc/"
    service.says(tps_answer("addDocumentToSigning", address, wrapped=wrapped))
    service.says(tps_answer("getSignedDocument", base64.b64encode(b"<signed/>").decode()))
    client = TpsClient(soap_config)
    assert (
        client.add_document(b"<a/>", success_url="http://p/ok", failure_url="http://p/no", info="Wniosek")
        == address
    )
    body = sent_body(service)
    assert [child.tag for child in body] == ["doc", "successURL", "failureURL", "additionalInfo"]
    assert client.get_signed_document(address) == b"<signed/>"
    assert sent_body(service).findtext("id") == address
    assert service.actions == ['"addDocumentToSigning"', '"getSignedDocument"']


@pytest.mark.parametrize(
    "address",
    ["https://elsewhere.test/x", "javascript:alert(1)", "", "//host/x", "http://127.0.0.1@evil.test/"],
)
def test_browser_is_sent_to_no_other_host(service: Service, soap_config: SoapConfig, address: str) -> None:
    service.says(tps_answer("addDocumentToSigning", address))
    with pytest.raises(BadAnswer) as caught:
        TpsClient(soap_config).add_document(b"<a/>", success_url="s", failure_url="f", info="i")
    assert caught.value.code == "tps.address"


def test_not_signed_yet(service: Service, soap_config: SoapConfig) -> None:
    service.says(exception(12, "nie podpisano"), status=500)
    service.says(tps_answer("getSignedDocument", ""))
    for _ in range(2):
        with pytest.raises(NotSignedYet):
            TpsClient(soap_config).get_signed_document("http://x/")


def test_missing_key_file_is_named(settings) -> None:  # type: ignore[no-untyped-def]
    settings.EPUAP_WS_KEY = settings.VAR_DIR / "no-such.key"
    with pytest.raises(PermanentError, match="EPUAP_WS_KEY"):
        SoapConfig.from_settings()
