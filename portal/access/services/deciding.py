"""What clerks do: take, give back, decide about each person and organisation of an application."""

import hashlib
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from eurzad.lib import clock, dates
from eurzad.lib.identifiers import IdentifierError
from eurzad.outbox.services import enqueue
from portal.access import decision, errors, rules
from portal.access.models import AccessApplication, Correction, DecisionDocument, Door, Represented
from portal.access.rules import State
from portal.access.services import history
from portal.desk import foureyes
from portal.journal.services import record
from portal.mandates.errors import MandateError
from portal.mandates.services.granting import grant_mandate
from portal.notices.services import notify
from portal.people import services as people
from portal.people.models import Identity, Subject, SubjectIdentifier, User

FOUR_EYES = "mandates"
"""A represented row that is approved makes a mandate, therefore it follows the same setting."""


@dataclass(frozen=True)
class RowVerdict:
    """The decision on one represented row. Approved without a subject: a new entry is made from the row."""

    pk: int
    is_approved: bool
    subject: Subject | None = None
    reason: str = ""
    is_joint: bool = False


@dataclass(frozen=True)
class Verdict:
    """The whole decision. `subject` is the applicant's own; without one a new entry is made from the application.

    `reason` is for what is refused of the applicant's own data, or for the refusal of everything.
    """

    grants_own: bool
    subject: Subject | None = None
    rows: tuple[RowVerdict, ...] = ()
    reason: str = ""

    @property
    def grants_rows(self) -> bool:
        """Whether anything is granted for somebody else."""
        return any(row.is_approved for row in self.rows)

    def terms(self) -> dict[str, Any]:
        """What exactly is decided, for the second pair of eyes."""
        return {
            "own": "yes" if self.grants_own else "no",
            "subject": _id_of(self.subject),
            "reason": self.reason,
            "rows": [
                {
                    "pk": row.pk,
                    "decision": "yes" if row.is_approved else "no",
                    "subject": _id_of(row.subject) if row.is_approved else "",
                    "reason": row.reason,
                    "is_joint": row.is_joint,
                }
                for row in sorted(self.rows, key=lambda one: one.pk)
            ],
        }


def _id_of(subject: Subject | None) -> str:
    return str(subject.public_id) if subject else "new"


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


def approve(*, application_id: int, clerk: User, subject: Subject | None) -> AccessApplication:
    """Grant the applicant's own data, where nobody else is asked for; see `decide`."""
    decide(application_id=application_id, clerk=clerk, verdict=Verdict(grants_own=True, subject=subject))
    return AccessApplication.objects.get(pk=application_id)


@transaction.atomic
def reject(*, application_id: int, clerk: User, reason: str) -> AccessApplication:
    """Refuse everything with one reason that the applicant will read; see `decide`."""
    application = _lock_for_decision(application_id, clerk)
    rows = Represented.objects.of_case(application).values_list("pk", flat=True)
    refused = tuple(RowVerdict(pk=pk, is_approved=False, reason=reason.strip()) for pk in rows)
    decide(
        application_id=application_id,
        clerk=clerk,
        verdict=Verdict(grants_own=False, rows=refused, reason=reason),
    )
    return AccessApplication.objects.get(pk=application_id)


@transaction.atomic
def decide(*, application_id: int, clerk: User, verdict: Verdict) -> bool:
    """Decide about the applicant's own data and about every represented row; all of it or nothing is done.

    A row that is approved makes a mandate, or the representation by law or by KRS that it names. With four eyes the
    first clerk's decision is kept and False returned; the second clerk's, of the same terms, is carried out.
    Approving anything ties the account to a subject, for an attorney has to be somebody.
    Raises AlreadyDecided, NotYours, DecisionIncomplete, and of four eyes SamePerson and OtherTerms.
    """
    application = _lock_for_decision(application_id, clerk)
    verdict = replace(verdict, reason=verdict.reason.strip())
    rows = {row.pk: row for row in Represented.objects.of_case(application).select_for_update(of=("self",))}
    _require_whole(application, verdict, rows)
    if not (verdict.grants_own or verdict.grants_rows):
        foureyes.withdraw(FOUR_EYES, application.public_id)
        _refuse(rows, verdict)
        own = "refused" if application.own_data else ""
        _close(application, State.REJECTED, clerk, decision_reason=verdict.reason, own_decision=own)
        return True
    verdict = _with_locked_subjects(verdict)
    _require_own_subject(application, verdict)
    for one in verdict.rows:
        _require_subject(rows[one.pk], one)
    if verdict.grants_rows and not foureyes.approve(
        FOUR_EYES, reference=application.public_id, by=clerk, terms=verdict.terms()
    ):
        _leave_to_second(application, clerk)
        return False
    _grant(application, clerk, verdict, rows)
    return True


