"""Refusals of the rules."""

from eurzad.lib.errors import DomainError


class RuleError(DomainError):
    """Arguments that no rule of law covers."""

    code = "taxes.rule"


class RateMissing(RuleError):
    """No rate is known for a day of the period: the table has to be completed, guessing would be wrong."""

    code = "taxes.rate_missing"
