"""The vocabulary in which a register is declared: public fields, filters, sorts.

Publication is a white list. A page reads from the database only the columns named by the register's public
fields and shows only what those fields render; a column nobody declared here never leaves the database.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import Expression, Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise

from eurzad.lib.dates import format_short
from eurzad.lib.money import NBSP, format_amount, format_pln
from registers.models import RegisterEntry

Text = str | Promise
Row = dict[str, Any]
Choices = Sequence[tuple[str, Text]]

# Names of the parameters every register understands.
TEXT, SORT, PAGE = "q", "sortuj", "page"


@dataclass(frozen=True, kw_only=True)
class PublicField:
    """One thing of an entry that everyone may see.

    `number_column` holds the figure when it is shown as one, aligned to the right.
    `is_polish` tells whether `show` makes words of the town, which are Polish whatever language the page is in.
    `columns` are the ORM columns (or annotations of the register) it reads, `show` makes the text from a row
    of them.
    """

    name: str
    label: Text
    columns: tuple[str, ...]
    show: Callable[[Row], str]
    iso: Callable[[Row], str] | None = None
    link: Callable[[Row], str] | None = None
    number_column: str = ""
    is_searchable: bool = False
    is_polish: Callable[[Row], bool] = lambda _row: False


def text(
    name: str, label: Text, *, searchable: bool = False, column: str = "", words: bool = True
) -> PublicField:
    """A field shown as it is stored: Polish `words`, or else a number that every language reads its own way."""
    source = column or name
    return PublicField(
        name=name,
        label=label,
        columns=(source,),
        show=lambda row: row[source] or "",
        is_searchable=searchable,
        is_polish=lambda _row: words,
    )


def choice(name: str, label: Text, choices: Choices) -> PublicField:
    """A field of fixed choices, shown by its label."""
    labels = dict(choices)
    return PublicField(
        name=name, label=label, columns=(name,), show=lambda row: str(labels.get(row[name], ""))
    )


def day(name: str, label: Text, *, empty: Text = "") -> PublicField:
    """A date, shown as 15.05.2026, or `empty` when there is none."""
    return PublicField(
        name=name,
        label=label,
        columns=(name,),
        show=lambda row: format_short(row[name]) if row[name] else str(empty),
        iso=lambda row: row[name].isoformat() if row[name] else "",
    )


def money(name: str, label: Text, *, absence: str) -> PublicField:
    """An amount in zlotys, or the reason from column `absence` why there is none."""
    return PublicField(
        name=name,
        label=label,
        columns=(name, absence),
        show=lambda row: row[absence] if row[name] is None else format_pln(row[name]),
        number_column=name,
        is_polish=lambda row: row[name] is None,
    )


def area(name: str, label: Text) -> PublicField:
    """An area in square metres: "1 234,50 m²"."""
    return PublicField(
        name=name,
        label=label,
        columns=(name,),
        show=lambda row: f"{format_amount(row[name])}{NBSP}m²",
        number_column=name,
    )


@dataclass(frozen=True, kw_only=True)
class Filter:
    """A choice that narrows the list.

    `found` reads the choices from the register; otherwise `choices` are fixed. `is_polish` is as with a field.
    """

    param: str
    label: Text
    condition: Callable[[str, date], Q]
    choices: Choices = ()
    found: Callable[[QuerySet], list[str]] | None = None
    is_polish: bool = False


def by_choice(param: str, label: Text, column: str, choices: Choices) -> Filter:
    """A filter by a field of fixed choices."""
    return Filter(
        param=param, label=label, choices=choices, condition=lambda value, _today: Q(**{column: value})
    )


def by_value(param: str, label: Text, column: str) -> Filter:
    """A filter by the values that occur in a text column."""
    return Filter(
        param=param,
        label=label,
        found=lambda entries: sorted(set(entries.order_by().values_list(column, flat=True).distinct())),
        condition=lambda value, _today: Q(**{column: value}),
        is_polish=True,
    )


def by_year(param: str, label: Text, column: str) -> Filter:
    """A filter by the year of a date, as a range that an index on the date can serve."""
    return Filter(
        param=param,
        label=label,
        found=lambda entries: [
            str(first.year) for first in entries.order_by().dates(column, "year", order="DESC")
        ],
        condition=lambda value, _today: Q(
            **{f"{column}__gte": date(int(value), 1, 1), f"{column}__lte": date(int(value), 12, 31)}
        ),
    )


@dataclass(frozen=True, kw_only=True)
class Sort:
    """An order the reader may choose."""

    key: str
    label: Text
    order: tuple[Any, ...]


@dataclass(frozen=True, kw_only=True)
class RegisterSpec:
    """A register as the public sees it. `name` gives the URL names, `path` the address."""

    name: str
    path: str
    model: type[RegisterEntry]
    title: Text
    lead: Text
    caption: Text
    entry_label: Text
    search_label: Text
    search_hint: Text
    legal_basis: Text
    fields: tuple[PublicField, ...]
    list_columns: tuple[str, ...]
    link_column: str
    detail_columns: tuple[str, ...]
    heading: str
    filters: tuple[Filter, ...]
    sorts: tuple[Sort, ...]
    annotations: Mapping[str, Expression] = field(default_factory=dict)
    extend: Callable[[list[Row]], None] | None = None
    extended: tuple[str, ...] = ()

    @cached_property
    def by_name(self) -> dict[str, PublicField]:
        return {public.name: public for public in self.fields}

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """All the database columns that may leave the database.

        Those filled by `extend` are not among them.
        """
        wanted = dict.fromkeys(column for public in self.fields for column in public.columns)
        return ("pk", "public_id", *(column for column in wanted if column not in self.extended))

    @property
    def list_url(self) -> str:
        return reverse(f"registers:{self.name}_list")

    def search_url(self, text: str) -> str:
        """The list of entries found by `text`."""
        return f"{self.list_url}?{urlencode({TEXT: text})}"

    def detail_url(self, row: Row) -> str:
        return reverse(f"registers:{self.name}_detail", args=[row["public_id"]])

    def page_title(self, row: Row) -> str:
        """The heading of an entry's own page."""
        return f"{self.entry_label} {self.by_name[self.heading].show(row)}"
