from django.contrib import admin
from django.db import models

from portal.catalogue.models import Service


@admin.register(Service)
class ServiceAdmin(admin.ModelAdmin):
    list_display = ("title", "channel", "unit", "order", "is_published")
    list_editable = ("order",)
    list_filter = ("channel", "is_published")
    search_fields = ("title", "summary")
    prepopulated_fields = {"slug": ("title",)}
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
