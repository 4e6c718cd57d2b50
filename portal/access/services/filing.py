"""Into the clerks' queue, from either door: one open application a person, a second one joined to it."""

from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from eurzad.lib.errors import TransientError
from portal.access.models import AccessApplication
from portal.access.rules import State
from portal.access.services import history
from portal.notices.services import notify


@transaction.atomic
def file_checked(application: AccessApplication, **fields: Any) -> None:
    """Put an application whose signature and receipt are settled in the queue; repeating it changes nothing.

    Raises TransientError when the application it should have been joined to has just been decided.
    """
    try:
        with transaction.atomic():
            filed = history.move(application, State.SUBMITTED, event="received", **fields)
    except IntegrityError:
        filed = history.move(
            application, State.JOINED, event="joined", joined_to=_waiting_of(application), **fields
        )
    if filed:
        history.note_once(application, "receipt_issued")
        _announce(application)


@transaction.atomic
def file_new(application: AccessApplication) -> None:
    """Save an application that arrived complete straight into the queue. Raises TransientError as above."""
    application.state = State.SUBMITTED.value
    try:
        with transaction.atomic():
            application.save(force_insert=True)
    except IntegrityError:
        application.pk = None
        application.state = State.JOINED.value
        application.joined_to = _waiting_of(application)
        application.save(force_insert=True)
        history.note(application, "joined")
    else:
        history.note(application, "received")
    _announce(application)


def _waiting_of(application: AccessApplication) -> AccessApplication:
    first = AccessApplication.objects.waiting().filter(identity=application.identity).first()
    if first is None:
        raise TransientError(code="access.queue_changed")
    return first


def _announce(application: AccessApplication) -> None:
    user = application.identity.user
    if user is not None:
        notify(
            user=user,
            topic="access.received",
            text=_("Wniosek %(number)s wpłynął do urzędu.") % {"number": application.number},
            url=reverse("access:home"),
            email=application.email if application.email_confirmed_at else "",
        )
