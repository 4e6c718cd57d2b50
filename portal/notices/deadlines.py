"""Dates that wait for somebody. Rooms above say where they come from; the calendar and the reminders ask here.

A source reads through the access policy at the moment it is asked, so what a mandate no longer covers is not told.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from portal.people.models import User

MOST = 400
"""Dates given out at once: more than any calendar shows, and an end to what one request costs."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """One day on which something is to be done.

    `uid` never changes while the thing is the same. `title` names the kind of thing, without names and amounts;
    `details` are lines with them, for who chose to have them. `path` leads to the page.
    """

    uid: str
    day: date
    title: str
    details: tuple[str, ...]
    path: str


class Source(Protocol):
    """Where dates come from."""

    def of(self, user: User, first: date, last: date) -> list[Deadline]:
        """Return the open deadlines of a user in these days; a constant number of queries."""

    def users(self, first: date, last: date, *, after: int, limit: int) -> Iterable[int]:
        """Return primary keys of users, greater than `after` and ascending, who may have some in these days."""


_sources: list[Source] = []


def register(source: Source) -> None:
    """Add a source of dates; in `AppConfig.ready()`."""
    _sources.append(source)


def of_user(user: User, first: date, last: date) -> list[Deadline]:
    """Return everything that waits for a user from `first` to `last`, earliest first, at most `MOST`."""
    found = [each for source in _sources for each in source.of(user, first, last)]
    return sorted(found, key=lambda each: (each.day, each.title, each.uid))[:MOST]


def users_with(first: date, last: date, *, after: int, limit: int) -> list[int]:
    """Return the next users, by ascending primary key, who may have a deadline in these days."""
    found = {pk for source in _sources for pk in source.users(first, last, after=after, limit=limit)}
    return sorted(found)[:limit]
