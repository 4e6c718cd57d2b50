from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import override

from eurzad.lib import clock
from eurzad.lib.dates import format_short
from eurzad.lib.errors import PermanentError
from portal.journal import publishing, retention, roles, rules, sealing, signing, verifying
from portal.journal.models import Head

BROKEN, CANNOT_TELL = 1, 2


class Command(BaseCommand):
    """The journal's commands: verify (0 whole, 1 touched, 2 cannot tell), seal, heads, retire."""

    help = "Check, seal, list and retire the journal."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take one of four words."""
        commands = parser.add_subparsers(dest="command", required=True)
        verify = commands.add_parser("verify", help="0: whole; 1: touched; 2: cannot tell.")
        verify.add_argument("--head", default="", help="A published head: its file, or its hash.")
        commands.add_parser("seal", help="Number and chain all that is ready.")
        heads = commands.add_parser("heads", help="List the signed days.")
        heads.add_argument("--publish", default="", metavar="DAY", help="Let a day's head leave again.")
        retire = commands.add_parser("retire", help="Remove days kept long enough, as the owner.")
        retire.add_argument("--dry-run", action="store_true", help="Count, remove nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked, in Polish."""
        with override("pl"):
            try:
                getattr(self, f"_{options['command']}")(options)
            except PermanentError as error:
                raise CommandError(str(error), returncode=CANNOT_TELL) from error

    def _tell(self, done: int, total: int) -> None:
        """Say on the terminal how far the check is: standard output stays for the result."""
        if self.stderr.isatty():
            end = "\n" if done == total else "\r"
            self.stderr.write(f"Sprawdzono {done} z {total} ({done * 100 // total}%)", ending=end)
            self.stderr.flush()

    def _seal(self, options: dict[str, Any]) -> None:
        self.stdout.write(f"Opieczętowane wpisy: {sealing.seal(whole=True)}")

    def _heads(self, options: dict[str, Any]) -> None:
        if options["publish"]:
            found = (
                Head.objects.filter(day=options["publish"]).first() if _is_day(options["publish"]) else None
            )
            if found is None:
                raise CommandError("Tego dnia nie podpisano.")
            sealing.publish(found.day)
        for head in Head.objects.order_by("day").iterator():
            self.stdout.write(f"{head.day} {head.number} {head.count} {head.hash}")

    def _retire(self, options: dict[str, Any]) -> None:
        with roles.as_owner():
            try:
                days, records = retention.retire(dry_run=options["dry_run"])
            except signing.BadSignature:
                raise CommandError(
                    "Podpis dnia jest podrobiony albo nieznany; nic więcej nie usunięto."
                ) from None
        what = "Do usunięcia" if options["dry_run"] else "Usunięto"
        self.stdout.write(f"{what}: dni {days}, wpisów {records}. Podpisy dni zostają.")

    def _verify(self, options: dict[str, Any]) -> None:
        report = verifying.verify(_published(options["head"]), progress=self._tell)
        for problem in report.problems:
            self.stdout.write(f"✗ {problem}")
        if report.count > len(report.problems):
            self.stdout.write(f"✗ … i jeszcze {report.count - len(report.problems)}.")
        if report.retired_until:
            day = format_short(report.retired_until)
            self.stdout.write(f"Wpisy do dnia {day} usunięto po czasie przechowywania; podpisy dni są.")
        self.stdout.write(f"Sprawdzono wpisów: {report.checked}, podpisanych dni: {report.heads}.")
        self.stdout.write(f"Ostatni numer: {report.last}, skrót: {report.last_hash}")
        if report.waiting and report.waiting_since:
            since = clock.to_warsaw(report.waiting_since)
            self.stdout.write(
                f"Czekają na opieczętowanie: {report.waiting}, najstarszy od {since:%d.%m.%Y %H:%M:%S}."
            )
            if report.tail_is_late:
                self.stdout.write(
                    "Uwaga: to za długo. Sprawdź, czy działa worker i czy nie trwa długa transakcja."
                )
        if report.count:
            raise CommandError(
                f"Dziennik naruszono (znaleziono: {report.count}). Zachowaj bazę i kopie; powiadom audytora.",
                returncode=BROKEN,
            )
        self.stdout.write("Dziennik jest cały.")


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def _published(head: str) -> verifying.Published | None:
    """Read `--head`; raises CommandError when it is neither a file nor a hash."""
    if not head:
        return None
    bare = "".join(head.split()).lower()
    if len(bare) == len(rules.GENESIS) and set(bare) <= set("0123456789abcdef"):
        return verifying.Published(bare)
    try:
        statement = publishing.read_published(Path(head).read_text(encoding="utf-8"))
    except (OSError, UnicodeError, ValueError):
        raise CommandError(
            "--head: podaj plik z podpisem dnia albo skrót (64 znaki).", returncode=2
        ) from None
    except signing.BadSignature:
        raise CommandError("Tego pliku nie podpisał urząd albo go zmieniono.", returncode=BROKEN) from None
    return verifying.Published(statement.hash, statement)
