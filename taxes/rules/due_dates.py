"""By which day an instalment has to be paid."""

from datetime import date, timedelta

from eurzad.lib.dates import next_working_day

AFTER_DELIVERY = timedelta(days=14)


def effective_due_date(due_on: date, *, shifts: bool, delivered_on: date | None = None) -> date:
    """Return the last day on which paying is in time.

    `due_on` is the day the law, decision or contract names. A decision delivered later than 14 days before it
    gives 14 days from delivery instead (Ordynacja podatkowa art. 47 § 1 and § 2, since 1 January 1998).
    Where the type of receivable `shifts`, a Saturday or a day off gives way to the next working day
    (Ordynacja podatkowa art. 12 § 5; civil claims: Kodeks cywilny art. 115, Saturdays since 1 January 2017).
    """
    day = due_on
    if delivered_on is not None:
        day = max(day, delivered_on + AFTER_DELIVERY)
    return next_working_day(day) if shifts else day
