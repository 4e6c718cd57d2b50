"""Import of a town's ledger beside bare COPY of the same rows into the same indexed tables. RECEIVABLES= scales."""

import os
import resource
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.db import connection, transaction

from bench.ratio import verdict
from eurzad.lib import clock
from taxes.imports import running, sample

TABLES = (
    "taxes_account", "taxes_accountparty", "taxes_receivable", "taxes_decision", "taxes_component", "taxes_instalment",
    "taxes_remindercost", "taxes_ledgerentry",
)  # fmt: skip
YEARS = 5
MOST_MB = 300


def run() -> None:
    """Import, copy the same rows bare, then import a hundredth as a delta."""
    accounts = int(os.environ.get("RECEIVABLES", "100000")) // YEARS
    now = clock.now()
    with TemporaryDirectory() as name:
        folder = Path(name)
        for number in (1, 2):
            town = sample.Town(
                accounts=accounts, years=YEARS, sequence=number, previous=number - 1 or None, step=number - 1,
                is_delta=number == 2, teryt=settings.MUNICIPALITY["teryt"], types=tuple(running.terms().items()),
                taken_at=now - timedelta(hours=5 - number),
            )  # fmt: skip
            sample.write_jsonl(folder / f"{number}.jsonl", town)
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")
        whole = _import(folder / "1.jsonl")
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        bare = _bare_copy(folder)
        delta = _import(folder / "2.jsonl")
    print(f"{accounts * YEARS} receivables, {accounts * YEARS * 4} instalments")
    print(f"import {whole:.1f} s, bare COPY of its rows {bare:.1f} s, delta of 1 % {delta:.1f} s")
    print(f"bare COPY / import   {verdict(bare / whole, 0.15, at_least=True)}")
    print(f"delta / import       {verdict(delta / whole, 0.05)}")
    print(f"peak memory, MB      {verdict(peak, MOST_MB)}")


def _import(path: Path) -> float:
    begun = time.perf_counter()
    command = [sys.executable, "manage.py", "import_ledger", str(path), "--no-progress"]
    subprocess.run(command, check=True, cwd=settings.BASE_DIR, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def _bare_copy(folder: Path) -> float:
    """Seconds that PostgreSQL takes for the rows alone, read from files and committed."""
    with connection.cursor() as cursor:
        for table in TABLES:
            with (folder / table).open("wb") as out, cursor.copy(f"COPY {table} TO STDOUT") as copy:
                for data in copy:
                    out.write(data)
        cursor.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")
    begun = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        for table in TABLES:
            with (folder / table).open("rb") as rows, cursor.copy(f"COPY {table} FROM STDIN") as copy:
                while data := rows.read(1 << 20):
                    copy.write(data)
    spent = time.perf_counter() - begun
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return spent
