"""The domain system's way in: believed by its signature alone, once, and told what became of its file."""

import gzip
import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.test import Client, override_settings

from eurzad.lib import clock
from taxes.imports import intake, keys, signing
from taxes.models import Account, LedgerImport, SourceSystem
from tests.taxes.imports.files import town, written
from tests.taxes.imports.test_contract import PRIVATE, _public

pytestmark = pytest.mark.django_db
IMPORTS, PAYMENTS = "/api/v1/ledger/imports/", "/api/v1/ledger/payments/"


@pytest.fixture
def source(settings, tmp_path: Path) -> SourceSystem:  # type: ignore[no-untyped-def]
    import base64

    settings.PORTAL_DIR = tmp_path / "portal"
    source = SourceSystem.objects.create(code="podatki", name="Podatki")
    keys.add(source=source, public_key=base64.b64encode(_public()).decode(), label="", by=None)
    return source


def _headers(body: bytes, *, method: str = "POST", path: str = IMPORTS, **changes: object) -> dict[str, str]:
    options = {
        "moment": clock.now(),
        "sequence": 1,
        "body_digest": hashlib.sha256(body).hexdigest(),
        **changes,
    }
    return signing.sign(PRIVATE, method=method, path=path, **options)  # type: ignore[arg-type]


def _post(path: str, body: bytes, headers: dict[str, str]):  # type: ignore[no-untyped-def]
    return Client(headers=headers).post(path, body, content_type="application/octet-stream")


def _state(address: str):  # type: ignore[no-untyped-def]
    return Client(headers=_headers(b"", method="GET", path=address, sequence=0)).get(address)


def test_a_file_is_taken_loaded_and_told(
    source: SourceSystem, tmp_path: Path, run_jobs: Callable[..., int]
) -> None:
    body = written(tmp_path, town()).read_bytes()
    answer = _post(IMPORTS, body, _headers(body))
    assert answer.status_code == 202 and answer.json()["state"] == "received"
    run_jobs()
    told = _state(answer.json()["status_url"]).json()
    assert (told["state"], told["counts"]["account"], told["problem_count"]) == ("loaded", 30, 0)
    assert Account.objects.count() == 30 and not list(intake.folder().iterdir())
    again = _post(IMPORTS, body, _headers(body, moment=clock.now() + timedelta(seconds=1)))
    run_jobs()
    assert _state(again.json()["status_url"]).json()["state"] == "unchanged"


def test_a_bad_file_is_told_with_its_places(
    source: SourceSystem, tmp_path: Path, run_jobs: Callable[..., int]
) -> None:
    body = written(tmp_path, town(teryt="1465011")).read_bytes()
    answer = _post(IMPORTS, body, _headers(body))
    run_jobs()
    told = _state(answer.json()["status_url"]).json()
    assert told["state"] == "rejected" and told["problems"][0]["field"] == "municipality"
    assert "1465011" in told["problems"][0]["message"]


def test_the_sequence_signed_is_the_files(
    source: SourceSystem, tmp_path: Path, run_jobs: Callable[..., int]
) -> None:
    body = written(tmp_path, town()).read_bytes()
    answer = _post(IMPORTS, body, _headers(body, sequence=7))
    run_jobs()
    assert _state(answer.json()["status_url"]).json()["problems"][0]["code"] == "sequence_differs"


def test_what_is_not_believed(source: SourceSystem) -> None:
    body = b"{}\n"
    good = _headers(body)
    late = _headers(body, moment=clock.now() - timedelta(minutes=6))
    for headers, sent, status, code in (
        ({}, body, 401, "headers"),
        (late, body, 401, "moment"),
        (_headers(body, path=PAYMENTS), body, 401, "signature"),
        ({**good, "Ledger-Key": "0" * 16}, body, 401, "key"),
        ({**good, "Ledger-Sequence": "2"}, body, 401, "signature"),
        (good, b"{ }\n", 400, "digest"),
    ):
        answer = _post(IMPORTS, sent, headers)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer["Content-Type"] == "application/problem+json"
    assert not LedgerImport.objects.exists() and not list(intake.folder().iterdir())


def test_a_signature_is_used_once_and_a_revoked_key_opens_nothing(source: SourceSystem) -> None:
    body = b"{}\n"
    headers = _headers(body)
    assert _post(IMPORTS, body, headers).status_code == 202
    assert _post(IMPORTS, body, headers).json()["code"] == "replay"
    assert LedgerImport.objects.count() == 1
    keys.revoke(key_id=signing.key_id(_public()), by=None)
    assert _post(IMPORTS, body, _headers(body, sequence=2)).json()["code"] == "key"


