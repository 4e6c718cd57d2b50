from eurzad.outbox.registry import every, handler
from portal.journal import publishing, sealing


@every(seconds=30, name="journal.seal")
def seal() -> None:
    """Number and chain what requests wrote; sign the days that have ended."""
    sealing.seal()


@handler("journal.write_head")
def write_head(day: str) -> None:
    """Write a day's head as a file for print."""
    publishing.write_head(day)


@handler("journal.mail_head")
def mail_head(day: str) -> None:
    """Mail a day's head to the auditor."""
    publishing.mail_head(day)
