"""The decision in words and as the PDF that is kept; a Polish document whatever the language of the screen."""

from dataclasses import dataclass

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from eurzad.lib import clock, dates
from eurzad.lib.names import as_written
from eurzad.lib.pdf import html_to_pdf
from portal.access.content import scope_words
from portal.access.models import AccessApplication, Represented


@dataclass(frozen=True)
class Outcome:
    """What was decided of one of those asked for."""

    whom: str
    is_granted: bool
    details: str
    reason: str


def outcomes(application: AccessApplication) -> list[Outcome]:
    """The decision about the applicant's own data and each represented, of a decided application."""
    found = []
    if application.own_data:
        granted = application.own_decision == "approved"
        reason = "" if granted else application.decision_reason
        found.append(Outcome(_("własne dane wnioskodawcy"), granted, "", reason))
    return found + [_of_row(row) for row in Represented.objects.of_case(application)]


def _of_row(row: Represented) -> Outcome:
    granted = row.decision == "approved"
    details = scope_words(row) if granted else ""
    return Outcome(row.display_name, granted, details, row.decision_reason)


def build_pdf(application: AccessApplication) -> bytes:
    """Return the decision as a tagged PDF."""
    assert application.decided_at is not None
    decided_on = clock.to_warsaw(application.decided_at).date()
    with translation.override("pl"):
        html = render_to_string(
            "access/decision_pdf.html",
            {
                "application": application,
                "applicant": as_written(application.identity.full_name),
                "outcomes": outcomes(application),
                "decided_on": dates.format_long(decided_on),
                "arrived_on": dates.format_long(clock.to_warsaw(application.arrived_at).date()),
                "municipality": settings.MUNICIPALITY,
                "demo_mode": settings.DEMO_MODE,
            },
        )
        return html_to_pdf(html, identifier=f"decyzja-{application.public_id}")
