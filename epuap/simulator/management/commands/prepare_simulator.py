"""Make the simulator ready to start: keys, metadata, database."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from epuap.simulator import idp, keys, past


class Command(BaseCommand):
    """Idempotent: what exists is kept, only the public files are written anew."""

    help = "Makes the simulator's keys, writes its public files and migrates its database."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take `--past`: the demo's residents have sent applications before today."""
        parser.add_argument("--past", action="store_true", help="send the demo town's earlier applications")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare VAR_DIR/simulator; the settings have refused already unless DEMO_MODE is on."""
        made = keys.prepare()
        idp.publish_metadata(settings.SIM_PUBLIC_DIR)
        call_command("migrate", interactive=False, verbosity=0)
        sent = past.send_applications() if options["past"] else 0
        self.stdout.write(
            f"Simulator ready: {made} keys made, {sent} applications sent, "
            f"public files in {settings.SIM_PUBLIC_DIR}"
        )
