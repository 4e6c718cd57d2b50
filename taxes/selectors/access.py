"""Which part of a subject's ledger a viewer may use."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from portal.mandates import policy
from portal.mandates.policy import AccessDenied, Area, Right, Viewer
from portal.people.models import Subject
from taxes.models import Account, AccountParty

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


def parties_of(accounts: Iterable[int]) -> dict[int, list[Subject]]:
    """Return who owes what is on each account (keys), whom the papers name first before the others; one query."""
    rows = AccountParty.objects.filter(account__in=list(accounts)).select_related("subject")
    found: dict[int, list[Subject]] = {}
    for row in rows.order_by("account", "-role", "pk"):  # "main" before "co_owner"
        found.setdefault(row.account_id, []).append(row.subject)
    return found


def party_for(viewer: Viewer, right: Right, account: Account, obj: str = "") -> Subject:
    """Return the party of `account` for whom the viewer holds `right`: the subject in view before any other.

    Each of those who owe together owes the whole and may see and pay it, so may their attorneys; none of
    them is shown the other's own matters. Raises AccessDenied when there is none.
    """
    parties = parties_of([account.pk]).get(account.pk, [])
    chosen = choose_party(viewer, right, account.type.area, parties, obj)
    if chosen is None:
        raise AccessDenied(right, account.type.area, account.subject, obj)
    return chosen


def choose_party(
    viewer: Viewer, right: Right, area: str, parties: Iterable[Subject], obj: str = ""
) -> Subject | None:
    """Return the first of `parties` for whom the viewer holds `right`, the subject in view before any other."""
    ordered = sorted(parties, key=lambda party: party != viewer.subject)
    return next((party for party in ordered if policy.can(viewer, right, area, party, obj)), None)
