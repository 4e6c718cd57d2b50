"""Money that came in, what of it was credited where, and what was too much."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from taxes.models.accounts import Account
from taxes.models.fields import FromSource, money, source_constraints
from taxes.models.instalments import Instalment


class PaymentReceived(FromSource):
    """Money that came in from a subject. `payment_id` is the public id of a payment made in the portal.

    A portal payment is posted by the domain system `source`. Until that system's figures contain it
    (`posted_at` is not later than their `as_of`), it is an overlay on what the system sent.
    """

    class Channel(models.TextChoices):
        PORTAL = "portal", _("płatność internetowa")
        TRANSFER = "transfer", _("przelew")
        CASH = "cash", _("kasa urzędu")
        ENFORCEMENT = "enforcement", _("organ egzekucyjny")
        OTHER = "other", _("inny sposób")

    class Posting(models.TextChoices):
        AWAITING = "awaiting", _("czeka na zaksięgowanie")
        ACKNOWLEDGED = "acknowledged", _("zaksięgowana")
        REJECTED = "rejected", _("odrzucona przez system dziedzinowy")
        BY_HAND = "by_hand", _("zaksięgowana ręcznie")
        OVERPAYMENT = "overpayment", _("uznana za nadpłatę")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    subject = models.ForeignKey("people.Subject", on_delete=models.PROTECT, related_name="+", db_index=False)
    payment_id = models.UUIDField(_("płatność w portalu"), null=True, editable=False)
    channel = models.CharField(_("sposób"), max_length=12, choices=Channel)
    paid_on = models.DateField(_("dzień zapłaty"))
    credited_on = models.DateField(_("dzień uznania rachunku"), null=True, blank=True)
    amount = money(_("kwota"))
    posting = models.CharField(_("księgowanie"), max_length=12, choices=Posting, blank=True)
    posted_at = models.DateTimeField(_("zaksięgowano"), null=True, blank=True)
    acknowledged_at = models.DateTimeField(_("potwierdzono"), null=True, blank=True)
    rejected_at = models.DateTimeField(_("odrzucono"), null=True, blank=True)
    rejection_reason = models.CharField(_("powód odrzucenia"), max_length=300, blank=True)
    resolved_at = models.DateTimeField(_("rozstrzygnięto"), null=True, blank=True)
    resolved_by = models.UUIDField(_("kto rozstrzygnął"), null=True, blank=True, editable=False)
    resolution_reason = models.CharField(_("uzasadnienie"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("wpłata")
        verbose_name_plural = _("wpłaty")
        ordering = ("-paid_on", "-pk")
        constraints = [
            *source_constraints("payment"),
            models.UniqueConstraint(
                fields=("payment_id", "subject", "source"),
                condition=Q(source__isnull=False),
                name="taxes_payment_settles_once",
            ),
            models.UniqueConstraint(
                fields=("payment_id", "subject"),
                condition=Q(source__isnull=True),
                name="taxes_payment_settles_once_here",
            ),
            models.CheckConstraint(
                condition=Q(channel__in=["portal", "transfer", "cash", "enforcement", "other"]),
                name="taxes_payment_channel_known",
            ),
            models.CheckConstraint(
                condition=Q(channel="portal", payment_id__isnull=False)
                | ~Q(channel="portal") & Q(payment_id__isnull=True),
                name="taxes_payment_id_when_portal",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="taxes_payment_amount_positive"),
            models.CheckConstraint(
                condition=Q(channel="portal")
                & Q(posting__in=["awaiting", "acknowledged", "rejected", "by_hand", "overpayment"])
                | ~Q(channel="portal") & Q(posting=""),
                name="taxes_payment_posting_when_portal",
            ),
            models.CheckConstraint(
                condition=Q(posting__in=["acknowledged", "by_hand"], posted_at__isnull=False)
                | ~Q(posting__in=["acknowledged", "by_hand"]) & Q(posted_at__isnull=True),
                name="taxes_payment_posted_when_taken_in",
            ),
            models.CheckConstraint(
                condition=~Q(posting="rejected") | Q(rejected_at__isnull=False) & ~Q(rejection_reason=""),
                name="taxes_payment_rejected_for_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(posting__in=["by_hand", "overpayment"])
                | Q(resolved_at__isnull=False, resolved_by__isnull=False) & ~Q(resolution_reason=""),
                name="taxes_payment_resolved_for_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=("subject", "-paid_on"), name="taxes_payment_by_subject"),
            models.Index(
                fields=("posting", "paid_on"),
                condition=Q(posting__in=["awaiting", "rejected"]),
                name="taxes_payment_not_posted",
            ),
            models.Index(
                fields=("posted_at",), condition=Q(posted_at__isnull=False), name="taxes_payment_posted"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.paid_on} {self.amount}"


class Allocation(models.Model):
    """What of a payment was credited to one instalment; `overpaid` is what that instalment did not need.

    `interest_left` is what of a civil claim's interest the payment left unpaid (art. 451 § 1 k.c.); without
    a value the interest is counted anew from the due date (art. 55 § 2 O.p.).
    """

    payment = models.ForeignKey(
        PaymentReceived, on_delete=models.PROTECT, related_name="allocations", db_index=False
    )
    instalment = models.ForeignKey(Instalment, on_delete=models.PROTECT, related_name="allocations")
    principal = money(_("należność główna"), default=0)
    interest = money(_("odsetki"), default=0)
    costs = money(_("koszty upomnień"), default=0)
    overpaid = money(_("nadpłata"), default=0)
    interest_left = money(_("odsetki niezapłacone"), null=True, blank=True)

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


class Overpayment(FromSource):
    """What was paid too much on an account, and what of it is left to be used or given back (art. 72-77 O.p.)."""

    class Cause(models.TextChoices):
        PAYMENT = "payment", _("wpłata większa niż należność")
        REDUCTION = "reduction", _("zmniejszenie należności")
        REJECTED = "rejected", _("wpłata, której nie można było zaksięgować")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="overpayments")
    payment = models.ForeignKey(
        PaymentReceived, on_delete=models.PROTECT, null=True, blank=True, related_name="overpayments"
    )
    cause = models.CharField(_("skąd"), max_length=10, choices=Cause)
    arose_on = models.DateField(_("powstała"))
    amount = money(_("kwota"))
    left = money(_("pozostało"))

    class Meta:
        verbose_name = _("nadpłata")
        verbose_name_plural = _("nadpłaty")
        ordering = ("-arose_on", "-pk")
        constraints = [
            *source_constraints("overpayment"),
            models.CheckConstraint(
                condition=Q(cause__in=["payment", "reduction", "rejected"]),
                name="taxes_overpayment_cause_known",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0, left__gte=0, left__lte=F("amount")),
                name="taxes_overpayment_left_within",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.arose_on} {self.left}"
