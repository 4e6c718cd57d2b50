"""Who may open a page."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse

from portal.people.models import User


class SignedInRequest(HttpRequest):
    """What a view behind `account_required` gets; for annotations."""

    user: User


View = Callable[..., HttpResponse]


def account_required(view: View) -> View:
    """Send anyone who is not signed in to the sign-in page and back."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return guarded
