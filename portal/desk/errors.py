"""What the desk refuses, each with a sentence for the clerk."""

from django.utils.translation import gettext_lazy as _

from eurzad.lib.errors import DomainError


class DeskError(DomainError):
    """The desk cannot do what was asked."""

    code = "desk"


class ReasonMissing(DeskError):
    """No reason that somebody could check later."""

    code = "desk_reason_missing"


class SamePerson(DeskError):
    """The second pair of eyes is the first one again."""

    code = "desk_same_person"

    def __init__(self) -> None:
        super().__init__(
            str(
                _(
                    "To już zatwierdziłaś/zatwierdziłeś. Drugą decyzję musi podjąć inna osoba – poproś ją o to."
                )
            )
        )


class OtherTerms(DeskError):
    """The second person would approve something else than the first did."""

    code = "desk_other_terms"

    def __init__(self) -> None:
        super().__init__(
            str(
                _(
                    "Pierwsza osoba zatwierdziła co innego. Obejrzyj sprawę jeszcze raz albo cofnij pierwszą zgodę."
                )
            )
        )
