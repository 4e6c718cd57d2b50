"""Puts the viewer on the request, and turns a refused access into a page that does not exist."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from portal.mandates.policy import AccessDenied, viewer_of


class ViewerMiddleware:
    """`request.viewer` for signed-in users, None for everyone else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.viewer = (  # type: ignore[attr-defined]
            SimpleLazyObject(lambda: viewer_of(request)) if request.user.is_authenticated else None
        )
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Somebody else's file is 404, not 403: nobody learns that it exists."""
        if isinstance(exception, AccessDenied):
            raise Http404 from exception
