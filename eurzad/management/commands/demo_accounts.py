from typing import Any

import pyotp
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from eurzad.lib.personas import RESIDENTS, STAFF
from portal.people.demo import DEMO_PASSWORD, totp_secret


class Command(BaseCommand):
    """Print the addresses and accounts of the demo, with each clerk's current TOTP code."""

    help = "Print the demo's addresses and accounts (DEMO_MODE only)."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO_MODE:
            raise CommandError("DEMO_MODE is off: there are no demo accounts.")
        base = settings.PORTAL_BASE_URL
        write = self.stdout.write
        write(
            f"\n  Portal         {base}/\n  Panel urzędnika {base}/admin/\n  Symulator      {settings.SIMULATOR_URL}/\n"
        )
        write("  Pokaz          demo / demo\n")
        write("  Pracownicy     (hasło i aktualny kod; nowy kod co 30 s pokaże: make demo-codes)")
        for clerk in STAFF:
            code = pyotp.TOTP(totp_secret(clerk)).now()
            write(f"    {clerk.key:<10} {DEMO_PASSWORD}   kod {code}   {clerk.full_name}, {clerk.story}")
        write("\n  Mieszkańcy     (wybierasz osobę po „Zaloguj się” w symulatorze)")
        for resident in RESIDENTS:
            write(f"    {resident.full_name:<18} {resident.story}")
