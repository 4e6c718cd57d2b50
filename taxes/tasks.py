"""What the ledger does in the background."""

from uuid import UUID

from eurzad.outbox.registry import every, handler
from taxes import statements


@handler("taxes.statement")
def make_statement(statement_id: str) -> None:
    """Make an ordered statement."""
    statements.make(UUID(statement_id))


@every(seconds=1800, name="taxes.tidy_statements")
def tidy_statements() -> None:
    """Remove statements older than a day."""
    statements.tidy()
