from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from eurzad import demo
from eurzad.lib import clock


class Command(BaseCommand):
    """Load the demo town; does nothing twice."""

    help = "Load the demo town (DEMO_MODE only)."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO_MODE:
            raise CommandError("DEMO_MODE is off: this is not the demo town.")
        demo.load(clock.today())
        self.stdout.write("Miasto pokazowe jest gotowe.")
