"""The demo town's earlier applications: really signed by the simulator, taken in by the portal's own door."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings as project

from epuap.inbox.models import InboundDocument
from eurzad.lib import clock
from eurzad.lib.personas import HENRYK, JADWIGA, KAROL
from portal.access.models import AccessApplication
from portal.access.rules import days_left


def prepare(folder: Path) -> list[tuple[bytes, str]]:
    """Prepare a simulator in this folder; return content and sending time of what lies in the office's box."""
    environment = {
        **os.environ,
        "DEMO_MODE": "1",
        "VAR_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "eurzad.simulator.settings",
    }
    subprocess.run(
        [sys.executable, "manage.py", "prepare_simulator", "--past"],
        cwd=project.BASE_DIR, env=environment, check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    with sqlite3.connect(folder / "simulator" / "db.sqlite3") as database:
        rows = database.execute("SELECT content, sent_at FROM epuap_simulator_message ORDER BY id").fetchall()
        receipts = database.execute("SELECT count(*) FROM epuap_simulator_receipt").fetchone()[0]
    database.close()
    assert receipts == len(rows)
    return rows


def test_earlier_applications_come_through_the_epuap_door(
    tmp_path: Path, settings: Any, deliver: Callable[..., InboundDocument]
) -> None:
    sent = prepare(tmp_path)
    assert prepare(tmp_path) == sent, "preparing again sends nothing"
    settings.TPS_SEAL_CERT = tmp_path / "simulator" / "public" / "tps-seal.crt"
    settings.TRUST_LIST = tmp_path / "simulator" / "public" / "qualified-ca.crt"
    for number, (content, sent_at) in enumerate(sent):
        moment = datetime.fromisoformat(sent_at).replace(tzinfo=UTC)
        inbound = deliver(content, sent_at=moment, epuap_id=str(number))
        assert (inbound.state, inbound.error_code) == ("handled", "")
    found = {item.family_name: item for item in AccessApplication.objects.all()}
    assert set(found) == {HENRYK.family_name, JADWIGA.family_name, KAROL.family_name}
    assert all(item.form_remarks == [] for item in found.values())
    assert found[HENRYK.family_name].street == HENRYK.street
    assert days_left(found[KAROL.family_name].decide_by, clock.today()) < 0
    assert days_left(found[HENRYK.family_name].decide_by, clock.today()) >= 10
    assert found[JADWIGA.family_name].signature_report["method"] == "qualified"
