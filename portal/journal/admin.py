from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from eurzad.lib import clock, searching
from portal.journal import words
from portal.journal.models import Head, Record

COUNTED = 10_000
MOST_WORDS = 5
FIRST_YEAR, LAST_YEAR = 2000, 2999


class BoundedPaginator(Paginator):
    """Counts no further than COUNTED rows: a journal of millions would be counted for every page otherwise."""

    @cached_property
    def count(self) -> int:
        """How many rows are paged through: the newest COUNTED at most; filters reach the rest."""
        rows: Any = self.object_list
        return int(rows.order_by()[:COUNTED].count())


class ActionFilter(admin.SimpleListFilter):
    """By action, from the list of words: the table is not searched for its different codes."""

    title = _("czynność")
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return sorted(
            ((code, str(said.text)) for code, said in words.known().items()), key=lambda one: one[1]
        )

    def queryset(self, request: HttpRequest, queryset: QuerySet[Record]) -> QuerySet[Record]:
        return queryset.filter(action=self.value()) if self.value() else queryset


class ReadOnlyAdmin(admin.ModelAdmin):
    """Something to read only."""

    paginator = BoundedPaginator
    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _meaning(word: str) -> Q:
    """What a word of the search asks for."""
    day = read_day(word)
    if day is not None:
        return Q(at__gte=_midnight(day), at__lt=_midnight(day + timedelta(days=1)))
    try:
        person = UUID(word)
    except ValueError:
        return Q(reference=word)
    return Q(actor_id=person) | Q(subject_id=person) | Q(reference=str(person))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), clock.WARSAW)


def read_day(word: str) -> date | None:
    """Return the day that a word writes, as on paper or as in a file; None for anything else."""
    for form in ("%d.%m.%Y", "%Y-%m-%d"):
        try:
            day = datetime.strptime(word, form).replace(tzinfo=clock.WARSAW).date()
        except ValueError:
            continue
        return day if FIRST_YEAR <= day.year <= LAST_YEAR else None
    return None


@admin.register(Record)
class RecordAdmin(ReadOnlyAdmin):
    """The journal. Found by exact reference or by the UUID of a person: each has its index."""

    list_display = ("at", "number", "said", "reference", "actor_id", "subject_id", "reason")
    list_filter = (ActionFilter, "at")
    list_select_related = ("link",)
    sortable_by = ("at",)
    search_fields = ("reference",)
    search_help_text = _(
        "Numer sprawy, identyfikator osoby (UUID) albo dzień (23.11.2026); także kilka naraz"
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Record], search_term: str
    ) -> tuple[QuerySet[Record], bool]:
        """Every word has its index: a day, a person on either side, or an exact reference."""
        for word in searching.clean(search_term).split()[:MOST_WORDS]:
            queryset = queryset.filter(_meaning(word))
        return queryset, False

    @admin.display(description=_("czynność"))
    def said(self, record: Record) -> str:
        """The action in words, and the code by which a file of the journal names it."""
        return f"{words.words_of(record.action).text} ({record.action})"

    @admin.display(description=_("numer"), empty_value="–")
    def number(self, record: Record) -> int | None:
        """The number in the chain, or nothing before the sealer came by."""
        link = getattr(record, "link", None)
        return link.number if link else None


@admin.register(Head)
class HeadAdmin(ReadOnlyAdmin):
    """The signed days."""

    list_display = ("day", "number", "count", "hash", "signed_at")
