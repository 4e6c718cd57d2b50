"""The registers' part of the portal's search."""

from portal.pages.search import Group, Hit
from registers import selectors
from registers.declarations import REGISTERS


def sources(words: tuple[str, ...], text: str, limit: int) -> list[Group]:
    """What each register knows of `words`; `text` is how they were typed."""
    groups = []
    for spec in REGISTERS:
        found, total = selectors.find(spec, words, limit)
        hits = [Hit(title, url) for title, url in found]
        groups.append(Group(str(spec.title), hits, total, spec.search_url(text)))
    return groups
