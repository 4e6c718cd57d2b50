"""What depends on PostgreSQL: search is served by the trigram index, first pages by the ordered ones."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from registers.declarations import CONTRACTS
from registers.models import Contract
from registers.selectors import public_rows

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs a real PostgreSQL"),
]


@pytest.fixture
def many(db: None) -> None:
    """So many contracts that scanning all of them no longer pays; one in a thousand is about a bridge."""
    Contract.objects.bulk_create(
        Contract(
            number=f"UM/{serial}",
            concluded_on=date(2024, 1, 1) + timedelta(days=serial % 900),
            subject_matter="x",
            search_text=f"um/{serial} {'budowa mostu' if serial % 1000 == 0 else 'remont chodnika'} {serial:x}",
            kind=Contract.Kind.WORKS,
            value=Decimal(serial) if serial % 7 else None,
            value_absence_reason="" if serial % 7 else "stawki",
            procedure=Contract.Procedure.QUOTATION,
            unit="Wydział Inwestycji",
            is_published=True,
        )
        for serial in range(5_000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE registers_contract")


def test_rare_words_are_served_by_the_trigram_index(many: None) -> None:
    found = Contract.objects.published().filter(search_text__contains="mostu").order_by()
    assert "registers_contract_search" in found.explain()
    assert found.count() == 5


@pytest.mark.parametrize("sort", CONTRACTS.sorts, ids=lambda sort: sort.key)
def test_first_page_is_read_in_order_from_an_index(many: None, sort) -> None:
    page = public_rows(CONTRACTS, Contract.objects.published()).order_by(*sort.order)[:25]
    plan = page.explain()
    assert "Index Scan" in plan
    assert "Sort" not in plan
