"""Which part of a subject's ledger a viewer may use."""

from dataclasses import dataclass
from uuid import UUID

from portal.mandates import policy
from portal.mandates.policy import AccessDenied, Area, Right, Viewer
from portal.people.models import Subject

LEDGER_AREAS = (Area.TAXES, Area.FEES)


@dataclass(frozen=True, slots=True)
class Reach:
    """Whole areas, and single receivables (public ids) of further areas."""

    areas: tuple[str, ...]
    receivables: dict[str, frozenset[UUID]]

    def __bool__(self) -> bool:
        return bool(self.areas or self.receivables)

    @property
    def is_partial(self) -> bool:
        """Whether something of the ledger is left out."""
        return len(self.areas) < len(LEDGER_AREAS)

    def includes(self, area: str, receivable_id: UUID) -> bool:
        """Tell whether a receivable of `area` is within reach."""
        return area in self.areas or receivable_id in self.receivables.get(area, frozenset())


def reach_of(viewer: Viewer, right: Right, subject: Subject | None) -> Reach:
    """Return how far `right` reaches into the ledger of `subject`; raises AccessDenied when nowhere."""
    if subject is None:
        raise AccessDenied(right)
    extents = {str(area): policy.extent(viewer, right, area, subject) for area in LEDGER_AREAS}
    if not any(extents.values()):
        raise AccessDenied(right, LEDGER_AREAS[0], subject)
    return Reach(
        areas=tuple(area for area, extent in extents.items() if extent.is_whole),
        receivables={area: extent.objects for area, extent in extents.items() if extent.objects},
    )
