"""Sealing and checking a long journal: records a second, and the memory of the process. `RECORDS=…` says how many."""

import os
import resource
import tempfile
import time
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from bench.ratio import verdict
from portal.journal import sealing, verifying
from portal.journal.models import Head
from scripts.demo_keys import make as make_keys

DAYS, BATCH = 30, 100_000
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
    print(f"written   {records:>9} in {time.perf_counter() - begun:7.1f} s", flush=True)
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
    """Records of a month, as requests leave them, made by the database itself: writing is not what is measured."""
    with connection.cursor() as cursor:
        for first in range(0, records, BATCH):
            cursor.execute(
                "INSERT INTO journal_record (public_id, at, actor_id, subject_id, action, reference, reason) "
                "SELECT gen_random_uuid(), now() - make_interval(days => %(days)s - (n * %(days)s / %(all)s)::int), "
                "md5('a' || n %% 50)::uuid, md5('s' || n %% 20000)::uuid, "
                "(ARRAY['receivables.read', 'payments.read', 'access.read', 'mandates.read'])[n %% 4 + 1], "
                "'R/' || n, '' FROM generate_series(%(first)s::bigint, %(last)s) AS n",
                {"days": DAYS, "all": records, "first": first, "last": min(first + BATCH, records) - 1},
            )
        cursor.execute("ANALYZE")


def _memory_mb() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0
