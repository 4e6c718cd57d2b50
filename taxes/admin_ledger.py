"""The ledger at the taxes clerk's desk: to look at. What a domain system would not post is decided here.

Lists name accounts and numbers, nobody's name; whose it is stands on the page of one row, and opening that is on
record.
"""

from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from portal.journal.services import record_read
from portal.people.models import User
from taxes.admin_forms import ResolveForm
from taxes.errors import LedgerError
from taxes.models import (
    Account,
    AccountParty,
    Allocation,
    Decision,
    Instalment,
    PaymentReceived,
    Receivable,
    SourceSystem,
)
from taxes.services import resolve_rejected
from taxes.services.posting import Resolution


class ReadOnly:
    """Nothing of the book is written by hand."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody adds."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody changes."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody deletes."""
        return False


class _Ledger(ReadOnly, admin.ModelAdmin):
    """A list found by whole numbers, which every index answers, and pages whose opening is recorded."""

    list_per_page = 50
    show_full_result_count = False
    search_help_text = _("Cały numer: kartoteki, rachunku do wpłat (26 cyfr) albo decyzji.")
    search_fields = ("number",)  # shows the box; `get_search_results` looks

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        decided = Decision.objects.filter(number=term).order_by().values("account")
        charged = Receivable.objects.filter(decision_number=term).order_by().values("account")
        digits = "".join(char for char in term if char.isdigit())
        found = Account.objects.filter(
            Q(number=term) | Q(virtual_account=digits[-26:]) | Q(pk__in=decided) | Q(pk__in=charged)
        )
        return queryset.filter(**{f"{self.account_path}__in": found.order_by().values("pk")}), False

    account_path = "account"

    def subject_of(self, obj: Any) -> Any:
        """Whose the row is."""
        return obj.account.subject

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        obj = self.get_object(request, object_id) if object_id.isdecimal() else None
        if obj is not None and request.method == "GET" and self.has_view_permission(request, obj):
            record_read(
                actor_id=cast(User, request.user).public_id, subject_id=self.subject_of(obj).public_id,
                action="receivables.read", reference=str(obj.public_id),
            )  # fmt: skip
        return super().change_view(request, object_id, form_url, extra_context)


class _Inline(ReadOnly, admin.TabularInline):
    extra = 0


class PartyInline(_Inline):
    """Who owes."""

    model = AccountParty
    fields = ("subject", "role", "share")


class InstalmentInline(_Inline):
    """What is to be paid by when."""

    model = Instalment
    fields = ("number", "kind", "amount", "effective_due_on", "principal_posted", "principal_paid", "status")


class AllocationInline(_Inline):
    """What the payment was credited to."""

    model = Allocation
    fields = ("instalment", "principal", "interest", "costs", "overpaid")


@admin.register(SourceSystem)
class SourceSystemAdmin(ReadOnly, admin.ModelAdmin):
    """Domain systems and how old what they sent is."""

    list_display = ("name", "code", "as_of")


@admin.register(Account)
class AccountAdmin(_Ledger):
    """Accounts, found by their number, the number to transfer to, or a decision's."""

    account_path = "pk"
    list_display = ("number", "type", "virtual_account", "object_description", "source", "closed_on")
    list_filter = ("type", "source")
    list_select_related = ("type", "source")
    inlines = (PartyInline,)

    def subject_of(self, obj: Account) -> Any:
        return obj.subject


@admin.register(Receivable)
class ReceivableAdmin(_Ledger):
    """Receivables of accounts, newest year first."""

    list_display = ("title", "account", "year", "decision_number", "total", "closed_on")
    list_filter = ("year", "account__type")
    list_select_related = ("account",)
    inlines = (InstalmentInline,)


@admin.register(PaymentReceived)
class PaymentReceivedAdmin(_Ledger):
    """Payments. Those made here wait until their domain system has posted them; the rejected ones for a clerk."""

    account_path = "allocations__instalment__account"
    list_display = ("paid_on", "amount", "channel", "posting", "source", "rejection_reason")
    list_filter = ("posting", "channel", "source")
    list_select_related = ("source",)
    inlines = (AllocationInline,)
    change_form_template = "admin/taxes/paymentreceived/payment.html"

    def subject_of(self, obj: PaymentReceived) -> Any:
        return obj.subject

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        found, _duplicates = super().get_search_results(request, queryset, search_term)
        return found, bool(search_term.strip())

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/rozstrzygnij/", wrap(self.resolve), name="taxes_paymentreceived_resolve"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        context = {"may_resolve": request.user.has_perm("taxes.change_paymentreceived")}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **context})

    def resolve(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What becomes of a payment that the domain system rejected, and why."""
        if not request.user.has_perm("taxes.change_paymentreceived"):
            raise PermissionDenied
        payment = get_object_or_404(PaymentReceived, pk=pk, channel=PaymentReceived.Channel.PORTAL)
        form = ResolveForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                resolve_rejected(
                    clerk=cast(User, request.user), payment=payment, reason=form.cleaned_data["reason"],
                    resolution=Resolution(form.cleaned_data["resolution"]),
                )  # fmt: skip
            except LedgerError:
                messages.error(request, _("Ta wpłata nie czeka już na rozstrzygnięcie."))
            else:
                messages.success(request, _("Zapisano rozstrzygnięcie."))
            return redirect("admin:taxes_paymentreceived_change", pk)
        context = {
            **self.admin_site.each_context(request), "payment": payment, "form": form, "opts": self.model._meta,
            "title": _("Rozstrzygnij odrzuconą wpłatę"),
        }  # fmt: skip
        return render(
            request, "admin/taxes/paymentreceived/resolve.html", context, status=400 if form.is_bound else 200
        )
