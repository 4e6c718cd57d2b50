"""The last calls of the web services, kept for the control page."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from lxml import etree

from epuap.simulator.models import Exchange
from eurzad.lib.xml import XmlRejected, parse

KEPT = 100
MAX_BYTES = 200 * 2**10
_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"


def _payload(data: bytes) -> etree._Element | None:
    try:
        body = parse(data, max_bytes=MAX_BYTES).find(f"{{{_SOAP}}}Body")
    except XmlRejected:
        return None
    return body[0] if body is not None and len(body) else None


def _operation(data: bytes) -> str:
    payload = _payload(data)
    return etree.QName(payload).localname if payload is not None else ""


def _outcome(response: HttpResponseBase, answer: bytes) -> str:
    if response.streaming:
        return "połączenie zerwane na zamówienie"
    payload = _payload(answer)
    if payload is None:
        return "odpowiedź, która nie jest SOAP" if len(answer) <= MAX_BYTES else "długa odpowiedź"
    if payload.tag == f"{{{_SOAP}}}Fault":
        return f"błąd: {payload.findtext('faultstring', '')}"[:200]
    return etree.QName(payload).localname


def keep(service: str, request: HttpRequest, response: HttpResponseBase) -> None:
    """Remember one call; only the last KEPT are kept, of each no more than MAX_BYTES either way."""
    answer = response.content if isinstance(response, HttpResponse) else b""
    kept = Exchange.objects.create(
        service=service,
        operation=_operation(request.body),
        outcome=_outcome(response, answer),
        status=response.status_code,
        request=request.body[:MAX_BYTES],
        answer=answer[:MAX_BYTES],
    )
    if kept.pk % KEPT == 0:
        Exchange.objects.filter(pk__lte=kept.pk - KEPT).delete()


def latest(count: int) -> QuerySet[Exchange]:
    """Return the last calls, newest first, without their bytes."""
    return Exchange.objects.defer("request", "answer").order_by("-pk")[:count]
