"""What an application tells the account: a clerk has the word, once it is in the office."""

from typing import Any

import pytest

from portal.access.models import AccessApplication
from portal.access.services import deciding, drafting
from portal.people import matching
from portal.people.models import Identity, User

pytestmark = pytest.mark.django_db


def test_who_has_applied_is_not_matched(filed: AccessApplication, settings: Any, ewa: User) -> None:
    settings.AUTO_MATCH = True
    identity = Identity.objects.get(pk=filed.identity_id)
    assert matching.match(identity) is None
    deciding.reject(application_id=filed.pk, clerk=ewa, reason="Nie.")
    assert matching.match(identity) is None and Identity.objects.get(pk=identity.pk).subject is None


def test_a_draft_keeps_nobody_from_being_matched(celina: User, settings: Any) -> None:
    settings.AUTO_MATCH = True
    drafting.save_draft(identity=celina.identity, details=drafting.Details(email="c@example.test"))
    assert matching.match(celina.identity) is not None
    celina.identity.refresh_from_db()
    assert celina.identity.subject_ground == "automatic"
