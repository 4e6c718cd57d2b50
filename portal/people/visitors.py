"""A visitor of demo/demo gets their own user, identity and subject, with a copy of the persona's data."""

import uuid
from collections.abc import Callable

from django.db import transaction

from eurzad.lib import clock
from eurzad.lib.personas import DEMO
from portal.people import identity_key, pii, services
from portal.people.models import Identity, Subject, User

Copier = Callable[[Subject, Subject], None]

_copiers: list[Copier] = []


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
    """Create a demo user with an own copy of the demo persona's data. Raises LookupError before `load_demo`."""
    identity_key.hold()
    template = _template()
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
        created_at=clock.now(),
    )
    for copier in _copiers:
        copier(template, copy)
    return user
