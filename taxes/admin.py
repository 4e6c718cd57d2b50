"""The law's tables and the kinds of receivables, as the town keeps them."""

from django.contrib import admin
from django.http import HttpRequest

from taxes.models import DatedAmount, InterestRate, ReceivableType


@admin.register(InterestRate)
class InterestRateAdmin(admin.ModelAdmin):
    """Rates of late interest, newest first."""

    list_display = ("regime", "valid_from", "percent", "source")
    list_filter = ("regime",)


@admin.register(DatedAmount)
class DatedAmountAdmin(admin.ModelAdmin):
    """Thresholds and costs, newest first."""

    list_display = ("kind", "valid_from", "amount", "source")
    list_filter = ("kind",)


@admin.register(ReceivableType)
class ReceivableTypeAdmin(admin.ModelAdmin):
    """How each kind of receivable is treated; kinds in use are never deleted."""

    list_display = ("name", "area", "regime", "rounding", "has_threshold", "credit_order", "shifts_due_date")

    def has_delete_permission(self, request: HttpRequest, obj: ReceivableType | None = None) -> bool:
        """Receivables rest on their kind."""
        return False
