"""Which areas of a subject's ledger a viewer may use."""

from portal.mandates import policy
from portal.mandates.policy import AccessDenied, Area, Right, Viewer
from portal.people.models import Subject

LEDGER_AREAS = (Area.TAXES, Area.FEES)


def areas_of(viewer: Viewer, right: Right, subject: Subject | None) -> list[str]:
    """Return the areas in which `viewer` holds `right` over `subject`; raises AccessDenied for none."""
    if subject is None:
        raise AccessDenied()
    areas = [str(area) for area in LEDGER_AREAS if policy.can(viewer, right, area, subject)]
    if not areas:
        raise AccessDenied()
    return areas
