"""How allauth behaves here: nobody signs up, and redirects stay on this site."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from portal.people.session import FRESH_KEY

CODE_WRONG = _("Ten kod nie jest prawidłowy. Poczekaj na następny i wpisz go jeszcze raz.")
_PASSWORD_WRONG = _("Login lub hasło są nieprawidłowe.")
_TOO_MANY = _("Zbyt wiele prób. Odczekaj pięć minut i spróbuj jeszcze raz.")


class AccountAdapter(DefaultAccountAdapter):
    """Accounts come from verified identities, staff administration and the demo, never from a form."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _PASSWORD_WRONG,
        "incorrect_password": _PASSWORD_WRONG,
        "incorrect_code": CODE_WRONG,
        "too_many_login_attempts": _TOO_MANY,
        "rate_limited": _TOO_MANY,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False: there is no sign-up form."""
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """Return whether `url` is a path on this site; another host is never a place to go after sign-in."""
        path = url is not None and url.startswith("/") and url.isprintable()
        return path and url_has_allowed_host_and_scheme(url, None)

    def login(self, request: HttpRequest, user: Any) -> None:
        """Sign in, and note it for the first page of the account: it may ask for whom one acts."""
        super().login(request, user)
        request.session[FRESH_KEY] = True

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Say nothing: the page one lands on shows who is signed in."""


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """The portal makes the account of a verified identity itself, before allauth looks for it."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Return False: an unknown identity never becomes an account here."""
        return False
