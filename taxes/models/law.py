"""Rates and amounts the law sets, each from a day on."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from taxes.models.fields import money
from taxes.rules.terms import Regime


class InterestRate(models.Model):
    """Yearly rate of late interest in percent, in force from a day until the next row of its regime."""

    class Regime(models.TextChoices):
        TAX = Regime.TAX.value, _("odsetki za zwłokę (podatki)")
        CIVIL = Regime.CIVIL.value, _("odsetki ustawowe za opóźnienie")

    regime = models.CharField(_("rodzaj odsetek"), max_length=10, choices=Regime)
    valid_from = models.DateField(_("obowiązuje od"))
    # Of the same type as an amount, so that rates and amounts can be read in one query.
    percent = models.DecimalField(_("stawka roczna w %"), max_digits=12, decimal_places=2)
    source = models.CharField(_("podstawa"), max_length=200)

    class Meta:
        verbose_name = _("stawka odsetek")
        verbose_name_plural = _("stawki odsetek")
        ordering = ("regime", "-valid_from")
        constraints = [
            models.UniqueConstraint(fields=("regime", "valid_from"), name="taxes_rate_one_per_day"),
            models.CheckConstraint(condition=Q(regime__in=["tax", "civil"]), name="taxes_rate_regime_known"),
            models.CheckConstraint(condition=Q(percent__gte=0), name="taxes_rate_not_negative"),
            models.CheckConstraint(condition=~Q(source=""), name="taxes_rate_has_source"),
        ]

    def __str__(self) -> str:
        return f"{self.regime} {self.percent} % {self.valid_from}"


class DatedAmount(models.Model):
    """An amount the law sets from a day on."""

    class Kind(models.TextChoices):
        INTEREST_THRESHOLD = "interest_threshold", _("odsetki do tej kwoty nie są naliczane")
        REMINDER_COST = "reminder_cost", _("koszty upomnienia")

    kind = models.CharField(_("rodzaj"), max_length=20, choices=Kind)
    valid_from = models.DateField(_("obowiązuje od"))
    amount = money(_("kwota w zł"))
    source = models.CharField(_("podstawa"), max_length=200)

    class Meta:
        verbose_name = _("kwota ustawowa")
        verbose_name_plural = _("kwoty ustawowe")
        ordering = ("kind", "-valid_from")
        constraints = [
            models.UniqueConstraint(fields=("kind", "valid_from"), name="taxes_dated_amount_one_per_day"),
            models.CheckConstraint(
                condition=Q(kind__in=["interest_threshold", "reminder_cost"]),
                name="taxes_dated_amount_kind_known",
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="taxes_dated_amount_not_negative"),
            models.CheckConstraint(condition=~Q(source=""), name="taxes_dated_amount_has_source"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount} {self.valid_from}"
