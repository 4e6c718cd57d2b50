"""Every setting is read here, from the environment, once. `docs/settings.md` lists them with their defaults."""

from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from eurzad import environment as env
from eurzad.lib.identifiers import clean_nip, clean_nrb

BASE_DIR = Path(__file__).resolve().parent.parent
DEMO_MODE = env.flag("DEMO_MODE")
VAR_DIR = env.path("VAR_DIR", BASE_DIR / "var")
PORTAL_DIR = VAR_DIR / "portal"
PORTAL_DIR.mkdir(parents=True, exist_ok=True)  # beat's schedule at least is kept there
_demo_secrets = PORTAL_DIR / "secrets" if DEMO_MODE else None
SIMULATOR_URL = env.url("SIM_BASE_URL", "http://127.0.0.1:8001").rstrip("/") if DEMO_MODE else ""


def _for_demo(value: str) -> str | None:
    """A default that holds in the demo only; elsewhere the setting is required."""
    return value if DEMO_MODE else None


def _demo_path(*parts: str) -> Path | None:
    return VAR_DIR.joinpath(*parts) if DEMO_MODE else None


# --- The instance -----------------------------------------------------------------------------------------------
DEBUG = False
SECRET_KEY = env.secret("SECRET_KEY", demo_folder=_demo_secrets)
IDENTITY_KEY = env.check_key("IDENTITY_KEY", env.secret("IDENTITY_KEY", demo_folder=_demo_secrets))
PORTAL_BASE_URL = env.url("PORTAL_BASE_URL", _for_demo("http://127.0.0.1:8000")).rstrip("/")
DEMO_URL = env.url("DEMO_URL", "")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", urlsplit(PORTAL_BASE_URL).hostname or "")
if DEMO_MODE:
    ALLOWED_HOSTS += ["127.0.0.1", "localhost"]
CSRF_TRUSTED_ORIGINS = [PORTAL_BASE_URL]
ROOT_URLCONF = "eurzad.urls"
WSGI_APPLICATION = "eurzad.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "people.User"

DEFAULT_ACCENT = "#12508c"
MUNICIPALITY = {
    "name": env.text("MUNICIPALITY_NAME", _for_demo("Miasto Jarzębin")),
    "office_name": env.text("MUNICIPALITY_OFFICE_NAME", _for_demo("Urząd Miasta Jarzębin")),
    "street": env.text("MUNICIPALITY_STREET", _for_demo("Rynek 1")),
    "postal_code": env.text("MUNICIPALITY_POSTAL_CODE", _for_demo("99-901")),
    "city": env.text("MUNICIPALITY_CITY", _for_demo("Jarzębin")),
    "phone": env.text("MUNICIPALITY_PHONE", _for_demo("+48 00 000 00 00")),
    "email": env.text("MUNICIPALITY_EMAIL", _for_demo("urzad@jarzebin.example.test")),
    "website": env.url("MUNICIPALITY_WEBSITE", _for_demo("https://www.jarzebin.example.test")),
    "ade_address": env.text("MUNICIPALITY_ADE_ADDRESS", _for_demo("AE:PL-00000-00000-DEMOX-00")),
    "nip": env.identifier("MUNICIPALITY_NIP", clean_nip, _for_demo("9990101028")),
    "bank_account": env.identifier(
        "MUNICIPALITY_BANK_ACCOUNT", clean_nrb, _for_demo("55999999910001000000000000")
    ),
    "teryt": env.text("MUNICIPALITY_TERYT", _for_demo("9999011")),
    "dpo_email": env.text("MUNICIPALITY_DPO_EMAIL", _for_demo("iod@jarzebin.example.test")),
    "crest": env.text("MUNICIPALITY_CREST", "img/crest.svg"),
    "accent": env.text("MUNICIPALITY_ACCENT", DEFAULT_ACCENT),
}
FUNDING_NOTICE = env.text("FUNDING_NOTICE", "")

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
    "portal.mandates",
    "portal.notices",
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
    "portal.people.middleware.NoStoreMiddleware",
    "portal.people.middleware.StaffGateMiddleware",
    "portal.mandates.middleware.ViewerMiddleware",
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
_database = env.database("DATABASE_URL", _for_demo(f"sqlite:///{PORTAL_DIR / 'db.sqlite3'}"))
if _database["ENGINE"].endswith("sqlite3"):
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    _database["OPTIONS"] = {"pool": {"min_size": 1, "max_size": 8, "timeout": 10}}
DATABASES = {"default": _database}

REDIS_URL = env.url("REDIS_URL", "" if DEMO_MODE else None, schemes=("redis", "rediss"))
_cache = "django.core.cache.backends."
CACHES = {"default": {"BACKEND": f"{_cache}filebased.FileBasedCache", "LOCATION": PORTAL_DIR / "cache"}}
CELERY_BROKER_URL = REDIS_URL or "filesystem://localhost"
# A Redis that hangs does not hold a visitor's request for long (seconds).
_patience = {"socket_connect_timeout": 2, "socket_timeout": 5}
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {**_patience}
if REDIS_URL:
    CACHES["default"] = {"BACKEND": f"{_cache}redis.RedisCache", "LOCATION": REDIS_URL, "OPTIONS": _patience}
else:
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
CELERY_BEAT_SCHEDULE_FILENAME = str(PORTAL_DIR / "beat-schedule")

vars().update(env.email("EMAIL_URL", _for_demo("filemail://")))
if DEMO_MODE:
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

