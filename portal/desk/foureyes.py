"""Four eyes: the one place that knows whether a second person is needed and that it is another one.

if foureyes.approve("refunds", reference=refund.public_id, by=clerk, terms={"amount": "10.00"}):
    ...pay it out...
"""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from eurzad.lib import clock
from portal.desk.errors import OtherTerms, SamePerson
from portal.desk.models import FirstApproval
from portal.people.models import User


def is_needed(kind: str) -> bool:
    """Whether the town has two people decide this kind of things (FOUR_EYES)."""
    return kind in settings.FOUR_EYES


@transaction.atomic
def approve(kind: str, *, reference: UUID, by: User, terms: dict[str, Any]) -> bool:
    """Approve as the first or the second person; True when the thing is to be done now.

    The first approval is kept with its terms and returns False. Raises SamePerson when the first person comes
    again, OtherTerms when the second one approves something else. Of two first ones at once the database lets
    one in; the other is then the second.
    """
    if not is_needed(kind):
        return True
    first, is_new = FirstApproval.objects.select_for_update().get_or_create(
        kind=kind, reference=reference, defaults={"terms": terms, "by": by, "at": clock.now()}
    )
    if is_new:
        return False
    if first.by_id == by.pk:
        raise SamePerson()
    if first.terms != terms:
        raise OtherTerms()
    first.delete()
    return True


def first_of(kind: str, reference: UUID) -> FirstApproval | None:
    """The approval that waits for the second person."""
    return FirstApproval.objects.select_related("by").filter(kind=kind, reference=reference).first()


def withdraw(kind: str, reference: UUID) -> bool:
    """Forget the first approval: the thing was refused, changed or is thought over again."""
    return FirstApproval.objects.filter(kind=kind, reference=reference).delete()[0] > 0
