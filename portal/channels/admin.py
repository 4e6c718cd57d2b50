"""The town's channels, and the receipts as they were issued."""

from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest

from portal.channels import services
from portal.channels.forms import ChannelForm
from portal.channels.models import Channel, Receipt
from portal.people.models import User


@admin.register(Channel)
class ChannelAdmin(admin.ModelAdmin):
    """Channels are switched and described; which there are is the software's."""

    form = ChannelForm
    list_display = ("name", "takes_applications", "sends_letters", "receipt_kind")
    readonly_fields = ("code", "receipt_kind")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Channel | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Channel, form: Any, change: bool) -> None:
        actor = cast(User, request.user)
        services.change_channel(obj, changed=form.changed_data, actor_id=actor.public_id)


@admin.register(Receipt)
class ReceiptAdmin(admin.ModelAdmin):
    """Receipts can only be looked at; their bytes are the applicant's."""

    list_display = ("identifier", "kind", "channel", "issued_at", "code")
    list_filter = ("kind", "channel")
    list_select_related = ("channel",)
    search_fields = ("identifier", "code", "sha256", "document_sha256")
    date_hierarchy = "issued_at"
    fields = (
        "identifier",
        "kind",
        "channel",
        "code",
        "issued_at",
        "created_at",
        "is_own",
        "sha256",
        "document_sha256",
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Receipt | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Receipt | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("content")
