"""A decision needs a password or a code given a moment ago; what was typed waits meanwhile."""

from typing import cast

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from eurzad.lib import clock
from portal.people import sessions
from portal.people.models import User


def is_fresh(request: HttpRequest) -> bool:
    """Whether the person proved who they are within the last DESK_REAUTH_MINUTES."""
    times = [float(one.get("at", 0)) for one in get_authentication_records(request, request.user)]
    return bool(times) and clock.now().timestamp() - max(times) < 60 * settings.DESK_REAUTH_MINUTES


def ask(request: HttpRequest) -> HttpResponse:
    """Keep the form that was sent and ask for the code; the person comes back to the form."""
    if not sessions.keep_form(request, user_id=cast(User, request.user).pk):
        return redirect(request.get_full_path())
    return redirect_to_login(reverse("desk:resume"), reverse("mfa_reauthenticate"))
