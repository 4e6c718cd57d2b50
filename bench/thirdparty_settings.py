"""Only the third-party apps: what `manage.py check` costs before any of our code."""

from eurzad.settings import *  # noqa: F403

_OURS = ("eurzad", "registers", "taxes", "payments", "portal", "epuap")
INSTALLED_APPS = [app for app in INSTALLED_APPS if app.split(".")[0] not in _OURS]  # noqa: F405
MIDDLEWARE = [name for name in MIDDLEWARE if name.split(".")[0] not in _OURS]  # noqa: F405
AUTH_USER_MODEL = "auth.User"
ROOT_URLCONF = "bench.thirdparty_urls"
ACCOUNT_ADAPTER = "allauth.account.adapter.DefaultAccountAdapter"
SOCIALACCOUNT_ADAPTER = "allauth.socialaccount.adapter.DefaultSocialAccountAdapter"
MFA_ADAPTER = "allauth.mfa.adapter.DefaultMFAAdapter"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
