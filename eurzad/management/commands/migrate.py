from typing import Any

from django.conf import settings
from django.core.management.commands import migrate

from portal.journal import roles


class Command(migrate.Command):
    """Django's `migrate`; with DATABASE_OWNER_URL as the owner, who then grants the role of DATABASE_URL its rights."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Migrate (its checks read the database too), then grant."""
        role = settings.DATABASES["default"].copy()
        with roles.as_owner() as has_owner:
            done = super().execute(*args, **options)
            if has_owner and not (options.get("plan") or options.get("check_unapplied")):
                roles.grant(role=role["USER"], password=role["PASSWORD"])
        return done
