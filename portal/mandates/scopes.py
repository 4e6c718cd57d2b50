"""The single objects a mandate may be limited to. Apps that have such objects register them here.

An app registers from its `AppConfig.ready()`:

    scopes.register(scopes.ObjectKind("taxes.receivable", _("należność"), objects_of, find))
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.utils.functional import Promise

from portal.people.models import Subject


@dataclass(frozen=True, slots=True)
class ScopeObject:
    """One object of a subject: its kind, public id, the area it lies in and its name on a page."""

    kind: str
    public_id: UUID
    area: str
    title: str


@dataclass(frozen=True, slots=True)
class ObjectKind:
    """A kind of objects.

    `objects_of(subject, limit)` returns the newest objects of a subject; `find(subject, public_id)` one of them
    or None. Neither asks who is looking: the caller has.
    """

    kind: str
    label: str | Promise
    objects_of: Callable[[Subject, int], list[ScopeObject]]
    find: Callable[[Subject, UUID], ScopeObject | None]


LIMIT = 200
_kinds: dict[str, ObjectKind] = {}


def register(kind: ObjectKind) -> None:
    """Let mandates be limited to objects of this kind. Raises ValueError when the kind is taken."""
    if kind.kind in _kinds:
        raise ValueError(f"object kind registered twice: {kind.kind}")
    _kinds[kind.kind] = kind


def objects_of(subject: Subject) -> list[ScopeObject]:
    """Return what a mandate of `subject` may be limited to, at most `LIMIT` of each kind."""
    return [found for kind in _kinds.values() for found in kind.objects_of(subject, LIMIT)]


def find(subject: Subject, kind: str, public_id: UUID) -> ScopeObject | None:
    """Return one object of `subject`, or None when it has no such object."""
    return _kinds[kind].find(subject, public_id) if kind in _kinds else None
