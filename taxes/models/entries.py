"""The book of an account: what was charged, taken off and paid, in order. Rows are added, never changed."""

from typing import Any, Never

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from taxes.models.fields import FromSource, money, source_constraints
from taxes.models.instalments import Instalment
from taxes.models.receivables import Decision, Receivable


class EntryQuerySet(models.QuerySet["LedgerEntry"]):
    """A book is written forwards: what was wrong is set right by a further entry."""

    def update(self, **_changes: Any) -> Never:
        """Refuse."""
        raise TypeError("Entries of the ledger are added, never changed.")

    def bulk_update(self, *_args: Any, **_options: Any) -> Never:
        """Refuse."""
        raise TypeError("Entries of the ledger are added, never changed.")


class LedgerEntry(FromSource):
    """One posting, in złoty, split into principal, interest and costs; the kind says which way it goes.

    Amounts are not negative: `is_reversal` turns the entry round. `payment_id` is the portal's id of the payment
    that the domain system posted by it.
    """

    class Kind(models.TextChoices):
        CHARGE = "charge", _("przypis")
        INCREASE = "increase", _("zwiększenie")
        REDUCTION = "reduction", _("odpis")
        REMISSION = "remission", _("umorzenie")
        WRITE_OFF = "write_off", _("przedawnienie lub odpisanie")
        DEFERRAL = "deferral", _("odroczenie terminu")
        PLAN = "plan", _("rozłożenie na raty")
        COST = "cost", _("koszty upomnienia")
        PAYMENT = "payment", _("wpłata")
        ALLOCATION = "allocation", _("zaliczenie")
        REFUND = "refund", _("zwrot")

    receivable = models.ForeignKey(
        Receivable, on_delete=models.PROTECT, related_name="entries", db_index=False
    )
    instalment = models.ForeignKey(
        Instalment, on_delete=models.PROTECT, null=True, blank=True, related_name="entries"
    )
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(_("rodzaj"), max_length=12, choices=Kind)
    on = models.DateField(_("dzień"))
    principal = money(_("należność główna"), default=0)
    interest = money(_("odsetki"), default=0)
    costs = money(_("koszty upomnień"), default=0)
    is_reversal = models.BooleanField(_("storno"), default=False)
    payment_id = models.UUIDField(_("płatność w portalu"), null=True, blank=True)
    note = models.CharField(_("uwagi"), max_length=200, blank=True)
    recorded_at = models.DateTimeField(_("zapisano"))

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("zapis na kartotece")
        verbose_name_plural = _("zapisy na kartotekach")
        ordering = ("on", "pk")
        constraints = [
            *source_constraints("entry"),
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "charge",
                        "increase",
                        "reduction",
                        "remission",
                        "write_off",
                        "deferral",
                        "plan",
                        "cost",
                        "payment",
                        "allocation",
                        "refund",
                    ]
                ),
                name="taxes_entry_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(principal__gte=0, interest__gte=0, costs__gte=0), name="taxes_entry_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(payment_id__isnull=True) | Q(kind__in=["payment", "allocation", "refund"]),
                name="taxes_entry_payment_of_money",
            ),
        ]
        indexes = [
            models.Index(fields=("receivable", "on"), name="taxes_entry_of_receivable"),
            models.Index(
                fields=("payment_id",), condition=Q(payment_id__isnull=False), name="taxes_entry_of_payment"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.kind}"
