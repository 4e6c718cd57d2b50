"""What the application for access refuses, each with a sentence for the user."""

from django.utils.translation import gettext_lazy as _

from eurzad.lib.errors import DomainError


class AccessError(DomainError):
    """An application for access cannot do what was asked."""

    code = "access"


class DoorClosed(AccessError):
    """The town does not take applications this way."""

    code = "access_door_closed"

    def __init__(self) -> None:
        super().__init__(str(_("Urząd nie przyjmuje teraz wniosków tą drogą.")))


class NothingToSign(AccessError):
    """There is no draft that could go to signing."""

    code = "access_nothing_to_sign"

    def __init__(self) -> None:
        super().__init__(str(_("Nie ma wniosku do podpisania. Zacznij od wypełnienia formularza.")))


class TrustedSignatureNeedsPesel(AccessError):
    """The trusted signature is given to people with a PESEL only; this person signed in with a foreign eID."""

    code = "access_trusted_signature_needs_pesel"

    def __init__(self) -> None:
        super().__init__(
            str(
                _(
                    "Podpis zaufany mają tylko osoby z numerem PESEL, a Ciebie zalogowano zagranicznym "
                    "identyfikatorem eIDAS. Wniosek jest zapisany. Pobierz go, podpisz podpisem kwalifikowanym we "
                    "własnym programie i wgraj albo przyjdź z dokumentem tożsamości do urzędu."
                )
            )
        )


class CannotWithdraw(AccessError):
    """The application has been filed or signed already."""

    code = "access_cannot_withdraw"

    def __init__(self) -> None:
        super().__init__(str(_("Tego wniosku nie można już wycofać w portalu.")))


class CannotCorrect(AccessError):
    """The application has been signed already."""

    code = "access_cannot_correct"

    def __init__(self) -> None:
        super().__init__(str(_("Tego wniosku nie można już poprawić w portalu.")))


class AnswerBeingChecked(AccessError):
    """The applicant has just signed an answer to the correction; it is being checked."""

    code = "access_answer_being_checked"

    def __init__(self) -> None:
        super().__init__(
            str(_("Twój poprawiony wniosek jest właśnie sprawdzany. Wycofasz go, gdy trafi do urzędu."))
        )


class CorrectionIncomplete(AccessError):
    """A clerk's request for a correction lacks what, why or by when."""

    code = "access_correction_incomplete"


class DraftClosed(AccessError):
    """There is no draft to change: none was begun, it is being signed, or this part of it is gone."""

    code = "access_draft_closed"

    def __init__(self) -> None:
        super().__init__(
            str(
                _(
                    "Tego już nie można zmienić: wniosek jest w trakcie podpisywania, złożony albo ten wpis usunięto. "
                    "Nic innego się nie zmieniło."
                )
            )
        )


class NotComplete(AccessError):
    """Something that the application cannot be filed without is missing."""

    code = "access_not_complete"

    def __init__(self) -> None:
        super().__init__(
            str(
                _(
                    "Wniosku nie można jeszcze podpisać. Uzupełnij najpierw to, czego brakuje – lista jest niżej."
                )
            )
        )


class RepresentedRefused(AccessError):
    """A represented person or organisation cannot be added as it stands."""

    code = "access_represented_refused"


class FileNotTaken(AccessError):
    """A file is not taken: of the wrong kind, too big, too many, or nobody waits for it."""

    code = "access_file_not_taken"


class AlreadyOpen(AccessError):
    """Another application of the same person waits for a decision."""

    code = "access_already_open"

    def __init__(self) -> None:
        super().__init__(str(_("Twój wniosek jest już w urzędzie i czeka na decyzję.")))


class AlreadyDecided(AccessError):
    """Somebody has decided this application."""

    code = "access_already_decided"


class NotYours(AccessError):
    """Another clerk has taken this application."""

    code = "access_taken_by_other"


class DecisionIncomplete(AccessError):
    """A subject to approve or a reason to reject is missing."""

    code = "access_decision_incomplete"
