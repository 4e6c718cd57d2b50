"""A person's own signed-in browsers, and the time a session has left."""

from typing import cast
from uuid import UUID

from allauth.account.utils import get_next_redirect_url
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from eurzad.lib import clock
from portal.people import sessions
from portal.people.decorators import account_required
from portal.people.models import OpenSession, User


class SameMethod(HttpResponseRedirect):
    """Go on with the same method and body."""

    status_code = 307


@require_safe
@account_required
def session_list(request: HttpRequest) -> HttpResponse:
    """Where one is signed in."""
    rows = list(OpenSession.objects.filter(user=cast(User, request.user)))
    for row in rows:
        row.is_this = row.session_key == request.session.session_key  # type: ignore[attr-defined]
    rows.sort(key=lambda row: not row.is_this)  # type: ignore[attr-defined]
    return render(request, "account/sessions.html", {"rows": rows})


@require_POST
@account_required
def end_one(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Sign one other browser out."""
    user, key = cast(User, request.user), request.session.session_key
    if not sessions.revoke(user=user, keep=key, public_id=str(public_id)):
        raise Http404
    messages.success(request, _("Wylogowano to urządzenie."))
    return redirect("sessions:list")


@require_POST
@account_required
def end_others(request: HttpRequest) -> HttpResponse:
    """Sign every other browser out."""
    sessions.revoke(user=cast(User, request.user), keep=request.session.session_key)
    messages.success(request, _("Wylogowano wszystkie inne urządzenia."))
    return redirect("sessions:list")


@require_safe
@account_required
def state(request: HttpRequest) -> HttpResponse:
    """How many seconds the session has left; asking does not prolong it."""
    return _seconds_left(request)


@require_POST
@account_required
def prolong(request: HttpRequest) -> HttpResponse:
    """Stay signed in: for the script as JSON, else back to the page."""
    sessions.note(request, at_once=True)
    if request.accepts("text/html"):
        return redirect(get_next_redirect_url(request) or "sessions:list")
    return _seconds_left(request)


@require_http_methods(["GET", "HEAD", "POST"])
@account_required
def kept_form(request: HttpRequest) -> HttpResponse:
    """Show what was sent after the session had ended; on POST let it go where it was going."""
    form = sessions.kept_form(request)
    if form is None:
        messages.info(request, _("Nic już nie czeka na wysłanie."))
        return redirect("pages:overview")
    if request.method != "POST":
        return render(request, "account/kept_form.html", {"form": form})
    sessions.drop_form(request)
    return redirect(form.path) if "drop" in request.POST else SameMethod(form.path)


def _seconds_left(request: HttpRequest) -> HttpResponse:
    ends_at = sessions.ends_at(request) or clock.now()
    return JsonResponse({"left": max(0, int((ends_at - clock.now()).total_seconds()))})
