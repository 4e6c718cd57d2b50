"""Drives two servers with the same requests and reads what their workers spent."""

import http.client
import os
import statistics
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Sample:
    """One measured run of one page: requests/s, latencies in ms, worker CPU in ms per request, bytes per answer."""

    rate: float
    p50: float
    p95: float
    cpu: float
    size: int


class Server:
    """A gunicorn with one worker of four threads, on a port of 127.0.0.1."""

    def __init__(self, settings: str, port: int) -> None:
        self.port = port
        self.process = subprocess.Popen(
            [str(Path(sys.executable).parent / "gunicorn"), "eurzad.wsgi", "-b", f"127.0.0.1:{port}", "-w", "1",
             "--threads", "4", "--worker-class", "gthread", "--no-control-socket", "--log-level", "error"],
            env={**os.environ, "DJANGO_SETTINGS_MODULE": settings},
        )  # fmt: skip
        for _attempt in range(300):
            try:
                self.get("/", "")
                return
            except OSError:
                time.sleep(0.1)
        raise SystemExit(f"{settings} did not start")

    def get(self, path: str, cookie: str) -> tuple[int, int]:
        """Fetch a page; return status and bytes."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", path, headers={"Cookie": cookie, "Accept-Language": "pl"})
        answer = connection.getresponse()
        size = len(answer.read())
        connection.close()
        return answer.status, size

    def worker(self) -> int:
        """The pid of the only worker."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return int(children[0])

    def cpu_seconds(self) -> float:
        """User and system time of the worker so far."""
        fields = Path(f"/proc/{self.worker()}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory_mb(self) -> float:
        """Resident memory of the worker, MB."""
        for line in Path(f"/proc/{self.worker()}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
        return 0.0

    def run(self, path: str, cookie: str, requests: int, clients: int = 4) -> Sample:
        """Fetch `path` `requests` times from `clients` closed-loop threads."""
        latencies: list[float] = []
        sizes: list[int] = []
        wrong: list[int] = []
        lock = threading.Lock()

        def client() -> None:
            for _number in range(requests // clients):
                begun = time.perf_counter()
                status, size = self.get(path, cookie)
                spent = (time.perf_counter() - begun) * 1000
                with lock:
                    if status != 200:
                        wrong.append(status)
                    latencies.append(spent)
                    sizes.append(size)

        cpu, begun = self.cpu_seconds(), time.perf_counter()
        threads = [threading.Thread(target=client) for _number in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if wrong or not latencies:
            raise SystemExit(f"{path} answered {wrong[:3]}")
        wall, spent = time.perf_counter() - begun, self.cpu_seconds() - cpu
        ordered = sorted(latencies)
        return Sample(
            rate=len(ordered) / wall,
            p50=statistics.median(ordered),
            p95=ordered[int(len(ordered) * 0.95)],
            cpu=spent * 1000 / len(ordered),
            size=sizes[0],
        )

    def stop(self) -> None:
        """End the server."""
        self.process.terminate()
        self.process.wait()


def median(samples: list[Sample]) -> Sample:
    """The run with the median CPU."""
    return sorted(samples, key=lambda sample: sample.cpu)[len(samples) // 2]
