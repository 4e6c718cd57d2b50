"""What a mandate may look like: pure checks, without a database."""

from collections.abc import Sequence
from datetime import date

MAX_YEARS = 5
"""A mandate ends at the latest after so many years; whoever still needs it gives it again."""


def last_day_allowed(first: date) -> date:
    """Return the last day that a mandate beginning on `first` may have."""
    year = first.year + MAX_YEARS
    try:
        return first.replace(year=year)
    except ValueError:  # 29 February
        return first.replace(year=year, day=28)


def scope_objection(*, areas: Sequence[str], rights: Sequence[str], valid_from: date, valid_to: date) -> str:
    """Return what is wrong with a scope, as a code, or an empty text.

    Codes: no_areas, no_rights, see_missing (nobody can pay or file what they may not see), dates, too_long.
    """
    if not areas:
        return "no_areas"
    if not rights:
        return "no_rights"
    if "see" not in rights:
        return "see_missing"
    if valid_to < valid_from:
        return "dates"
    return "too_long" if valid_to > last_day_allowed(valid_from) else ""
