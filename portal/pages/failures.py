"""Error pages.

What happened, that nothing was lost, what to do, and a number under which the log knows it.
"""

import logging

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template import loader

from eurzad.lib.references import new_reference

logger = logging.getLogger("eurzad.failures")


def failure(request: HttpRequest, *, status: int, template: str, reason: str) -> HttpResponse:
    """Render an error page and log its reference with the status, cause and path (no query, no person)."""
    reference = new_reference()
    logger.warning("reference=%s status=%s reason=%s path=%r", reference, status, reason, request.path)
    # Without the request: the page must not depend on the session, the user or the database.
    body = loader.render_to_string(
        template,
        {"reference": reference, "municipality": settings.MUNICIPALITY, "demo_mode": settings.DEMO_MODE},
    )
    return HttpResponse(body, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request cannot be understood."""
    return failure(request, status=400, template="400.html", reason=type(exception).__name__)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: signed in, but not allowed."""
    return failure(request, status=403, template="403.html", reason=type(exception).__name__)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form came from a page that is no longer valid."""
    return failure(request, status=403, template="403_csrf.html", reason="csrf")


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: no such page, or none for this viewer."""
    return failure(request, status=404, template="404.html", reason="not_found")


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our own fault."""
    return failure(request, status=500, template="500.html", reason="server_error")
