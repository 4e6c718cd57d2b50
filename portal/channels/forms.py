"""Forms of channels."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.channels import codes, services
from portal.channels.errors import ChannelError
from portal.channels.models import Channel


class ChannelForm(forms.ModelForm):
    """What the town sets of a channel."""

    class Meta:
        model = Channel
        fields = (
            "name",
            "order",
            "takes_applications",
            "sends_letters",
            "legal_effect",
            "legal_effect_en",
            "legal_effect_uk",
        )

    def clean(self) -> dict[str, Any]:
        """Refuse a switch that nothing in this installation serves, at the switch itself."""
        data = super().clean() or {}
        for name in ("takes_applications", "sends_letters"):
            switches = {"takes_applications": False, "sends_letters": False, name: bool(data.get(name))}
            try:
                services.check_switches(code=self.instance.code, **switches)
            except ChannelError as error:
                self.add_error(name, error.message)
        return data


class CodeForm(forms.Form):
    """The verification code of a receipt, as it was typed."""

    kod = forms.CharField(
        label=_("Kod z poświadczenia"),
        max_length=100,
        help_text=_("16 znaków w czterech grupach. Wielkość liter, odstępy i myślniki nie mają znaczenia."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )

    def clean_kod(self) -> str:
        """Return the code as it is kept."""
        code = codes.normalise(self.cleaned_data["kod"])
        if code is None:
            raise forms.ValidationError(
                _("To nie jest kod poświadczenia. Przepisz 16 znaków, na przykład 2345-6789-ABCD-EFGH.")
            )
        return code
