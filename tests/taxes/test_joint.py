"""Who owes together sees and pays the same debt, and nothing of the other's own matters."""

import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from eurzad.lib.personas import DAMIAN
from payments.payables import SettledItem, get
from portal.mandates.models import Area, Right
from portal.mandates.policy import AccessDenied, Viewer
from portal.mandates.services.granting import grant_mandate
from portal.people.models import User
from taxes import services
from taxes.models import AccountParty, PaymentReceived, Receivable
from taxes.selectors.owed import PAYABLE_KIND, what_i_owe
from taxes.selectors.payments import payment_detail
from taxes.selectors.receivable import receivable_detail
from tests.support.people import make_resident

from .ledger import charge, instalment

DAY = date(2026, 11, 23)
BOTH = [Area.TAXES, Area.FEES]


@pytest.fixture
def joint(anna: User, borys: User) -> Receivable:
    receivable = charge(anna, (date(2099, 5, 15), "187.00"), title="Dom we dwoje")
    AccountParty.objects.create(account=receivable.account, subject=borys.identity.subject, share="1/2")
    return receivable


def priced(viewer: Viewer, receivable: Receivable):
    return get(PAYABLE_KIND).price(viewer, [instalment(receivable).public_id], DAY)


def settle(viewer: Viewer, receivable: Receivable) -> PaymentReceived:
    items = [
        SettledItem(
            one.kind, one.object_id, one.title, one.subject_id, one.principal, one.interest, one.costs
        )
        for one in priced(viewer, receivable)
    ]
    services.settle_items(items, datetime(2026, 11, 23, 10, tzinfo=UTC), uuid.uuid4())
    return PaymentReceived.objects.get()


def test_each_pays_in_their_own_name_and_it_is_settled_for_both(joint, anna, borys, celina):
    assert [item.subject_id for item in priced(Viewer(borys), joint)] == [borys.identity.subject_id]
    assert [item.subject_id for item in priced(Viewer(anna), joint)] == [anna.identity.subject_id]
    assert priced(Viewer(celina), joint) == []
    payment = settle(Viewer(borys), joint)
    assert payment.subject == borys.identity.subject and instalment(joint).status == "settled"
    for user in (anna, borys):
        assert priced(Viewer(user), joint) == []
        assert what_i_owe(Viewer(user), DAY).open.count == 0
    with pytest.raises(AccessDenied):
        receivable_detail(Viewer(celina), joint.public_id, DAY)


def test_the_other_is_told_only_that_one_of_them_paid(joint, anna, borys, pages):
    settle(Viewer(borys), joint)
    [own] = receivable_detail(Viewer(borys), joint.public_id, DAY).payments
    [seen] = receivable_detail(Viewer(anna), joint.public_id, DAY).payments
    assert (own.channel, seen.channel) == ("płatność internetowa", "zapłacone przez współwłaściciela")
    payment = PaymentReceived.objects.get()
    assert payment_detail(Viewer(borys), payment.public_id).receipt_url
    assert not payment_detail(Viewer(anna), payment.public_id).receipt_url
    html = pages.get(f"/konto/naleznosci/{joint.public_id}/", user=anna).content.decode()
    assert "zapłacone przez współwłaściciela" in html and str(payment.payment_id) not in html


def test_what_somebody_owes_alone_stays_theirs(joint, anna, borys):
    alone = charge(anna, (date(2099, 5, 15), "50.00"), title="Tylko Anny")
    assert priced(Viewer(borys), alone) == []
    with pytest.raises(AccessDenied):
        receivable_detail(Viewer(borys), alone.public_id, DAY)


def test_an_attorney_of_one_of_them_sees_and_pays_too(joint, borys):
    damian = make_resident(DAMIAN)
    grant_mandate(
        principal=borys.identity.subject, attorney=damian.identity.subject, areas=BOTH, rights=[Right.SEE, Right.PAY],
        valid_from=DAY - timedelta(days=30), valid_to=DAY + timedelta(days=300), basis="pełnomocnictwo",
    )  # fmt: skip
    assert settle(Viewer(damian), joint).subject == borys.identity.subject
    assert instalment(joint).principal_paid == Decimal("187.00")
