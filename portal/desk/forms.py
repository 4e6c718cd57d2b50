"""Why personal data is opened."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.desk import reasons
from portal.desk.errors import ReasonMissing
from portal.desk.models import Template


class ReasonForm(forms.Form):
    """A sentence of the town's or one's own, and the case it is about."""

    OTHER = "other"

    template = forms.ChoiceField(label=_("Powód"), widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("Opis"), required=False, max_length=200,
        help_text=_("Przy „inny powód” jednym zdaniem, po co (co najmniej 10 liter), bez numeru PESEL."),
    )  # fmt: skip
    case_number = forms.CharField(
        label=_("Znak sprawy albo numer wniosku (jeśli jest)"), required=False, max_length=40
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sentences = {str(one.pk): one.text for one in reasons.templates(Template.Use.OPENING)}
        self.fields["template"].choices = [  # type: ignore[attr-defined]
            *self.sentences.items(),
            (self.OTHER, _("inny powód – opiszę go niżej")),
        ]
        self.fields["template"].error_messages["required"] = _("Wybierz powód.")

    def clean_case_number(self) -> str:
        try:
            return reasons.clean_case(self.cleaned_data["case_number"])
        except ReasonMissing as error:
            raise forms.ValidationError(error.message) from None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        chosen, text = data.get("template"), str(data.get("text", "")).strip()
        if chosen is None:
            return data
        if chosen == self.OTHER:
            reason = text
        else:
            reason = f"{self.sentences[chosen]}: {text}" if text else self.sentences[chosen]
        try:
            data["reason"] = reasons.clean_reason(reason)
        except ReasonMissing as error:
            self.add_error("text", error.message)
        return data
