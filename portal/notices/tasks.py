from eurzad.outbox.registry import every, handler
from portal.notices import mailbox, reminding, services


@handler("notices.send_email")
def send_email(notice_id: str) -> None:
    """Mail that there is news."""
    services.send_email(notice_id)


@every(seconds=900, name="notices.resend_emails")
def resend_emails() -> None:
    """Take up mail that was set aside."""
    services.resend_emails()


@handler("notices.mailbox")
def tell_of_mailbox() -> None:
    """Tell clerks what waits in the ePUAP mailbox."""
    mailbox.tell_clerks()


@every(seconds=1800, name="notices.deadlines")
def begin_reminding() -> None:
    """Remind of deadlines, by day."""
    reminding.begin()


@handler("notices.remind")
def remind(after: str) -> None:
    """Remind the next users."""
    reminding.remind_next(int(after))


@every(seconds=86400, name="notices.tidy_reminders")
def tidy_reminders() -> None:
    """Forget reminders of days long over."""
    reminding.tidy()
