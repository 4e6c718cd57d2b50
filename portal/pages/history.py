"""Who looked at a subject's data and who acted in its name, in plain words."""

from dataclasses import dataclass
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.utils.translation import gettext as _

from eurzad.lib import clock
from portal.journal import staff, words
from portal.journal.models import Record
from portal.mandates.policy import AccessDenied, Area, Right, Viewer, can
from portal.people.models import Subject, User

PER_PAGE = 25


@dataclass(frozen=True)
class HistoryRow:
    """One record as its owner reads it."""

    at: str
    at_iso: str
    who: str
    what: str
    reference: str
    reason: str
    is_read: bool


@dataclass(frozen=True)
class History:
    """A page of rows; `name` is whose data they are about."""

    name: str
    rows: list[HistoryRow]
    page: Page
    has_own: bool


def read_history(viewer: Viewer, *, page: str, with_own: bool) -> History:
    """Return who looked at the data in view, newest first; the viewer's own looks only when asked for.

    Under a mandate an attorney sees what concerns the areas they may see. Raises AccessDenied when there is none.
    """
    subject = viewer.acting_for or viewer.own
    ids: list[UUID] = [subject.public_id] if subject else []
    found = Record.objects.all()
    if viewer.acting_for is not None:
        found = found.filter(action__in=_actions_seen_by(viewer, viewer.acting_for))
    elif viewer.identity is not None:
        ids.append(viewer.identity.public_id)
    found = found.filter(subject_id__in=ids)
    if not with_own:
        found = found.exclude(actor_id=viewer.user.public_id)
    current = Paginator(found.order_by("-at", "-pk"), PER_PAGE).get_page(page)
    people = {
        user.public_id: user
        for user in User.objects.select_related("identity__subject").filter(
            public_id__in={record.actor_id for record in current if record.actor_id}
        )
    }
    return History(
        name=subject.display_name if subject else str(viewer.user),
        rows=[_row(record, people, viewer) for record in current],
        page=current,
        has_own=with_own,
    )


def _actions_seen_by(viewer: Viewer, principal: Subject) -> list[str]:
    areas = {area for area in Area.values if can(viewer, Right.SEE, area, principal)}
    if not areas:
        raise AccessDenied(Right.SEE, "", principal)
    return [action for action, said in words.known().items() if said.area in areas]


def _row(record: Record, people: dict[UUID, User], viewer: Viewer) -> HistoryRow:
    said = words.words_of(record.action)
    at = clock.to_warsaw(record.at)
    return HistoryRow(
        at=f"{at:%d.%m.%Y %H:%M}",
        at_iso=at.isoformat(timespec="seconds"),
        who=_who(record, people, viewer),
        what=str(said.text),
        reference=_reference(record),
        reason=record.reason,
        is_read=said.is_read,
    )


def _reference(record: Record) -> str:
    if record.action.startswith("staff."):
        return staff.words_for(record.reference)
    return "" if _is_id(record.reference) else record.reference


def _who(record: Record, people: dict[UUID, User], viewer: Viewer) -> str:
    if record.actor_id is None:
        return _("Portal (samoczynnie)")
    if record.actor_id == viewer.user.public_id:
        return _("Ty")
    user = people.get(record.actor_id)
    if user is None:
        return _("Osoba, której konta już nie ma")
    if user.kind == User.Kind.STAFF:
        return _("Pracownik urzędu: %(name)s") % {"name": user}
    identity = getattr(user, "identity", None)
    own = identity.subject.public_id if identity and identity.subject else None
    name = identity.full_name if identity else str(user)
    if identity and record.subject_id in (own, identity.public_id):
        return name
    if viewer.acting_for is not None:
        return _("Pełnomocnik: %(name)s") % {"name": name}
    return _("Twój pełnomocnik: %(name)s") % {"name": name}


def _is_id(text: str) -> bool:
    """A public id says nothing to people; case and payment numbers do."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True
