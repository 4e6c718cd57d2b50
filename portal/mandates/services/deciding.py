"""The office's part: a clerk confirms from a signed document, refuses, or enters a mandate brought on paper."""

import hashlib
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from eurzad.lib import clock
from portal.desk import foureyes
from portal.desk.errors import SamePerson
from portal.journal.services import record
from portal.mandates import texts
from portal.mandates.errors import BadScope, MandateError, WrongState
from portal.mandates.models import Approval, Mandate, Party, SignedDocument
from portal.mandates.services.granting import checked_scope
from portal.mandates.services.telling import tell_both
from portal.people.models import Subject, User

MAX_BYTES = 10 * 1024 * 1024
_MAGIC = ((b"%PDF-", "application/pdf"), (b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))
Status = Mandate.Status
FOUR_EYES = "mandates"


def mime_of(content: bytes) -> str:
    """Return the type of a file by its first bytes: PDF, JPEG, PNG or a signed XML; empty for anything else."""
    for magic, mime in _MAGIC:
        if content.startswith(magic):
            return mime
    return "text/xml" if content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<") else ""


@transaction.atomic
def enter(
    *,
    clerk: User,
    principal: Subject,
    attorney: Subject,
    basis: str,
    is_statutory: bool,
    is_joint: bool,
    **terms: Any,
) -> Mandate:
    """Write down a mandate from paper; it waits for its document and the decision. Raises BadScope."""
    areas, rights = checked_scope(**terms)
    if principal.pk == attorney.pk:
        raise BadScope(_("Nie trzeba pełnomocnictwa dla samego siebie."))
    if is_joint and not is_statutory:
        raise BadScope(_("Reprezentacja łączna dotyczy tylko reprezentacji z ustawy lub rejestru."))
    terms |= {"areas": areas, "rights": rights}
    text = texts.compose(
        principal=principal.display_name,
        attorney=attorney.display_name,
        object_title="",
        basis=basis,
        **terms,
    )
    mandate = Mandate.objects.create(
        principal=principal, attorney=attorney, basis=basis, is_statutory=is_statutory, is_joint=is_joint, text=text,
        text_sha256=texts.digest(text), status=Status.AWAITING_CLERK, asked_by=Party.CLERK, asked_by_user=clerk,
        **terms,
    )  # fmt: skip
    _note(clerk, mandate, "mandates.enter")
    return mandate


@transaction.atomic
def confirm_from_document(*, clerk: User, mandate_pk: int, name: str = "", content: bytes = b"") -> Mandate:
    """Confirm a waiting mandate from its signed document; with four eyes the second clerk makes it active.

    The document is kept with the first decision and is not replaced by the second. Raises MandateError,
    WrongState, SamePerson, OtherTerms.
    """
    mandate = _waiting(mandate_pk)
    if mandate.principal is None or mandate.attorney is None:
        raise MandateError(
            _("Portal nie zna jednej ze stron pod tym numerem i nazwiskiem. Odrzuć prośbę z tym powodem.")
        )
    if mandate.valid_to < clock.today():
        raise BadScope(_("Ostatni dzień tego pełnomocnictwa już minął."))
    kept = SignedDocument.objects.filter(mandate=mandate).values_list("sha256", flat=True).first()
    document = kept or _keep(clerk, mandate, name, content)
    approval, _is_new = Approval.objects.get_or_create(
        mandate=mandate, user=clerk,
        defaults={"role": Party.CLERK, "text_sha256": mandate.text_sha256, "at": clock.now()},
    )  # fmt: skip
    if approval.role != Party.CLERK:
        raise SamePerson()  # agreed to it as the principal
    terms = {"text": mandate.text_sha256, "document": document}
    if foureyes.approve(FOUR_EYES, reference=mandate.public_id, by=clerk, terms=terms):
        mandate.status, mandate.active_since = Status.ACTIVE, clock.now()
        mandate.save(update_fields=["status", "active_since"])
        tell_both(mandate, "mandates.active", _("Urząd potwierdził pełnomocnictwo. Sprawdź, czego dotyczy."))
    _note(clerk, mandate, "mandates.confirm")
    return mandate


@transaction.atomic
def refuse_by_clerk(*, clerk: User, mandate_pk: int, reason: str) -> Mandate:
    """Refuse a waiting mandate with a reason both sides read. Raises MandateError without one, WrongState."""
    if not reason.strip():
        raise MandateError(_("Podaj powód: przeczytają go obie strony."))
    mandate = _waiting(mandate_pk)
    foureyes.withdraw(FOUR_EYES, mandate.public_id)
    mandate.status, mandate.ended_at = Status.REFUSED, clock.now()
    mandate.ended_by, mandate.end_reason = Party.CLERK, reason[:200]
    mandate.save(update_fields=["status", "ended_at", "ended_by", "end_reason"])
    tell_both(
        mandate, "mandates.refused", _("Urząd nie potwierdził pełnomocnictwa. Powód jest na jego stronie.")
    )
    _note(clerk, mandate, "mandates.refuse")
    return mandate


def _waiting(mandate_pk: int) -> Mandate:
    found = Mandate.objects.select_for_update(of=("self",)).select_related("principal", "attorney")
    mandate = found.get(pk=mandate_pk)
    if mandate.status != Status.AWAITING_CLERK:
        raise WrongState()
    return mandate


def _keep(clerk: User, mandate: Mandate, name: str, content: bytes) -> str:
    if not content:
        raise MandateError(_("Dołącz podpisany dokument: bez niego nie ma czego potwierdzić."))
    if len(content) > MAX_BYTES:
        raise MandateError(_("Plik ma więcej niż 10 MB. Zeskanuj dokument w mniejszej rozdzielczości."))
    mime = mime_of(content)
    if not mime:
        raise MandateError(_("To nie jest PDF, JPEG, PNG ani podpisany XML. Wybierz inny plik."))
    digest = hashlib.sha256(content).hexdigest()
    SignedDocument.objects.create(
        mandate=mandate, name=name[:100] or "dokument", mime=mime, content=content,
        sha256=digest, added_by=clerk, added_at=clock.now(),
    )  # fmt: skip
    return digest


def _note(clerk: User, mandate: Mandate, action: str) -> None:
    record(
        actor_id=clerk.public_id,
        subject_id=mandate.principal.public_id if mandate.principal else None,
        action=action,
        reference=str(mandate.public_id),
    )
