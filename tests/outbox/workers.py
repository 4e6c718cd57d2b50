"""The demo's real worker and beat, to be killed."""

import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings

from scripts.demo import Process, processes
from tests.epuap.xml.conftest import Party
from tests.support.simulator import Simulator


def environment_beside(simulator: Simulator) -> dict[str, str]:
    """The demo portal's environment beside a running simulator, with the secrets of this test process."""
    return {
        "DEMO_MODE": "1",
        "VAR_DIR": str(simulator.var_dir),
        "SIM_BASE_URL": simulator.base_url,
        "PORTAL_BASE_URL": simulator.portal_url,
        "SECRET_KEY": settings.SECRET_KEY,
        "IDENTITY_KEY": settings.IDENTITY_KEY,
        "TRUST_LIST": str(simulator.public_dir / "qualified-ca.crt"),
    }


def simulated_party(simulator: Simulator, name: str) -> Party:
    """A key of the simulated outside world, for tests that play a part of it themselves."""
    pem = (simulator.var_dir / "simulator" / "private" / f"{name}.pem").read_bytes()
    key = serialization.load_pem_private_key(pem, password=None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return Party(key, x509.load_pem_x509_certificate(pem))


@contextmanager
def worker_and_beat(
    environment: Mapping[str, str], logs: Path, *, start: bool = True
) -> Iterator[tuple[Process, Process]]:
    """Both processes, started unless told not to; whatever is left of them is killed at the end."""
    logs.mkdir(parents=True, exist_ok=True)
    by_name = {process.name: process for process in processes(0, 0, logs)}
    worker, beat = by_name["worker"], by_name["beat"]
    for process in (worker, beat):
        kept = {name: process.environment[name] for name in ("PATH", "HOME") if name in process.environment}
        process.environment = {**kept, "DJANGO_SETTINGS_MODULE": "eurzad.settings", **environment}
        if start:
            process.start()
    try:
        yield worker, beat
    finally:
        worker.kill()
        beat.kill()


def kill_and_restart(*victims: Process) -> None:
    """End whole process groups at once, as a machine that loses power does, and start them again."""
    for process in victims:
        process.kill()
    for process in victims:
        process.start()


def kill_one_at_work(worker: Process) -> bool:
    """Kill one of the processes that do the worker's jobs, as a kernel short of memory does; return whether
    there was one."""
    assert worker.child is not None
    pid = worker.child.pid
    with suppress(OSError):
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        if children:
            os.kill(int(children[0]), signal.SIGKILL)
            return True
    return False


def told(logs: Path, name: str) -> Any:
    """What a process wrote, for a failed assertion."""
    return (logs / f"{name}.log").read_text(errors="replace")[-3000:]
