"""For whom else a draft asks: persons and organisations with basis, scope and stamp duty."""

from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from portal.access import errors
from portal.access.models import AccessApplication, Attachment, Represented
from portal.access.rules import State
from portal.access.services import drafting
from portal.people import pii
from portal.people.models import Identity

MAX_REPRESENTED = 30


@dataclass(frozen=True)
class Who:
    """One represented person or organisation, as declared; the number is clean already."""

    kind: str
    scheme: str
    number: str
    basis: str
    areas: list[str]
    rights: list[str]
    valid_to: date
    role: str = ""
    given_name: str = ""
    family_name: str = ""
    name: str = ""


def lock_draft(identity: Identity) -> AccessApplication:
    """The person's draft, locked. Raises DraftClosed when there is none, or it is being signed."""
    draft = drafting.lock_prepared(identity)
    if draft is None or draft.state != State.DRAFT:
        raise errors.DraftClosed
    return draft


def find(draft: AccessApplication, public_id: UUID) -> Represented:
    """One of a draft's represented. Raises DraftClosed when it has been taken out."""
    found = draft.represented.filter(public_id=public_id).first()
    if found is None:
        raise errors.DraftClosed
    return found


@transaction.atomic
def save_represented(*, identity: Identity, who: Who, public_id: UUID | None = None) -> Represented:
    """Add somebody to the draft, or change who is `public_id`; adding the very same once more changes nothing.

    Raises DraftClosed, RepresentedRefused.
    """
    draft = lock_draft(identity)
    fingerprint = pii.fingerprint(who.scheme, who.number)
    if (who.scheme, who.number) == ("pesel", identity.identifier if identity.has_pesel else ""):
        raise errors.RepresentedRefused(
            _("To Twój własny numer PESEL. O swoje dane prosisz w pierwszej części.")
        )
    others = draft.represented.exclude(public_id=public_id) if public_id else draft.represented.all()
    same = others.filter(scheme=who.scheme, fingerprint=fingerprint).first()
    if same is not None and public_id is None and _says(same, who):
        return same
    if same is not None:
        raise errors.RepresentedRefused(_("Ta osoba albo firma już jest na liście. Zmień tamten wpis."))
    if public_id is None and others.count() >= MAX_REPRESENTED:
        raise errors.RepresentedRefused(
            _(
                "W jednym wniosku możesz wskazać najwyżej %(count)d osób i firm. O pozostałe poproś w następnym."
            )
            % {"count": MAX_REPRESENTED}
        )
    row = find(draft, public_id) if public_id else Represented(application=draft, position=_next(draft))
    values = asdict(who)
    values |= {"fingerprint": fingerprint, "encrypted_number": pii.encrypt(values.pop("number"))}
    for name, value in values.items():
        setattr(row, name, value)
    if not row.owes_duty:
        row.duty, row.duty_ground, row.duty_note = "", "", ""
    row.save()
    if not row.owes_duty:
        Attachment.objects.filter(represented=row, purpose=Attachment.Purpose.STAMP_DUTY).delete()
    return row


def _says(row: Represented, who: Who) -> bool:
    """Whether a row says just this: the form was sent twice."""
    return all(getattr(row, name) == value for name, value in asdict(who).items())


def _next(draft: AccessApplication) -> int:
    return (draft.represented.aggregate(last=Max("position"))["last"] or 0) + 1


@transaction.atomic
def remove_represented(*, identity: Identity, public_id: UUID) -> str:
    """Take somebody out of the draft with their files; return their name. Raises DraftClosed."""
    row = find(lock_draft(identity), public_id)
    Attachment.objects.filter(represented=row).delete()
    row.delete()
    return row.display_name


@transaction.atomic
def save_duty(
    *, identity: Identity, public_id: UUID, duty: str, ground: str = "", note: str = ""
) -> Represented:
    """Note what is declared of the stamp duty for a power of attorney. Raises DraftClosed."""
    row = find(lock_draft(identity), public_id)
    if not row.owes_duty:
        raise errors.DraftClosed
    row.duty = duty
    row.duty_ground = ground if duty == Represented.Duty.EXEMPT else ""
    row.duty_note = note if duty == Represented.Duty.ELSEWHERE else ""
    row.save(update_fields=["duty", "duty_ground", "duty_note"])
    return row
