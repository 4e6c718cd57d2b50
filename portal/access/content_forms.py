"""Forms of the parts of an application: for whom else, files, stamp duty, withdrawal."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from eurzad.lib import clock
from eurzad.lib.identifiers import IdentifierError
from portal.access import texts, vocabulary
from portal.access.models import MAX_FILE_BYTES, Represented
from portal.access.services.representing import Who
from portal.mandates.errors import BadScope
from portal.mandates.models import Area, Right
from portal.mandates.services.granting import checked_scope

_BAD_NUMBER = _("Ten numer jest błędny. Sprawdź wszystkie cyfry.")
_NO_AUTOCOMPLETE = {"autocomplete": "off"}


class ScopeForm(forms.Form):
    """What access is asked to, and until when; the same for persons and organisations."""

    areas = forms.MultipleChoiceField(
        label=_("Co chcesz widzieć i załatwiać"), choices=Area.choices, widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Zaznacz przynajmniej jedno.")},
    )  # fmt: skip
    rights = forms.MultipleChoiceField(
        label=_("Co chcesz móc robić"), choices=Right.choices, widget=forms.CheckboxSelectMultiple,
        help_text=_("Podgląd jest potrzebny zawsze."), initial=[Right.SEE.value],
        error_messages={"required": _("Zaznacz przynajmniej podgląd.")},
    )  # fmt: skip
    valid_to = forms.DateField(
        label=_("Ostatni dzień dostępu"),
        help_text=_("Najdalej 5 lat od dziś. Dostęp skończy się sam po tym dniu."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": _("Podaj ostatni dzień dostępu."),
            "invalid": _("Podaj ostatni dzień dostępu jako datę, na przykład 31.12.2027."),
        },
    )
    kind = ""

    def clean(self) -> dict[str, Any]:
        """Areas, rights and the last day together, as mandates want them."""
        data: dict[str, Any] = super().clean() or {}
        if {"areas", "rights", "valid_to"} <= data.keys():
            scope = {name: data[name] for name in ("areas", "rights", "valid_to")}
            try:
                data["areas"], data["rights"] = checked_scope(valid_from=clock.today(), **scope)
            except BadScope as error:
                name = "rights" if "see" not in scope["rights"] else "valid_to"
                self.add_error(name, error.message)
        return data

    def clean_number_of(self, scheme: str, field: str = "number") -> str:
        """The number without spaces, its check digits right."""
        try:
            return vocabulary.clean_number(scheme, str(self.cleaned_data[field]))
        except (IdentifierError, KeyError):
            raise forms.ValidationError(_BAD_NUMBER) from None

    def who(self) -> Who:
        """The cleaned form as the service takes it."""
        data = self.cleaned_data
        names = ("given_name", "family_name", "name", "role")
        last: date = data["valid_to"]
        return Who(
            kind=self.kind, scheme=data.get("scheme", "pesel"), number=data["number"], basis=data["basis"],
            areas=data["areas"], rights=data["rights"], valid_to=last,
            **{name: str(data[name]).strip() for name in names if name in data},
        )  # fmt: skip


class PersonForm(ScopeForm):
    """A person for whom the applicant acts."""

    kind = Represented.Kind.PERSON.value
    PARENT, GUARDIAN, CURATOR, ATTORNEY = "parent", "guardian", "curator", "power_of_attorney"

    given_name = forms.CharField(
        label=_("Imię"), max_length=100, widget=forms.TextInput(attrs=_NO_AUTOCOMPLETE),
        error_messages={"required": _("Wpisz imię tej osoby.")},
    )  # fmt: skip
    family_name = forms.CharField(
        label=_("Nazwisko"), max_length=100, widget=forms.TextInput(attrs=_NO_AUTOCOMPLETE),
        error_messages={"required": _("Wpisz nazwisko tej osoby.")},
    )  # fmt: skip
    number = forms.CharField(
        label=_("PESEL"), max_length=20, help_text=_("11 cyfr. Znajdziesz go w jej dowodzie osobistym."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", **_NO_AUTOCOMPLETE}),
        error_messages={"required": _("Wpisz PESEL tej osoby.")},
    )  # fmt: skip
    capacity = forms.ChoiceField(
        label=_("Dlaczego działasz za tę osobę"), widget=forms.RadioSelect,
        choices=(
            (ATTORNEY, _("Mam od niej pełnomocnictwo")),
            (PARENT, _("Jestem rodzicem, a to moje niepełnoletnie dziecko")),
            (GUARDIAN, _("Jestem opiekunem ustanowionym przez sąd")),
            (CURATOR, _("Jestem kuratorem ustanowionym przez sąd")),
        ),
        error_messages={"required": _("Zaznacz, dlaczego działasz za tę osobę.")},
    )  # fmt: skip
    field_order = ("given_name", "family_name", "number", "capacity")

    def clean_number(self) -> str:
        return self.clean_number_of("pesel")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        is_attorney = data.get("capacity") == self.ATTORNEY
        data["basis"] = self.ATTORNEY if is_attorney else "statutory"
        data["role"] = "" if is_attorney else data.get("capacity", "")
        return data


class OrganisationForm(ScopeForm):
    """A company or another organisation for which the applicant acts."""

    kind = Represented.Kind.ORGANISATION.value

    name = forms.CharField(
        label=_("Nazwa"), max_length=250, widget=forms.TextInput(attrs={"autocomplete": "organization"}),
        error_messages={"required": _("Wpisz nazwę firmy albo organizacji.")},
    )  # fmt: skip
    basis = forms.ChoiceField(
        label=_("Dlaczego działasz za tę firmę"), widget=forms.RadioSelect,
        choices=(
            ("krs", _("Jestem wpisany do jej reprezentacji w KRS (zarząd, wspólnik, prokurent)")),
            ("power_of_attorney", _("Mam od niej pełnomocnictwo")),
        ),
        error_messages={"required": _("Zaznacz, dlaczego działasz za tę firmę.")},
    )  # fmt: skip
    scheme = forms.ChoiceField(
        label=_("Który numer podajesz"), widget=forms.RadioSelect, initial="krs",
        choices=(("krs", "KRS"), ("nip", "NIP"), ("regon", "REGON")),
        help_text=_("Przy wpisie w KRS podaj numer KRS."),
    )  # fmt: skip
    number = forms.CharField(
        label=_("Numer"), max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", **_NO_AUTOCOMPLETE}),
        error_messages={"required": _("Wpisz numer firmy albo organizacji.")},
    )  # fmt: skip
    field_order = ("name", "basis", "scheme", "number")

    def clean_number(self) -> str:
        return self.clean_number_of(str(self.cleaned_data.get("scheme", "")))

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("basis") == "krs" and data.get("scheme") not in ("krs", None):
            self.add_error("scheme", _("Działasz na podstawie wpisu w KRS, więc podaj numer KRS."))
        return data


FORMS: dict[str, type[ScopeForm]] = {"person": PersonForm, "organisation": OrganisationForm}


def initial_of(row: Represented) -> dict[str, Any]:
    """What the form of a represented row begins with."""
    names = ("given_name", "family_name", "name", "basis", "scheme", "areas", "rights", "valid_to", "number")
    return {**{name: getattr(row, name) for name in names}, "capacity": row.role or row.basis}


class AttachmentForm(forms.Form):
    """One file; what it is, is told by its content when it is kept."""

    file = forms.FileField(
        label=_("Plik"), help_text=_("PDF, zdjęcie (JPEG, PNG) albo podpisany XML, najwyżej 5 MB."),
        allow_empty_file=True, max_length=None,
        error_messages={"required": _("Wybierz plik."), "invalid": _("Wybierz plik.")},
    )  # fmt: skip

    def __init__(self, *args: Any, required: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].required = required

    def clean_file(self) -> bytes | None:
        """The bytes of the one file."""
        if len(self.files.getlist("file")) > 1:
            raise forms.ValidationError(_("Wybrano kilka plików. Dodawaj je po jednym."))
        chosen = self.cleaned_data["file"]
        if not chosen:
            return None
        content: bytes = chosen.read(MAX_FILE_BYTES + 1)
        if not content:
            raise forms.ValidationError(texts.file_refusal("empty"))
        if len(content) > MAX_FILE_BYTES:
            raise forms.ValidationError(texts.file_refusal("too_big"))
        return content

    @property
    def file_name(self) -> str:
        """The name the file had on the applicant's machine."""
        chosen = self.files.get("file")
        return str(getattr(chosen, "name", "") or "")


