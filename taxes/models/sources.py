"""The domain systems of the office, each the book of record for its accounts."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class SourceSystem(models.Model):
    """A domain system. Everything of it that is here stands as of `as_of`, the moment of its last snapshot.

    Its row is what keeps an import and a settlement apart: settling holds it shared, an import alone.
    """

    code = models.SlugField(_("kod"), max_length=40, unique=True)
    name = models.CharField(_("nazwa"), max_length=120)
    as_of = models.DateTimeField(_("stan na"), null=True, blank=True)

    class Meta:
        verbose_name = _("system dziedzinowy")
        verbose_name_plural = _("systemy dziedzinowe")
        ordering = ("name",)
        constraints = [
            models.CheckConstraint(condition=~Q(code="") & ~Q(name=""), name="taxes_source_has_name"),
        ]

    def __str__(self) -> str:
        return self.name
