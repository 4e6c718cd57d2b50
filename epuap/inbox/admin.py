"""What clerks see of the mailbox: nothing is edited, some of it may be tried again."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from epuap.inbox import reading, reasons, signed
from epuap.inbox.models import InboundAttachment, InboundDocument, Mailbox, OutboundLetter
from epuap.inbox.services import attachments, desk, intake, letters, looking_up
from eurzad.lib.errors import DomainError


def as_download(content: bytes, file_name: str) -> HttpResponse:
    """Stored bytes as a file that no browser renders."""
    response = HttpResponse(content, content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response


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
        return as_download(bytes(content), f"{row.public_id}-{self.byte_fields[field]}")

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


class TabFilter(admin.SimpleListFilter):
    """The tabs of a list; the first one is open unless another is chosen or something is searched for."""

    title = _("stan")
    parameter_name = "tab"
    tabs: dict[str, tuple[Any, Callable[[Any], QuerySet[Any]]]] = {}

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [(name, label) for name, (label, _rows) in self.tabs.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return self.tabs[self.open_tab(request)][1](queryset)

    @classmethod
    def open_tab(cls, request: HttpRequest) -> str:
        """The tab that is open; everything when a tab was not chosen and something is searched for."""
        chosen = request.GET.get("tab", "")
        if chosen in cls.tabs:
            return chosen
        return "all" if request.GET.get("q") else next(iter(cls.tabs))


class DocumentTabs(TabFilter):
    tabs = {
        "open": (_("do załatwienia"), lambda rows: rows.open()),
        "quarantined": (
            _("odłożone po błędzie"),
            lambda rows: rows.filter(state="quarantined", closed_at=None),
        ),
        "unclaimed": (
            _("bez obsługi w systemie"),
            lambda rows: rows.filter(state="unclaimed", closed_at=None),
        ),
        "pending": (_("w toku"), lambda rows: rows.filter(state__in=InboundDocument.PENDING)),
        "handled": (_("przyjęte"), lambda rows: rows.filter(state="handled")),
        "closed": (_("zamknięte"), lambda rows: rows.exclude(closed_at=None)),
        "all": (_("wszystkie"), lambda rows: rows),
    }


class LetterTabs(TabFilter):
    tabs = {
        "open": (_("do załatwienia"), lambda rows: rows.open()),
        "looked_up": (
            _("szukane w wysłanych"),
            lambda rows: rows.filter(state="unknown").exclude(look_up_at=None),
        ),
        "waiting": (_("do wysłania"), lambda rows: rows.filter(state__in=("waiting", "sending"))),
        "sent": (_("wysłane"), lambda rows: rows.filter(state__in=("sent", "sent_without_receipt"))),
        "closed": (_("zamknięte"), lambda rows: rows.exclude(closed_at=None)),
        "all": (_("wszystkie"), lambda rows: rows),
    }


class DeskAdmin(ReadOnlyAdmin):
    """A list with tabs, a page that says what to do, and forms for it."""

    tabs: type[TabFilter]
    page_template = ""
    change_list_template = "admin/inbox/list.html"

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        is_open, rows = self.tabs.open_tab(request), self.model._default_manager.all()
        tabs = [
            {"label": label, "url": f"?tab={name}", "is_open": name == is_open, "count": choose(rows).count()}
            for name, (label, choose) in self.tabs.tabs.items()
        ]
        context = {
            "tabs": tabs,
            "mailboxes": Mailbox.objects.all(),
            "title": capfirst(self.opts.verbose_name_plural),
        }
        return super().changelist_view(request, {**(extra_context or {}), **context})

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        acts = path("<int:pk>/zrob/<slug:action>/", self.admin_site.admin_view(self.act), name=f"{name}_act")
        default = super().get_urls()
        return [default[0], acts, *default[1:]]

    def act(self, request: HttpRequest, pk: int, action: str) -> HttpResponse:
        """Do what a form on the page asks, and say what came of it."""
        row = self.get_queryset(request).filter(pk=pk).first()
        if row is None or action not in self.acts or request.method != "POST":
            raise Http404
        if not self.has_act_permission(request):
            raise PermissionDenied
        done, note = self.acts[action]
        try:
            changed = done(row, request)
        except DomainError as error:
            messages.error(request, error.message)
        else:
            if changed:
                self.log_change(request, row, note)
                messages.success(request, _("Zapisano."))
            else:
                messages.warning(request, _("Nic się nie zmieniło: ktoś już się tym zajął."))
        return redirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[pk]))

    acts: dict[str, tuple[Callable[[Any, HttpRequest], bool], str]] = {}

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"{capfirst(self.opts.verbose_name)}: {row}",
            "row": row,
            "files": self.files(row),
            "is_open": self.model._default_manager.open().filter(pk=row.pk).exists(),  # type: ignore[attr-defined]
            "reason": reasons.explain(row.error_code),
            "may_act": self.has_act_permission(request),
            **self.page(row),
        }
        return TemplateResponse(request, self.page_template, context)

    def page(self, row: Any) -> dict[str, Any]:
        """What the page of one row shows beside its fields."""
        raise NotImplementedError

    @admin.display(description=_("co dalej"))
    def what_next(self, row: Any) -> str:
        if row.closed_at is not None:
            return _("zamknięte: %(note)s") % {"note": row.closing_note}
        return reasons.explain(row.error_code) if row.state in self.explained else ""

    explained: tuple[str, ...] = ()


def _close_document(row: InboundDocument, request: HttpRequest) -> bool:
    by = request.user.get_username()
    return desk.close_document(public_id=row.public_id, by=by, note=request.POST.get("note", ""))


def _close_letter(row: OutboundLetter, request: HttpRequest) -> bool:
    by = request.user.get_username()
    return desk.close_letter(public_id=row.public_id, by=by, note=request.POST.get("note", ""))


def _download_again(row: InboundDocument, _request: HttpRequest) -> bool:
    lost = row.attachments.filter(state__in=InboundAttachment.LOST).only("public_id")
    return sum(attachments.retry_attachment(public_id=one.public_id) for one in lost) > 0


@admin.register(InboundDocument)
class InboundDocumentAdmin(DeskAdmin):
    byte_fields = {"content": "dokument.bin", "additional_data": "dane-dodatkowe.bin"}
    tabs = DocumentTabs
    page_template = "admin/inbox/document.html"
    explained = InboundDocument.FOR_CLERKS
    list_display = ("received_at", "sender_name", "file_name", "state", "what_next")
    list_display_links = ("received_at", "file_name")
    list_filter = (DocumentTabs,)
    search_fields = ("epuap_id", "public_id", "sha256", "reply_address", "sender_name")
    search_help_text = _("Nadawca, numer dokumentu w ePUAP albo skrót")
    actions = ("try_again",)
    acts = {
        "ponow": (lambda row, _request: intake.retry_document(public_id=row.public_id), "retry"),
        "zamknij": (_close_document, "closed"),
        "pobierz-zalaczniki": (_download_again, "attachments retried"),
    }

    @admin.action(description=_("Spróbuj ponownie"), permissions=("act",))
    def try_again(self, request: HttpRequest, queryset: QuerySet[InboundDocument]) -> None:
        self.run_each(request, queryset, intake.retry_document, "retry")

    def get_urls(self) -> list[URLPattern]:
        enclosed = path(
            "<int:pk>/w-pismie/<int:number>/",
            self.admin_site.admin_view(self.download_enclosed),
            name="inbox_inbounddocument_enclosed",
        )
        return [enclosed, *super().get_urls()]

    def download_enclosed(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        """An attachment from inside the document as a file that no browser renders."""
        row = InboundDocument.objects.filter(pk=pk).first()
        if row is None or not self.has_view_permission(request, row):
            raise Http404
        content = reading.enclosed_bytes(bytes(row.content), number)
        if content is None:
            raise Http404
        self.log_change(request, row, f"download enclosed {number}")
        return as_download(content, f"{row.public_id}-zalacznik-{number + 1}.bin")

    def page(self, row: InboundDocument) -> dict[str, Any]:
        content = bytes(InboundDocument.objects.values_list("content", flat=True).get(pk=row.pk))
        return {
            "reading": reading.read(content),
            "signatures": signed.signatures_of(content),
            "size": len(content),
            "attachments": [
                (one, reasons.explain(one.error_code) if one.error_code else "")
                for one in row.attachments.defer("content")
            ],
            "may_retry": row.state in InboundDocument.FOR_CLERKS and row.closed_at is None,
            "may_download": row.attachments.filter(state__in=InboundAttachment.LOST)
            .exclude(file_id="")
            .exists(),
        }


@admin.register(InboundAttachment)
class InboundAttachmentAdmin(ReadOnlyAdmin):
    byte_fields = {"content": "zalacznik.bin"}
    list_display = ("document", "position", "name", "state", "error_code", "stored_at")
    list_filter = ("state",)
    exclude = tuple(byte_fields)
    readonly_fields = ("files",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Attachments are reached from their document."""
        return False


