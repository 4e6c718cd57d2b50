"""Kinds of receivables and how the law treats each."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from taxes.rules.terms import CreditOrder, Regime, Rounding, Terms


class ReceivableType(models.Model):
    """A kind of receivable and how the law treats it; the town keeps these flags."""

    class Area(models.TextChoices):
        TAXES = "taxes", _("podatki")
        FEES = "fees", _("opłaty")

    class Regime(models.TextChoices):
        TAX = Regime.TAX.value, _("podatkowy")
        CIVIL = Regime.CIVIL.value, _("cywilny")
        TRADE = Regime.TRADE.value, _("cywilny, transakcje handlowe")
        NONE = Regime.NONE.value, _("bez odsetek")

    class Rounding(models.TextChoices):
        ZLOTY = Rounding.ZLOTY.value, _("do pełnych złotych")
        GROSZ = Rounding.GROSZ.value, _("do grosza")

    class CreditOrder(models.TextChoices):
        PROPORTIONAL = CreditOrder.PROPORTIONAL.value, _("proporcjonalnie (art. 55 § 2 O.p.)")
        INTEREST_FIRST = CreditOrder.INTEREST_FIRST.value, _("najpierw odsetki (art. 451 § 1 k.c.)")

    code = models.SlugField(_("kod"), max_length=40, unique=True)
    name = models.CharField(_("nazwa"), max_length=120)
    area = models.CharField(_("obszar pełnomocnictwa"), max_length=10, choices=Area)
    legal_basis = models.CharField(_("podstawa prawna"), max_length=200)
    regime = models.CharField(_("reżim odsetek"), max_length=10, choices=Regime)
    rounding = models.CharField(_("zaokrąglenie odsetek"), max_length=10, choices=Rounding)
    has_threshold = models.BooleanField(_("nie nalicza się drobnych odsetek"))
    threshold_after_rounding = models.BooleanField(
        _("drobne odsetki po zaokrągleniu"),
        default=False,
        help_text=_("Kwotę, do której odsetek się nie nalicza, porównuje się z sumą już zaokrągloną."),
    )
    credit_order = models.CharField(_("zaliczanie wpłat"), max_length=20, choices=CreditOrder)
    shifts_due_date = models.BooleanField(_("termin w dzień wolny przechodzi na roboczy"))

    class Meta:
        verbose_name = _("rodzaj należności")
        verbose_name_plural = _("rodzaje należności")
        ordering = ("name",)
        constraints = [
            models.CheckConstraint(condition=Q(area__in=["taxes", "fees"]), name="taxes_type_area_known"),
            models.CheckConstraint(
                condition=Q(regime__in=["tax", "civil", "trade", "none"]), name="taxes_type_regime_known"
            ),
            models.CheckConstraint(
                condition=Q(rounding__in=["zloty", "grosz"]), name="taxes_type_rounding_known"
            ),
            models.CheckConstraint(
                condition=Q(credit_order__in=["proportional", "interest_first"]),
                name="taxes_type_credit_order_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def terms(self) -> Terms:
        """The flags as the rules take them."""
        return Terms(
            Regime(self.regime),
            Rounding(self.rounding),
            self.has_threshold,
            CreditOrder(self.credit_order),
            self.shifts_due_date,
            self.threshold_after_rounding,
        )
