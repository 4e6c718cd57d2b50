"""The commands of docker-compose.yml, run as they stand (ports apart) on a real PostgreSQL and Redis."""

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[2]
WAIT_SECONDS = 60


def commands() -> dict[str, str]:
    """The `command:` of every service."""
    found, service = {}, ""
    for line in (ROOT / "docker-compose.yml").read_text().splitlines():
        if match := re.fullmatch(r"  ([a-z]+):", line):
            service = match[1]
        elif match := re.fullmatch(r"    command: (.*)", line):
            found[service] = match[1]
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """What compose gives its processes: own database, Redis, folder; nothing else of this shell."""
    name = f"compose_{os.getpid()}"
    server = os.environ["DATABASE_URL"].rpartition("/")[0]
    weak = server.replace("//postgres@", "//compose_web:secret@")
    assert weak != server
    with psycopg.connect(
        f"{server}/postgres".replace("postgres://", "postgresql://"), autocommit=True
    ) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        yield {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(tmp_path),
            "DATABASE_URL": f"{weak}/{name}",
            "REDIS_URL": os.environ["REDIS_URL"].replace("/0", "/5"),
            "VAR_DIR": str(tmp_path / "var"),
            "DEMO_MODE": "1",
        }
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        admin.execute("DROP ROLE compose_web")


def wait_for(url: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                assert answer.status == 200
                return
        except OSError:
            assert time.monotonic() < deadline, f"{url} does not answer"
            time.sleep(0.3)


@pytest.mark.postgres
@pytest.mark.redis
def test_every_process_of_compose_runs(environment: dict[str, str], tmp_path: Path) -> None:
    service = commands()
    assert set(service) >= {"migrate", "web", "worker", "beat", "simulator"}
    owner = environment["DATABASE_URL"].replace("//compose_web:secret@", "//postgres@")
    migrate = {**environment, "DATABASE_OWNER_URL": owner}
    subprocess.run(shlex.split(service["migrate"]), cwd=ROOT, env=migrate, check=True, timeout=120)
    port, sim_port = free_port(), free_port()
    simulator = (
        service["simulator"].replace("/srv/eurzad/var", environment["VAR_DIR"]).replace("8001", str(sim_port))
    )
    environment |= {
        "PORTAL_BASE_URL": f"http://127.0.0.1:{port}",
        "SIM_BASE_URL": f"http://127.0.0.1:{sim_port}",
    }
    started = [
        subprocess.Popen(shlex.split(command), cwd=ROOT, env={**environment, **extra}, start_new_session=True)
        for command, extra in (
            (simulator, {"DJANGO_SETTINGS_MODULE": "eurzad.simulator.settings"}),
            (service["web"].replace("8000", str(port)), {}),
            (service["worker"], {}),
            (service["beat"], {}),
        )
    ]
    try:
        wait_for(f"http://127.0.0.1:{sim_port}/")
        wait_for(f"http://127.0.0.1:{port}/readyz")
        url = environment["DATABASE_URL"].replace("postgres://", "postgresql://")
        deadline, done = time.monotonic() + WAIT_SECONDS, 0
        with psycopg.connect(url, autocommit=True) as database:
            while not done and time.monotonic() < deadline:
                time.sleep(0.5)
                [(done,)] = database.execute(
                    "SELECT count(*) FROM outbox_job WHERE state = 'done'"
                ).fetchall()
        assert done, "beat and worker did no job"
        with psycopg.connect(url, autocommit=True) as database:
            for table in ("journal_record", "journal_link", "journal_head"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    database.execute(f"DELETE FROM {table}")
        reset = [sys.executable, "manage.py", "reset_demo"]
        done = subprocess.run(reset, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        with psycopg.connect(url, autocommit=True) as database:
            [(resets, records)] = database.execute(
                "SELECT (SELECT count(*) FROM people_demoreset), (SELECT count(*) FROM access_accessapplication)"
            ).fetchall()
        assert resets == 1 and records == 0, "the weak role made the town anew beside its running processes"
        wait_for(f"http://127.0.0.1:{port}/logowanie/")
        assert [process.poll() for process in started] == [None] * len(started)
    finally:
        for process in started:
            os.killpg(process.pid, signal.SIGTERM)
        for process in started:
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
