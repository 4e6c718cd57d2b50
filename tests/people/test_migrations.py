"""Rows from before identities had a scheme are the same people afterwards."""

from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from eurzad.lib import clock
from eurzad.lib.personas import ANNA, DEMO
from portal.people import pii

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE = [("people", "0001_initial"), ("access", "0001_initial")]


def identity_of(apps: Any, username: str, kind: str, scheme: str, number: str) -> Any:
    user = apps.get_model("people", "User").objects.create(username=username, kind=kind)
    identity = apps.get_model("people", "Identity").objects.create(
        fingerprint=pii.fingerprint(scheme, number), encrypted_pesel=pii.encrypt(number[:11]),
        given_name="A", family_name="B", user=user, created_at=clock.now(),
    )  # fmt: skip
    apps.get_model("access", "AccessApplication").objects.create(
        door="portal", identity=identity, given_name="A", family_name="B", created_at=clock.now(),
        pesel_fingerprint=identity.fingerprint, pesel_encrypted=identity.encrypted_pesel,
    )  # fmt: skip
    apps.get_model("socialaccount", "SocialAccount").objects.create(
        provider="national", uid=identity.fingerprint, user=user
    )
    return identity


def test_people_applications_and_accounts_keep_together() -> None:
    leaves = MigrationExecutor(connection).loader.graph.leaf_nodes()
    try:
        executor = MigrationExecutor(connection)
        executor.migrate(BEFORE)
        old = (
            MigrationExecutor(connection)
            .loader.project_state([*BEFORE, ("socialaccount", "0001_initial")])
            .apps
        )
        anna = identity_of(old, "anna", "resident", "pesel", ANNA.pesel)
        guest = identity_of(old, "guest", "demo", "demo", DEMO.pesel + "-token")
    finally:
        MigrationExecutor(connection).migrate(leaves)

    from allauth.socialaccount.models import SocialAccount

    from portal.access.models import AccessApplication
    from portal.people.models import Identity

    found = Identity.objects.get(scheme="pesel")
    assert (found.pk, found.fingerprint, found.identifier) == (anna.pk, anna.fingerprint, ANNA.pesel)
    visitor = Identity.objects.get(scheme="demo")
    assert (visitor.pk, visitor.fingerprint, visitor.identifier) == (guest.pk, guest.fingerprint, DEMO.pesel)
    for identity in (found, visitor):
        application = AccessApplication.objects.get(identity=identity)
        assert application.identifier_scheme == identity.scheme
        assert application.identifier_fingerprint == identity.fingerprint
        assert SocialAccount.objects.get(user=identity.user).uid == str(identity.public_id)
