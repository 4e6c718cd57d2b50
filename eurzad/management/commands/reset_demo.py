from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from eurzad import demo


class Command(BaseCommand):
    """Make the demo town anew: removes everything and loads it again."""

    help = "Remove everything from the demo instance and load it again (DEMO_MODE only)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Reset, and say so."""
        if not settings.DEMO_MODE:
            raise CommandError("DEMO_MODE is off: this is not the demo town.")
        demo.reset()
        self.stdout.write("Miasto pokazowe jest odnowione; wszystkie sesje i kopie gości usunięto.")
