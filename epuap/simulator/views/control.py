"""Control over JSON: failures, files into the office's box, late receipts, revoked certificates."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from epuap.simulator import authorities, boxes, failures, people, repository, signing
from epuap.simulator.errors import Refused
from epuap.simulator.people import Person
from epuap.simulator.views import control_pages
from epuap.simulator.wire.mailbox import File
from epuap.simulator.wire.repository import BigFile


def _json(request: HttpRequest) -> dict[str, Any]:
    if request.content_type != "application/json":
        raise Refused("json", "the body must be application/json")
    try:
        values = json.loads(request.body)
    except ValueError as error:
        raise Refused("json", "the body is not JSON") from error
    if not isinstance(values, dict):
        raise Refused("json", "an object is expected")
    return values


@csrf_exempt
@require_http_methods(["GET", "POST"])
def control(request: HttpRequest) -> HttpResponse:
    """Order a failure: {"behaviour", "times", "seconds"}; times = 0 withdraws it. GET lists what is ordered.

    A browser, which asks for text/html, gets the control page.
    """
    if request.method == "GET" and "text/html" in request.headers.get("Accept", ""):
        return control_pages.show(request)
    if request.method == "POST":
        try:
            values = _json(request)
        except Refused as error:
            return JsonResponse({"error": str(error)}, status=400)
        name, times, seconds = values.get("behaviour"), values.get("times", 1), values.get("seconds")
        fits = isinstance(times, int) and 0 <= times <= failures.MAX_TIMES
        waits = seconds is None or (isinstance(seconds, int) and 0 <= seconds <= failures.MAX_SECONDS)
        if name not in failures.Name.values or not fits or not waits:
            known = {"error": "unknown behaviour, times or seconds", "known": failures.Name.values}
            return JsonResponse(known, status=400)
        failures.order(failures.Name(name), times, seconds)
    return JsonResponse({"behaviours": failures.ordered()})


def _sender(values: dict[str, Any]) -> Person:
    person = people.by_key(str(values.get("sender", "")))
    if person is None:
        raise Refused("sender", "no such persona")
    return person


def _content(values: dict[str, Any]) -> bytes:
    try:
        return base64.b64decode(str(values.get("content", "")), validate=True)
    except binascii.Error as error:
        raise Refused("base64", "content is not base64") from error


@csrf_exempt
@require_POST
def deliver(request: HttpRequest) -> HttpResponse:
    """Put any file into the office's mailbox as a resident's: {"sender", "file_name", "content"} (base64)."""
    try:
        values = _json(request)
        person = _sender(values)
        file = File(str(values.get("file_name", "pismo.xml")), "application/xml", _content(values))
        message = boxes.deliver(boxes.resident(person), settings.SIM_OFFICE_BOX_ADDRESS, file)
    except Refused as error:
        return JsonResponse({"error": str(error)}, status=400)
    return JsonResponse({"document": message.number}, status=201)


@csrf_exempt
@require_POST
def keep_file(request: HttpRequest) -> HttpResponse:
    """Leave a big file for the office: {"file_name", "mime_type", "content"} (base64)."""
    try:
        values = _json(request)
        mime_type = str(values.get("mime_type", "application/octet-stream"))
        big = BigFile(str(values.get("file_name", "plik")), mime_type, "", _content(values))
    except Refused as error:
        return JsonResponse({"error": str(error)}, status=400)
    stored = repository.keep(big, subject=settings.SIM_OFFICE_ENTITY_ID, uploaded_by="sterowanie")
    return JsonResponse({"file_id": stored.file_id, "address": repository.address(stored)}, status=201)


def _anybody(values: dict[str, Any]) -> Person:
    parts = (str(values.get(name, "")) for name in ("given_name", "family_name", "pesel"))
    try:
        return people.somebody(*parts)
    except ValueError as error:
        raise Refused("person", "no such person can be") from error


@csrf_exempt
@require_POST
def sign(request: HttpRequest) -> HttpResponse:
    """Sign as anybody: {"given_name", "family_name", "pesel"} and {"address"} of a signing page, or {"content"}.

    The answer is {"return_url"} of the page, or the signed {"content"} (base64).
    """
    try:
        values = _json(request)
        person = _anybody(values)
        if "address" in values:
            waiting = signing.find(str(values["address"]))
            return JsonResponse({"return_url": signing.sign(waiting, person, "epsignature")})
        signed = signing.sign_at_once(_content(values), person)
    except Refused as error:
        return JsonResponse({"error": str(error)}, status=400)
    return JsonResponse({"content": base64.b64encode(signed).decode()})


@csrf_exempt
@require_POST
def release(request: HttpRequest) -> HttpResponse:
    """Let every receipt that is late come now: {}."""
    try:
        _json(request)
    except Refused as error:
        return JsonResponse({"error": str(error)}, status=400)
    return JsonResponse({"released": sum(map(boxes.release_receipt, boxes.held_receipts()))})


@csrf_exempt
@require_POST
def revoke(request: HttpRequest) -> HttpResponse:
    """Revoke a certificate from now on: {"serial"} (decimal)."""
    try:
        serial = str(_json(request).get("serial", ""))
    except Refused as error:
        return JsonResponse({"error": str(error)}, status=400)
    return JsonResponse({"revoked": authorities.revoke(serial)})
