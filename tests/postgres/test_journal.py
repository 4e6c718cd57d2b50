"""Many writers and the sealer on a real PostgreSQL, and a role that can only add."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from threading import Event, Thread
from typing import Any

import psycopg
import pytest
from django.conf import settings as project
from django.db import connection, transaction

from portal.journal import roles, sealing, verifying
from portal.journal.models import Head, Link, Record
from portal.journal.services import record, record_read
from tests.architecture.live import live_environment
from tests.architecture.tree import ROOT
from tests.journal.conftest import key_folder, seal_keys
from tests.journal.support import write
from tests.postgres.together import all_at_once

__all__ = ["key_folder", "seal_keys"]

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

WRITERS, EACH = 16, 40


class Undone(Exception):
    """Rolls a writer's transaction back."""


def note(reference: str) -> None:
    record(actor_id=None, subject_id=None, action="receivables.read", reference=reference)


def writer(number: int) -> set[str]:
    """Short, long and rolled-back transactions and reads; returns the references that must be there."""
    random, kept = Random(number), set()
    for turn in range(EACH):
        name = f"{number}-{turn}"
        kind = random.choice(("read", "short", "long", "undone"))
        try:
            if kind == "read":
                record_read(actor_id=None, subject_id=None, action="a", reference=name)
            else:
                with transaction.atomic():
                    note(name)
                    if kind == "long":
                        with connection.cursor() as cursor:
                            cursor.execute("SELECT pg_sleep(%s)", [random.random() / 20])
                        note(f"{name}-more")
                    if kind == "undone":
                        raise Undone
        except Undone:
            continue
        kept |= {name, f"{name}-more"} if kind == "long" else {name}
    return kept


def test_sixteen_writers_beside_two_sealers_lose_nothing(
    seal_keys: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "BATCH", 7)
    stop = Event()

    def keep_sealing() -> None:
        try:
            while not stop.is_set():
                sealing.seal()
        finally:
            connection.close()

    sealers = [Thread(target=keep_sealing) for _ in range(2)]
    for sealer in sealers:
        sealer.start()
    try:
        kept = set().union(*all_at_once(writer, range(WRITERS)))
    finally:
        stop.set()
        for sealer in sealers:
            sealer.join()
    sealed_meanwhile = Link.objects.count()
    sealing.seal(whole=True)
    assert sealed_meanwhile > 0 and not sealing.unsealed().exists()
    assert set(Record.objects.values_list("reference", flat=True)) == kept
    assert list(Link.objects.values_list("number", flat=True)) == list(range(1, len(kept) + 1))
    order = list(Link.objects.order_by("number").values_list("record__xact", "record_id"))
    assert order == sorted(order), "nothing was numbered before what an older transaction still could write"
    report = verifying.verify()
    assert (report.problems, report.checked, report.waiting) == ([], len(kept), 0)


def test_a_running_transaction_holds_back_what_came_after_it(seal_keys: None) -> None:
    begun, finish = Event(), Event()

    def slow() -> None:
        try:
            with transaction.atomic():
                note("slow")
                begun.set()
                finish.wait(60)
        finally:
            connection.close()

    thread = Thread(target=slow)
    thread.start()
    try:
        assert begun.wait(60)
        note("quick")
        assert sealing.seal() == 0 and verifying.verify().waiting == 1
    finally:
        finish.set()
        thread.join()
    assert sealing.seal() == 2
    assert list(Link.objects.values_list("record__reference", flat=True)) == ["slow", "quick"]


def test_records_of_a_restored_backup_are_sealed(seal_keys: None) -> None:
    """A backup restored on a younger server brings transaction numbers that are yet to come there."""
    Record.objects.bulk_create(
        [Record(at=one.at, action="a", reference="old", xact=2**60) for one in [_sample()]]
    )
    note("new")
    assert sealing.seal() == 3
    note("newer")
    assert sealing.seal() == 1 and verifying.verify().count == 0


def _sample() -> Record:
    write(1)
    return Record.objects.get()


# --- the weak role


def url(role: str, *, database: str = "") -> str:
    parts = connection.settings_dict
    name = database or parts["NAME"]
    return f"postgres://{role}:secret@{parts['HOST']}:{parts['PORT']}/{name}"


