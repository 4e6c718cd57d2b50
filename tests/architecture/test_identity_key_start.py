"""Web, worker and beat refuse to start with another IDENTITY_KEY than the database's, each in one line."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.live import live_environment
from tests.architecture.tree import ROOT
from tests.support.keys import OTHER_KEY

BIN = Path(sys.executable).parent
CELERY = [str(BIN / "celery"), "-A", "eurzad.celery"]
WORKER = [*CELERY, "worker", "-c", "1", "--without-gossip", "--without-mingle", "--loglevel", "ERROR"]
BEAT = [*CELERY, "beat", "--loglevel", "ERROR", "--pidfile", ""]
STARTS = {
    "web": [str(BIN / "gunicorn"), "eurzad.wsgi", "-b", "127.0.0.1:0", "-w", "1", "--no-control-socket"],
    "worker": WORKER,
    "beat": BEAT,
    "command": [sys.executable, "manage.py", "load_demo"],
    "check": [sys.executable, "manage.py", "check", "--database", "default"],
}


def run(
    command: list[str], environment: dict[str, str], **changed: str
) -> "subprocess.CompletedProcess[str]":
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        command,
        cwd=ROOT,
        env=kept | environment | changed,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of a small demo whose web process has started once."""
    environment = {
        "DEMO_MODE": "1",
        "VAR_DIR": str(tmp_path_factory.mktemp("var")),
        "PYTHONWARNINGS": "ignore",
    }
    before_migrate = run([sys.executable, "-c", "import eurzad.wsgi"], environment)
    assert before_migrate.returncode == 0, before_migrate.stderr
    migrated = run([sys.executable, "manage.py", "migrate"], environment)
    assert migrated.returncode == 0, migrated.stderr
    started = run([sys.executable, "-c", "import eurzad.wsgi"], environment)
    assert started.returncode == 0, started.stderr
    yield environment


@pytest.mark.parametrize("name", STARTS)
def test_another_key_stops_the_start(town: dict[str, str], name: str) -> None:
    ended = run(STARTS[name], town, IDENTITY_KEY=OTHER_KEY)
    assert ended.returncode == (1 if name == "check" else 3), ended.stderr
    said = [line for line in (ended.stdout + ended.stderr).splitlines() if "IDENTITY_KEY" in line]
    assert len(said) == 1 and "rotate_identity_key" in said[0] and OTHER_KEY not in said[0]
    assert "Traceback" not in ended.stderr


def test_the_right_key_starts(town: dict[str, str]) -> None:
    for code in ("import eurzad.wsgi", "import eurzad.celery as one; one.check_at_start()"):
        started = run([sys.executable, "-c", f"import django; django.setup(); {code}"], town,
                      DJANGO_SETTINGS_MODULE="eurzad.settings")  # fmt: skip
        assert started.returncode == 0, started.stderr


def test_a_database_out_of_reach_does_not_stop_the_web(tmp_path: Path) -> None:
    started = run([sys.executable, "-c", "import eurzad.wsgi; print('up')"], live_environment(tmp_path))
    assert (started.returncode, started.stdout) == (0, "up\n"), started.stderr
    assert "the database is out of reach" in started.stderr
