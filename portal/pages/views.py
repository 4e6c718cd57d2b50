from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from eurzad.lib import searching
from portal.mandates.http import AccountRequest
from portal.mandates.reading import note_read
from portal.pages import search as everywhere
from portal.pages import selectors
from portal.people.decorators import account_required

YEAR_SECONDS = 365 * 24 * 60 * 60


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The home page: a list of tasks, emergency messages, announcements, search."""
    return render(request, "pages/home.html", selectors.home())


@require_safe
@account_required
def overview(request: AccountRequest) -> HttpResponse:
    """The overview of a signed-in resident."""
    note_read(request.viewer, action="overview.read")
    return render(request, "pages/overview.html", selectors.overview(request.viewer))


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Search in everything public."""
    typed = request.GET.get("q", "")
    context = {
        "text": searching.clean(typed),
        "groups": everywhere.search(typed),
        "is_shortened": searching.is_shortened(typed),
    }
    return render(request, "pages/search.html", context)


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement."""
    return render(request, "pages/accessibility.html", selectors.accessibility())


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """How the town processes personal data (GDPR art. 13)."""
    return render(request, "pages/privacy.html")


@require_safe
@cache_control(public=True, max_age=3600)
def theme(request: HttpRequest) -> HttpResponse:
    """The town's accent as a style sheet; dark screens keep the accent that is readable there."""
    accent = settings.MUNICIPALITY["accent"]
    tint = f"color-mix(in srgb, {accent} 10%, white)"
    rule = f":root {{ --accent: {accent}; --accent-tint: {tint}; }}"
    return HttpResponse(f"@media not (prefers-color-scheme: dark) {{ {rule} }}\n", content_type="text/css")


@require_safe
def choose_language(request: HttpRequest, code: str) -> HttpResponse:
    """Remember the language in a cookie and go back. A link, so that public pages need no form and no cookie."""
    if code not in dict(settings.LANGUAGES):
        raise Http404
    back = request.GET.get("powrot", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts=None) and back.startswith("/")
    response = HttpResponseRedirect(back if safe else reverse("pages:home"))
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        code,
        max_age=YEAR_SECONDS,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        samesite="Lax",
    )
    return response
