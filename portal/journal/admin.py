from django.contrib import admin
from django.http import HttpRequest

from portal.journal.models import Record


@admin.register(Record)
class RecordAdmin(admin.ModelAdmin):
    """The journal, to read only."""

    list_display = ("at", "action", "reference", "actor_id", "subject_id", "reason")
    list_filter = ("action",)
    date_hierarchy = "at"
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Record | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Record | None = None) -> bool:
        return False
