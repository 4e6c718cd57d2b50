"""What the clerks' pages show: which of them hold personal data, and whose.

Every page of the panel is recorded (`portal.journal.middleware`) unless its model is named here as holding nobody's
data. An app says from `AppConfig.ready()` how to find whose data one object is:

    staff.data_of("payments.payment", "on_behalf__public_id", reference="reference")
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.exceptions import ValidationError

LIST, READ, FILE, WRITE = "staff.list", "staff.read", "staff.file", "staff.write"


@dataclass(frozen=True, slots=True)
class Whose:
    """Paths from a model to the public id of the person whose data it is, and to a number people know it by."""

    subject: str
    reference: str


_whose: dict[str, Whose] = {}
_impersonal: set[str] = set()


def data_of(label: str, subject: str, *, reference: str = "") -> None:
    """Name the path from a model (`app.model`) to a UUID of the person, and to its public number."""
    _whose[label.lower()] = Whose(subject, reference)


def impersonal(*labels: str) -> None:
    """Name models that hold nobody's data: looking at them is not recorded, changing them is."""
    _impersonal.update(label.lower() for label in labels)


def is_impersonal(label: str) -> bool:
    """Tell whether a model holds nobody's data."""
    return label.lower() in _impersonal


def describe(label: str, pk: str) -> tuple[UUID | None, str]:
    """Return whose data an object is, where that is known, and how a record refers to it."""
    whose = _whose.get(label.lower())
    paths = [path for path in (whose.subject, whose.reference) if path] if whose else []
    found: dict[str, Any] = {}
    if paths and pk:
        try:
            found = apps.get_model(label)._base_manager.filter(pk=pk).values(*paths).first() or {}
        except (ValueError, ValidationError):
            found = {}
    number = found.get(whose.reference) if whose and whose.reference else None
    name = str(number or pk or "")[:60]
    return (found.get(whose.subject) if whose and whose.subject else None), f"{label.lower()}:{name}".rstrip(
        ":"
    )[:80]


def words_for(reference: str) -> str:
    """Return a reference of the panel for people: `płatność P-2026-000001`."""
    label, _separator, name = reference.partition(":")
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError):
        return reference
    shown = "" if _is_internal(name) else name
    return f"{model._meta.verbose_name} {shown}".strip()


def _is_internal(name: str) -> bool:
    """A row's number or a UUID tells a person nothing."""
    return name.isdecimal() or (len(name) == 36 and name.count("-") == 4)
