"""Who may do what with whose data: the one policy."""

import hashlib
import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from eurzad.lib import clock
from eurzad.lib.personas import ANNA, DAMIAN
from portal.mandates import policy, rules
from portal.mandates.errors import BadScope, WrongState
from portal.mandates.models import Area, Mandate, Party, Right
from portal.mandates.policy import AccessDenied, Viewer
from portal.mandates.scopes import ScopeObject
from portal.mandates.services.ending import revoke_mandate
from portal.mandates.services.granting import grant_mandate
from portal.people.models import Subject, User
from tests.support.people import make_resident

Grant = Callable[..., Mandate]
TODAY = date(2026, 11, 23)


def owner_of(user: User) -> Subject:
    subject = user.identity.subject
    assert subject is not None
    return subject


def can(user: User, right: str, area: str, subject: Subject, **more: Any) -> bool:
    return policy.can(Viewer(user), right, area, subject, **more)


def test_the_owner_may_everything_and_a_stranger_nothing(
    anna: User, borys: User, celina: User, filip: User
) -> None:
    subject = owner_of(anna)
    for area in Area.values:
        for right in Right.values:
            assert can(anna, right, area, subject)
            assert not any(can(other, right, area, subject) for other in (borys, celina, filip))


@pytest.mark.parametrize("right", Right.values)
@pytest.mark.parametrize("area", Area.values)
def test_a_mandate_gives_what_it_says_and_no_more(
    anna: User, borys: User, mandate_for: Grant, area: str, right: str
) -> None:
    mandate_for(anna, borys, areas=["taxes", "letters"], rights=["see", "pay"])
    expected = area in ("taxes", "letters") and right in ("see", "pay")
    assert can(borys, right, area, owner_of(anna)) == expected
    assert not can(anna, right, area, owner_of(borys)), "a mandate has one direction"


def test_one_object_only(anna: User, borys: User) -> None:
    one, other = uuid.uuid4(), uuid.uuid4()
    grant_mandate(
        principal=owner_of(anna), attorney=owner_of(borys), areas=["taxes"], rights=["see"],
        valid_from=clock.today(), valid_to=clock.today(), obj=ScopeObject("taxes.receivable", one, "taxes", "Dom"),
    )  # fmt: skip
    assert can(borys, "see", "taxes", owner_of(anna), obj=str(one))
    assert not can(borys, "see", "taxes", owner_of(anna), obj=str(other))
    assert not can(borys, "see", "taxes", owner_of(anna)), "the whole area is more than one object"
    assert not can(borys, "see", "fees", owner_of(anna), obj=str(one))
    assert policy.extent(Viewer(borys), "see", "taxes", owner_of(anna)) == policy.Extent(
        False, frozenset([one])
    )
    assert not policy.extent(Viewer(borys), "pay", "taxes", owner_of(anna))
    assert policy.extent(Viewer(anna), "pay", "taxes", owner_of(anna)).is_whole


def test_days(anna: User, borys: User, mandate_for: Grant) -> None:
    with clock.frozen(TODAY):
        mandate = mandate_for(anna, borys, areas=["taxes"], rights=["see"])
        subject, day = owner_of(anna), timedelta(days=1)
        assert can(borys, "see", "taxes", subject, at=mandate.valid_from)
        assert can(borys, "see", "taxes", subject, at=mandate.valid_to)
        assert not can(borys, "see", "taxes", subject, at=mandate.valid_from - day)
        assert not can(borys, "see", "taxes", subject, at=mandate.valid_to + day)
    with clock.frozen(mandate.valid_to + day):
        assert not can(borys, "see", "taxes", subject, at=TODAY), "no access to the past after the end"


@pytest.mark.parametrize(
    ("last", "before", "after"),
    [
        (date(2026, 3, 29), "2026-03-29T21:59:59+00:00", "2026-03-29T22:00:00+00:00"),
        (date(2026, 3, 28), "2026-03-28T22:59:59+00:00", "2026-03-28T23:00:00+00:00"),
        (date(2026, 10, 25), "2026-10-25T22:59:59+00:00", "2026-10-25T23:00:00+00:00"),
        (date(2026, 10, 24), "2026-10-24T21:59:59+00:00", "2026-10-24T22:00:00+00:00"),
    ],
)
def test_it_ends_at_midnight_in_warsaw_on_the_days_the_clocks_change(
    anna: User, borys: User, last: date, before: str, after: str
) -> None:
    grant_mandate(
        principal=owner_of(anna), attorney=owner_of(borys), areas=["taxes"], rights=["see"],
        valid_from=last - timedelta(days=30), valid_to=last,
    )  # fmt: skip
    with clock.frozen(datetime.fromisoformat(before)):
        assert can(borys, "see", "taxes", owner_of(anna))
    with clock.frozen(datetime.fromisoformat(after)):
        assert not can(borys, "see", "taxes", owner_of(anna))


