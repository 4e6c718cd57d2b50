"""A visitor of demo/demo gets their own user, identity and subject, with a copy of the persona's data."""

import base64
import hashlib
import uuid
from collections.abc import Callable

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.db import transaction

from eurzad.lib import clock
from eurzad.lib.personas import CLERKS, DEMO, WITH_ACCOUNT, Persona
from portal.people import pii, services
from portal.people.models import Identity, Subject, User

Copier = Callable[[Subject, Subject], None]
DEMO_PASSWORD = "jarzebina-w-sadzie"  # noqa: S105 - printed by `make demo` for everyone

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
        fingerprint=pii.fingerprint("demo", token),
        encrypted_pesel=pii.encrypt(DEMO.pesel),
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


def totp_secret(persona: Persona) -> str:
    """Return a demo clerk's TOTP secret (base32); the same everywhere, therefore refused outside the demo."""
    digest = hashlib.sha256(f"eurzad demo totp {persona.key}".encode()).digest()
    return base64.b32encode(digest[:20]).decode()


def is_demo_secret(secret: str) -> bool:
    """Tell whether a TOTP secret is one that anybody can read in this file."""
    return secret in {totp_secret(clerk) for clerk in CLERKS}


@transaction.atomic
def load() -> None:
    """Create the clerks with password and second factor, and link the personas that have an account. Idempotent."""
    for persona in CLERKS:
        clerk, created = User.objects.get_or_create(
            username=persona.key,
            defaults={
                "first_name": persona.given_name,
                "last_name": persona.family_name,
                "email": persona.email,
                "kind": User.Kind.STAFF,
                "is_staff": True,
            },
        )
        if created:
            clerk.set_password(DEMO_PASSWORD)
            clerk.save(update_fields=["password"])
        Authenticator.objects.get_or_create(
            user=clerk,
            type=Authenticator.Type.TOTP,
            defaults={"data": {"secret": get_adapter().encrypt(totp_secret(persona))}},
        )
    for persona in (*WITH_ACCOUNT, DEMO):
        subject = services.find_subject("pesel", persona.pesel)
        if subject is None:
            raise LookupError("The ledger's demo data must be loaded first.")
        identity = services.get_or_create_identity(
            pesel=persona.pesel,
            given_name=persona.given_name,
            family_name=persona.family_name,
            birth_date=persona.birth_date,
        )
        if identity.subject_id is None:
            services.link_identity(identity=identity, subject=subject)
