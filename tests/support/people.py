"""The personas as rows, for tests."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from eurzad.lib import clock
from eurzad.lib.personas import ANNA, BORYS, CELINA, EWA, FILIP, Persona
from portal.mandates.models import Mandate
from portal.mandates.services.granting import grant_mandate
from portal.people import services
from portal.people.models import User


def make_resident(persona: Persona, *, approved: bool = True) -> User:
    """Create the user of a resident who signed in; `approved` also links their subject."""
    user = User.objects.create(
        username=f"r-{persona.key}", first_name=persona.given_name, last_name=persona.family_name
    )
    identity = services.get_or_create_identity(
        scheme="pesel",
        identifier=persona.pesel,
        given_name=persona.given_name,
        family_name=persona.family_name,
        birth_date=persona.birth_date,
    )
    services.attach_user(identity=identity, user=user)
    subject = services.find_subject("pesel", persona.pesel) or make_subject(persona)
    if approved:
        services.link_identity(identity=identity, subject=subject)
    return User.objects.get(pk=user.pk)


def make_subject(persona: Persona):  # type: ignore[no-untyped-def]
    """Create the subject of a persona, as the ledger knows it."""
    return services.create_subject(
        identifiers={"pesel": persona.pesel},
        kind="person",
        given_name=persona.given_name,
        family_name=persona.family_name,
        street=persona.street,
        building=persona.building,
        flat=persona.flat,
        postal_code=persona.postal_code,
        city=persona.city,
    )


def make_clerk(persona: Persona, *, superuser: bool = False) -> User:
    """Create a member of staff."""
    return User.objects.create(
        username=persona.key,
        first_name=persona.given_name,
        last_name=persona.family_name,
        email=persona.email,
        kind=User.Kind.STAFF,
        is_staff=True,
        is_superuser=superuser,
    )


@pytest.fixture
def anna(db: None) -> User:
    """Anna: the owner."""
    return make_resident(ANNA)


@pytest.fixture
def borys(db: None) -> User:
    """Borys: holds mandates in some tests."""
    return make_resident(BORYS)


@pytest.fixture
def celina(db: None) -> User:
    """Celina: a stranger, signed in, without approved access."""
    return make_resident(CELINA, approved=False)


@pytest.fixture
def ewa(db: None) -> User:
    """Ewa: a clerk with all rights."""
    return make_clerk(EWA, superuser=True)


@pytest.fixture
def filip(db: None) -> User:
    """Filip: a member of staff without any permission."""
    return make_clerk(FILIP)


@pytest.fixture
def mandate_for(db: None) -> Callable[..., Mandate]:
    """Grant a mandate of a year from yesterday between two users' subjects."""

    def grant(principal: User, attorney: User, *, areas: list[str], rights: list[str]) -> Mandate:
        today = clock.today()
        return grant_mandate(
            principal=principal.identity.subject,
            attorney=attorney.identity.subject,
            areas=areas,
            rights=rights,
            valid_from=today - timedelta(days=1),
            valid_to=today + timedelta(days=365),
        )

    return grant
