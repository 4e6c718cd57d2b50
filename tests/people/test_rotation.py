"""A new IDENTITY_KEY: everything or nothing, and nothing forgotten."""

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core.management import CommandError, call_command

from eurzad.lib.personas import ANNA, BORYS, DEMO
from portal.access.models import AccessApplication
from portal.access.services import drafting
from portal.people import identity_key, pii, rotation, services, visitors
from portal.people.models import Identity, IdentityKeyMark, SubjectIdentifier, User
from tests.support.keys import OTHER_KEY, current_key, everything, mentions
from tests.support.people import make_resident, make_subject

pytestmark = pytest.mark.django_db

FOREIGN = "DE/PL/aB7-55501234"
SECRET = "JBSWY3DPEHPK3PXP"


def ignore(label: str, done: int, total: int) -> None:
    """Nobody watches."""


@pytest.fixture
def town(ewa: User) -> set[str]:
    """Rows in every protected column; returns what the old key made of them."""
    identity_key.require_right()
    make_resident(ANNA)
    make_subject(DEMO)
    visitor = visitors.create_visitor()
    services.sign_in_identity(
        scheme="eidas",
        identifier=FOREIGN,
        given_name="Heidi",
        family_name="Erle",
        birth_date=date(1871, 5, 2),
    )
    for identity in (Identity.objects.get(scheme="eidas"), visitor.identity):
        drafting.save_draft(identity=identity, details=drafting.Details(city="Jarzębin"))
    TOTP.activate(ewa, SECRET)
    Authenticator.objects.create(
        user=ewa, type=Authenticator.Type.RECOVERY_CODES,
        data={"seed": get_adapter().encrypt("seed"), "migrated_codes": [get_adapter().encrypt("code")], "used_mask": 0},
    )  # fmt: skip
    made = set()
    for model, encrypted, hashes in rotation.protected():
        for row in model._default_manager.all():
            made |= {getattr(row, field.attname) for field in encrypted}
            made |= {
                getattr(row, field.attname)
                for field in hashes
                if getattr(row, field.scheme) != Identity.Scheme.DEMO
            }
    for data in Authenticator.objects.values_list("data", flat=True):
        made |= {data.get("secret"), data.get("seed"), *data.get("migrated_codes", [])} - {None}
    assert len(made) == 11
    return made


def rotate(**options: Any) -> dict[str, int]:
    return rotation.rotate(old=current_key(), new=OTHER_KEY, report=options.pop("report", ignore), **options)


def test_nothing_of_the_old_key_is_left_anywhere(town: set[str], settings: Any) -> None:
    assert mentions(everything(), town) == {
        "people_identity", "people_subjectidentifier", "access_accessapplication", "mfa_authenticator"
    }  # fmt: skip
    marks = set(Identity.objects.filter(scheme="demo").values_list("fingerprint", flat=True))
    assert {name: count for name, count in rotate().items() if count} == {
        "people.Identity": 3, "people.SubjectIdentifier": 2, "access.AccessApplication": 2, "mfa.Authenticator": 2
    }  # fmt: skip
    assert mentions(everything(), town) == set()
    settings.IDENTITY_KEY = OTHER_KEY
    assert identity_key.require_right()
    assert {one.identifier for one in Identity.objects.all()} == {ANNA.pesel, DEMO.pesel, FOREIGN}
    assert set(Identity.objects.filter(scheme="demo").values_list("fingerprint", flat=True)) == marks
    assert {pii.decrypt(one.encrypted) for one in SubjectIdentifier.objects.all()} == {ANNA.pesel, DEMO.pesel}
    assert {pii.decrypt(one.identifier_encrypted) for one in AccessApplication.objects.all()} == {
        FOREIGN,
        DEMO.pesel,
    }
    secrets = {one.type: one.wrap() for one in Authenticator.objects.all()}
    assert get_adapter().decrypt(secrets["totp"].instance.data["secret"]) == SECRET
    assert secrets["recovery_codes"].generate_codes() == ["code"]
    assert get_adapter().decrypt(secrets["recovery_codes"].instance.data["seed"]) == "seed"


