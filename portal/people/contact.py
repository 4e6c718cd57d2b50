"""The address under which an account wants to be told that there is news: set, confirmed by a link, changed, removed.

Until a new address is confirmed the old one stays. Nobody signs in with it, and nothing of a case is ever sent to it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from eurzad.lib import clock
from eurzad.lib.errors import DomainError
from eurzad.outbox.services import enqueue
from portal.journal.services import record
from portal.people import email_links, limits
from portal.people.models import ContactEmail, User

PURPOSE = "account"

_suggestions: list[Callable[[User], str]] = []


class TooManyMessages(DomainError):
    """As many links as one account may send in a day have gone out."""

    code = "too_many_messages"


@dataclass(frozen=True)
class Link:
    """What a link leads to: the account, the address it would confirm, and whether that was done already."""

    user: User
    email: str
    is_done: bool


def register_suggestion(source: Callable[[User], str]) -> None:
    """Have `source(user)` name an address that the person confirmed elsewhere (an application); empty: none."""
    _suggestions.append(source)


def contact_of(user: User) -> ContactEmail:
    """The contact of an account; an empty one, not saved, when nothing was given yet."""
    return ContactEmail.objects.filter(user=user).first() or ContactEmail(user=user)


def address_of(user: User) -> str:
    """The confirmed address of an account, or an empty text."""
    return ContactEmail.objects.filter(user=user).values_list("email", flat=True).first() or ""


def suggestion_for(user: User) -> str:
    """An address that the person has confirmed elsewhere and that is not the account's yet, or an empty text."""
    known = address_of(user)
    found = (source(user) for source in _suggestions)
    return next((email for email in found if email and not _same(email, known)), "")


@transaction.atomic
def ask(*, user: User, email: str) -> ContactEmail:
    """Send a link to a new address; the old one stays until it is followed. Raises TooManyMessages.

    The address that is confirmed already gives up a change that was begun, and sends nothing.
    """
    contact = _lock(user)
    if _same(contact.email, email):
        contact.pending, contact.asked_at = "", None
        contact.save()
        return contact
    if not limits.is_allowed("email_message", str(user.public_id)):
        raise TooManyMessages
    contact.pending, contact.asked_at = email, clock.now()
    contact.save()
    key = f"people.send_email_link:{user.public_id}:{email_links.mark(PURPOSE, email)}"
    enqueue("people.send_email_link", key=key, user_id=str(user.public_id))
    return contact


def send_link(user_id: str) -> None:
    """Mail the link to the address that waits for it; nothing when none does. Raises TransientError."""
    contact = ContactEmail.objects.filter(user__public_id=user_id).select_related("user").first()
    if contact is None or not contact.pending:
        return
    path = reverse("contact:confirm", args=[email_links.make(PURPOSE, user_id, contact.pending)])
    email_links.mail(email=contact.pending, path=path, where=_("jako kontaktowy swojego konta"))


def find_link(token: str) -> Link | None:
    """Return what a link leads to, or None for a false, old or replaced one."""
    read = email_links.read(PURPOSE, token)
    if read is None:
        return None
    user_id, mark = read
    contact = ContactEmail.objects.filter(user__public_id=user_id).select_related("user").first()
    if contact is None:
        return None
    for email, is_done in ((contact.pending, False), (contact.email, True)):
        if email and email_links.mark(PURPOSE, email) == mark:
            return Link(contact.user, email, is_done)
    return None


@transaction.atomic
def confirm(link: Link) -> None:
    """Make the address of a link the account's; repeating it changes nothing."""
    contact = _lock(link.user)
    if contact.pending == link.email:
        _settle(contact, link.email)


@transaction.atomic
def adopt(*, user: User) -> str:
    """Make the address confirmed elsewhere the account's; return it, empty when there is none any more."""
    email = suggestion_for(user)
    if email:
        _settle(_lock(user), email)
    return email


@transaction.atomic
def remove(*, user: User) -> None:
    """Forget both addresses; links that were sent lead nowhere."""
    gone, _models = ContactEmail.objects.filter(user=user).delete()
    if gone:
        _note(user, "people.contact_removed")


def _settle(contact: ContactEmail, email: str) -> None:
    contact.email, contact.confirmed_at = email, clock.now()
    contact.pending, contact.asked_at = "", None
    contact.save()
    _note(contact.user, "people.contact_confirmed")


def _note(user: User, action: str) -> None:
    identity = getattr(user, "identity", None)
    subject = identity.subject if identity else None
    record(actor_id=user.public_id, subject_id=subject.public_id if subject else None, action=action)


def _lock(user: User) -> ContactEmail:
    ContactEmail.objects.get_or_create(user=user)
    return ContactEmail.objects.select_for_update(of=("self",)).select_related("user").get(user=user)


def _same(one: str, other: str) -> bool:
    return one.lower() == other.lower()
