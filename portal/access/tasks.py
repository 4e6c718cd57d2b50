"""Jobs and clockwork of the application for access."""

from eurzad.outbox.registry import every, handler
from portal.access.services import correcting, drafting, elsewhere, epuap_door, reminding, signing


@handler("access.send_email_link")
def send_email_link(application_id: str) -> None:
    """Mail the link that confirms the contact address."""
    drafting.send_email_link(application_id)


@handler("access.send_for_signing")
def send_for_signing(application_id: str) -> None:
    """Hand the document to the signing service."""
    signing.send_for_signing(application_id)


@handler("access.fetch_signed")
def fetch_signed(application_id: str) -> None:
    """Ask for the signed document."""
    signing.fetch_signed(application_id)


@handler("access.fetch_after_return")
def fetch_after_return(application_id: str) -> None:
    """Ask for the signed document while the applicant waits for it."""
    signing.fetch_after_return(application_id)


@handler("access.check_signature")
def check_signature(application_id: str) -> None:
    """Check the signature of the document that came back."""
    signing.check_signature(application_id)


@handler("access.issue_receipt")
def issue_receipt(application_id: str) -> None:
    """Issue the UPP and put the application in the queue."""
    signing.issue_receipt(application_id)


@handler("access.send_decision")
def send_decision(application_id: str) -> None:
    """Write the decision to the applicant's ePUAP mailbox."""
    epuap_door.send_decision(application_id)


@every(seconds=300, name="access.resume")
def resume() -> None:
    """Take up again what a set-aside job has left."""
    signing.resume_all()


@every(seconds=86_400, name="access.forget_refused")
def forget_refused() -> None:
    """Empty refused files that nobody needs any more."""
    elsewhere.forget_refused()


@every(seconds=3600, name="access.remind")
def remind() -> None:
    """Remind clerks of deadlines."""
    reminding.remind_all()


@every(seconds=3600, name="access.follow_up_corrections")
def follow_up_corrections() -> None:
    """Remind applicants of corrections; give unanswered cases back to the clerks."""
    correcting.follow_up()
