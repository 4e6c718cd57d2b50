"""Every setting is read here, from the environment, once. `docs/settings.md` lists them with their defaults."""

from urllib.parse import urlsplit

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from eurzad import environment as env
from eurzad.settings.instance import *  # noqa: F403
from eurzad.settings.instance import (
    BASE_DIR,
    DEMO_MODE,
    DEMO_URL,
    MUNICIPALITY,
    PORTAL_BASE_URL,
    PORTAL_DIR,
    SIMULATOR_URL,
    VAR_DIR,
    for_demo,
)
from eurzad.settings.outside import *  # noqa: F403

DEBUG = False
ROOT_URLCONF = "eurzad.urls"
WSGI_APPLICATION = "eurzad.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "people.User"

# --- Apps -------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "eurzad",
    "registers",
    "taxes",
    "payments",
    "portal.pages",
    "portal.access",
    "portal.cases",
    "portal.catalogue",
    "portal.news",
    "portal.incidents",
    "portal.devices",
    "portal.channels",
    "portal.mandates",
    "portal.notices",
    "portal.desk",
    "portal.people",
    "portal.journal",
    "epuap.inbox",
    "epuap.saml",
    "eurzad.outbox",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.mfa",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "portal.people.middleware.NoStoreMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "portal.people.middleware.OpenSessionMiddleware",
    "portal.people.middleware.StaffGateMiddleware",
    "portal.desk.middleware.DeskGateMiddleware",
    "portal.mandates.middleware.ViewerMiddleware",
    "portal.journal.middleware.StaffJournalMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.pages.context.shell",
            ]
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
INSTALLED_APPS.append("django.forms")

# --- Sign-in (allauth) ------------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "pages:overview"
ACCOUNT_ADAPTER = "portal.people.adapters.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "portal.people.adapters.SocialAccountAdapter"
MFA_ADAPTER = "portal.people.mfa.MFAAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
SOCIALACCOUNT_STORE_TOKENS = False
MFA_SUPPORTED_TYPES = ["totp"]
MFA_TOTP_ISSUER = f"eUrząd – {MUNICIPALITY['name']}"
MFA_TOTP_TOLERANCE = 1
# Rate limits count by address; behind a proxy, by the one it reports.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env.flag("BEHIND_PROXY") else 0
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
_validation = "django.contrib.auth.password_validation."
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_validation}MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": f"{_validation}CommonPasswordValidator"},
]

# --- Data -------------------------------------------------------------------------------------------------------
_database = env.database("DATABASE_URL", for_demo(f"sqlite:///{PORTAL_DIR / 'db.sqlite3'}"))
if _database["ENGINE"].endswith("sqlite3"):
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    _database["OPTIONS"] = {"pool": {"min_size": 1, "max_size": 8, "timeout": 10}}
DATABASES = {"default": _database}
DATABASE_OWNER = env.owner_database("DATABASE_OWNER_URL", _database)
JOURNAL_AUDITOR_EMAIL = env.mail_address("JOURNAL_AUDITOR_EMAIL", for_demo("audytor@jarzebin.example.test"))
JOURNAL_KEEP_DAYS = env.number("JOURNAL_KEEP_DAYS", 731)

REDIS_URL = env.url("REDIS_URL", "" if DEMO_MODE else None, schemes=("redis", "rediss"))
# Counts of attempts and used codes: in the database, so that they hold across workers and without Redis.
CACHES = {"default": {"BACKEND": "portal.people.shared_cache.SharedCache"}}
CELERY_BROKER_URL = REDIS_URL or "filesystem://localhost"
# A Redis that hangs does not hold a visitor's request for long (seconds).
_patience = {"socket_connect_timeout": 2, "socket_timeout": 5}
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {**_patience}
if not REDIS_URL:
    _broker = PORTAL_DIR / "broker"
    for _folder in ("data", "processed", "control"):
        (_broker / _folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_broker / "data"),
        "data_folder_out": str(_broker / "data"),
        "processed_folder": str(_broker / "processed"),
        "control_folder": str(_broker / "control"),
        "store_processed": False,
        "polling_interval": 0.2,
    }
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "Europe/Warsaw"
CELERY_BEAT_SCHEDULE = {"sweep": {"task": "outbox.sweep", "schedule": 5.0, "options": {"expires": 10}}}
_FILES = "django.core.mail.backends.filebased.EmailBackend"
CELERY_BEAT_SCHEDULE_FILENAME = str(PORTAL_DIR / "beat-schedule")

# No mail leaves the demo, whatever the environment says: it is put into files, which the nightly reset removes.
vars().update(env.email("EMAIL_URL") if not DEMO_MODE else {"EMAIL_BACKEND": _FILES})
EMAIL_FILE_PATH = PORTAL_DIR / "mail"
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", MUNICIPALITY["email"])
EMAIL_TIMEOUT = 10

# --- Language and time ------------------------------------------------------------------------------------------
LANGUAGE_CODE = "pl"
LANGUAGES = [("pl", _("polski")), ("en", "English"), ("uk", "українська")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Europe/Warsaw"
USE_TZ = True

# --- Static files -----------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- Security ---------------------------------------------------------------------------------------------------
_outside = [
    f"{part.scheme}://{part.netloc}" for part in map(urlsplit, (SIMULATOR_URL, DEMO_URL)) if part.netloc
]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        # Forms end, through redirects, at the identity provider, the signing service or a bank.
        "form-action": [SELF, "https:", *_outside],
    }
}
CSRF_FAILURE_VIEW = "portal.pages.failures.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
_https = PORTAL_BASE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _https
SESSION_COOKIE_NAME = "__Host-eurzad" if _https else "eurzad"
CSRF_COOKIE_NAME = "__Host-eurzad-csrf" if _https else "eurzad-csrf"
# At least five minutes: time to read the warning, which comes two minutes before the end, and to type a code.
SESSION_MINUTES = env.number("SESSION_MINUTES", 20, least=5, most=240)
STAFF_SESSION_MINUTES = env.number("STAFF_SESSION_MINUTES", 20, least=5, most=240)
SESSION_MAX_HOURS = env.number("SESSION_MAX_HOURS", 8, most=24)
if max(SESSION_MINUTES, STAFF_SESSION_MINUTES) > SESSION_MAX_HOURS * 60:
    raise ImproperlyConfigured("SESSION_MAX_HOURS must be at least as long as SESSION_MINUTES.")
# An hour longer than the session: whoever sends a form too late is recognised, told and brought back to it.
SESSION_COOKIE_AGE = 60 * max(SESSION_MINUTES, STAFF_SESSION_MINUTES) + 60 * 60
SESSION_SAVE_EVERY_REQUEST = False
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = _https and not DEMO_MODE
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("BEHIND_PROXY") else None
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 2**20
DATA_UPLOAD_MAX_NUMBER_FILES = 10
UPLOAD_MAX_BYTES = 10 * 2**20
FILE_UPLOAD_HANDLERS = [
    "eurzad.uploads.BoundedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django.server": {"propagate": True},
        "weasyprint": {"level": "ERROR"},
        # They warn of every odd file and certificate, sometimes in its own words; the report says what matters.
        "pyhanko": {"level": "ERROR"},
        "pyhanko_certvalidator": {"level": "ERROR"},
    },
}