@admin.register(OutboundLetter)
class OutboundLetterAdmin(DeskAdmin):
    byte_fields = {
        "document": "pismo.bin",
        "receipt": "poswiadczenie.bin",
        "refused_receipt": "poswiadczenie-odrzucone.bin",
    }
    tabs = LetterTabs
    page_template = "admin/inbox/letter.html"
    explained = (OutboundLetter.State.FAILED,)
    list_display = ("created_at", "title", "recipient_box", "kind", "state", "remark")
    list_display_links = ("created_at", "title")
    list_filter = (LetterTabs,)
    search_fields = ("epuap_id", "public_id", "recipient_box", "title")
    search_help_text = _("Tytuł, skrytka adresata albo numer dokumentu w ePUAP")
    actions = ("mark_sent", "send_again")
    acts = {
        "wyslane": (
            lambda row, _request: letters.mark_letter_sent(public_id=row.public_id),
            "marked as sent",
        ),
        "wyslij": (lambda row, _request: letters.resend_letter(public_id=row.public_id), "send again"),
        "szukaj": (lambda row, _request: looking_up.look_up_again(public_id=row.public_id), "look up again"),
        "zamknij": (_close_letter, "closed"),
    }

    @admin.action(description=_("Oznacz jako wysłane"), permissions=("act",))
    def mark_sent(self, request: HttpRequest, queryset: QuerySet[OutboundLetter]) -> None:
        self.run_each(request, queryset, letters.mark_letter_sent, "marked as sent")

    @admin.action(description=_("Wyślij ponownie"), permissions=("act",))
    def send_again(self, request: HttpRequest, queryset: QuerySet[OutboundLetter]) -> None:
        self.run_each(request, queryset, letters.resend_letter, "send again")

    def page(self, row: OutboundLetter) -> dict[str, Any]:
        return {
            "reading": reading.read(bytes(row.document)),
            "is_unknown": row.state == OutboundLetter.State.UNKNOWN and row.closed_at is None,
            "may_send": row.state in ("unknown", "failed") and row.closed_at is None,
        }
