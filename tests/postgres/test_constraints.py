"""What the models promise, PostgreSQL really holds."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, models
from django.db.models import CheckConstraint, UniqueConstraint

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]


def own_models() -> Iterator[type[models.Model]]:
    for app in apps.get_app_configs():
        if Path(app.path).is_relative_to(settings.BASE_DIR / app.name.split(".")[0]):
            yield from app.get_models()


def constraints_of(table: str) -> tuple[dict[str, str], list[set[str]]]:
    """Names and kinds of valid constraints of a table; the sets of columns that are unique without a condition."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname, contype::text FROM pg_constraint WHERE conrelid = %s::regclass AND convalidated",
            [table],
        )
        named = dict(cursor.fetchall())
        cursor.execute(
            """
            SELECT relname, array_agg(attname ORDER BY attnum), indpred IS NOT NULL
            FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
            JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey)
            WHERE indrelid = %s::regclass AND indisunique AND indisvalid
            GROUP BY relname, indpred IS NOT NULL
            """,
            [table],
        )
        rows = cursor.fetchall()
    unique = [set(columns) for _name, columns, is_partial in rows if not is_partial]
    return named | {name: "u" for name, _columns, _is_partial in rows}, unique


@pytest.mark.parametrize("model", list(own_models()), ids=lambda model: model._meta.label)
def test_every_promise_is_in_the_database(model: type[models.Model]) -> None:
    named, unique = constraints_of(model._meta.db_table)
    for constraint in model._meta.constraints:
        if isinstance(constraint, UniqueConstraint):
            assert named.get(constraint.name) == "u"
        if isinstance(constraint, CheckConstraint):
            assert named.get(constraint.name) == "c"
    for field in model._meta.local_fields:
        if field.unique:
            assert {field.column} in unique, field.name
    # The journal's rows know each other without a constraint: whole days of them retire.
    foreign_keys = [field for field in model._meta.local_fields if getattr(field, "db_constraint", False)]
    assert list(named.values()).count("f") == len(foreign_keys)


def test_there_are_models_to_look_at() -> None:
    assert len(list(own_models())) > 25


def test_indexes_of_the_models_are_there() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indisvalid"
        )
        found = {name for (name,) in cursor.fetchall()}
    for model in own_models():
        assert {index.name for index in model._meta.indexes} <= found
    assert {
        f"registers_{table}_search" for table in ("contract", "property", "alcohollicence", "lease")
    } <= found
