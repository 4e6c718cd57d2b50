"""The form of an application for access, and the clerk's decision."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from eurzad.lib.xml import MAX_BYTES as MAX_XML_BYTES
from portal.access.models import AccessApplication, CorrectionItem, Represented
from portal.access.rules import is_postal_code
from portal.access.services.deciding import RowVerdict, Verdict
from portal.access.services.details import Details
from portal.people.models import Subject

PHONE = re.compile(r"\+?[0-9][0-9 ()-]{5,24}")


class ApplicationForm(forms.Form):
    """What the applicant may add to the verified identity; everything but the address is optional."""

    street = forms.CharField(
        label=_("Ulica"), max_length=120, required=False,
        help_text=_("Zostaw puste, jeśli w miejscowości nie ma ulic."),
        widget=forms.TextInput(attrs={"autocomplete": "address-line1"}),
    )  # fmt: skip
    building = forms.CharField(
        label=_("Numer domu"), max_length=20, error_messages={"required": _("Wpisz numer domu.")}
    )
    flat = forms.CharField(label=_("Numer mieszkania"), max_length=20, required=False)
    postal_code = forms.CharField(
        label=_("Kod pocztowy"), max_length=6, help_text=_("Na przykład 99-901."),
        widget=forms.TextInput(attrs={"autocomplete": "postal-code"}),
        error_messages={"required": _("Wpisz kod pocztowy.")},
    )  # fmt: skip
    city = forms.CharField(
        label=_("Miejscowość"), max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "address-level2"}),
        error_messages={"required": _("Wpisz miejscowość.")},
    )  # fmt: skip
    phone = forms.CharField(
        label=_("Telefon"), max_length=25, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "type": "tel"}),
    )  # fmt: skip
    email = forms.EmailField(
        label=_("E-mail do powiadomień"), required=False,
        help_text=_(
            "Wyślemy link do potwierdzenia adresu. Na potwierdzony adres napiszemy tylko tyle, "
            "że w portalu jest nowa wiadomość."
        ),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )  # fmt: skip
    remarks = forms.CharField(
        label=_("Uwagi"), max_length=1000, required=False,
        help_text=_("Na przykład wcześniejsze nazwisko albo adres nieruchomości."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip

    def clean_postal_code(self) -> str:
        value = str(self.cleaned_data["postal_code"])
        if not is_postal_code(value):
            raise forms.ValidationError(_("Wpisz kod pocztowy w postaci 99-901."))
        return value

    def clean_phone(self) -> str:
        value = str(self.cleaned_data["phone"])
        if value and not PHONE.fullmatch(value):
            raise forms.ValidationError(_("Wpisz numer telefonu samymi cyframi, na przykład 600 000 000."))
        return value

    def details(self) -> Details:
        """The cleaned form as the service takes it."""
        return Details(**self.cleaned_data)


class UploadForm(forms.Form):
    """The signed file, looked at only as far as to tell what kind of file it is; its name is not kept."""

    file = forms.FileField(
        label=_("Podpisany plik"),
        help_text=_("Jeden plik PDF, XML albo XAdES, najwyżej 5 MB."),
        allow_empty_file=True,
        error_messages={
            "required": _("Wybierz podpisany plik ze swojego komputera."),
            "invalid": _("Wybierz podpisany plik ze swojego komputera."),
        },
        max_length=None,
    )

    MAX_BYTES = MAX_XML_BYTES
    """What the parser of signed XML takes; one limit for every kind of file, so that one is told."""
    TOO_BIG = _("Ten plik jest za duży: przyjmujemy najwyżej 5 MB. Podpisany wniosek jest dużo mniejszy.")

    def clean_file(self) -> bytes:
        """The bytes of the one file."""
        if len(self.files.getlist("file")) > 1:
            raise forms.ValidationError(_("Wybrano kilka plików. Wybierz tylko ten jeden, podpisany."))
        content: bytes = self.cleaned_data["file"].read(self.MAX_BYTES + 1)
        if len(content) > self.MAX_BYTES:
            raise forms.ValidationError(self.TOO_BIG)
        if not content:
            raise forms.ValidationError(
                _("Ten plik jest pusty. Podpisz dokument jeszcze raz i wgraj plik, który zapisze program.")
            )
        kind = kind_of(content)
        if kind in _WRONG_KINDS:
            raise forms.ValidationError(_WRONG_KINDS[kind])
        return content


def kind_of(content: bytes) -> str:
    """Tell by its first bytes what a file is: pdf, xml, archive, cms, document or other."""
    start = content[:1024]
    if start.startswith(b"%PDF-"):
        return "pdf"
    if start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        return "xml"
    if start.startswith(b"PK\x03\x04"):
        return "archive"
    if start.startswith((b"\x30\x80", b"\x30\x82", b"\x30\x83", b"-----BEGIN", b"MII")):
        return "cms"
    return "other"


_WRONG_KINDS = {
    "archive": _(
        "To jest archiwum (ZIP, ASiC) albo dokument Worda, a nie podpisany plik. W programie do podpisu wybierz "
        "PAdES dla pliku PDF albo XAdES dla pliku XML."
    ),
    "cms": _(
        "To jest podpis w postaci CAdES, której nie przyjmujemy. W programie do podpisu wybierz PAdES dla pliku "
        "PDF albo XAdES dla pliku XML."
    ),
    "other": _(
        "To nie jest plik PDF ani XML. Wgraj plik, który zapisał program do podpisu, a nie zdjęcie ani skan."
    ),
}


class DecisionForm(forms.Form):
    """The decision: everything refused with one reason, or yes and no for each one asked for.

    A represented row has fields named after its key: `row-7` yes or no, `row-7-subject`, `-reason` and `-joint`.
    """

    APPROVE, REJECT, NEW = "approve", "reject", "new"
    YES, NO = "yes", "no"

    decision = forms.ChoiceField(choices=((APPROVE, APPROVE), (REJECT, REJECT)))
    own = forms.ChoiceField(choices=((YES, YES), (NO, NO)), required=False)
    subject = forms.CharField(required=False)
    reason = forms.CharField(required=False, max_length=2000)

    def __init__(self, data: Any = None, *, application: AccessApplication, rows: Sequence[Represented] = ()):
        super().__init__(data)
        self.application, self.rows = application, rows
        for row in rows:
            name = f"row-{row.pk}"
            self.fields[name] = forms.ChoiceField(
                choices=((self.YES, self.YES), (self.NO, self.NO)), required=False
            )
            self.fields[f"{name}-subject"] = forms.CharField(required=False)
            self.fields[f"{name}-reason"] = forms.CharField(required=False, max_length=2000)
            self.fields[f"{name}-joint"] = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("decision") == self.REJECT:
            if not str(data.get("reason", "")).strip():
                self.add_error("reason", _("Podaj uzasadnienie – przeczyta je wnioskodawca."))
            return data
        grants_own = self.application.own_data and data.get("own") != self.NO
        if grants_own or any(data.get(f"row-{row.pk}") == self.YES for row in self.rows):
            data["subject"] = self._chosen("subject", _("Wskaż osobę z ewidencji albo załóż nowy wpis."))
        else:
            data["subject"] = None
        for row in self.rows:
            name = f"row-{row.pk}"
            if not data.get(name):
                self.add_error(
                    name, _("Zaznacz, czy przyznajesz dostęp: %(name)s.") % {"name": row.display_name}
                )
            elif data[name] == self.YES:
                missing = _("Wskaż wpis z ewidencji albo załóż nowy: %(name)s.") % {"name": row.display_name}
                data[f"{name}-subject"] = self._chosen(f"{name}-subject", missing)
        return data

    def _chosen(self, field: str, missing: Any) -> Subject | None:
        public_id = str(self.cleaned_data.get(field) or "")
        if public_id == self.NEW:
            return None
        try:
            return Subject.objects.get(public_id=public_id)
        except (Subject.DoesNotExist, ValueError, forms.ValidationError):
            self.add_error(field, missing)
            return None

    def verdict(self) -> Verdict:
        """The cleaned form as the service takes it; not of a refusal of everything."""
        data = self.cleaned_data
        rows = []
        for row in self.rows:
            name = f"row-{row.pk}"
            is_approved = data[name] == self.YES
            rows.append(
                RowVerdict(
                    pk=row.pk,
                    is_approved=is_approved,
                    subject=data[f"{name}-subject"] if is_approved else None,
                    reason="" if is_approved else data[f"{name}-reason"],
                    is_joint=is_approved and data[f"{name}-joint"],
                )
            )
        grants_own = self.application.own_data and data["own"] != self.NO
        reason = "" if grants_own else data["reason"]
        return Verdict(
            grants_own=grants_own, subject=data.get("subject") or None, rows=tuple(rows), reason=reason
        )


class CorrectionForm(forms.Form):
    """What the applicant is asked to correct."""

    items = forms.MultipleChoiceField(
        label=_("Czego dotyczy"),
        choices=CorrectionItem.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Zaznacz, czego dotyczy poprawka.")},
    )
    text = forms.CharField(
        label=_("Co poprawić (przeczyta to wnioskodawca)"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Napisz, co poprawić.")},
    )
    answer_by = forms.DateField(
        label=_("Odpowiedź do"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Podaj dzień, do którego czekasz na odpowiedź.")},
    )
