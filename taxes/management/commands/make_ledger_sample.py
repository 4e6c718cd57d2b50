"""`manage.py make_ledger_sample`: an invented town's file of the ledger contract, of any size, good or broken."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from eurzad.lib import clock
from taxes.imports import broken, sample
from taxes.models import ReceivableType


class Command(BaseCommand):
    """Write a sample file."""

    help = "Write an invented town's ledger as a file of the contract (docs/ledger-contract.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the arguments."""
        parser.add_argument("--accounts", type=int, default=200)
        parser.add_argument("--years", type=int, default=1)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--format", choices=("jsonl", "csv"), default="jsonl")
        parser.add_argument("--encoding", choices=("utf-8", "cp1250", "cp852"), default="utf-8")
        parser.add_argument("--broken", choices=broken.KINDS, help="make it wrong in this way")
        parser.add_argument("--sequence", type=int, default=1)
        parser.add_argument("--previous", type=int, help="number of the file before (default: sequence - 1)")
        parser.add_argument("--delta", action="store_true", help="one account in a hundred only")
        parser.add_argument("--step", type=int, default=0, help="how far payments went on")
        parser.add_argument("--source", default="podatki")
        parser.add_argument("--out", type=Path, help="default: ledger.jsonl or ledger.zip")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the file and say where it is."""
        if not 1 <= options["accounts"] <= 2_000_000 or not 1 <= options["years"] <= 20:
            raise CommandError("--accounts: 1 to 2000000, --years: 1 to 20.")
        is_csv = options["format"] == "csv"
        path = options["out"] or Path("ledger.zip" if is_csv else "ledger.jsonl")
        town = _town(options)
        try:
            if options["broken"]:
                broken.write(path, town, options["broken"], as_csv=is_csv)
            else:
                write = sample.write_csv if is_csv else sample.write_jsonl
                write(path, town, encoding=options["encoding"])
        except ValueError:
            raise CommandError(f"CSV cannot be broken in the way {options['broken']}.") from None
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from None
        self.stdout.write(f"{path}: {town.accounts} accounts, sequence {town.sequence}")


def _town(options: dict[str, Any]) -> sample.Town:
    previous = options["previous"]
    if previous is None and options["sequence"] > 1:
        previous = options["sequence"] - 1
    types = ReceivableType.objects.filter(code__in=sample.TYPES).order_by("code")
    return sample.Town(
        accounts=options["accounts"],
        seed=options["seed"],
        years=options["years"],
        last_year=clock.today().year,
        teryt=settings.MUNICIPALITY["teryt"],
        bank=settings.MUNICIPALITY["bank_account"][2:14],
        source=options["source"],
        sequence=options["sequence"],
        previous=previous,
        is_delta=options["delta"],
        step=options["step"],
        taken_at=clock.now(),
        types=tuple(
            (one.code, (one.regime, one.rounding, one.has_threshold, one.credit_order, one.shifts_due_date))
            for one in types
        ),
    )
