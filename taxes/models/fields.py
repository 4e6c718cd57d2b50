"""Fields that every table of the ledger writes the same way."""

from typing import Any

from django.db import models


def money(label: Any, **options: Any) -> "models.DecimalField[Any, Any]":
    """An amount in złoty and grosze."""
    return models.DecimalField(label, max_digits=12, decimal_places=2, **options)
