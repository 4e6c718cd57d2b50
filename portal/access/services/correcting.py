"""A clerk asks for a correction, the applicant answers with a new signed filing, or takes the case back.

The answer takes the case over: place in the queue, clerk, deadline. The office's time stands still meanwhile.
"""

from collections.abc import Collection
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from eurzad.lib import clock, dates
from portal.access import errors, rules
from portal.access.models import AccessApplication, Correction, CorrectionItem
from portal.access.rules import State
from portal.access.services import drafting, history, telling
from portal.access.services.copying import copy_content
from portal.journal.services import record
from portal.people.models import Identity, User

MAX_TEXT = 2000


@transaction.atomic
def ask_correction(
    *, clerk: User, application_pk: int, items: Collection[str], text: str, answer_by: date
) -> Correction:
    """Ask the applicant to correct a filed application; the office's time stands still from now on.

    `items` are values of CorrectionItem, `answer_by` the last day for the answer: seven days at least
    (art. 64 § 2 KPA), moved to a working day (art. 57 § 4 KPA). Raises AlreadyDecided, NotYours,
    CorrectionIncomplete.
    """
    application = _lock(application_pk)
    if application.state != State.SUBMITTED:
        raise errors.AlreadyDecided(_("Ten wniosek nie czeka na decyzję. Odśwież kolejkę."))
    if application.assigned_to_id not in (None, clerk.pk):
        raise errors.NotYours(
            _("Wniosek %(number)s prowadzi %(clerk)s. Możesz go najpierw przejąć.")
            % {"number": application.number, "clerk": application.assigned_to}
        )
    today = clock.today()
    _require_whole(items, text, answer_by, today)
    correction = Correction.objects.create(
        application=application,
        text=text.strip(),
        items=[str(item) for item in CorrectionItem.values if item in set(items)],
        answer_by=dates.next_working_day(answer_by),
        asked_by=clerk,
        asked_at=clock.now(),
    )
    history.move(
        application, State.NEEDS_CORRECTION, event="correction_asked", actor=clerk, assigned_to=clerk
    )
    _record(application, "access.correction_asked", actor=clerk)
    telling.tell_applicant(
        application,
        "access.correction_asked",
        _("Urzędnik prosi o poprawienie wniosku %(number)s do %(date)s.")
        % {"number": application.number, "date": dates.format_short(correction.answer_by)},
    )
    return correction


def _require_whole(items: Collection[str], text: str, answer_by: date, today: date) -> None:
    if not text.strip():
        raise errors.CorrectionIncomplete(_("Napisz, co trzeba poprawić – przeczyta to wnioskodawca."))
    if len(text) > MAX_TEXT:
        raise errors.CorrectionIncomplete(_("Skróć tekst: najwyżej %(count)d znaków.") % {"count": MAX_TEXT})
    if not items or not set(items) <= set(CorrectionItem.values):
        raise errors.CorrectionIncomplete(_("Zaznacz, czego dotyczy poprawka."))
    first = today + timedelta(days=rules.CORRECTION_MIN_DAYS)
    last = today + timedelta(days=rules.CORRECTION_MAX_DAYS)
    if not first <= answer_by <= last:
        raise errors.CorrectionIncomplete(
            _("Wyznacz termin odpowiedzi między %(first)s a %(last)s (najmniej 7 dni, art. 64 § 2 KPA).")
            % {"first": dates.format_short(first), "last": dates.format_short(last)}
        )


@transaction.atomic
def start_answer(*, identity: Identity, public_id: UUID) -> AccessApplication:
    """Return the draft that answers the request about one's application: prefilled with all it said.

    A second call finds the same draft. A late answer is taken until the clerk has decided. Raises
    CannotCorrect, AlreadyOpen (another application is being signed) and DoorClosed.
    """
    former = AccessApplication.objects.filter(identity=identity, public_id=public_id).first()
    if former is None:
        raise errors.CannotCorrect
    former = _lock(former.pk)
    if not is_answerable(former):
        raise errors.CannotCorrect
    prepared = drafting.lock_prepared(identity)
    if prepared is not None and prepared.corrects_id == former.pk and prepared.state == State.DRAFT:
        return prepared
    if prepared is not None and prepared.state != State.DRAFT:
        raise errors.AlreadyOpen
    if prepared is not None:
        history.move(prepared, State.WITHDRAWN, event="replaced")
    draft = drafting.create_draft(identity)
    draft.corrects = former
    copy_content(former, draft)
    return draft


def is_answerable(application: AccessApplication) -> bool:
    """Whether a correction of this application would be taken: asked for, and not decided."""
    if application.state == State.NEEDS_CORRECTION:
        return True
    last = application.corrections.last() if application.state == State.SUBMITTED else None
    return last is not None and last.state == Correction.State.UNANSWERED


def take_over(answer: AccessApplication, former: AccessApplication) -> date:
    """Put `answer` in the place of `former`, which is locked and undecided; return the deadline it keeps.

    What the case was joined with follows. The answer's own state is the caller's.
    """
    waiting = former.corrections.filter(state=Correction.State.WAITING).first()
    due_on = former.decide_by
    if waiting is not None:
        due_on = _due_after(waiting, due_on, until=clock.today())
    unsettled = (Correction.State.WAITING, Correction.State.UNANSWERED)
    former.corrections.filter(state__in=unsettled).update(
        state=Correction.State.ANSWERED, answered_at=clock.now()
    )
    history.move(former, State.CORRECTED, event="corrected", taken_over_by=answer)
    former.joined.exclude(pk=answer.pk).update(joined_to=answer)
    history.note(answer, "answers_correction")
    _record(answer, "access.corrected", actor=answer.identity.user)
    if former.assigned_to is not None:
        telling.tell_clerk(
            former.assigned_to,
            answer,
            "access.corrected",
            _("Wnioskodawca poprawił wniosek %(number)s.") % {"number": former.number},
        )
    return due_on


