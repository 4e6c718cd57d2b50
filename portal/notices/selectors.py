"""Reading notices."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.utils.translation import get_language

from eurzad.lib import clock, dates
from portal.notices.deadlines import Deadline
from portal.notices.models import Notice
from portal.people.models import User

PAGE_SIZE = 20


@dataclass(frozen=True)
class Row:
    """One notice as the list shows it."""

    public_id: UUID
    text: str
    when: str
    url: str
    is_read: bool


def notices_for(user: User, *, page: str | None) -> tuple[Page[Notice], list[Row]]:
    """One page of the user's notices, newest first, and its rows."""
    found = Paginator(Notice.objects.filter(user=user), PAGE_SIZE).get_page(page)
    return found, [_row(notice) for notice in found]


def notice_for(user: User, public_id: UUID) -> Notice | None:
    """The user's own notice, or None for anybody else's."""
    return Notice.objects.filter(user=user, public_id=public_id).first()


def unread_count(user: User) -> int:
    """How many notices the user has not read."""
    return Notice.objects.filter(user=user, read_at=None).count()


def _row(notice: Notice) -> Row:
    local = clock.to_warsaw(notice.created_at)
    when = f"{dates.format_long(local.date(), get_language() or 'pl')}, {local:%H:%M}"
    return Row(notice.public_id, notice.text, when, notice.url, notice.read_at is not None)


@dataclass(frozen=True)
class DeadlineRow:
    """One deadline as the list shows it."""

    day: str
    day_iso: str
    title: str
    details: tuple[str, ...]
    url: str


def by_month(found: list[Deadline]) -> list[tuple[str, list[DeadlineRow]]]:
    """Deadlines, which come earliest first, under the name of their month."""
    language = get_language() or "pl"
    months: dict[str, list[DeadlineRow]] = {}
    for each in found:
        row = DeadlineRow(
            dates.format_long(each.day, language, weekday=True),
            each.day.isoformat(),
            each.title,
            each.details,
            each.path,
        )
        months.setdefault(dates.format_month(each.day, language), []).append(row)
    return list(months.items())
