"""Mandates at the clerk's desk: entered from paper, confirmed from a signed document, refused."""

from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from portal.desk import reasons
from portal.desk.errors import DeskError
from portal.desk.models import Area
from portal.journal.services import record_read
from portal.mandates.errors import MandateError
from portal.mandates.forms import DecisionForm, EnterForm
from portal.mandates.models import Mandate, SignedDocument
from portal.mandates.services import deciding
from portal.mandates.texts import describe_scope
from portal.people.models import User

SHOWN = (
    "public_id", "principal", "attorney", "status", "scope", "object_title", "valid_from", "valid_to",
    "is_statutory", "is_joint", "basis", "text", "text_sha256", "asked_by", "created_at", "active_since",
    "ended_at", "ended_by", "end_reason",
)  # fmt: skip


@admin.register(Mandate)
class MandateAdmin(admin.ModelAdmin):
    """Mandates are read and decided here; what was agreed is never edited."""

    list_display = ("principal", "attorney", "valid_from", "valid_to", "status")
    list_filter = ("status",)
    list_select_related = ("principal", "attorney")
    raw_id_fields = ("principal", "attorney")
    readonly_fields = SHOWN
    show_full_result_count = False
    change_form_template = "admin/mandates/mandate/decide.html"

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs["form"] = EnterForm
            kwargs["fields"] = EnterForm.Meta.fields
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Mandate | None = None) -> Any:
        return SHOWN if obj else EnterForm.Meta.fields

    def get_readonly_fields(self, request: HttpRequest, obj: Mandate | None = None) -> Any:
        return SHOWN if obj else ()

    @admin.display(description=_("zakres i uprawnienia"))
    def scope(self, obj: Mandate) -> str:
        """The areas and the rights in words."""
        return describe_scope(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Mandate | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Mandate, form: Any, change: bool) -> None:
        if change:
            raise PermissionDenied
        entered = deciding.enter(clerk=clerk_of(request), **form.cleaned_data)
        obj.pk = entered.pk

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("<int:pk>/decyzja/", wrap(self.decide), name="mandates_mandate_decide"),
            path("<int:pk>/dokument/", wrap(self.document), name="mandates_mandate_document"),
        ]
        return own + super().get_urls()

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        mandate = Mandate.objects.filter(pk=int(object_id) if object_id.isdecimal() else 0).first()
        if mandate is None:
            raise Http404
        _note(request, mandate, "mandates.read")
        waits = mandate.status == Mandate.Status.AWAITING_CLERK
        context = {
            "decision": DecisionForm() if waits and self.has_change_permission(request, mandate) else None,
            "signed": SignedDocument.objects.filter(mandate=mandate).defer("content").first(),
            "agreed": mandate.approvals.select_related("user").order_by("at"),
            "show_save": False, "show_save_and_continue": False, "show_save_and_add_another": False,
        }  # fmt: skip
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **context})

    def decide(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Confirm from the document, or refuse with a reason."""
        if request.method != "POST" or not self.has_change_permission(request):
            raise PermissionDenied
        if not Mandate.objects.filter(pk=pk).exists():
            raise Http404
        try:
            if request.POST.get("action") == "refuse":
                reason = request.POST.get("reason", "")
                decided = deciding.refuse_by_clerk(clerk=clerk_of(request), mandate_pk=pk, reason=reason)
            else:
                file = request.FILES.get("document")
                content = file.read() if file else b""
                decided = deciding.confirm_from_document(
                    clerk=clerk_of(request),
                    mandate_pk=pk,
                    name=str(file.name) if file else "",
                    content=content,
                )
        except (MandateError, DeskError) as error:
            messages.error(request, error.message)
        else:
            is_first = decided.status == Mandate.Status.AWAITING_CLERK
            told = _(
                "Zapisano pierwszą zgodę. Pełnomocnictwo zacznie działać, gdy potwierdzi je druga osoba."
            )
            messages.success(request, told if is_first else _("Decyzja zapisana."))
        return redirect("admin:mandates_mandate_change", pk)

    def document(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The signed document as it was brought."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        kept = SignedDocument.objects.select_related("mandate").filter(mandate=pk).first()
        if kept is None:
            raise Http404
        _note(request, kept.mandate, "mandates.document")
        response = HttpResponse(bytes(kept.content), content_type=kept.mime)
        response["Content-Disposition"] = f'attachment; filename="pelnomocnictwo-{pk}"'
        return response


def clerk_of(request: HttpRequest) -> User:
    """The member of staff; the admin lets in nobody else."""
    return cast(User, request.user)


def _note(request: HttpRequest, mandate: Mandate, action: str) -> None:
    subject = mandate.principal or mandate.attorney
    record_read(
        actor_id=clerk_of(request).public_id, subject_id=subject.public_id if subject else None,
        action=action, reference=str(mandate.public_id), reason=reasons.reason_of(request, Area.MANDATES),
    )  # fmt: skip
