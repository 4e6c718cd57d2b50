"""The demo's second factors can be read in the source, so outside the demo they open nothing."""

import time
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.core.exceptions import PermissionDenied
from django.test import Client

from eurzad.lib.personas import EWA, STAFF
from portal.people import mfa
from portal.people.demo import DEMO_PASSWORD, is_demo_secret, totp_secret
from portal.people.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo_clerk(ewa: User) -> User:
    """Ewa as the demo knows her."""
    ewa.set_password(DEMO_PASSWORD)
    ewa.save()
    TOTP.activate(ewa, totp_secret(EWA))
    return ewa


def sign_in(client: Client) -> Any:
    """Give the demo's password and the right code of this half minute."""
    client.post("/logowanie/pracownik/", {"login": EWA.key, "password": DEMO_PASSWORD})
    code = format_hotp_value(hotp_value(totp_secret(EWA), int(time.time()) // 30))
    return client.post("/logowanie/pracownik/kod/", {"code": code})


def test_in_the_demo_they_open_the_desk(client: Client, demo_clerk: User) -> None:
    sign_in(client)
    assert client.get("/admin/").status_code == 200


def test_outside_the_demo_they_open_nothing(client: Client, demo_clerk: User, settings: Any) -> None:
    settings.DEMO_MODE = False
    assert sign_in(client).status_code == 403
    assert "_auth_user_id" not in client.session
    assert client.get("/admin/").status_code == 302


def test_every_demo_secret_is_known_as_one(settings: Any) -> None:
    settings.DEMO_MODE = False
    adapter = mfa.MFAAdapter()
    for clerk in STAFF:
        assert is_demo_secret(totp_secret(clerk))
        with pytest.raises(PermissionDenied):
            adapter.decrypt(adapter.encrypt(totp_secret(clerk)))
    assert adapter.decrypt(adapter.encrypt("JBSWY3DPEHPK3PXP")) == "JBSWY3DPEHPK3PXP"
