"""Writing people: identities, subjects and their numbers."""

import uuid
from datetime import date

from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from eurzad.lib import clock
from eurzad.lib.identifiers import clean_krs, clean_nip, clean_pesel, clean_regon
from portal.people import pii
from portal.people.models import Identity, Subject, SubjectIdentifier, User

NATIONAL = "national"
"""How allauth names the provider of the national sign-in."""
_CLEAN = {"pesel": clean_pesel, "nip": clean_nip, "regon": clean_regon, "krs": clean_krs}


@transaction.atomic
def get_or_create_identity(
    *, pesel: str, given_name: str, family_name: str, birth_date: date | None
) -> Identity:
    """Return the identity of a verified person, with names as last verified. Raises IdentifierError."""
    digits = clean_pesel(pesel)
    identity, _created = Identity.objects.update_or_create(
        fingerprint=pii.fingerprint("pesel", digits),
        defaults={"given_name": given_name, "family_name": family_name},
        create_defaults={
            "encrypted_pesel": pii.encrypt(digits),
            "given_name": given_name,
            "family_name": family_name,
            "birth_date": birth_date,
            "created_at": clock.now(),
        },
    )
    return identity


@transaction.atomic
def create_subject(*, identifiers: dict[str, str], **fields: str) -> Subject:
    """Create a subject with its official numbers (`{"pesel": …}`); raises IdentifierError."""
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


def has_other_pesel(subject: Subject, identity: Identity) -> bool:
    """Tell whether the ledger knows `subject` by a PESEL that is not the one of the verified person."""
    known = subject.identifiers.filter(scheme=SubjectIdentifier.Scheme.PESEL)
    return known.exclude(fingerprint=identity.fingerprint).exists()


def link_identity(*, identity: Identity, subject: Subject) -> None:
    """Let a verified person see `subject` as their own; the clerk's decision is what calls this."""
    Identity.objects.filter(pk=identity.pk).update(subject=subject)


def attach_user(*, identity: Identity, user: User) -> None:
    """Make `user` the way in of a verified person."""
    Identity.objects.filter(pk=identity.pk).update(user=user)


@transaction.atomic
def sign_in_identity(*, pesel: str, given_name: str, family_name: str, birth_date: date) -> Identity:
    """Return the identity of a person the national sign-in verified, with a user to sign in as.

    The user has a random name, no e-mail address and no password; allauth finds it by the identity's
    fingerprint. Several first sign-ins at once make one user. Raises IdentifierError.
    """
    identity = get_or_create_identity(
        pesel=pesel, given_name=given_name, family_name=family_name, birth_date=birth_date
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
        provider=NATIONAL, uid=identity.fingerprint, defaults={"user": user}
    )
    return identity
