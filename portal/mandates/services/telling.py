"""Telling the sides of a mandate that something happened to it."""

from django.urls import reverse

from eurzad.lib import clock
from portal.mandates.models import Mandate, Party
from portal.notices.services import notify
from portal.people.contact import address_of
from portal.people.models import Subject, User


def tell(mandate: Mandate, side: Party, topic: str, text: str, *, but: User | None = None) -> int:
    """Give a notice to the users behind one side, and mail those with a confirmed address that there is news.

    Returns how many. Nobody is there yet: nobody is told.
    """
    subject = mandate.principal if side == Party.PRINCIPAL else mandate.attorney
    if subject is None:
        return 0
    users = [user for user in users_of(subject) if user != but]
    url = reverse("mandates:detail", args=[mandate.public_id])
    for user in users:
        notify(user=user, topic=topic, text=text, url=url, email=address_of(user))
    return len(users)


def tell_both(mandate: Mandate, topic: str, text: str) -> int:
    """Give a notice to both sides; returns how many users were told."""
    return tell(mandate, Party.PRINCIPAL, topic, text) + tell(mandate, Party.ATTORNEY, topic, text)


def users_of(subject: Subject) -> list[User]:
    """Return who is behind a subject: the person, or an organisation's representatives by law or register."""
    if subject.kind == Subject.Kind.PERSON:
        return list(User.objects.filter(identity__subject=subject, is_active=True))
    representatives = Mandate.objects.in_force(clock.today()).filter(principal=subject, is_statutory=True)
    return list(
        User.objects.filter(
            identity__subject__in=representatives.values("attorney"), is_active=True
        ).distinct()
    )
