"""The town's own wording, for the administrator."""

from django.contrib import admin

from portal.desk.models import Template


@admin.register(Template)
class TemplateAdmin(admin.ModelAdmin):
    """Sentences clerks choose from."""

    list_display = ("name", "use", "order", "is_active")
    list_filter = ("use", "is_active")
    list_per_page = 50
    show_full_result_count = False
