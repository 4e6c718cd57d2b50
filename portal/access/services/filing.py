"""Into the clerks' queue, from either door: one open application a person, a second one joined to it.

An answer to a clerk's request for a correction takes the place of the application it corrects.
"""

import hashlib
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from eurzad.lib.errors import TransientError
from portal.access import rules
from portal.access.models import AccessApplication, Represented
from portal.access.rules import State
from portal.access.services import correcting, history, telling


def digest_of(signed: bytes) -> str:
    """The digest by which signed bytes that come a second time are known."""
    return hashlib.sha256(signed).hexdigest()


@transaction.atomic
def file_checked(application: AccessApplication, **fields: Any) -> None:
    """Put an application whose signature and receipt are settled in the queue, in the caller's lock on it.

    An answer to a correction takes over the case it corrects, if that is still undecided. Raises TransientError
    when the application it should have been joined to has just been decided.
    """
    fields["signed_sha256"] = digest_of(application.signed_bytes)
    former = lock_corrected(application)
    if former is not None and former.state in rules.UNDECIDED:
        fields |= {"due_on": correcting.take_over(application, former), "assigned_to": former.assigned_to}
    try:
        with transaction.atomic():
            filed = history.move(application, State.SUBMITTED, event="received", **fields)
    except IntegrityError:
        first = _open_case_of(application)
        filed = history.move(application, State.JOINED, event="joined", joined_to=first, **fields)
        _mark_repeated(application, first)
    if filed:
        history.note_once(application, "receipt_issued")
        _announce(application)


def lock_corrected(application: AccessApplication) -> AccessApplication | None:
    """Lock the application that this one corrects. To be called before this one is locked: the order of all."""
    if application.corrects_id is None:
        return None
    found = AccessApplication.objects.select_for_update(of=("self",)).select_related("assigned_to")
    return found.get(pk=application.corrects_id)


@transaction.atomic
def file_new(application: AccessApplication) -> bool:
    """Save an application that arrived complete straight into the queue; say whether it has a case of its own.

    One that comes while a correction is waited for is the answer to it. Raises TransientError as above.
    """
    application.signed_sha256 = digest_of(application.signed_bytes)
    application.state = State.SUBMITTED.value
    try:
        with transaction.atomic():
            application.save(force_insert=True)
    except IntegrityError:
        _file_beside(application, _open_case_of(application))
    else:
        history.note(application, "received")
    _announce(application)
    return application.state == State.SUBMITTED


def _file_beside(application: AccessApplication, first: AccessApplication) -> None:
    """Join it to the open case; where that waits for a correction, let it take the case over instead."""
    application.pk, application.state, application.joined_to = None, State.JOINED.value, first
    try:
        with transaction.atomic():
            application.save(force_insert=True)
    except IntegrityError as error:  # the same signed bytes at the same moment
        raise TransientError(code="access.queue_changed") from error
    if first.state != State.NEEDS_CORRECTION:
        history.note(application, "joined")
        return
    application.corrects = first
    application.due_on = correcting.take_over(application, first)
    application.assigned_to = first.assigned_to
    application.state, application.joined_to = State.SUBMITTED.value, None
    application.save(update_fields=["corrects", "due_on", "assigned_to", "state", "joined_to"])
    history.note(application, "received")


def _open_case_of(application: AccessApplication) -> AccessApplication:
    first = (
        AccessApplication.objects.select_for_update(of=("self",))
        .select_related("assigned_to")
        .undecided()
        .filter(identity=application.identity)
        .first()
    )
    if first is None:
        raise TransientError(code="access.queue_changed")
    return first


def mark_repeated(application: AccessApplication) -> None:
    """Mark whom the case this application was joined to is about already."""
    if application.joined_to is not None:
        _mark_repeated(application, application.joined_to)


def _mark_repeated(application: AccessApplication, first: AccessApplication) -> None:
    known = {
        (row.scheme, row.fingerprint): row
        for row in Represented.objects.of_case(first).exclude(application=application)
    }
    for row in application.represented.filter(same_as__isnull=True):
        same = known.get((row.scheme, row.fingerprint))
        if same is not None:
            Represented.objects.filter(pk=row.pk).update(same_as=same)


def _announce(application: AccessApplication) -> None:
    telling.tell_applicant(
        application,
        "access.received",
        _("Wniosek %(number)s wpłynął do urzędu.") % {"number": application.number},
    )
