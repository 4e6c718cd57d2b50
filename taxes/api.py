"""The domain system's way in: files, what became of them, answers about payments. JSON in, problem+json for errors."""

import hashlib
import json
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from eurzad.lib import clock
from taxes.errors import LedgerError
from taxes.imports import intake, keys, running, signing, words
from taxes.imports.fields import Field
from taxes.imports.schema import json_schema
from taxes.models import LedgerImport, SourceSystem

_CHUNK = 1 << 16
_SMALL = 1 << 16
_PROBLEMS = {
    "headers": (401, "Brak podpisu albo nagłówek ma zły kształt. Opis: docs/ledger-contract.md."),
    "key": (401, "Nieznany albo unieważniony klucz. Nowy rejestruje administrator portalu."),
    "moment": (
        401,
        "Chwila podpisu różni się od zegara portalu o ponad 5 minut. Popraw zegar i podpisz od nowa.",
    ),
    "signature": (401, "Podpis nie zgadza się z żądaniem. Sprawdź metodę, ścieżkę, skrót, chwilę i numer."),
    "digest": (400, "Treść ma inny skrót SHA-256 niż podpisany. Wyślij ją od nowa."),
    "replay": (409, "Ten podpis już wykorzystano. Podpisz żądanie od nowa."),
    "length": (411, "Podaj długość treści (Content-Length)."),
    "too_big": (413, "Treść jest za duża. Limit ustawia LEDGER_MAX_MB."),
    "body": (400, "Treść to obiekt JSON z polami portal_payment (UUID), answer i reason."),
    "answer": (
        409,
        "Tej płatności tak nie można rozliczyć: nieznana dla tego systemu albo już rozstrzygnięta.",
    ),
    "missing": (404, "Nie ma takiego pliku tego systemu."),
}


def _problem(code: str) -> HttpResponse:
    status, title = _PROBLEMS[code]
    body = {"type": "about:blank", "title": title, "status": status, "code": code}
    return JsonResponse(body, status=status, content_type="application/problem+json")


View = Callable[..., HttpResponse]


def _signed(view: View) -> View:
    @csrf_exempt
    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        method, path = request.method or "", request.get_full_path()
        try:
            source, signed = keys.believe(dict(request.headers), method=method, path=path)
        except signing.BadSignature as refused:
            return _problem(refused.code)
        return view(request, source, signed, *args, **kwargs)

    return checked


@_signed
@require_POST
def imports(request: HttpRequest, source: SourceSystem, signed: signing.Signed) -> HttpResponse:
    """Take a file onto the disk, as much as the signature promises, and have it worked on."""
    length = request.headers.get("Content-Length", "")
    if not (length.isascii() and length.isdigit()):
        return _problem("length")
    if int(length) > settings.LEDGER_MAX_MB << 20:
        return _problem("too_big")
    row = LedgerImport(
        public_id=uuid4(),
        source=source,
        channel=LedgerImport.Channel.ENDPOINT,
        file_name=f"{source.code}-{signed.sequence}",
        sequence=signed.sequence or None,
        received_at=clock.now(),
    )
    if keys.was_used(signed):  # before a byte of the body is written
        return _problem("replay")
    path = intake.file_of(row)
    try:
        row.size = int(length)
        if _written(request, path, int(length)) != signed.digest:
            path.unlink(missing_ok=True)
            return _problem("digest")
        keys.use_once(signed)
        intake.accept(row=row)
    except signing.BadSignature as refused:
        path.unlink(missing_ok=True)
        return _problem(refused.code)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return JsonResponse(_told(row), status=202)


def _written(request: HttpRequest, path: Path, length: int) -> str:
    """Write at most `length` bytes of the body to the disk; returns their SHA-256."""
    digest, size = hashlib.sha256(), 0
    with path.open("xb") as stream:
        while size < length and (chunk := request.read(min(_CHUNK, length - size))):
            digest.update(chunk)
            stream.write(chunk)
            size += len(chunk)
    return digest.hexdigest()


@_signed
@require_GET
def import_state(
    request: HttpRequest, source: SourceSystem, signed: signing.Signed, public_id: UUID
) -> HttpResponse:
    """What became of a file of this system."""
    if signed.digest != hashlib.sha256(b"").hexdigest():
        return _problem("digest")
    row = LedgerImport.objects.filter(source=source, public_id=public_id).first()
    return JsonResponse(_told(row)) if row is not None else _problem("missing")


def _told(row: LedgerImport) -> dict[str, Any]:
    return {
        "id": str(row.public_id),
        "state": row.state,
        "sequence": row.sequence,
        "received_at": row.received_at,
        "finished_at": row.finished_at,
        "counts": row.counts,
        "problem_count": row.problem_count,
        "problems": [
            {**problem, "message": words.sentence(problem)} for problem in row.problems
        ],
        "status_url": reverse("ledger_api:import_state", args=[row.public_id]),
    }  # fmt: skip


@_signed
@require_POST
def payments(request: HttpRequest, source: SourceSystem, signed: signing.Signed) -> HttpResponse:
    """Take the system's word on a payment made in the portal: accepted, rejected with a reason, split."""
    body = request.read(_SMALL + 1)
    if len(body) > _SMALL:
        return _problem("too_big")
    if hashlib.sha256(body).hexdigest() != signed.digest:
        return _problem("digest")
    try:
        values = json.loads(body)
        payment, answer = UUID(values["portal_payment"]), values["answer"]
        reason = values.get("reason", "")
        if answer not in ("accepted", "rejected", "split") or not _is_reason(reason, answer):
            return _problem("body")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return _problem("body")
    try:
        running.answer_payment(source, payment, answer, reason)
    except LedgerError:
        return _problem("answer")
    return JsonResponse({"portal_payment": str(payment), "answer": answer})


_reason = Field("reason", "text", "", longest=200)


def _is_reason(reason: Any, answer: str) -> bool:
    """The same text that a file may have; a database takes no NUL and no half of a character."""
    return (reason == "" and answer != "rejected") or (
        isinstance(reason, str) and bool(_reason.is_good(reason))
    )


@require_http_methods(["GET", "HEAD"])
def schema(request: HttpRequest) -> HttpResponse:
    """The contract as JSON Schema, for everybody."""
    address = f"{settings.PORTAL_BASE_URL}{reverse('ledger_api:schema')}"
    return JsonResponse(json_schema(address), content_type="application/schema+json")
