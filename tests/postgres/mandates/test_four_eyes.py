"""Clerks who confirm the same mandate at the same moment: two different ones make it active, one alone never does."""

from collections.abc import Callable

import pytest

from eurzad.lib.personas import EWA, FILIP
from portal.desk.errors import SamePerson
from portal.desk.models import FirstApproval
from portal.journal.models import Record
from portal.mandates.errors import WrongState
from portal.mandates.models import Approval, Mandate, SignedDocument
from portal.mandates.services.deciding import confirm_from_document
from portal.people.models import User
from tests.postgres.together import all_at_once, outcome_of
from tests.support.people import make_clerk

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
Status = Mandate.Status


@pytest.fixture
def waiting(anna: User, borys: User, mandate_for: Callable[..., Mandate], settings: object) -> Mandate:
    settings.FOUR_EYES = ["mandates"]  # type: ignore[attr-defined]
    mandate = mandate_for(anna, borys, areas=["taxes"], rights=["see"])
    Mandate.objects.filter(pk=mandate.pk).update(status=Status.AWAITING_CLERK, active_since=None)
    return mandate


def confirm(mandate: Mandate, *clerks: User) -> list[str]:
    def one(clerk: User) -> None:
        confirm_from_document(clerk=clerk, mandate_pk=mandate.pk, name="skan.pdf", content=b"%PDF-1.7 signed")

    return sorted(all_at_once(outcome_of(one, SamePerson, WrongState), clerks))


def test_one_clerk_many_times_at_once_is_one_clerk(waiting: Mandate) -> None:
    ewa = make_clerk(EWA)
    assert confirm(waiting, *[ewa] * 6) == ["", *["SamePerson"] * 5]
    waiting.refresh_from_db()
    assert waiting.status == Status.AWAITING_CLERK
    assert FirstApproval.objects.get().by == ewa and Approval.objects.count() == 1
    assert SignedDocument.objects.count() == 1


def test_two_clerks_many_times_at_once_make_it_active_once(waiting: Mandate) -> None:
    clerks = make_clerk(EWA), make_clerk(FILIP)
    outcomes = confirm(waiting, *clerks * 4)
    waiting.refresh_from_db()
    assert waiting.status == Status.ACTIVE and outcomes.count("") == 2
    assert set(Approval.objects.values_list("user", flat=True)) == {one.pk for one in clerks}
    assert not FirstApproval.objects.exists() and SignedDocument.objects.count() == 1
    assert Record.objects.filter(action="mandates.confirm").count() == 2
