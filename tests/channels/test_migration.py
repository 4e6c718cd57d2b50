"""Receipts of before the room existed keep their bytes and get a code."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from portal.channels.codes import normalise
from tests.channels.conftest import DOCUMENT, UPP, Seals, upp

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE = [("people", "0005_sessions_and_demo_handover"), ("access", "0003_identifiers_under_key")]
AFTER = [("access", "0005_keep_receipts")]


def migrate(targets: list[tuple[str, str]]) -> Any:
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return MigrationExecutor(connection).loader.project_state(targets).apps


@pytest.fixture
def before() -> Iterator[Any]:
    """The tables as they were; afterwards everything is as today."""
    yield migrate(BEFORE)
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def old_application(apps: Any, number: int, **fields: Any) -> Any:
    moment = datetime(2026, 11, 23, 9, 15, 30, tzinfo=UTC)
    identity = apps.get_model("people", "Identity").objects.create(
        scheme="pesel", fingerprint=f"f{number}", encrypted_identifier="x", given_name="Celina",
        family_name="Jawor", created_at=moment,
    )  # fmt: skip
    return apps.get_model("access", "AccessApplication").objects.create(
        number=f"EU.2026.{number:06d}", door="portal", identity=identity, given_name="Celina",
        family_name="Jawor", identifier_scheme="pesel", identifier_fingerprint=f"f{number}",
        identifier_encrypted="x", created_at=moment, **fields,
    )  # fmt: skip


def test_old_receipts_move_and_move_back(before: Any, seals: Seals) -> None:
    content = upp(seals.office)
    filed = old_application(
        before, 7, state="submitted", upp=content, upp_identifier=UPP.identifier, signed_document=DOCUMENT,
        signature_report={}, received_at=UPP.delivered_at, due_on=date(2026, 12, 7),
    )  # fmt: skip
    draft = old_application(before, 8, state="draft")

    after = migrate(AFTER)
    applications = after.get_model("access", "AccessApplication").objects
    receipt = applications.get(pk=filed.pk).receipt
    assert bytes(receipt.content) == content
    assert (receipt.identifier, receipt.kind, receipt.channel.code) == (UPP.identifier, "upp", "portal")
    assert receipt.sha256 == hashlib.sha256(content).hexdigest()
    assert receipt.document_sha256 == hashlib.sha256(DOCUMENT).hexdigest()
    assert receipt.issued_at == UPP.created_at and receipt.is_own
    assert normalise(receipt.code) == receipt.code
    assert receipt.legal_effect == {"pl": receipt.channel.legal_effect}
    assert applications.get(pk=draft.pk).receipt is None

    back = migrate(BEFORE)
    old = back.get_model("access", "AccessApplication").objects.get(pk=filed.pk)
    assert (bytes(old.upp), old.upp_identifier) == (content, UPP.identifier)
