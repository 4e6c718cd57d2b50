"""IDENTITY_KEYs for tests that change them, and what a database holds of one."""

import base64
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection

OTHER_KEY = base64.b64encode(b"another key of thirty-two bytes!").decode()


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, by table."""
    dump = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            cursor.execute(f'SELECT * FROM "{model._meta.db_table}" ORDER BY 1')
            dump[model._meta.db_table] = cursor.fetchall()
    return dump


def mentions(dump: dict[str, list[tuple[Any, ...]]], values: set[str]) -> set[str]:
    """Tables in which one of the values occurs anywhere."""
    return {
        table
        for table, rows in dump.items()
        if any(value in str(cell) for row in rows for cell in row if cell is not None for value in values)
    }


def current_key() -> str:
    """The key the tests run with."""
    return str(settings.IDENTITY_KEY)
