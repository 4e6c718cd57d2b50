"""Taking a visitor's copy of the demo away, whole.

What hangs on the copy by a foreign key, in whatever app and however deep, is found by walking the models. What
hangs on it otherwise (by a public id, or because a row of the copy points at it) is named by the app that made it,
through `register`. The journal is append-only and knows UUIDs only; it goes with the nightly reset.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.models import ManyToOneRel, Model, QuerySet

from eurzad.outbox.models import Job
from portal.people.models import Identity, OpenSession, Subject, User


class Hanging:
    """The rows of one visitor's copy, by model."""

    def __init__(self, user: User) -> None:
        self.since: datetime = user.date_joined
        self.rows: dict[type[Model], set[Any]] = {}
        self.add(User, [user.pk])
        identities = Identity.objects.filter(user=user)
        self.add(Subject, identities.values_list("subject_id", flat=True).filter(subject__isnull=False))

    def of(self, model: type[Model]) -> set[Any]:
        """Primary keys of the rows of `model` that go."""
        return self.rows.get(model, set())

    def public_ids(self) -> set[str]:
        """Public ids of everything that goes, as text."""
        found: set[str] = set()
        for model, keys in self.rows.items():
            if any(field.name == "public_id" for field in model._meta.concrete_fields):
                ids = model._base_manager.filter(pk__in=keys).values_list("public_id", flat=True)
                found.update(str(one) for one in ids)
        return found

    def add(self, model: type[Model], keys: Iterable[Any]) -> None:
        """Add rows and all that point at them."""
        fresh = set(keys) - self.rows.setdefault(model, set())
        if not fresh:
            return
        self.rows[model] |= fresh
        for relation in model._meta.get_fields(include_hidden=True):
            if not isinstance(relation, ManyToOneRel):  # foreign keys and one-to-one fields of other models
                continue
            pointing: type[Model] = relation.related_model  # type: ignore[assignment]
            points = {f"{relation.field.name}__in": fresh}
            self.add(pointing, pointing._base_manager.filter(**points).values_list("pk", flat=True))

    def delete(self) -> int:
        """Delete every row; foreign keys are checked at the end of the transaction. Returns how many went."""
        return sum(
            model._base_manager.filter(pk__in=keys)._raw_delete(connection.alias)
            for model, keys in self.rows.items()
            if keys
        )


Finder = Callable[[Hanging], Iterable["QuerySet[Any]"]]

_finders: list[Finder] = []


def register(finder: Finder) -> None:
    """Have `finder(hanging)` name further rows of a copy: those that no foreign key of theirs leads to."""
    _finders.append(finder)


@transaction.atomic
def remove(user: User) -> int:
    """Delete a visitor and everything that is theirs; returns the number of rows (0: already gone).

    Raises ValueError for a user who is no visitor of the demo.
    """
    locked = User.objects.select_for_update().filter(pk=user.pk).first()
    if locked is None:
        return 0
    if locked.kind != User.Kind.DEMO:
        raise ValueError("Only a visitor of the demo is removed.")
    hanging = Hanging(locked)
    for finder in _finders:
        for rows in finder(hanging):
            hanging.add(rows.model, rows.values_list("pk", flat=True))
    return hanging.delete()


def find_sessions(hanging: Hanging) -> Iterable["QuerySet[Any]"]:
    """The browser sessions of the copy."""
    keys = OpenSession.objects.filter(pk__in=hanging.of(OpenSession)).values_list("session_key", flat=True)
    yield Session.objects.filter(session_key__in=list(keys))


def find_jobs(hanging: Hanging) -> Iterable["QuerySet[Any]"]:
    """Background jobs whose arguments name something of the copy; none is older than the copy."""
    ids = hanging.public_ids()
    jobs = Job.objects.filter(created_at__gte=hanging.since).exclude(arguments={})
    named = [pk for pk, arguments in jobs.values_list("pk", "arguments") if ids & set(arguments.values())]
    yield Job.objects.filter(pk__in=named)
