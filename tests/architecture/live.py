"""The environment of a live town, for starts of real processes."""

from pathlib import Path

from scripts.demo_keys import make as make_keys

IDENTITY_KEY = "aXQtaXMtb25seS1hLXRlc3Qta2V5LTMyLWJ5dGVzISE="
KEY_FILES = {
    "SAML_SP_KEY": "sp.key", "SAML_SP_CERT": "sp.crt", "SEAL_KEY": "seal.key", "SEAL_CERT": "seal.crt",
    "TPS_SEAL_CERT": "seal.crt", "IDP_LOGIN_METADATA": "sp.crt",
}  # fmt: skip
TOWN = {
    "NAME": "Miasto Próbne", "OFFICE_NAME": "Urząd Miasta Próbnego", "STREET": "Rynek 1", "POSTAL_CODE": "99-999",
    "CITY": "Próbne", "PHONE": "+48 00 000 00 00", "EMAIL": "urzad@example.test",
    "WEBSITE": "https://www.example.test", "ADE_ADDRESS": "AE:PL-00000-00000-PROBA-00", "NIP": "9990101028",
    "BANK_ACCOUNT": "49999999990001000000000000", "TERYT": "9999011", "DPO_EMAIL": "iod@example.test",
}  # fmt: skip


def live_environment(folder: Path) -> dict[str, str]:
    """Every required setting, with keys made in `folder`; none of the servers is there."""
    make_keys(folder / "keys")
    return {
        "VAR_DIR": str(folder / "var"),
        "SECRET_KEY": "x" * 50,
        "IDENTITY_KEY": IDENTITY_KEY,
        "PORTAL_BASE_URL": "https://eurzad.example.test",
        "DATABASE_URL": "postgres://eurzad:secret@127.0.0.1:9/eurzad",
        "REDIS_URL": "redis://127.0.0.1:9/0",
        "EMAIL_URL": "smtp://127.0.0.1:9",
        "JOURNAL_AUDITOR_EMAIL": "audytor@example.test",
        "SAML_SP_ENTITY_ID": "https://eurzad.example.test/saml",
        "TPS_URL": "https://ws.example.test/ep-services/tpSigning5",
        "PAYU_POS_ID": "1",
        "PAYU_CLIENT_ID": "1",
        "PAYU_CLIENT_SECRET": "x",
        "PAYU_SECOND_KEY": "x",
        **{name: str(folder / "keys" / file) for name, file in KEY_FILES.items()},
        **{f"MUNICIPALITY_{name}": value for name, value in TOWN.items()},
    }
