"""Receivables as objects to which a mandate may be limited."""

from uuid import UUID

from portal.mandates.scopes import ScopeObject
from portal.people.models import Subject
from taxes.models import Receivable

RECEIVABLE = "taxes.receivable"


def receivables_of(subject: Subject, limit: int) -> list[ScopeObject]:
    """Return the newest receivables of a subject."""
    rows = Receivable.objects.filter(account__parties__subject=subject).select_related("account__type")
    return [_described(row) for row in rows.order_by("-year", "-pk")[:limit]]


def find_receivable(subject: Subject, public_id: UUID) -> ScopeObject | None:
    """Return one receivable of a subject, or None."""
    rows = Receivable.objects.filter(account__parties__subject=subject, public_id=public_id)
    row = rows.select_related("account__type").first()
    return _described(row) if row else None


def _described(row: Receivable) -> ScopeObject:
    return ScopeObject(RECEIVABLE, row.public_id, row.account.type.area, row.title)
