"""Real workers on a real broker, killed in the middle of the residents' applications.

Residents fill in and sign in the portal, as many send from ePUAP. Most of the fifty kills hit a process at work
(SIGKILL, as by the kernel short of memory), every tenth the whole groups of worker and beat, as a machine that loses
power; Redis forgets everything twice. Each application is with the clerks once in the end, with one receipt that
never changed: the portal's own, or the one ePUAP gave the sender.
"""

import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from threading import Lock, Thread
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as project
from django.db import connection
from django.db.models import Q
from lxml import etree
from redis import Redis

from epuap.inbox.models import InboundDocument, OutboundLetter
from eurzad.lib.personas import GRAZYNA, Persona
from eurzad.outbox.models import Job
from portal.access.models import AccessApplication, ApplicationEvent
from portal.access.services import drafting, signing
from portal.channels.models import Receipt
from portal.notices.models import Notice
from portal.people import services as people
from portal.people.models import Identity, User
from scripts.demo import Process
from tests.access.conftest import SigningService, form_document, sign_as
from tests.epuap.soap.fake_service import KeyPair
from tests.epuap.xml.conftest import Party
from tests.outbox.workers import (
    environment_beside,
    kill_and_restart,
    kill_one_at_work,
    simulated_party,
    told,
    worker_and_beat,
)
from tests.support.simulator import Simulator

pytestmark = [
    pytest.mark.redis,
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
]

IN_PORTAL, ON_EPUAP = 150, 150
KILLS, STEPS_BETWEEN = 50, 11
"""After so many steps of the applications (four each in the portal, one from ePUAP) comes the next kill."""
WHOLE_GROUP_EVERY = 10
WITHIN_SECONDS = 180


def invented(number: int) -> Persona:
    """A person born in the 1850s with a PESEL of their own."""
    born = date(1850 + number % 9, 1 + number % 12, 1 + number % 28)
    ten = f"{born.year % 100:02d}{born.month + 80:02d}{born.day:02d}{number:04d}"
    digit = -sum(int(one) * weight for one, weight in zip(ten, (1, 3, 7, 9) * 3, strict=False)) % 10
    return Persona(
        f"n{number}", "Próbny", f"Mieszkaniec-{number}", f"{ten}{digit}", born, f"n{number}", "Polna", "1"
    )


class ResidentsAtSigning(SigningService):
    """The signing service with residents who sign at once what they are given."""

    def __init__(self, keys: KeyPair, seal: Party, people_by_pesel: dict[str, Persona]) -> None:
        super().__init__(keys, seal)
        self.people = people_by_pesel
        self.one_by_one = Lock()

    def answer(self, request: etree._Element) -> tuple[int, bytes]:
        """Sign a document as soon as it is handed over."""
        with self.one_by_one:
            answer = super().answer(request)
            for address in self.received.keys() - self.signed.keys():
                pesel = etree.fromstring(self.received[address]).findtext(".//{*}PESEL")
                self.sign(self.people[pesel], url=address)
        return answer

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Answer while the block runs."""
        thread = Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield
        self.server.shutdown()
        self.server.server_close()
        thread.join()


@dataclass
class Town:
    """Who applies, and what was seen of their receipts."""

    tps: ResidentsAtSigning
    identities: list[Identity]
    back: set[str] = field(default_factory=set)
    receipts: dict[int, bytes] = field(default_factory=dict)

    def come_back(self) -> None:
        """Let the browsers of those who signed return to the portal."""
        for address in set(self.tps.signed) - self.back:
            application = (
                AccessApplication.objects.filter(signing_url=address).select_related("identity").first()
            )
            if application is not None:
                token = self.tps.returns[address].rstrip("/").rpartition("/")[2]
                signing.note_return(identity=application.identity, token=token, signed=True)
                self.back.add(address)

    def look(self) -> int:
        """Look at the receipts: one that is there stays as it is. Returns how many there are."""
        for pk, upp in Receipt.objects.values_list("access_application", "content"):
            assert self.receipts.setdefault(pk, bytes(upp)) == bytes(upp), "a receipt was issued again"
        return len(self.receipts)

    @property
    def is_done(self) -> bool:
        submitted = AccessApplication.objects.filter(state="submitted").count()
        return submitted == IN_PORTAL + ON_EPUAP and self.look() == IN_PORTAL

    @property
    def steps(self) -> int:
        """How many steps of applications are behind us."""
        names = Q(name__startswith="access.") | Q(name="inbox.handle")
        return Job.objects.filter(names, state="done").count()

    def live(self, until: Callable[[], bool], *, seconds: float) -> bool:
        """Let time pass until something is so; return whether it came to be."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.come_back()
            self.look()
            if until():
                return True
            time.sleep(0.1)
        return False