def test_the_same_person_finds_the_same_account_under_the_new_key(town: set[str], settings: Any) -> None:
    before = Identity.objects.get(user__username=f"r-{ANNA.key}")
    rotate()
    settings.IDENTITY_KEY = OTHER_KEY
    after = services.sign_in_identity(
        scheme="pesel", identifier=ANNA.pesel, given_name="Anna", family_name="Wrzos", birth_date=None
    )
    assert (after.pk, after.user_id) == (before.pk, before.user_id)
    subject = services.find_subject("pesel", ANNA.pesel)
    assert subject is not None and subject.pk == before.subject_id
    foreign = Identity.objects.get(scheme="eidas")
    again = services.sign_in_identity(
        scheme="eidas", identifier=FOREIGN, given_name="Heidi", family_name="Erle", birth_date=None
    )
    assert again.pk == foreign.pk
    application = AccessApplication.objects.get(identity=foreign)
    assert application.identifier_fingerprint == again.fingerprint


def test_a_second_run_finds_nothing_to_do(town: set[str]) -> None:
    rotate()
    before = everything()
    assert rotate() == {}
    assert everything() == before


def test_a_trial_changes_nothing(town: set[str]) -> None:
    before = everything()
    assert sum(rotate(dry_run=True).values()) == 9
    assert everything() == before


def test_another_key_than_the_current_one_is_refused(town: set[str]) -> None:
    before = everything()
    for old, new in ((OTHER_KEY, pii.key_mark(OTHER_KEY)), (current_key(), current_key())):
        with pytest.raises(rotation.RotationRefused, match="IDENTITY_KEY_OLD"):
            rotation.rotate(old=old, new=new, report=ignore)
    assert everything() == before


def damage_ciphertext() -> str:
    row = AccessApplication.objects.order_by("pk").last()
    assert row is not None
    AccessApplication.objects.filter(pk=row.pk).update(identifier_encrypted=pii.encrypt("x", key=OTHER_KEY))
    return f"access.AccessApplication {row.pk}"


def damage_token() -> str:
    row = SubjectIdentifier.objects.order_by("pk").last()
    assert row is not None
    SubjectIdentifier.objects.filter(pk=row.pk).update(encrypted="not base64!")
    return f"people.SubjectIdentifier {row.pk}"


def damage_hash() -> str:
    row = Identity.objects.get(scheme="eidas")
    Identity.objects.filter(pk=row.pk).update(fingerprint=pii.fingerprint("pesel", BORYS.pesel))
    return f"people.Identity {row.pk}"


def damage_secret() -> str:
    row = Authenticator.objects.get(type="totp")
    Authenticator.objects.filter(pk=row.pk).update(data={"secret": ""})
    return f"mfa.Authenticator {row.pk}"


@pytest.mark.parametrize("damage", [damage_ciphertext, damage_token, damage_hash, damage_secret])
def test_a_row_that_the_old_key_does_not_open_stops_it_all(town: set[str], damage: Callable[[], str]) -> None:
    place = damage()
    before = everything()
    for dry_run in (True, False):
        with pytest.raises(rotation.RotationRefused, match=place):
            rotate(dry_run=dry_run)
    assert everything() == before


@pytest.mark.parametrize("steps", [1, 2, 3, 4])
def test_broken_off_anywhere_everything_is_as_before(town: set[str], steps: int) -> None:
    before = everything()
    seen = []

    def stop(label: str, done: int, total: int) -> None:
        seen.append(label)
        if len(seen) == steps:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotate(report=stop)
    assert everything() == before


def test_big_tables_go_in_batches(town: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotation, "BATCH", 2)
    seen = []
    rotate(report=lambda label, done, total: seen.append((label, done, total)))
    assert ("people.Identity", 2, 3) in seen and ("people.Identity", 3, 3) in seen
    assert mentions(everything(), town) == set()


def test_the_command_says_what_it_did(town: set[str], settings: Any) -> None:
    said = io.StringIO()
    with pytest.raises(CommandError, match="IDENTITY_KEY_OLD"):
        call_command("rotate_identity_key", stdout=said)
    settings.IDENTITY_KEY_OLD, settings.IDENTITY_KEY = settings.IDENTITY_KEY, OTHER_KEY
    call_command("rotate_identity_key", "--dry-run", stdout=said)
    assert "people.Identity: 3" in said.getvalue() and "Nic nie zmieniono" in said.getvalue()
    call_command("rotate_identity_key", stdout=said)
    assert "Gotowe" in said.getvalue() and OTHER_KEY not in said.getvalue()
    assert IdentityKeyMark.objects.get().mark == pii.key_mark(OTHER_KEY)
    call_command("rotate_identity_key", stdout=said)
    assert "już zapisana tym kluczem" in said.getvalue()
    settings.IDENTITY_KEY = settings.IDENTITY_KEY_OLD
    settings.IDENTITY_KEY_OLD = pii.key_mark(OTHER_KEY)
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("rotate_identity_key", stdout=said)
