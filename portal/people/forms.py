"""Forms of sign-in. Only staff have passwords; the demo's is written on the page."""

import hmac
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import LoginForm, ReauthenticateForm
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as ReauthenticateByCodeForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.utils.translation import gettext_lazy as _

VISITOR_LOGIN = VISITOR_PASSWORD = "demo"  # noqa: S105 - written on the page


class DemoForm(forms.Form):
    """The demo's login and password, filled in already."""

    username = forms.CharField(
        label=_("Login"),
        initial=VISITOR_LOGIN,
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    password = forms.CharField(
        label=_("Hasło"),
        initial=VISITOR_PASSWORD,
        max_length=20,
        widget=forms.PasswordInput(render_value=True, attrs={"autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        """Accept demo/demo only."""
        data = super().clean() or {}
        given = f"{data.get('username')}:{data.get('password')}"
        if not hmac.compare_digest(given.encode(), f"{VISITOR_LOGIN}:{VISITOR_PASSWORD}".encode()):
            raise forms.ValidationError(_("Login i hasło do konta demo to: demo, demo."))
        return data


class ContactForm(forms.Form):
    """An address to be told of news."""

    TOO_MANY = _("Wysłaliśmy dziś już 5 linków. Zajrzyj do poczty (także do spamu) albo spróbuj jutro.")

    email = forms.EmailField(
        label=_("Adres e-mail"),
        max_length=254,
        help_text=_("Wyślemy na niego link. Adres zacznie działać, gdy go potwierdzisz."),
        error_messages={
            "required": _("Wpisz adres e-mail."),
            "invalid": _("To nie wygląda na adres e-mail. Wpisz go tak: anna.nowak@przyklad.pl"),
            "max_length": _("Adres e-mail może mieć najwyżej 254 znaki."),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class StaffLoginForm(LoginForm):
    """Login and password of a member of staff; anybody else gets the same answer as for a wrong password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, "login", _("Login"))
        _plain(self, "password", _("Hasło"))

    def clean(self) -> dict[str, Any] | None:
        """Refuse whoever is not on the staff."""
        data: dict[str, Any] | None = super().clean()
        if self.user is not None and not self.user.is_staff:
            raise get_adapter().validation_error("username_password_mismatch")
        return data


class ConfirmPasswordForm(ReauthenticateForm):
    """The password once more, before something that matters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, "password", _("Hasło"))


class CodeForm(AuthenticateForm):
    """The second factor after the password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _as_code(self)


class ConfirmCodeForm(ReauthenticateByCodeForm):
    """The second factor in a session that began without it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _as_code(self)


class EnrolForm(ActivateTOTPForm):
    """The first code of a new authenticator app."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _as_code(self)


def _as_code(form: forms.Form) -> None:
    _plain(form, "code", _("Kod z aplikacji (6 cyfr)"))
    form.fields["code"].widget.attrs["inputmode"] = "numeric"


def _plain(form: forms.Form, name: str, label: Any) -> None:
    """Give a field of allauth our label, without a placeholder or a link to reset the password."""
    field = form.fields[name]
    field.label, field.help_text = label, ""
    field.widget.attrs.pop("placeholder", None)
