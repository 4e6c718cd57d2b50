"""What the wire can do to a call, and what the caller is told."""

import socket
from collections.abc import Callable
from dataclasses import replace

import pytest

from epuap.soap import transport
from epuap.soap.config import SoapConfig
from epuap.soap.errors import BadAnswer, NotSent, ServiceFault, TransientFault
from epuap.soap.messages import OB, call, element
from eurzad.lib.errors import AdapterError, PermanentError, TransientError
from tests.epuap.soap import fake_service
from tests.epuap.soap.fake_service import SOAP, KeyPair, Reply, Service, exception, status_answer
from tests.support.hosts import BODY, HEAD, dripping, host


def ask(config: SoapConfig, service: Service) -> AdapterError:
    with pytest.raises(AdapterError) as caught:
        call(config, service.url, element(OB, "X"), action="x")
    return caught.value


@pytest.mark.parametrize(
    ("reply", "kind", "code"),
    [
        (Reply(status=302, headers={"Location": "http://127.0.0.1:1/"}), BadAnswer, "soap.http_302"),
        (Reply(b"<html/>", content_type="text/html"), BadAnswer, "soap.content_type"),
        (Reply(b"<x/>", content_type=None), BadAnswer, "soap.content_type"),
        (Reply(status=401, content_type="text/html"), PermanentError, "soap.http_401"),
        (Reply(status=429, content_type="text/html"), TransientError, "soap.http_429"),
        (Reply(b"oops", status=503, content_type="text/plain"), TransientError, "soap.http_503"),
        (Reply(b"oops", status=500), TransientError, "soap.http_500"),
        (Reply(hangs=0.6), TransientError, "soap.timeout"),
        (Reply(drops=True), TransientError, "soap.broken"),
        (Reply(b"nonsense", headers={"Content-Encoding": "gzip"}), BadAnswer, "soap.encoding"),
    ],
)
def test_wire_failures(
    service: Service,
    soap_config: SoapConfig,
    monkeypatch: pytest.MonkeyPatch,
    reply: Reply,
    kind: type,
    code: str,
) -> None:
    monkeypatch.setattr(transport, "READ_SECONDS", 0.3)
    service.replies_with(reply)
    error = ask(soap_config, service)
    assert (type(error), error.code) == (kind, code)


def test_refused_connection_means_nothing_was_sent(service: Service, soap_config: SoapConfig) -> None:
    with pytest.raises(NotSent):
        call(soap_config, "http://127.0.0.1:9/", element(OB, "X"), action="x")


def test_answer_over_the_limit_is_refused(service: Service, soap_config: SoapConfig) -> None:
    service.replies_with(Reply(b"<x>" + b"y" * 2000 + b"</x>"))
    assert ask(replace(soap_config, max_answer_bytes=1000), service).code == "soap.too_big"


@pytest.mark.parametrize(
    "answer",
    [dripping(HEAD, b"\r\n"), dripping(HEAD), dripping(b"HTTP/1.1 200 ")],
    ids=["body", "header", "status"],
)
def test_slow_drip_is_cut_at_the_deadline(
    answer: Callable[[socket.socket], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "DEADLINE_SECONDS", 0.3)
    with host(answer) as url, pytest.raises(TransientError) as caught:
        transport.post_soap(url, BODY, action="x")
    assert (type(caught.value), caught.value.code) == (TransientError, "soap.timeout")


def test_a_handshake_is_cut_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every read is in time: a TLS record that says it has 16 KB, sent a byte now and then."""
    monkeypatch.setattr(transport, "DEADLINE_SECONDS", 0.3)
    tls = dripping(b"\x16\x03\x03\x40\x00")
    with host(tls, reads_request=False) as url, pytest.raises(TransientError) as caught:
        transport.post_soap(url.replace("http:", "https:"), BODY, action="x")
    assert caught.value.code == "soap.timeout"


def test_signed_exception_is_an_authenticated_refusal(service: Service, soap_config: SoapConfig) -> None:
    service.says(exception(7, "brak uprawnień"), status=500)
    error = ask(soap_config, service)
    assert isinstance(error, ServiceFault) and error.authenticated
    assert (error.code, str(error)) == ("epuap.7", "brak uprawnień")


def test_unsigned_exception_is_a_refusal_that_nobody_vouches_for(
    service: Service, soap_config: SoapConfig
) -> None:
    service.replies_with(Reply(fake_service.envelope(exception(7, "x")), status=500))
    error = ask(soap_config, service)
    assert isinstance(error, ServiceFault) and not error.authenticated


def test_exception_signed_by_a_stranger_is_a_bad_answer(
    service: Service, soap_config: SoapConfig, stranger_keys: KeyPair
) -> None:
    service.says(exception(7, "x"), status=500, signer=stranger_keys)
    assert ask(soap_config, service).code == "soap.signature"


@pytest.mark.parametrize(("blamed", "kind"), [("Server", TransientFault), ("Client", ServiceFault)])
def test_fault_without_exception(service: Service, soap_config: SoapConfig, blamed: str, kind: type) -> None:
    body = (
        f'<s:Fault xmlns:s="{SOAP}"><faultcode>s:{blamed}</faultcode><faultstring>x</faultstring></s:Fault>'
    )
    service.replies_with(Reply(fake_service.envelope(body), status=500))
    error = ask(soap_config, service)
    assert (type(error), error.code) == (kind, f"soap.fault.{blamed}")


def test_signed_answer_under_an_error_status_is_no_answer(service: Service, soap_config: SoapConfig) -> None:
    service.says(status_answer("X"), status=500)
    assert ask(soap_config, service).code == "soap.shape"


def test_action_is_quoted(service: Service, soap_config: SoapConfig) -> None:
    service.says(status_answer("X"))
    call(soap_config, service.url, element(OB, "X"), action="urn:do")
    assert service.actions == ['"urn:do"']
