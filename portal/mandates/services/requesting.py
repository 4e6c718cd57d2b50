"""Mandates that people ask for: prepared, read, confirmed or refused."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from eurzad.lib import clock, searching
from eurzad.lib.identifiers import clean_nip, clean_pesel
from portal.journal.services import record
from portal.mandates import policy, texts
from portal.mandates.errors import BadScope, MandateError, TextChanged, TooManyRequests, WrongState
from portal.mandates.models import Approval, Mandate, NamedParty, Party
from portal.mandates.policy import AccessDenied, Viewer
from portal.mandates.scopes import ScopeObject
from portal.mandates.services.granting import checked_scope
from portal.mandates.services.telling import tell
from portal.people import pii
from portal.people.models import Identity, Subject
from portal.people.services import find_subject_by_fingerprint

A_DAY = 20
"""Mandates one person may prepare in 24 hours."""
Status = Mandate.Status
_CLEAN = {"pesel": clean_pesel, "nip": clean_nip}
_OPEN = (Status.AWAITING_PRINCIPAL, Status.AWAITING_CLERK, Status.ACTIVE)


@dataclass(frozen=True, slots=True)
class Terms:
    """What is asked for. `number` is the PESEL (or a principal's NIP) of the other side, `name` the family name
    (or the organisation's name) that goes with it."""

    scheme: str
    number: str
    name: str
    areas: list[str]
    rights: list[str]
    valid_from: date
    valid_to: date
    obj: ScopeObject | None = None


@transaction.atomic
def prepare(*, viewer: Viewer, terms: Terms, asked_by: Party) -> Mandate:
    """Write down a mandate that the viewer gives (`asked_by` principal) or wants (attorney); nobody is told yet.

    The answer is the same whether or not the portal knows the other side. Raises BadScope, IdentifierError,
    TooManyRequests and AccessDenied.
    """
    if viewer.own is None:
        raise AccessDenied()
    mine = viewer.own
    if asked_by == Party.PRINCIPAL:
        mine = viewer.subject or viewer.own
        policy.represents(viewer, mine)
    areas, rights = checked_scope(
        areas=terms.areas, rights=terms.rights, valid_from=terms.valid_from, valid_to=terms.valid_to
    )
    if terms.valid_from < clock.today():
        raise BadScope(_("Pełnomocnictwo może zacząć się najwcześniej dzisiaj."))
    if terms.obj and [terms.obj.area] != areas:
        raise BadScope(_("Wybrana sprawa należy do innego zakresu. Zaznacz tylko zakres, w którym ona leży."))
    _refuse_too_many(viewer)
    number = _CLEAN[terms.scheme](terms.number)
    fingerprint = pii.fingerprint(terms.scheme, number)
    if mine.identifiers.filter(scheme=terms.scheme, fingerprint=fingerprint).exists():
        raise BadScope(_("To Twój własny numer. Podaj numer drugiej strony."))
    other = f"{terms.name}, {NamedParty.Scheme(terms.scheme).label} {pii.mask(number)}"
    is_given = asked_by == Party.PRINCIPAL
    text = texts.compose(
        principal=mine.display_name if is_given else other, attorney=other if is_given else mine.display_name,
        areas=areas, rights=rights, object_title=terms.obj.title if terms.obj else "",
        valid_from=terms.valid_from, valid_to=terms.valid_to,
    )  # fmt: skip
    mandate = Mandate.objects.create(
        principal=mine if is_given else None, attorney=None if is_given else mine, areas=areas, rights=rights,
        object_kind=terms.obj.kind if terms.obj else "", object_id=terms.obj.public_id if terms.obj else None,
        object_title=terms.obj.title if terms.obj else "", valid_from=terms.valid_from, valid_to=terms.valid_to,
        text=text, text_sha256=texts.digest(text), asked_by=asked_by, asked_by_user=viewer.user,
    )  # fmt: skip
    NamedParty.objects.create(
        mandate=mandate, side=Party.ATTORNEY if is_given else Party.PRINCIPAL, scheme=terms.scheme,
        fingerprint=fingerprint, encrypted_number=pii.encrypt(number), name=terms.name,
    )  # fmt: skip
    return mandate


@transaction.atomic
def ask_again_for(*, viewer: Viewer, right: str, area: str) -> Mandate:
    """Ask the principal of the chosen mandate for one right more, with the same last day. Raises as `prepare`."""
    held = viewer.mandate
    if held is None or held.principal is None or viewer.own is None:
        raise AccessDenied(right, area)
    areas, rights = checked_scope(
        areas=[area], rights=["see", right], valid_from=clock.today(), valid_to=held.valid_to
    )
    _refuse_too_many(viewer)
    terms: dict[str, Any] = {
        "areas": areas,
        "rights": rights,
        "valid_from": clock.today(),
        "valid_to": held.valid_to,
    }
    text = texts.compose(
        principal=held.principal.display_name,
        attorney=viewer.own.display_name,
        object_title=held.object_title,
        **terms,
    )
    return Mandate.objects.create(
        principal=held.principal, attorney=viewer.own, object_kind=held.object_kind, object_id=held.object_id,
        object_title=held.object_title, text=text, text_sha256=texts.digest(text), asked_by=Party.ATTORNEY,
        asked_by_user=viewer.user, **terms,
    )  # fmt: skip


@transaction.atomic
def send(*, viewer: Viewer, mandate_id: UUID, read_sha256: str, on_paper: bool) -> Mandate:
    """Let a prepared mandate go its way after whoever prepared it has read its exact text.

    On paper it waits for a clerk with the signed document; what an attorney wants waits for the principal; what
    a principal gives is confirmed with this. Raises AccessDenied, TextChanged, WrongState.
    """
    mandate = _locked(mandate_id)
    if mandate.asked_by_user_id != viewer.user.pk:
        raise AccessDenied()
    _check(mandate, Status.REQUESTED, read_sha256)
    _resolve(mandate)
    if on_paper:
        _move(mandate, Status.AWAITING_CLERK)
    elif mandate.asked_by == Party.PRINCIPAL:
        _agree(viewer, mandate)
    else:
        _move(mandate, Status.AWAITING_PRINCIPAL)
        tell(
            mandate,
            Party.PRINCIPAL,
            "mandates.asked",
            _("Ktoś prosi o Twoje pełnomocnictwo. Sprawdź, kto i o jakie."),
        )
    _note(viewer, mandate, "mandates.ask")
    return mandate


@transaction.atomic
def confirm(*, viewer: Viewer, mandate_id: UUID, read_sha256: str) -> Mandate:
    """Agree, as the principal or its representative, to the text that was read.

    Where the representative may act only together with another, it waits for the second. Raises AccessDenied,
    TextChanged, WrongState, MandateError (twice by the same person).
    """
    mandate = _locked(mandate_id)
    if mandate.principal is None:
        raise AccessDenied()
    policy.represents(viewer, mandate.principal)
    _check(mandate, Status.AWAITING_PRINCIPAL, read_sha256)
    _agree(viewer, mandate)
    _note(viewer, mandate, "mandates.confirm")
    return mandate


@transaction.atomic
def refuse(*, viewer: Viewer, mandate_id: UUID, reason: str = "") -> Mandate:
    """Say no as the principal, or take back as the one who asked. Raises AccessDenied, WrongState."""
    mandate = _locked(mandate_id)
    if mandate.asked_by_user_id == viewer.user.pk:
        party = Party(mandate.asked_by)
    elif mandate.principal is not None and mandate.status == Status.AWAITING_PRINCIPAL:
        policy.represents(viewer, mandate.principal)
        party = Party.PRINCIPAL
    else:
        raise AccessDenied()
    if mandate.status not in (Status.REQUESTED, Status.AWAITING_PRINCIPAL, Status.AWAITING_CLERK):
        raise WrongState()
    was_seen = mandate.status != Status.REQUESTED
    mandate.ended_at, mandate.ended_by, mandate.end_reason = clock.now(), party, reason[:200]
    _move(mandate, Status.REFUSED)
    if was_seen and party == Party.ATTORNEY:
        text = _("Pełnomocnik wycofał swoją prośbę o pełnomocnictwo. Nic nie musisz robić.")
        tell(mandate, Party.PRINCIPAL, "mandates.withdrawn", text)
    if was_seen and party == Party.PRINCIPAL and mandate.asked_by == Party.ATTORNEY:
        tell(
            mandate,
            Party.ATTORNEY,
            "mandates.refused",
            _("Mocodawca odrzucił Twoją prośbę o pełnomocnictwo."),
        )
    _note(viewer, mandate, "mandates.refuse")
    return mandate


def find_own(viewer: Viewer) -> int:
    """Tie to the viewer the mandates that name them by PESEL and family name; returns how many.

    Only a person verified under that PESEL, with access to their own data, is tied.
    """
    identity = viewer.identity
    if identity is None or viewer.own is None or identity.scheme != Identity.Scheme.PESEL:
        return 0
    waiting = NamedParty.objects.filter(scheme="pesel", fingerprint=identity.fingerprint)
    mandates = Mandate.objects.filter(named__in=waiting, status__in=_OPEN).select_related("named")
    return sum(_tie(one, viewer.own) for one in mandates)


@transaction.atomic
def _tie(mandate: Mandate, subject: Subject) -> bool:
    side = mandate.named.side
    if getattr(mandate, f"{side}_id") is not None or not _is_called(subject, mandate.named.name):
        return False
    if subject.pk in (mandate.principal_id, mandate.attorney_id):
        return False
    return bool(Mandate.objects.filter(pk=mandate.pk, **{f"{side}__isnull": True}).update(**{side: subject}))


def _resolve(mandate: Mandate) -> None:
    """Fill in the named side when the portal knows it by number and name; whoever named it is not told."""
    named = NamedParty.objects.filter(mandate=mandate).first()
    if named is None:
        return
    subject = find_subject_by_fingerprint(named.scheme, named.fingerprint)
    if subject is not None and _is_called(subject, named.name):
        setattr(mandate, named.side, subject)


def _is_called(subject: Subject, name: str) -> bool:
    known = subject.family_name if subject.kind == Subject.Kind.PERSON else subject.name
    return bool(known) and searching.normalise(known) == searching.normalise(name)


def _agree(viewer: Viewer, mandate: Mandate) -> None:
    """Note that the viewer agrees in the principal's name; enough of them make the mandate active."""
    assert mandate.principal is not None
    standing = policy.represents(viewer, mandate.principal)
    if viewer.own is not None and viewer.own.pk == mandate.attorney_id:
        raise MandateError(_("Nie możesz upoważnić siebie w imieniu organizacji. Musi to zrobić inna osoba."))
    _approval, is_new = Approval.objects.get_or_create(
        mandate=mandate, user=viewer.user,
        defaults={"role": Party.PRINCIPAL, "text_sha256": mandate.text_sha256, "at": clock.now()},
    )  # fmt: skip
    if not is_new:
        raise MandateError(_("Twoja zgoda jest już zapisana. Teraz musi się zgodzić druga osoba uprawniona."))
    agreed = Approval.objects.filter(mandate=mandate, role=Party.PRINCIPAL).count()
    if standing is not None and standing.is_joint and agreed < 2:
        _move(mandate, Status.AWAITING_PRINCIPAL)
        tell(
            mandate, Party.PRINCIPAL, "mandates.second", _("Pełnomocnictwo organizacji czeka na zgodę drugiej osoby."),
            but=viewer.user,
        )  # fmt: skip
        return
    mandate.active_since = clock.now()
    _move(mandate, Status.ACTIVE)
    tell(mandate, Party.ATTORNEY, "mandates.active", _("Masz nowe pełnomocnictwo. Sprawdź, czego dotyczy."))
    given = _("Udzielono pełnomocnictwa. Sprawdź, komu i jakiego.")
    tell(mandate, Party.PRINCIPAL, "mandates.active", given, but=viewer.user)


def _refuse_too_many(viewer: Viewer) -> None:
    since = clock.now() - timedelta(days=1)
    if Mandate.objects.filter(asked_by_user=viewer.user, created_at__gt=since).count() >= A_DAY:
        raise TooManyRequests()


def _locked(mandate_id: UUID) -> Mandate:
    found = Mandate.objects.select_for_update(of=("self",)).select_related("principal", "attorney")
    mandate = found.filter(public_id=mandate_id).first()
    if mandate is None:
        raise AccessDenied()
    return mandate


def _check(mandate: Mandate, status: Mandate.Status, read_sha256: str) -> None:
    if mandate.status != status:
        raise WrongState()
    if mandate.valid_to < clock.today():
        raise BadScope(_("Ostatni dzień tego pełnomocnictwa już minął. Przygotuj nowe."))
    if mandate.text_sha256 != read_sha256:
        raise TextChanged()


def _move(mandate: Mandate, status: Mandate.Status) -> None:
    mandate.status = status
    mandate.save()


def _note(viewer: Viewer, mandate: Mandate, action: str) -> None:
    subject = mandate.principal or mandate.attorney
    record(
        actor_id=viewer.user.public_id,
        subject_id=subject.public_id if subject else None,
        action=action,
        reference=str(mandate.public_id),
    )
