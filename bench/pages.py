"""Pages of the product beside the same pages on a bare floor."""

import os
import socket
import statistics
import subprocess
import sys

from django.core.management import call_command

from bench import data, dues
from bench.measure import Sample, Server, median

ROUNDS = 3
REQUESTS = 240
PAGES = (
    ("home", "/", "", 1.5),
    ("contracts", "/rejestry/umowy/", "", 1.5),
    ("overview", "/konto/", "anna", 2.0),
    ("what I owe", "/konto/naleznosci/", "anna", 2.0),
    ("owe 10", "/konto/naleznosci/", "10", 2.0),
    ("owe 2000", "/konto/naleznosci/", "2000", 2.0),
)
"""Name, path, who is signed in (nobody, Anna, or somebody with so many receivables), and the aim."""


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def check_seconds(settings: str) -> float:
    """Median user+system seconds of `manage.py check` under `settings`."""
    spent = []
    for _round in range(5):
        before = os.times()
        subprocess.run(
            [sys.executable, "manage.py", "check"],
            env={**os.environ, "DJANGO_SETTINGS_MODULE": settings},
            check=True,
            stdout=subprocess.DEVNULL,
        )
        after = os.times()
        spent.append(
            after.children_user + after.children_system - before.children_user - before.children_system
        )
    return statistics.median(spent)


def row(name: str, product: Sample, floor: Sample, queries: tuple[int, int], aim: float) -> str:
    """One line of the table."""
    ratio = product.cpu / floor.cpu
    verdict = "ok" if ratio <= aim else "ABOVE AIM"
    return (
        f"{name:<11}{product.rate:8.0f}{product.p50:8.1f}{product.p95:8.1f}{product.cpu:8.2f}{product.size:9d}"
        f"{queries[0]:5d} |{floor.rate:8.0f}{floor.p50:8.1f}{floor.p95:8.1f}{floor.cpu:8.2f}{floor.size:9d}"
        f"{queries[1]:5d} |{ratio:6.2f}  (aim {aim}) {verdict}"
    )


def run() -> None:
    """Measure on `ROWS` contracts (20,000 by default) and print the table."""
    rows = int(os.environ.get("ROWS", "20000"))
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("load_demo")
    cookies = {"": "", "anna": data.prepare(rows)}
    cookies |= {count: dues.cookie_of(dues.owner_of(int(count))) for count in ("10", "2000")}
    print(
        f"PostgreSQL, {rows} contracts, {ROUNDS} rounds of {REQUESTS} requests by 4 clients, 1 worker x 4 threads\n"
    )
    print(f"{'':<11}{'req/s':>8}{'p50 ms':>8}{'p95 ms':>8}{'cpu ms':>8}{'bytes':>9}{'sql':>5} |"
          f"{'req/s':>8}{'p50 ms':>8}{'p95 ms':>8}{'cpu ms':>8}{'bytes':>9}{'sql':>5} | cpu ratio")  # fmt: skip
    product, floor = Server("eurzad.settings", free_port()), Server("bench.floor_settings", free_port())
    try:
        for name, path, who, aim in PAGES:
            sent = cookies[who]
            for server in (product, floor):
                server.run(path, sent, 40)
            pairs = [
                (product.run(path, sent, REQUESTS), floor.run(path, sent, REQUESTS))
                for _round in range(ROUNDS)
            ]
            queries = (
                data.count_queries(path, sent, "eurzad.settings"),
                data.count_queries(path, sent, "bench.floor_settings"),
            )
            print(
                row(name, median([p for p, _ in pairs]), median([f for _, f in pairs]), queries, aim),
                flush=True,
            )
        memory = product.memory_mb()
    finally:
        product.stop()
        floor.stop()
    print(f"\nweb worker memory after the run: {memory:.0f} MB (aim <= 130)")
    ours, bare = check_seconds("eurzad.settings"), check_seconds("bench.thirdparty_settings")
    print(
        f"manage.py check: {ours:.2f} s CPU, third-party apps alone {bare:.2f} s, ratio {ours / bare:.2f} (aim 1.6)"
    )
