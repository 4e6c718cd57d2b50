"""What the payer sees afterwards: four honest answers, history, receipt; and what strangers do not."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from pypdf import PdfReader

from eurzad.lib import clock
from payments.models import Payment
from portal.journal.models import Record
from portal.mandates import policy
from portal.mandates.models import Mandate, Party
from portal.mandates.services.ending import revoke_mandate
from portal.people.models import User
from tests.payments.conftest import Bank, Debts
from tests.support.pages import PageClient

Start = Callable[..., Payment]
Notify = Callable[..., int]


def page(name: str, payment: Payment) -> str:
    return reverse(f"payments:{name}", args=[payment.public_id])


def text_of(pages: PageClient, url: str, user: User | None = None) -> str:
    text: str = pages.get(url, user=user).content.decode()
    return text


def test_in_progress(pages: PageClient, anna: User, start: Start) -> None:
    payment = start(anna)
    text = text_of(pages, page("return", payment), anna)
    assert "Płatność w toku" in text
    assert payment.reference in text
    assert payment.redirect_url in text
    assert 'http-equiv="refresh"' in text
    assert "potwierdzenie" not in text


def test_paid(pages: PageClient, anna: User, start: Start, notify: Notify) -> None:
    payment = start(anna)
    notify(payment, "COMPLETED")
    text = text_of(pages, page("return", payment), anna)
    assert "Przyjęliśmy Twoją wpłatę: 187,00\u00a0zł" in text
    assert page("receipt_pdf", payment) in text
    assert "refresh" not in text.replace("data-refresh", "")


@pytest.mark.parametrize("status", ["CANCELED", "REJECTED"])
def test_not_paid(pages: PageClient, anna: User, start: Start, notify: Notify, status: str) -> None:
    payment = start(anna)
    notify(payment, status)
    text = text_of(pages, page("return", payment), anna)
    assert "Nie zapłacono" in text
    assert "Spróbuj ponownie" in text
    assert page("receipt", payment) not in text


def test_not_known_yet(pages: PageClient, anna: User, bank: Bank, start: Start) -> None:
    bank.control(create="unanswered")
    assert "Jeszcze nie wiemy" in text_of(pages, page("return", start(anna)), anna)
    payment = start(anna)
    with clock.frozen(clock.now() + timedelta(minutes=20)):
        text = text_of(pages, page("return", payment), anna)
    assert "Jeszcze nie wiemy" in text
    assert payment.redirect_url not in text


def test_return_settles_nothing_but_asks(
    pages: PageClient, anna: User, bank: Bank, debts: Debts, start: Start, run_jobs: Any
) -> None:
    payment = start(anna)
    back = bank.decide(payment.redirect_url, "pay", fault="lost")
    assert back.endswith(page("return", payment))
    text_of(pages, page("return", payment) + "?error=0&status=COMPLETED", anna)
    assert Payment.objects.get().status == "started"
    assert not debts.settled
    run_jobs()
    assert "Zapłacono" in text_of(pages, page("return", payment))
    text_of(pages, page("return", payment))
    assert run_jobs() == 0


def test_no_receipt_before_the_money(pages: PageClient, anna: User, start: Start, notify: Notify) -> None:
    payment = start(anna)
    for name in ("receipt", "receipt_pdf"):
        pages.get(page(name, payment), user=anna, status=404)
    assert page("receipt", payment) not in text_of(pages, page("detail", payment))
    notify(payment, "COMPLETED")
    assert page("receipt", payment) in text_of(pages, page("detail", payment))
    assert "Potwierdzenie wpłaty nr" in text_of(pages, page("receipt", payment))


def test_receipt_pdf(
    pages: PageClient,
    anna: User,
    borys: User,
    debts: Debts,
    notify: Notify,
    start: Start,
    mandate_for: Callable[..., Mandate],
) -> None:
    mandate_for(anna, borys, areas=["taxes"], rights=["see", "pay"])
    payment = start(borys, debts.add(anna, "1000.00", "12.00", "16.00"))
    with clock.frozen(payment.created_at + timedelta(minutes=1)):
        notify(payment, "COMPLETED")
    payment.refresh_from_db()
    first = pages.get(page("receipt_pdf", payment), user=borys)
    assert first["Content-Type"] == "application/pdf"
    reader = PdfReader(io.BytesIO(first.content))
    text = " ".join("".join(part.extract_text() for part in reader.pages).split())
    assert payment.authorised_at
    for expected in (
        payment.reference,
        payment.provider_order_id,
        "Borys Malina",
        "Anna Wrzos",
        "1 028,00 zł",
        "12,00 zł",
        "16,00 zł",
        "Podatek od nieruchomości 2026",
        f"{clock.to_warsaw(payment.authorised_at):%d.%m.%Y, %H:%M}",
        "TO JEST POKAZ",
    ):
        assert expected in text, expected
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert pages.get(page("receipt_pdf", payment)).content == first.content
    assert Record.objects.filter(action="payments.receipt", actor_id=borys.public_id).count() == 2


def test_history(pages: PageClient, anna: User, debts: Debts, start: Start, notify: Notify) -> None:
    url = reverse("payments:history")
    assert "Nie ma tu jeszcze żadnej płatności" in text_of(pages, url, anna)
    payments = [start(anna, send=False) for _ in range(21)]
    notify(payments[0], "COMPLETED")
    text = text_of(pages, url)
    assert payments[20].reference in text
    assert payments[0].reference not in text
    text = text_of(pages, url + "?page=2")
    assert payments[0].reference in text
    assert "zapłacona" in text
    text_of(pages, url + "?page=rubbish")


def test_history_costs_few_queries(
    pages: PageClient, anna: User, start: Start, django_assert_max_num_queries: Any
) -> None:
    for _ in range(5):
        start(anna, send=False)
    pages.sign_in(anna)
    with django_assert_max_num_queries(10):
        pages.get(reverse("payments:history"))


@pytest.mark.parametrize("name", ["return", "detail", "receipt", "receipt_pdf"])
def test_who_may_see_a_payment(
    pages: PageClient,
    anna: User,
    borys: User,
    celina: User,
    filip: User,
    start: Start,
    notify: Notify,
    mandate_for: Callable[..., Mandate],
    name: str,
) -> None:
    payment = start(anna)
    notify(payment, "COMPLETED")
    url = page(name, payment)
    assert pages.get(url, status=302)["Location"].startswith("/logowanie/")
    pages.get(url, user=anna)
    for stranger in (borys, celina, filip):
        pages.get(url, user=stranger, status=404)
    mandate = mandate_for(anna, borys, areas=["taxes"], rights=["see", "pay"])
    pages.get(url, user=borys, status=404)
    mandate.areas = ["payments"]
    mandate.save()
    pages.get(url, user=borys)
    pages.get(reverse(f"payments:{name}", args=["00000000-0000-0000-0000-000000000000"]), status=404)


def test_principal_sees_what_the_attorney_paid(
    pages: PageClient,
    anna: User,
    borys: User,
    debts: Debts,
    start: Start,
    mandate_for: Callable[..., Mandate],
) -> None:
    mandate = mandate_for(anna, borys, areas=["taxes"], rights=["see", "pay"])
    payment = start(borys, debts.add(anna))
    assert payment.reference in text_of(pages, reverse("payments:history"), anna)
    pages.get(page("detail", payment), user=anna)
    pages.get(page("detail", payment), user=borys)
    assert payment.reference in text_of(pages, reverse("payments:history"), borys)
    revoke_mandate(mandate_id=mandate.public_id, by=anna, party=Party.PRINCIPAL)
    pages.get(page("detail", payment), user=borys, status=404)
    assert payment.reference not in text_of(pages, reverse("payments:history"), borys)
    assert payment.reference in text_of(pages, reverse("payments:history"), anna)


@pytest.mark.parametrize(("areas", "sees_all"), [(["taxes", "payments"], True), (["taxes"], False)])
def test_history_when_acting_for_another(
    pages: PageClient,
    anna: User,
    borys: User,
    debts: Debts,
    start: Start,
    mandate_for: Callable[..., Mandate],
    areas: list[str],
    sees_all: bool,
) -> None:
    mandate = mandate_for(anna, borys, areas=areas, rights=["see", "pay"])
    by_anna, by_borys, for_himself = start(anna), start(borys, debts.add(anna)), start(borys)
    pages.sign_in(borys)
    session = pages.client.session
    session[policy.SESSION_KEY] = str(mandate.public_id)
    session.save()
    text = text_of(pages, reverse("payments:history"))
    assert (by_anna.reference in text) == sees_all
    assert by_borys.reference in text
    assert for_himself.reference not in text


def test_every_look_is_in_the_journal(pages: PageClient, anna: User, start: Start) -> None:
    payment = start(anna)
    pages.get(page("detail", payment), user=anna)
    record = Record.objects.get(action="payments.read")
    assert (record.actor_id, record.reference) == (anna.public_id, payment.reference)
    assert record.subject_id == anna.identity.subject.public_id


def test_clerk_sees_payments_and_events(
    pages: PageClient, anna: User, ewa: User, start: Start, notify: Notify
) -> None:
    payment = start(anna)
    notify(payment, "COMPLETED", totalAmount="1")
    pages.sign_in(ewa)
    for url in ("/admin/payments/payment/", "/admin/payments/providerevent/"):
        assert payment.reference in pages.client.get(url).content.decode()
    event = payment.events.get()
    assert (
        "totalAmount"
        in pages.client.get(f"/admin/payments/providerevent/{event.pk}/change/").content.decode()
    )
    assert pages.client.get(f"/admin/payments/payment/{payment.pk}/delete/").status_code == 403
