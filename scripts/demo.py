"""Starts the demo town: web, worker, beat and simulator as separate processes; Ctrl+C stops them all."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
BIN = Path(sys.executable).parent
STOP_SECONDS = 10
SHARED = ("PAYU_POS_ID", "PAYU_CLIENT_ID", "PAYU_CLIENT_SECRET", "PAYU_SECOND_KEY")
"""What the portal and the demo bank must both know."""


def read_env_file(path: Path) -> None:
    """Take settings from a `.env` file; what is set already wins."""
    if not path.exists():
        return
    for line in path.read_text().splitlines():
        name, separator, value = line.partition("=")
        if separator and not name.lstrip().startswith("#"):
            os.environ.setdefault(name.strip(), value.strip().strip("'\""))


def port_of(name: str, default: int) -> int:
    """Read a port number from the environment."""
    raw = os.environ.get(name, str(default))
    if not raw.isdigit() or not 0 < int(raw) < 65536:
        sys.exit(f"{name} musi być numerem portu (1–65535), a nie {raw!r}.")
    return int(raw)


def check_free(port: int, name: str) -> None:
    """Stop with a clear sentence when a port is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            sys.exit(
                f"Port {port} jest zajęty. Zatrzymaj tamten program albo wybierz inny: {name}={port + 100} make demo"
            )


def manage(*arguments: str, simulator: bool = False) -> None:
    """Run a management command of the portal or of the simulator."""
    environment = dict(os.environ)
    environment["DJANGO_SETTINGS_MODULE"] = "eurzad.simulator.settings" if simulator else "eurzad.settings"
    done = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *arguments], cwd=ROOT, env=environment, check=False
    )
    if done.returncode:
        sys.exit(done.returncode)


def statics_are_older(manifest: Path) -> bool:
    """Tell whether a static file of ours, or the set of packages, changed since they were collected."""
    if not manifest.exists():
        return True
    rooms = ("static", "portal", "payments", "taxes", "registers")
    ours = (
        path
        for room in rooms
        for path in (ROOT / room).glob("**/*")
        if path.suffix in (".css", ".js", ".svg")
    )
    newest = max(path.stat().st_mtime for path in [*ours, ROOT / "requirements" / "base.txt"])
    return newest > manifest.stat().st_mtime


class Process:
    """A child in its own process group, started again when it dies."""

    def __init__(self, name: str, command: list[str], log: Path, settings: str) -> None:
        self.name, self.command, self.log = name, command, log
        self.environment = {**os.environ, "DJANGO_SETTINGS_MODULE": settings}
        self.starts = 0
        self.child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the child; its output goes to its log file."""
        self.starts += 1
        with self.log.open("ab") as output:
            self.child = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self.environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def has_died(self) -> bool:
        """Tell whether the child ended by itself."""
        return self.child is not None and self.child.poll() is not None

    def stop(self) -> None:
        """Ask the child to end."""
        if self.child and self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the child's whole group."""
        if self.child:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.child.pid, signal.SIGKILL)
            self.child.wait()


def processes(port: int, sim_port: int, logs: Path) -> list[Process]:
    """The four processes of the demo."""
    gunicorn, celery = str(BIN / "gunicorn"), str(BIN / "celery")
    common = ["--worker-class", "gthread", "--no-control-socket", "--log-level", "warning"]
    worker = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"]
    portal, simulator = "eurzad.settings", "eurzad.simulator.settings"
    return [
        Process(
            "symulator",
            [
                gunicorn,
                "eurzad.simulator.wsgi",
                "-b",
                f"127.0.0.1:{sim_port}",
                "-w",
                "1",
                "--threads",
                "8",
                *common,
            ],
            logs / "simulator.log",
            simulator,
        ),
        Process(
            "web",
            [gunicorn, "eurzad.wsgi", "-b", f"127.0.0.1:{port}", "-w", "2", "--threads", "4", *common],
            logs / "web.log",
            portal,
        ),
        Process(
            "worker",
            [celery, "-A", "eurzad.celery", "worker", "-c", "2", *worker],
            logs / "worker.log",
            portal,
        ),
        Process(
            "beat",
            [celery, "-A", "eurzad.celery", "beat", "--loglevel", "WARNING", "--pidfile", ""],
            logs / "beat.log",
            portal,
        ),
    ]


def revive(children: list[Process]) -> None:
    """Start again the children that ended by themselves, ever less eagerly."""
    for child in children:
        if child.has_died():
            print(f"Proces „{child.name}” skończył się i startuje ponownie.", flush=True)
            time.sleep(min(child.starts, 10))
            child.start()


def wait_for(url: str, child: Process) -> None:
    """Wait until `url` answers; stop with the process's last words when it does not."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(url, timeout=5)
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            if child.has_died():
                break
            time.sleep(0.2)
    tail = "\n".join(child.log.read_text(errors="replace").splitlines()[-15:])
    raise SystemExit(f"Proces „{child.name}” nie wstał. Ostatnie wiersze z {child.log}:\n{tail}")


def main() -> None:
    """Set up, start, wait, stop."""
    read_env_file(ROOT / ".env")
    port, sim_port = port_of("PORT", 8000), port_of("SIM_PORT", 8001)
    check_free(port, "PORT")
    check_free(sim_port, "SIM_PORT")
    var = Path(os.environ.setdefault("VAR_DIR", str(ROOT / "var" / "demo")))
    os.environ["DEMO_MODE"] = "1"
    os.environ.setdefault("PORTAL_BASE_URL", f"http://127.0.0.1:{port}")
    os.environ.setdefault("SIM_BASE_URL", f"http://127.0.0.1:{sim_port}")
    for name in SHARED:
        if name in os.environ:
            os.environ.setdefault(f"SIM_{name}", os.environ[name])
    logs = var / "log"
    logs.mkdir(parents=True, exist_ok=True)

    from scripts.demo_keys import make

    make(var / "portal" / "keys")
    manage("prepare_simulator", "--past", simulator=True)
    manage("migrate", "--verbosity", "0")
    if statics_are_older(var / "static" / "staticfiles.json"):
        manage("collectstatic", "--no-input", "--verbosity", "0")
    manage("load_demo")

    children = processes(port, sim_port, logs)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        for child in children:
            child.start()
        wait_for(f"{os.environ['SIM_BASE_URL']}/", children[0])
        wait_for(f"{os.environ['PORTAL_BASE_URL']}/healthz", children[1])
        manage("demo_accounts")
        print(f"\nDzienniki procesów: {logs}\nCtrl+C zatrzymuje pokaz.", flush=True)
        while not stop.wait(1):
            revive(children)
    finally:
        print("\nZatrzymuję…", flush=True)
        for child in children:
            child.stop()
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline and any(c.child and c.child.poll() is None for c in children):
            time.sleep(0.1)
        for child in children:
            child.kill()


if __name__ == "__main__":
    main()
