"""What the accessibility statement says of the portal itself; the town's own data come from settings.

The list of what does not conform is kept honest by hand: change it together with the thing it is about, and
with the dates. Source of the required parts: "Warunki techniczne" of the accessibility statement, version 2.0
of 31 July 2024.
"""

from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class AccessibilityStatement:
    """Dates and findings of the statement."""

    published_on: date
    updated_on: date
    prepared_on: date
    shortcomings: tuple[str | Promise, ...]


ACCESSIBILITY = AccessibilityStatement(
    published_on=date(2026, 11, 23),
    updated_on=date(2026, 11, 23),
    prepared_on=date(2026, 11, 23),
    shortcomings=(
        _(
            "portalu nie badali jeszcze użytkownicy czytników ekranu ani niezależny audytor; "
            "sprawdziły go testy automatyczne i autorzy"
        ),
        _("panel urzędnika, którego mieszkańcy nie używają, nie był badany"),
        _("dokumenty w formacie PDF są znacznikowane, ale nie przeszły pełnego badania zgodności z PDF/UA"),
    ),
)
