"""What other rooms put on shared pages: cards and attention of the overview, menus, tasks of the home page."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise

from portal.mandates.policy import Viewer

Text = str | Promise


@dataclass(frozen=True)
class Attention:
    """One thing that waits for the viewer. `level` is `overdue`, `waiting` or `info`."""

    due_on: date | None
    text: str
    url: str
    link_text: str
    level: str = "info"


@dataclass(frozen=True)
class Card:
    """A block of the overview: a template and what it shows."""

    template: str
    context: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Link:
    """A link to a page of the portal. `url_name` is reversed without arguments, once."""

    url_name: str
    label: Text

    @cached_property
    def url(self) -> str:
        """The address."""
        return reverse(self.url_name)


@dataclass(frozen=True)
class MenuEntry(Link):
    """A link of a menu."""

    order: int = 100


@dataclass(frozen=True)
class HomeTask(Link):
    """A large link of the home page with one line beneath."""

    text: Text
    order: int = 100


_attention: list[Callable[[Viewer], list[Attention]]] = []
_cards: list[tuple[int, Callable[[Viewer], Card | None]]] = []
_menu: list[MenuEntry] = []
_account_menu: list[MenuEntry] = []
_home_tasks: list[HomeTask] = []


def register_attention(source: Callable[[Viewer], list[Attention]]) -> None:
    """Add a source of the overview's "needs attention" list."""
    _attention.append(source)


def register_card(source: Callable[[Viewer], Card | None], *, order: int = 100) -> None:
    """Add a card to the overview."""
    _cards.append((order, source))
    _cards.sort(key=lambda entry: entry[0])


def register_menu(entry: MenuEntry) -> None:
    """Add a link to the public main menu."""
    _menu.append(entry)
    _menu.sort(key=lambda item: item.order)


def register_account_menu(entry: MenuEntry) -> None:
    """Add a link to the menu of signed-in residents."""
    _account_menu.append(entry)
    _account_menu.sort(key=lambda item: item.order)


def register_home_task(task: HomeTask) -> None:
    """Add a large link to the home page."""
    _home_tasks.append(task)
    _home_tasks.sort(key=lambda item: item.order)


def attention(viewer: Viewer) -> list[Attention]:
    """Return everything that waits for the viewer, earliest date first, undated last."""
    found = [item for source in _attention for item in source(viewer)]
    return sorted(found, key=lambda item: item.due_on or date.max)


def cards(viewer: Viewer) -> list[Card]:
    """Return the cards of the viewer's overview in order."""
    made = (source(viewer) for _order, source in _cards)
    return [card for card in made if card is not None]


def menu() -> list[MenuEntry]:
    """Return the public main menu."""
    return _menu


def account_menu() -> list[MenuEntry]:
    """Return the menu of signed-in residents."""
    return _account_menu


def home_tasks() -> list[HomeTask]:
    """Return the large links of the home page."""
    return _home_tasks
