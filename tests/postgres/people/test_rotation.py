"""A new IDENTITY_KEY beside residents who read and sign in, and a command that is killed in the middle."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings as project
from django.db import connection, transaction

from eurzad.lib.personas import ANNA, BORYS, CELINA, EWA
from portal.people import identity_key, pii, rotation, services
from portal.people.identity_key import WrongIdentityKey
from portal.people.models import Identity, IdentityKeyMark, SubjectIdentifier, User
from tests.support.keys import OTHER_KEY, current_key, everything
from tests.support.people import make_clerk, make_resident

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

PATIENCE_SECONDS = 60


def ignore(label: str, done: int, total: int) -> None:
    """Nobody watches."""


@pytest.fixture
def town() -> None:
    """Two residents, and a clerk with a second factor: the last rows that are written anew."""
    identity_key.require_right()
    for persona in (ANNA, BORYS):
        make_resident(persona)
    TOTP.activate(make_clerk(EWA), "JBSWY3DPEHPK3PXP")


def until(condition: Callable[[], bool]) -> None:
    """Wait for something that must come; fail if it does not."""
    for _ in range(PATIENCE_SECONDS * 20):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("It did not come.")


def waits_for_a_row() -> bool:
    """Whether some statement of this database stands before a lock that another transaction holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])


@contextmanager
def last_row_held() -> Iterator[None]:
    """Hold the row that a rotation comes to last, so that it stands in its middle while the block runs."""
    held, release = Event(), Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                Authenticator.objects.select_for_update().get()
                held.set()
                release.wait(PATIENCE_SECONDS)
        finally:
            connection.close()

    thread = Thread(target=hold)
    thread.start()
    assert held.wait(PATIENCE_SECONDS)
    try:
        yield
    finally:
        release.set()
        thread.join()


def in_thread(work: Callable[[], object]) -> tuple[Thread, list[object]]:
    """Run beside this thread; what it returned or raised is put into the list."""
    said: list[object] = []

    def run() -> None:
        try:
            said.append(work())
        except WrongIdentityKey as error:
            said.append(error)
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    return thread, said


def rotate() -> dict[str, int]:
    return rotation.rotate(old=current_key(), new=OTHER_KEY, report=ignore)


def test_readers_read_on_and_writers_wait_and_are_refused(town: None, settings: Any) -> None:
    newcomer = {"scheme": "pesel", "identifier": CELINA.pesel, "given_name": "C", "family_name": "J"}

    def sign_in() -> Identity:
        return services.sign_in_identity(**newcomer, birth_date=None)

    with last_row_held():
        rotating, counts = in_thread(rotate)
        until(waits_for_a_row)
        assert {one.identifier for one in Identity.objects.all()} == {ANNA.pesel, BORYS.pesel}
        assert services.find_subject("pesel", ANNA.pesel) is not None
        writing, outcome = in_thread(sign_in)
        writing.join(1)
        assert writing.is_alive() and outcome == [], "a sign-in that stores a number waits"
    rotating.join()
    writing.join()
    (written,) = counts
    assert isinstance(written, dict)
    assert {model: count for model, count in written.items() if count} == {
        "people.Identity": 2,
        "people.SubjectIdentifier": 2,
        "mfa.Authenticator": 1,
    }
    assert isinstance(outcome[0], WrongIdentityKey), "this process still has the old key"
    assert Identity.objects.count() == User.objects.filter(kind="resident").count() == 2
    settings.IDENTITY_KEY = OTHER_KEY
    assert {one.identifier for one in Identity.objects.all()} == {ANNA.pesel, BORYS.pesel}
    assert sign_in().pk is not None


def command(tmp_path: Path) -> "subprocess.Popen[str]":
    """The real command on this test's database."""
    at = connection.settings_dict
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.Popen(
        [sys.executable, "manage.py", "rotate_identity_key"],
        cwd=project.BASE_DIR,
        env=kept
        | {
            "DEMO_MODE": "1",
            "VAR_DIR": str(tmp_path),
            "DATABASE_URL": f"postgres://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}",
            "IDENTITY_KEY": OTHER_KEY,
            "IDENTITY_KEY_OLD": current_key(),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_killed_in_the_middle_it_has_changed_nothing(town: None, tmp_path: Path, settings: Any) -> None:
    before = everything()
    with last_row_held():
        running = command(tmp_path)
        until(waits_for_a_row)
        running.send_signal(signal.SIGKILL)
        running.communicate()
    assert running.returncode == -signal.SIGKILL
    until(lambda: not waits_for_a_row())
    assert everything() == before
    assert {one.identifier for one in Identity.objects.all()} == {ANNA.pesel, BORYS.pesel}

    again = command(tmp_path)
    said, _ = again.communicate(timeout=PATIENCE_SECONDS)
    assert again.returncode == 0, said
    assert "people.Identity: 2" in said
    settings.IDENTITY_KEY = OTHER_KEY
    assert {pii.decrypt(one.encrypted) for one in SubjectIdentifier.objects.all()} == {
        ANNA.pesel,
        BORYS.pesel,
    }
    assert IdentityKeyMark.objects.get().mark == pii.key_mark(OTHER_KEY)


def test_two_at_once_are_one(town: None) -> None:
    first, one = in_thread(rotate)
    second, other = in_thread(rotate)
    first.join()
    second.join()
    counts = sorted((one + other), key=lambda found: len(found))  # type: ignore[arg-type]
    assert counts[0] == {} and counts[1]["people.Identity"] == 2  # type: ignore[index]
