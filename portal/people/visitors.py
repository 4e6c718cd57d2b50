"""A visitor of demo/demo gets their own user, identity and subject, with a copy of the persona's data.

A copy lives for two hours. When as many are alive as the town holds, the one that was left longest ago makes room.
"""

import uuid
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max, QuerySet
from django.db.models.functions import Coalesce

from eurzad.lib import clock
from eurzad.lib.personas import DEMO
from portal.people import identity_key, pii, removal, services
from portal.people.models import Identity, Subject, User

Copier = Callable[[Subject, Subject], None]

LIFETIME = timedelta(hours=2)
MOST = 200
"""Copies alive at once."""
IDLE = timedelta(minutes=5)
"""A copy that was used more recently than this makes room for nobody."""

_copiers: list[Copier] = []


class TownIsFull(Exception):
    """As many copies as the demo town holds are in use this moment."""


def register_copier(copier: Copier) -> None:
    """Have `copier(template, copy)` called for every new visitor."""
    _copiers.append(copier)


def _template() -> Subject:
    subject = services.find_subject("pesel", DEMO.pesel)
    if subject is None:
        raise LookupError("The demo town is not loaded.")
    return subject


@transaction.atomic
def create_visitor() -> User:
    """Create a demo user with an own copy of the demo persona's data.

    Raises LookupError before `load_demo` and outside the demo, TownIsFull when there is no room and nobody idle.
    """
    if not settings.DEMO_MODE:
        raise LookupError("There are visitors in the demo town only.")
    identity_key.hold()
    template = _template()
    Subject.objects.select_for_update().get(
        pk=template.pk
    )  # one after another, so that nobody is one too many
    _make_room()
    token = uuid.uuid4().hex
    user = User(
        username=f"demo-{token}",
        first_name=template.given_name,
        last_name=template.family_name,
        kind=User.Kind.DEMO,
        date_joined=clock.now(),
    )
    user.set_unusable_password()
    user.save()
    copy = Subject.objects.get(pk=template.pk)
    copy.pk, copy.public_id = None, uuid.uuid4()
    copy.save(force_insert=True)
    Identity.objects.create(
        scheme=Identity.Scheme.DEMO,
        fingerprint=pii.fingerprint(Identity.Scheme.DEMO, token),
        encrypted_identifier=pii.encrypt(DEMO.pesel),
        given_name=template.given_name,
        family_name=template.family_name,
        birth_date=DEMO.birth_date,
        user=user,
        subject=copy,
        subject_ground=Identity.Ground.DEMO,
        subject_since=clock.now(),
        created_at=clock.now(),
    )
    for copier in _copiers:
        copier(template, copy)
    return user


def remove_old() -> int:
    """Remove every copy whose two hours are over; return how many went."""
    over = _visitors().filter(date_joined__lte=clock.now() - LIFETIME)
    return sum(removal.remove(user) > 0 for user in over)


def _visitors() -> "QuerySet[User]":
    return User.objects.filter(kind=User.Kind.DEMO)


def _make_room() -> None:
    too_many = _visitors().count() - MOST + 1
    if too_many <= 0:
        return
    last_used = _visitors().annotate(last_used=Coalesce(Max("open_sessions__seen_at"), "date_joined"))
    leaving = last_used.filter(last_used__lte=clock.now() - IDLE).order_by("last_used", "pk")[:too_many]
    if len(leaving) < too_many:
        raise TownIsFull
    for user in leaving:
        removal.remove(user)
