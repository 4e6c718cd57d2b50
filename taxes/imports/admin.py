"""For clerks: what files came, what was wrong with them, and those that wait for a clerk's word; keys of systems."""

from decimal import Decimal
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from eurzad.lib import clock
from eurzad.lib.dates import format_short
from eurzad.lib.money import format_pln
from portal.desk import foureyes
from portal.desk.errors import OtherTerms, SamePerson
from portal.people.models import User
from taxes.errors import LedgerError
from taxes.imports import intake, keys, words
from taxes.models import LedgerImport, LedgerKey

_WHY_NOT = {
    "ledger.not_waiting": _("Ten plik nie czeka już na zatwierdzenie."),
    "ledger.overtaken": _("Nowszy plik przyszedł przed zatwierdzeniem. Ten nie zostanie już wczytany."),
    "taxes.reason_missing": _("Podaj powód odrzucenia w polu obok listy działań."),
}


class _Reason(ActionForm):
    """The reason of a refusal stands beside the action."""

    reason = forms.CharField(label=_("Powód odrzucenia"), max_length=200, required=False)


@admin.register(LedgerImport)
class LedgerImportAdmin(admin.ModelAdmin):
    """Files of the domain systems, newest first; a large change of sums waits here for approval."""

    list_display = (
        "received_at",
        "source",
        "file_name",
        "sequence",
        "kind",
        "state",
        "change",
        "problem_count",
    )
    list_filter = ("state", "source", "kind")
    list_select_related = ("source",)
    date_hierarchy = "received_at"
    show_full_result_count = False
    action_form = _Reason
    actions = ("approve", "refuse")
    fields = (
        *("source", "channel", "file_name", "state", "kind", "sequence", "previous_sequence", "system"),
        *("taken_at", "received_at", "finished_at", "size", "digest", "told_counts", "change", "told_rows"),
        *("first_approval", "approved_at", "report"),
    )
    readonly_fields = fields

    @admin.display(description=_("co się zmienia"))
    def change(self, row: LedgerImport) -> str:
        """What is owed and the number of receivables, before and after."""
        if not row.changes:
            return "–"
        before, after = row.changes["before"], row.changes["after"]
        return str(
            _("saldo %(was)s → %(now)s, należności %(receivables)s → %(left)s")
            % {
                "was": format_pln(Decimal(before["balance"])),
                "now": format_pln(Decimal(after["balance"])),
                "receivables": before["receivables"],
                "left": after["receivables"],
            }
        )

    @admin.display(description=_("rekordy w pliku"))
    def told_counts(self, row: LedgerImport) -> str:
        """Counts by type."""
        return ", ".join(f"{name} {count}" for name, count in row.counts.items()) or "–"

    @admin.display(description=_("dodane, zmienione, zamknięte wiersze"))
    def told_rows(self, row: LedgerImport) -> str:
        """What the load came to, by table."""
        return "; ".join(
            f"{words.table_name(table)} {sign}{count}"
            for name, sign in (("added", "+"), ("changed", "~"), ("closed", "−"))
            for table, count in row.changes.get(name, {}).items()
        )

    @admin.display(description=_("pierwsze zatwierdzenie"))
    def first_approval(self, row: LedgerImport) -> str:
        """Who approved first, where two have to."""
        first = foureyes.first_of(intake.FOUR_EYES, row.public_id)
        if first is None:
            return "–"
        when = format_short(clock.to_warsaw(first.at).date())
        return str(
            _("%(who)s, %(when)s; czeka na drugą osobę")
            % {"who": first.by.get_full_name() or first.by, "when": when}
        )

    @admin.display(description=_("raport"))
    def report(self, row: LedgerImport) -> str:
        """The first problems, and all that are kept as a file."""
        if not row.problem_count:
            return str(_("bez problemów"))
        link = reverse("admin:taxes_ledgerimport_report", args=[row.pk])
        first = words.lines(row.problems[:5], len(row.problems[:5]))
        told = format_html_join("", "<li>{}</li>", ((line,) for line in first))
        return format_html('<ul>{}</ul><a href="{}">{}</a>', told, link, _("Pobierz cały raport"))

    def get_urls(self) -> list[URLPattern]:
        """The report beside the usual pages."""
        own = path(
            "<int:pk>/raport.txt",
            self.admin_site.admin_view(self.download),
            name="taxes_ledgerimport_report",
        )
        return [own, *super().get_urls()]

    def download(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The rejection report as text."""
        row = LedgerImport.objects.filter(pk=pk).first()
        if row is None or not self.has_view_permission(request, row):
            raise Http404
        text = "\n".join(words.lines(row.problems, row.problem_count)) + "\n"
        return HttpResponse(
            text,
            content_type="text/plain; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="raport-{row.public_id}.txt"'},
        )

    @admin.action(description=_("Zatwierdź i wczytaj zaznaczone"), permissions=["decide"])
    def approve(self, request: HttpRequest, queryset: QuerySet[LedgerImport]) -> None:
        for row in queryset.order_by("sequence")[:20]:
            self._try(request, row, lambda row=row: intake.approve(clerk=cast(User, request.user), row=row))

    @admin.action(description=_("Odrzuć zaznaczone z podanego powodu"), permissions=["decide"])
    def refuse(self, request: HttpRequest, queryset: QuerySet[LedgerImport]) -> None:
        reason = request.POST.get("reason", "")
        for row in queryset.order_by("sequence")[:20]:
            self._try(
                request,
                row,
                lambda row=row: intake.refuse(clerk=cast(User, request.user), row=row, reason=reason),
            )

    def _try(self, request: HttpRequest, row: LedgerImport, act: Any) -> None:
        try:
            done = act()
        except LedgerError as error:
            why = _WHY_NOT.get(error.code, _("Tego pliku nie można teraz rozstrzygnąć."))
            self.message_user(request, f"{row.file_name} ({row.sequence}): {why}", messages.ERROR)
        except (SamePerson, OtherTerms):
            why = _("Pierwsze zatwierdzenie już jest. Plik musi zatwierdzić druga osoba.")
            self.message_user(request, f"{row.file_name} ({row.sequence}): {why}", messages.ERROR)
        else:
            told = (
                _(
                    "%(file)s: zapisano pierwsze zatwierdzenie. Plik wczyta się, gdy zatwierdzi go druga osoba."
                )
                if done is False
                else _("Zapisano: %(file)s.")
            )
            self.message_user(request, told % {"file": row.file_name})

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Approving changes a row, though nobody edits its fields."""
        return request.user.has_perm("taxes.change_ledgerimport")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: LedgerImport | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: LedgerImport | None = None) -> bool:
        return False


