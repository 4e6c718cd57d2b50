import uuid
from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.people.models import Subject


class Area(models.TextChoices):
    """What a mandate is about."""

    TAXES = "taxes", _("podatki")
    FEES = "fees", _("opłaty")
    CASES = "cases", _("sprawy")
    LETTERS = "letters", _("pisma")
    REGISTERS = "registers", _("rejestry")
    PAYMENTS = "payments", _("płatności")


class Right(models.TextChoices):
    """What a mandate lets one do."""

    SEE = "see", _("podgląd")
    PAY = "pay", _("płatność")
    FILE = "file", _("składanie pism")


class MandateQuerySet(models.QuerySet["Mandate"]):
    """Verbs of mandates."""

    def in_force(self, on: date) -> Self:
        """Active mandates whose dates include `on`."""
        return self.filter(status=Mandate.Status.ACTIVE, valid_from__lte=on, valid_to__gte=on)


class Mandate(models.Model):
    """A principal lets an attorney act in some areas with some rights until a date."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("czynne")
        EXPIRED = "expired", _("wygasłe")
        REVOKED = "revoked", _("odwołane")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    principal = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="mandates_given")
    attorney = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="mandates_held")
    areas = models.JSONField(_("zakres"), default=list)
    rights = models.JSONField(_("uprawnienia"), default=list)
    valid_from = models.DateField(_("od"))
    valid_to = models.DateField(_("do"))
    status = models.CharField(_("stan"), max_length=10, choices=Status, default=Status.ACTIVE)
    basis = models.CharField(_("podstawa"), max_length=200, blank=True)

    objects = MandateQuerySet.as_manager()

    class Meta:
        verbose_name = _("pełnomocnictwo")
        verbose_name_plural = _("pełnomocnictwa")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__gte=F("valid_from")), name="mandates_dates_in_order"
            ),
            models.CheckConstraint(condition=~Q(principal=F("attorney")), name="mandates_not_for_oneself"),
        ]
        indexes = [models.Index(fields=("attorney", "status", "valid_to"), name="mandates_by_attorney")]

    def __str__(self) -> str:
        return f"{self.principal} → {self.attorney}"

    def grants(self, right: str, area: str) -> bool:
        """Tell whether the mandate's text covers `right` in `area` (its dates apart)."""
        return right in self.rights and area in self.areas
