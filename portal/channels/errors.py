"""What a channel refuses, each with a sentence for the user."""

from django.utils.translation import gettext_lazy as _

from eurzad.lib.errors import DomainError


class ChannelError(DomainError):
    """A channel cannot do what was asked."""

    code = "channel"


class NotSending(ChannelError):
    """The town has switched the channel off for letters."""

    code = "channel_not_sending"

    def __init__(self) -> None:
        super().__init__(str(_("Urząd nie wysyła teraz pism tym kanałem. Włącz go w ustawieniach kanałów.")))


class NoSender(ChannelError):
    """Nothing in this installation sends letters through the channel."""

    code = "channel_no_sender"

    def __init__(self) -> None:
        super().__init__(
            str(
                _(
                    "Ta instalacja nie ma jeszcze programu, który wysyła pisma tym kanałem. "
                    "Włączysz go, gdy taki program będzie zainstalowany."
                )
            )
        )


class NoIntake(ChannelError):
    """Nothing in this installation takes what arrives through the channel."""

    code = "channel_no_intake"

    def __init__(self) -> None:
        super().__init__(
            str(
                _(
                    "Ta instalacja nie ma jeszcze programu, który przyjmuje wnioski tym kanałem. "
                    "Włączysz go, gdy taki program będzie zainstalowany."
                )
            )
        )
