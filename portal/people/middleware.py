"""Two gates: the staff's second factor before /admin/, and no cached copies of personal pages."""

from collections.abc import Callable

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from portal.people import sessions
from portal.people.session import has_second_factor

GetResponse = Callable[[HttpRequest], HttpResponse]

_PRIVATE = ("/konto/", "/admin/", "/logowanie/", "/saml/")


class StaffGateMiddleware:
    """/admin/ is for staff with a second factor in this session; for residents it does not exist."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Let the request through, or send it where the missing step is."""
        if request.path.startswith(reverse("admin:index")):
            detour = self._detour(request)
            if detour is not None:
                return detour
        return self.get_response(request)

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
    """Pages with personal data and pages of sign-in are kept by no cache."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add `Cache-Control: no-store` under the private paths."""
        response = self.get_response(request)
        if request.path.startswith(_PRIVATE):
            response["Cache-Control"] = "no-store"
        return response


class OpenSessionMiddleware:
    """Notes which signed-in sessions are in use, so that their owner can see and end them."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Note the session of a signed-in user before the request is answered."""
        if request.session.session_key and request.user.is_authenticated:
            sessions.note(request)
        return self.get_response(request)
