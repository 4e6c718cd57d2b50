"""What the portal's own rooms give to the search."""

from django.urls import reverse
from django.utils.translation import gettext as _

from eurzad.lib import clock
from portal.catalogue import selectors as catalogue
from portal.news import selectors as news
from portal.pages.search import Group, Hit


def services(words: tuple[str, ...], text: str, limit: int) -> list[Group]:
    """Services of the catalogue."""
    found = catalogue.find(words)
    hits = [Hit(service.title, reverse("catalogue:detail", args=[service.slug])) for service in found[:limit]]
    return [Group(_("Usługi"), hits, len(found), reverse("catalogue:list"))]


def announcements(words: tuple[str, ...], text: str, limit: int) -> list[Group]:
    """Announcements of the town."""
    found = news.find(clock.now(), words)
    hits = [Hit(item.title, item.url) for item in found[:limit]]
    return [Group(_("Aktualności"), hits, len(found), reverse("news:list"))]
