"""The systems outside: the national sign-in, signing, ePUAP, payment providers."""

from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from eurzad import environment as env
from eurzad.settings.instance import (
    DEMO_MODE,
    MUNICIPALITY,
    PORTAL_BASE_URL,
    SIMULATOR_URL,
    demo_path,
    for_demo,
)
from eurzad.settings.sign_in import read_identity_provider

# --- National sign-in, signing, ePUAP ---------------------------------------------------------------------------
IDENTITY_PROVIDERS = {name: read_identity_provider(name) for name in env.words("IDPS", "login")}
SAML_SP_ENTITY_ID = env.text("SAML_SP_ENTITY_ID", for_demo(f"{PORTAL_BASE_URL}/saml/login/metadata/"))
SAML_SP_KEY = env.file("SAML_SP_KEY", demo_path("portal", "keys", "sp.key"))
SAML_SP_CERT = env.file("SAML_SP_CERT", demo_path("portal", "keys", "sp.crt"))
_rsa_file = (
    env.file if "epuap" in {one["profile"] for one in IDENTITY_PROVIDERS.values()} else env.optional_file
)
SAML_SP_RSA_KEY = _rsa_file("SAML_SP_RSA_KEY", demo_path("portal", "keys", "saml-rsa.key"))
SAML_SP_RSA_CERT = _rsa_file("SAML_SP_RSA_CERT", demo_path("portal", "keys", "saml-rsa.crt"))
SAML_PROVIDER_NAME = env.text("SAML_PROVIDER_NAME", MUNICIPALITY["office_name"])
EPUAP_WS_URL = env.url("EPUAP_WS_URL", SIMULATOR_URL).rstrip("/")
EPUAP_ENTITY_ID = env.text("EPUAP_ENTITY_ID", "MIASTOJARZEBIN" if DEMO_MODE else "")
EPUAP_BOX_NAME = env.text("EPUAP_BOX_NAME", "SkrytkaESP")
EPUAP_BOX_ADDRESS = env.text("EPUAP_BOX_ADDRESS", f"/{EPUAP_ENTITY_ID}/{EPUAP_BOX_NAME}")
EPUAP_WS_KEY = env.optional_file("EPUAP_WS_KEY", demo_path("portal", "keys", "ws.key"))
EPUAP_WS_CERT = env.optional_file("EPUAP_WS_CERT", demo_path("portal", "keys", "ws.crt"))
EPUAP_WS_PEER_CERT = env.optional_file("EPUAP_WS_PEER_CERT", demo_path("simulator", "public", "ws.crt"))
for _name, _one in IDENTITY_PROVIDERS.items():
    if _one.get("userinfo_url") and not (EPUAP_WS_KEY and EPUAP_WS_CERT and EPUAP_WS_PEER_CERT):
        raise ImproperlyConfigured(
            f"IDP_{_name.upper()}_USERINFO_URL needs EPUAP_WS_KEY, EPUAP_WS_CERT and EPUAP_WS_PEER_CERT."
        )
EPUAP_SEAL_CERT = env.optional_file("EPUAP_SEAL_CERT", demo_path("simulator", "public", "epuap-seal.crt"))
EPUAP_SENT_STORE = env.text("EPUAP_SENT_STORE", "Wysłane")
EPUAP_SETTLED_SECONDS = env.number("EPUAP_SETTLED_SECONDS", 3600)
EPUAP_FILE_HOSTS = env.words("EPUAP_FILE_HOSTS", urlsplit(EPUAP_WS_URL).hostname or "")
EPUAP_FILE_MAX_MB = env.number("EPUAP_FILE_MAX_MB", 20)
EPUAP_ANSWER_MAX_MB = env.number("EPUAP_ANSWER_MAX_MB", 9)
EPUAP_FORM_URL = env.url(
    "EPUAP_FORM_URL", f"{SIMULATOR_URL}/epuap/formularz/wniosek-o-dostep/" if SIMULATOR_URL else ""
)
TPS_URL = env.url("TPS_URL", for_demo(f"{SIMULATOR_URL}/ep-services/tpSigning5"))
TPS_SEAL_CERT = env.file("TPS_SEAL_CERT", demo_path("simulator", "public", "tps-seal.crt"))
TRUST_LIST = env.optional_file("TRUST_LIST", demo_path("simulator", "public", "qualified-ca.crt"))
PERSONAL_TRUST_LIST = env.optional_file(
    "PERSONAL_TRUST_LIST", demo_path("simulator", "public", "personal-ca.crt")
)
REVOCATION_FETCH = env.flag("REVOCATION_FETCH", DEMO_MODE)
SEAL_KEY = env.file("SEAL_KEY", demo_path("portal", "keys", "seal.key"))
SEAL_CERT = env.file("SEAL_CERT", demo_path("portal", "keys", "seal.crt"))
SEAL_PAST_CERTS = env.optional_file("SEAL_PAST_CERTS")

ACCESS_FORM_NAMESPACE = env.text(
    "ACCESS_FORM_NAMESPACE",
    "http://epuap.gov.pl/FeResourceServlet/wzor_lokalny/eurzad/wniosek-o-dostep/1/",
)
ACCESS_DECISION_DAYS = env.number("ACCESS_DECISION_DAYS", 14)

# --- Payments ---------------------------------------------------------------------------------------------------
PAYMENT_PROVIDERS = env.choices("PAYMENT_PROVIDERS", "payu", ("payu",))
PAYU_BASE_URL = env.url("PAYU_BASE_URL", SIMULATOR_URL or "https://secure.payu.com").rstrip("/")
PAYU_POS_ID = env.text("PAYU_POS_ID", for_demo("300746"))
PAYU_CLIENT_ID = env.text("PAYU_CLIENT_ID", for_demo("300746"))
PAYU_CLIENT_SECRET = env.secret("PAYU_CLIENT_SECRET", demo_value=for_demo("demo-client-secret"))
PAYU_SECOND_KEY = env.secret("PAYU_SECOND_KEY", demo_value=for_demo("demo-second-key"))
