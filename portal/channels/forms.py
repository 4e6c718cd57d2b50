"""Forms of channels."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
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
        error_messages={"required": _("Wpisz kod, który jest na wydruku poświadczenia.")},
    )

    def clean_kod(self) -> str:
        """Return the code as it is kept."""
        code = codes.normalise(self.cleaned_data["kod"])
        if code is None:
            raise forms.ValidationError(
                _("To nie jest kod poświadczenia. Przepisz 16 znaków, na przykład 2345-6789-ABCD-EFGH.")
            )
        return code


class FileForm(forms.Form):
    """The file of a receipt, and perhaps the document it is about."""

    MAX_RECEIPT_BYTES = 2**20

    receipt = forms.FileField(
        label=_("Plik XML poświadczenia"),
        help_text=_("Poświadczenie z tego portalu albo z ePUAP (UPP lub UPD), najwyżej 1 MB."),
        widget=forms.FileInput(attrs={"accept": ".xml,application/xml,text/xml"}),
        error_messages={
            "required": _("Wybierz plik XML poświadczenia ze swojego komputera."),
            "empty": _("Ten plik jest pusty. Wybierz plik XML poświadczenia."),
        },
    )
    document = forms.FileField(
        label=_("Dokument, którego ma dotyczyć"),
        required=False,
        help_text=_("Podpisany plik, dokładnie taki, jaki złożono, najwyżej 10 MB."),
        error_messages={"empty": _("Ten plik jest pusty. Wybierz inny albo zostaw to pole bez pliku.")},
    )

    def clean_receipt(self) -> UploadedFile:
        """Refuse what is too big for a receipt."""
        found: UploadedFile = self.cleaned_data["receipt"]
        if (found.size or 0) > self.MAX_RECEIPT_BYTES:
            raise forms.ValidationError(
                _("Ten plik jest za duży na poświadczenie. Wybierz plik XML, najwyżej 1 MB.")
            )
        return found
