"""What clerks do: take, give back, approve, reject."""

from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from eurzad.lib import clock, dates
from eurzad.outbox.services import enqueue
from portal.access import errors
from portal.access.models import AccessApplication, Door
from portal.access.rules import State
from portal.access.services import history
from portal.journal.services import record
from portal.notices.services import notify
from portal.people import services as people
from portal.people.models import Identity, Subject, SubjectIdentifier, User


@transaction.atomic
def claim(*, application_id: int, clerk: User, take_over: bool = False) -> AccessApplication:
    """Make ``clerk`` the one who decides. Raises NotYours when another has it, unless ``take_over``."""
    application = _lock_waiting(application_id)
    if application.assigned_to_id == clerk.pk:
        return application
    if application.assigned_to_id is not None and not take_over:
        raise _taken(application)
    application.assigned_to = clerk
    application.save(update_fields=["assigned_to"])
    history.note(application, "claimed", actor=clerk)
    return application


@transaction.atomic
def release(*, application_id: int, clerk: User) -> AccessApplication:
    """Give the application back to the queue. Raises NotYours when another clerk has it."""
    application = _lock_waiting(application_id)
    if application.assigned_to_id is None:
        return application
    if application.assigned_to_id != clerk.pk:
        raise _taken(application)
    application.assigned_to = None
    application.save(update_fields=["assigned_to"])
    history.note(application, "released", actor=clerk)
    return application


@transaction.atomic
def approve(*, application_id: int, clerk: User, subject: Subject | None) -> AccessApplication:
    """Approve: the signed person sees ``subject`` as their own from now on.

    Without ``subject`` a new one is made from the application (a person the ledger does not know).
    Raises AlreadyDecided, NotYours, DecisionIncomplete.
    """
    application = _lock_for_decision(application_id, clerk)
    chosen = _lock_subject(subject) if subject else _new_subject(application)
    owner = getattr(chosen, "identity", None)
    if owner is not None and owner.pk != application.identity_id:
        raise errors.DecisionIncomplete(_("Ten podmiot jest już połączony z kontem innej osoby."))
    if chosen.kind != Subject.Kind.PERSON:
        raise errors.DecisionIncomplete(_("Własnym podmiotem wnioskodawcy może być tylko osoba."))
    if people.has_other_number(chosen, application.identity):
        raise errors.DecisionIncomplete(_other_number(application.identity))
    people.link_identity(identity=application.identity, subject=chosen)
    _close(application, State.APPROVED, clerk, subject=chosen)
    return application


@transaction.atomic
def reject(*, application_id: int, clerk: User, reason: str) -> AccessApplication:
    """Reject with a reason that the applicant will read. Raises AlreadyDecided, NotYours, DecisionIncomplete."""
    application = _lock_for_decision(application_id, clerk)
    if not reason.strip():
        raise errors.DecisionIncomplete(_("Podaj uzasadnienie – przeczyta je wnioskodawca."))
    _close(application, State.REJECTED, clerk, decision_reason=reason.strip())
    return application


def _close(application: AccessApplication, state: State, clerk: User, **fields: Any) -> None:
    history.move(
        application,
        state,
        event=state.value,
        actor=clerk,
        decided_by=clerk,
        decided_at=clock.now(),
        assigned_to=clerk,
        **fields,
    )
    record(
        actor_id=clerk.public_id,
        subject_id=fields.get("subject", application.identity).public_id,
        action=f"access.{state.value}",
        reference=application.number or "",
    )
    _tell(application)


def _tell(application: AccessApplication) -> None:
    user = application.identity.user
    if user is not None:
        notify(
            user=user,
            topic="access.decided",
            text=_("Jest decyzja w sprawie wniosku o dostęp %(number)s.") % {"number": application.number},
            url=reverse("access:home"),
            email=application.email if application.email_confirmed_at else "",
        )
    for filed in (application, *application.joined.filter(door=Door.EPUAP)):
        if filed.reply_box:
            enqueue(
                "access.send_decision",
                key=f"access.send_decision:{filed.public_id}",
                application_id=str(filed.public_id),
            )


def _other_number(identity: Identity) -> str:
    if identity.has_pesel:
        return _("Ta osoba ma w ewidencji inny numer PESEL niż ten, kto podpisał.")
    return _(
        "Ta osoba ma w ewidencji numer, którego wnioskodawca nie potwierdził. Wybierz osobę bez numeru albo "
        "załóż nowy wpis."
    )


def _lock_subject(subject: Subject) -> Subject:
    """Two clerks who give one subject to two people at once come one after the other."""
    return Subject.objects.select_for_update().get(pk=subject.pk)


def _new_subject(application: AccessApplication) -> Subject:
    identity = application.identity
    scheme = SubjectIdentifier.Scheme.PESEL if identity.has_pesel else SubjectIdentifier.Scheme.EIDAS
    if people.find_subject(scheme, identity.identifier) is not None:
        raise errors.DecisionIncomplete(_("Ta osoba jest już w ewidencji – wybierz ją z listy."))
    return people.create_subject(
        identifiers={scheme: identity.identifier},
        kind=Subject.Kind.PERSON,
        given_name=identity.given_name,
        family_name=identity.family_name,
        street=application.street,
        building=application.building,
        flat=application.flat,
        postal_code=application.postal_code,
        city=application.city,
    )


def _lock_waiting(application_id: int) -> AccessApplication:
    application = (
        AccessApplication.objects.select_for_update(of=("self",))
        .select_related("identity__user", "assigned_to", "decided_by")
        .get(pk=application_id)
    )
    if application.state != State.SUBMITTED:
        raise _decided(application)
    return application


def _lock_for_decision(application_id: int, clerk: User) -> AccessApplication:
    application = _lock_waiting(application_id)
    if application.assigned_to_id not in (None, clerk.pk):
        raise _taken(application)
    return application


def _taken(application: AccessApplication) -> errors.NotYours:
    return errors.NotYours(
        _("Wniosek %(number)s prowadzi %(clerk)s. Możesz go najpierw przejąć.")
        % {"number": application.number, "clerk": application.assigned_to}
    )


def _decided(application: AccessApplication) -> errors.AlreadyDecided:
    if application.decided_at is None:
        return errors.AlreadyDecided(_("Ten wniosek nie czeka na decyzję."))
    return errors.AlreadyDecided(
        _("Wniosek %(number)s już rozstrzygnięto: %(state)s, %(clerk)s, %(date)s. Nic nie zmieniono.")
        % {
            "number": application.number,
            "state": application.get_state_display(),
            "clerk": application.decided_by,
            "date": dates.format_short(clock.to_warsaw(application.decided_at).date()),
        }
    )
