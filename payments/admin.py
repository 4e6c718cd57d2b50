"""Payments for clerks: to look at, never to change."""

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from payments.models import Payment, PaymentItem, ProviderEvent


class ReadOnly:
    """No adding, changing or deleting: the status has one writer."""

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Nobody adds."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Nobody changes."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Nobody deletes."""
        return False


class PaymentItemInline(ReadOnly, admin.TabularInline):
    """What the payment pays for."""

    model = PaymentItem
    fields = ("title", "subject", "principal", "interest", "costs", "amount")
    extra = 0


class ProviderEventInline(ReadOnly, admin.TabularInline):
    """What the provider said of it."""

    model = ProviderEvent
    fields = ("received_at", "source", "verdict", "code", "times_received")
    extra = 0


@admin.register(Payment)
class PaymentAdmin(ReadOnly, admin.ModelAdmin):
    """Payments, newest first; open ones are found by their status."""

    list_display = ("reference", "created_at", "on_behalf_name", "amount", "status", "reserved_until")
    list_filter = ("status", "provider")
    search_fields = ("reference", "provider_order_id")
    date_hierarchy = "created_at"
    inlines = (PaymentItemInline, ProviderEventInline)
    exclude = ("redirect_url",)


@admin.register(ProviderEvent)
class ProviderEventAdmin(ReadOnly, admin.ModelAdmin):
    """Raw messages of providers and what was made of them."""

    list_display = ("received_at", "provider", "source", "verdict", "code", "payment", "times_received")
    list_filter = ("verdict", "code", "provider", "source")
    search_fields = ("payment__reference",)
    fields = (
        "received_at",
        "provider",
        "source",
        "verdict",
        "code",
        "payment",
        "times_received",
        "headers",
        "text",
    )

    @admin.display(description=_("treść"))
    def text(self, event: ProviderEvent) -> str:
        """The raw body as text; bytes that are none are shown by their numbers."""
        return bytes(event.body).decode("utf-8", errors="backslashreplace")
