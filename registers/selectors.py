"""Reading the registers for everyone.

A list answered in four queries at most, an entry, the state of all registers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypedDict
from urllib.parse import urlencode
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.utils.html import escape, format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from eurzad.lib import searching
from eurzad.lib.clock import to_warsaw
from eurzad.lib.dates import format_long
from registers.models import RegisterState
from registers.spec import PAGE, SORT, TEXT, Filter, PublicField, RegisterSpec, Row

PAGE_SIZE = 25


class Cell(TypedDict):
    """One value of an entry, ready to print: `content` is its text, or its link or date as HTML.

    A dict of strings made once, because a list prints more than a hundred of them.
    """

    label: str
    content: str
    is_number: bool


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    is_selected: bool


@dataclass(frozen=True)
class BoundFilter:
    """A filter with what was chosen in it."""

    param: str
    label: str
    options: list[Option]
    chosen: str
    is_polish: bool


@dataclass
class EntryList:
    """A page of a register, ready to print. `query` is the address without the page number."""

    spec: RegisterSpec
    text: str
    filters: list[BoundFilter]
    sorts: list[Option]
    page_obj: Page
    total: int
    columns: list[PublicField]
    rows: list[list[Cell]]
    query: str
    as_of: str
    published_count: int
    notes: list[str] = field(default_factory=list)

    @property
    def has_choices(self) -> bool:
        """Whether any filter is in use."""
        return any(bound.chosen for bound in self.filters)

    @property
    def is_narrowed(self) -> bool:
        """Whether the list is less than the whole register."""
        return bool(self.text) or self.has_choices

    @property
    def pages(self) -> int:
        """How many pages the list has."""
        return self.page_obj.paginator.num_pages


@dataclass(frozen=True)
class Entry:
    """One entry, ready to print."""

    spec: RegisterSpec
    title: str
    cells: list[Cell]
    as_of: str


@dataclass(frozen=True)
class RegisterSummary:
    """A register in the list of registers."""

    spec: RegisterSpec
    count: int
    as_of: str


def public_rows(spec: RegisterSpec, entries: QuerySet) -> QuerySet:
    """The white-list projection: rows of the declared columns only, never whole objects."""
    return entries.annotate(**spec.annotations).values(*spec.columns)


def completed(spec: RegisterSpec, rows: list[Row]) -> list[Row]:
    """`rows` of `public_rows` with what the register reads from other tables."""
    if spec.extend is not None and rows:
        spec.extend(rows)
    return rows


def entry_list(spec: RegisterSpec, params: Mapping[str, str], today: date) -> EntryList:
    """The page of the register that `params` ask for.

    What they ask in vain is left out and said in `notes`.
    """
    notes: list[str] = []
    state = RegisterState.objects.filter(register=spec.name).first()
    words = _words(params.get(TEXT, ""), notes)
    filters = [_bind(each, params.get(each.param, ""), state, notes) for each in spec.filters]
    sort = next((each for each in spec.sorts if each.key == params.get(SORT)), None)
    if params.get(SORT) and sort is None:
        notes.append(_("Nie znamy takiego sortowania. Pokazujemy kolejność zwykłą."))

    entries = spec.model.objects.published()
    for word in words:
        entries = entries.filter(search_text__contains=word)
    for each, bound in zip(spec.filters, filters, strict=True):
        if bound.chosen:
            entries = entries.filter(each.condition(bound.chosen, today))
    ordered = public_rows(spec, entries).order_by(*(sort or spec.sorts[0]).order)

    page = _page(Paginator(ordered, PAGE_SIZE), params.get(PAGE, ""), notes)
    shown = searching.clean(params.get(TEXT, ""))
    kept = {TEXT: shown, **{bound.param: bound.chosen for bound in filters}, SORT: sort.key if sort else ""}
    columns = [spec.by_name[name] for name in spec.list_columns]
    make_row = _row_maker(spec, columns)
    return EntryList(
        spec=spec,
        text=shown,
        filters=filters,
        sorts=[Option(each.key, str(each.label), each is (sort or spec.sorts[0])) for each in spec.sorts],
        page_obj=page,
        total=page.paginator.count,
        columns=columns,
        rows=[make_row(row) for row in completed(spec, list(page.object_list))],
        query=urlencode({name: value for name, value in kept.items() if value}),
        as_of=_as_of(state),
        published_count=state.published_count if state else 0,
        notes=notes,
    )


def entry(spec: RegisterSpec, public_id: UUID) -> Entry:
    """The published entry `public_id`. Raises the model's DoesNotExist when there is none."""
    row = public_rows(spec, spec.model.objects.published()).get(public_id=public_id)
    completed(spec, [row])
    columns = [spec.by_name[name] for name in spec.detail_columns]
    cells = [_cell(column, str(column.label), row) for column in columns]
    state = RegisterState.objects.filter(register=spec.name).first()
    return Entry(
        spec=spec,
        title=spec.page_title(row),
        cells=[cell for cell in cells if cell["content"]],
        as_of=_as_of(state),
    )


