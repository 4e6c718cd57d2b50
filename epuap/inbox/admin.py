"""What clerks see of the mailbox: nothing is edited, some of it may be tried again."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from epuap.inbox.models import InboundDocument, OutboundLetter
from epuap.inbox.services import intake, letters


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A list without the stored bytes, a read-only page, and a download of each byte field."""

    byte_fields: dict[str, str] = {}
    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer(*self.byte_fields)

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_download"
        download = path(
            "<uuid:public_id>/pobierz/<slug:field>/", self.admin_site.admin_view(self.download), name=name
        )
        return [download, *super().get_urls()]

    def download(self, request: HttpRequest, public_id: str, field: str) -> HttpResponse:
        """Stored bytes as a file that no browser renders; the download is noted in the admin's log."""
        if field not in self.byte_fields or not self.has_view_permission(request):
            raise Http404
        row = self.get_queryset(request).filter(public_id=public_id).first()
        content = getattr(row, field, None)
        if row is None or not content:
            raise Http404
        self.log_change(request, row, f"download {field}")
        response = HttpResponse(bytes(content), content_type="application/octet-stream")
        response["Content-Disposition"] = f'attachment; filename="{row.public_id}-{self.byte_fields[field]}"'
        return response

    @admin.display(description=_("pliki"))
    def files(self, row: Any) -> str:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_download"
        rows = self.model._default_manager.filter(pk=row.pk)
        held = [field for field in self.byte_fields if rows.filter(**{f"{field}__gt": b""}).exists()]
        links = (
            (reverse(name, args=(row.public_id, field)), self.opts.get_field(field).verbose_name)  # type: ignore[union-attr]
            for field in held
        )
        return format_html_join(" · ", '<a href="{}">{}</a>', links)

    def run_each(
        self,
        request: HttpRequest,
        queryset: QuerySet[Any],
        action: Callable[..., bool],
        note: str,
    ) -> None:
        """Call a service for each chosen row, log those it changed and say how many."""
        changed = 0
        for row in queryset:
            if action(public_id=row.public_id):
                self.log_change(request, row, note)
                changed += 1
        text = _("Zmieniono: %(changed)d, bez zmian: %(same)d.")
        counts = {"changed": changed, "same": len(queryset) - changed}
        self.message_user(request, text % counts, messages.SUCCESS if changed else messages.WARNING)

    def has_act_permission(self, request: HttpRequest) -> bool:
        """Actions need the change permission, though no field can be changed."""
        return super().has_change_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(InboundDocument)
class InboundDocumentAdmin(ReadOnlyAdmin):
    byte_fields = {"content": "dokument.bin", "additional_data": "dane-dodatkowe.bin"}
    list_display = (
        "public_id", "received_at", "state", "is_test", "sender_name", "file_name", "error_code",
    )  # fmt: skip
    list_filter = ("state", "is_test", "root_namespace")
    search_fields = ("epuap_id", "public_id", "sha256", "reply_address")
    exclude = tuple(byte_fields)
    readonly_fields = ("files",)
    actions = ("try_again",)

    @admin.action(description=_("Spróbuj ponownie"), permissions=("act",))
    def try_again(self, request: HttpRequest, queryset: QuerySet[InboundDocument]) -> None:
        self.run_each(request, queryset, intake.retry_document, "retry")


@admin.register(OutboundLetter)
class OutboundLetterAdmin(ReadOnlyAdmin):
    byte_fields = {"document": "pismo.bin", "receipt": "upp.bin"}
    list_display = ("public_id", "created_at", "state", "recipient_box", "title", "error_code", "remark")
    list_filter = ("state",)
    search_fields = ("epuap_id", "public_id", "recipient_box", "title")
    exclude = tuple(byte_fields)
    readonly_fields = ("files",)
    actions = ("mark_sent", "send_again")

    @admin.action(description=_("Oznacz jako wysłane"), permissions=("act",))
    def mark_sent(self, request: HttpRequest, queryset: QuerySet[OutboundLetter]) -> None:
        self.run_each(request, queryset, letters.mark_letter_sent, "marked as sent")

    @admin.action(description=_("Wyślij ponownie"), permissions=("act",))
    def send_again(self, request: HttpRequest, queryset: QuerySet[OutboundLetter]) -> None:
        self.run_each(request, queryset, letters.resend_letter, "send again")