# --- National sign-in, signing, ePUAP ---------------------------------------------------------------------------
_metadata = _demo_path("simulator", "public", "idp-metadata.xml")
IDENTITY_PROVIDERS = {
    name: {
        "metadata": env.file(f"IDP_{name.upper()}_METADATA", _metadata),
        "profile": env.choices(f"IDP_{name.upper()}_PROFILE", "login.gov.pl", ("login.gov.pl", "epuap"))[0],
    }
    for name in env.words("IDPS", "login")
}
SAML_SP_ENTITY_ID = env.text("SAML_SP_ENTITY_ID", _for_demo(f"{PORTAL_BASE_URL}/saml/login/metadata/"))
SAML_SP_KEY = env.file("SAML_SP_KEY", _demo_path("portal", "keys", "sp.key"))
SAML_SP_CERT = env.file("SAML_SP_CERT", _demo_path("portal", "keys", "sp.crt"))
SAML_PROVIDER_NAME = env.text("SAML_PROVIDER_NAME", MUNICIPALITY["office_name"])
EPUAP_WS_URL = env.url("EPUAP_WS_URL", SIMULATOR_URL).rstrip("/")
EPUAP_ENTITY_ID = env.text("EPUAP_ENTITY_ID", "MIASTOJARZEBIN" if DEMO_MODE else "")
EPUAP_BOX_NAME = env.text("EPUAP_BOX_NAME", "SkrytkaESP")
EPUAP_BOX_ADDRESS = env.text("EPUAP_BOX_ADDRESS", f"/{EPUAP_ENTITY_ID}/{EPUAP_BOX_NAME}")
EPUAP_WS_KEY = env.optional_file("EPUAP_WS_KEY", _demo_path("portal", "keys", "ws.key"))
EPUAP_WS_CERT = env.optional_file("EPUAP_WS_CERT", _demo_path("portal", "keys", "ws.crt"))
EPUAP_WS_PEER_CERT = env.optional_file("EPUAP_WS_PEER_CERT", _demo_path("simulator", "public", "ws.crt"))
EPUAP_SEAL_CERT = env.optional_file("EPUAP_SEAL_CERT", _demo_path("simulator", "public", "epuap-seal.crt"))
EPUAP_FORM_URL = env.url(
    "EPUAP_FORM_URL", f"{SIMULATOR_URL}/epuap/formularz/wniosek-o-dostep/" if SIMULATOR_URL else ""
)
TPS_URL = env.url("TPS_URL", _for_demo(f"{SIMULATOR_URL}/ep-services/tpSigning5"))
TPS_SEAL_CERT = env.file("TPS_SEAL_CERT", _demo_path("simulator", "public", "tps-seal.crt"))
TRUST_LIST = env.optional_file("TRUST_LIST")
SEAL_KEY = env.file("SEAL_KEY", _demo_path("portal", "keys", "seal.key"))
SEAL_CERT = env.file("SEAL_CERT", _demo_path("portal", "keys", "seal.crt"))

ACCESS_DOORS = env.choices("ACCESS_DOORS", "portal,epuap", ("portal", "epuap"))
ACCESS_FORM_NAMESPACE = env.text(
    "ACCESS_FORM_NAMESPACE",
    "http://epuap.gov.pl/FeResourceServlet/wzor_lokalny/eurzad/wniosek-o-dostep/1/",
)
ACCESS_DECISION_DAYS = env.number("ACCESS_DECISION_DAYS", 14)
ACCESS_LEGAL_EFFECT = {
    "portal": env.text(
        "ACCESS_LEGAL_EFFECT_PORTAL",
        "Wniosek złożony w portalu wpływa do urzędu z chwilą podaną w urzędowym poświadczeniu przedłożenia (UPP).",
    ),
    "epuap": env.text(
        "ACCESS_LEGAL_EFFECT_EPUAP",
        "Od 1 stycznia 2026 r. ePUAP nie jest ogólną drogą składania pism. Urząd przyjmuje nim ten wniosek, "
        "bo dotyczy dostępu do usługi urzędu. Poświadczenie (UPP) znajdziesz na swoim koncie ePUAP.",
    ),
}

# --- Payments ---------------------------------------------------------------------------------------------------
PAYMENT_PROVIDERS = env.choices("PAYMENT_PROVIDERS", "payu", ("payu",))
PAYU_BASE_URL = env.url("PAYU_BASE_URL", SIMULATOR_URL or "https://secure.payu.com").rstrip("/")
PAYU_POS_ID = env.text("PAYU_POS_ID", _for_demo("300746"))
PAYU_CLIENT_ID = env.text("PAYU_CLIENT_ID", _for_demo("300746"))
PAYU_CLIENT_SECRET = env.secret("PAYU_CLIENT_SECRET", demo_value=_for_demo("demo-client-secret"))
PAYU_SECOND_KEY = env.secret("PAYU_SECOND_KEY", demo_value=_for_demo("demo-second-key"))

# --- Security ---------------------------------------------------------------------------------------------------
_outside = [f"{part.scheme}://{part.netloc}" for part in [urlsplit(SIMULATOR_URL or "")] if part.netloc]
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
SESSION_COOKIE_AGE = 60 * 60
SESSION_SAVE_EVERY_REQUEST = False
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = _https and not DEMO_MODE
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("BEHIND_PROXY") else None
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 2**20

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {"django.server": {"propagate": True}, "weasyprint": {"level": "ERROR"}},
}
