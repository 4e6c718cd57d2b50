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

from taxes.models.accounts import Account, AccountParty
from taxes.models.fields import FromSource, money, source_constraints
from taxes.models.receivables import Arrangement, Receivable


class InstalmentQuerySet(models.QuerySet["Instalment"]):
    """Verbs of instalments."""

    def for_subject(
        self, subject_id: int, areas: Iterable[str], receivables: Mapping[str, Iterable[UUID]] | None = None
    ) -> Self:
        """Instalments a subject owes, alone or with others, in whole areas, and of single receivables by area.

        This is the one door to a subject's ledger; `receivables` are public ids of receivables by their area.
        """
        within = Q(account__type__area__in=list(areas))
        for area, public_ids in (receivables or {}).items():
            within |= Q(account__type__area=area, receivable__public_id__in=list(public_ids))
        accounts = AccountParty.objects.filter(subject=subject_id).order_by()
        return self.filter(within, account__in=accounts.values("account"))

    def unsettled(self) -> Self:
        """Instalments with something left to pay, by the office or by the bailiff."""
        return self.exclude(status=Instalment.Status.SETTLED)

    def overdue(self, on: date) -> Self:
        """Unsettled instalments whose last day of paying in time is before `on`."""
        return self.unsettled().filter(effective_due_on__lt=on)


