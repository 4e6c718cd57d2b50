"""The SOAP endpoints: TPS5, ePUAP's services, and the back channels of the identity providers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NoReturn

from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from lxml import etree

from epuap.simulator import exchanges, failures, idp, keys, mailbox_services, providers, signing
from epuap.simulator.errors import Refused
from epuap.simulator.failures import Name
from epuap.simulator.mailbox_services import Operations
from epuap.simulator.wire import mailbox, repository, soap

XML = "text/xml; charset=utf-8"
Answerer = Callable[[soap.Envelope, str], etree._Element]
Detail = Callable[[int, str], etree._Element]


@dataclass(frozen=True)
class Service:
    """One web service: its name, the failures that concern it, what it does, how it words an exception.

    A silence ordered for one that `drops_when_silent` means that the work is not done either.
    """

    name: str
    prefixes: tuple[str, ...]
    answer: Answerer
    detail: Detail | None = None
    drops_when_silent: bool = False


@dataclass(frozen=True)
class _Call:
    """One request to a service, and the names of the failures that were ordered when it came."""

    service: Service
    request: HttpRequest
    names: frozenset[str]

    def ordered(self, kind: str) -> failures.Order | None:
        """Use up an order of one kind of failure, of this service or of all beside it."""
        found = (f"{prefix}_{kind}" for prefix in self.service.prefixes)
        return failures.take_first(name for name in found if name in self.names)


def _soap_action(request: HttpRequest) -> str:
    return request.headers.get("SOAPAction", "").strip().strip('"')


def _body(request: HttpRequest) -> bytes:
    if request.content_type != "text/xml":
        raise Refused("content_type", "SOAP 1.1 wymaga Content-Type: text/xml")
    return request.body


def _seal(payload: etree._Element, *, stranger: bool = False) -> bytes:
    return soap.to_bytes(soap.seal(payload, keys.load("foreign-ws" if stranger else "ws")))


def _broken(part: bytes, length: int) -> StreamingHttpResponse:
    """An answer whose connection breaks after `part` of it."""

    def beginning() -> Iterator[bytes]:
        yield part
        raise ConnectionAbortedError("the answer is lost, as ordered")

    response = StreamingHttpResponse(beginning(), content_type=XML)
    response["Content-Length"] = str(length)
    return response


def _not_soap() -> HttpResponse:
    return HttpResponse("Internal Server Error", content_type="text/plain", status=500)


def _fault(service: Service, error: Refused) -> HttpResponse:
    detail = service.detail(-1, error.text) if service.detail is not None else None
    payload = _seal(soap.fault(f"{error.code}: {error.text}", detail))
    return HttpResponse(payload, content_type=XML, status=500)


def _answer(call: _Call) -> HttpResponseBase:
    """Read, carry out and answer one request, with the failures that have been ordered."""
    envelope = soap.read(_body(call.request))
    soap.verify(envelope, keys.peer_certificate(settings.SIM_OFFICE_WS_CERT))
    if call.ordered("fault"):
        raise Refused("ordered", "Usługa chwilowo niedostępna")
    if call.ordered("lost_request"):
        return _broken(b"<", 1000)
    payload = call.service.answer(envelope, _soap_action(call.request))
    answer = _seal(payload, stranger=call.ordered("foreign_key") is not None)
    late = call.ordered("late_answer")
    if late is not None:
        time.sleep(late.silence())
    if call.ordered("lost_answer"):
        return _broken(answer[: len(answer) // 2], len(answer))
    if call.ordered("bad_signature"):
        answer = _altered(answer)
    return HttpResponse(answer, content_type=XML)


def _altered(answer: bytes) -> bytes:
    """Change the text of one element of a signed answer, as somebody in the middle would."""
    root = etree.fromstring(answer)
    leaf = next(e for e in root[-1].iter(etree.Element) if len(e) == 0)
    leaf.text = f"{leaf.text or ''} "
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _respond(call: _Call) -> HttpResponseBase:
    silence = call.ordered("timeout")
    if silence is not None:
        time.sleep(silence.silence())
        if call.service.drops_when_silent and not silence.is_general:
            return HttpResponse(status=503)
    if call.ordered("http_500"):
        return _not_soap()
    try:
        return _answer(call)
    except Refused as error:
        return _fault(call.service, error)


def _serve(service: Service, request: HttpRequest) -> HttpResponseBase:
    response = _respond(_Call(service, request, frozenset(failures.ordered())))
    exchanges.keep(service.name, request, response)
    return response


def _operations(operations: Operations) -> Answerer:
    def answer(envelope: soap.Envelope, action: str) -> etree._Element:
        return mailbox_services.find_operation(operations, envelope.payload, action)(envelope)

    return answer


_EPUAP = mailbox.build_exception
TPS = Service("TPS5", ("tps",), signing.call)
PULL = Service("WS-Pull", ("ws", "pull"), _operations(mailbox_services.PULL), _EPUAP)
SKRYTKA = Service(
    "WS-Skrytka", ("ws", "nadaj"), _operations(mailbox_services.SKRYTKA), _EPUAP, drops_when_silent=True
)
DORECZYCIEL = Service(
    "WS-Doręczyciel",
    ("ws", "dorecz"),
    _operations(mailbox_services.DORECZYCIEL),
    _EPUAP,
    drops_when_silent=True,
)
STORE = Service("ZarzadzanieDokumentami", ("ws", "sklad"), _operations(mailbox_services.STORE))
FILES = Service(
    "FileRepoService", ("ws", "repo"), _operations(mailbox_services.FILES), repository.build_exception
)
USER_INFO = Service("tpUserInfo", ("userinfo",), _operations(mailbox_services.USER_INFO))


@csrf_exempt
@require_POST
def sign_service(request: HttpRequest) -> HttpResponseBase:
    """TPS5."""
    return _serve(TPS, request)


@csrf_exempt
@require_POST
def pull(request: HttpRequest) -> HttpResponseBase:
    """WS-Pull."""
    return _serve(PULL, request)


@csrf_exempt
@require_POST
def skrytka(request: HttpRequest) -> HttpResponseBase:
    """WS-Skrytka."""
    return _serve(SKRYTKA, request)


@csrf_exempt
@require_POST
def doreczyciel(request: HttpRequest) -> HttpResponseBase:
    """WS-Doręczyciel."""
    return _serve(DORECZYCIEL, request)


@csrf_exempt
@require_POST
def document_store(request: HttpRequest) -> HttpResponseBase:
    """ZarzadzanieDokumentami."""
    return _serve(STORE, request)


@csrf_exempt
@require_POST
def file_repository(request: HttpRequest) -> HttpResponseBase:
    """FileRepoService."""
    return _serve(FILES, request)


@csrf_exempt
@require_POST
def user_info(request: HttpRequest) -> HttpResponseBase:
    """getTpUserInfo of Profil Zaufany."""
    return _serve(USER_INFO, request)


def _ordered_fault() -> NoReturn:
    raise Refused("ordered", "Usługa chwilowo niedostępna")


def _back_channel(
    request: HttpRequest,
    provider: providers.Provider,
    answer: Callable[[providers.Provider, bytes], etree._Element],
) -> HttpResponse:
    silence = failures.take_order(Name.IDP_TIMEOUT)
    if silence is not None:
        time.sleep(silence.silence())
    if failures.take(Name.IDP_HTTP_500):
        response = _not_soap()
    else:
        try:
            payload = _ordered_fault() if failures.take(Name.IDP_FAULT) else answer(provider, _body(request))
            status = 200
        except Refused as error:
            payload, status = soap.fault(f"{error.code}: {error.text}", client=True), 500
        response = HttpResponse(soap.to_bytes(soap.wrap(payload)), content_type=XML, status=status)
    exchanges.keep(provider.title, request, response)
    return response


@csrf_exempt
@require_POST
def artifact_resolution(request: HttpRequest, provider: str) -> HttpResponse:
    """SAML ArtifactResolve."""
    return _back_channel(request, providers.by_name(provider), idp.resolve_artifact)


@csrf_exempt
@require_POST
def single_logout(request: HttpRequest, provider: str) -> HttpResponse:
    """SAML LogoutRequest."""
    return _back_channel(request, providers.by_name(provider), idp.log_out)