def _due_after(correction: Correction, due_on: date, *, until: date) -> date:
    asked_on = clock.to_warsaw(correction.asked_at).date()
    return rules.deadline_after_pause(due_on, asked_on, min(until, correction.answer_by))


def follow_up() -> int:
    """Remind applicants whose answer is due soon; give cases without an answer back to the clerks. Return how many.

    Bounded: the rest is left to the next run.
    """
    today = clock.today()
    soon = today + timedelta(days=rules.CORRECTION_REMINDER_DAYS)
    waiting = Correction.objects.filter(state=Correction.State.WAITING)
    ended = waiting.exclude(application__state=State.NEEDS_CORRECTION).values_list("pk", flat=True)[:500]
    Correction.objects.filter(pk__in=list(ended)).update(state=Correction.State.CLOSED)
    remind = waiting.filter(answer_by__lte=soon, answer_by__gte=today, reminded_at__isnull=True)
    over = waiting.filter(answer_by__lt=today)
    return sum(_remind(pk) for pk in remind.values_list("pk", flat=True)[:500]) + sum(
        _give_back(pk) for pk in over.values_list("pk", flat=True)[:500]
    )


@transaction.atomic
def _remind(correction_pk: int) -> bool:
    correction = Correction.objects.select_related("application__identity__user").get(pk=correction_pk)
    waiting = Correction.objects.filter(pk=correction.pk, state=Correction.State.WAITING, reminded_at=None)
    if not waiting.update(reminded_at=clock.now()):
        return False
    application = correction.application
    telling.tell_applicant(
        application,
        "access.correction_reminder",
        _("Przypominamy: wniosek %(number)s czeka na poprawienie do %(date)s.")
        % {"number": application.number, "date": dates.format_short(correction.answer_by)},
    )
    return True


@transaction.atomic
def _give_back(correction_pk: int) -> bool:
    correction = Correction.objects.get(pk=correction_pk)
    application = _lock(correction.application_id)
    unanswered = Correction.objects.filter(pk=correction.pk, state=Correction.State.WAITING)
    if application.state != State.NEEDS_CORRECTION or not unanswered.update(
        state=Correction.State.UNANSWERED
    ):
        return False
    due_on = _due_after(correction, application.decide_by, until=correction.answer_by)
    history.move(application, State.SUBMITTED, event="no_answer", due_on=due_on)
    telling.tell_clerks(
        application,
        "access.no_answer",
        _("Wniosku %(number)s nie poprawiono w terminie. Rozstrzygnij go. Decyzja do %(date)s.")
        % {"number": application.number, "date": dates.format_short(due_on)},
    )
    telling.tell_applicant(
        application,
        "access.no_answer",
        _(
            "Minął termin na poprawienie wniosku %(number)s. Możesz jeszcze odpowiedzieć, dopóki nie ma decyzji."
        )
        % {"number": application.number},
    )
    return True


@transaction.atomic
def withdraw_filed(*, identity: Identity, public_id: UUID, reason: str = "") -> AccessApplication:
    """Take back one's own application that has been filed and not decided; its unsigned answer goes with it.

    A second call finds it taken back. Raises CannotWithdraw when it is decided, AnswerBeingChecked when a signed
    answer is being checked at this moment.
    """
    found = AccessApplication.objects.filter(identity=identity, public_id=public_id).first()
    if found is None:
        raise errors.CannotWithdraw
    application = _lock(found.pk)
    if application.is_withdrawn_case:
        return application
    if application.state not in rules.UNDECIDED:
        raise errors.CannotWithdraw
    answer = AccessApplication.objects.select_for_update().preparing().filter(corrects=application).first()
    if answer is not None:
        if answer.state not in (State.DRAFT, State.AWAITING_SIGNATURE):
            raise errors.AnswerBeingChecked
        history.move(answer, State.WITHDRAWN, event="withdrawn")
    application.corrections.filter(state=Correction.State.WAITING).update(state=Correction.State.CLOSED)
    history.move(application, State.WITHDRAWN, event="recalled", withdrawal_reason=reason.strip()[:500])
    _record(application, "access.withdrawn", actor=identity.user)
    if application.assigned_to is not None:
        telling.tell_clerk(
            application.assigned_to,
            application,
            "access.withdrawn",
            _("Wnioskodawca wycofał wniosek %(number)s.") % {"number": application.number},
        )
    return application


def _lock(application_pk: int) -> AccessApplication:
    return (
        AccessApplication.objects.select_for_update(of=("self",))
        .select_related("identity__user", "assigned_to")
        .get(pk=application_pk)
    )


def _record(application: AccessApplication, action: str, *, actor: User | None) -> None:
    record(
        actor_id=actor.public_id if actor else None,
        subject_id=application.identity.public_id,
        action=action,
        reference=application.number or "",
    )
