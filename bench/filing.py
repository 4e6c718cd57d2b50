"""Residents' applications through worker, PostgreSQL, Redis and the simulator, half through each door.

How many a second reach the clerks with their receipt, and whether the worker's memory stays flat. `APPLICATIONS=…`
says how many. Everything runs on this one machine: the residents' browsers, the simulator, the worker and the
database share its processors.
"""

import base64
import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import requests
from django.conf import settings
from django.db import connection

from bench.ratio import verdict
from eurzad.lib import clock
from eurzad.lib.personas import GRAZYNA, Persona
from portal.access.models import AccessApplication
from portal.access.services import drafting, signing
from portal.people import services as people
from portal.people.models import Identity, User
from scripts.demo import Process
from tests.access.conftest import form_document
from tests.outbox.workers import environment_beside, worker_and_beat
from tests.support.simulator import Simulator, run_simulator

AIM_PER_SECOND, AIM_GROWTH = 5.0, 1.10
WARM_UP = 0.2
"""Share of the applications after which the worker's memory is taken as what it will be."""
SILENCE_SECONDS = 120
BROWSERS = 2


def invented(number: int) -> Persona:
    """A person born in the 1850s with a PESEL of their own."""
    born = date(1850 + number % 9, 1 + number % 12, 1 + number // 12 % 28)
    ten = f"{born.year % 100:02d}{born.month + 80:02d}{born.day:02d}{number:04d}"
    digit = -sum(int(one) * weight for one, weight in zip(ten, (1, 3, 7, 9) * 3, strict=False)) % 10
    return Persona(
        f"bench-{number}", "Próbny", f"Mieszkaniec-{number}", f"{ten}{digit}", born, "", "Polna", "1"
    )


def begin(resident: Persona) -> Identity:
    """A resident who signed in, filled in the form and pressed "sign"."""
    identity = people.get_or_create_identity(
        scheme="pesel",
        identifier=resident.pesel,
        given_name=resident.given_name,
        family_name=resident.family_name,
        birth_date=resident.birth_date,
    )
    people.attach_user(identity=identity, user=User.objects.create(username=resident.key))
    identity.refresh_from_db()
    details = drafting.Details(street="Polna", building="1", postal_code="99-901", city="Jarzębin")
    drafting.save_draft(identity=identity, details=details)
    signing.start_signing(identity=identity)
    return identity


def post(simulator: Simulator, path: str, values: dict[str, str]) -> dict[str, str]:
    """Ask the simulator's control interface for something."""
    answer = requests.post(f"{simulator.base_url}{path}", json=values, timeout=30)
    answer.raise_for_status()
    found: dict[str, str] = answer.json()
    return found


def who(resident: Persona) -> dict[str, str]:
    """The signer as the control interface takes them."""
    return {
        "given_name": resident.given_name,
        "family_name": resident.family_name,
        "pesel": resident.pesel,
    }


def send_from_epuap(simulator: Simulator, resident: Persona) -> None:
    """Fill in the town's form on ePUAP, sign it and send it."""
    document = base64.b64encode(form_document(resident)).decode()
    signed = post(simulator, "/sterowanie/podpis/", {**who(resident), "content": document})
    values = {"sender": GRAZYNA.key, "file_name": f"{resident.key}.xml", "content": signed["content"]}
    post(simulator, "/sterowanie/nadanie/", values)


class Browsers:
    """Residents of the portal's door, who sign as soon as there is something to sign."""

    def __init__(self, simulator: Simulator, residents: dict[int, Persona]) -> None:
        self.simulator, self.residents = simulator, residents
        self.signed: set[int] = set()

    def look(self) -> None:
        """Sign what has come to the signing service since the last look, and go back to the portal."""
        waiting = AccessApplication.objects.filter(state="awaiting_signature").exclude(signing_url="")
        for application in waiting.exclude(pk__in=self.signed).select_related("identity")[:50]:
            self.signed.add(application.pk)
            values = {**who(self.residents[application.identity_id]), "address": application.signing_url}
            back = post(self.simulator, "/sterowanie/podpis/", values)["return_url"]
            token = back.rstrip("/").rpartition("/")[2]
            signing.note_return(identity=application.identity, token=token, signed=True)


def memory_mb(worker: Process) -> float:
    """Resident memory of the worker and its children, MB."""
    assert worker.child is not None
    children = Path(f"/proc/{worker.child.pid}/task/{worker.child.pid}/children").read_text().split()
    total = 0
    for pid in (str(worker.child.pid), *children):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                total += int(line.split()[1])
    return total / 1024


def filed() -> int:
    """How many applications are with the clerks."""
    return AccessApplication.objects.filter(state="submitted").count()


def follow(browsers: Browsers, worker: Process, wanted: int) -> tuple[float, float]:
    """Let time pass until all are filed; return the worker's memory after the warm-up and at the end, MB."""
    seen, seen_at, warm = 0, time.monotonic(), 0.0
    while seen < wanted:
        browsers.look()
        now = filed()
        if now > seen:
            seen, seen_at = now, time.monotonic()
        if not warm and seen >= wanted * WARM_UP:
            warm = memory_mb(worker)
        if time.monotonic() - seen_at > SILENCE_SECONDS:
            raise SystemExit(f"only {seen} of {wanted} applications were filed")
        time.sleep(0.1)
    return warm, memory_mb(worker)


def run() -> None:
    """Print applications a second and the worker's memory."""
    number = int(os.environ.get("APPLICATIONS", "2000"))
    residents = [invented(one) for one in range(number)]
    with tempfile.TemporaryDirectory() as folder, run_simulator(Path(folder)) as simulator:
        for name, value in simulator.portal_settings().items():
            setattr(settings, name, value)
        with ThreadPoolExecutor(BROWSERS) as pool:
            list(pool.map(lambda one: send_from_epuap(simulator, one), residents[number // 2 :]))
        by_identity = {begin(one).pk: one for one in residents[: number // 2]}
        database = connection.settings_dict
        environment = environment_beside(simulator) | {
            "DATABASE_URL": f"postgres://postgres@{database['HOST']}:{database['PORT']}/{database['NAME']}",
            "REDIS_URL": settings.REDIS_URL,
        }
        with worker_and_beat(environment, Path(folder) / "logs", start=False) as (worker, beat):
            begun = time.monotonic()
            worker.start()
            beat.start()
            warm, end = follow(Browsers(simulator, by_identity), worker, number)
            seconds = time.monotonic() - begun
    print(
        f"{number} applications, {clock.today():%Y-%m-%d}, {os.cpu_count()} processors, Python {sys.version.split()[0]}"
    )
    print(f"  {seconds:.0f} s from the worker's start, applications/s "
          f"{verdict(number / seconds, AIM_PER_SECOND, at_least=True)}")  # fmt: skip
    print(
        f"  worker's memory {warm:.0f} MB after a fifth, {end:.0f} MB at the end: {verdict(end / warm, AIM_GROWTH)}"
    )
