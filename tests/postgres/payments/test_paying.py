"""Twenty clicks on pay, and the bank's news told by many at once, on a real ledger."""

import json
import re
from collections import Counter
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db.models import F, Sum
from django.test import Client
from lxml import html

from payments import payables, providers, services
from payments.models import Payment, ProviderEvent, Reservation
from portal.journal.models import Record
from portal.mandates.policy import Viewer
from portal.notices.models import Notice
from portal.people.models import User
from taxes.models import Allocation, PaymentReceived, Receivable
from taxes.selectors.owed import PAYABLE_KIND
from tests.payments.conftest import Bank, deliver, order_document, sign
from tests.postgres.together import all_at_once
from tests.support.pages import PageClient
from tests.taxes.ledger import instalment

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

AMOUNT = Decimal("187.00")


def token_of(receivable: Receivable) -> str:
    return payables.token(PAYABLE_KIND, instalment(receivable).public_id)


def placed(user: User, receivable: Receivable) -> Payment:
    """A payment waiting at the bank."""
    payment = services.place_payment(
        viewer=Viewer(user), tokens=[token_of(receivable)], idempotency_key=uuid4(), shown_total=AMOUNT,
        provider="payu",
    )  # fmt: skip
    return services.send_order(payment=payment, customer_ip="127.0.0.1")


def assert_settled_once(payment: Payment, receivable: Receivable) -> None:
    payment.refresh_from_db()
    assert payment.status == "paid"
    assert PaymentReceived.objects.get().amount == AMOUNT
    everything = F("principal") + F("interest") + F("costs") + F("overpaid")
    assert Allocation.objects.aggregate(all=Sum(everything))["all"] == AMOUNT
    assert Record.objects.filter(action="payments.settle").count() == 1
    assert Notice.objects.filter(topic="payments.paid").count() == 1
    assert not Reservation.objects.exists()


def summary_form(pages: PageClient, receivable: Receivable) -> dict[str, str]:
    """The hidden fields of the summary page."""
    pages.post("/konto/platnosci/koszyk/", {"item": token_of(receivable)}, status=303)
    page = html.fromstring(pages.get("/konto/platnosci/podsumowanie/").content.decode())
    form = next(one for one in page.forms if "key" in one.fields)
    return dict(form.form_values()) | {"provider": "payu"}


def tabs_of(browser: Client, count: int) -> list[Client]:
    tabs = [Client() for _ in range(count)]
    for tab in tabs:
        tab.cookies = browser.cookies.copy()
    return tabs


def test_twenty_clicks_on_pay_are_one_payment(
    pages: PageClient, anna: User, bank: Bank, receivable: Receivable
) -> None:
    pages.sign_in(anna)
    fields = summary_form(pages, receivable)

    def click(tab: Client) -> tuple[int, str]:
        answer = tab.post("/konto/platnosci/podsumowanie/", fields)
        return answer.status_code, answer.get("Location", "")

    answers = all_at_once(click, tabs_of(pages.client, 20))
    assert {status for status, _ in answers} == {303}
    payment = Payment.objects.get()
    assert payment.status == "started" and Reservation.objects.count() == 1
    at_the_bank = {where for _, where in answers if where.startswith(bank.url)}
    assert at_the_bank == {payment.redirect_url}
    assert {where for _, where in answers} - at_the_bank <= {f"/konto/platnosci/{payment.public_id}/powrot/"}


def test_twelve_tabs_with_the_same_debt_reserve_it_once(
    pages: PageClient, anna: User, bank: Bank, receivable: Receivable
) -> None:
    pages.sign_in(anna)
    fields = summary_form(pages, receivable)

    def click(tab: Client) -> tuple[int, str]:
        answer = tab.post("/konto/platnosci/podsumowanie/", fields | {"key": str(uuid4())})
        return answer.status_code, answer.content.decode()

    answers = all_at_once(click, tabs_of(pages.client, 12))
    assert Counter(status for status, _ in answers) == {303: 1, 409: 11}
    payment = Payment.objects.get()
    refused = [text for status, text in answers if status == 409]
    assert all(re.search(rf"/konto/platnosci/{payment.public_id}/", text) for text in refused)


def test_the_same_notification_from_eight_threads_settles_once(
    anna: User, bank: Bank, receivable: Receivable
) -> None:
    payment = placed(anna, receivable)
    message = sign(json.dumps(order_document(payment, "COMPLETED")).encode())
    assert set(all_at_once(lambda _: deliver(Client(), message), range(8))) == {200}
    assert_settled_once(payment, receivable)
    event = ProviderEvent.objects.get()
    assert (event.verdict, event.times_received) == ("accepted", 8)


def test_the_same_news_in_eight_wordings_settles_once(anna: User, bank: Bank, receivable: Receivable) -> None:
    payment = placed(anna, receivable)
    messages = [
        sign(json.dumps(order_document(payment, "COMPLETED", description=str(number))).encode())
        for number in range(8)
    ]
    assert set(all_at_once(lambda message: deliver(Client(), message), messages)) == {200}
    assert_settled_once(payment, receivable)
    assert Counter(ProviderEvent.objects.values_list("verdict", flat=True)) == {"accepted": 1, "duplicate": 7}


def test_notifications_and_questions_at_once_settle_once(
    anna: User, bank: Bank, receivable: Receivable
) -> None:
    payment = placed(anna, receivable)
    bank.decide(payment.redirect_url, "pay", fault="lost")
    message = sign(json.dumps(order_document(payment, "COMPLETED")).encode())

    def tell(number: int) -> None:
        if number % 2:
            services.check_payment(public_id=payment.public_id)
        else:
            deliver(Client(), message)

    all_at_once(tell, range(12))
    assert_settled_once(payment, receivable)


def test_the_order_is_made_once_however_many_send_it(anna: User, bank: Bank, receivable: Receivable) -> None:
    payment = services.place_payment(
        viewer=Viewer(anna), tokens=[token_of(receivable)], idempotency_key=uuid4(), shown_total=AMOUNT,
        provider="payu",
    )  # fmt: skip
    all_at_once(
        lambda _: services.send_order(payment=Payment.objects.get(pk=payment.pk), customer_ip="127.0.0.1"),
        range(16),
    )
    payment.refresh_from_db()
    found = providers.get("payu").find_order(payment.ext_order_id)
    assert found is not None and found.provider_order_id == payment.provider_order_id
