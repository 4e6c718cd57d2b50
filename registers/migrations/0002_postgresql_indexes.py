"""Indexes that only PostgreSQL has: trigrams for searching, and contracts by value with missing values last.

Registers are read far more than written, so the trigram index keeps no list of pending entries.
SQLite scans and sorts instead, which its row counts allow.
"""

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

TABLES = ("registers_contract", "registers_property", "registers_alcohollicence", "registers_lease")
BY_VALUE = "registers_contract_by_value_down"


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for table in TABLES:
            schema_editor.execute(
                f"CREATE INDEX {table}_search ON {table} USING gin (search_text gin_trgm_ops) "
                "WITH (fastupdate = off) WHERE is_published"
            )
        schema_editor.execute(
            f"CREATE INDEX {BY_VALUE} ON registers_contract (value DESC NULLS LAST, id DESC) WHERE is_published"
        )


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for index in (*(f"{table}_search" for table in TABLES), BY_VALUE):
            schema_editor.execute(f"DROP INDEX {index}")


class Migration(migrations.Migration):
    dependencies = [("registers", "0001_initial")]

    operations = [TrigramExtension(), migrations.RunPython(create, drop)]
