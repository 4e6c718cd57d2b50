"""The ledger as the portal knows it. Private to this app; others go through selectors and services."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from taxes.rules.terms import CreditOrder, Regime, Rounding, Terms


def _money(label: Any, **options: Any) -> "models.DecimalField[Any, Any]":
    return models.DecimalField(label, max_digits=12, decimal_places=2, **options)


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
    amount = _money(_("kwota w zł"))
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


class ReceivableType(models.Model):
    """A kind of receivable and how the law treats it; the town keeps these flags."""

    class Area(models.TextChoices):
        TAXES = "taxes", _("podatki")
        FEES = "fees", _("opłaty")

    class Regime(models.TextChoices):
        TAX = Regime.TAX.value, _("podatkowy")
        CIVIL = Regime.CIVIL.value, _("cywilny")
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
    credit_order = models.CharField(_("zaliczanie wpłat"), max_length=20, choices=CreditOrder)
    shifts_due_date = models.BooleanField(_("termin w dzień wolny przechodzi na roboczy"))

    class Meta:
        verbose_name = _("rodzaj należności")
        verbose_name_plural = _("rodzaje należności")
        ordering = ("name",)
        constraints = [
            models.CheckConstraint(condition=Q(area__in=["taxes", "fees"]), name="taxes_type_area_known"),
            models.CheckConstraint(
                condition=Q(regime__in=["tax", "civil", "none"]), name="taxes_type_regime_known"
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
        )


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
    total = _money(_("kwota za rok"))

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
    amount = _money(_("kwota"))
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
    amount = _money(_("kwota"))
    due_on = models.DateField(_("termin"))
    effective_due_on = models.DateField(_("termin z uwzględnieniem dni wolnych i doręczenia"))
    status = models.CharField(_("stan"), max_length=12, choices=Status, default=Status.OPEN)
    principal_paid = _money(_("zapłacono należności głównej"), default=0)
    costs_paid = _money(_("zapłacono kosztów upomnień"), default=0)
    interest_accrued_until = models.DateField(_("odsetki rozliczone do"), null=True, blank=True)
    interest_carried = _money(_("odsetki pozostałe z rozliczenia"), default=0)
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
    amount = _money(_("koszty"))

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
    amount = _money(_("kwota"))

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
    principal = _money(_("należność główna"), default=0)
    interest = _money(_("odsetki"), default=0)
    costs = _money(_("koszty upomnień"), default=0)
    overpaid = _money(_("nadpłata"), default=0)

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
