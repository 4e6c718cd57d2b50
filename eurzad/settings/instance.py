"""Which town this is, where it answers and where it keeps what it writes."""

from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from eurzad import environment as env
from eurzad.lib.identifiers import clean_nip, clean_nrb

BASE_DIR = Path(__file__).resolve().parent.parent.parent
DEMO_MODE = env.flag("DEMO_MODE")
VAR_DIR = env.path("VAR_DIR", BASE_DIR / "var")
PORTAL_DIR = VAR_DIR / "portal"
PORTAL_DIR.mkdir(parents=True, exist_ok=True)  # beat's schedule at least is kept there
_demo_secrets = PORTAL_DIR / "secrets" if DEMO_MODE else None
SIMULATOR_URL = env.url("SIM_BASE_URL", "http://127.0.0.1:8001").rstrip("/") if DEMO_MODE else ""


def for_demo(value: str) -> str | None:
    """A default that holds in the demo only; elsewhere the setting is required."""
    return value if DEMO_MODE else None


def demo_path(*parts: str) -> Path | None:
    """A path under VAR_DIR as a default in the demo only."""
    return VAR_DIR.joinpath(*parts) if DEMO_MODE else None


SECRET_KEY = env.secret("SECRET_KEY", demo_folder=_demo_secrets)
IDENTITY_KEY = env.check_key("IDENTITY_KEY", env.secret("IDENTITY_KEY", demo_folder=_demo_secrets))
IDENTITY_KEY_OLD = env.optional_key("IDENTITY_KEY_OLD")
PORTAL_BASE_URL = env.url("PORTAL_BASE_URL", for_demo("http://127.0.0.1:8000")).rstrip("/")
DEMO_URL = env.url("DEMO_URL", "")
DEMO_HANDOVER_KEY = env.optional_key("DEMO_HANDOVER_KEY")
if DEMO_URL and not DEMO_MODE:
    if not DEMO_HANDOVER_KEY:
        raise ImproperlyConfigured("DEMO_HANDOVER_KEY is required with DEMO_URL and missing.")
    if urlsplit(DEMO_URL).netloc == urlsplit(PORTAL_BASE_URL).netloc:
        raise ImproperlyConfigured(
            "DEMO_URL is another address than PORTAL_BASE_URL: the demo is its own instance."
        )
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", urlsplit(PORTAL_BASE_URL).hostname or "")
if DEMO_MODE:
    ALLOWED_HOSTS += ["127.0.0.1", "localhost"]
CSRF_TRUSTED_ORIGINS = [PORTAL_BASE_URL]

DEFAULT_ACCENT = "#12508c"
MUNICIPALITY = {
    "name": env.text("MUNICIPALITY_NAME", for_demo("Miasto Jarzębin")),
    "office_name": env.text("MUNICIPALITY_OFFICE_NAME", for_demo("Urząd Miasta Jarzębin")),
    "street": env.text("MUNICIPALITY_STREET", for_demo("Rynek 1")),
    "postal_code": env.text("MUNICIPALITY_POSTAL_CODE", for_demo("99-901")),
    "city": env.text("MUNICIPALITY_CITY", for_demo("Jarzębin")),
    "phone": env.text("MUNICIPALITY_PHONE", for_demo("+48 00 000 00 00")),
    "email": env.text("MUNICIPALITY_EMAIL", for_demo("urzad@jarzebin.example.test")),
    "website": env.url("MUNICIPALITY_WEBSITE", for_demo("https://www.jarzebin.example.test")),
    "ade_address": env.text("MUNICIPALITY_ADE_ADDRESS", for_demo("AE:PL-00000-00000-DEMOX-00")),
    "nip": env.identifier("MUNICIPALITY_NIP", clean_nip, for_demo("9990101028")),
    "bank_account": env.identifier(
        "MUNICIPALITY_BANK_ACCOUNT", clean_nrb, for_demo("49999999990001000000000000")
    ),
    "teryt": env.text("MUNICIPALITY_TERYT", for_demo("9999011")),
    "dpo_email": env.text("MUNICIPALITY_DPO_EMAIL", for_demo("iod@jarzebin.example.test")),
    "crest": env.text("MUNICIPALITY_CREST", "img/crest.svg"),
    "accent": env.text("MUNICIPALITY_ACCENT", DEFAULT_ACCENT),
}
FOUR_EYES = env.choices("FOUR_EYES", "", ("imports", "mandates", "refunds"))
AUTO_MATCH = env.flag("AUTO_MATCH")
RATES_REVIEW_MONTHS = env.number("RATES_REVIEW_MONTHS", 3)
DESK_REASON_MINUTES = env.number("DESK_REASON_MINUTES", 30)
DESK_REAUTH_MINUTES = env.number("DESK_REAUTH_MINUTES", 10)
FUNDING_NOTICE = env.text("FUNDING_NOTICE", "")
LEDGER_MAX_MB = env.number("LEDGER_MAX_MB", 512)
LEDGER_MAX_CHANGE = env.number("LEDGER_MAX_CHANGE", 20)
