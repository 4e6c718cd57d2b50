from typing import Any

from django.conf import settings
from django.http import HttpRequest

from eurzad.lib import clock
from portal.mandates.texts import describe_scope
from portal.pages import cards
from portal.people import sessions


def shell(request: HttpRequest) -> dict[str, Any]:
    """What the shell around every page shows: the town, the menus, for whom one acts."""
    viewer = getattr(request, "viewer", None)

    def acting_scope() -> str:
        return describe_scope(viewer.mandate) if viewer and viewer.mandate else ""

    ends_at = sessions.ends_at(request) if viewer is not None else None
    return {
        "session_ends_at": ends_at,
        "session_left": int((ends_at - clock.now()).total_seconds()) if ends_at else 0,
        "municipality": settings.MUNICIPALITY,
        "has_own_accent": settings.MUNICIPALITY["accent"] != settings.DEFAULT_ACCENT,
        "demo_mode": settings.DEMO_MODE,
        "main_menu": cards.menu(),
        "account_menu": cards.account_menu() if viewer is not None else [],
        "viewer": viewer,
        "acting_scope": acting_scope,
        "funding_notice": settings.FUNDING_NOTICE,
    }
