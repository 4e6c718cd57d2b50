"""Writing the tables of the law: every change is on record with who, when and what it was before."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from eurzad.lib import clock
from portal.journal.services import record
from taxes.models import DatedAmount, InterestRate, RateReview, ReceivableType

Row = InterestRate | DatedAmount


@transaction.atomic
def save_rates(
    day: date, rates: Mapping[str, tuple[Decimal, str]], *, actor_id: UUID, former_day: date | None = None
) -> list[InterestRate]:
    """Save the rates (regime: percent, source) in force from `day`, moved from `former_day` if that is given.

    The caller has checked them (`taxes.law_forms`). A regime left out keeps what it has.
    """
    rows = {row.regime: row for row in InterestRate.objects.filter(valid_from=former_day or day)}
    saved = []
    for regime, (percent, source) in rates.items():
        row = rows.get(regime) or InterestRate(regime=regime)
        was = _words(row) if row.pk else ""
        row.valid_from, row.percent, row.source = day, percent, source
        row.save()
        _record("rates.saved", regime, was, _words(row), actor_id)
        saved.append(row)
    return saved


@transaction.atomic
def remove_rates(day: date, *, actor_id: UUID) -> None:
    """Remove the rates of both kinds that begin on `day`."""
    for row in InterestRate.objects.filter(valid_from=day):
        _record("rates.removed", row.regime, _words(row), "", actor_id)
        row.delete()


@transaction.atomic
def save_amount(row: DatedAmount, *, actor_id: UUID) -> None:
    """Save an amount of the law that the caller has checked."""
    former = DatedAmount.objects.filter(pk=row.pk).first()
    row.save()
    _record("law_amounts.saved", row.kind, _words(former) if former else "", _words(row), actor_id)


@transaction.atomic
def remove_amount(row: DatedAmount, *, actor_id: UUID) -> None:
    """Remove an amount of the law."""
    _record("law_amounts.removed", row.kind, _words(row), "", actor_id)
    row.delete()


@transaction.atomic
def save_type(row: ReceivableType, *, changed: list[str], actor_id: UUID) -> None:
    """Save how a kind of receivable is treated."""
    row.save()
    _record("receivable_type.saved", row.code, "", ", ".join(changed), actor_id)


@transaction.atomic
def confirm_rates(*, actor_id: UUID) -> None:
    """Put on record that somebody looked and the rates are still those in force."""
    RateReview.objects.create(reviewed_on=clock.today(), actor_id=actor_id)
    record(actor_id=actor_id, subject_id=None, action="rates.reviewed")


def _words(row: Row) -> str:
    value = row.percent if isinstance(row, InterestRate) else row.amount
    return f"{value} od {row.valid_from}"


def _record(action: str, reference: str, was: str, now: str, actor_id: UUID) -> None:
    reason = " → ".join(text for text in (was, now) if text)
    record(actor_id=actor_id, subject_id=None, action=action, reference=reference, reason=reason)
