"""What the clerk chooses from for each represented row: whom the ledger knows by the number, and who was searched.

Three queries however many rows there are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from eurzad.lib.names import as_written
from portal.access.content import Shown, content_of
from portal.access.models import AccessApplication, Represented
from portal.people import pii
from portal.people.models import Subject, SubjectIdentifier

LIMIT = 10
_PUBLIC = ("nip", "regon", "krs")
"""Schemes that may be searched for by number: a PESEL has no place in an address."""


@dataclass(frozen=True)
class Choice:
    """A subject that may be the row's, `refusal` says why it may not."""

    subject: Subject
    has_number: bool
    is_chosen: bool
    refusal: bool


@dataclass(frozen=True)
class Comparison:
    """A line of what was declared beside what the ledger knows; None where nothing can be compared."""

    label: str
    declared: str
    known: str
    matches: bool | None


@dataclass(frozen=True)
class RowDesk:
    """One represented row at the desk."""

    row: Represented
    shown: Shown | None
    proposed: Subject | None
    choices: list[Choice]
    comparisons: list[Comparison]
    decision: str
    is_new: bool
    reason: str
    is_joint: bool


def rows_of(application: AccessApplication) -> list[Represented]:
    """Everybody whom the decision is about."""
    return list(Represented.objects.of_case(application).select_related("application", "subject"))


def row_desks(
    application: AccessApplication, rows: Sequence[Represented], *, query: str, typed: Mapping[str, Any]
) -> list[RowDesk]:
    """The rows with what can be chosen and what was typed before."""
    if not rows:
        return []
    shown: dict[int, Shown] = {}
    for one in {row.application_id: row.application for row in rows}.values():
        shown |= {part.row.pk: part for part in content_of(one).represented}
    known = _known(rows)
    found = _found(query)
    return [_desk(row, shown.get(row.pk), known, found, typed) for row in rows]


def _known(rows: Sequence[Represented]) -> dict[tuple[str, str], Subject]:
    numbers = SubjectIdentifier.objects.filter(
        scheme__in={row.scheme for row in rows}, fingerprint__in={row.fingerprint for row in rows}
    )
    return {(one.scheme, one.fingerprint): one.subject for one in numbers.select_related("subject")}


def _found(query: str) -> list[tuple[Subject, dict[str, str]]]:
    words = query.split()[:3]
    if not words:
        return []
    digits = "".join(words).replace("-", "")
    if digits.isdecimal():
        prints = [pii.fingerprint(scheme, digits) for scheme in _PUBLIC]
        found = Subject.objects.filter(identifiers__scheme__in=_PUBLIC, identifiers__fingerprint__in=prints)
    else:
        found = Subject.objects.all()
        for word in words:
            found = found.filter(
                Q(family_name__istartswith=word) | Q(given_name__istartswith=word) | Q(name__icontains=word)
            )
    some = found.order_by("name", "family_name", "given_name", "pk").distinct()[:LIMIT]
    return [
        (subject, {number.scheme: number.fingerprint for number in subject.identifiers.all()})
        for subject in some.prefetch_related("identifiers")
    ]


def _desk(
    row: Represented,
    shown: Shown | None,
    known: dict[tuple[str, str], Subject],
    found: list[tuple[Subject, dict[str, str]]],
    typed: Mapping[str, Any],
) -> RowDesk:
    name = f"row-{row.pk}"
    proposed = known.get((row.scheme, row.fingerprint))
    wanted = str(typed.get(f"{name}-subject") or (proposed.public_id if proposed else ""))
    choices = [Choice(proposed, True, str(proposed.public_id) == wanted, False)] if proposed else []
    for subject, numbers in found:
        if subject != proposed and subject.kind == row.kind:
            other = proposed is not None or row.scheme in numbers
            choices.append(Choice(subject, row.scheme in numbers, str(subject.public_id) == wanted, other))
    return RowDesk(
        row=row,
        shown=shown,
        proposed=proposed,
        choices=choices,
        comparisons=_compare(row, proposed),
        decision=str(typed.get(name) or ""),
        is_new=wanted == "new",
        reason=str(typed.get(f"{name}-reason") or ""),
        is_joint=bool(typed.get(f"{name}-joint")),
    )


def _compare(row: Represented, proposed: Subject | None) -> list[Comparison]:
    label = _("Nazwa") if row.name else _("Imię i nazwisko")
    declared = row.name or as_written(row.display_name)
    known = proposed.display_name if proposed else ""
    same = _letters(declared) == _letters(known) if proposed else None
    number = row.shown_number if proposed else ""
    return [
        Comparison(str(row.get_scheme_display()), row.shown_number, number, True if proposed else None),
        Comparison(label, declared, known, same),
    ]


def _letters(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def typed_before(terms: Mapping[str, Any]) -> dict[str, Any]:
    """What the first of two clerks decided, as fields of the form."""
    fields: dict[str, Any] = {key: terms.get(key, "") for key in ("own", "subject", "reason")}
    for row in terms.get("rows", ()):
        name = f"row-{row['pk']}"
        fields |= {name: row["decision"], f"{name}-subject": row["subject"], f"{name}-reason": row["reason"]}
        fields[f"{name}-joint"] = row["is_joint"]
    return fields
