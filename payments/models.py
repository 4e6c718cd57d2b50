"""Payments, what they pay for, and every word the providers said about them. Private to this app."""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Round
from django.utils.translation import gettext_lazy as _

from payments.rules import OPEN
from payments.rules import Status as RuleStatus


class PaymentQuerySet(models.QuerySet["Payment"]):
    """What is asked of payments."""

    def open(self) -> "PaymentQuerySet":
        """Payments whose end is not known yet."""
        return self.filter(status__in=[str(status) for status in OPEN])

    def due_for_check(self, at: datetime) -> "PaymentQuerySet":
        """Open payments the provider should be asked about at this moment."""
        return self.open().filter(next_check_at__lte=at)


class Payment(models.Model):
    """One attempt to pay for a basket. The amount is locked; only `services.apply_event` moves the status."""

    class Status(models.TextChoices):
        CREATED = RuleStatus.CREATED.value, _("przygotowana")
        STARTED = RuleStatus.STARTED.value, _("rozpoczęta")
        PENDING = RuleStatus.PENDING.value, _("w toku")
        PAID = RuleStatus.PAID.value, _("zapłacona")
        FAILED = RuleStatus.FAILED.value, _("nieudana")
        CANCELLED = RuleStatus.CANCELLED.value, _("anulowana")
        UNKNOWN = RuleStatus.UNKNOWN.value, _("jeszcze nie wiadomo")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reference = models.CharField(_("numer"), max_length=20, unique=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("kto płacił")
    )
    payer = models.ForeignKey(
        "people.Subject", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("płacący")
    )
    on_behalf = models.ForeignKey(
        "people.Subject", on_delete=models.PROTECT, related_name="+", verbose_name=_("w imieniu")
    )
    payer_name = models.CharField(_("nazwa płacącego"), max_length=250)
    on_behalf_name = models.CharField(_("nazwa podmiotu"), max_length=250)
    provider = models.CharField(_("operator"), max_length=30)
    status = models.CharField(_("stan"), max_length=10, choices=Status, default=Status.CREATED)
    currency = models.CharField(_("waluta"), max_length=3, default="PLN")
    amount = models.DecimalField(_("kwota"), max_digits=12, decimal_places=2)
    ext_order_id = models.CharField(_("nasz numer zlecenia"), max_length=64, unique=True)
    provider_order_id = models.CharField(_("numer zlecenia operatora"), max_length=255, blank=True)
    idempotency_key = models.UUIDField(unique=True, editable=False)
    redirect_url = models.CharField(max_length=1024, blank=True, editable=False)
    ordered_at = models.DateTimeField(_("wysłano zlecenie"), null=True)
    authorised_at = models.DateTimeField(_("zapłacono"), null=True)
    created_at = models.DateTimeField(_("utworzono"))
    reserved_until = models.DateTimeField(_("zarezerwowano do"))
    next_check_at = models.DateTimeField(_("następne sprawdzenie"))
    checked_at = models.DateTimeField(_("ostatnie sprawdzenie"), null=True)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("płatność")
        verbose_name_plural = _("płatności")
        ordering = ("-created_at", "-pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=[status.value for status in RuleStatus]),
                name="payments_payment_status_known",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payments_payment_amount_positive"),
            models.CheckConstraint(condition=Q(currency="PLN"), name="payments_payment_currency_pln"),
            models.CheckConstraint(
                condition=Q(status="paid", authorised_at__isnull=False)
                | ~Q(status="paid") & Q(authorised_at__isnull=True),
                name="payments_payment_authorised_when_paid",
            ),
            models.UniqueConstraint(
                fields=("provider", "provider_order_id"),
                condition=~Q(provider_order_id=""),
                name="payments_payment_provider_order_unique",
            ),
        ]
        indexes = [
            models.Index(fields=("on_behalf", "-created_at"), name="payments_by_subject"),
            models.Index(fields=("created_by", "-created_at"), name="payments_by_user"),
            models.Index(
                fields=("next_check_at",),
                condition=Q(status__in=sorted(status.value for status in OPEN)),
                name="payments_due_for_check",
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class PaymentItem(models.Model):
    """One object of a payment, as it was priced when the amount was locked."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="items")
    payable_kind = models.CharField(_("rodzaj"), max_length=60)
    object_id = models.UUIDField(_("obiekt"))
    subject = models.ForeignKey("people.Subject", on_delete=models.PROTECT, related_name="+")
    area = models.CharField(_("obszar"), max_length=20)
    title = models.CharField(_("za co"), max_length=250)
    principal = models.DecimalField(_("należność główna"), max_digits=12, decimal_places=2)
    interest = models.DecimalField(_("odsetki"), max_digits=12, decimal_places=2)
    costs = models.DecimalField(_("koszty"), max_digits=12, decimal_places=2)
    amount = models.DecimalField(_("razem"), max_digits=12, decimal_places=2)

    class Meta:
        verbose_name = _("pozycja płatności")
        verbose_name_plural = _("pozycje płatności")
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=("payment", "payable_kind", "object_id"), name="payments_item_unique_per_payment"
            ),
            models.CheckConstraint(
                condition=Q(principal__gte=0, interest__gte=0, costs__gte=0, amount__gt=0),
                name="payments_item_amounts_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(
                    amount=Round(models.F("principal") + models.F("interest") + models.F("costs"), 2)
                ),
                name="payments_item_amount_is_sum",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Reservation(models.Model):
    """An object that is being paid for. The constraint is what keeps two checkouts apart."""

    payable_kind = models.CharField(max_length=60)
    object_id = models.UUIDField()
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="reservations")
    until = models.DateTimeField(_("do"))

    class Meta:
        verbose_name = _("rezerwacja")
        verbose_name_plural = _("rezerwacje")
        constraints = [
            models.UniqueConstraint(
                fields=("payable_kind", "object_id"), name="payments_reservation_one_per_object"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payable_kind} {self.object_id}"


class ProviderEvent(models.Model):
    """A message of a provider, byte for byte, and what was made of it."""

    class Verdict(models.TextChoices):
        RECEIVED = "received", _("odebrane")
        ACCEPTED = "accepted", _("przyjęte")
        DUPLICATE = "duplicate", _("powtórzone")
        REFUSED = "refused", _("odrzucone")

    class Source(models.TextChoices):
        NOTIFICATION = "notification", _("powiadomienie")
        QUERY = "query", _("odpowiedź na zapytanie")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    provider = models.CharField(_("operator"), max_length=30)
    source = models.CharField(_("źródło"), max_length=12, choices=Source)
    key = models.CharField(_("skrót treści"), max_length=64)
    body = models.BinaryField(_("treść"))
    headers = models.JSONField(_("nagłówki"), default=dict)
    received_at = models.DateTimeField(_("odebrano"))
    times_received = models.PositiveIntegerField(_("ile razy"), default=1)
    verdict = models.CharField(_("wynik"), max_length=9, choices=Verdict, default=Verdict.RECEIVED)
    code = models.CharField(_("powód"), max_length=60, blank=True)
    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, null=True, related_name="events", verbose_name=_("płatność")
    )

    class Meta:
        verbose_name = _("zdarzenie operatora")
        verbose_name_plural = _("zdarzenia operatorów")
        ordering = ("-received_at", "-pk")
        constraints = [
            models.UniqueConstraint(fields=("provider", "key"), name="payments_event_unique_per_provider"),
            models.CheckConstraint(
                condition=Q(verdict__in=["received", "accepted", "duplicate", "refused"]),
                name="payments_event_verdict_known",
            ),
        ]
        indexes = [models.Index(fields=("provider", "code", "received_at"), name="payments_events_by_code")]

    def __str__(self) -> str:
        return f"{self.provider} {self.received_at:%Y-%m-%d %H:%M:%S}"


class NumberSeries(models.Model):
    """The last payment number given out in a year; locked while the next one is taken."""

    year = models.PositiveSmallIntegerField(unique=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("numeracja")
        verbose_name_plural = _("numeracje")

    def __str__(self) -> str:
        return str(self.year)
