"""What the registers know of a person who applies for access; shown to the clerk only."""

from django.utils.translation import gettext as _

from eurzad.lib.dates import format_short
from eurzad.lib.searching import normalise
from portal.access.evidence import Fact, Identifiers
from portal.people.services import find_subject_by_fingerprint
from registers.models import AlcoholLicence, Lease


def facts_about(identifiers: Identifiers) -> list[Fact]:
    """Licences and leases of the subject that owns the number, and whether its name is the declared one."""
    subject = find_subject_by_fingerprint(identifiers.scheme, identifiers.fingerprint)
    if subject is None:
        return []
    entries = [
        *(
            Fact(_("Rejestr zezwoleń"), licence.number, f"{licence.point_name}, {licence.point_address}")
            for licence in AlcoholLicence.objects.filter(holder=subject)
        ),
        *(
            Fact(
                _("Rejestr dzierżaw"),
                lease.number,
                f"{lease.object_name}, od {format_short(lease.period_from)}",
            )
            for lease in Lease.objects.filter(lessee=subject)
        ),
    ]
    if not entries:
        return []
    declared = normalise(f"{identifiers.given_name} {identifiers.family_name}")
    agrees = normalise(subject.display_name) == declared
    return [Fact(_("Rejestry"), _("Imię i nazwisko"), subject.display_name, agrees), *entries]
