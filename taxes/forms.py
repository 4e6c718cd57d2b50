"""Forms of the ledger's pages."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from eurzad.lib import clock

LOOK_AHEAD = timedelta(days=366)


class DayForm(forms.Form):
    """The day one thinks of paying on: from today to a year ahead."""

    day = forms.DateField(
        label=gettext_lazy("Na dzień"),
        help_text=gettext_lazy("Wybierz dzień, w którym chcesz zapłacić. Policzymy odsetki do tego dnia."),
        widget=forms.DateInput(attrs={"type": "date", "class": "short"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = clock.today()
        self.fields["day"].widget.attrs |= {"min": today.isoformat(), "max": (today + LOOK_AHEAD).isoformat()}

    def clean_day(self) -> date:
        """Refuse the past and more than a year ahead."""
        today = clock.today()
        day: date = self.cleaned_data["day"]
        if not today <= day <= today + LOOK_AHEAD:
            raise forms.ValidationError(
                _("Wybierz dzień od dziś do roku naprzód. Poniżej pokazujemy stan na dziś.")
            )
        return day

    def chosen_day(self) -> date:
        """Return the chosen day, or today when it cannot be used."""
        day: date = self.cleaned_data["day"] if self.is_valid() else clock.today()
        return day


class LetterForm(forms.Form):
    """A letter that the portal has begun and its sender finishes."""

    title = forms.CharField(label=gettext_lazy("Tytuł"), max_length=200)
    body = forms.CharField(
        label=gettext_lazy("Treść"),
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 16}),
        help_text=gettext_lazy("Popraw i uzupełnij. Nic nie wysyłamy, dopóki sam(a) nie złożysz pisma."),
    )
