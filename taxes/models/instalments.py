"""Instalments of receivables, and the reminders sent about them."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from taxes.models.accounts import Receivable
from taxes.models.fields import money


class InstalmentQuerySet(models.QuerySet["Instalment"]):
    """Verbs of instalments."""

    def for_subject(
        self, subject_id: int, areas: Iterable[str], receivables: Mapping[str, Iterable[UUID]] | None = None
    ) -> Self:
        """Instalments of one subject in whole areas, and of single receivables (public ids) by their area."""
        within = Q(receivable__account__type__area__in=list(areas))
        for area, public_ids in (receivables or {}).items():
            within |= Q(receivable__account__type__area=area, receivable__public_id__in=list(public_ids))
        return self.filter(within, subject=subject_id)

    def unsettled(self) -> Self:
        """Instalments with something left to pay, by the office or by the bailiff."""
        return self.exclude(status=Instalment.Status.SETTLED)

    def overdue(self, on: date) -> Self:
        """Unsettled instalments whose last day of paying in time is before `on`."""
        return self.unsettled().filter(effective_due_on__lt=on)


class Instalment(models.Model):
    """One payment date of a receivable, and what of it is paid.

    `principal_paid`, `costs_paid`, `interest_accrued_until` and `interest_carried` are the sums of the
    allocations, kept here by `taxes.services` in the same transaction.
    """

    class Status(models.TextChoices):
        OPEN = "open", _("do zapłaty")
        ENFORCEMENT = "enforcement", _("w egzekucji")
        SETTLED = "settled", _("zapłacona")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    receivable = models.ForeignKey(Receivable, on_delete=models.PROTECT, related_name="instalments")
    subject = models.ForeignKey("people.Subject", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField(_("rata"))
    amount = money(_("kwota"))
    due_on = models.DateField(_("termin"))
    effective_due_on = models.DateField(_("termin z uwzględnieniem dni wolnych i doręczenia"))
    status = models.CharField(_("stan"), max_length=12, choices=Status, default=Status.OPEN)
    principal_paid = money(_("zapłacono należności głównej"), default=0)
    costs_paid = money(_("zapłacono kosztów upomnień"), default=0)
    interest_accrued_until = models.DateField(_("odsetki rozliczone do"), null=True, blank=True)
    interest_carried = money(_("odsetki pozostałe z rozliczenia"), default=0)
    settled_on = models.DateField(_("zapłacono w całości"), null=True, blank=True)
    enforced_on = models.DateField(_("w egzekucji od"), null=True, blank=True)
    enforcement_title = models.CharField(_("tytuł wykonawczy"), max_length=60, blank=True)

    objects = InstalmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("rata")
        verbose_name_plural = _("raty")
        ordering = ("receivable", "number")
        constraints = [
            models.UniqueConstraint(fields=("receivable", "number"), name="taxes_instalment_number_unique"),
            models.CheckConstraint(
                condition=Q(status__in=["open", "enforcement", "settled"]),
                name="taxes_instalment_status_known",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="taxes_instalment_amount_positive"),
            models.CheckConstraint(
                condition=Q(effective_due_on__gte=F("due_on")), name="taxes_instalment_never_due_earlier"
            ),
            models.CheckConstraint(
                condition=Q(principal_paid__gte=0, principal_paid__lte=F("amount"), costs_paid__gte=0)
                & Q(interest_carried__gte=0),
                name="taxes_instalment_paid_within_amount",
            ),
            models.CheckConstraint(
                condition=Q(status="settled", principal_paid=F("amount"), settled_on__isnull=False)
                | Q(principal_paid__lt=F("amount"), settled_on__isnull=True) & ~Q(status="settled"),
                name="taxes_instalment_settled_when_paid",
            ),
            models.CheckConstraint(
                condition=~Q(status="enforcement") | Q(enforced_on__isnull=False) & ~Q(enforcement_title=""),
                name="taxes_instalment_enforced_by_title",
            ),
        ]
        indexes = [
            models.Index(fields=("subject", "status", "effective_due_on"), name="taxes_instalment_owed"),
            models.Index(fields=("subject", "-settled_on"), name="taxes_instalment_settled"),
        ]

    def __str__(self) -> str:
        return f"{self.receivable_id}/{self.number}"

    @property
    def principal_left(self) -> Decimal:
        """Principal not yet paid, in złoty."""
        return Decimal(self.amount - self.principal_paid)


class ReminderCost(models.Model):
    """A reminder about an instalment. Its cost is owed from the day it was delivered."""

    instalment = models.ForeignKey(Instalment, on_delete=models.PROTECT, related_name="reminders")
    number = models.CharField(_("numer upomnienia"), max_length=40)
    sent_on = models.DateField(_("wysłano"))
    delivered_on = models.DateField(_("doręczono"), null=True, blank=True)
    amount = money(_("koszty"))

    class Meta:
        verbose_name = _("upomnienie")
        verbose_name_plural = _("upomnienia")
        ordering = ("sent_on", "pk")
        constraints = [
            models.UniqueConstraint(fields=("instalment", "number"), name="taxes_reminder_number_unique"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="taxes_reminder_amount_positive"),
            models.CheckConstraint(
                condition=Q(delivered_on__isnull=True) | Q(delivered_on__gte=F("sent_on")),
                name="taxes_reminder_delivered_after_sent",
            ),
        ]

    def __str__(self) -> str:
        return self.number
