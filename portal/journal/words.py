"""What a recorded action is called for people. Apps add their own words in `AppConfig.ready()`."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


@dataclass(frozen=True)
class Words:
    """One action in plain words."""

    text: Text
    is_read: bool
    area: str = ""
    """Area of mandates whose attorneys may see such records; empty: the owner alone."""


_UNKNOWN = Words(_("czynność w portalu"), is_read=False)
_words: dict[str, Words] = {}


def register(action: str, text: Text, *, is_read: bool = False, area: str = "") -> None:
    """Name an action; `is_read` when it only looks. Raises ValueError when somebody else has named it."""
    if _words.setdefault(action, Words(text, is_read, area)).text is not text:
        raise ValueError(f"Two actions are called {action}.")


def words_of(action: str) -> Words:
    """Return the words of an action, general ones for a code from an earlier version."""
    return _words.get(action, _UNKNOWN)


def known() -> dict[str, Words]:
    """Return every action that has words."""
    return dict(_words)
