"""What of a demo visitor's applications no foreign key leads to."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from portal.access.models import AccessApplication
from portal.channels.models import Receipt
from portal.people.removal import Hanging


def find_papers(hanging: Hanging) -> Iterable["QuerySet[Any]"]:
    """The receipts that the applications point at."""
    applications = AccessApplication.objects.filter(pk__in=hanging.of(AccessApplication))
    yield Receipt.objects.filter(pk__in=applications.filter(receipt__isnull=False).values("receipt_id"))
