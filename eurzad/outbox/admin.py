from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from eurzad.outbox import services
from eurzad.outbox.models import Job


@admin.register(Job)
class JobAdmin(admin.ModelAdmin):
    """What runs in the background; a set-aside job can be started again."""

    list_display = ("name", "state", "attempts", "error_code", "created_at", "finished_at")
    list_filter = ("state", "name")
    actions = ("retry",)
    show_full_result_count = False

    @admin.action(description=_("Uruchom ponownie zaznaczone zadania"), permissions=["retry"])
    def retry(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        for job in queryset.filter(state=Job.State.FAILED)[:500]:
            services.retry(job)

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """Starting a job again changes it, though nobody edits its fields."""
        return request.user.has_perm("outbox.change_job")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        return False
