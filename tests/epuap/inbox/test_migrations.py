"""Letters of before the sent store was asked keep their receipts and their place on the clerks' list."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE = [("inbox", "0001_initial")]
AFTER = [("inbox", "0003_letters_by_canonical_digest")]
MOMENT = datetime(2026, 11, 23, 9, tzinfo=UTC)


def migrate(targets: list[tuple[str, str]]) -> Any:
    MigrationExecutor(connection).migrate(targets)
    return MigrationExecutor(connection).loader.project_state(targets).apps


@pytest.fixture
def before() -> Iterator[Any]:
    """The tables as they were; afterwards everything is as today."""
    yield migrate(BEFORE)
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def test_old_letters_move_and_move_back(before: Any) -> None:
    old = before.get_model("inbox", "OutboundLetter").objects
    for state, receipt in (
        ("sent", b"upp"), ("sent_without_receipt", b"%PDF"), ("unknown", None), ("sending", None),
    ):  # fmt: skip
        old.create(
            title=state, state=state, recipient_box="/a/b", file_name="decyzja.xml", document=b"<a></a>",
            sha256="x", receipt=receipt, created_at=MOMENT, sent_at=MOMENT if receipt else None,
        )  # fmt: skip

    after = migrate(AFTER).get_model("inbox", "OutboundLetter").objects
    sent, refused, unknown, sending = (
        after.get(title=state) for state in ("sent", "sent_without_receipt", "unknown", "sending")
    )
    assert (bytes(sent.receipt), sent.receipt_sha256) == (b"upp", hashlib.sha256(b"upp").hexdigest())
    assert refused.receipt is None and bytes(refused.refused_receipt) == b"%PDF"
    assert (unknown.unknown_since, unknown.look_up_at) == (MOMENT, None)
    assert sending.taken_at == MOMENT
    assert sent.c14n_sha256 == hashlib.sha256(b"<a></a>").hexdigest()

    back = migrate(BEFORE).get_model("inbox", "OutboundLetter").objects
    assert bytes(back.get(title="sent").receipt) == b"upp"
    assert bytes(back.get(title="sent_without_receipt").receipt) == b"%PDF"
