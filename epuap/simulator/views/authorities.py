"""What the simulated authorities publish: their certificates, CRL and OCSP."""

from __future__ import annotations

import base64
import binascii
import time
from urllib.parse import unquote

from cryptography.hazmat.primitives import serialization
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from epuap.simulator import authorities, failures
from epuap.simulator.errors import Refused
from epuap.simulator.failures import Name

CRL = "application/pkix-crl"
CERTIFICATE = "application/pkix-cert"
OCSP = "application/ocsp-response"


def _ordered_failure() -> HttpResponse | None:
    silence = failures.take_order(Name.CA_TIMEOUT)
    if silence is not None:
        time.sleep(silence.silence())
    if failures.take(Name.CA_HTTP_500):
        return HttpResponse("Internal Server Error", content_type="text/plain", status=500)
    return None


@require_GET
def certificate(request: HttpRequest, kind: str) -> HttpResponse:
    """The authority's own certificate, DER."""
    try:
        found = authorities.certificate(kind)
    except Refused as error:
        raise Http404 from error
    return HttpResponse(found.public_bytes(serialization.Encoding.DER), content_type=CERTIFICATE)


@require_GET
def crl(request: HttpRequest, kind: str) -> HttpResponse:
    """The authority's revocation list, DER."""
    try:
        return _ordered_failure() or HttpResponse(authorities.build_crl(kind), content_type=CRL)
    except Refused as error:
        raise Http404 from error


def _ocsp(kind: str, data: bytes) -> HttpResponse:
    failed = _ordered_failure()
    if failed is not None:
        return failed
    if failures.take(Name.CA_TRY_LATER):
        return HttpResponse(authorities.ocsp_try_later(), content_type=OCSP)
    try:
        return HttpResponse(authorities.answer_ocsp(kind, data), content_type=OCSP)
    except Refused as error:
        return HttpResponse(error.text, content_type="text/plain; charset=utf-8", status=400)


@csrf_exempt
@require_POST
def ocsp(request: HttpRequest, kind: str) -> HttpResponse:
    """OCSP over POST."""
    return _ocsp(kind, request.body)


@require_GET
def ocsp_get(request: HttpRequest, kind: str, encoded: str) -> HttpResponse:
    """OCSP over GET: the request in base64 at the end of the address."""
    try:
        return _ocsp(kind, base64.b64decode(unquote(encoded), validate=True))
    except binascii.Error:
        return HttpResponse("base64", content_type="text/plain", status=400)
