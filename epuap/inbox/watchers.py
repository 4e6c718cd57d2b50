"""Who is told that something in the mailbox needs a person. Rooms above register in `AppConfig.ready()`."""

from collections.abc import Callable
from enum import StrEnum


class Attention(StrEnum):
    """What needs a person."""

    DOCUMENT = "document"
    ATTACHMENT = "attachment"
    LETTER = "letter"


Watcher = Callable[[Attention], None]

_watchers: list[Watcher] = []


def register(function: Watcher) -> None:
    """Call `function` whenever something begins to need a person.

    It runs inside the transaction that says so: it only writes rows and jobs. It is told the kind and
    not the row, for what waits is counted when somebody is told (`selectors.count_open`).
    """
    if function not in _watchers:
        _watchers.append(function)


def unregister(function: Watcher) -> None:
    """Take a watcher away."""
    _watchers.remove(function)


def tell(kind: Attention) -> None:
    """Tell every watcher."""
    for watcher in _watchers:
        watcher(kind)
