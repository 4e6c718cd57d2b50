"""A year's amount beside that of the year before, in words."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from eurzad.lib.money import ZERO, format_pln
from taxes.models import Component, Receivable
from taxes.selectors import words


def compare(receivable: Receivable, components: Sequence[Component]) -> tuple[str, list[str]]:
    """Return how the amount differs from last year's of the same account, and which lines changed.

    Two queries. Nothing is said when there was no such year, or more than one decision in either of them.
    """
    of_account = Receivable.objects.filter(account=receivable.account_id)
    years = (receivable.year - 1, receivable.year)
    found = list(of_account.filter(year__in=years).values_list("pk", "year", "total")[:4])
    former = [(pk, total) for pk, year, total in found if year == years[0]]
    if len(former) != 1 or len(found) != 2:
        return "", []
    before = list(Component.objects.filter(receivable=former[0][0]))
    return _amounts(receivable, Decimal(former[0][1])), _lines(before, components)


def _amounts(receivable: Receivable, before: Decimal) -> str:
    change = receivable.total - before
    facts = {"change": format_pln(abs(change)), "year": receivable.year - 1, "before": format_pln(before)}
    if change > ZERO:
        return _("To o %(change)s więcej niż w roku %(year)s (wtedy %(before)s).") % facts
    if change < ZERO:
        return _("To o %(change)s mniej niż w roku %(year)s (wtedy %(before)s).") % facts
    return _("To tyle samo co w roku %(year)s.") % facts


def _lines(before: Sequence[Component], now: Sequence[Component]) -> list[str]:
    old = {row.name: row for row in before}
    said = []
    for row in now:
        former = old.pop(row.name, None)
        if former is None:
            said.append(_("Nowy składnik: %(name)s.") % {"name": row.name})
            continue
        changes = []
        if row.base != former.base:
            facts = {"old": words.figure(former.base), "new": words.figure(row.base), "unit": row.unit}
            changes.append(_("zamiast %(old)s jest %(new)s %(unit)s") % facts)
        if row.rate != former.rate:
            facts = {"old": words.figure(former.rate), "new": words.figure(row.rate)}
            changes.append(_("stawka zmieniła się z %(old)s na %(new)s zł") % facts)
        if row.months != former.months:
            facts = {"old": str(former.months), "new": str(row.months)}
            changes.append(_("zamiast %(old)s liczymy %(new)s mies.") % facts)
        if changes:
            said.append(f"{row.name}: {', '.join(changes)}.")
    return said + [_("Nie ma już składnika: %(name)s.") % {"name": name} for name in old]
