"""What the ledger does in the background."""

from uuid import UUID

from eurzad.outbox.registry import every, handler
from taxes import statements
from taxes.imports import intake


@handler("taxes.statement")
def make_statement(statement_id: str) -> None:
    """Make an ordered statement."""
    statements.make(UUID(statement_id))


@every(seconds=1800, name="taxes.tidy_statements")
def tidy_statements() -> None:
    """Remove statements older than a day."""
    statements.tidy()


@handler(intake.JOB)
def load_ledger(import_id: str) -> None:
    """Load a file of a domain system."""
    intake.work_on(UUID(import_id))


@every(seconds=86400, name="taxes.tidy_ledger_files")
def tidy_ledger_files() -> None:
    """Take away files that nobody waits for."""
    intake.tidy()