@pytest.fixture
def weak(seal_keys: None) -> Iterator["psycopg.Connection[Any]"]:
    """A connection as the role that web and worker have, beside a journal of three sealed records."""
    role = f"weak_{os.getpid()}"
    with pytest.MonkeyPatch.context() as patch:
        roles.grant(role=role, password="secret")  # as a demo first: what is taken back leaves nothing
        patch.setattr(project, "DEMO_MODE", False)
        roles.grant(role=role, password="secret")
    write(3)
    sealing.seal()
    try:
        with psycopg.connect(url(role).replace("postgres://", "postgresql://"), autocommit=True) as found:
            yield found
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")
            cursor.execute("GRANT CREATE ON SCHEMA public TO PUBLIC")


@pytest.mark.parametrize("table", roles.GUARDED)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {0} SET {1} = {1}", "DELETE FROM {0}", "TRUNCATE {0}", "DROP TABLE {0}",
        "ALTER TABLE {0} DISABLE TRIGGER ALL", "ALTER TABLE {0} ADD COLUMN more int",
        "CREATE TRIGGER t BEFORE INSERT ON {0} EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        "CREATE RULE r AS ON INSERT TO {0} DO INSTEAD NOTHING", "ALTER TABLE {0} OWNER TO CURRENT_USER",
        "SELECT * FROM {0} FOR UPDATE", "CREATE TABLE public.mine (id int)",
    ],
)  # fmt: skip
def test_the_weak_role_cannot_change_the_journal(
    weak: "psycopg.Connection[Any]", table: str, statement: str
) -> None:
    column = "number" if table == Link._meta.db_table else "id"
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        weak.execute(statement.format(table, column))  # type: ignore[call-overload]
    assert verifying.verify().count == 0


def test_the_weak_role_writes_and_seals(weak: "psycopg.Connection[Any]") -> None:
    def reconnect() -> None:
        connection.close()
        connection.close_pool()

    with pytest.MonkeyPatch.context() as patch:
        reconnect()
        patch.setitem(connection.settings_dict, "USER", weak.info.user)
        patch.setitem(connection.settings_dict, "PASSWORD", "secret")
        assert roles.weakness() == ""
        write(2)
        assert sealing.seal() == 2 and Head.objects.count() == 0
        reconnect()


def test_a_live_start_refuses_a_role_that_could_change_the_journal(
    weak: "psycopg.Connection[Any]", tmp_path: Path
) -> None:
    environment = {"PATH": os.environ["PATH"], **live_environment(tmp_path)}

    def start(address: str, code: str = "import eurzad.wsgi") -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env={**environment, "DATABASE_URL": address},
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    role = weak.info.user
    assert start(url(role)).returncode == 0
    strong = start(url(project.DATABASES["default"]["USER"]))
    assert strong.returncode == 3 and "superuser" in strong.stderr and "Traceback" not in strong.stderr
    assert len([line for line in strong.stderr.splitlines() if "DATABASE_URL" in line]) == 1
    for given, taken in (
        (
            "GRANT UPDATE (reason) ON journal_record TO {0}",
            "REVOKE UPDATE (reason) ON journal_record FROM {0}",
        ),
        ("GRANT DELETE ON journal_link TO {0}", "REVOKE DELETE ON journal_link FROM {0}"),
        ("GRANT pg_write_all_data TO {0}", "REVOKE pg_write_all_data FROM {0}"),
        ("ALTER ROLE {0} CREATEROLE", "ALTER ROLE {0} NOCREATEROLE"),
        ("CREATE TABLE own (); ALTER TABLE own OWNER TO {0}", "DROP TABLE own"),
    ):
        with connection.cursor() as cursor:
            cursor.execute(given.format(role))
        refused = start(url(role))
        assert refused.returncode == 3 and "grant_roles" in refused.stderr, given
        with connection.cursor() as cursor:
            cursor.execute(taken.format(role))
    beat = "import django; django.setup(); import eurzad.celery as one; one.check_at_start()"
    environment["DJANGO_SETTINGS_MODULE"] = "eurzad.settings"
    assert start(url(role), beat).returncode == 0
    assert start(url(project.DATABASES["default"]["USER"]), beat).returncode == 3
