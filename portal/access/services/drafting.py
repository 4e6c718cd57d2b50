"""The form in the portal: draft, confirmed e-mail, withdrawal."""

from dataclasses import asdict

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from eurzad.lib import clock
from eurzad.outbox.services import enqueue
from portal.access import errors
from portal.access.models import AccessApplication, Door
from portal.access.rules import State
from portal.access.services import history
from portal.access.services.copying import copy_content
from portal.access.services.details import Details
from portal.channels import selectors as channels
from portal.people import email_links
from portal.people import services as people
from portal.people.models import Identity

EMAIL_PURPOSE = "access"
MAX_EMAIL_MESSAGES = 5


def require_open_door(door: Door) -> None:
    """Raise DoorClosed when the town does not take applications through ``door``."""
    if not channels.is_open(door.value):
        raise errors.DoorClosed


@transaction.atomic
def save_draft(*, identity: Identity, details: Details) -> AccessApplication:
    """Keep the form as the person's one draft; a second call changes the same draft.

    Raises DoorClosed, AlreadyOpen (an application is being signed or waits for a decision).
    """
    require_open_door(Door.PORTAL)
    application = lock_prepared(identity)
    open_case = AccessApplication.objects.undecided().filter(identity=identity).first()
    if open_case is not None and (application is None or application.corrects_id != open_case.pk):
        raise errors.AlreadyOpen
    application = application or create_draft(identity)
    if application.state != State.DRAFT:
        raise errors.AlreadyOpen
    email_changed = application.email != details.email
    for name, value in asdict(details).items():
        setattr(application, name, value)
    if email_changed:
        application.email_confirmed_at = None
    application.save()
    if email_changed and details.email and application.email_messages < MAX_EMAIL_MESSAGES:
        enqueue(
            "access.send_email_link",
            key=f"access.send_email_link:{application.public_id}:{email_links.mark(EMAIL_PURPOSE, details.email)}",
            application_id=str(application.public_id),
        )
    return application


def send_email_link(application_id: str) -> None:
    """Mail the link that confirms the contact address. Raises TransientError when the mail is not taken."""
    application = AccessApplication.objects.get(public_id=application_id)
    if not application.email or application.email_confirmed_at:
        return
    token = email_links.make(EMAIL_PURPOSE, application_id, application.email)
    where = _("we wniosku o dostęp do konta")
    email_links.mail(email=application.email, path=reverse("access:email", args=[token]), where=where)
    AccessApplication.objects.filter(pk=application.pk).update(email_messages=application.email_messages + 1)


def application_of_email_link(token: str) -> AccessApplication | None:
    """Return the application whose address the link confirms, or None for a false, old or replaced link."""
    read = email_links.read(EMAIL_PURPOSE, token)
    if read is None:
        return None
    public_id, mark = read
    application = AccessApplication.objects.filter(public_id=public_id).first()
    if application is None or email_links.mark(EMAIL_PURPOSE, application.email) != mark:
        return None
    return application


@transaction.atomic
def confirm_email(application: AccessApplication) -> None:
    """Note that the contact address belongs to the applicant; repeating it changes nothing."""
    confirmed = AccessApplication.objects.filter(
        pk=application.pk, email=application.email, email_confirmed_at__isnull=True
    ).update(email_confirmed_at=clock.now())
    if confirmed:
        history.note(application, "email_confirmed")


@transaction.atomic
def withdraw(*, identity: Identity) -> None:
    """Give up an application that has not been signed yet; a second call finds it given up. Raises CannotWithdraw."""
    application = lock_prepared(identity)
    if application is None and not AccessApplication.objects.undecided().filter(identity=identity).exists():
        return
    if application is None or application.state not in (State.DRAFT, State.AWAITING_SIGNATURE):
        raise errors.CannotWithdraw
    history.move(application, State.WITHDRAWN, event="withdrawn")


@transaction.atomic
def correct(*, identity: Identity) -> AccessApplication:
    """Return a draft with the data of the application that waits to be signed, which is given up for it.

    The document handed out stays as it is: what is signed later is a new one. Raises DoorClosed, CannotCorrect.
    """
    require_open_door(Door.PORTAL)
    application = lock_prepared(identity)
    if application is None or application.state not in (State.DRAFT, State.AWAITING_SIGNATURE):
        raise errors.CannotCorrect
    if application.state == State.DRAFT:
        return application
    if not history.move(application, State.WITHDRAWN, event="replaced"):
        raise errors.CannotCorrect
    draft = create_draft(identity)
    draft.corrects = application.corrects
    copy_content(application, draft)
    return draft


def lock_prepared(identity: Identity) -> AccessApplication | None:
    """The person's application that is not filed yet, locked; before it the one it corrects: the order of all."""
    prepared = AccessApplication.objects.preparing().filter(identity=identity)
    corrected = prepared.values_list("corrects_id", flat=True).first()
    if corrected is not None:
        AccessApplication.objects.select_for_update().only("pk").get(pk=corrected)
    return prepared.select_for_update().first()


def create_draft(identity: Identity) -> AccessApplication:
    """An empty draft, or the one that somebody made at this very moment."""
    people.hold_number_of(identity)
    try:
        with transaction.atomic():
            application = AccessApplication.objects.create(
                door=Door.PORTAL.value,
                identity=identity,
                given_name=identity.given_name,
                family_name=identity.family_name,
                identifier_scheme=identity.scheme,
                identifier_fingerprint=identity.fingerprint,
                identifier_encrypted=identity.encrypted_identifier,
                own_data=identity.subject_id is None,
                created_at=clock.now(),
            )
            history.note(application, "created")
            return application
    except IntegrityError:
        return AccessApplication.objects.select_for_update().preparing().get(identity=identity)
