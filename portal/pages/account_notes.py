"""What the overview says of the account itself."""

from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from eurzad.lib import clock
from portal.mandates.policy import Viewer
from portal.pages.cards import Attention
from portal.people.contact import address_of
from portal.people.models import Identity

TOLD_FOR = timedelta(days=30)


def attention(viewer: Viewer) -> list[Attention]:
    """Say that the account was linked by itself, and that no e-mail address is known; only in one's own name."""
    identity = viewer.identity
    if identity is None or viewer.mandate:
        return []
    notes = []
    since = identity.subject_since
    if (
        identity.subject_ground == Identity.Ground.AUTOMATIC
        and since is not None
        and clock.now() - since < TOLD_FOR
    ):
        text = _(
            "Połączyliśmy Twoje konto z danymi w ewidencji urzędu, bo zgadza się numer PESEL, imię i nazwisko. "
            "Wniosku o dostęp nie musisz składać. Jeśli to nie Twoje dane, zadzwoń do urzędu."
        )
        notes.append(Attention(None, text, reverse("pages:history"), _("Zobacz, kto oglądał Twoje dane")))
    if not address_of(viewer.user):
        text = _("Nie mamy Twojego adresu e-mail. O nowych wiadomościach dowiesz się tylko po zalogowaniu.")
        notes.append(Attention(None, text, reverse("contact:home"), _("Podaj adres e-mail")))
    return notes
