from typing import Any

from django.conf import settings
from django.http import HttpRequest

from portal.pages import cards


def shell(request: HttpRequest) -> dict[str, Any]:
    """What the shell around every page shows: the town, the menus, for whom one acts."""
    viewer = getattr(request, "viewer", None)
    return {
        "municipality": settings.MUNICIPALITY,
        "has_own_accent": settings.MUNICIPALITY["accent"] != settings.DEFAULT_ACCENT,
        "demo_mode": settings.DEMO_MODE,
        "main_menu": cards.menu(),
        "account_menu": cards.account_menu() if viewer is not None else [],
        "viewer": viewer,
        "funding_notice": settings.FUNDING_NOTICE,
    }
