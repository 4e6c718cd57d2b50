"""What can go wrong with a mandate, in the words of whoever asked for it."""

from django.utils.translation import gettext as _

from eurzad.lib.errors import DomainError


class MandateError(DomainError):
    """The mandate cannot be asked for, confirmed or ended like this."""

    code = "mandate"


class MandateNotInForce(MandateError):
    """The chosen mandate does not exist, is somebody else's, has expired or was revoked."""

    code = "mandate_not_in_force"

    def __init__(self) -> None:
        super().__init__(
            _("To pełnomocnictwo nie jest już ważne. Nic nie zostało zmienione. Wybierz inne z listy.")
        )


class BadScope(MandateError):
    """Areas, rights, object or dates of a mandate make no sense."""

    code = "mandate_scope"


class WrongState(MandateError):
    """The mandate is no longer where the page showed it."""

    code = "mandate_state"

    def __init__(self) -> None:
        super().__init__(
            _(
                "To pełnomocnictwo zmieniło się w międzyczasie. Nic nie zrobiliśmy. Sprawdź, jaki ma teraz stan."
            )
        )


class TooManyRequests(MandateError):
    """One person asked for too many mandates in a day."""

    code = "mandate_too_many"

    def __init__(self) -> None:
        super().__init__(
            _("Dziś nie można przygotować więcej pełnomocnictw. Spróbuj jutro albo przyjdź do urzędu.")
        )


class TextChanged(MandateError):
    """The text that was read is not the text that would be agreed to."""

    code = "mandate_text"

    def __init__(self) -> None:
        super().__init__(
            _("Treść na stronie nie jest treścią tego pełnomocnictwa. Przeczytaj ją jeszcze raz.")
        )
