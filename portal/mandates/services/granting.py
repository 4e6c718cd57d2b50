"""Mandates the office enters: from a document, a register, or a decision."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from eurzad.lib import clock
from portal.journal.services import record
from portal.mandates import rules, texts
from portal.mandates.errors import BadScope
from portal.mandates.models import Area, Mandate, Party, Right
from portal.mandates.scopes import ScopeObject
from portal.mandates.services.telling import tell_both
from portal.people.models import Subject, User


def checked_scope(
    *, areas: list[str], rights: list[str], valid_from: date, valid_to: date
) -> tuple[list[str], list[str]]:
    """Return areas and rights in their own order; raises BadScope with a sentence."""
    try:
        areas, rights = texts.in_order(Area, areas), texts.in_order(Right, rights)
    except ValueError:
        raise BadScope(_("Wybierz zakres i uprawnienia z listy.")) from None
    objection = rules.scope_objection(areas=areas, rights=rights, valid_from=valid_from, valid_to=valid_to)
    if objection:
        raise BadScope(_SENTENCES[objection]())
    return areas, rights


_SENTENCES = {
    "no_areas": lambda: _("Wybierz, czego dotyczy pełnomocnictwo."),
    "no_rights": lambda: _("Wybierz, co wolno pełnomocnikowi."),
    "see_missing": lambda: _("Kto ma płacić albo składać pisma, musi też widzieć sprawę: zaznacz „podgląd”."),
    "dates": lambda: _("Ostatni dzień nie może być przed pierwszym."),
    "too_long": lambda: _("Pełnomocnictwo może trwać najwyżej %d lat.") % rules.MAX_YEARS,
}


@transaction.atomic
def grant_mandate(
    *,
    principal: Subject,
    attorney: Subject,
    areas: list[str],
    rights: list[str],
    valid_from: date,
    valid_to: date,
    basis: str = "",
    obj: ScopeObject | None = None,
    is_statutory: bool = False,
    is_joint: bool = False,
    by: User | None = None,
) -> Mandate:
    """Create an active mandate on the office's word; the same grant again returns the one that exists.

    `is_statutory` marks a representative by law or by an entry of a register, who may also confirm mandates in
    the principal's name, `is_joint` one who may do so only together with another. Raises BadScope.
    """
    areas, rights = checked_scope(areas=areas, rights=rights, valid_from=valid_from, valid_to=valid_to)
    if principal.pk == attorney.pk:
        raise BadScope(_("Nie trzeba pełnomocnictwa dla samego siebie."))
    text = texts.compose(
        principal=principal.display_name, attorney=attorney.display_name, areas=areas, rights=rights,
        object_title=obj.title if obj else "", valid_from=valid_from, valid_to=valid_to, basis=basis,
    )  # fmt: skip
    same = Mandate.objects.filter(
        principal=principal,
        attorney=attorney,
        text_sha256=texts.digest(text),
        object_id=obj.public_id if obj else None,
    )
    existing = same.filter(status__in=(Mandate.Status.ACTIVE, Mandate.Status.EXPIRED)).first()
    if existing is not None:
        return existing
    mandate = Mandate.objects.create(
        principal=principal, attorney=attorney, areas=areas, rights=rights,
        object_kind=obj.kind if obj else "", object_id=obj.public_id if obj else None,
        object_title=obj.title if obj else "", valid_from=valid_from, valid_to=valid_to,
        status=Mandate.Status.ACTIVE, is_statutory=is_statutory, is_joint=is_joint, basis=basis,
        text=text, text_sha256=texts.digest(text), asked_by=Party.CLERK, asked_by_user=by,
        active_since=clock.now(),
    )  # fmt: skip
    if by is not None:
        tell_both(mandate, "mandates.active", _("Urząd wpisał pełnomocnictwo. Sprawdź, czego dotyczy."))
    record(
        actor_id=by.public_id if by else None,
        subject_id=principal.public_id,
        action="mandates.grant",
        reference=str(mandate.public_id),
    )
    return mandate
