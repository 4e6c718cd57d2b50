"""`manage.py load_kept_ledger ID`: load a file that came over the network. The portal starts it by itself."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand

from taxes.imports import intake


class Command(BaseCommand):
    """Load a kept file."""

    help = "Load a ledger file that came over the network (started by the portal itself)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the arguments."""
        parser.add_argument("import_id", type=UUID)

    def handle(self, *args: Any, **options: Any) -> None:
        """Load it unless another process does."""
        intake.load_kept(options["import_id"])
