"""The law's tables and the kinds of receivables, as the town keeps them."""

from typing import Any, cast
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from eurzad.lib import clock
from portal.people.models import User
from taxes import admin_ledger, lawkeeping  # noqa: F401 - registers the ledger
from taxes.imports import admin as imports_admin  # noqa: F401 (registers itself)
from taxes.law_forms import AmountForm, RatesForm
from taxes.models import DatedAmount, InterestRate, ReceivableType
from taxes.selectors.law import freshness


@admin.register(InterestRate)
class InterestRateAdmin(admin.ModelAdmin):
    """Rates of late interest, newest first; a page of one rate holds both of its day."""

    form = RatesForm
    list_display = ("regime", "valid_from", "percent", "source")
    list_filter = ("regime",)
    list_per_page = 50
    ordering = ("-valid_from", "regime")
    change_list_template = "admin/taxes/interestrate/rates.html"
    fields = ("valid_from", ("tax_percent", "tax_source"), ("civil_percent", "civil_source"))

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("sprawdzone/", wrap(self.reviewed), name="taxes_interestrate_reviewed"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        context = {"freshness": freshness(clock.today()), "may_review": self.has_change_permission(request)}
        return super().changelist_view(request, {**(extra_context or {}), **context})

    def reviewed(self, request: HttpRequest) -> HttpResponse:
        """Somebody looked: the rates are those in force."""
        if request.method != "POST" or not self.has_change_permission(request):
            raise PermissionDenied
        lawkeeping.confirm_rates(actor_id=_actor(request))
        messages.success(request, _("Zapisano: stawki są aktualne na dziś."))
        return redirect("admin:taxes_interestrate_changelist")

    def has_delete_permission(self, request: HttpRequest, obj: InterestRate | None = None) -> bool:
        """Only the newest day can be taken back; an older one would silently change what was counted."""
        if obj is None or not super().has_delete_permission(request, obj):
            return False
        return not InterestRate.objects.filter(valid_from__gt=obj.valid_from).exists()

    def save_model(self, request: HttpRequest, obj: InterestRate, form: Any, change: bool) -> None:
        saved = lawkeeping.save_rates(
            form.cleaned_data["valid_from"], form.rates, actor_id=_actor(request), former_day=form.former_day
        )
        mine = next((row for row in saved if row.pk == obj.pk), saved[0])
        obj.pk, obj.regime, obj.percent, obj.source = mine.pk, mine.regime, mine.percent, mine.source

    def delete_model(self, request: HttpRequest, obj: InterestRate) -> None:
        lawkeeping.remove_rates(obj.valid_from, actor_id=_actor(request))


@admin.register(DatedAmount)
class DatedAmountAdmin(admin.ModelAdmin):
    """Thresholds, costs, shares and fees, newest first."""

    form = AmountForm
    list_display = ("kind", "valid_from", "amount", "source")
    list_filter = ("kind",)
    list_per_page = 50

    def has_delete_permission(self, request: HttpRequest, obj: DatedAmount | None = None) -> bool:
        """Only the newest of its kind; and not the only one, but for what a council may leave be."""
        if obj is None or not super().has_delete_permission(request, obj):
            return False
        others = DatedAmount.objects.filter(kind=obj.kind).exclude(pk=obj.pk)
        is_optional = obj.kind == DatedAmount.Kind.PROLONGATION_SHARE
        return not others.filter(valid_from__gt=obj.valid_from).exists() and (is_optional or others.exists())

    def save_model(self, request: HttpRequest, obj: DatedAmount, form: Any, change: bool) -> None:
        lawkeeping.save_amount(obj, actor_id=_actor(request))

    def delete_model(self, request: HttpRequest, obj: DatedAmount) -> None:
        lawkeeping.remove_amount(obj, actor_id=_actor(request))


@admin.register(ReceivableType)
class ReceivableTypeAdmin(admin.ModelAdmin):
    """How each kind of receivable is treated; kinds in use are never deleted."""

    list_display = ("name", "area", "regime", "rounding", "has_threshold", "credit_order", "shifts_due_date")

    def has_delete_permission(self, request: HttpRequest, obj: ReceivableType | None = None) -> bool:
        """Receivables rest on their kind."""
        return False

    def save_model(self, request: HttpRequest, obj: ReceivableType, form: Any, change: bool) -> None:
        lawkeeping.save_type(obj, changed=form.changed_data, actor_id=_actor(request))


def _actor(request: HttpRequest) -> UUID:
    """The member of staff; the admin lets in nobody else."""
    return cast(User, request.user).public_id
