"""Deadlines: the list, the choice of reminders, and the calendar at a secret address."""

import hashlib
from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import parse_etags, quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from eurzad.lib import clock
from portal.notices import deadlines, feeds, preferences, selectors
from portal.people import limits
from portal.people.contact import address_of
from portal.people.decorators import SignedInRequest, account_required

SHOWN_AHEAD = timedelta(days=400)
TOKEN_LENGTH = 43


@require_safe
@account_required
def deadline_list(request: SignedInRequest) -> HttpResponse:
    """What waits for the user, how to be reminded, and the calendar."""
    return _show(request)


def _show(request: SignedInRequest, token: str = "") -> HttpResponse:
    today = clock.today()
    found = deadlines.of_user(request.user, today, today + SHOWN_AHEAD)
    context = {
        "months": selectors.by_month(found),
        "choices": preferences.choices_of(request.user).values(),
        "email": address_of(request.user),
        "feed": feeds.feed_of(request.user),
        "secret_url": f"{settings.PORTAL_BASE_URL}{reverse('calendar', args=[token])}" if token else "",
    }
    return render(request, "notices/deadlines.html", context)


@require_POST
@account_required
@never_cache
def make_calendar(request: SignedInRequest) -> HttpResponse:
    """Make the calendar or replace it; its address is on this answer and nowhere else."""
    token = feeds.make(request.user, has_details=request.POST.get("details") == "yes")
    return _show(request, token)


@require_POST
@account_required
def revoke_calendar(request: SignedInRequest) -> HttpResponse:
    """End the calendar."""
    if feeds.revoke(request.user):
        messages.success(
            request, _("Adres kalendarza już nie działa. Programy, które go używały, nic nie pobiorą.")
        )
    return redirect("notices:deadlines")


@require_POST
@account_required
def choose_reminders(request: SignedInRequest) -> HttpResponse:
    """Keep which reminders the user wants, and how."""
    chosen: dict[str, list[str]] = {}
    for value in request.POST.getlist("wanted")[:100]:
        topic, _sign, channel = value.partition("/")
        chosen.setdefault(topic, []).append(channel)
    preferences.choose(request.user, chosen)
    messages.success(request, _("Zapisano, jak chcesz dostawać przypomnienia."))
    return redirect("notices:deadlines")


@require_safe
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar for programs. Whoever has the address has the dates; a revoked one does not exist."""
    if not limits.is_allowed("calendar", limits.place_of(request)):
        return _too_many()
    feed = feeds.find(token) if len(token) == TOKEN_LENGTH else None
    if feed is None:
        raise Http404
    feeds.note_fetch(feed)
    content = feeds.content_of(feed)
    etag = quote_etag(hashlib.sha256(content).hexdigest()[:32])
    wanted = [known.removeprefix("W/") for known in parse_etags(request.headers.get("If-None-Match", ""))]
    response: HttpResponse
    if etag in wanted or "*" in wanted:
        response = HttpResponseNotModified()
    else:
        response = HttpResponse(content, content_type="text/calendar; charset=utf-8; method=PUBLISH")
        response["Content-Disposition"] = 'inline; filename="terminy.ics"'
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    response["X-Robots-Tag"] = "noindex"
    return response


def _too_many() -> HttpResponse:
    response = HttpResponse(
        _("Za dużo pobrań. Spróbuj za kilka minut."),
        status=429,
        content_type="text/plain; charset=utf-8",
        headers={"Retry-After": "600"},
    )
    response._has_been_logged = True  # type: ignore[attr-defined]  # the log would keep a secret that still works
    return response
