"""The clerk's desk: the queue of applications and the view of one."""

from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from eurzad.lib import clock, dates, searching
from eurzad.lib.names import as_written
from portal.access import deciding_page, decision, rules, selectors, texts
from portal.access.errors import AccessError
from portal.access.files import attachment_response
from portal.access.forms import CorrectionForm, DecisionForm
from portal.access.models import (
    DOOR_LABELS,
    AccessApplication,
    AccessApplicationQuerySet,
    Attachment,
    DecisionDocument,
)
from portal.access.services import correcting, deciding
from portal.desk import foureyes, reasons
from portal.desk.errors import DeskError
from portal.desk.models import Area, FirstApproval, Template
from portal.journal.services import record_read
from portal.people.models import User

TAB_LABELS = {
    "to_take": _("do wzięcia"),
    "mine": _("moje"),
    "urgent": _("pilne"),
    "overdue": _("po terminie"),
    "done": _("zakończone"),
    "all": _("wszystkie"),
}


class QueueFilter(admin.SimpleListFilter):
    """Tabs of the queue; a search looks through all of them."""

    title = _("kolejka")
    parameter_name = "tab"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [(tab, TAB_LABELS[tab]) for tab in selectors.QUEUE_TABS]

    def choices(self, changelist: Any) -> Any:
        for tab, label in self.lookup_choices:
            yield {
                "selected": current_tab(changelist.params, changelist.query) == tab,
                "query_string": changelist.get_query_string({self.parameter_name: tab}),
                "display": label,
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        tab = current_tab(request.GET, request.GET.get("q", ""))
        return selectors.in_tab(
            cast(AccessApplicationQuerySet, queryset), tab, clerk=clerk_of(request), today=clock.today()
        )


def current_tab(params: Any, query: str) -> str:
    """The tab that is open: chosen, or all when searching, or what waits to be taken."""
    tab = str(params.get("tab") or "")
    if tab in selectors.QUEUE_TABS:
        return tab
    return "all" if query else "to_take"


class DoorFilter(admin.SimpleListFilter):
    """The door an application came through."""

    title = _("droga")
    parameter_name = "door"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Any:
        return DOOR_LABELS

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(door=self.value()) if self.value() else queryset


@admin.register(AccessApplication)
class AccessApplicationAdmin(admin.ModelAdmin):
    """Filed applications; nothing is added, edited or removed by hand."""

    list_display = ("number", "person", "status", "deadline", "door", "received", "handler")
    list_filter = (QueueFilter, DoorFilter)
    list_select_related = ("assigned_to",)
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("number", "family_name")
    search_help_text = _("Numer wniosku albo nazwisko")
    ordering = ("due_on", "pk")
    actions = None
    change_list_template = "admin/access/accessapplication/queue.html"

    def get_queryset(self, request: HttpRequest) -> AccessApplicationQuerySet:
        first = FirstApproval.objects.filter(kind=deciding.FOUR_EYES, reference=OuterRef("public_id"))
        filed = AccessApplication.objects.filed().defer(*selectors.BLOBS, "signature_report")
        return cast(AccessApplicationQuerySet, filed.annotate(waits_for_second=Exists(first)))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AccessApplication | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AccessApplication | None = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: AccessApplication | None = None) -> bool:
        return may_decide(request) or super().has_view_permission(request, obj)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may_decide(request) or super().has_module_permission(request)

    @admin.display(description=_("wnioskodawca"), ordering="family_name")
    def person(self, application: AccessApplication) -> str:
        return as_written(f"{application.family_name} {application.given_name}")

    @admin.display(description=_("stan"))
    def status(self, application: AccessApplication) -> str:
        tone, words = status_words(application)
        return format_html('<span class="tag tag-{}">{}</span>', tone, words)

    @admin.display(description=_("termin decyzji"), ordering="due_on")
    def deadline(self, application: AccessApplication) -> str:
        day = dates.format_short(application.decide_by)
        if application.state != rules.State.SUBMITTED:
            return day
        left = rules.days_left(application.decide_by, clock.today())
        return f"{day} ({texts.days_left_words(left)})"

    @admin.display(description=_("wpłynął"), ordering="received_at")
    def received(self, application: AccessApplication) -> str:
        return dates.format_short(clock.to_warsaw(application.arrived_at).date())

    @admin.display(description=_("prowadzi"))
    def handler(self, application: AccessApplication) -> str:
        return str(application.assigned_to or "–")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        open_tab = current_tab(request.GET, request.GET.get("q", ""))
        counts = selectors.queue_counts(clerk=clerk_of(request), today=clock.today())
        tabs = [
            {
                "label": TAB_LABELS[tab],
                "count": counts[tab],
                "url": f"?{urlencode({'tab': tab})}",
                "is_open": tab == open_tab,
            }
            for tab in selectors.QUEUE_TABS
        ]
        door = request.GET.get("door", "")
        doors = [
            {
                "label": label,
                "url": f"?{urlencode({'tab': open_tab, 'door': value})}",
                "is_open": value == door,
            }
            for value, label in (("", _("obie")), *DOOR_LABELS)
        ]
        context = {"tabs": tabs, "doors": doors, "title": _("Wnioski o dostęp")}
        return super().changelist_view(request, {**(extra_context or {}), **context})

    def get_urls(self) -> list[URLPattern]:
        name = "access_accessapplication_"
        own = [
            path("<int:pk>/wez/", self._guard(claim), name=f"{name}claim"),
            path("<int:pk>/oddaj/", self._guard(release), name=f"{name}release"),
            path("<int:pk>/decyzja/", self._guard(self.decide), name=f"{name}decide"),
            path("<int:pk>/cofnij/", self._guard(take_back), name=f"{name}take_back"),
            path("<int:pk>/poprawki/", self._guard(self.correct), name=f"{name}correct"),
            path("<int:pk>/decyzja.pdf", self._reading(self.decision_pdf), name=f"{name}decision_pdf"),
            path("<int:pk>/plik/<uuid:public_id>/", self._reading(self.attachment), name=f"{name}attachment"),
        ]
        return own + super().get_urls()

    def _guard(self, view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        def guarded(request: HttpRequest, pk: int) -> HttpResponse:
            if not may_decide(request):
                raise PermissionDenied
            return view(request, pk)

        return self.admin_site.admin_view(require_POST(guarded))

    def _reading(self, view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        def guarded(request: HttpRequest, pk: int, **names: Any) -> HttpResponse:
            if not self.has_view_permission(request):
                raise PermissionDenied
            return view(request, self._with_people(str(pk)), **names)

        return self.admin_site.admin_view(require_safe(guarded))

    def attachment(
        self, request: HttpRequest, application: AccessApplication, public_id: UUID
    ) -> HttpResponse:
        """A file of the case, to be saved."""
        of_case = Q(application=application) | Q(application__joined_to=application)
        file = Attachment.objects.filter(of_case, public_id=public_id).first()
        if file is None:
            raise Http404
        self._note_read(request, application)
        return attachment_response(file)

    def decision_pdf(self, request: HttpRequest, application: AccessApplication) -> HttpResponse:
        """The decision as it was written out."""
        kept = DecisionDocument.objects.filter(application=application).first()
        if kept is None:
            raise Http404
        self._note_read(request, application)
        response = HttpResponse(bytes(kept.content), content_type="application/pdf")
        response["Content-Disposition"] = f'attachment; filename="decyzja-{application.number}.pdf"'
        return response

    def decide(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Decide about each one asked for; an incomplete decision changes nothing and keeps what was typed."""
        application = self._with_people(str(pk))
        rows = deciding_page.rows_of(application)
        form = DecisionForm(request.POST, application=application, rows=rows)
        if not form.is_valid():
            for errors in form.errors.values():
                messages.error(request, str(errors[0]))
            return self._desk(request, application, typed=request.POST)
        try:
            done = _decide(clerk_of(request), pk, form)
        except (AccessError, DeskError) as error:
            messages.error(request, error.message)
            return self._desk(request, self._with_people(str(pk)), typed=request.POST)
        messages.success(request, done)
        return redirect(reverse("admin:access_accessapplication_change", args=[pk]))

    def correct(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask the applicant to correct the application."""
        application = self._with_people(str(pk))
        form = CorrectionForm(request.POST)
        if form.is_valid():
            try:
                _ask_correction(clerk_of(request), application, form.cleaned_data)
            except AccessError as error:
                form.add_error(None, error.message)
            else:
                messages.success(request, _("Poproszono wnioskodawcę o poprawienie. Termin urzędu stoi."))
                return redirect(reverse("admin:access_accessapplication_change", args=[pk]))
        return self._desk(request, self._with_people(str(pk)), correction=form)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        application = self._with_people(object_id)
        self._note_read(request, application)
        return self._desk(request, application)

    def _note_read(self, request: HttpRequest, application: AccessApplication) -> None:
        record_read(
            actor_id=clerk_of(request).public_id,
            subject_id=application.identity.public_id,
            action="access.read",
            reference=application.number or "",
            reason=reasons.reason_of(request, Area.ACCESS),
        )

    def _with_people(self, object_id: str) -> AccessApplication:
        found = AccessApplication.objects.filed().filter(pk=int(object_id) if object_id.isdecimal() else 0)
        application = found.select_related(
            "identity__subject", "assigned_to", "decided_by", "joined_to", "subject"
        ).first()
        if application is None:
            raise Http404
        return application

    def _desk(
        self,
        request: HttpRequest,
        application: AccessApplication,
        *,
        typed: Any = None,
        correction: CorrectionForm | None = None,
    ) -> TemplateResponse:
        query = searching.clean(request.GET.get("osoba", ""))
        waiting = application.state in rules.UNDECIDED
        holder = application.assigned_to_id
        first = foureyes.first_of(deciding.FOUR_EYES, application.public_id) if waiting else None
        before = deciding_page.typed_before(first.terms) if first else {}
        typed = before if typed is None else typed
        rows = deciding_page.rows_of(application)
        decides = may_decide(request) and waiting and holder in (None, request.user.pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Wniosek o dostęp %(number)s") % {"number": application.number},
            "application": application,
            "desk": selectors.desk_of(application, query=query),
            "rows": deciding_page.row_desks(application, rows, query=query, typed=typed),
            "typed": typed,
            "first": first,
            "is_first": first is not None and first.by_id == request.user.pk,
            "needs_second": bool(rows) and foureyes.is_needed(deciding.FOUR_EYES),
            "outcomes": decision.outcomes(application) if application.decided_at else (),
            "others": application.attachments.filter(represented=None).defer("content"),
            "corrections": application.corrections.select_related("asked_by"),
            "correction": correction or CorrectionForm(),
            "may_correct": decides and application.state == rules.State.SUBMITTED,
            "correction_texts": reasons.templates(Template.Use.CORRECTION) if decides else (),
            "has_decision_pdf": DecisionDocument.objects.filter(application=application).exists(),
            "events": application.events.select_related("actor"),
            "joined": application.joined.defer(*selectors.BLOBS),
            "former": AccessApplication.objects.filter(identity=application.identity, due_on__isnull=False)
            .exclude(pk=application.pk)
            .defer(*selectors.BLOBS)
            .order_by("-received_at")[:10],
            "status_tag": status_words(application),
            "deadline": self.deadline(application),
            "query": query,
            "reasons": reasons.templates(Template.Use.REFUSAL) if decides else (),
            "may_decide": decides,
            "may_claim": may_decide(request) and waiting and holder is None,
            "may_take_over": may_decide(request) and waiting and holder not in (None, request.user.pk),
            "may_release": may_decide(request) and waiting and holder == request.user.pk,
        }
        return TemplateResponse(request, "admin/access/accessapplication/desk.html", context)


def clerk_of(request: HttpRequest) -> User:
    """The member of staff at the desk; the admin lets in nobody else."""
    return cast(User, request.user)


def may_decide(request: HttpRequest) -> bool:
    """Whether the signed-in clerk takes and decides applications."""
    return request.user.has_perm("access.decide_accessapplication")


def status_words(application: AccessApplication) -> tuple[str, str]:
    """Tone and words of the tag: what is new, and for whom."""
    if application.state == rules.State.SUBMITTED:
        if getattr(application, "waits_for_second", False):
            return "waiting", str(_("czeka na drugą osobę"))
        if rules.is_overdue(rules.State.SUBMITTED, application.decide_by, clock.today()):
            return "overdue", str(_("po terminie"))
        if rules.days_left(application.decide_by, clock.today()) <= rules.URGENT_DAYS:
            return "waiting", str(_("pilny"))
        return ("neutral", str(_("w toku"))) if application.assigned_to_id else ("waiting", str(_("nowy")))
    tone = "done" if application.state == rules.State.APPROVED else "neutral"
    return tone, str(application.get_state_display())


def claim(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an application, also from another clerk when asked so."""
    take_over = request.POST.get("take_over") == "1"
    return _act(
        request, pk, lambda clerk: deciding.claim(application_id=pk, clerk=clerk, take_over=take_over),
        _("Wniosek jest teraz Twój."),
    )  # fmt: skip


def release(request: HttpRequest, pk: int) -> HttpResponse:
    """Give an application back."""
    return _act(
        request, pk, lambda clerk: deciding.release(application_id=pk, clerk=clerk),
        _("Wniosek wrócił do kolejki."),
    )  # fmt: skip


def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget what the first of two clerks approved."""
    return _act(
        request, pk, lambda clerk: deciding.take_back_first(application_id=pk, clerk=clerk),
        _("Pierwszą zgodę cofnięto. Wniosek czeka na decyzję od nowa."),
    )  # fmt: skip


def _decide(clerk: User, pk: int, form: DecisionForm) -> Any:
    """Carry the form out and say what has happened."""
    if form.cleaned_data["decision"] == DecisionForm.REJECT:
        deciding.reject(application_id=pk, clerk=clerk, reason=form.cleaned_data["reason"])
        return _("Wniosek odrzucony. Wnioskodawca dostał powiadomienie.")
    verdict = form.verdict()
    if not deciding.decide(application_id=pk, clerk=clerk, verdict=verdict):
        return _("Zapisano pierwszą zgodę. Wniosek czeka w kolejce na drugą osobę.")
    if verdict.grants_own or verdict.grants_rows:
        return _("Wniosek przyjęty. Wnioskodawca dostał powiadomienie.")
    return _("Wniosek odrzucony. Wnioskodawca dostał powiadomienie.")


@transaction.atomic
def _ask_correction(clerk: User, application: AccessApplication, values: dict[str, Any]) -> None:
    """What the first of two clerks approved is thought over again when the applicant has answered."""
    correcting.ask_correction(clerk=clerk, application_pk=application.pk, **values)
    foureyes.withdraw(deciding.FOUR_EYES, application.public_id)


def _act(request: HttpRequest, pk: int, action: Callable[[User], object], done: Any) -> HttpResponse:
    try:
        action(clerk_of(request))
    except AccessApplication.DoesNotExist:
        raise Http404 from None
    except AccessError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, done)
    return redirect(reverse("admin:access_accessapplication_change", args=[pk]))
