"""Forms of the taxes clerk's desk."""

from django import forms
from django.utils.translation import gettext_lazy as _

from taxes.services.posting import Resolution


class ResolveForm(forms.Form):
    """What becomes of a rejected payment; there is no choice made beforehand."""

    resolution = forms.ChoiceField(
        label=_("Co zrobić z tą wpłatą?"),
        widget=forms.RadioSelect,
        choices=[
            (Resolution.SEND_AGAIN.value, _("Wysłać jeszcze raz do zaksięgowania")),
            (
                Resolution.BY_HAND.value,
                _("Uznać za zaksięgowaną: wprowadzono ją ręcznie w systemie dziedzinowym"),
            ),
            (
                Resolution.OVERPAYMENT.value,
                _("Uznać za nadpłatę: należności wracają do stanu z systemu dziedzinowego"),
            ),
        ],
    )
    reason = forms.CharField(
        label=_("Uzasadnienie"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Zostanie w dzienniku i przy wpłacie."),
    )  # fmt: skip
