"""Settings of the simulator process, read from the environment.

The simulator plays the outside world (login.gov.pl, Profil Zaufany, ePUAP, the bank) towards one demo
portal. It signs as the Minister and lets anybody be anybody, so it starts in DEMO_MODE only.
"""

from pathlib import Path

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from eurzad import environment as env

BASE_DIR = Path(__file__).resolve().parent.parent.parent
DEMO_MODE = env.flag("DEMO_MODE")
if not DEMO_MODE:
    raise ImproperlyConfigured("DEMO_MODE is off: the simulator runs beside a demo portal only.")

VAR_DIR = env.path("VAR_DIR", BASE_DIR / "var")
SIM_DIR = VAR_DIR / "simulator"
SIM_PRIVATE_DIR = SIM_DIR / "private"
SIM_PUBLIC_DIR = SIM_DIR / "public"
SECRET_KEY = env.secret("SIM_SECRET_KEY", demo_folder=SIM_PRIVATE_DIR)

# --- Where the two sides are ------------------------------------------------------------------------------
SIM_BASE_URL = env.text("SIM_BASE_URL", f"http://127.0.0.1:{env.number('SIM_PORT', 8001)}").rstrip("/")
# Where the portal's server reaches this process, when that differs from what the browser uses.
SIM_SERVICE_URL = env.text("SIM_SERVICE_URL", SIM_BASE_URL).rstrip("/")
PORTAL_BASE_URL = env.text("PORTAL_BASE_URL", f"http://127.0.0.1:{env.number('PORT', 8000)}").rstrip("/")

# --- What was agreed with the portal when it was registered; the demo's portal says the same of itself ----
_keys = VAR_DIR / "portal" / "keys"
SIM_IDP_ENTITY_ID = env.text("SIM_IDP_ENTITY_ID", "symulator.login.gov.pl")
SIM_SP_ENTITY_ID = env.text(
    "SIM_SP_ENTITY_ID", env.text("SAML_SP_ENTITY_ID", f"{PORTAL_BASE_URL}/saml/login/metadata/")
)
SIM_SP_CERT = env.path("SIM_SP_CERT", _keys / "sp.crt")
SIM_PZ_ENTITY_ID = env.text("SIM_PZ_ENTITY_ID", "symulator.pz.gov.pl")
SIM_PZ_SP_ENTITY_ID = env.text("SIM_PZ_SP_ENTITY_ID", SIM_SP_ENTITY_ID)
SIM_SP_RSA_CERT = env.path("SIM_SP_RSA_CERT", _keys / "saml-rsa.crt")
# What every answer of Profil Zaufany is like: encrypted, session (no attributes), both or neither.
SIM_PZ_MODE = env.choices("SIM_PZ_MODE", "", ("encrypted", "session"))
SIM_OFFICE_WS_CERT = env.path("SIM_OFFICE_WS_CERT", _keys / "ws.crt")
SIM_OFFICE_ENTITY_ID = env.text("SIM_OFFICE_ENTITY_ID", env.text("EPUAP_ENTITY_ID", "MIASTOJARZEBIN"))
SIM_OFFICE_BOX_NAME = env.text("SIM_OFFICE_BOX_NAME", env.text("EPUAP_BOX_NAME", "SkrytkaESP"))
SIM_OFFICE_BOX_ADDRESS = env.text(
    "SIM_OFFICE_BOX_ADDRESS",
    env.text("EPUAP_BOX_ADDRESS", f"/{SIM_OFFICE_ENTITY_ID}/{SIM_OFFICE_BOX_NAME}"),
)
SIM_OFFICE_NAME = env.text("SIM_OFFICE_NAME", env.text("MUNICIPALITY_OFFICE_NAME", "Urząd Miasta Jarzębin"))
SIM_OFFICE_SENT_STORE = env.text("SIM_OFFICE_SENT_STORE", env.text("EPUAP_SENT_STORE", "Wysłane"))
ACCESS_FORM_NAMESPACE = env.text(
    "ACCESS_FORM_NAMESPACE",
    "http://epuap.gov.pl/FeResourceServlet/wzor_lokalny/eurzad/wniosek-o-dostep/1/",
)
SIM_PAYU_POS_ID = env.text("SIM_PAYU_POS_ID", "300746")
SIM_PAYU_CLIENT_ID = env.text("SIM_PAYU_CLIENT_ID", "300746")
SIM_PAYU_CLIENT_SECRET = env.secret("SIM_PAYU_CLIENT_SECRET", demo_value="demo-client-secret")
SIM_PAYU_SECOND_KEY = env.secret("SIM_PAYU_SECOND_KEY", demo_value="demo-second-key")
SIM_PAYU_SENDS_AGAIN = env.flag("SIM_PAYU_SENDS_AGAIN", default=True)

# --- Django -----------------------------------------------------------------------------------------------
DEBUG = False
ALLOWED_HOSTS = ["*"]  # no address is ever built from the Host header
ROOT_URLCONF = "eurzad.simulator.urls"
WSGI_APPLICATION = "eurzad.simulator.wsgi.application"
INSTALLED_APPS = [
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "epuap.simulator",
    "payments.simulator",
]
MIDDLEWARE = [
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "epuap.simulator.context.simulator",
            ]
        },
    }
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": SIM_DIR / "db.sqlite3",
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 10,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Cookies are shared by all ports of a host, and the portal runs on another port of the same one.
SESSION_COOKIE_NAME = "simulator_session"
CSRF_COOKIE_NAME = "simulator_csrf"
# Forms lead back to the portal, whose pages lead on, so form-action is left open.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
# A big file of 20 MB in base64, with room around it.
DATA_UPLOAD_MAX_MEMORY_SIZE = 40 * 2**20
LANGUAGE_CODE = "pl"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Warsaw"
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
