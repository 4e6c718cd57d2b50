"""What an application asks for, as pages and documents show it: whom it is for, with which files, what is missing."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from eurzad.lib import clock, dates
from eurzad.lib.names import as_written
from portal.access import rules, texts
from portal.access.models import MAX_TOTAL_BYTES, AccessApplication, Attachment, Represented
from portal.mandates.models import Area, Right


@dataclass(frozen=True)
class Missing:
    """Something without which the application cannot be signed, and where it is put right."""

    code: str
    text: str
    url: str


@dataclass(frozen=True)
class Shown:
    """One represented person or organisation."""

    row: Represented
    name: str
    number: str
    basis: str
    scope: str
    duty: str
    documents: list[Attachment]
    proofs: list[Attachment]
    missing: list[Missing] = field(default_factory=list)

    @property
    def files(self) -> list[Attachment]:
        """All files of this one."""
        return [*self.documents, *self.proofs]

    @property
    def rows(self) -> list[tuple[str, str]]:
        """Label and value, for a page or a document."""
        found = [
            (self.row.get_scheme_display(), self.number),
            (_("Podstawa"), self.basis),
            (_("Zakres"), self.scope),
            (_("Opłata skarbowa"), self.duty),
        ]
        return [(label, value) for label, value in found if value]


@dataclass(frozen=True)
class Content:
    """Everything beside the applicant's own details."""

    represented: list[Shown]
    others: list[Attachment]
    missing: list[Missing]
    used_bytes: int

    @property
    def files(self) -> list[Attachment]:
        """All files, those of the represented first."""
        return [*(file for one in self.represented for file in one.files), *self.others]

    def get(self, row: Represented) -> Shown | None:
        """How one of the represented is shown; None when it has been taken out meanwhile."""
        return next((one for one in self.represented if one.row.pk == row.pk), None)

    @property
    def lacks_address(self) -> bool:
        """Whether the applicant's own part is not filled in."""
        return any(one.code == "address" for one in self.missing)

    @property
    def left_bytes(self) -> int:
        """How many bytes of files there is room for."""
        return MAX_TOTAL_BYTES - self.used_bytes


def content_of(application: AccessApplication) -> Content:
    """Read an application's represented and files, without their bytes: two queries however many there are."""
    files: dict[int | None, list[Attachment]] = defaultdict(list)
    for file in application.attachments.defer("content"):
        files[file.represented_id].append(file)
    shown = [_shown(row, files[row.pk]) for row in application.represented.all()]
    missing = _missing_of_own(application, has_others=bool(shown))
    return Content(
        represented=shown,
        others=files[None],
        missing=[*missing, *(found for one in shown for found in one.missing)],
        used_bytes=sum(file.size for group in files.values() for file in group),
    )


def _missing_of_own(application: AccessApplication, *, has_others: bool) -> list[Missing]:
    found = []
    if not (application.building and application.city and rules.is_postal_code(application.postal_code)):
        found.append(Missing("address", texts.missing_sentence("address"), reverse("access:form")))
    if not application.own_data and not has_others:
        found.append(Missing("nobody", texts.missing_sentence("nobody"), reverse("access:tasks")))
    return found


def _shown(row: Represented, files: list[Attachment]) -> Shown:
    documents = [file for file in files if file.purpose == Attachment.Purpose.BASIS]
    proofs = [file for file in files if file.purpose == Attachment.Purpose.STAMP_DUTY]
    name = as_written(row.display_name) if row.kind == Represented.Kind.PERSON else row.name
    codes = rules.missing_of(
        basis=row.basis,
        role=row.role,
        duty=row.duty,
        valid_to=row.valid_to,
        has_document=bool(documents),
        has_proof=bool(proofs),
        today=clock.today(),
    )
    missing = [
        Missing(code, texts.missing_sentence(code, name), reverse(_PAGES[code], args=[row.public_id]))
        for code in codes
    ]
    return Shown(
        row, name, row.shown_number, _basis(row), scope_words(row), _duty(row), documents, proofs, missing
    )


_PAGES = {
    "document": "access:basis_files",
    "duty": "access:duty",
    "proof": "access:duty",
    "past": "access:represented",
}


def _basis(row: Represented) -> str:
    label = str(row.get_basis_display())
    return f"{label}: {row.get_role_display()}" if row.role else label


def scope_words(row: Represented) -> str:
    """Areas, rights and last day: `podatki, opłaty: podgląd, płatność – do 31 grudnia 2026`."""
    areas = ", ".join(str(Area(area).label) for area in row.areas)
    rights = ", ".join(str(Right(right).label) for right in row.rights)
    day = dates.format_long(row.valid_to, get_language() or "pl")
    return _("%(areas)s: %(rights)s – do %(day)s") % {
        "areas": areas or _("nie podano"),
        "rights": rights or _("nie podano"),
        "day": day,
    }


def _duty(row: Represented) -> str:
    if row.duty == Represented.Duty.EXEMPT:
        return f"{row.get_duty_display()}: {row.get_duty_ground_display()}"
    if row.duty == Represented.Duty.ELSEWHERE:
        return f"{row.get_duty_display()}: {row.duty_note}"
    return str(row.get_duty_display()) if row.duty else ""
