"""System checks of the look."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from eurzad.lib.colour import contrast

LEAST_CONTRAST = 4.5


@register()
def accent_is_readable(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse an accent on which white text cannot be read (WCAG 2.1, 1.4.3)."""
    accent = settings.MUNICIPALITY["accent"]
    try:
        ratio = contrast(accent, "#ffffff")
    except ValueError:
        return [Error(f"MUNICIPALITY_ACCENT must be like #12508c, not {accent!r}.", id="pages.E001")]
    if ratio < LEAST_CONTRAST:
        return [
            Error(
                f"MUNICIPALITY_ACCENT {accent} has a contrast of {ratio:.1f} to white; "
                f"{LEAST_CONTRAST} is the least that can be read.",
                id="pages.E002",
            )
        ]
    return []
