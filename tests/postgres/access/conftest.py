"""The applicant and the services of tests/access, and clerks."""

import pytest
from django.contrib.auth.models import Permission

from portal.people.models import User
from tests.access.conftest import (
    _keys,
    deliver,
    epuap_filed,
    filed,
    office_seal,
    soap_keys,
    the_application,
    tps,
    tps_seal,
)

__all__ = [
    "_keys", "deliver", "epuap_filed", "filed", "office_seal", "soap_keys", "the_application", "tps", "tps_seal",
]  # fmt: skip


@pytest.fixture
def clerks(ewa: User, filip: User) -> tuple[User, User]:
    """Two who may decide."""
    filip.user_permissions.add(Permission.objects.get(codename="decide_accessapplication"))
    return ewa, User.objects.get(pk=filip.pk)
