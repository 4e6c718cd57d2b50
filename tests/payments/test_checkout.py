"""From the choice to the bank: the summary, the locked amount, one payment however often one clicks."""

import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.urls import reverse

from eurzad.lib import clock
from eurzad.lib.errors import TransientError
from payments import payables, services
from payments.errors import AlreadyReserved, AmountChanged, NothingToPay, SeveralPayers
from payments.models import Payment, Reservation
from payments.providers import get as get_provider
from portal.mandates.models import Mandate
from portal.mandates.policy import AccessDenied, Viewer
from portal.people.models import User
from tests.payments.conftest import Bank, Debts
from tests.support.pages import PageClient

SUMMARY = "/konto/platnosci/podsumowanie/"


def choose(pages: PageClient, user: User, *tokens: str) -> None:
    response = pages.post("/konto/platnosci/koszyk/", {"item": list(tokens)}, user=user, status=303)
    assert response["Location"] == SUMMARY


def form_of(response: Any) -> dict[str, Any]:
    context = response.context
    return {
        "key": str(context["key"]),
        "shown_total": str(context["basket"].total),
        "item": context["basket"].tokens,
        "provider": "payu",
    }


def place(viewer: Viewer, *tokens: str, total: str = "187.00", key: Any = None) -> Payment:
    return services.place_payment(
        viewer=viewer,
        tokens=tokens,
        idempotency_key=key or uuid4(),
        shown_total=Decimal(total),
        provider="payu",
    )


def test_summary_says_what_for_and_for_whom(pages: PageClient, anna: User, debts: Debts, bank: Bank) -> None:
    choose(
        pages, anna, debts.add(anna), debts.add(anna, "1000.00", "12.00", "16.00"), "rubbish", "tests.debt:1"
    )
    text = pages.get(SUMMARY).content.decode()
    assert "1\u00a0215,00\u00a0zł" in text
    assert "odsetki 12,00\u00a0zł" in text
    assert "koszty upomnienia 16,00\u00a0zł" in text
    assert "Anna Wrzos" in text


def test_empty_choice(pages: PageClient, anna: User, debts: Debts, bank: Bank) -> None:
    choose(pages, anna)
    assert pages.get("/konto/platnosci/koszyk/", status=303)["Location"] == SUMMARY
    assert "Nie ma czego zapłacić" in pages.get(SUMMARY).content.decode()


def test_pay_goes_to_the_bank(pages: PageClient, anna: User, debts: Debts, bank: Bank) -> None:
    choose(pages, anna, debts.add(anna, "1000.10", "12.00", "16.00"))
    response = pages.post(SUMMARY, form_of(pages.get(SUMMARY)), status=303)
    payment = Payment.objects.get()
    assert response["Location"] == payment.redirect_url
    assert payment.redirect_url.startswith(f"{bank.url}/bank/")
    assert payment.status == "started"
    assert payment.amount == Decimal("1028.10")
    assert payment.reference == f"P-{clock.today().year}-000001"
    item = payment.items.get()
    assert (item.principal, item.interest, item.costs) == (
        Decimal("1000.10"),
        Decimal("12.00"),
        Decimal("16.00"),
    )