@transaction.atomic
def take_back_first(*, application_id: int, clerk: User) -> bool:
    """Forget what the first clerk approved: the case is thought over again. False when nothing waits."""
    application = _lock_waiting(application_id)
    if not foureyes.withdraw(FOUR_EYES, application.public_id):
        return False
    history.note(application, "first_taken_back", actor=clerk)
    return True


def _require_whole(application: AccessApplication, verdict: Verdict, rows: dict[int, Represented]) -> None:
    if {one.pk for one in verdict.rows} != set(rows) or len(verdict.rows) != len(rows):
        raise errors.DecisionIncomplete(
            _("Rozstrzygnij każdą osobę i firmę z wniosku. Lista mogła się zmienić – sprawdź ją jeszcze raz.")
        )
    if verdict.grants_own and not application.own_data:
        raise errors.DecisionIncomplete(_("Wnioskodawca nie prosił o własne dane."))
    nothing = not (verdict.grants_own or verdict.grants_rows)
    if (nothing or (application.own_data and not verdict.grants_own)) and not verdict.reason:
        raise errors.DecisionIncomplete(_("Podaj uzasadnienie – przeczyta je wnioskodawca."))
    for one in verdict.rows:
        if not one.is_approved and not one.reason.strip():
            raise errors.DecisionIncomplete(
                _("Podaj uzasadnienie odmowy: %(name)s.") % {"name": rows[one.pk].display_name}
            )


def _require_own_subject(application: AccessApplication, verdict: Verdict) -> None:
    chosen, identity = verdict.subject, application.identity
    known = people.find_subject_by_fingerprint(identity.scheme, identity.fingerprint)
    if application.own_data and not verdict.grants_own and identity.subject != (chosen or known):
        raise errors.DecisionIncomplete(
            _(
                "Konto połączone z osobą z ewidencji widzi jej dane. Skoro odmawiasz własnych danych, nie można go "
                "z nią połączyć: odmów całości albo poproś o poprawienie wniosku."
            )
        )
    if chosen is None and known is not None:
        raise errors.DecisionIncomplete(_("Ta osoba jest już w ewidencji – wybierz ją z listy."))
    if chosen is None:
        return
    owner = getattr(chosen, "identity", None)
    if owner is not None and owner.pk != application.identity_id:
        raise errors.DecisionIncomplete(_("Ten podmiot jest już połączony z kontem innej osoby."))
    if chosen.kind != Subject.Kind.PERSON:
        raise errors.DecisionIncomplete(_("Własnym podmiotem wnioskodawcy może być tylko osoba."))
    if people.has_other_number(chosen, identity):
        raise errors.DecisionIncomplete(_other_number(identity))


def _require_subject(row: Represented, one: RowVerdict) -> None:
    if not one.is_approved:
        return
    name = {"name": row.display_name}
    if row.valid_to < clock.today():
        raise errors.DecisionIncomplete(_("%(name)s: ostatni dzień dostępu już minął.") % name)
    if one.is_joint and not _is_statutory(row):
        raise errors.DecisionIncomplete(
            _("%(name)s: łącznie działa się tylko z ustawy albo z wpisu w KRS.") % name
        )
    known = people.find_subject_by_fingerprint(row.scheme, row.fingerprint)
    if one.subject is None and known is not None:
        raise errors.DecisionIncomplete(
            _("%(name)s: ten numer jest już w ewidencji – wybierz wpis z listy.") % name
        )
    if one.subject is None:
        return
    if one.subject.kind != row.kind:
        raise errors.DecisionIncomplete(
            _("%(name)s: wybrano osobę zamiast firmy albo firmę zamiast osoby.") % name
        )
    numbers = one.subject.identifiers.filter(scheme=row.scheme)
    if known not in (None, one.subject) or numbers.exclude(fingerprint=row.fingerprint).exists():
        raise errors.DecisionIncomplete(_("%(name)s: wybrany wpis ma w ewidencji inny numer.") % name)


