"""Fields and constraints that every table of the ledger writes the same way."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from taxes.models.sources import SourceSystem


def money(label: Any, **options: Any) -> "models.DecimalField[Any, Any]":
    """An amount in złoty and grosze."""
    return models.DecimalField(label, max_digits=12, decimal_places=2, **options)


class FromSource(models.Model):
    """A row that a domain system may have sent: whose it is, and by which id that system knows it."""

    source = models.ForeignKey(
        SourceSystem, on_delete=models.PROTECT, null=True, blank=True, editable=False, db_index=False,
        related_name="+", verbose_name=_("system dziedzinowy"),
    )  # fmt: skip
    external_id = models.CharField(
        _("identyfikator w systemie dziedzinowym"), max_length=64, blank=True, editable=False
    )

    class Meta:
        abstract = True


def source_constraints(table: str) -> list[models.BaseConstraint]:
    """One row per id of a system, and no id without a system."""
    return [
        models.UniqueConstraint(
            fields=("source", "external_id"),
            condition=Q(source__isnull=False) & ~Q(external_id=""),
            name=f"taxes_{table}_external_id_unique",
        ),
        models.CheckConstraint(
            condition=Q(external_id="") | Q(source__isnull=False), name=f"taxes_{table}_id_has_source"
        ),
    ]
