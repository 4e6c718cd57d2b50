"""Forms of mandates. What they say about the other side never depends on whether the portal knows it."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from eurzad.lib import clock
from eurzad.lib.identifiers import IdentifierError, clean_nip, clean_pesel
from portal.mandates import scopes
from portal.mandates.errors import BadScope
from portal.mandates.models import Area, Mandate, Right
from portal.mandates.scopes import ScopeObject
from portal.mandates.services.granting import checked_scope
from portal.mandates.services.requesting import Terms
from portal.people.models import Subject


def _day(label: Any, help_text: Any = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, help_text=help_text, widget=widget)


class TermsForm(forms.Form):
    """Who, what, until when."""

    number = forms.CharField(
        label=_("PESEL"),
        max_length=14,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    name = forms.CharField(
        label=_("Nazwisko"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    areas = forms.MultipleChoiceField(
        label=_("Czego dotyczy"), choices=Area.choices, widget=forms.CheckboxSelectMultiple
    )
    rights = forms.MultipleChoiceField(
        label=_("Co wolno"), choices=Right.choices, widget=forms.CheckboxSelectMultiple
    )
    valid_from = _day(_("Pierwszy dzień"))
    valid_to = _day(
        _("Ostatni dzień"), _("Najdalej 5 lat od pierwszego dnia. Odwołać można w każdej chwili.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {}).setdefault("valid_from", clock.today())
        super().__init__(*args, **kwargs)

    scheme = "pesel"

    def clean_number(self) -> str:
        """The PESEL, or a NIP where that is allowed, without spaces."""
        value = str(self.cleaned_data["number"])
        try:
            if self.scheme_of(value) == "nip":
                return clean_nip(value)
            return clean_pesel(value)
        except IdentifierError:
            raise forms.ValidationError(_("Ten numer jest błędny. Sprawdź wszystkie cyfry.")) from None

    def scheme_of(self, value: str) -> str:
        """Which number was typed."""
        return self.scheme

    def chosen_object(self) -> ScopeObject | None:
        """The one object the mandate is limited to."""
        return None

    def terms(self) -> Terms:
        """The cleaned form as the service takes it."""
        data = self.cleaned_data
        first: date = data["valid_from"]
        return Terms(
            scheme=self.scheme_of(data["number"]), number=data["number"], name=data["name"].strip(),
            areas=data["areas"], rights=data["rights"], valid_from=first, valid_to=data["valid_to"],
            obj=self.chosen_object(),
        )  # fmt: skip


class GrantForm(TermsForm):
    """A principal names an attorney."""

    obj = forms.ChoiceField(
        label=_("Tylko jedna sprawa"), required=False,
        help_text=_("Zostaw „wszystkie”, jeśli pełnomocnik ma widzieć cały wybrany zakres."),
    )  # fmt: skip
    field_order = ("number", "name", "areas", "rights", "obj", "valid_from", "valid_to")

    def __init__(self, *args: Any, subject: Subject | None, **kwargs: Any) -> None:
        """`subject` gives the mandate; None when the viewer may not speak for them, nor see what they have."""
        super().__init__(*args, **kwargs)
        self._objects = {str(one.public_id): one for one in scopes.objects_of(subject)} if subject else {}
        self.fields["number"].label = _("PESEL pełnomocnika")
        self.fields["name"].label = _("Nazwisko pełnomocnika")
        choices = [("", _("wszystkie")), *((key, one.title) for key, one in self._objects.items())]
        self.fields["obj"].choices = choices  # type: ignore[attr-defined]

    def chosen_object(self) -> ScopeObject | None:
        return self._objects.get(self.cleaned_data["obj"])


class AskForm(TermsForm):
    """An attorney names a principal: a person by PESEL, an organisation by NIP."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].label = _("PESEL mocodawcy albo NIP organizacji")
        self.fields["name"].label = _("Nazwisko mocodawcy albo nazwa organizacji")

    def scheme_of(self, value: str) -> str:
        digits = [sign for sign in value if sign.isdigit()]
        return "nip" if len(digits) == 10 else "pesel"


class EnterForm(forms.ModelForm):
    """A clerk writes down a mandate brought on paper."""

    areas = TermsForm.base_fields["areas"]
    rights = TermsForm.base_fields["rights"]

    class Meta:
        model = Mandate
        fields = (
            "principal",
            "attorney",
            "areas",
            "rights",
            "valid_from",
            "valid_to",
            "basis",
            "is_statutory",
            "is_joint",
        )

    def clean(self) -> dict[str, Any]:
        """Say at the form what the service would refuse."""
        data: dict[str, Any] = super().clean() or {}
        if {"areas", "rights", "valid_from", "valid_to"} <= data.keys():
            try:
                checked_scope(**{name: data[name] for name in ("areas", "rights", "valid_from", "valid_to")})
            except BadScope as error:
                raise forms.ValidationError(error.message) from None
        for side in ("principal", "attorney"):
            if not self.errors and data.get(side) is None:
                self.add_error(side, _("Wskaż obie strony."))
        if data.get("principal") is not None and data.get("principal") == data.get("attorney"):
            raise forms.ValidationError(_("Nie trzeba pełnomocnictwa dla samego siebie."))
        if data.get("is_joint") and not data.get("is_statutory"):
            raise forms.ValidationError(
                _("Reprezentacja łączna dotyczy tylko reprezentacji z ustawy lub rejestru.")
            )
        return data


class DecisionForm(forms.Form):
    """A clerk's decision on a waiting mandate."""

    document = forms.FileField(
        label=_("Podpisany dokument (PDF, JPEG, PNG, XML; do 10 MB)"), required=False, allow_empty_file=True
    )
    reason = forms.CharField(label=_("Powód odmowy"), max_length=200, required=False)
