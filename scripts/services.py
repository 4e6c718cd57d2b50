"""Runs a command beside a private PostgreSQL and a private Redis, on own ports and in an own folder.

usage: services.py run COMMAND...

Sets DATABASE_URL and REDIS_URL for the command. As root it installs what is missing (Debian packages); elsewhere it
says what is missing and ends with code 3. Nothing of the machine's own PostgreSQL or Redis is touched.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

NOT_RUN = 3
PACKAGES = {"postgres": "postgresql", "redis": "redis-server"}
ROOT = Path(__file__).resolve().parent.parent


class Missing(Exception):
    """A server that is not here and cannot be installed."""


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def postgres_bin() -> Path | None:
    """Return the newest installed PostgreSQL's folder of programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


def install(package: str) -> None:
    """Install a Debian package through the shell helper; raises Missing."""
    script = f'source scripts/common.sh; need_packages "testy" {package}'
    if subprocess.run(["bash", "-c", script], cwd=ROOT, check=False).returncode:
        raise Missing(package)


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """Start a private PostgreSQL; yields its DATABASE_URL."""
    programs = postgres_bin()
    if programs is None:
        install(PACKAGES["postgres"])
        programs = postgres_bin()
    if programs is None:
        raise Missing("postgresql")
    # As root the server runs as `postgres`, which cannot enter root's folders: the data lives in the system's
    # temporary folder.
    folder = Path(tempfile.mkdtemp(prefix="eurzad-pg-"))
    as_user: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
        as_user = ["runuser", "-u", "postgres", "--"]
    data, port = folder / "data", free_port()

    def run(*command: str) -> None:
        subprocess.run([*as_user, *command], cwd=folder, check=True, stdout=subprocess.DEVNULL)

    try:
        run(
            str(programs / "initdb"),
            "-D",
            str(data),
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        )
        switches = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=100")
        options = " ".join(
            [
                f"-p {port} -c unix_socket_directories='' -c listen_addresses=127.0.0.1",
                *(f"-c {s}" for s in switches),
            ]
        )
        run(
            str(programs / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start"
        )
        run(str(programs / "createdb"), "-h", "127.0.0.1", "-p", str(port), "-U", "postgres", "eurzad")
        yield f"postgres://postgres@127.0.0.1:{port}/eurzad"
    finally:
        with contextlib.suppress(subprocess.CalledProcessError):
            run(str(programs / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def redis() -> Iterator[str]:
    """Start a private Redis; yields its REDIS_URL."""
    program = shutil.which("redis-server")
    if program is None:
        install(PACKAGES["redis"])
        program = shutil.which("redis-server")
    if program is None:
        raise Missing("redis-server")
    folder, port = Path(tempfile.mkdtemp(prefix="eurzad-redis-")), free_port()
    server = subprocess.Popen(
        [
            program,
            "--port",
            str(port),
            "--bind",
            "127.0.0.1",
            "--dir",
            str(folder),
            "--save",
            "",
            "--appendonly",
            "no",
        ],
        stdout=subprocess.DEVNULL,
    )
    try:
        for _attempt in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    """Start both, run the command, stop both; return the command's code or NOT_RUN."""
    if len(sys.argv) < 3 or sys.argv[1] != "run":
        sys.exit(__doc__)
    try:
        with postgres() as database_url, redis() as redis_url:
            environment = {**os.environ, "DATABASE_URL": database_url, "REDIS_URL": redis_url}
            child = subprocess.Popen(sys.argv[2:], env=environment)
            signal.signal(signal.SIGTERM, lambda *_: child.terminate())
            return child.wait()
    except Missing as error:
        print(f"NIE URUCHOMIONO: brakuje {error} i nie można go tu zainstalować.", file=sys.stderr)
        return NOT_RUN


if __name__ == "__main__":
    sys.exit(main())
