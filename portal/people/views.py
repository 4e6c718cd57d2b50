"""The sign-in pages: the chooser, the demo, staff, and the way out."""

import logging
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.utils import get_next_redirect_url
from allauth.account.views import LoginView, ReauthenticateView
from allauth.decorators import rate_limit
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.base.views import ReauthenticateView as ReauthenticateByCodeView
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from epuap.saml import services as saml
from portal.people import doors, forms, handover, session, sessions, visitors

logger = logging.getLogger(__name__)

_CALLED = {"login.gov.pl": "login.gov.pl", "epuap": "ePUAP"}
"""What a provider is called on its button unless the town says otherwise, by its profile."""


@require_GET
def sign_in(request: HttpRequest) -> HttpResponse:
    """The ways to sign in."""
    if request.user.is_authenticated:
        return redirect(_after_sign_in(request))
    return _sign_in_page(request, forms.DemoForm())


@require_POST
@rate_limit(action="login")
def demo_login(request: HttpRequest) -> HttpResponse:
    """Take demo/demo: here to a copy of the data of one's own, on a live portal to the demo instance."""
    if not settings.DEMO_MODE and not handover.is_offered():
        raise Http404
    form = forms.DemoForm(request.POST)
    if not form.is_valid():
        return _sign_in_page(request, form)
    if handover.is_offered():
        return HttpResponseRedirect(handover.demo_address())
    return _enter_demo(request, form)


@require_GET
@rate_limit(action="login", limit_get=True)
def demo_handover(request: HttpRequest) -> HttpResponse:
    """Let in whoever a live portal sends with a token; with a token that opens nothing, show our own sign-in page."""
    if not settings.DEMO_MODE:
        raise Http404
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    try:
        handover.use_token(request.GET.get("token", "")[:200])
    except handover.HandoverRefused as refused:
        logger.info("hand-over to the demo refused code=%s", refused.code)
        return redirect("account_login")
    return _enter_demo(request, forms.DemoForm())


def _enter_demo(request: HttpRequest, form: forms.DemoForm) -> HttpResponse:
    try:
        get_adapter().login(request, visitors.create_visitor())
    except LookupError:
        messages.error(request, _("Pokaz nie jest jeszcze przygotowany. Spróbuj za chwilę."))
    except visitors.TownIsFull:
        full = render(request, "account/demo_full.html", status=503)
        full["Retry-After"] = "60"
        return full
    else:
        return redirect(_after_sign_in(request))
    return _sign_in_page(request, form)


@require_POST
@transaction.atomic
def sign_out(request: HttpRequest, idp: str = "") -> HttpResponse:
    """End the session here and now; the identity provider is told later, so that it delays nobody."""
    saml_request = request.session.get(session.SAML_KEY)
    sessions.forget(request.session.session_key)
    get_adapter().logout(request)
    if saml_request:
        saml.request_logout(saml_request)
    return redirect("pages:home")


class StaffLoginView(LoginView):
    """Login and password, for staff; the second factor comes next."""

    form_class = forms.StaffLoginForm
    template_name = "account/staff_login.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say whether the person comes from a session that ended."""
        ended = self.request.session.pop(sessions.ENDED, False)
        context: dict[str, Any] = super().get_context_data(session_ended=ended, **kwargs)
        return context

    def get_default_success_url(self) -> str:
        """Return the clerk's desk."""
        return resolve_url("admin:index")

    def get_authenticated_redirect_url(self) -> str:
        """Return the clerk's desk for staff; a resident who came here goes to their own account."""
        if self.request.user.is_staff:
            return str(super().get_authenticated_redirect_url())
        return resolve_url(settings.LOGIN_REDIRECT_URL)


class CodeView(AuthenticateView):
    """The second factor after the password."""

    form_class = forms.CodeForm


class StaffOnlyMixin:
    """Pages about the second factor exist for signed-in staff only."""

    @method_decorator(login_required)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Refuse everybody else as if there were no page."""
        if not request.user.is_staff:
            raise Http404
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]


class ConfirmPasswordView(StaffOnlyMixin, ReauthenticateView):
    """The password once more."""

    form_class = forms.ConfirmPasswordForm


class ConfirmCodeView(StaffOnlyMixin, ReauthenticateByCodeView):
    """The second factor in a session that began without it."""

    form_class = forms.ConfirmCodeForm


class EnrolView(StaffOnlyMixin, ActivateTOTPView):
    """Connecting an authenticator app; whoever has one goes to the desk instead."""

    form_class = forms.EnrolForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Send those who are enrolled already to the desk."""
        if request.user.is_authenticated and is_mfa_enabled(request.user, [Authenticator.Type.TOTP]):
            return redirect("admin:index")
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        """Remember that this session has just proved the second factor."""
        response: HttpResponse = super().form_valid(form)
        self.request.session[session.ENROLLED_KEY] = self.request.user.pk
        return response

    def get_success_url(self) -> str:
        """Return the clerk's desk."""
        return resolve_url("admin:index")


def closed(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """A page of allauth that this portal does not have."""
    raise Http404


def _sign_in_page(request: HttpRequest, demo_form: forms.DemoForm) -> HttpResponse:
    return render(
        request,
        "account/login.html",
        {
            "providers": _providers(),
            "session_ended": request.session.pop(sessions.ENDED, False),
            "decision_days": settings.ACCESS_DECISION_DAYS,
            "doors": doors.open_doors(),
            "next": get_next_redirect_url(request) or "",
            "demo_form": demo_form if settings.DEMO_MODE or handover.is_offered() else None,
            "demo_elsewhere": handover.is_offered(),
        },
    )


def _providers() -> list[dict[str, str]]:
    """The buttons; two providers of one profile without a label of their own are told apart by their names."""
    profiles = [one["profile"] for one in settings.IDENTITY_PROVIDERS.values() if not one.get("label")]
    return [
        {
            "name": name,
            "profile": one["profile"],
            "called": _CALLED[one["profile"]] + (f" ({name})" if profiles.count(one["profile"]) > 1 else ""),
            "label": one.get("label", ""),
        }
        for name, one in settings.IDENTITY_PROVIDERS.items()
    ]


def _after_sign_in(request: HttpRequest) -> str:
    return get_next_redirect_url(request) or resolve_url(settings.LOGIN_REDIRECT_URL)
