from eurzad.outbox.registry import handler
from portal.notices import services


@handler("notices.send_email")
def send_email(notice_id: str) -> None:
    """Mail that there is news."""
    services.send_email(notice_id)
