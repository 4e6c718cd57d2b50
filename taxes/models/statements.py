"""Statements that are being made, and those made in the last day."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Statement(models.Model):
    """One statement ordered by a user about a subject. A worker makes it; it is kept for a day.

    `reach` is what of the ledger went into it: who comes for it must still see as much.
    """

    class Kind(models.TextChoices):
        YEAR = "year", _("zestawienie roczne")
        BALANCE = "balance", _("stan rozliczeń na dzień")

    class State(models.TextChoices):
        WAITING = "waiting", _("w przygotowaniu")
        READY = "ready", _("gotowe")
        FAILED = "failed", _("nie udało się")
        TOO_LONG = "too_long", _("za długie na PDF")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    subject = models.ForeignKey("people.Subject", on_delete=models.CASCADE, related_name="+")
    mandate_id = models.CharField(max_length=36, blank=True, editable=False)
    kind = models.CharField(_("rodzaj"), max_length=10, choices=Kind)
    year = models.PositiveSmallIntegerField(_("rok"))
    state = models.CharField(_("stan"), max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    reach = models.JSONField(default=dict, editable=False)
    content = models.BinaryField(null=True, editable=False)
    created_at = models.DateTimeField(_("zamówiono"))
    ready_at = models.DateTimeField(_("gotowe od"), null=True)

    class Meta:
        verbose_name = _("zestawienie")
        verbose_name_plural = _("zestawienia")
        ordering = ("-created_at",)
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["year", "balance"]), name="taxes_statement_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(state="ready", content__isnull=False, ready_at__isnull=False)
                | Q(state__in=["waiting", "failed", "too_long"], content__isnull=True),
                name="taxes_statement_ready_with_content",
            ),
        ]
        indexes = [
            models.Index(fields=("user", "-created_at"), name="taxes_statement_by_user"),
            models.Index(fields=("created_at",), name="taxes_statement_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.year}"
