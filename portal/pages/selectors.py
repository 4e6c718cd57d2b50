"""What the shared pages show."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.utils.translation import get_language

from eurzad.lib import clock
from eurzad.lib.clock import to_warsaw
from eurzad.lib.dates import format_long
from portal.access import selectors as access
from portal.catalogue.selectors import access_doors
from portal.mandates.policy import Viewer
from portal.news import selectors as news
from portal.notices.models import Notice
from portal.pages import cards
from portal.pages.statements import ACCESSIBILITY

CHANGES = 5


@dataclass(frozen=True)
class Change:
    """Something that happened lately, ready to print."""

    text: str
    url: str
    day: date
    day_text: str
    is_new: bool


@dataclass(frozen=True)
class Waiting:
    """Something that waits for the viewer, ready to print."""

    text: str
    url: str
    link_text: str
    level: str
    day: date | None
    day_text: str


def home() -> dict[str, Any]:
    """The home page: tasks, emergency messages, the latest announcements."""
    emergencies, latest = news.for_home(clock.now())
    return {"tasks": cards.home_tasks(), "emergencies": emergencies, "announcements": latest}


def overview(viewer: Viewer) -> dict[str, Any]:
    """The overview of what the viewer has to do with the town."""
    return {
        "attention": [_waiting(each) for each in cards.attention(viewer)],
        "cards": cards.cards(viewer),
        "changes": _latest_changes(viewer),
        "shortcuts": cards.account_menu(),
        "decision_days": settings.ACCESS_DECISION_DAYS,
        "has_access": viewer.own is not None,
        "application": None if viewer.own else _application(viewer),
        "doors": [] if viewer.own else access_doors(),
    }


def _application(viewer: Viewer) -> access.Status | None:
    """How the viewer's application for access stands, or None when there is none."""
    current = access.current_application(viewer.identity) if viewer.identity else None
    return access.status_of(current) if current else None


def _latest_changes(viewer: Viewer) -> list[Change]:
    notices = Notice.objects.filter(user=viewer.user).values("text", "url", "created_at", "read_at")[:CHANGES]
    changes = []
    for notice in notices:
        day = to_warsaw(notice["created_at"]).date()
        changes.append(Change(notice["text"], notice["url"], day, _long(day), notice["read_at"] is None))
    return changes


def _waiting(item: cards.Attention) -> Waiting:
    text = _long(item.due_on) if item.due_on else ""
    return Waiting(item.text, item.url, item.link_text, item.level, item.due_on, text)


def _long(day: date) -> str:
    return format_long(day, get_language() or "pl", weekday=True)


def accessibility() -> dict[str, Any]:
    """The accessibility statement with its dates in words."""
    dates = ("published_on", "updated_on", "prepared_on")
    return {
        "statement": ACCESSIBILITY,
        "base_url": settings.PORTAL_BASE_URL,
        "phone_link": "".join(
            sign for sign in settings.MUNICIPALITY["phone"] if sign.isdigit() or sign == "+"
        ),
        **{name: format_long(getattr(ACCESSIBILITY, name), get_language() or "pl") for name in dates},
    }
