"""How fresh the tables of the law are."""

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db.models import Max

from taxes.models import InterestRate, RateReview


@dataclass(frozen=True, slots=True)
class Freshness:
    """The newest rate's first day, when somebody last looked, and whether it is time to look again."""

    newest: date | None
    reviewed_on: date | None
    is_due: bool


def freshness(today: date) -> Freshness:
    """Tell whether the rates may be outdated: older than `RATES_REVIEW_MONTHS` and not looked at since."""
    newest = InterestRate.objects.aggregate(newest=Max("valid_from"))["newest"]
    reviewed = RateReview.objects.aggregate(last=Max("reviewed_on"))["last"]
    known = max((day for day in (newest, reviewed) if day is not None), default=None)
    return Freshness(newest, reviewed, known is None or known < _months_before(today))


def _months_before(day: date) -> date:
    months = day.year * 12 + day.month - 1 - settings.RATES_REVIEW_MONTHS
    return date(months // 12, months % 12 + 1, min(day.day, 28))