def test_no_chains(anna: User, borys: User, mandate_for: Grant) -> None:
    damian = make_resident(DAMIAN)
    mandate_for(anna, borys, areas=["taxes"], rights=["see", "pay", "file"])
    mandate = mandate_for(borys, damian, areas=list(Area.values), rights=list(Right.values))
    for chosen in ("", str(mandate.public_id)):
        viewer = Viewer(damian, chosen)
        assert policy.can(viewer, "see", "taxes", owner_of(borys))
        assert not policy.can(viewer, "see", "taxes", owner_of(anna))


def test_who_chose_a_mandate_holds_no_other(anna: User, borys: User, mandate_for: Grant) -> None:
    damian = make_resident(DAMIAN)
    see = mandate_for(anna, borys, areas=["taxes"], rights=["see"])
    mandate_for(anna, borys, areas=["taxes"], rights=["see", "pay"])
    mandate_for(damian, borys, areas=["taxes"], rights=["see"])
    chosen = Viewer(borys, str(see.public_id))
    assert policy.can(chosen, "see", "taxes", owner_of(anna))
    assert not policy.can(chosen, "pay", "taxes", owner_of(anna))
    assert not policy.can(chosen, "see", "taxes", owner_of(damian))
    assert policy.can(chosen, "pay", "taxes", owner_of(borys)), "one's own is always one's own"
    assert policy.can(Viewer(borys), "pay", "taxes", owner_of(anna))


@pytest.mark.parametrize("status", [each for each in Mandate.Status if each != Mandate.Status.ACTIVE])
def test_only_an_active_mandate_counts(anna: User, borys: User, mandate_for: Grant, status: str) -> None:
    mandate = mandate_for(anna, borys, areas=["taxes"], rights=["see"])
    ended = clock.now() if status in ("expired", "revoked", "refused") else None
    Mandate.objects.filter(pk=mandate.pk).update(status=status, ended_at=ended)
    assert not can(borys, "see", "taxes", owner_of(anna))
    with transaction.atomic(), pytest.raises(AccessDenied):
        policy.hold(Viewer(borys), "see", "taxes", owner_of(anna))


@pytest.mark.parametrize("count", [1, 500])
@pytest.mark.parametrize("is_chosen", [True, False])
def test_two_queries_however_many_mandates(
    anna: User, borys: User, mandate_for: Grant, count: int, is_chosen: bool
) -> None:
    mandate = mandate_for(anna, borys, areas=["taxes"], rights=["see"])
    others = [
        Subject(kind="person", given_name="Jan", family_name=f"Nikt {number}") for number in range(count - 1)
    ]
    Subject.objects.bulk_create(others)
    Mandate.objects.bulk_create(
        Mandate(
            principal=subject, attorney=owner_of(borys), areas=["taxes"], rights=["see"], status="active",
            valid_from=mandate.valid_from, valid_to=mandate.valid_to,
        )
        for subject in others
    )  # fmt: skip
    subjects = [owner_of(anna), owner_of(borys), *others[:20]]
    viewer = Viewer(User.objects.get(pk=borys.pk), str(mandate.public_id) if is_chosen else "")
    with CaptureQueriesContext(connection) as queries:
        for area in Area.values:
            for right in Right.values:
                for subject in subjects:
                    policy.can(viewer, right, area, subject)
        assert policy.can(viewer, "see", "taxes", subjects[0])
        assert (viewer.acting_for is not None) == is_chosen
    assert len(queries) == 2


def test_holding_needs_a_transaction(anna: User) -> None:
    viewer, subject = Viewer(anna), owner_of(anna)
    held = policy.hold(viewer, "pay", "taxes", subject)  # the test's own transaction
    assert held is None


@pytest.mark.django_db(transaction=True)
def test_holding_outside_a_transaction_is_an_error(anna: User) -> None:
    with pytest.raises(RuntimeError):
        policy.hold(Viewer(anna), "pay", "taxes", owner_of(anna))


def test_holding(anna: User, borys: User, celina: User, mandate_for: Grant) -> None:
    mandate = mandate_for(anna, borys, areas=["taxes"], rights=["see", "pay"])
    assert policy.hold(Viewer(borys), "pay", "taxes", owner_of(anna)) == mandate
    for viewer in (Viewer(celina), Viewer(borys, str(uuid.uuid4()))):
        with pytest.raises(AccessDenied):
            policy.hold(viewer, "pay", "taxes", owner_of(anna))
    with pytest.raises(AccessDenied) as denied:
        policy.hold(Viewer(borys), "file", "taxes", owner_of(anna))
    assert (denied.value.right, denied.value.area, denied.value.subject) == ("file", "taxes", owner_of(anna))


