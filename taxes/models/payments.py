"""Money that came in, and what of it was credited where."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from taxes.models.fields import money
from taxes.models.instalments import Instalment


class PaymentReceived(models.Model):
    """Money that came in from a subject. `payment_id` is the public id of a payment made in the portal."""

    class Channel(models.TextChoices):
        PORTAL = "portal", _("płatność internetowa")
        TRANSFER = "transfer", _("przelew")
        CASH = "cash", _("kasa urzędu")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    subject = models.ForeignKey("people.Subject", on_delete=models.PROTECT, related_name="+")
    payment_id = models.UUIDField(_("płatność w portalu"), null=True, editable=False)
    channel = models.CharField(_("sposób"), max_length=10, choices=Channel)
    paid_on = models.DateField(_("dzień zapłaty"))
    amount = money(_("kwota"))

    class Meta:
        verbose_name = _("wpłata")
        verbose_name_plural = _("wpłaty")
        ordering = ("-paid_on", "-pk")
        constraints = [
            models.UniqueConstraint(fields=("payment_id", "subject"), name="taxes_payment_settles_once"),
            models.CheckConstraint(
                condition=Q(channel__in=["portal", "transfer", "cash"]), name="taxes_payment_channel_known"
            ),
            models.CheckConstraint(
                condition=Q(channel="portal", payment_id__isnull=False)
                | ~Q(channel="portal") & Q(payment_id__isnull=True),
                name="taxes_payment_id_when_portal",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="taxes_payment_amount_positive"),
        ]
        indexes = [models.Index(fields=("subject", "-paid_on"), name="taxes_payment_by_subject")]

    def __str__(self) -> str:
        return f"{self.paid_on} {self.amount}"


class Allocation(models.Model):
    """What of a payment was credited to one instalment; `overpaid` is what that instalment did not need."""

    payment = models.ForeignKey(PaymentReceived, on_delete=models.PROTECT, related_name="allocations")
    instalment = models.ForeignKey(Instalment, on_delete=models.PROTECT, related_name="allocations")
    principal = money(_("należność główna"), default=0)
    interest = money(_("odsetki"), default=0)
    costs = money(_("koszty upomnień"), default=0)
    overpaid = money(_("nadpłata"), default=0)

    class Meta:
        verbose_name = _("zaliczenie wpłaty")
        verbose_name_plural = _("zaliczenia wpłat")
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=("payment", "instalment"), name="taxes_allocation_unique"),
            models.CheckConstraint(
                condition=Q(principal__gte=0, interest__gte=0, costs__gte=0, overpaid__gte=0),
                name="taxes_allocation_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(principal__gt=0) | Q(interest__gt=0) | Q(costs__gt=0) | Q(overpaid__gt=0),
                name="taxes_allocation_not_empty",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payment_id}/{self.instalment_id}"
