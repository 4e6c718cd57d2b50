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


KINDS = [
    "interest_threshold", "reminder_cost", "reduced_share", "prolongation_share", "single_limit",
    *(f"alcohol_{group}_{what}" for group in "abc" for what in ("base", "limit", "percent")), "alcohol_surcharge",
]  # fmt: skip


class DatedAmount(models.Model):
    """An amount or a percentage the law, or a resolution of the council, sets from a day on."""

    class Kind(models.TextChoices):
        INTEREST_THRESHOLD = "interest_threshold", _("odsetki do tej kwoty nie są naliczane (zł)")
        REMINDER_COST = "reminder_cost", _("koszty upomnienia (zł)")
        REDUCED_SHARE = "reduced_share", _("obniżone odsetki: część stawki odsetek za zwłokę (%)")
        PROLONGATION_SHARE = (
            "prolongation_share",
            _("opłata prolongacyjna: część stawki odsetek za zwłokę (%), od dnia uchwały rady"),
        )
        SINGLE_LIMIT = "single_limit", _("podatek za rok do tej kwoty płaci się jednorazowo (zł)")
        ALCOHOL_A_BASE = "alcohol_a_base", _("alkohol do 4,5 % i piwo: opłata podstawowa (zł)")
        ALCOHOL_A_LIMIT = "alcohol_a_limit", _("alkohol do 4,5 % i piwo: próg sprzedaży (zł)")
        ALCOHOL_A_PERCENT = "alcohol_a_percent", _("alkohol do 4,5 % i piwo: część sprzedaży ponad próg (%)")
        ALCOHOL_B_BASE = "alcohol_b_base", _("alkohol 4,5–18 %: opłata podstawowa (zł)")
        ALCOHOL_B_LIMIT = "alcohol_b_limit", _("alkohol 4,5–18 %: próg sprzedaży (zł)")
        ALCOHOL_B_PERCENT = "alcohol_b_percent", _("alkohol 4,5–18 %: część sprzedaży ponad próg (%)")
        ALCOHOL_C_BASE = "alcohol_c_base", _("alkohol ponad 18 %: opłata podstawowa (zł)")
        ALCOHOL_C_LIMIT = "alcohol_c_limit", _("alkohol ponad 18 %: próg sprzedaży (zł)")
        ALCOHOL_C_PERCENT = "alcohol_c_percent", _("alkohol ponad 18 %: część sprzedaży ponad próg (%)")
        ALCOHOL_SURCHARGE = "alcohol_surcharge", _("alkohol: dopłata do raty po terminie (%)")

    kind = models.CharField(_("rodzaj"), max_length=20, choices=Kind)
    valid_from = models.DateField(_("obowiązuje od"))
    amount = money(_("kwota w zł albo stawka w %"))
    source = models.CharField(_("podstawa"), max_length=200)

    class Meta:
        verbose_name = _("kwota lub stawka ustawowa")
        verbose_name_plural = _("kwoty i stawki ustawowe")
        ordering = ("kind", "-valid_from")
        constraints = [
            models.UniqueConstraint(fields=("kind", "valid_from"), name="taxes_dated_amount_one_per_day"),
            models.CheckConstraint(
                condition=Q(kind__in=KINDS),
                name="taxes_dated_amount_kind_known",
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="taxes_dated_amount_not_negative"),
            models.CheckConstraint(condition=~Q(source=""), name="taxes_dated_amount_has_source"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount} {self.valid_from}"


class RateReview(models.Model):
    """An administrator looked whether the rates are still those in force, and they were."""

    reviewed_on = models.DateField(_("sprawdzono"))
    actor_id = models.UUIDField(_("kto"), editable=False)

    class Meta:
        verbose_name = _("sprawdzenie stawek")
        verbose_name_plural = _("sprawdzenia stawek")
        ordering = ("-reviewed_on", "-pk")

    def __str__(self) -> str:
        return f"{self.reviewed_on}"
