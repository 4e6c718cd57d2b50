"""Reading mandates: lists, one mandate with what was done under it, and the choice for whom to act."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from eurzad.lib import clock, searching
from eurzad.lib.dates import format_short
from portal.journal import words
from portal.journal.models import Record
from portal.mandates.models import Mandate, NamedParty, Party
from portal.mandates.policy import AccessDenied, Viewer
from portal.mandates.texts import days_of, describe_scope
from portal.people import pii
from portal.people.models import Subject, User

PER_PAGE = 20
TABS = ("granted", "received", "requests", "ended")
Status = Mandate.Status
_WAITING = (Status.REQUESTED, Status.AWAITING_PRINCIPAL, Status.AWAITING_CLERK)
_ENDED = (Status.EXPIRED, Status.REVOKED, Status.REFUSED)
_TAGS = {Status.ACTIVE: "tag-done", Status.REQUESTED: "tag-waiting", Status.AWAITING_PRINCIPAL: "tag-waiting",
         Status.AWAITING_CLERK: "tag-waiting"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class MandateRow:
    """One mandate as a list shows it."""

    public_id: UUID
    principal: str
    attorney: str
    scope: str
    days: str
    valid_to: str
    status: str
    tag: str
    is_held: bool
    is_in_force: bool
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class MandatePage:
    """One mandate in full, with what this viewer may do with it."""

    row: MandateRow
    text: str
    text_sha256: str
    basis: str
    asked_by: str
    ended: str
    can_send: bool
    can_confirm: bool
    can_refuse: bool
    can_end: bool
    has_revocation: bool
    is_mine_as_principal: bool


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that was done under a mandate."""

    when: str
    what: str
    reference: str


def represented_by(viewer: Viewer) -> "QuerySet[Mandate]":
    """The mandates in force that make the viewer a representative by law or register."""
    return Mandate.objects.in_force(clock.today()).filter(attorney=viewer.own, is_statutory=True)


def visible_to(viewer: Viewer) -> "QuerySet[Mandate]":
    """The mandates whose side the viewer is, or represents; a prepared one only for whoever prepares it."""
    if viewer.own is None:
        return Mandate.objects.none()
    principals = represented_by(viewer).values("principal")
    side = Q(attorney=viewer.own) | Q(principal=viewer.own) | Q(principal__in=principals)
    return (
        Mandate.objects.filter(side & ~Q(status=Status.REQUESTED) | Q(asked_by_user=viewer.user))
        .select_related("principal", "attorney", "named")
        .defer("text")
    )


def list_mandates(viewer: Viewer, *, tab: str, page: str) -> tuple[list[MandateRow], "Page[Mandate]"]:
    """Return one page of a tab: granted, received, requests, ended."""
    today = clock.today()
    rows = visible_to(viewer)
    is_over = Q(status__in=_ENDED) | Q(status=Status.ACTIVE, valid_to__lt=today)
    if tab == "ended":
        rows = rows.filter(is_over)
    elif tab == "requests":
        rows = rows.filter(status__in=_WAITING)
    else:
        rows = rows.filter(status=Status.ACTIVE, valid_to__gte=today)
        held = Q(attorney=viewer.own)
        rows = rows.filter(held) if tab == "received" else rows.exclude(held)
    current = Paginator(rows.order_by("valid_to", "pk"), PER_PAGE).get_page(page)
    return [_row(viewer, mandate) for mandate in current], current


def choices(viewer: Viewer, *, query: str, page: str) -> tuple[list[MandateRow], "Page[Mandate]"]:
    """Return one page of the mandates the viewer may act under, by the principal's name."""
    held = Mandate.objects.in_force(clock.today()).filter(attorney=viewer.own).defer("text")
    rows = (held if viewer.own else held.none()).select_related("principal", "attorney", "named")
    for word in query.split()[: searching.MAX_WORDS]:
        rows = rows.filter(
            Q(principal__name__icontains=word)
            | Q(principal__family_name__icontains=word)
            | Q(principal__given_name__icontains=word)
        )
    rows = rows.order_by("principal__name", "principal__family_name", "principal__given_name", "pk")
    current = Paginator(rows, PER_PAGE).get_page(page)
    return [_row(viewer, mandate) for mandate in current], current


def count_choices(viewer: Viewer) -> int:
    """Return under how many mandates the viewer may act today."""
    return Mandate.objects.in_force(clock.today()).filter(attorney=viewer.own).count() if viewer.own else 0


def may_grant(viewer: Viewer) -> bool:
    """Tell whether the viewer may authorise others for the person in view: its owner or representative, no attorney."""
    return viewer.mandate is None or viewer.mandate.is_statutory


def get_mandate_for(viewer: Viewer, public_id: UUID) -> Mandate:
    """Return a mandate the viewer has a part in. Raises AccessDenied, also when there is none."""
    mandate = visible_to(viewer).filter(public_id=public_id).first()
    if mandate is None:
        raise AccessDenied()
    return mandate


