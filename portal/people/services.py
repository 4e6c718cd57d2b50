"""Writing people: identities, subjects and their numbers."""

import logging
import uuid
from datetime import date

from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from eurzad.lib import clock
from eurzad.lib.identifiers import (
    IdentifierError,
    clean_eidas,
    clean_krs,
    clean_nip,
    clean_pesel,
    clean_regon,
    pesel_birth_date,
)
from portal.people import identity_key, pii
from portal.people.models import Identity, Subject, SubjectIdentifier, User

NATIONAL = "national"
"""How allauth names the provider of the national sign-in."""
_CLEAN = {
    "pesel": clean_pesel,
    "nip": clean_nip,
    "regon": clean_regon,
    "krs": clean_krs,
    "eidas": clean_eidas,
}
_NOT_OF = {"person": {"krs"}, "organisation": {"pesel", "eidas"}}
"""Numbers that a kind of subject cannot have."""
_OF_PEOPLE = (Identity.Scheme.PESEL, Identity.Scheme.EIDAS)

logger = logging.getLogger(__name__)


@transaction.atomic
def get_or_create_identity(
    *, scheme: str, identifier: str, given_name: str, family_name: str, birth_date: date | None
) -> Identity:
    """Return the identity of a verified person, with names as last verified.

    `scheme` is `pesel` or `eidas`; the same characters in the other scheme are another person. The birth date
    of a PESEL is the one it carries (the number is changed by law when the date is corrected: act on the
    population register, art. 19); of an eIDAS identifier, the one first verified. Raises IdentifierError for a
    malformed identifier and, with the code `birth_date`, for a date that contradicts the PESEL.
    """
    if scheme not in _OF_PEOPLE:
        raise IdentifierError("scheme")
    identity_key.hold()
    clean = _CLEAN[scheme](identifier)
    birth_date = _birth_date(scheme, clean, birth_date)
    identity, _created = Identity.objects.update_or_create(
        scheme=scheme,
        fingerprint=pii.fingerprint(scheme, clean),
        defaults={"given_name": given_name, "family_name": family_name},
        create_defaults={
            "encrypted_identifier": pii.encrypt(clean),
            "given_name": given_name,
            "family_name": family_name,
            "birth_date": birth_date,
            "created_at": clock.now(),
        },
    )
    if identity.birth_date is None and birth_date is not None:
        identity.birth_date = birth_date
        identity.save(update_fields=["birth_date"])
    elif birth_date is not None and identity.birth_date != birth_date:
        logger.warning("another birth date than before identity=%s", identity.public_id)
    return identity


def _birth_date(scheme: str, identifier: str, verified: date | None) -> date | None:
    if scheme != Identity.Scheme.PESEL:
        return verified
    carried = pesel_birth_date(identifier)
    if verified not in (None, carried):
        raise IdentifierError("birth_date")
    return carried


def hold_number_of(identity: Identity) -> None:
    """Read the number of a person again, before a transaction stores a copy of it beside something else.

    Raises WrongIdentityKey when IDENTITY_KEY was changed under this process.
    """
    identity_key.hold()
    identity.refresh_from_db(fields=["fingerprint", "encrypted_identifier"])


@transaction.atomic
def create_subject(*, identifiers: dict[str, str], **fields: str) -> Subject:
    """Create a subject with its official numbers (`{"pesel": …}`).

    A person who runs a business has a NIP and a REGON beside the PESEL. Raises IdentifierError, with the code `kind`
    for a number that this kind of subject cannot have.
    """
    if set(identifiers) & _NOT_OF[fields["kind"]]:
        raise IdentifierError("kind")
    identity_key.hold()
    subject = Subject.objects.create(**fields)
    for scheme, value in identifiers.items():
        clean = _CLEAN[scheme](value)
        SubjectIdentifier.objects.create(
            subject=subject,
            scheme=scheme,
            fingerprint=pii.fingerprint(scheme, clean),
            encrypted=pii.encrypt(clean),
        )
    return subject


def find_subject(scheme: str, value: str) -> Subject | None:
    """Return the subject that owns an official number, or None. Raises IdentifierError."""
    return find_subject_by_fingerprint(scheme, pii.fingerprint(scheme, _CLEAN[scheme](value)))


def find_subject_by_fingerprint(scheme: str, fingerprint: str) -> Subject | None:
    """Return the subject whose number has this keyed hash, or None."""
    return Subject.objects.filter(identifiers__scheme=scheme, identifiers__fingerprint=fingerprint).first()


def has_other_number(subject: Subject, identity: Identity) -> bool:
    """Tell whether the ledger knows `subject` by a number that the verified person has not.

    A PESEL that is not theirs (also where the person has none at all), or another eIDAS identifier than theirs.
    """
    known = subject.identifiers.filter(scheme__in=(SubjectIdentifier.Scheme.PESEL, identity.scheme))
    return known.exclude(scheme=identity.scheme, fingerprint=identity.fingerprint).exists()


def link_identity(*, identity: Identity, subject: Subject, ground: str = Identity.Ground.CLERK) -> None:
    """Let a verified person see `subject` as their own, by a clerk's decision unless another `ground` is given.

    A visitor of the demo is linked on no ground but the demo's. Nothing else writes this column.
    """
    if identity.scheme == Identity.Scheme.DEMO:
        ground = Identity.Ground.DEMO
    Identity.objects.filter(pk=identity.pk).update(
        subject=subject, subject_ground=ground, subject_since=clock.now()
    )


def attach_user(*, identity: Identity, user: User) -> None:
    """Make `user` the way in of a verified person."""
    Identity.objects.filter(pk=identity.pk).update(user=user)


@transaction.atomic
def sign_in_identity(
    *, scheme: str, identifier: str, given_name: str, family_name: str, birth_date: date | None
) -> Identity:
    """Return the identity of a person the national sign-in verified, with a user to sign in as.

    The user has a random name, no e-mail address and no password; allauth finds it by the identity's public
    id. Which identity provider vouched, and under which NameID, does not matter: two reach the same account
    only with the same `scheme` and `identifier`. Several first sign-ins at once make one user. Raises
    IdentifierError (see `get_or_create_identity`).
    """
    identity = get_or_create_identity(
        scheme=scheme,
        identifier=identifier,
        given_name=given_name,
        family_name=family_name,
        birth_date=birth_date,
    )
    identity = Identity.objects.select_for_update(of=("self",)).select_related("user").get(pk=identity.pk)
    user = identity.user
    if user is None:
        user = User(username=f"r-{uuid.uuid4().hex}", date_joined=clock.now())
        user.set_unusable_password()
    user.first_name, user.last_name = given_name, family_name
    user.save()
    attach_user(identity=identity, user=user)
    SocialAccount.objects.update_or_create(
        provider=NATIONAL, uid=str(identity.public_id), defaults={"user": user}
    )
    return identity
