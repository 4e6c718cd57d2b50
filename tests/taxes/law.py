"""The delivered rate tables as the rules take them."""

from taxes import data
from taxes.rules.rates import DatedAmount, DatedAmounts, Law, Rate, RateTable


def rate_table(regime: str) -> RateTable:
    return RateTable(
        tuple(Rate(day, percent) for name, day, percent, _ in data.interest_rates() if name == regime)
    )


def amounts(kind: str) -> DatedAmounts:
    return DatedAmounts(
        tuple(DatedAmount(day, amount) for name, day, amount, _ in data.dated_amounts() if name == kind)
    )


LAW = Law(
    rate_table("tax"),
    rate_table("civil"),
    amounts("interest_threshold"),
    amounts("reminder_cost"),
    amounts("reduced_share"),
)
