"""What applications tell the account: an address that was confirmed in one, and whether a clerk has the word."""

from portal.access.models import AccessApplication
from portal.access.rules import FILED
from portal.people.models import Identity, User


def confirmed_email(user: User) -> str:
    """The address the person confirmed in an application last, or an empty text."""
    confirmed = AccessApplication.objects.filter(identity__user=user, email_confirmed_at__isnull=False)
    found = confirmed.exclude(email="").order_by("-email_confirmed_at").values_list("email", flat=True)
    return found.first() or ""


def is_with_clerks(identity: Identity) -> bool:
    """Whether an application of the person reached the office, decided or not: no automatic match then."""
    return AccessApplication.objects.filter(identity=identity, state__in=FILED).exists()
