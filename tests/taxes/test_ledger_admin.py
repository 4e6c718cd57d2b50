"""The ledger at the taxes clerk's desk."""

import uuid
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from eurzad.lib.money import ZERO
from payments.payables import SettledItem
from portal.journal.models import Record
from portal.people.models import User
from taxes import services
from taxes.models import Account, Instalment, Overpayment, PaymentReceived, SourceSystem
from taxes.selectors.owed import PAYABLE_KIND
from tests.support.pages import PageClient

from .ledger import charge, instalment

PAYMENTS = "/admin/taxes/paymentreceived/"


@pytest.fixture
def desk(filip: User, pages: PageClient) -> Client:
    names = ["view_account", "view_receivable", "view_paymentreceived", "change_paymentreceived"]
    filip.user_permissions.set(Permission.objects.filter(content_type__app_label="taxes", codename__in=names))
    pages.sign_in(filip)
    return pages.client


@pytest.fixture
def rejected(anna: User) -> PaymentReceived:
    source = SourceSystem.objects.create(code="dom", name="System dziedzinowy")
    row = instalment(charge(anna, (date(2099, 5, 15), "187.00")))
    Account.objects.update(source=source)
    item = SettledItem(PAYABLE_KIND, row.public_id, "x", row.subject_id, Decimal(187), ZERO, ZERO)
    payment_id = uuid.uuid4()
    services.settle_items([item], datetime(2026, 11, 20, 10, tzinfo=UTC), payment_id)
    services.reject_payment(source=source, payment_id=payment_id, reason="kartoteka zamknięta")
    return PaymentReceived.objects.get()


def test_accounts_are_found_by_their_numbers_and_nobody_is_named_in_the_list(desk, anna):
    receivable = charge(anna, (date(2099, 5, 15), "187.00"))
    charge(anna, (date(2099, 5, 15), "187.00"))
    account = receivable.account
    for term in (account.number, account.virtual_account, f"PL {account.virtual_account}"):
        page = desk.get("/admin/taxes/account/", {"q": term}).content.decode()
        assert page.count('class="field-number"') == 1 and account.number in page
        assert anna.identity.family_name not in page
    assert (
        desk.get("/admin/taxes/account/", {"q": "FN.1"}).content.decode().count('class="field-number"') == 2
    )
    page = desk.get(f"/admin/taxes/account/{account.pk}/change/").content.decode()
    assert anna.identity.family_name in page
    assert Record.objects.filter(action="receivables.read", reference=str(account.public_id)).count() == 1
    assert desk.get("/admin/taxes/account/add/").status_code == 403


@pytest.mark.parametrize("url", ["account/", "receivable/", "paymentreceived/?posting__exact=rejected"])
def test_lists_ask_the_same_number_of_queries(desk, anna, rejected, url):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert desk.get(f"/admin/taxes/{url}").status_code == 200
        return len(captured)

    before = queries()
    for _ in range(30):
        charge(anna, (date(2099, 5, 15), "187.00"))
    assert queries() <= before


@pytest.mark.parametrize(
    ("resolution", "posting", "status"),
    [
        ("send_again", "awaiting", "settled"),
        ("by_hand", "by_hand", "settled"),
        ("overpayment", "overpayment", "open"),
    ],
)
def test_a_rejected_payment_stays_counted_until_a_clerk_says_otherwise(
    desk, rejected, resolution, posting, status
):
    assert Instalment.objects.get().status == "settled"
    page = desk.get(f"{PAYMENTS}{rejected.pk}/change/").content.decode()
    assert "kartoteka zamknięta" in page and "rozstrzygnij/" in page
    url = f"{PAYMENTS}{rejected.pk}/rozstrzygnij/"
    assert desk.get(url).status_code == 200
    assert desk.post(url, {"resolution": resolution, "reason": " "}).status_code == 400
    assert desk.post(url, {"resolution": "delete", "reason": "x"}).status_code == 400
    desk.post(url, {"resolution": resolution, "reason": "sprawdzono w systemie"})
    desk.post(url, {"resolution": "overpayment", "reason": "drugi raz"})
    rejected.refresh_from_db()
    assert (rejected.posting, Instalment.objects.get().status) == (posting, status)
    assert list(Overpayment.objects.values_list("left", flat=True)) == (
        [Decimal("187.00")] if posting == "overpayment" else []
    )
    record = Record.objects.get(action=f"receivables.payment_{resolution}")
    assert record.reason == "sprawdzono w systemie"


def test_who_may_only_look_resolves_nothing(desk, filip, rejected):
    filip.user_permissions.remove(Permission.objects.get(codename="change_paymentreceived"))
    assert desk.get(f"{PAYMENTS}{rejected.pk}/rozstrzygnij/").status_code == 403
