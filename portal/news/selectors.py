"""Reading announcements."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import get_language

from eurzad.lib import searching
from eurzad.lib.clock import to_warsaw
from eurzad.lib.dates import format_long
from portal.news.models import Announcement

PAGE_SIZE = 10


@dataclass(frozen=True)
class Item:
    """An announcement ready to print."""

    title: str
    url: str
    body: str
    day: date
    day_text: str
    is_emergency: bool

    @cached_property
    def summary(self) -> str:
        """The beginning of the first paragraph; lists that show titles only never ask for it."""
        return Truncator(self.body.partition("\n\n")[0]).chars(180)


def item(announcement: Announcement) -> Item:
    """`announcement` ready to print."""
    day = to_warsaw(announcement.published_from).date()
    return Item(
        title=announcement.title,
        url=reverse("news:detail", args=[announcement.public_id]),
        body=announcement.body,
        day=day,
        day_text=format_long(day, get_language() or "pl"),
        is_emergency=announcement.is_emergency,
    )


def for_home(at: datetime, *, limit: int = 3) -> tuple[list[Item], list[Item]]:
    """The emergency messages in force and the latest other announcements, in one query each."""
    published = Announcement.objects.published(at)
    emergencies = [item(each) for each in published.filter(is_emergency=True)[:limit]]
    return emergencies, [item(each) for each in published.filter(is_emergency=False)[:limit]]


def page(at: datetime, number: str) -> Page[Announcement]:
    """A page of announcements; a page that does not exist is the nearest one that does."""
    return Paginator(Announcement.objects.published(at), PAGE_SIZE).get_page(number[:9])


def get(at: datetime, public_id: UUID) -> Item:
    """One published announcement. Raises Announcement.DoesNotExist."""
    return item(Announcement.objects.published(at).get(public_id=public_id))


def find(at: datetime, words: tuple[str, ...]) -> list[Item]:
    """Published announcements whose title and text hold all `words`.

    There are few, so they are searched here.
    """
    return [
        item(each)
        for each in Announcement.objects.published(at)
        if all(word in searching.normalise(f"{each.title} {each.body}") for word in words)
    ]
