"""The overview says, after signing in, that one may act for others too."""

from django.urls import reverse
from django.utils.translation import gettext as _

from portal.mandates.policy import Viewer
from portal.mandates.selectors import count_choices
from portal.pages.cards import Attention


def attention(viewer: Viewer) -> list[Attention]:
    """Offer the choice for whom to act to who has one and has not chosen."""
    count = 0 if viewer.mandate else count_choices(viewer)
    if not count:
        return []
    text = (
        _("Możesz działać także w imieniu innych (pełnomocnictwa: %d). Teraz działasz w swoim imieniu.")
        % count
    )
    return [Attention(None, text, reverse("mandates:choose"), _("Wybierz, w czyim imieniu działasz"))]
