"""Sealing and checking a long journal: records a second, and the memory of the process. `RECORDS=…` says how many."""

import os
import resource
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from bench.ratio import verdict
from eurzad.lib import clock
from portal.journal import sealing, verifying
from portal.journal.models import Head, Record
from scripts.demo_keys import make as make_keys

DAYS, BATCH = 30, 10_000
AIM_GROWTH = 1.2
"""The check of everything may take so much more memory than the check of a tenth."""


def run() -> None:
    """Write, seal and check; the check's memory is taken after a tenth and at the end."""
    records = int(os.environ.get("RECORDS", "100000"))
    with tempfile.TemporaryDirectory() as folder:
        make_keys(Path(folder))
        settings.SEAL_KEY, settings.SEAL_CERT = Path(folder) / "seal.key", Path(folder) / "seal.crt"
        _measure(records)


def _measure(records: int) -> None:
    begun = time.perf_counter()
    _write(records)
    print(f"written   {records:>9} in {time.perf_counter() - begun:7.1f} s")
    begun = time.perf_counter()
    sealed = sealing.seal(whole=True)
    spent = time.perf_counter() - begun
    print(
        f"sealed    {sealed:>9} in {spent:7.1f} s, {sealed / spent:8.0f} a second, heads {Head.objects.count()}"
    )
    seen: list[tuple[int, float]] = []

    def progress(done: int, total: int) -> None:
        if done >= total // 10 and (not seen or done == total):
            seen.append((done, _memory_mb()))

    begun = time.perf_counter()
    report = verifying.verify(progress=progress)
    spent = time.perf_counter() - begun
    print(
        f"checked   {report.checked:>9} in {spent:7.1f} s, {report.checked / spent:8.0f} a second, "
        f"problems {report.count}, waiting {report.waiting}"
    )
    (_first, early), (_last, late) = seen[0], seen[-1]
    print(
        f"memory    {early:7.1f} MB after a tenth, {late:7.1f} MB at the end {verdict(late / early, AIM_GROWTH)}"
    )
    if report.count or report.checked != records:
        raise SystemExit("the journal is not whole")
    begun = time.perf_counter()
    call_command("journal", "verify", head=report.last_hash)
    print(f"as the command, with a published hash: {time.perf_counter() - begun:.1f} s")
    print(
        f"the most memory the process ever had: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"
    )


def _write(records: int) -> None:
    """Records of a month, as requests leave them; each batch is a transaction."""
    now, actions = clock.now(), ("receivables.read", "payments.read", "access.read", "mandates.read")
    for first in range(0, records, BATCH):
        Record.objects.bulk_create(
            Record(
                at=now - timedelta(days=DAYS - number * DAYS // records), actor_id=UUID(int=number % 50),
                subject_id=UUID(int=number % 20_000), action=actions[number % 4], reference=f"R/{number}",
            )
            for number in range(first, min(first + BATCH, records))
        )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _memory_mb() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0
