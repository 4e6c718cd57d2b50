"""The sent store, the delivery service and the file repository over HTTP."""

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from lxml import etree

from epuap.soap.config import SoapConfig
from epuap.soap.delivery import DeliveryClient
from epuap.soap.errors import BadAnswer, ServiceFault
from epuap.soap.files import FileClient, file_id_of
from epuap.soap.sent import StoreClient
from eurzad.lib.errors import TransientError
from tests.epuap.soap.fake_service import (
    BOX,
    DOCUMENTS,
    OB,
    KeyPair,
    Reply,
    Service,
    exception,
    file_answer,
    file_exception,
    ordered_answer,
    sent_answer,
    status_answer,
)

NOON = datetime(2026, 12, 1, 11, tzinfo=UTC)


def sent_body(service: Service) -> etree._Element:
    return etree.fromstring(service.requests[-1]).find("{*}Body")[0]


def order(config: SoapConfig) -> None:
    DeliveryClient(config).order(
        b"<a/>", "p.xml", "/golcha/domyslna", BOX, due_at=NOON, document_id="D-1", case_number="OR.1"
    )


CALLS: list[Callable[[SoapConfig], object]] = [
    lambda config: StoreClient(config).list_sent(),
    order,
    lambda config: FileClient(config).download("42"),
]


def test_sent_store_is_listed(service: Service, soap_config: SoapConfig) -> None:
    service.says(sent_answer("pismo-1.xml", "pismo-2.xml"))
    first, second = StoreClient(soap_config).list_sent()
    assert (first.document_id, first.file_name, second.file_name) == ("900", "pismo-1.xml", "pismo-2.xml")
    assert first.sent_at == datetime(2026, 11, 23, 9, 15, 30, tzinfo=UTC)
    body = sent_body(service)
    assert body.tag == f"{{{DOCUMENTS}}}zawartoscSkladu"
    assert [(one.tag, one.text) for one in body[0]] == [("nazwa", "Wysłane"), ("podmiot", "jarzebin")]
    assert service.actions == ['""']


@pytest.mark.parametrize("answer", [sent_answer(), f'<z:zawartoscSkladuResponse xmlns:z="{DOCUMENTS}"/>'])
def test_empty_sent_store(service: Service, soap_config: SoapConfig, answer: str) -> None:
    service.says(answer)
    assert StoreClient(soap_config).list_sent() == []


def test_store_of_thousands_is_read_and_a_bigger_one_refused(
    service: Service, soap_config: SoapConfig
) -> None:
    names = [f"pismo-{number}.xml" for number in range(6000)]
    service.says(sent_answer(*names))
    assert len(StoreClient(soap_config).list_sent()) == 6000
    service.says(sent_answer(*names))
    with pytest.raises(BadAnswer) as caught:
        StoreClient(replace(soap_config, max_answer_bytes=100_000)).list_sent()
    assert caught.value.code == "soap.too_big"


def test_delivery_puts_term_and_case_in_headers(service: Service, soap_config: SoapConfig) -> None:
    service.says(ordered_answer())
    result = DeliveryClient(soap_config).order(
        b"<a/>", "p.xml", "/golcha/domyslna", BOX, due_at=NOON, document_id="D-1", case_number="OR.1.2026"
    )
    assert (result.document_id, result.order_id) == ("555", "Z-7")
    header = etree.fromstring(service.requests[0]).find("{*}Header")
    assert [(etree.QName(child).localname, child.text or "") for child in header[1:]] == [
        ("IdentyfikatorPodmiotu", "jarzebin"),
        ("AdresSkrytki", "/golcha/domyslna"),
        ("AdresOdpowiedzi", BOX),
        ("TerminDoreczenia", "2026-12-01T12:00:00.000+01:00"),
        ("CzyProbne", "0"),
        ("IdentyfikatorDokumentu", "D-1"),
        ("IdentyfikatorSprawy", "OR.1.2026"),
        ("DaneDodatkowe", ""),
    ]
    body = sent_body(service)
    assert body.tag == f"{{{OB}}}Dokument" and base64.b64decode(body.findtext("zawartosc")) == b"<a/>"
    assert service.actions == ['"http://ws.epuap.gov.pl/doreczyciel/dorecz"']