def _is_statutory(row: Represented) -> bool:
    return row.basis != Represented.Basis.POWER_OF_ATTORNEY


def _leave_to_second(application: AccessApplication, clerk: User) -> None:
    """The first decision stays; the application goes back to the queue for somebody else."""
    application.assigned_to = None
    application.save(update_fields=["assigned_to"])
    history.note(application, "first_approved", actor=clerk)
    record(
        actor_id=clerk.public_id,
        subject_id=application.identity.public_id,
        action="access.first_approved",
        reference=application.number or "",
    )


def _grant(
    application: AccessApplication, clerk: User, verdict: Verdict, rows: dict[int, Represented]
) -> None:
    chosen = verdict.subject or _new_subject(application)
    people.link_identity(identity=application.identity, subject=chosen)
    for one in verdict.rows:
        if one.is_approved:
            _grant_row(application, clerk, rows[one.pk], one, attorney=chosen)
    _refuse(rows, verdict)
    own = ("approved" if verdict.grants_own else "refused") if application.own_data else ""
    _close(
        application,
        State.APPROVED,
        clerk,
        subject=chosen,
        own_decision=own,
        decision_reason="" if verdict.grants_own else verdict.reason,
    )


def _grant_row(
    application: AccessApplication, clerk: User, row: Represented, one: RowVerdict, *, attorney: Subject
) -> None:
    principal = one.subject or _new_principal(row)
    with translation.override("pl"):
        basis = f"{row.get_basis_display()}, wniosek {application.number}"
    try:
        mandate = grant_mandate(
            principal=principal,
            attorney=attorney,
            areas=row.areas,
            rights=row.rights,
            valid_from=clock.today(),
            valid_to=row.valid_to,
            basis=basis,
            is_statutory=_is_statutory(row),
            is_joint=one.is_joint,
            by=clerk,
        )
    except MandateError as error:
        raise errors.DecisionIncomplete(f"{row.display_name}: {error.message}") from error
    row.decision, row.decision_reason = "approved", one.reason.strip()
    row.subject, row.mandate_id = principal, mandate.public_id
    row.save(update_fields=["decision", "decision_reason", "subject", "mandate_id"])


def _refuse(rows: dict[int, Represented], verdict: Verdict) -> None:
    for one in verdict.rows:
        if not one.is_approved:
            row = rows[one.pk]
            row.decision, row.decision_reason = "refused", one.reason.strip()
            row.save(update_fields=["decision", "decision_reason"])


def _new_principal(row: Represented) -> Subject:
    try:
        return people.create_subject(
            identifiers={row.scheme: row.number},
            kind=row.kind,
            given_name=row.given_name,
            family_name=row.family_name,
            name=row.name,
        )
    except IdentifierError:
        raise errors.DecisionIncomplete(
            _("%(name)s: numer jest błędny. Poproś o poprawienie wniosku.") % {"name": row.display_name}
        ) from None


def _close(application: AccessApplication, state: State, clerk: User, **fields: Any) -> None:
    application.corrections.filter(state=Correction.State.WAITING).update(state=Correction.State.CLOSED)
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
    content = decision.build_pdf(application)
    is_sent_too = bool(application.reply_box)
    DecisionDocument.objects.create(
        application=application,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        made_at=clock.now(),
        sending=DecisionDocument.Sending.WAITING if is_sent_too else DecisionDocument.Sending.PORTAL,
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


def _with_locked_subjects(verdict: Verdict) -> Verdict:
    """The verdict with its subjects read anew under a lock, always taken in one order.

    Two clerks who give one subject to two people at once come one after the other.
    """
    chosen = [verdict.subject, *(one.subject for one in verdict.rows)]
    locked = (
        Subject.objects.select_for_update().filter(pk__in=[one.pk for one in chosen if one]).order_by("pk")
    )
    fresh = {subject.pk: subject for subject in locked}
    rows = (replace(one, subject=fresh[one.subject.pk] if one.subject else None) for one in verdict.rows)
    own = fresh[verdict.subject.pk] if verdict.subject else None
    return replace(verdict, subject=own, rows=tuple(rows))


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
    if application.state not in rules.UNDECIDED:
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
    if application.state == State.WITHDRAWN:
        return errors.AlreadyDecided(
            _("Wnioskodawca wycofał wniosek %(number)s. Nie ma już czego rozstrzygać.")
            % {"number": application.number}
        )
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
