from django.contrib import admin

from portal.mandates.models import Mandate


@admin.register(Mandate)
class MandateAdmin(admin.ModelAdmin):
    """Mandates as clerks keep them."""

    list_display = ("principal", "attorney", "valid_from", "valid_to", "status")
    list_filter = ("status",)
    list_select_related = ("principal", "attorney")
    raw_id_fields = ("principal", "attorney")
    show_full_result_count = False
