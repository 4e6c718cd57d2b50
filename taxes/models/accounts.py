"""Accounts, and what was assessed on them."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from taxes.models.fields import money
from taxes.models.kinds import ReceivableType


class Account(models.Model):
    """A taxpayer's account for one kind of receivable and one object, with its own number to transfer to."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    subject = models.ForeignKey(
        "people.Subject", on_delete=models.PROTECT, related_name="tax_accounts", verbose_name=_("podmiot")
    )
    type = models.ForeignKey(
        ReceivableType, on_delete=models.PROTECT, related_name="+", verbose_name=_("rodzaj")
    )
    number = models.CharField(_("numer kartoteki"), max_length=30, unique=True)
    virtual_account = models.CharField(_("rachunek do wpłat (NRB)"), max_length=26, unique=True)
    object_description = models.CharField(_("przedmiot"), max_length=200)
    object_address = models.CharField(_("adres przedmiotu"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("kartoteka")
        verbose_name_plural = _("kartoteki")
        ordering = ("number",)
        constraints = [
            models.CheckConstraint(
                condition=Q(virtual_account__regex=r"^[0-9]{26}$"), name="taxes_account_nrb_digits"
            ),
            models.CheckConstraint(condition=~Q(number=""), name="taxes_account_has_number"),
        ]

    def __str__(self) -> str:
        return self.number


class Receivable(models.Model):
    """One year's tax, fee or rent of an account, as a decision or contract set it."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="receivables", verbose_name=_("kartoteka")
    )
    year = models.PositiveSmallIntegerField(_("rok"))
    title = models.CharField(_("tytuł"), max_length=160)
    decision_number = models.CharField(_("numer decyzji lub umowy"), max_length=60, blank=True)
    decision_on = models.DateField(_("z dnia"), null=True, blank=True)
    delivered_on = models.DateField(_("doręczono"), null=True, blank=True)
    total = money(_("kwota za rok"))

    class Meta:
        verbose_name = _("należność")
        verbose_name_plural = _("należności")
        ordering = ("-year", "title")
        constraints = [
            models.UniqueConstraint(
                fields=("account", "year", "decision_number"), name="taxes_receivable_one_per_decision"
            ),
            models.CheckConstraint(condition=Q(total__gt=0), name="taxes_receivable_total_positive"),
            models.CheckConstraint(
                condition=Q(year__gte=1990, year__lte=2200), name="taxes_receivable_year_sane"
            ),
            models.CheckConstraint(
                condition=Q(delivered_on__isnull=True) | Q(delivered_on__gte=F("decision_on")),
                name="taxes_receivable_delivered_after_decision",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Component(models.Model):
    """One line of how a year's amount came about: base × rate, for some months."""

    receivable = models.ForeignKey(Receivable, on_delete=models.CASCADE, related_name="components")
    position = models.PositiveSmallIntegerField(_("lp."))
    name = models.CharField(_("składnik"), max_length=160)
    base = models.DecimalField(_("podstawa"), max_digits=14, decimal_places=4)
    unit = models.CharField(_("jednostka"), max_length=20)
    rate = models.DecimalField(_("stawka"), max_digits=12, decimal_places=4)
    months = models.PositiveSmallIntegerField(_("miesiące"), default=12)
    amount = money(_("kwota"))
    source = models.CharField(_("skąd stawka"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("składnik")
        verbose_name_plural = _("składniki")
        ordering = ("receivable", "position")
        constraints = [
            models.UniqueConstraint(
                fields=("receivable", "position"), name="taxes_component_position_unique"
            ),
            models.CheckConstraint(
                condition=Q(base__gte=0, rate__gte=0, amount__gte=0), name="taxes_component_not_negative"
            ),
            models.CheckConstraint(condition=Q(months__gte=1, months__lte=12), name="taxes_component_months"),
        ]

    def __str__(self) -> str:
        return self.name