def describe(viewer: Viewer, mandate: Mandate) -> MandatePage:
    """Return one mandate as its page shows it."""
    own = viewer.own
    is_principal = mandate.principal_id is not None and (
        (own is not None and own.pk == mandate.principal_id)
        or represented_by(viewer).filter(principal=mandate.principal_id).exists()
    )
    is_asker = mandate.asked_by_user_id == viewer.user.pk
    is_attorney = own is not None and own.pk == mandate.attorney_id
    is_active = mandate.status == Status.ACTIVE and mandate.valid_to >= clock.today()
    return MandatePage(
        row=_row(viewer, mandate),
        text=mandate.text,
        text_sha256=mandate.text_sha256,
        basis=mandate.basis,
        asked_by=str(mandate.get_asked_by_display()),
        ended=_ended(mandate),
        can_send=is_asker and mandate.status == Status.REQUESTED,
        can_confirm=is_principal and not is_attorney and mandate.status == Status.AWAITING_PRINCIPAL,
        can_refuse=(is_asker and mandate.status in _WAITING)
        or (is_principal and mandate.status == Status.AWAITING_PRINCIPAL),
        can_end=is_active and (is_principal or is_attorney),
        has_revocation=mandate.status == Status.REVOKED,
        is_mine_as_principal=is_principal,
    )


def acts_under(mandate: Mandate, *, page: str) -> tuple[list[Act], "Page[Record]"]:
    """Return what the journal knows of the attorney in the principal's name while the mandate was active."""
    attorneys = (
        User.objects.filter(identity__subject=mandate.attorney_id)
        if mandate.attorney_id
        else User.objects.none()
    )
    records = Record.objects.none()
    if mandate.principal is not None and mandate.active_since is not None:
        records = Record.objects.filter(
            subject_id=mandate.principal.public_id,
            actor_id__in=list(attorneys.values_list("public_id", flat=True)),
            at__gte=mandate.active_since,
        )
        if mandate.ended_at is not None:
            records = records.filter(at__lte=mandate.ended_at)
    current = Paginator(records.order_by("-at", "-pk"), PER_PAGE).get_page(page)
    return [Act(_moment(one.at), _done(one.action), _shown(one.reference)) for one in current], current


def side_named(viewer: Viewer, mandate: Mandate, side: Party) -> str:
    """Return the name of a side; of one that was named by number, to the side that named it, only what was typed.

    An attorney learns the principal's full name once the principal has agreed.
    """
    subject: Subject | None = mandate.principal if side == Party.PRINCIPAL else mandate.attorney
    named: NamedParty | None = getattr(mandate, "named", None)
    is_oneself = viewer.own is not None and subject == viewer.own
    has_agreed = side == Party.PRINCIPAL and mandate.active_since is not None and subject is not None
    if named is None or named.side != side or is_oneself or has_agreed:
        return subject.display_name if subject else ""
    return f"{named.name}, {named.get_scheme_display()} {pii.mask(pii.decrypt(named.encrypted_number))}"


def _row(viewer: Viewer, mandate: Mandate) -> MandateRow:
    is_held = viewer.own is not None and mandate.attorney_id == viewer.own.pk
    is_over = mandate.status == Status.ACTIVE and mandate.valid_to < clock.today()
    status = Status.EXPIRED if is_over else Status(mandate.status)
    return MandateRow(
        public_id=mandate.public_id,
        principal=side_named(viewer, mandate, Party.PRINCIPAL),
        attorney=side_named(viewer, mandate, Party.ATTORNEY),
        scope=describe_scope(mandate),
        days=days_of(mandate),
        valid_to=format_short(mandate.valid_to),
        status=str(status.label),
        tag=_TAGS.get(status, "tag-neutral"),
        is_held=is_held,
        is_in_force=status == Status.ACTIVE and mandate.covers(clock.today()),
        is_chosen=viewer.mandate is not None and viewer.mandate.pk == mandate.pk,
    )


def _ended(mandate: Mandate) -> str:
    if mandate.ended_at is None:
        return ""
    said = _("%(when)s, %(who)s") % {"when": _moment(mandate.ended_at), "who": mandate.get_ended_by_display()}
    return f"{said}: {mandate.end_reason}" if mandate.end_reason else said


def _moment(moment: datetime) -> str:
    local = clock.to_warsaw(moment)
    return f"{format_short(local.date())}, {local:%H:%M:%S}"


def _done(action: str) -> str:
    found = words.words_of(action)
    return _("obejrzano: %s") % found.text if found.is_read else str(found.text)


def _shown(reference: str) -> str:
    """A number a person knows; a public id tells them nothing."""
    try:
        UUID(reference)
    except ValueError:
        return reference
    return ""