@pytest.mark.parametrize(("proxies", "told"), [(0, "127.0.0.1"), (1, "198.51.100.7")])
def test_the_bank_is_told_the_payers_address_not_the_proxys(
    pages: PageClient, anna: User, debts: Debts, bank: Bank, settings: Any, proxies: int, told: str
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    choose(pages, anna, debts.add(anna))
    form = form_of(pages.get(SUMMARY))
    forwarded = {"x-forwarded-for": "203.0.113.9, 198.51.100.7"}
    pages.post(SUMMARY, form, status=303, headers=forwarded)
    answer = get_provider("payu").get_order(Payment.objects.get().provider_order_id)
    assert json.loads(answer.raw)["orders"][0]["customerIp"] == told


def test_twenty_clicks_are_one_payment(pages: PageClient, anna: User, debts: Debts, bank: Bank) -> None:
    choose(pages, anna, debts.add(anna))
    form = form_of(pages.get(SUMMARY))
    addresses = {pages.post(SUMMARY, form, status=303)["Location"] for _ in range(20)}
    assert addresses == {Payment.objects.get().redirect_url}


def test_click_while_the_order_is_being_sent(pages: PageClient, anna: User, debts: Debts, bank: Bank) -> None:
    choose(pages, anna, debts.add(anna))
    form = form_of(pages.get(SUMMARY))
    payment = place(Viewer(anna), *form["item"], key=UUID(form["key"]))
    Payment.objects.update(ordered_at=clock.now())
    response = pages.post(SUMMARY, form, status=303)
    assert response["Location"] == reverse("payments:return", args=[payment.public_id])


def test_key_of_somebody_else(anna: User, borys: User, debts: Debts, bank: Bank) -> None:
    key = uuid4()
    place(Viewer(anna), debts.add(anna), key=key)
    with pytest.raises(AccessDenied):
        place(Viewer(borys), debts.add(borys), key=key)


def test_amount_that_grew_meanwhile(pages: PageClient, anna: User, debts: Debts, bank: Bank) -> None:
    choose(pages, anna, debts.add(anna))
    form = form_of(pages.get(SUMMARY))
    response = pages.post(SUMMARY, form | {"shown_total": "186.00"}, status=409)
    assert "Kwota zmieniła się" in response.content.decode()
    assert not Payment.objects.exists()
    with pytest.raises(AmountChanged):
        place(Viewer(anna), *form["item"], total="0.01")


@pytest.mark.parametrize(
    "change",
    [{"key": "1"}, {"shown_total": "NaN"}, {"provider": "paypal"}, {"shown_total": "-1"}, {"item": []}],
)
def test_tampered_form(
    pages: PageClient, anna: User, debts: Debts, bank: Bank, change: dict[str, Any]
) -> None:
    choose(pages, anna, debts.add(anna))
    response = pages.post(SUMMARY, form_of(pages.get(SUMMARY)) | change, status=303)
    assert response["Location"] == SUMMARY
    assert not Payment.objects.exists()


def test_what_is_being_paid_cannot_be_paid_again(
    pages: PageClient, anna: User, debts: Debts, start: Callable[..., Payment]
) -> None:
    token = debts.add(anna)
    first = start(anna, token)
    choose(pages, anna, token)
    response = pages.post(SUMMARY, form_of(pages.get(SUMMARY)), status=409)
    text = response.content.decode()
    assert "jest właśnie opłacane" in text
    assert reverse("payments:return", args=[first.public_id]) in text
    with clock.frozen(clock.now() + timedelta(minutes=16)):
        assert place(Viewer(anna), token).pk != first.pk


def test_reservation_of_somebody_else_is_not_linked(
    anna: User, borys: User, debts: Debts, start: Callable[..., Payment], mandate_for: Callable[..., Mandate]
) -> None:
    mandate_for(anna, borys, areas=["taxes"], rights=["see", "pay"])
    token = debts.add(anna)
    start(anna, token)
    with pytest.raises(AlreadyReserved) as reserved:
        place(Viewer(borys), token)
    assert reserved.value.link == ""
    assert Payment.objects.count() == 1
    assert Reservation.objects.count() == 1


def test_attorney_pays_in_the_name_of_the_principal(
    pages: PageClient,
    anna: User,
    borys: User,
    debts: Debts,
    bank: Bank,
    mandate_for: Callable[..., Mandate],
) -> None:
    mandate_for(anna, borys, areas=["taxes"], rights=["see", "pay"])
    choose(pages, borys, debts.add(anna))
    pages.post(SUMMARY, form_of(pages.get(SUMMARY)), status=303)
    payment = Payment.objects.get()
    assert (payment.payer_name, payment.on_behalf_name) == ("Borys Malina", "Anna Wrzos")


@pytest.mark.parametrize(("areas", "rights"), [(["taxes"], ["see"]), (["cases"], ["see", "pay"])])
def test_attorney_without_the_right(
    anna: User,
    borys: User,
    debts: Debts,
    bank: Bank,
    mandate_for: Callable[..., Mandate],
    areas: list[str],
    rights: list[str],
) -> None:
    mandate_for(anna, borys, areas=areas, rights=rights)
    with pytest.raises(AccessDenied):
        place(Viewer(borys), debts.add(anna))


def test_stranger_and_anonymous(
    pages: PageClient, anna: User, borys: User, celina: User, debts: Debts, bank: Bank
) -> None:
    token = debts.add(anna)
    assert pages.get(SUMMARY, status=302)["Location"].startswith("/logowanie/")
    assert pages.post("/konto/platnosci/koszyk/", {"item": token})["Location"].startswith("/logowanie/")
    choose(pages, borys, token)
    pages.get(SUMMARY, status=404)
    with pytest.raises(AccessDenied):
        place(Viewer(celina), token)


def test_nothing_left(anna: User, debts: Debts, bank: Bank) -> None:
    with pytest.raises(NothingToPay):
        place(Viewer(anna), debts.add(anna, "0.00"), total="0.00")


def test_debts_of_two_people(anna: User, borys: User, debts: Debts, bank: Bank) -> None:
    with pytest.raises(SeveralPayers):
        place(Viewer(anna), debts.add(anna), debts.add(borys), total="374.00")


def test_unanswered_order_is_looked_up_and_never_made_twice(
    anna: User, bank: Bank, start: Callable[..., Payment]
) -> None:
    bank.control(create="unanswered")
    payment = start(anna)
    assert payment.status == "unknown"
    assert services.send_order(payment=payment, customer_ip="127.0.0.1").redirect_url == ""
    services.check_payment(public_id=payment.public_id)
    payment.refresh_from_db()
    assert payment.status == "started"
    assert payment.provider_order_id


def test_order_that_never_arrived(anna: User, bank: Bank, start: Callable[..., Payment]) -> None:
    bank.control(create="lost")
    payment = start(anna)
    services.check_payment(public_id=payment.public_id)
    payment.refresh_from_db()
    assert payment.status == "unknown"
    with clock.frozen(clock.now() + timedelta(minutes=3)):
        services.check_payment(public_id=payment.public_id)
    payment.refresh_from_db()
    assert payment.status == "failed"
    assert not Reservation.objects.exists()


def test_refused_order(pages: PageClient, anna: User, bank: Bank, debts: Debts) -> None:
    bank.control(create="refused")
    choose(pages, anna, debts.add(anna))
    response = pages.post(SUMMARY, form_of(pages.get(SUMMARY)), status=409)
    assert "Nic nie pobrano" in response.content.decode()
    assert Payment.objects.get().status == "failed"
    pages.post(SUMMARY, form_of(response), status=303)
    assert Payment.objects.filter(status="started").count() == 1


def test_bank_that_is_down(
    anna: User, settings: Any, bank: Bank, debts: Debts, start: Callable[..., Payment]
) -> None:
    payment = start(anna, send=False)
    settings.PAYU_BASE_URL = "http://127.0.0.1:9"
    from payments import providers

    providers.forget()
    payment = services.send_order(payment=payment, customer_ip="127.0.0.1")
    assert payment.status == "unknown"
    services.check_payment(public_id=payment.public_id)
    with pytest.raises(TransientError):
        providers.get("payu").find_order(payment.ext_order_id)


def test_payer_who_never_left_for_the_bank(anna: User, start: Callable[..., Payment]) -> None:
    payment = start(anna, send=False)
    with clock.frozen(clock.now() + timedelta(minutes=16)):
        services.check_payment(public_id=payment.public_id)
    payment.refresh_from_db()
    assert payment.status == "failed"


def test_tokens() -> None:
    with pytest.raises(ValueError, match="bad payable kind"):
        payables.register(payables.Payable("a:b", lambda *_: [], lambda *_: None))
    with pytest.raises(ValueError, match="unknown"):
        payables.parse_token("nobody.knows:00000000-0000-0000-0000-000000000000")
