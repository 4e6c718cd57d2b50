"""The database knows its key: another one is refused before anything is read or written under it."""

import logging
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from eurzad.lib.personas import ANNA, BORYS
from portal.people import identity_key, pii, services
from portal.people.identity_key import WrongIdentityKey
from portal.people.models import Identity, IdentityKeyMark, Subject
from tests.support.keys import OTHER_KEY
from tests.support.people import make_subject

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _unproven(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that has not compared its key yet."""
    monkeypatch.setattr(pii, "_right", set())


def test_the_first_start_writes_the_mark_and_the_next_ones_compare(settings: Any) -> None:
    assert identity_key.require_right() and identity_key.require_right()
    mark = IdentityKeyMark.objects.get()
    assert mark.mark == pii.key_mark(settings.IDENTITY_KEY) != pii.key_mark(OTHER_KEY)
    assert settings.IDENTITY_KEY not in mark.mark
    settings.IDENTITY_KEY = OTHER_KEY
    with pytest.raises(WrongIdentityKey, match=r"IDENTITY_KEY .* rotate_identity_key") as wrong:
        identity_key.require_right()
    assert "\n" not in str(wrong.value) and OTHER_KEY not in str(wrong.value)
    assert IdentityKeyMark.objects.get().mark == mark.mark


def test_no_number_is_read_written_or_looked_up_under_another_key(settings: Any) -> None:
    make_subject(ANNA)
    token = pii.encrypt("x")
    settings.IDENTITY_KEY = OTHER_KEY
    for attempt in (
        lambda: pii.encrypt("x"),
        lambda: pii.decrypt(token),
        lambda: pii.fingerprint("pesel", ANNA.pesel),
        lambda: services.find_subject("pesel", ANNA.pesel),
        lambda: make_subject(BORYS),
    ):
        with pytest.raises(WrongIdentityKey):
            attempt()
    assert Subject.objects.count() == 1


def test_a_process_asks_once(django_assert_num_queries: Any) -> None:
    pii.fingerprint("pesel", ANNA.pesel)
    with django_assert_num_queries(0):
        pii.decrypt(pii.encrypt("x"))


def test_a_database_from_before_the_mark_is_taken_by_its_own_key_only(settings: Any) -> None:
    own = settings.IDENTITY_KEY
    make_subject(ANNA)
    IdentityKeyMark.objects.all().delete()
    settings.IDENTITY_KEY = OTHER_KEY
    with pytest.raises(WrongIdentityKey):
        identity_key.require_right()
    assert not IdentityKeyMark.objects.exists()
    settings.IDENTITY_KEY = own
    assert identity_key.require_right()
    assert IdentityKeyMark.objects.get().mark == pii.key_mark(own)


def test_a_process_that_outlived_a_change_of_keys_stores_nothing(settings: Any) -> None:
    services.get_or_create_identity(
        scheme="pesel", identifier=ANNA.pesel, given_name="A", family_name="B", birth_date=None
    )
    IdentityKeyMark.objects.update(mark=pii.key_mark(OTHER_KEY))
    pii._right.add(settings.IDENTITY_KEY)
    with pytest.raises(WrongIdentityKey):
        services.sign_in_identity(
            scheme="pesel", identifier=BORYS.pesel, given_name="A", family_name="B", birth_date=None
        )
    with pytest.raises(WrongIdentityKey):
        make_subject(BORYS)
    with pytest.raises(WrongIdentityKey):
        services.hold_number_of(Identity.objects.get())
    assert Identity.objects.count() == 1 and not Subject.objects.exists()


def test_the_check_of_the_database_says_it(settings: Any) -> None:
    identity_key.require_right()
    call_command("check", databases=["default"])
    settings.IDENTITY_KEY = OTHER_KEY
    call_command("check")
    with pytest.raises(CommandError, match="IDENTITY_KEY"):
        call_command("check", databases=["default"])


def test_before_migrate_there_is_nothing_to_compare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity_key, "_TABLE", "not_made_yet")
    assert identity_key.require_right() is False
    assert pii.decrypt(pii.encrypt("x")) == "x"
    assert pii._right == set(), "it is asked again once there is a table"


def test_a_database_out_of_reach_stops_no_start(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def out_of_reach() -> None:
        raise OperationalError

    monkeypatch.setattr(identity_key, "require_right", out_of_reach)
    monkeypatch.setattr(identity_key.connections, "close_all", lambda: None)
    monkeypatch.setattr(identity_key.connection, "close_pool", lambda: None, raising=False)
    with caplog.at_level(logging.WARNING):
        identity_key.check_at_start()
    assert caplog.messages == ["identity key not compared: the database is out of reach"]
    with pytest.raises(OperationalError):
        pii.encrypt("x")
