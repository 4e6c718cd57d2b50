"""What the journal's codes mean to somebody who reads what was done in their name."""

from django.utils.translation import gettext_lazy as _

_WORDS = {
    "receivables.read": _("obejrzano należności"),
    "payments.create": _("rozpoczęto płatność"),
    "payments.read": _("obejrzano płatność"),
    "payments.receipt": _("pobrano potwierdzenie wpłaty"),
    "payments.settle": _("zapłacono"),
    "mandates.act_for": _("zaczęto działać w Twoim imieniu"),
    "mandates.ask": _("poproszono o pełnomocnictwo"),
    "mandates.confirm": _("zgodzono się na pełnomocnictwo"),
    "mandates.refuse": _("odmówiono pełnomocnictwa"),
    "mandates.revoke": _("zakończono pełnomocnictwo"),
}


def in_words(action: str) -> str:
    """Return an action in words; one that this list does not know yet by its code."""
    return str(_WORDS.get(action, action))