def summaries(specs: tuple[RegisterSpec, ...]) -> list[RegisterSummary]:
    """All registers with their sizes, in one query."""
    states = {state.register: state for state in RegisterState.objects.all()}
    return [
        RegisterSummary(
            spec, getattr(states.get(spec.name), "published_count", 0), _as_of(states.get(spec.name))
        )
        for spec in specs
    ]


def find(spec: RegisterSpec, words: tuple[str, ...], limit: int) -> tuple[list[tuple[str, str]], int]:
    """The first `limit` entries with all `words` as (text, address), and how many there are in all."""
    entries = spec.model.objects.published()
    for word in words:
        entries = entries.filter(search_text__contains=word)
    link = spec.by_name[spec.link_column]
    rows = completed(spec, list(public_rows(spec, entries).order_by(*spec.sorts[0].order)[:limit]))
    total = len(rows) if len(rows) < limit else entries.count()
    return [(link.show(row), spec.detail_url(row)) for row in rows], total


def _words(text: str, notes: list[str]) -> tuple[str, ...]:
    if searching.is_shortened(text):
        notes.append(
            _("To długie zapytanie. Bierzemy pod uwagę %(size)s pierwszych znaków i najwyżej %(count)s słów.")
            % {"size": searching.MAX_TEXT, "count": searching.MAX_WORDS}
        )
    words = searching.words_of(text)
    if text.strip() and not words:
        notes.append(_("W zapytaniu nie ma liter ani cyfr, więc pokazujemy wszystkie wpisy."))
    return words


def _bind(each: Filter, asked: str, state: RegisterState | None, notes: list[str]) -> BoundFilter:
    if each.found is not None:
        choices = [(value, value) for value in (state.facets.get(each.param, []) if state else [])]
    else:
        choices = [(str(value), str(label)) for value, label in each.choices]
    chosen = asked if any(value == asked for value, label in choices) else ""
    if asked and not chosen:
        notes.append(
            _("W filtrze „%(filter)s” nie ma takiej wartości. Pomijamy go.") % {"filter": each.label}
        )
    return BoundFilter(
        param=each.param,
        label=str(each.label),
        options=[Option(value, label, value == chosen) for value, label in choices],
        chosen=chosen,
        is_polish=each.is_polish,
    )


def _page(paginator: Paginator, asked: str, notes: list[str]) -> Page:
    last = paginator.num_pages
    number = 1
    if asked.isdecimal():
        number = int(asked) if len(asked) < 10 else last + 1
    elif asked:
        number = 0
    if number < 1:
        notes.append(_("Nie ma takiej strony. Pokazujemy pierwszą."))
        number = 1
    elif number > last:
        notes.append(_("Nie ma takiej strony. Pokazujemy ostatnią."))
        number = last
    return paginator.page(number)


def _row_maker(spec: RegisterSpec, columns: list[PublicField]) -> Callable[[Row], list[Cell]]:
    """How to make the cells of a row, with what is the same in every row prepared.

    The address of an entry continues that of its register (see `registers.urls`), so it is reversed once.
    """
    register_url = spec.list_url
    prepared = [(column, escape(str(column.label)), column.name == spec.link_column) for column in columns]

    def make(row: Row) -> list[Cell]:
        return [
            _cell(column, label, row, f"{register_url}{row['public_id']}/" if is_link else "")
            for column, label, is_link in prepared
        ]

    return make


def _cell(column: PublicField, label: str, row: Row, url: str = "") -> Cell:
    content = column.show(row)
    if content and column.is_polish(row):
        content = format_html('<span lang="pl">{}</span>', content)
    if column.link is not None:
        url = column.link(row)
    if url:
        content = format_html('<a href="{}">{}</a>', url, content)
    elif column.iso is not None and content:
        content = format_html('<time datetime="{}">{}</time>', column.iso(row), content)
    is_number = bool(column.number_column) and row[column.number_column] is not None
    return {"label": label, "content": content, "is_number": is_number}


def _as_of(state: RegisterState | None) -> str:
    if state is None:
        return ""
    local = to_warsaw(state.as_of)
    return f"{format_long(local.date(), get_language() or 'pl')}, {local:%H:%M}"
