"""`manage.py import_ledger FILE`: take in a file of the ledger contract, or say what is wrong with it."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from eurzad.lib import clock
from taxes.imports import intake, running, words
from taxes.models import LedgerImport

REJECTED, WAITS = 1, 2
"""Exit codes; 0: loaded, or the same as before."""
_WIDTH = 30


class Command(BaseCommand):
    """Import a ledger file."""

    help = (
        "Take in a file of the ledger contract (docs/ledger-contract.md), all or nothing. Exit code 0: loaded or "
        "unchanged, 1: rejected, 2: waits for a clerk's approval."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the arguments."""
        parser.add_argument("file", type=Path, help="JSON Lines file, ZIP or folder of CSV files")
        parser.add_argument("--dry-run", action="store_true", help="do everything and undo it")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")
        parser.add_argument("--no-progress", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it and print what came of it."""
        path: Path = options["file"]
        row = LedgerImport(
            channel=LedgerImport.Channel.COMMAND, file_name=path.name[:120], received_at=clock.now()
        )
        if not options["dry_run"]:
            row.save()
        shows = not options["no_progress"] and not options["json"]
        outcome = running.run(
            row,
            path,
            may_register=True,
            is_dry=options["dry_run"],
            progress=_bar if shows else None,
        )
        if shows:
            sys.stderr.write("\n")
        if outcome.state == LedgerImport.State.WAITING and not options["dry_run"]:
            intake.keep_for_approval(row, path)
        lines = words.lines(outcome.report, outcome.report.count)
        if options["json"]:
            told = {
                "id": str(row.public_id),
                "state": outcome.state,
                "dry_run": options["dry_run"],
                "sequence": row.sequence,
                "counts": outcome.counts,
                "changes": outcome.changes,
                "problem_count": outcome.report.count,
                "problems": row.problems,
                "messages": lines,
            }
            self.stdout.write(json.dumps(told, ensure_ascii=False))
        else:
            self._tell(row, outcome, lines, is_dry=options["dry_run"])
        code = {LedgerImport.State.REJECTED: REJECTED, LedgerImport.State.WAITING: WAITS}.get(
            LedgerImport.State(outcome.state), 0
        )
        if code:
            raise CommandError(
                _DRY_WAITS if options["dry_run"] and code == WAITS else _END[code], returncode=code
            )

    def _tell(self, row: LedgerImport, outcome: running.Outcome, lines: list[str], *, is_dry: bool) -> None:
        for line in lines:
            self.stdout.write(line)
        if outcome.state == LedgerImport.State.UNCHANGED:
            self.stdout.write(f"Plik nr {row.sequence} wczytano już wcześniej. Nic się nie zmieniło.")
        for name, count in outcome.counts.items() if not lines else ():
            self.stdout.write(f"{name:15} {count:>9}")
        for what, label in (("added", "dodano"), ("changed", "zmieniono"), ("closed", "zamknięto")):
            for table, count in outcome.changes.get(what, {}).items():
                self.stdout.write(f"{label:10} {words.table_name(table):34} {count:>9}")
        if outcome.state == LedgerImport.State.WAITING:
            before, after = outcome.changes["before"], outcome.changes["after"]
            self.stdout.write(f"Saldo: {before['balance']} → {after['balance']} zł")
            self.stdout.write(f"Należności: {before['receivables']} → {after['receivables']}")
        if outcome.state == LedgerImport.State.LOADED:
            after = outcome.changes["after"]
            self.stdout.write(f"Saldo: {outcome.changes['before']['balance']} → {after['balance']} zł")
            self.stdout.write("Próba udana, nic nie zapisano." if is_dry else "Wczytano.")


_END = {
    REJECTED: "Plik odrzucono w całości. Dane w portalu są takie jak przedtem.",
    WAITS: "Sumy zmieniają się bardziej, niż dopuszcza ustawienie. Plik czeka na zatwierdzenie przez urzędnika.",
}

_DRY_WAITS = (
    "Plik jest poprawny, ale sumy zmieniają się bardziej, niż dopuszcza ustawienie: po wysłaniu będzie czekał na "
    "zatwierdzenie przez urzędnika. To była próba, nic nie zapisano."
)


def _bar(done: int, total: int) -> None:
    share = min(1.0, done / total) if total else 1.0
    filled = int(share * _WIDTH)
    sys.stderr.write(f"\r[{'#' * filled}{'.' * (_WIDTH - filled)}] {share:4.0%} {done}/{total}")
    sys.stderr.flush()
