from django.contrib import admin

from portal.news.models import Announcement


@admin.register(Announcement)
class AnnouncementAdmin(admin.ModelAdmin):
    list_display = ("title", "published_from", "published_to", "is_emergency")
    list_filter = ("is_emergency",)
    search_fields = ("title", "body")
    date_hierarchy = "published_from"
