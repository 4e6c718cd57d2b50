"""The systems outside: the national sign-in, signing, ePUAP, payment providers."""

from eurzad import environment as env
from eurzad.settings.instance import (
    DEMO_MODE,
    MUNICIPALITY,
    PORTAL_BASE_URL,
    SIMULATOR_URL,
    demo_path,
    for_demo,
)

# --- National sign-in, signing, ePUAP ---------------------------------------------------------------------------
_metadata = demo_path("simulator", "public", "idp-metadata.xml")
IDENTITY_PROVIDERS = {
    name: {
        "metadata": env.file(f"IDP_{name.upper()}_METADATA", _metadata),
        "profile": env.choices(f"IDP_{name.upper()}_PROFILE", "login.gov.pl", ("login.gov.pl", "epuap"))[0],
    }
    for name in env.words("IDPS", "login")
}
SAML_SP_ENTITY_ID = env.text("SAML_SP_ENTITY_ID", for_demo(f"{PORTAL_BASE_URL}/saml/login/metadata/"))
SAML_SP_KEY = env.file("SAML_SP_KEY", demo_path("portal", "keys", "sp.key"))
SAML_SP_CERT = env.file("SAML_SP_CERT", demo_path("portal", "keys", "sp.crt"))
SAML_PROVIDER_NAME = env.text("SAML_PROVIDER_NAME", MUNICIPALITY["office_name"])
EPUAP_WS_URL = env.url("EPUAP_WS_URL", SIMULATOR_URL).rstrip("/")
EPUAP_ENTITY_ID = env.text("EPUAP_ENTITY_ID", "MIASTOJARZEBIN" if DEMO_MODE else "")
EPUAP_BOX_NAME = env.text("EPUAP_BOX_NAME", "SkrytkaESP")
EPUAP_BOX_ADDRESS = env.text("EPUAP_BOX_ADDRESS", f"/{EPUAP_ENTITY_ID}/{EPUAP_BOX_NAME}")
EPUAP_WS_KEY = env.optional_file("EPUAP_WS_KEY", demo_path("portal", "keys", "ws.key"))
EPUAP_WS_CERT = env.optional_file("EPUAP_WS_CERT", demo_path("portal", "keys", "ws.crt"))
EPUAP_WS_PEER_CERT = env.optional_file("EPUAP_WS_PEER_CERT", demo_path("simulator", "public", "ws.crt"))
EPUAP_SEAL_CERT = env.optional_file("EPUAP_SEAL_CERT", demo_path("simulator", "public", "epuap-seal.crt"))
EPUAP_FORM_URL = env.url(
    "EPUAP_FORM_URL", f"{SIMULATOR_URL}/epuap/formularz/wniosek-o-dostep/" if SIMULATOR_URL else ""
)
TPS_URL = env.url("TPS_URL", for_demo(f"{SIMULATOR_URL}/ep-services/tpSigning5"))
TPS_SEAL_CERT = env.file("TPS_SEAL_CERT", demo_path("simulator", "public", "tps-seal.crt"))
TRUST_LIST = env.optional_file("TRUST_LIST")
SEAL_KEY = env.file("SEAL_KEY", demo_path("portal", "keys", "seal.key"))
SEAL_CERT = env.file("SEAL_CERT", demo_path("portal", "keys", "seal.crt"))

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
PAYU_POS_ID = env.text("PAYU_POS_ID", for_demo("300746"))
PAYU_CLIENT_ID = env.text("PAYU_CLIENT_ID", for_demo("300746"))
PAYU_CLIENT_SECRET = env.secret("PAYU_CLIENT_SECRET", demo_value=for_demo("demo-client-secret"))
PAYU_SECOND_KEY = env.secret("PAYU_SECOND_KEY", demo_value=for_demo("demo-second-key"))
