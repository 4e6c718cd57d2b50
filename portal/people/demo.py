"""Clerks and residents of the demo town."""

import base64
import hashlib

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.db import transaction

from eurzad.lib.personas import DEMO, STAFF, WITH_ACCOUNT, Persona
from portal.people import services
from portal.people.models import Identity, User

DEMO_PASSWORD = "jarzebina-w-sadzie"  # noqa: S105 - printed by `make demo` for everyone


def totp_secret(persona: Persona) -> str:
    """Return a demo clerk's TOTP secret (base32); the same everywhere, therefore refused outside the demo."""
    digest = hashlib.sha256(f"eurzad demo totp {persona.key}".encode()).digest()
    return base64.b32encode(digest[:20]).decode()


def is_demo_secret(secret: str) -> bool:
    """Tell whether a TOTP secret is one that anybody can read in this file."""
    return secret in {totp_secret(clerk) for clerk in STAFF}


@transaction.atomic
def load() -> None:
    """Create the clerks with password and second factor, and link the personas that have an account. Idempotent."""
    for persona in STAFF:
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
            scheme="pesel",
            identifier=persona.pesel,
            given_name=persona.given_name,
            family_name=persona.family_name,
            birth_date=persona.birth_date,
        )
        if identity.subject_id is None:
            services.link_identity(identity=identity, subject=subject, ground=Identity.Ground.DEMO)