_GROUNDS = (
    ("spouse", _("Jestem małżonkiem tej osoby")),
    ("descendant", _("Jestem jej dzieckiem, wnukiem albo prawnukiem")),
    ("ascendant", _("Jestem jej rodzicem, dziadkiem albo pradziadkiem")),
    ("sibling", _("Jestem jej bratem albo siostrą")),
    (
        "entity",
        _(
            "Ten, kto dał pełnomocnictwo, jest zwolniony z ustawy (na przykład urząd, organizacja pożytku publicznego)"
        ),
    ),
)


class DutyForm(AttachmentForm):
    """Stamp duty for a power of attorney: paid, exempt or paid elsewhere."""

    duty = forms.ChoiceField(
        label=_("Co z opłatą skarbową"), widget=forms.RadioSelect,
        choices=(
            ("paid", _("Opłata jest zapłacona – dołączam dowód")),
            ("exempt", _("Pełnomocnictwo jest zwolnione z opłaty")),
            ("elsewhere", _("Opłatę zapłacono w innym urzędzie")),
        ),
        error_messages={"required": _("Zaznacz, co z opłatą skarbową.")},
    )  # fmt: skip
    ground = forms.ChoiceField(
        label=_("Dlaczego zwolnione"), required=False, widget=forms.RadioSelect, choices=_GROUNDS,
        help_text=_("Wypełnij tylko przy zwolnieniu."),
    )  # fmt: skip
    note = forms.CharField(
        label=_("W którym urzędzie i kiedy"), required=False, max_length=200,
        help_text=_("Wypełnij tylko, jeśli zapłacono w innym urzędzie."),
    )  # fmt: skip
    field_order = ("duty", "file", "ground", "note")

    def __init__(self, *args: Any, has_proof: bool, **kwargs: Any) -> None:
        super().__init__(*args, required=False, **kwargs)
        self._has_proof = has_proof
        self.fields["file"].label = _("Dowód opłaty")
        self.fields["file"].help_text = _(
            "Dodaj, jeśli opłata jest zapłacona: PDF albo zdjęcie, najwyżej 5 MB."
        )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        duty = data.get("duty")
        if duty == "exempt" and not data.get("ground"):
            self.add_error("ground", _("Zaznacz, dlaczego pełnomocnictwo jest zwolnione z opłaty."))
        if duty == "elsewhere" and not str(data.get("note", "")).strip():
            self.add_error("note", _("Napisz, w którym urzędzie i kiedy zapłacono."))
        if duty == "paid" and not data.get("file") and not self._has_proof and "file" not in self.errors:
            self.add_error("file", _("Dodaj dowód opłaty, na przykład potwierdzenie przelewu."))
        return data


class WithdrawalForm(forms.Form):
    """Taking back a filed application."""

    reason = forms.CharField(
        label=_("Dlaczego"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
