from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from portal.journal import roles


class Command(BaseCommand):
    """Give the role of DATABASE_URL what web and worker need, and no more; make it when it is missing."""

    help = "As the owner (DATABASE_OWNER_URL), grant the role of DATABASE_URL its rights."

    def handle(self, *args: Any, **options: Any) -> None:
        """Grant."""
        role = settings.DATABASES["default"].copy()
        with roles.as_owner() as has_owner:
            if not has_owner:
                raise CommandError("DATABASE_OWNER_URL is required and missing.")
            try:
                roles.grant(role=role["USER"], password=role["PASSWORD"])
            except (roles.NoRoles, DatabaseError) as error:
                raise CommandError(str(error).strip().partition("\n")[0]) from error
        self.stdout.write(f"Rola {role['USER']} może tylko czytać i dopisywać dziennik.")
