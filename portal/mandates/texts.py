"""Mandates in words: the scope on a page, and the exact text that is agreed to."""

import hashlib
from collections.abc import Iterable
from datetime import date

from django.utils import translation
from django.utils.translation import gettext as _

from eurzad.lib.dates import format_long, format_short
from portal.mandates.models import Area, Mandate, Right


def in_order(kind: type[Area] | type[Right], values: Iterable[str]) -> list[str]:
    """Return the values of a vocabulary in its own order, each once; raises ValueError for an unknown one."""
    chosen = {str(kind(value)) for value in values}
    return [str(value) for value in kind.values if value in chosen]


def describe_scope(mandate: Mandate) -> str:
    """Return areas, rights and the one object in words: `podatki: podgląd, płatność – tylko: Rynek 3`."""
    areas = ", ".join(str(Area(area).label) for area in mandate.areas)
    rights = ", ".join(str(Right(right).label) for right in mandate.rights)
    scope = f"{areas}: {rights}"
    if mandate.object_id:
        scope = _("%(scope)s – tylko: %(object)s") % {"scope": scope, "object": mandate.object_title}
    return scope


def compose(
    *,
    principal: str,
    attorney: str,
    areas: Iterable[str],
    rights: Iterable[str],
    object_title: str,
    valid_from: date,
    valid_to: date,
    basis: str = "",
) -> str:
    """Return the text of a mandate, always in Polish: the language of the office."""
    with translation.override("pl"):
        lines = [
            _("%(principal)s upoważnia do działania w swoim imieniu w portalu eUrząd: %(attorney)s.")
            % {"principal": principal, "attorney": attorney},
            _("Zakres: %s.") % ", ".join(str(Area(area).label) for area in areas),
            _("Uprawnienia: %s.") % ", ".join(str(Right(right).label) for right in rights),
        ]
        if object_title:
            lines.append(_("Tylko w sprawie: %s.") % object_title)
        lines.append(
            _("Ważne od %(first)s do %(last)s włącznie.")
            % {"first": format_long(valid_from, "pl"), "last": format_long(valid_to, "pl")}
        )
        lines.append(
            _(
                "Pełnomocnik nie może upoważniać dalszych osób. Pełnomocnictwo można odwołać w każdej chwili; "
                "odwołanie działa od razu."
            )
        )
        if basis:
            lines.append(_("Podstawa: %s.") % basis)
    return "\n".join(lines)


def digest(text: str) -> str:
    """Return the SHA-256 of a text's UTF-8 bytes, hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def days_of(mandate: Mandate) -> str:
    """Return the mandate's days for a table: `01.01.2026 – 31.12.2027`."""
    return f"{format_short(mandate.valid_from)} – {format_short(mandate.valid_to)}"
