"""What `manage.py check --deploy` says about the tables of the law."""

from typing import Any

from django.core.checks import CheckMessage, Warning, register
from django.db import DatabaseError

from eurzad.lib import clock
from taxes.selectors.law import freshness


@register(deploy=True)
def rates_are_fresh(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Warn when the newest rate of interest may be outdated; a database that does not answer is not its matter."""
    try:
        found = freshness(clock.today())
    except DatabaseError:
        return []
    if not found.is_due:
        return []
    return [
        Warning(
            f"The newest rate of interest holds from {found.newest}; nobody has confirmed it since.",
            hint="Compare it with the decisions of Narodowy Bank Polski; enter the new rates or confirm in the panel.",
            id="taxes.W001",
        )
    ]