def test_a_held_mandate_is_read_again(anna: User, borys: User, mandate_for: Grant) -> None:
    mandate = mandate_for(anna, borys, areas=["taxes"], rights=["see"])
    viewer = Viewer(borys)
    assert policy.can(viewer, "see", "taxes", owner_of(anna))
    revoke_mandate(mandate_id=mandate.public_id, by=anna, party=Party.PRINCIPAL)
    with pytest.raises(AccessDenied):
        policy.hold(viewer, "see", "taxes", owner_of(anna))


def test_revoking_twice_and_too_late(anna: User, borys: User, mandate_for: Grant) -> None:
    mandate = mandate_for(anna, borys, areas=["taxes"], rights=["see"])
    first = revoke_mandate(mandate_id=mandate.public_id, by=anna, party=Party.PRINCIPAL, reason="koniec")
    again = revoke_mandate(mandate_id=mandate.public_id, by=borys, party=Party.ATTORNEY)
    assert (again.ended_at, again.ended_by, again.end_reason) == (first.ended_at, "principal", "koniec")
    Mandate.objects.filter(pk=mandate.pk).update(status=Mandate.Status.EXPIRED)
    with pytest.raises(WrongState):
        revoke_mandate(mandate_id=mandate.public_id, by=anna, party=Party.PRINCIPAL)


def test_the_text_is_kept_with_its_digest(anna: User, borys: User) -> None:
    terms = {
        "principal": owner_of(anna), "attorney": owner_of(borys), "areas": ["payments", "taxes", "taxes"],
        "rights": ["pay", "see"], "valid_from": TODAY, "valid_to": date(2027, 12, 31), "basis": "umowa",
    }  # fmt: skip
    mandate = grant_mandate(**terms)
    assert (mandate.areas, mandate.rights) == (["taxes", "payments"], ["see", "pay"])
    for expected in ("Anna Wrzos", "Borys Malina", "podatki, płatności", "31 grudnia 2027", "umowa"):
        assert expected in mandate.text
    assert mandate.text_sha256 == hashlib.sha256(mandate.text.encode()).hexdigest()
    assert grant_mandate(**terms) == mandate
    revoke_mandate(mandate_id=mandate.public_id, by=anna, party=Party.PRINCIPAL)
    assert grant_mandate(**terms) != mandate, "what was revoked does not come back by itself"


@pytest.mark.parametrize(
    "changes",
    [
        {"areas": []}, {"rights": []}, {"rights": ["pay"]}, {"areas": ["everything"]}, {"rights": ["own"]},
        {"valid_to": date(2026, 1, 1)}, {"valid_to": date(2031, 11, 24)},
    ],
)  # fmt: skip
def test_a_scope_that_makes_no_sense(anna: User, borys: User, changes: dict[str, Any]) -> None:
    terms = {"areas": ["taxes"], "rights": ["see"], "valid_from": TODAY, "valid_to": TODAY} | changes
    with pytest.raises(BadScope) as refused:
        grant_mandate(principal=owner_of(anna), attorney=owner_of(borys), **terms)
    assert refused.value.message
    assert not Mandate.objects.exists()


def test_not_for_oneself(anna: User) -> None:
    with pytest.raises(BadScope):
        grant_mandate(
            principal=owner_of(anna), attorney=owner_of(anna), areas=["taxes"], rights=["see"],
            valid_from=TODAY, valid_to=TODAY,
        )  # fmt: skip


def test_the_longest_mandate() -> None:
    assert rules.last_day_allowed(TODAY) == date(2031, 11, 23)
    assert rules.last_day_allowed(date(2028, 2, 29)) == date(2033, 2, 28)


@pytest.mark.parametrize(
    "broken",
    [
        {"status": "lost"}, {"status": "revoked"}, {"ended_at": datetime.fromisoformat("2026-01-01T00:00:00+00:00")},
        {"principal": None}, {"object_kind": "x"}, {"object_id": uuid.UUID(int=1)}, {"text_sha256": ""},
        {"is_joint": True}, {"valid_to": date(2000, 1, 1)},
    ],
)  # fmt: skip
def test_what_the_database_refuses(
    anna: User, borys: User, mandate_for: Grant, broken: dict[str, Any]
) -> None:
    mandate = mandate_for(anna, borys, areas=["taxes"], rights=["see"])
    with pytest.raises(IntegrityError), transaction.atomic():
        Mandate.objects.filter(pk=mandate.pk).update(**broken)


def test_names_are_not_needed_twice(anna: User, borys: User, mandate_for: Grant) -> None:
    mandate = mandate_for(anna, borys, areas=["taxes"], rights=["see"])
    assert str(mandate) == f"{ANNA.full_name} → Borys Malina"
