"""One search over everything public; each room registers what it can find."""

from collections.abc import Callable
from dataclasses import dataclass

from eurzad.lib import searching

LIMIT = 5


@dataclass(frozen=True)
class Hit:
    """Something found: its title and its address."""

    title: str
    url: str


@dataclass(frozen=True)
class Group:
    """What one source found: the first hits, how many there are, and where to see all of them."""

    title: str
    hits: list[Hit]
    total: int
    more_url: str = ""


Source = Callable[[tuple[str, ...], str, int], list[Group]]

_sources: list[Source] = []


def register(source: Source) -> None:
    """Add a source: a function of the words, the text as typed, and how many hits to give."""
    _sources.append(source)


def search(text: str) -> list[Group]:
    """Groups with at least one hit for `text`; none for a text without letters and digits."""
    words = searching.words_of(text)
    if not words:
        return []
    groups = [group for source in _sources for group in source(words, searching.clean(text), LIMIT)]
    return [group for group in groups if group.total]