class Instalment(FromSource):
    """One payment date of a receivable, what is to be paid by it and what of that is paid.

    `amount` is what is to be paid now, `assessed_amount` what was first charged; reductions, remissions and
    write-offs (`LedgerEntry`) lie between. `posted_*` is what the domain system's book says. What is shown,
    `principal_paid`, `costs_paid`, `interest_accrued_until`, `interest_carried`, `status` and `settled_on`, is
    that and the payments made here which the book has not taken in yet; `taxes.services.shown` alone writes it.
    """

    class Status(models.TextChoices):
        OPEN = "open", _("do zapłaty")
        ENFORCEMENT = "enforcement", _("w egzekucji")
        SETTLED = "settled", _("zapłacona")

    class Kind(models.TextChoices):
        ORDINARY = "ordinary", _("rata")
        ARRANGED = "arranged", _("rata układu")
        INTEREST = "interest", _("odsetki objęte układem")
        FEE = "fee", _("opłata prolongacyjna")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    receivable = models.ForeignKey(
        Receivable, on_delete=models.PROTECT, related_name="instalments", db_index=False
    )
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    subject = models.ForeignKey("people.Subject", on_delete=models.PROTECT, related_name="+")
    arrangement = models.ForeignKey(
        Arrangement, on_delete=models.PROTECT, null=True, blank=True, related_name="instalments",
        db_index=False,
    )  # fmt: skip
    number = models.PositiveSmallIntegerField(_("rata"))
    kind = models.CharField(_("rodzaj"), max_length=10, choices=Kind, default=Kind.ORDINARY)
    bears_interest = models.BooleanField(_("nalicza się odsetki"), default=True)
    amount = money(_("kwota"))
    assessed_amount = money(_("kwota pierwotna"))
    due_on = models.DateField(_("termin"))
    effective_due_on = models.DateField(_("termin z uwzględnieniem dni wolnych i doręczenia"))
    limitation_on = models.DateField(_("przedawnia się"), null=True, blank=True)
    blocked_reason = models.CharField(
        _("dlaczego nie można zapłacić przez internet"), max_length=200, blank=True
    )
    enforced_on = models.DateField(_("w egzekucji od"), null=True, blank=True)
    enforcement_title = models.CharField(_("tytuł wykonawczy"), max_length=60, blank=True)
    enforcement_body = models.CharField(_("organ egzekucyjny"), max_length=160, blank=True)
    enforcement_ended_on = models.DateField(_("egzekucja zakończona"), null=True, blank=True)

    principal_posted = money(_("zaksięgowano należności głównej"), default=0)
    costs_posted = money(_("zaksięgowano kosztów upomnień"), default=0)
    posted_accrued_until = models.DateField(_("odsetki rozliczone w księdze do"), null=True, blank=True)
    posted_carried = money(_("odsetki pozostałe w księdze"), default=0)
    posted_on = models.DateField(_("ostatnie księgowanie"), null=True, blank=True)
    source_interest = money(_("odsetki według systemu dziedzinowego"), null=True, blank=True)
    source_interest_on = models.DateField(_("odsetki według systemu na dzień"), null=True, blank=True)

    status = models.CharField(_("stan"), max_length=12, choices=Status, default=Status.OPEN)
    principal_paid = money(_("zapłacono należności głównej"), default=0)
    costs_paid = money(_("zapłacono kosztów upomnień"), default=0)
    interest_accrued_until = models.DateField(_("odsetki rozliczone do"), null=True, blank=True)
    interest_carried = money(_("odsetki pozostałe z rozliczenia"), default=0)
    settled_on = models.DateField(_("zapłacono w całości"), null=True, blank=True)

    objects = InstalmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("rata")
        verbose_name_plural = _("raty")
        ordering = ("receivable", "number")
        constraints = [
            *source_constraints("instalment"),
            models.UniqueConstraint(fields=("receivable", "number"), name="taxes_instalment_number_unique"),
            models.CheckConstraint(
                condition=Q(status__in=["open", "enforcement", "settled"]),
                name="taxes_instalment_status_known",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["ordinary", "arranged", "interest", "fee"]),
                name="taxes_instalment_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0, assessed_amount__gt=0, amount__lte=F("assessed_amount")),
                name="taxes_instalment_amount_within_assessed",
            ),
            models.CheckConstraint(
                condition=Q(effective_due_on__gte=F("due_on")), name="taxes_instalment_never_due_earlier"
            ),
            models.CheckConstraint(
                condition=Q(principal_posted__gte=0, principal_posted__lte=F("amount"), costs_posted__gte=0)
                & Q(posted_carried__gte=0),
                name="taxes_instalment_posted_within_amount",
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
                condition=Q(enforced_on__isnull=True, enforcement_title="", enforcement_ended_on__isnull=True)
                | Q(enforced_on__isnull=False) & ~Q(enforcement_title=""),
                name="taxes_instalment_enforced_by_title",
            ),
            models.CheckConstraint(
                condition=~Q(status="enforcement")
                | Q(enforced_on__isnull=False, enforcement_ended_on__isnull=True),
                name="taxes_instalment_enforcement_goes_on",
            ),
            models.CheckConstraint(
                condition=Q(source_interest__isnull=True, source_interest_on__isnull=True)
                | Q(source_interest__gte=0, source_interest_on__isnull=False),
                name="taxes_instalment_source_interest_dated",
            ),
        ]
        indexes = [
            models.Index(fields=("account", "status", "effective_due_on"), name="taxes_instalment_owed"),
            models.Index(
                fields=("account", "-settled_on"),
                condition=Q(status="settled"),
                name="taxes_instalment_settled",
            ),
            models.Index(
                fields=("effective_due_on",), condition=Q(status="open"), name="taxes_instalment_due"
            ),
            models.Index(
                fields=("arrangement",), condition=Q(arrangement__isnull=False), name="taxes_instalment_plan"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.receivable_id}/{self.number}"

    @property
    def principal_left(self) -> Decimal:
        """Principal not yet paid, in złoty."""
        return Decimal(self.amount - self.principal_paid)


class ReminderCost(FromSource):
    """A reminder about an instalment. Its cost is owed from the day it was delivered."""

    instalment = models.ForeignKey(
        Instalment, on_delete=models.PROTECT, related_name="reminders", db_index=False
    )
    number = models.CharField(_("numer upomnienia"), max_length=40)
    sent_on = models.DateField(_("wysłano"))
    delivered_on = models.DateField(_("doręczono"), null=True, blank=True)
    amount = money(_("koszty"))

    class Meta:
        verbose_name = _("upomnienie")
        verbose_name_plural = _("upomnienia")
        ordering = ("sent_on", "pk")
        constraints = [
            *source_constraints("reminder"),
            models.UniqueConstraint(fields=("instalment", "number"), name="taxes_reminder_number_unique"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="taxes_reminder_amount_positive"),
            models.CheckConstraint(
                condition=Q(delivered_on__isnull=True) | Q(delivered_on__gte=F("sent_on")),
                name="taxes_reminder_delivered_after_sent",
            ),
        ]

    def __str__(self) -> str:
        return self.number
