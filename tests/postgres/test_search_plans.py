"""The contract register reads by its indexes, not through the whole table."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registers import selectors
from registers.declarations import CONTRACTS
from registers.models import Contract, ContractParty
from registers.services import entries_changed

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]

ROWS = 4000
UNITS = ("Wydział Inwestycji", "Wydział Oświaty", "Wydział Dróg", "Biuro Promocji")
THINGS = ("Remont chodnika", "Dostawa krzeseł", "Utrzymanie zieleni", "Przegląd kotłowni", "Druk ulotek")


@pytest.fixture
def many_contracts(db: None) -> None:
    """Some thousands of contracts over sixteen years, one of them about a lighthouse."""
    kinds = Contract.Kind.values
    contracts = Contract.objects.bulk_create(
        Contract(
            number=f"UM/{number}",
            concluded_on=date(2010, 1, 1) + timedelta(days=number % 5800),
            subject_matter=f"{THINGS[number % len(THINGS)]} nr {number}"
            if number != 3211
            else "Latarnia morska",
            kind=kinds[number % len(kinds)],
            value=Decimal(number) + Decimal("0.50"),
            procedure=Contract.Procedure.BELOW_THRESHOLD,
            unit=UNITS[number % len(UNITS)],
            is_published=number % 10 != 0,
        )
        for number in range(1, ROWS + 1)
    )
    ContractParty.objects.bulk_create(
        ContractParty(contract=contract, name=f"Firma {contract.pk % 300}", nip="1000010007")
        for contract in contracts
    )
    entries_changed(CONTRACTS)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE registers_contract")
        cursor.execute("ANALYZE registers_contractparty")


def plans_of(work: Callable[[], Any]) -> list[str]:
    """The plans of the queries of a register's rows, without the counting ones."""
    with CaptureQueriesContext(connection) as captured:
        work()
    asked = [query["sql"] for query in captured.captured_queries]
    rows = [sql for sql in asked if 'FROM "registers_contract"' in sql and "COUNT(" not in sql]
    plans = []
    with connection.cursor() as cursor:
        for sql in rows:
            cursor.execute(f"EXPLAIN {sql}")
            plans.append("\n".join(line for (line,) in cursor.fetchall()))
    return plans


def listed(**params: str) -> Callable[[], Any]:
    return lambda: selectors.entry_list(CONTRACTS, params, date(2026, 11, 23))


def test_lists_follow_their_indexes(many_contracts: None) -> None:
    (plan,) = plans_of(listed())
    assert "Seq Scan" not in plan and "registers_contract_by_date" in plan
    assert "Sort" not in plan, "the index gives the order"
    year = next(each.param for each in CONTRACTS.filters if each.param in ("rok", "year"))
    (plan,) = plans_of(listed(**{year: "2020"}))
    assert "Seq Scan" not in plan and "registers_contract_by_date" in plan
    (plan,) = plans_of(listed(q="latarnia"))
    assert "Seq Scan" not in plan and "registers_contract_search" in plan
    contract = Contract.objects.published().first()
    (plan,) = plans_of(lambda: selectors.entry(CONTRACTS, contract.public_id))
    assert "Seq Scan" not in plan


def test_what_is_found(many_contracts: None) -> None:
    assert listed(q="latarnia morska")().total == 1
    assert listed(q="LATARNIĄ")().total == 1, "typed with a tail too many"
    assert listed(q="%")().total == listed()().total, "no letters or digits, so everything"
    assert listed(q="um_3211")().total == 0, "an underscore stands for itself"
    with CaptureQueriesContext(connection) as captured:
        listed(q="remont", page="3")()
    assert len(captured) <= 4
