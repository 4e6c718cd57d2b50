"""Where a switch of the person in view leads: back to the same page, when it means something for the other too."""

from django.http import HttpRequest
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme

NEXT_KEY = "choice_next"
"""Where a sign-in was going when the choice for whom to act came in between."""
SWITCHED_KEY = "switched_to"
"""The page a switch led to; refused there, the viewer is sent to the overview with a sentence."""


def page_after_sign_in(request: HttpRequest) -> str:
    """Return the very address a sign-in was going to, once; empty when there is none."""
    wanted: str = request.session.pop(NEXT_KEY, "")
    if wanted:
        request.session[SWITCHED_KEY] = wanted.split("?", maxsplit=1)[0]
    return wanted


def page_after_switch(request: HttpRequest, wanted: str) -> str:
    """Return the address to go on with: a list or overview again, the overview instead of somebody's one object."""
    overview = reverse("pages:overview")
    if not url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) or not wanted.startswith("/"):
        return overview
    try:
        match = resolve(wanted.split("?", maxsplit=1)[0])
    except Resolver404:
        return overview
    if match.kwargs or match.args or match.app_name in ("admin", "mandates"):
        return overview
    request.session[SWITCHED_KEY] = wanted.split("?", maxsplit=1)[0]
    return wanted.split("?", maxsplit=1)[0]
