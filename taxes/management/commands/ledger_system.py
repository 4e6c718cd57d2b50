"""`manage.py ledger_system`: domain systems and the keys they sign with."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from taxes.imports import keys
from taxes.models import LedgerKey, SourceSystem


class Command(BaseCommand):
    """Register a domain system, add or revoke its keys."""

    help = "Register a domain system that sends the ledger, add its Ed25519 public keys, revoke them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the arguments."""
        parser.add_argument("code", help="code of the system, as its files name it")
        parser.add_argument("--name", default="")
        parser.add_argument("--add-key", metavar="BASE64", help="32 bytes of a public key")
        parser.add_argument("--label", default="")
        parser.add_argument("--revoke", metavar="KEY_ID")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked and list the keys."""
        code = options["code"]
        source, _created = SourceSystem.objects.get_or_create(
            code=code, defaults={"name": options["name"] or code}
        )
        try:
            if options["add_key"]:
                keys.add(source=source, public_key=options["add_key"], label=options["label"], by=None)
            if options["revoke"]:
                keys.revoke(key_id=options["revoke"], by=None)
        except keys.BadKey as error:
            raise CommandError(error.message) from None
        for key in LedgerKey.objects.filter(source=source):
            state = f"revoked {key.revoked_at:%Y-%m-%d %H:%M}" if key.revoked_at else "in force"
            self.stdout.write(f"{key.key_id}  {state}  {key.label}")
