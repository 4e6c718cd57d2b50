"""Forms of the simulator's pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import RegexValidator

from epuap.simulator import elsewhere, failures, people
from epuap.simulator.errors import Refused
from epuap.simulator.people import Person
from eurzad.lib.identifiers import IdentifierError

MAX_ATTACHMENT_BYTES = 7 * 10**6


def _number(least: int) -> forms.NumberInput:
    return forms.NumberInput(attrs={"inputmode": "numeric", "min": least})


class SomebodyForm(forms.Form):
    """A person who is none of the personas."""

    given_name = forms.CharField(label="Imię", max_length=60)
    family_name = forms.CharField(label="Nazwisko", max_length=80)
    pesel = forms.CharField(
        label="PESEL", max_length=20, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a PESEL with wrong check digit."""
        values = super().clean() or {}
        if not self.errors:
            try:
                values["person"] = people.somebody(
                    values["given_name"], values["family_name"], values["pesel"]
                )
            except (IdentifierError, ValueError):
                self.add_error("pesel", "To nie jest poprawny numer PESEL.")
        return values

    def person(self) -> Person:
        """Return the person; call after is_valid()."""
        person: Person = self.cleaned_data["person"]
        return person


class SigningForm(forms.Form):
    """Who signs, and in which form."""

    kind = forms.ChoiceField(
        label="Rodzaj podpisu",
        choices=[
            ("epsignature", "Podpis zaufany (nowy zapis EPSignature)"),
            ("podpiszp", "Podpis zaufany (starszy zapis PodpisZP)"),
            ("qualified", "Podpis kwalifikowany"),
            ("personal", "Podpis osobisty (e-dowód)"),
        ],
        widget=forms.RadioSelect,
        initial="epsignature",
    )
    signer = forms.ChoiceField(label="Kto podpisuje", choices=(), widget=forms.RadioSelect)

    def __init__(self, *args: Any, current: Person | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._people = [people.from_persona(persona) for persona in people.RESIDENTS]
        if current is not None and current not in self._people:
            self._people.insert(0, current)
        choices = [(str(i), p.described) for i, p in enumerate(self._people)]
        field = self.fields["signer"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices
        if current is not None:
            field.initial = str(self._people.index(current))

    def person(self) -> Person:
        """Return who signs; call after is_valid()."""
        return self._people[int(self.cleaned_data["signer"])]


class ApplicationForm(forms.Form):
    """The town's form; name and PESEL come from the account and cannot be changed."""

    street = forms.CharField(label="Ulica", max_length=100)
    building = forms.CharField(label="Numer domu", max_length=20)
    flat = forms.CharField(label="Numer lokalu (jeśli jest)", max_length=20, required=False)
    postal_code = forms.CharField(
        label="Kod pocztowy",
        validators=[RegexValidator(r"^\d{2}-\d{3}$", "Podaj kod w postaci 00-000.")],
    )
    city = forms.CharField(label="Miejscowość", max_length=100)
    phone = forms.CharField(label="Telefon (nieobowiązkowo)", max_length=20, required=False)
    email = forms.EmailField(label="E-mail (nieobowiązkowo)", required=False)
    reasons = forms.CharField(
        label="Uzasadnienie (nieobowiązkowo)",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    represented_name = forms.CharField(
        label="Nazwa firmy, którą reprezentujesz (nieobowiązkowo)", max_length=250, required=False
    )
    represented_krs = forms.CharField(
        label="Numer KRS tej firmy",
        max_length=10,
        required=False,
        validators=[RegexValidator(r"^\d{10}$", "Podaj 10 cyfr numeru KRS.")],
    )
    attachment = forms.FileField(label="Załącznik (nieobowiązkowo, do 7 MB)", required=False)
    as_big_file = forms.BooleanField(
        label="Wyślij załącznik jako duży plik: w dokumencie będzie tylko jego adres", required=False
    )
    statement = forms.BooleanField(
        label="Oświadczam, że dane we wniosku są zgodne z prawdą i że wnoszę o dostęp do danych, "
        "które mnie dotyczą."
    )

    def clean(self) -> dict[str, Any]:
        """A company is named with its number or not at all."""
        values = super().clean() or {}
        named, number = values.get("represented_name"), values.get("represented_krs")
        if bool(named) != bool(number) and not {"represented_name", "represented_krs"} & self.errors.keys():
            self.add_error("represented_krs", "Podaj nazwę firmy i jej numer KRS.")
        return values

    def clean_attachment(self) -> UploadedFile | None:
        """Refuse a file that no peer could read as XML text."""
        file: UploadedFile | None = self.cleaned_data["attachment"]
        if file is not None and (file.size or 0) > MAX_ATTACHMENT_BYTES:
            raise forms.ValidationError("Plik jest większy niż 7 MB. Wybierz mniejszy.")
        return file


class FileForm(forms.Form):
    """A file to be signed elsewhere, and how."""

    file = forms.FileField(label="Plik XML lub PDF (do 10 MB)")
    packaging = forms.ChoiceField(
        label="Postać podpisu", choices=elsewhere.PACKAGINGS, widget=forms.RadioSelect, initial="enveloped"
    )
    kind = forms.ChoiceField(
        label="Rodzaj podpisu", choices=elsewhere.KINDS, widget=forms.RadioSelect, initial="qualified"
    )
    state = forms.ChoiceField(
        label="Certyfikat", choices=elsewhere.STATES, widget=forms.RadioSelect, initial="valid"
    )
    signer = forms.ChoiceField(label="Kto podpisuje", choices=())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["signer"]
        assert isinstance(field, forms.ChoiceField)
        residents = [(p.key, people.from_persona(p).described) for p in people.RESIDENTS]
        field.choices = [*residents, (people.FOREIGNER_KEY, people.FOREIGNER.described)]

    def sign(self) -> elsewhere.SignedFile:
        """Return the signed file; call after is_valid(); raises Refused."""
        values = self.cleaned_data
        person = people.by_key(values["signer"])
        if person is None:
            raise Refused("signer", "Nie ma takiej osoby")
        return elsewhere.sign(
            values["file"].read(),
            values["file"].name,
            packaging=values["packaging"],
            kind=values["kind"],
            state=values["state"],
            person=person,
        )


def _failures() -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (heading, [(name.value, name.label) for name in failures.Name if name.value.startswith(beginnings)])
        for heading, beginnings in failures.GROUPS
    ]


class OrderForm(forms.Form):
    """An order of a failure."""

    name = forms.ChoiceField(label="Co ma się stać", choices=_failures)
    times = forms.IntegerField(
        label="Ile razy", min_value=1, max_value=failures.MAX_TIMES, initial=1, widget=_number(1)
    )
    seconds = forms.IntegerField(
        label="Ile sekund (nieobowiązkowo)",
        min_value=0,
        max_value=failures.MAX_SECONDS,
        required=False,
        widget=_number(0),
        help_text="Jak długo trwa cisza albo opóźnienie. Puste: cisza trwa "
        f"{failures.SILENCE_SECONDS} s, a spóźnione UPP czeka na przycisk „Dostarcz teraz”.",
    )
