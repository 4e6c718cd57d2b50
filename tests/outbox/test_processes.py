"""What the processes of a live town find when nothing is prepared but their environment."""

import base64
import os
import subprocess
import sys
from pathlib import Path

TOWN = "NAME OFFICE_NAME STREET POSTAL_CODE CITY PHONE EMAIL WEBSITE ADE_ADDRESS NIP BANK_ACCOUNT TERYT DPO_EMAIL"
FILES = "IDP_LOGIN_METADATA SAML_SP_KEY SAML_SP_CERT TPS_SEAL_CERT SEAL_KEY SEAL_CERT"
TEXTS = "SECRET_KEY SAML_SP_ENTITY_ID PAYU_POS_ID PAYU_CLIENT_ID PAYU_CLIENT_SECRET PAYU_SECOND_KEY"


def live_environment(var_dir: Path) -> dict[str, str]:
    """A live town's settings on PostgreSQL and Redis."""
    return {
        "PATH": os.environ["PATH"],
        "VAR_DIR": str(var_dir),
        "IDENTITY_KEY": base64.b64encode(bytes(32)).decode(),
        "PORTAL_BASE_URL": "https://portal.example.test",
        "DATABASE_URL": "postgres://eurzad:secret@127.0.0.1:9/eurzad",
        "REDIS_URL": "redis://127.0.0.1:9/0",
        "EMAIL_URL": "smtp://127.0.0.1:9",
        "TPS_URL": "https://tps.example.test/",
        **{f"MUNICIPALITY_{name}": "x" for name in TOWN.split()},
        **{name: str(var_dir / name) for name in FILES.split()},
        **dict.fromkeys(TEXTS.split(), "x"),
    }


def test_beat_of_a_live_town_finds_a_folder_for_its_schedule(tmp_path: Path) -> None:
    script = "import eurzad.celery; print(eurzad.celery.app.conf.beat_schedule_filename)"
    started = subprocess.run(
        [sys.executable, "-c", script],
        env=live_environment(tmp_path / "var"), capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert started.returncode == 0, started.stderr[-500:]
    assert Path(started.stdout.strip()).parent.is_dir()
