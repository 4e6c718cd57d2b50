"""Gates: sessions that end, the staff's second factor before /admin/, and no cached copies of personal pages."""

from collections.abc import Callable
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from eurzad.lib import clock
from portal.people import sessions
from portal.people.models import User
from portal.people.session import has_second_factor

GetResponse = Callable[[HttpRequest], HttpResponse]

_SIGN_IN = ("/logowanie/", "/saml/", "/jezyk/")
_PRIVATE = ("konto", "admin", "logowanie", "saml")
"""First parts of the addresses whose answers no cache may keep, whatever the answer."""


class StaffGateMiddleware:
    """/admin/ is for staff with a second factor in this session; for residents it does not exist."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Let the request through to `process_view`."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_args: Any) -> HttpResponse | None:
        """Let the request through, or send it where the missing step is."""
        return self._detour(request) if request.path.startswith(reverse("admin:index")) else None

    def _detour(self, request: HttpRequest) -> HttpResponse | None:
        user = request.user
        index = reverse("admin:index")
        target = index if request.path == reverse("admin:login") else request.get_full_path()
        if not user.is_authenticated:
            return redirect_to_login(target, reverse("staff_login"))
        if not user.is_staff:
            raise Http404
        if has_second_factor(request):
            return None
        enrolled = is_mfa_enabled(user, [Authenticator.Type.TOTP])
        return redirect_to_login(target, reverse("mfa_reauthenticate" if enrolled else "mfa_activate_totp"))


class NoStoreMiddleware:
    """Pages with personal data and pages of sign-in are kept by no cache (outermost: no answer is missed)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add `Cache-Control: no-store` under the private paths."""
        response = self.get_response(request)
        if request.path_info.lstrip("/").split("/", 1)[0] in _PRIVATE:
            response["Cache-Control"] = "no-store"
        return response


class OpenSessionMiddleware:
    """Ends sessions that were left for too long, and notes which are in use.

    What was sent too late is kept until the person has signed in again (after the CSRF check, therefore as a view).
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Sign out whose time is over; note everybody else's session."""
        if request.session.session_key and request.user.is_authenticated:
            ends_at = sessions.ends_at(request)
            if ends_at is not None and ends_at <= clock.now():
                self._end(request)
            elif request.path != reverse("sessions:state"):
                sessions.note(request)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_args: Any) -> HttpResponse | None:
        """Send whoever posts too late to sign in and back to what they sent."""
        late: User | None = getattr(request, "timed_out_user", None)
        if late is None or request.method != "POST" or request.path.startswith(_SIGN_IN):
            return None
        login = reverse("staff_login" if late.is_staff else "account_login")
        if not sessions.keep_form(request, user_id=late.pk):
            request.session[sessions.ENDED] = sessions.FORM_LOST
            return redirect_to_login(reverse("pages:overview"), login)
        request.session[sessions.ENDED] = sessions.FORM_KEPT
        return redirect_to_login(reverse("sessions:kept_form"), login)

    def _end(self, request: HttpRequest) -> None:
        sessions.forget(request.session.session_key)
        late = request.user
        get_adapter().logout(request)
        request.timed_out_user = late  # type: ignore[attr-defined]
        request.session[sessions.ENDED] = sessions.NO_FORM