def test_a_replay_is_refused_before_its_body_is_taken(source: SourceSystem) -> None:
    body = b"{}\n"
    headers = _headers(body)
    assert _post(IMPORTS, body, headers).status_code == 202
    assert _post(IMPORTS, b"something else", headers).json()["code"] == "replay"
    assert len(list(intake.folder().iterdir())) == 1


@pytest.mark.parametrize("length", ["", "-1", "1e3", "²", "0x10"])
def test_a_body_without_a_length_is_not_taken(source: SourceSystem, length: str) -> None:
    body = b"{}\n"
    answer = Client(headers=_headers(body)).post(
        IMPORTS, body, content_type="application/octet-stream", CONTENT_LENGTH=length
    )
    assert answer.status_code in (400, 411) and answer["Content-Type"] == "application/problem+json"
    assert not list(intake.folder().iterdir())


def test_headers_sent_twice_and_a_short_or_packed_body(source: SourceSystem) -> None:
    body = b'{"record":"envelope"}\n'
    good = _headers(body)
    for name in good:  # a server joins repeated headers by a comma
        assert _post(IMPORTS, body, {**good, name: f"{good[name]},{good[name]}"}).json()["code"] == "headers"
    for sent in (body[:-1], gzip.compress(body)):
        assert _post(IMPORTS, sent, good).json()["code"] == "digest"
    assert not LedgerImport.objects.exists() and not list(intake.folder().iterdir())


def test_a_packed_file_is_no_file_of_the_contract(source: SourceSystem, run_jobs: Callable[..., int]) -> None:
    body = gzip.compress(b"0" * 5_000_000)
    answer = _post(IMPORTS, body, _headers(body))
    run_jobs()
    told = _state(answer.json()["status_url"]).json()
    assert (told["state"], told["problems"][0]["code"]) == ("rejected", "no_envelope")


def test_a_body_over_the_limit_is_not_taken(source: SourceSystem) -> None:
    body = b"x" * ((1 << 20) + 1)
    with override_settings(LEDGER_MAX_MB=1):
        assert _post(IMPORTS, body, _headers(body)).status_code == 413


def test_another_systems_file_is_not_told(source: SourceSystem) -> None:
    other = SourceSystem.objects.create(code="odpady", name="Odpady")
    row = LedgerImport.objects.create(
        source=other, channel="endpoint", file_name="x", received_at=clock.now()
    )
    assert _state(f"{IMPORTS}{row.public_id}/").status_code == 404


@pytest.mark.parametrize(
    "values",
    [
        "x",
        "[]",
        "{}",
        '{"portal_payment": "x", "answer": "accepted"}',
        json.dumps({"portal_payment": str(UUID(int=7)), "answer": "maybe"}),
        json.dumps({"portal_payment": str(UUID(int=7)), "answer": "rejected"}),
        json.dumps({"portal_payment": 7, "answer": ["accepted"]}),
        *(
            json.dumps({"portal_payment": str(UUID(int=7)), "answer": "rejected", "reason": reason})
            for reason in ("a\x00b", "a\ud800b", "=1+1", "x" * 201, " ", ["x"], 7, None)
        ),
        "[" * 5000,
    ],
)
def test_answers_of_the_wrong_shape(source: SourceSystem, values: str) -> None:
    body = values.encode()
    answer = _post(PAYMENTS, body, _headers(body, path=PAYMENTS, sequence=0))
    assert (answer.status_code, answer.json()["code"]) == (400, "body")


def test_an_answer_about_a_payment_that_nobody_made(source: SourceSystem) -> None:
    body = json.dumps({"portal_payment": str(uuid4()), "answer": "accepted"}).encode()
    assert _post(PAYMENTS, body, _headers(body, path=PAYMENTS, sequence=0)).status_code == 409


def test_the_schema_is_for_everybody(db: None) -> None:
    told = Client().get("/api/v1/ledger/schema/")
    assert told.status_code == 200 and told.json()["$id"].endswith("/api/v1/ledger/schema/")


def test_files_that_nobody_waits_for_go(source: SourceSystem) -> None:
    import os

    lost, fresh = intake.folder() / str(uuid4()), intake.folder() / str(uuid4())
    for path in (lost, fresh):
        path.write_bytes(b"x")
    os.utime(lost, (0, 0))
    assert intake.tidy() == 1 and fresh.exists()