class _KeyForm(forms.ModelForm):
    """A key is checked when it is added."""

    class Meta:
        model = LedgerKey
        fields = ("source", "public_key", "label")

    def clean_public_key(self) -> str:
        """Refuse what is no key, or one that is known."""
        text = str(self.cleaned_data["public_key"])
        try:
            keys.check(text)
        except keys.BadKey as error:
            raise forms.ValidationError(error.message) from None
        return text


@admin.register(LedgerKey)
class LedgerKeyAdmin(admin.ModelAdmin):
    """Keys of domain systems: added, and revoked for good."""

    list_display = ("key_id", "source", "label", "created_at", "revoked_at")
    list_select_related = ("source",)
    form = _KeyForm
    actions = ("revoke",)

    def save_model(self, request: HttpRequest, obj: LedgerKey, form: Any, change: bool) -> None:
        """Through the service, which records it."""
        key = keys.add(
            source=obj.source,
            public_key=obj.public_key,
            label=obj.label,
            by=cast(User, request.user).public_id,
        )
        obj.pk, obj.key_id, obj.created_at = key.pk, key.key_id, key.created_at

    @admin.action(description=_("Unieważnij zaznaczone klucze"), permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[LedgerKey]) -> None:
        for key in queryset.filter(revoked_at__isnull=True)[:50]:
            keys.revoke(key_id=key.key_id, by=cast(User, request.user).public_id)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Revoking changes a key, though nobody edits its fields."""
        return request.user.has_perm("taxes.change_ledgerkey")

    def has_change_permission(self, request: HttpRequest, obj: LedgerKey | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: LedgerKey | None = None) -> bool:
        return False
