"""Registers in the clerks' admin.

Every change brings the search text and the state of the register up to date.
"""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.forms import ModelForm
from django.http import HttpRequest

from registers import services
from registers.declarations import CONTRACTS, LEASES, LICENCES, PROPERTIES
from registers.models import AlcoholLicence, Contract, ContractParty, Lease, Property
from registers.spec import RegisterSpec


class RegisterAdmin(admin.ModelAdmin):
    """Common to all registers."""

    spec: RegisterSpec
    search_fields = ("search_text",)
    readonly_fields = ("public_id", "updated_at")
    list_per_page = 50

    def save_related(self, request: HttpRequest, form: ModelForm, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        services.entries_changed(self.spec, [form.instance.pk])

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        super().delete_model(request, obj)
        services.entries_changed(self.spec, [])

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        super().delete_queryset(request, queryset)
        services.entries_changed(self.spec, [])


class ContractPartyInline(admin.TabularInline):
    model = ContractParty
    extra = 0
    min_num = 1


@admin.register(Contract)
class ContractAdmin(RegisterAdmin):
    spec = CONTRACTS
    list_display = ("number", "concluded_on", "subject_matter", "value", "status", "is_published")
    list_filter = ("is_published", "kind", "status", "unit")
    date_hierarchy = "concluded_on"
    inlines = (ContractPartyInline,)


@admin.register(Property)
class PropertyAdmin(RegisterAdmin):
    spec = PROPERTIES
    list_display = ("inventory_number", "address", "kind", "purpose", "area_m2", "is_published")
    list_filter = ("is_published", "kind", "purpose", "holding")

    def save_related(self, request: HttpRequest, form: ModelForm, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        services.entries_changed(LEASES, form.instance.leases.values_list("pk", flat=True))


@admin.register(AlcoholLicence)
class AlcoholLicenceAdmin(RegisterAdmin):
    spec = LICENCES
    list_display = ("number", "point_name", "category", "mode", "valid_to", "status", "is_published")
    list_filter = ("is_published", "category", "mode", "status")
    raw_id_fields = ("holder",)


@admin.register(Lease)
class LeaseAdmin(RegisterAdmin):
    spec = LEASES
    list_display = ("number", "object_name", "purpose", "period_to", "rent", "is_published")
    list_filter = ("is_published", "mode", "purpose")
    raw_id_fields = ("lessee", "property")
