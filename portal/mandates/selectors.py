"""Reading mandates."""

from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Q

from eurzad.lib import clock
from eurzad.lib.dates import format_short
from portal.mandates.models import Mandate
from portal.mandates.policy import Viewer
from portal.mandates.texts import describe_scope

PER_PAGE = 20


@dataclass(frozen=True)
class MandateRow:
    """One mandate as a page shows it."""

    public_id: str
    principal: str
    attorney: str
    scope: str
    valid_to: str
    is_in_force: bool
    is_chosen: bool
    is_held: bool


def list_mandates(viewer: Viewer, *, page: str) -> tuple[list[MandateRow], Page]:
    """Return the mandates the viewer holds or gave, those in force first."""
    own = viewer.own
    rows = Mandate.objects.filter(Q(attorney=own) | Q(principal=own)) if own else Mandate.objects.none()
    current = Paginator(
        rows.select_related("principal", "attorney").order_by("-valid_to", "pk"), PER_PAGE
    ).get_page(page)
    today = clock.today()
    chosen = viewer.mandate.pk if viewer.mandate else None
    return [
        MandateRow(
            public_id=str(mandate.public_id),
            principal=mandate.principal.display_name if mandate.principal else "",
            attorney=mandate.attorney.display_name if mandate.attorney else "",
            scope=describe_scope(mandate),
            valid_to=format_short(mandate.valid_to),
            is_in_force=mandate.status == Mandate.Status.ACTIVE
            and mandate.valid_from <= today <= mandate.valid_to,
            is_chosen=mandate.pk == chosen,
            is_held=own is not None and mandate.attorney_id == own.pk,
        )
        for mandate in current
    ], current
