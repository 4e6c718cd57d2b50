"""The SOAP endpoints: TPS5, WS-Pull, WS-Skrytka, and the back channel of the national node."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from lxml import etree

from epuap.simulator import idp, keys, mailbox_services, signing
from epuap.simulator.errors import Refused
from epuap.simulator.models import Behaviour
from epuap.simulator.wire import mailbox, soap

Name = Behaviour.Name
XML = "text/xml; charset=utf-8"
# Longer than any client of the portal waits for an answer.
SILENCE_SECONDS = 12


def _soap_action(request: HttpRequest) -> str:
    return request.headers.get("SOAPAction", "").strip().strip('"')


def _body(request: HttpRequest) -> bytes:
    if request.content_type != "text/xml":
        raise Refused("content_type", "SOAP 1.1 wymaga Content-Type: text/xml")
    return request.body


def _read(request: HttpRequest, failure: Behaviour.Name) -> soap.Envelope:
    """Return a verified request, unless a test has ordered the failure."""
    envelope = soap.read(_body(request))
    soap.verify(envelope, keys.peer_certificate(settings.SIM_OFFICE_WS_CERT))
    if Behaviour.take(failure):
        raise Refused("ordered", "Usługa chwilowo niedostępna")
    return envelope


def _seal(payload: etree._Element) -> bytes:
    return soap.to_bytes(soap.seal(payload, keys.load("ws")))


def _fault(payload: etree._Element) -> HttpResponse:
    return HttpResponse(_seal(payload), content_type=XML, status=500)


@csrf_exempt
@require_POST
def sign_service(request: HttpRequest) -> HttpResponse:
    """TPS5."""
    if Behaviour.take(Name.TPS_TIMEOUT):
        time.sleep(SILENCE_SECONDS)
    try:
        envelope = _read(request, Name.TPS_FAULT)
        answer = signing.call(envelope, _soap_action(request))
    except Refused as error:
        return _fault(soap.fault(f"{error.code}: {error.text}"))
    return HttpResponse(_seal(answer), content_type=XML)


def _mailbox_endpoint(
    request: HttpRequest, operations: dict[str, tuple[str, mailbox_services.Operation]]
) -> HttpResponseBase:
    if Behaviour.take(Name.WS_TIMEOUT):
        time.sleep(SILENCE_SECONDS)
    try:
        envelope = _read(request, Name.WS_FAULT)
        operation = mailbox_services.find_operation(operations, envelope.payload, _soap_action(request))
        answer = _seal(operation(envelope))
    except Refused as error:
        detail = mailbox.build_exception(-1, error.text)
        return _fault(soap.fault(f"{error.code}: {error.text}", detail))
    if operation is mailbox_services.submit and Behaviour.take(Name.NADAJ_LOST_ANSWER):
        return _lost(answer)
    if Behaviour.take(Name.WS_BAD_SIGNATURE):
        answer = answer.replace(b"<kod>1</kod>", b"<kod>01</kod>")
    return HttpResponse(answer, content_type=XML)


def _lost(answer: bytes) -> StreamingHttpResponse:
    """An answer whose connection breaks half way; the work has been done all the same."""

    def half() -> Iterator[bytes]:
        yield answer[: len(answer) // 2]
        raise ConnectionAbortedError("nadaj_lost_answer: the answer is lost as ordered")

    response = StreamingHttpResponse(half(), content_type=XML)
    response["Content-Length"] = str(len(answer))
    return response


@csrf_exempt
@require_POST
def pull(request: HttpRequest) -> HttpResponseBase:
    """WS-Pull."""
    return _mailbox_endpoint(request, mailbox_services.PULL)


@csrf_exempt
@require_POST
def skrytka(request: HttpRequest) -> HttpResponseBase:
    """WS-Skrytka."""
    return _mailbox_endpoint(request, mailbox_services.SKRYTKA)


def _back_channel(request: HttpRequest, answer: Callable[[bytes], etree._Element]) -> HttpResponse:
    if Behaviour.take(Name.IDP_TIMEOUT):
        time.sleep(SILENCE_SECONDS)
    try:
        payload, status = answer(_body(request)), 200
    except Refused as error:
        payload, status = soap.fault(f"{error.code}: {error.text}", client=True), 500
    return HttpResponse(soap.to_bytes(soap.wrap(payload)), content_type=XML, status=status)


@csrf_exempt
@require_POST
def artifact_resolution(request: HttpRequest) -> HttpResponse:
    """SAML ArtifactResolve."""
    return _back_channel(request, idp.resolve_artifact)


@csrf_exempt
@require_POST
def single_logout(request: HttpRequest) -> HttpResponse:
    """SAML LogoutRequest."""
    return _back_channel(request, idp.log_out)
