"""Everything under /logowanie/: of allauth's pages those named here, the others only as a 404."""

from allauth.account import views as account_views
from django.urls import path

from portal.people import saml_views, views

_CLOSED = {
    "signup/": "account_signup",
    "email/": "account_email",
    "confirm-email/": "account_email_verification_sent",
    "password/change/": "account_change_password",
    "password/set/": "account_set_password",
    "password/reset/": "account_reset_password",
    "login/code/confirm/": "account_confirm_login_code",
    "3rdparty/": "socialaccount_connections",
    "3rdparty/signup/": "socialaccount_signup",
    "3rdparty/login/cancelled/": "socialaccount_login_cancelled",
    "3rdparty/login/error/": "socialaccount_login_error",
    "2fa/": "mfa_index",
    "2fa/totp/deactivate/": "mfa_deactivate_totp",
}

urlpatterns = [
    path("", views.sign_in, name="account_login"),
    path("demo/", views.demo_login, name="demo_login"),
    path("demo/wejscie/", views.demo_handover, name="demo_handover"),
    path("krajowe/<slug:idp>/", saml_views.national_login, name="national_login"),
    path("wyloguj/", views.sign_out, name="account_logout"),
    path("nieczynne/", account_views.account_inactive, name="account_inactive"),
    path("pracownik/", views.StaffLoginView.as_view(), name="staff_login"),
    path("pracownik/kod/", views.CodeView.as_view(), name="mfa_authenticate"),
    path("pracownik/potwierdz/haslo/", views.ConfirmPasswordView.as_view(), name="account_reauthenticate"),
    path("pracownik/potwierdz/kod/", views.ConfirmCodeView.as_view(), name="mfa_reauthenticate"),
    path("pracownik/aplikacja/", views.EnrolView.as_view(), name="mfa_activate_totp"),
    *(path(route, views.closed, name=name) for route, name in _CLOSED.items()),
]
