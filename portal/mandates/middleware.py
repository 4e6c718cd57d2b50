"""Puts the viewer on the request; a refused access does not exist, or says what is missing."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from portal.mandates import policy, selectors
from portal.mandates.models import Area, Right
from portal.mandates.policy import AccessDenied, viewer_of
from portal.mandates.services import requesting
from portal.mandates.switching import NEXT_KEY, SWITCHED_KEY
from portal.people.session import FRESH_KEY


class ViewerMiddleware:
    """`request.viewer` for signed-in users, None for everyone else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.viewer = (  # type: ignore[attr-defined]
            SimpleLazyObject(lambda: viewer_of(request)) if request.user.is_authenticated else None
        )
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Once after a sign-in, before the first page of the account: ask for whom one acts who has a choice."""
        if request.method != "GET" or not request.path.startswith(reverse("pages:overview")):
            return None
        if not request.user.is_authenticated or not request.session.pop(FRESH_KEY, False):
            return None
        viewer = viewer_of(request)
        requesting.find_own(viewer)
        chooser = reverse("mandates:choose")
        if request.path == chooser or not selectors.count_choices(viewer):
            return None
        request.session[NEXT_KEY] = request.get_full_path()
        return redirect(chooser)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a refused access.

        Somebody else's file is 404, not 403: nobody learns that it exists. An attorney who may see a thing but not
        do this with it, or who asks for a whole area, is told which right is missing; right after a switch of the
        person in view, the overview says that the page has nothing for the other.
        """
        if not isinstance(exception, AccessDenied):
            return None
        if request.user.is_authenticated and request.session.pop(SWITCHED_KEY, "") == request.path:
            messages.info(
                request, _("Tamta strona nie jest dostępna dla osoby, w której imieniu teraz działasz.")
            )
            return redirect("pages:overview")
        if not _may_be_told(request, exception):
            raise Http404 from exception
        missing = {
            "right": exception.right, "right_name": Right(exception.right).label,
            "area": exception.area, "area_name": Area(exception.area).label,
        }  # fmt: skip
        return render(request, "mandates/missing_right.html", missing, status=403)


def _may_be_told(request: HttpRequest, denied: AccessDenied) -> bool:
    viewer = getattr(request, "viewer", None)
    if not viewer or viewer.acting_for is None or denied.subject is None or not denied.area:
        return False
    if viewer.acting_for.pk != denied.subject.pk:
        return False
    if denied.right == Right.SEE:
        return not (request.resolver_match and request.resolver_match.kwargs)
    return policy.can(viewer, Right.SEE, denied.area, denied.subject, denied.obj)
