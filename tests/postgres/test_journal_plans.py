"""The auditor's list of the journal reads by its indexes, however long the journal is."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from eurzad.lib import clock
from portal.journal.admin import COUNTED
from portal.journal.models import Record
from portal.people.models import User
from tests.support.pages import PageClient

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]

ROWS, PEOPLE, DAYS = 60_000, 600, 300
URL = "/admin/journal/record/"
SOMEBODY, DAYS_AGO = UUID(int=7), timedelta(days=7)
"""The records about this person are all of that day."""
QUERIES = (
    "", "?p=150", f"?q={SOMEBODY}", "?q=R/41", "?action=payments.read", f"?action=mandates.read&q={SOMEBODY}",
    "?q=DAY", f"?q={SOMEBODY}+DAY", "?q=nobody%00%27%25", "?q=31.02.2026", f"?q={UUID(int=2**100)}",
)  # fmt: skip


@pytest.fixture
def long_journal(db: None) -> None:
    """Records of many people over many days."""
    now, actions = clock.now(), ("receivables.read", "payments.read", "access.read", "mandates.read")
    Record.objects.bulk_create(
        (
            Record(
                at=now - timedelta(days=number % DAYS, seconds=number % 7919), actor_id=UUID(int=number % 40),
                subject_id=UUID(int=number % PEOPLE), action=actions[number % 4], reference=f"R/{number}",
            )
            for number in range(ROWS)
        ),
        batch_size=5000,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE journal_record; ANALYZE journal_link")


def test_no_page_of_the_journal_reads_all_of_it(long_journal: None, pages: PageClient, ewa: User) -> None:
    pages.sign_in(ewa)
    for query in QUERIES:
        _reads_little(pages, query.replace("DAY", f"{clock.today() - DAYS_AGO:%d.%m.%Y}"))


def _reads_little(pages: PageClient, query: str) -> None:
    with CaptureQueriesContext(connection) as captured:
        response = pages.client.get(URL + query)
    assert response.status_code == 200
    asked = [one["sql"] for one in captured.captured_queries if 'FROM "journal_record"' in one["sql"]]
    assert 1 <= len(asked) <= 4
    for sql in asked:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
            ((plan,),) = cursor.fetchall()
        # Counting stops at 10,000; an action that is a quarter of all is met by reading four times as many.
        most = 5 * COUNTED if "COUNT(" in sql else 2 * COUNTED + 100
        assert _rows_read(plan[0]["Plan"]) <= most, sql


def test_what_the_auditor_asks_for_is_found(long_journal: None, pages: PageClient, ewa: User) -> None:
    pages.sign_in(ewa)
    whose = {str(row.public_id) for row in Record.objects.filter(subject_id=SOMEBODY)}
    assert len(whose) == ROWS // PEOPLE
    found = pages.client.get(f"{URL}?q={SOMEBODY}").context["cl"]
    both = Record.objects.filter(subject_id=SOMEBODY) | Record.objects.filter(actor_id=SOMEBODY)
    assert found.result_count == both.count()
    day = clock.today() - DAYS_AGO
    rows = pages.client.get(f"{URL}?q={day:%d.%m.%Y}+{SOMEBODY}").context["cl"].result_list
    assert rows and {clock.to_warsaw(row.at).date() for row in rows} == {day}


def _rows_read(plan: dict[str, Any]) -> int:
    """The most rows that any step of the plan handled."""
    own = int(plan["Actual Rows"] * plan["Actual Loops"]) + int(plan.get("Rows Removed by Filter", 0))
    return max([own, *(_rows_read(inner) for inner in plan.get("Plans", []))])
