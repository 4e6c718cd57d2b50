"""Files of one small town, one after another, and what the ledger holds after them."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from eurzad.lib import clock
from taxes.imports import running, sample
from taxes.models import Instalment, LedgerEntry, LedgerImport, Receivable


def town(**options: Any) -> sample.Town:
    """A town of 30 accounts and two years, at an hour of today that grows with its sequence."""
    sequence = options.get("sequence", 1)
    previous = sequence - 1 if sequence > 1 else None
    taken_at: datetime = clock.now() - timedelta(hours=50 - sequence)
    return sample.Town(**{"accounts": 30, "years": 2, "previous": previous, "taken_at": taken_at, **options})


def written(folder: Path, which: sample.Town, **options: Any) -> Path:
    """The file of a town."""
    path = folder / f"{which.sequence}-{which.step}-{which.accounts}.jsonl"
    sample.write_jsonl(path, which, **options)
    return path


def load(path: Path, **options: Any) -> tuple[running.Outcome, LedgerImport]:
    """Run a file as the command does."""
    row = LedgerImport(channel="command", file_name=path.name, received_at=clock.now())
    if not options.get("is_dry"):
        row.save()
    return running.run(row, path, may_register=True, **options), row


def state() -> list[Any]:
    """What a reader would see of the ledger, as something to compare."""
    return [
        list(
            Instalment.objects.order_by("receivable__external_id", "number").values_list(
                "public_id", "receivable__external_id", "number", "amount", "principal_posted",
                "principal_paid", "status", "settled_on", "effective_due_on", "blocked_reason",
            )
        ),
        list(Receivable.objects.order_by("external_id").values_list("public_id", "total", "title", "closed_on")),
        list(LedgerEntry.objects.order_by("external_id").values_list("external_id", "principal", "on")),
    ]  # fmt: skip
