"""The import on PostgreSQL: COPY into temporary tables and the merge; readers beside it see the old state whole."""

import os
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import F, Sum

from taxes.imports import merging
from taxes.models import Account, Instalment, LedgerImport, Receivable
from tests.taxes.imports.files import load, state, town, written

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("seeded"),
]
ACCOUNTS = int(os.environ.get("ACCOUNTS", "1500"))  # 20000 is the generated town; it takes a minute
State = LedgerImport.State


def test_a_town_its_delta_and_its_next_full_file(tmp_path: Path) -> None:
    outcome, _row = load(written(tmp_path, town(accounts=ACCOUNTS)))
    assert outcome.state == State.LOADED, list(outcome.report)[:3]
    assert (Account.objects.count(), Receivable.objects.count()) == (ACCOUNTS, 2 * ACCOUNTS)
    sums = Instalment.objects.aggregate(due=Sum(F("amount") - F("principal_paid")))
    assert str(sums["due"]) == outcome.changes["after"]["balance"]
    outcome, _row = load(written(tmp_path, town(accounts=ACCOUNTS, sequence=2, is_delta=True, step=1)))
    assert outcome.state == State.LOADED, list(outcome.report)[:3]
    before = state()
    outcome, _row = load(written(tmp_path, town(accounts=ACCOUNTS * 9 // 10, sequence=3, step=1)))
    assert outcome.state == State.LOADED, list(outcome.report)[:3]
    assert state() != before
    assert Account.objects.filter(closed_on__isnull=False).count() == ACCOUNTS - ACCOUNTS * 9 // 10
    outcome, _row = load(
        written(tmp_path, town(accounts=ACCOUNTS, sequence=4, is_delta=True, step=2, teryt="1465011"))
    )
    assert outcome.state == State.REJECTED


def test_a_merge_that_breaks_leaves_the_old_state_and_no_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load(written(tmp_path, town()))[0].state == State.LOADED
    before = state()

    def killed(_merge: merging.Merge) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(merging.Merge, "_close", killed)
        with pytest.raises(KeyboardInterrupt):
            load(written(tmp_path, town(sequence=2, step=1)))
    assert state() == before
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relname LIKE 'st\\_%' AND relpersistence = 't'")
        assert cursor.fetchone() == (0,)
    assert load(written(tmp_path, town(sequence=2, step=1)))[0].state == State.LOADED
    assert state() != before
