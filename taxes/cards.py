"""What the ledger puts on the account overview."""

from datetime import timedelta
from typing import cast

from django.urls import reverse
from django.utils.translation import gettext as _

from eurzad.lib import clock
from eurzad.lib.dates import format_short
from eurzad.lib.money import format_pln
from portal.mandates.policy import AccessDenied, Viewer
from portal.pages.cards import Attention, Card
from taxes.selectors import words
from taxes.selectors.deadlines import deadlines_of, instalments_in_reach
from taxes.selectors.owed import OverviewNumbers, overview_numbers

AHEAD = timedelta(days=400)
NEXT = 4


def attention(viewer: Viewer) -> list[Attention]:
    """Return what is past due and the next date, merged; nothing when nothing is owed."""
    numbers = _numbers(viewer)
    if numbers is None:
        return []
    url = reverse("taxes:what_i_owe")
    items = []
    if numbers.overdue_count:
        text = _("Do zapłaty z odsetkami i kosztami: %(amount)s (liczba rat: %(count)s).") % {
            "amount": format_pln(numbers.overdue.total),
            "count": numbers.overdue_count,
        }
        link = _("Zapłać") if numbers.can_pay else _("Zobacz")
        items.append(Attention(numbers.overdue_since, text, url, link, "overdue"))
    if numbers.next_due_on and (numbers.next_due_on - clock.today()).days <= 14:
        text = _("Do zapłaty w terminie: %(amount)s.") % {
            "amount": format_pln(numbers.next_amount),
        }
        items.append(Attention(numbers.next_due_on, text, url, _("Zobacz"), "waiting"))
    if numbers.enforcement:
        text = _("W egzekucji: %(amount)s.") % {"amount": format_pln(numbers.enforcement)}
        items.append(Attention(None, text, url, _("Zobacz"), "info"))
    return items


def amount_due(viewer: Viewer) -> Card | None:
    """Return the card "due now"; None for a viewer who may not see the ledger."""
    numbers = _numbers(viewer)
    if numbers is None:
        return None
    next_due = ""
    if numbers.next_due_on:
        next_due = _("Następny termin: %(day)s, kwota %(amount)s.") % {
            "day": words.long_date(numbers.next_due_on, weekday=True),
            "amount": format_pln(numbers.next_amount),
        }
    context = {
        "amount": format_pln(numbers.due_now.total),
        "is_due": bool(numbers.due_now_count) and numbers.can_pay,
        "next_due": next_due,
        "as_of": format_short(clock.today()),
    }
    return Card("taxes/amount_due_card.html", context)


def next_deadlines(viewer: Viewer) -> Card | None:
    """Return the card of the next dates; None for a viewer who may not see the ledger, or when there is none."""
    if viewer.subject is None or (mine := instalments_in_reach(viewer, viewer.subject)) is None:
        return None
    today = clock.today()
    found = deadlines_of(mine, today, today + AHEAD, most=NEXT)
    rows = [(words.long_date(each.day, weekday=True), each.day.isoformat(), each) for each in found]
    return Card("taxes/deadlines_card.html", {"rows": rows, "as_of": format_short(today)}) if rows else None


def _numbers(viewer: Viewer) -> OverviewNumbers | None:
    """Read the numbers once for a viewer's page."""
    if "taxes.overview" not in viewer.memo:
        try:
            viewer.memo["taxes.overview"] = overview_numbers(viewer, clock.today())
        except AccessDenied:
            viewer.memo["taxes.overview"] = None
    return cast(OverviewNumbers | None, viewer.memo["taxes.overview"])
