"""Real workers on a real broker, killed fifty times in the middle of the office's own letters.

Most kills hit the process that is sending (SIGKILL, as by the kernel short of memory), every twentieth the whole group,
as a machine that loses power. No letter goes out twice: each was sent, or was found among the sent, or is on the
clerks' list, and the simulated ePUAP has got each at most once.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings as project
from django.db import connection, transaction
from redis import Redis

from epuap.inbox.models import OutboundLetter
from epuap.inbox.services import letters
from epuap.soap.sent import StoreClient
from eurzad.lib.personas import GRAZYNA
from eurzad.outbox.models import Job
from scripts.demo import Process
from tests.outbox.workers import (
    environment_beside,
    kill_and_restart,
    kill_one_at_work,
    told,
    worker_and_beat,
)
from tests.support.simulator import Simulator

pytestmark = [
    pytest.mark.redis,
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
]

LETTERS, KILLS, LOST_ANSWERS = 300, 50, 10
WHOLE_GROUP_EVERY = 20
SETTLED_SECONDS = 5
WITHIN_SECONDS = 150

State = OutboundLetter.State
DONE = (State.SENT, State.SENT_WITHOUT_RECEIPT, State.UNKNOWN, State.FAILED)


@pytest.fixture
def town(portal_talks_to_simulator: Simulator, seeded: None) -> Simulator:
    """Letters that wait to be sent, and not one message in the queue."""
    simulator = portal_talks_to_simulator
    with transaction.atomic():
        for number in range(LETTERS):
            letters.send_letter(
                recipient_box=f"/{GRAZYNA.epuap_login}/domyslna",
                document=f"<Pismo><Numer>{number}</Numer></Pismo>".encode(),
                title=f"Pismo {number}",
            )
    Redis.from_url(project.REDIS_URL).flushall()
    simulator.order("nadaj_lost_answer", LOST_ANSWERS)
    return simulator


@pytest.fixture
def processes(town: Simulator, tmp_path: Path) -> Iterator[tuple[Process, Process]]:
    """Worker and beat on the test's own database and broker."""
    database = connection.settings_dict
    environment = environment_beside(town) | {
        "DATABASE_URL": f"postgres://postgres@{database['HOST']}:{database['PORT']}/{database['NAME']}",
        "REDIS_URL": project.REDIS_URL,
        "EPUAP_SETTLED_SECONDS": str(SETTLED_SECONDS),
    }
    with worker_and_beat(environment, tmp_path) as started:
        yield started


def come_to(until: Callable[[], bool], *, seconds: float) -> bool:
    """Let time pass until something is so; return whether it came to be."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if until():
            return True
        time.sleep(0.05)
    return False


def sent_by_the_office() -> Counter[str]:
    """How often the simulated ePUAP got each file."""
    return Counter(one.file_name for one in StoreClient.from_settings().list_sent())


def test_letters_of_killed_workers_go_out_once(
    town: Simulator, processes: tuple[Process, Process], tmp_path: Path
) -> None:
    worker, _beat = processes
    touched = OutboundLetter.objects.exclude(state=State.WAITING)
    for number in range(1, KILLS + 1):
        wanted = number * LETTERS // (KILLS + 2)
        assert come_to(lambda wanted=wanted: touched.count() >= wanted, seconds=60), told(tmp_path, "worker")
        if number % WHOLE_GROUP_EVERY == 0:
            kill_and_restart(worker)
        else:
            assert come_to(lambda: kill_one_at_work(worker), seconds=20), "nobody to kill"

    def is_settled() -> bool:
        undecided = OutboundLetter.objects.exclude(state__in=DONE)
        looked_for = OutboundLetter.objects.filter(state=State.UNKNOWN).exclude(look_up_at=None)
        return not undecided.exists() and not looked_for.exists()

    assert come_to(is_settled, seconds=WITHIN_SECONDS), (
        Counter(OutboundLetter.objects.values_list("state", flat=True)),
        list(Job.objects.exclude(state="done").values("name", "state", "attempts", "losses", "error_code")),
        told(tmp_path, "worker"),
    )

    sent = sent_by_the_office()
    mine = dict(OutboundLetter.objects.values_list("file_name", "state"))
    assert len(mine) == LETTERS
    assert [name for name in mine if sent[name] > 1] == [], "a letter went out twice"
    for name, state in mine.items():
        assert sent[name] == (state in (State.SENT, State.SENT_WITHOUT_RECEIPT)), (name, state)
    on_the_list = set(OutboundLetter.objects.open().values_list("file_name", flat=True))
    assert on_the_list == {name for name in mine if not sent[name]}
    found = OutboundLetter.objects.filter(state=State.SENT_WITHOUT_RECEIPT)
    assert found.count() >= LOST_ANSWERS and not found.filter(epuap_id="").exists()
    assert Job.objects.filter(losses__gt=0).exists(), "no worker was killed with a letter in its hands"
    assert OutboundLetter.objects.filter(attempts__gt=1).count() == 0
