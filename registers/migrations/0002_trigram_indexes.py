"""On PostgreSQL the search text gets a trigram index; SQLite scans it, which its row counts allow."""

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

TABLES = ("registers_contract", "registers_property", "registers_alcohollicence", "registers_lease")


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for table in TABLES:
            schema_editor.execute(
                f"CREATE INDEX {table}_search ON {table} USING gin (search_text gin_trgm_ops) WHERE is_published"
            )


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for table in TABLES:
            schema_editor.execute(f"DROP INDEX {table}_search")


class Migration(migrations.Migration):
    dependencies = [("registers", "0001_initial")]

    operations = [TrigramExtension(), migrations.RunPython(create, drop)]
