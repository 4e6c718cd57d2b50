"""The gate before the admin's pages: a reason for personal data, a fresh code for decisions."""

from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from portal.desk import gates, reasons, reauth
from portal.people import sessions
from portal.people.models import User

GetResponse = Callable[[HttpRequest], HttpResponse]
_SEARCHES = ("q", "osoba")


class DeskGateMiddleware:
    """Runs after the gate of the staff: whoever comes here is a member of staff with a second factor."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Let the request through to `process_view`."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, _view: Any, _args: Any, kwargs: Any) -> HttpResponse | None:
        """Send whoever lacks a reason or a fresh code to where they give it."""
        match = request.resolver_match
        if match is None or match.namespaces != ["admin"] or not match.url_name:
            return None
        found = gates.find(match.url_name)
        if found is None:
            app, _sign, rest = match.url_name.partition("_")
            if rest.endswith("_history") and not _has_right(
                request, f"{app}_{rest.removesuffix('_history')}"
            ):
                raise PermissionDenied  # Django looks for the row first, and its answer tells
            return None
        name, gate, page = found
        if not _has_right(request, name):
            raise PermissionDenied  # before anybody learns whether there is such a row
        object_id = str(kwargs.get("object_id", kwargs.get("pk", kwargs.get("public_id", ""))))
        if gates.needs_reason(gate, page, searched=any(request.GET.get(key) for key in _SEARCHES)):
            opened = reasons.open_sessions(request).get(str(gate.area))
            if opened is None:
                return _ask_reason(request, name, gate, object_id)
            request.journal_reason = opened.why  # type: ignore[attr-defined]
        if request.method == "POST" and page in gate.decisions and not reauth.is_fresh(request):
            return reauth.ask(request)
        return None


def _has_right(request: HttpRequest, name: str) -> bool:
    app, model = name.split("_", 1)
    rights = [f"{app}.{verb}_{model}" for verb in ("view", "change", "add", "decide")]
    return any(request.user.has_perm(one) for one in rights)


def _ask_reason(request: HttpRequest, name: str, gate: gates.Gate, object_id: str) -> HttpResponse:
    target = request.get_full_path()
    if request.method == "POST":
        kept = sessions.keep_form(request, user_id=cast(User, request.user).pk)
        target = reverse("desk:resume") if kept else reverse("admin:index")
    query = {"next": target}
    if case := gates.case_of(name, object_id):
        query["sprawa"] = case
    return redirect(f"{reverse('desk:reason', args=[gate.area])}?{urlencode(query)}")
