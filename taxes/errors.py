"""Refusals of the ledger."""

from eurzad.lib.errors import DomainError


class LedgerError(DomainError):
    """A posting that the ledger cannot take."""

    code = "taxes.ledger"