@pytest.fixture
def town(portal_talks_to_simulator: Simulator, seeded: None, settings: Any) -> Iterator[Town]:
    """Applications begun in the portal, documents in the mailbox, and not one message in the queue."""
    simulator = portal_talks_to_simulator
    residents = [invented(number) for number in range(IN_PORTAL + ON_EPUAP)]
    ws, seal = simulated_party(simulator, "ws"), simulated_party(simulator, "tps-seal")
    tps = ResidentsAtSigning(
        KeyPair(ws.key_pem, ws.cert_pem), seal, {resident.pesel: resident for resident in residents}
    )
    with tps.serving():
        settings.TPS_URL = f"{tps.url}/ep-services/tpSigning5"
        identities = [_begin(resident) for resident in residents[:IN_PORTAL]]
        for resident in residents[IN_PORTAL:]:
            document = sign_as(resident, form_document(resident), seal)
            simulator.deliver(document, sender=GRAZYNA.key, file_name=f"{uuid4().hex}.xml")
        Redis.from_url(project.REDIS_URL).flushall()
        yield Town(tps, identities)


def _begin(resident: Persona) -> Identity:
    """A resident fills in the form and presses "sign"."""
    identity = people.get_or_create_identity(
        scheme="pesel", identifier=resident.pesel, given_name=resident.given_name, family_name=resident.family_name,
        birth_date=resident.birth_date,
    )  # fmt: skip
    people.attach_user(identity=identity, user=User.objects.create(username=resident.key))
    identity.refresh_from_db()
    details = drafting.Details(street="Polna", building="1", postal_code="99-901", city="Jarzębin")
    drafting.save_draft(identity=identity, details=details)
    signing.start_signing(identity=identity)
    return identity


@pytest.fixture
def processes(town: Town, simulator: Simulator, tmp_path: Path) -> Iterator[tuple[Process, Process]]:
    """Worker and beat on the test's own database and broker."""
    database = connection.settings_dict
    environment = environment_beside(simulator) | {
        "DATABASE_URL": f"postgres://postgres@{database['HOST']}:{database['PORT']}/{database['NAME']}",
        "REDIS_URL": project.REDIS_URL,
        "TPS_URL": f"{town.tps.url}/ep-services/tpSigning5",
    }
    with worker_and_beat(environment, tmp_path) as started:
        yield started


def receipts_of_epuap(simulator: Simulator, senders: int) -> int:
    """How many of the last `senders` documents in the office's box have got their UPP from ePUAP."""
    database = simulator.var_dir / "simulator" / "db.sqlite3"
    asked = (
        "SELECT count(DISTINCT r.id) FROM epuap_simulator_receipt r WHERE r.held = 0 AND r.message_id IN "
        "(SELECT id FROM epuap_simulator_message WHERE box_address = ? ORDER BY id DESC LIMIT ?)"
    )
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as opened:
        found: int = opened.execute(asked, (project.EPUAP_BOX_ADDRESS, senders)).fetchone()[0]
    return found


def test_killed_again_and_again_loses_nothing_and_does_nothing_twice(
    town: Town, processes: tuple[Process, Process], simulator: Simulator, tmp_path: Path
) -> None:
    worker, beat = processes
    for number in range(1, KILLS + 1):
        steps = number * STEPS_BETWEEN
        assert town.live(lambda steps=steps: town.steps >= steps, seconds=90), told(tmp_path, "worker")
        if number % WHOLE_GROUP_EVERY:
            assert town.live(lambda: kill_one_at_work(worker), seconds=20), "nobody to kill"
        else:
            kill_and_restart(worker, beat)
        if number % 20 == 0:
            Redis.from_url(project.REDIS_URL).flushall()
    assert town.live(lambda: town.is_done, seconds=WITHIN_SECONDS), (
        Counter(AccessApplication.objects.values_list("door", "state")),
        list(Job.objects.exclude(state="done").values("name", "state", "attempts", "losses", "error_code")),
        told(tmp_path, "worker"),
    )

    assert not Job.objects.filter(state="failed").exclude(key__startswith="every:").exists()
    lost = sum(Job.objects.values_list("losses", flat=True))
    assert lost > 0, "no worker was killed with a job in its hands"
    assert Counter(AccessApplication.objects.values_list("door", "state")) == {
        ("portal", "submitted"): IN_PORTAL,
        ("epuap", "submitted"): ON_EPUAP,
    }
    assert AccessApplication.objects.values("number").distinct().count() == IN_PORTAL + ON_EPUAP
    assert Receipt.objects.values("identifier").distinct().count() == Receipt.objects.count() == IN_PORTAL
    assert not Receipt.objects.filter(access_application=None).exists()
    assert receipts_of_epuap(simulator, ON_EPUAP) == ON_EPUAP
    kinds = Counter(ApplicationEvent.objects.values_list("kind", flat=True))
    assert {
        kinds[kind] for kind in ("signing_requested", "signed", "signature_accepted", "receipt_issued")
    } == {IN_PORTAL}
    assert kinds["received"] == IN_PORTAL + ON_EPUAP
    told_of = Counter(Notice.objects.filter(topic="access.received").values_list("user", flat=True))
    assert set(told_of.values()) == {1} and len(told_of) == IN_PORTAL
    assert set(InboundDocument.objects.values_list("state", flat=True)) == {"handled"}
    assert InboundDocument.objects.count() == ON_EPUAP
    assert not OutboundLetter.objects.exists()