def test_delivery_without_numbers_is_taken(service: Service, soap_config: SoapConfig) -> None:
    service.says(status_answer("OdpowiedzDoreczyciela"))
    order(soap_config)
    service.says(status_answer("OdpowiedzDoreczyciela", code=-3))
    with pytest.raises(ServiceFault) as caught:
        order(soap_config)
    assert caught.value.code == "epuap.-3"


def test_file_comes_down(service: Service, soap_config: SoapConfig) -> None:
    service.says(file_answer(b"%PDF"))
    found = FileClient(soap_config).download("42")
    assert (found.content, found.file_name, found.mime) == (b"%PDF", "plan.pdf", "application/pdf")
    assert [(child.tag, child.text) for child in sent_body(service)] == [
        ("fileId", "42"), ("subject", "jarzebin"),
    ]  # fmt: skip


def test_file_over_ten_megabytes_is_read(service: Service, soap_config: SoapConfig) -> None:
    """libxml2 alone refuses such a text node."""
    content = bytes(range(256)) * 4096 * 11
    service.says(file_answer(content))
    assert FileClient(soap_config).download("42").content == content


def test_file_over_the_limit_is_refused(service: Service, soap_config: SoapConfig) -> None:
    client = FileClient(replace(soap_config, max_file_bytes=100_000))
    service.says(file_answer(b"x" * 200_000))
    with pytest.raises(BadAnswer) as answered:
        client.download("42")
    assert answered.value.code == "soap.too_big"


def test_refusal_of_the_repository_has_its_code(service: Service, soap_config: SoapConfig) -> None:
    service.says(file_exception(17, "plik pobrany"), status=500)
    with pytest.raises(ServiceFault) as caught:
        FileClient(soap_config).download("42")
    assert (caught.value.code, str(caught.value), caught.value.authenticated) == (
        "epuap.17", "plik pobrany", True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("address", "number"),
    [
        ("https://repozytorium.example.test/repo/download?fileId=abc-1.2", "abc-1.2"),
        ("http://repozytorium.example.test:9080/x?a=b&fileId=7", "7"),
        ("https://elsewhere.example.test/x?fileId=7", None),
        ("https://repozytorium.example.test@elsewhere.test/x?fileId=7", None),
        ("https://repozytorium.example.test.evil.test/x?fileId=7", None),
        ("file:///etc/passwd?fileId=7", None),
        ("https://repozytorium.example.test/x?fileId=../7", None),
        ("https://repozytorium.example.test/x?fileId=7&fileId=8", None),
        ("https://repozytorium.example.test/x", None),
        ("https://[repozytorium/x?fileId=7", None),
        ("", None),
    ],
)
def test_only_addresses_of_the_repository_name_a_file(address: str, number: str | None) -> None:
    assert file_id_of(address, hosts=["repozytorium.example.test"]) == number


@pytest.mark.parametrize("call", CALLS)
def test_doubtful_answers_are_told_apart(
    service: Service,
    soap_config: SoapConfig,
    stranger_keys: KeyPair,
    call: Callable[[SoapConfig], object],
) -> None:
    service.replies_with(Reply(b"oops", status=503, content_type="text/plain"))
    with pytest.raises(TransientError):
        call(soap_config)
    service.says(sent_answer("a"), signer=stranger_keys)
    with pytest.raises(BadAnswer):
        call(soap_config)
    service.says(status_answer("SomethingElse"))
    with pytest.raises(BadAnswer, match="another element"):
        call(soap_config)
    service.says(exception(9, "nie wolno"), status=500)
    with pytest.raises(ServiceFault):
        call(soap_config)
