from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.people import rotation


class Command(BaseCommand):
    """Write everything encrypted or hashed under IDENTITY_KEY_OLD anew under IDENTITY_KEY, all or nothing."""

    help = "Change IDENTITY_KEY: the new one in IDENTITY_KEY, the old one in IDENTITY_KEY_OLD (or …_FILE)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take `--dry-run`."""
        parser.add_argument(
            "--dry-run", action="store_true", help="Read and check everything, write nothing."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Rotate and print how many rows were written."""
        if not settings.IDENTITY_KEY_OLD:
            raise CommandError(
                "IDENTITY_KEY_OLD (or IDENTITY_KEY_OLD_FILE) must hold the key used until now."
            )
        try:
            counts = rotation.rotate(
                old=settings.IDENTITY_KEY_OLD,
                new=settings.IDENTITY_KEY,
                report=self._progress,
                dry_run=options["dry_run"],
            )
        except rotation.RotationRefused as refused:
            raise CommandError(f"Nothing was changed. {refused}") from refused
        for label, count in counts.items():
            self.stdout.write(f"{label}: {count}")
        if not counts:
            self.stdout.write("Baza jest już zapisana tym kluczem; nic nie trzeba robić.")
        elif options["dry_run"]:
            self.stdout.write("Próba: stary klucz otwiera każdy wiersz. Nic nie zmieniono.")
        else:
            self.stdout.write("Gotowe. Usuń IDENTITY_KEY_OLD z ustawień i uruchom portal z nowym kluczem.")

    def _progress(self, label: str, done: int, total: int) -> None:
        if done % (10 * rotation.BATCH) == 0 or (done == total and total > rotation.BATCH):
            self.stdout.write(f"… {label}: {done}/{total}")
            self.stdout.flush()
