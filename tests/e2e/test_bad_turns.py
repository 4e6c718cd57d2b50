"""What goes wrong is said clearly, with a number to quote; nobody is signed in, nothing changes, one can go on."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from eurzad.lib.personas import DAMIAN, FILIP, HENRYK
from tests.e2e.look import Look
from tests.e2e.steps import (
    REFERENCE,
    Town,
    apply_until_signing,
    begin_sign_in,
    choose_one_instalment,
    expect_sign_in_refused,
    heading,
    invented_pesel,
    pay_at_bank,
    reload_until,
    sign_in,
    sign_in_demo,
)

BAD_ANSWERS = [
    "idp_unknown_artifact",
    "idp_expired",
    "idp_wrong_audience",
    "idp_wrong_recipient",
    "idp_wrong_request",
    "idp_bad_signature",
    "idp_bad_assertion",
    "idp_unsigned",
    "idp_low_assurance",
    "idp_timeout",
]
BAD_SIGNATURES = ["tps_altered_document", "tps_foreign_seal"]


def test_a_cancelled_sign_in_can_be_tried_again(page: Page, town: Town, look: Look) -> None:
    begin_sign_in(page, town)
    page.get_by_role("button", name="Anuluj logowanie").click()
    expect_sign_in_refused(page, town)
    look(page, "sign-in-refused")
    page.get_by_role("link", name="Spróbuj ponownie").click()
    page.get_by_role("button", name="Zaloguj się przez login.gov.pl").click()
    page.get_by_role("button", name=DAMIAN.full_name).click()
    expect(page.locator(".session")).to_contain_text(DAMIAN.full_name)


@pytest.mark.parametrize("failure", BAD_ANSWERS)
def test_a_bad_answer_signs_nobody_in(page: Page, town: Town, look: Look, failure: str) -> None:
    begin_sign_in(page, town)
    town.order(failure)
    page.get_by_role("button", name=DAMIAN.full_name).click()
    expect_sign_in_refused(page, town)
    look(page, "sign-in-refused")


def test_an_invented_artifact_signs_nobody_in(page: Page, town: Town) -> None:
    answer = page.request.post(
        f"{town.portal}/saml/login/acs/", form={"SAMLart": "AAQAAA==", "RelayState": "nie-moje"}
    )
    assert 400 <= answer.status < 500
    assert "Nie udało się zalogować" in answer.text()
    assert REFERENCE.search(answer.text())


def test_pages_that_only_pass_the_browser_on_work_by_their_button(page: Page, town: Town, look: Look) -> None:
    page.route(re.compile(r"/(autosubmit|return)[^/]*\.js$"), lambda route: route.abort())
    page.goto(f"{town.portal}/logowanie/")
    page.get_by_role("button", name="Zaloguj się przez login.gov.pl").click()
    expect(heading(page, "Przechodzisz do logowania")).to_be_visible()
    look(page, "sign-in-passing-on")
    page.get_by_role("button", name="Przejdź dalej").click()
    page.get_by_role("button", name=HENRYK.full_name).click()
    expect(heading(page, "Powrót do portalu")).to_be_visible()
    look(page, "simulator-return")
    page.get_by_role("button", name="Wróć do portalu").click()
    expect(page.locator(".session")).to_contain_text(HENRYK.full_name)


def test_cancelled_signing_can_be_taken_up_or_given_up(page: Page, town: Town, look: Look) -> None:
    apply_until_signing(page, town, "Karol", invented_pesel(date(1861, 3, 9), 411))
    page.get_by_role("button", name="Anuluj").click()
    expect(page.locator(".messages")).to_contain_text("Nie podpisano wniosku. Nic nie przepadło")
    again = page.get_by_role("link", name="Przejdź na stronę podpisu")
    reload_until(page, again)
    expect(page.locator(".lead")).to_contain_text("Teraz: Ty. Dokument czeka na Twój podpis.")
    look(page, "status-not-signed")
    again.click()
    expect(heading(page, "Podpisz dokument")).to_be_visible()
    page.goto(f"{town.portal}/konto/wniosek/")
    page.get_by_role("link", name="Zrezygnuj z tego wniosku").click()
    page.get_by_role("button", name="Tak, rezygnuję").click()
    expect(heading(page, "Złóż wniosek o dostęp do swoich spraw")).to_be_visible()


def test_a_signature_that_is_refused_leaves_everything_for_the_next_try(
    page: Page, town: Town, look: Look
) -> None:
    apply_until_signing(page, town, "Leon", invented_pesel(date(1862, 4, 2), 231))
    for failure in BAD_SIGNATURES:
        town.order(failure)
        page.get_by_role("button", name="Podpisz", exact=True).click()
        _expect_signature_refused(page)
        look(page, "status-signature-refused")
        _sign_again(page)
    page.get_by_label(re.compile(HENRYK.full_name)).check()
    page.get_by_role("button", name="Podpisz", exact=True).click()
    _expect_signature_refused(page)
    expect(page.locator("main")).to_contain_text("Dokument podpisała inna osoba")
    _sign_again(page)
    page.get_by_role("button", name="Podpisz", exact=True).click()
    reload_until(page, page.get_by_role("link", name="Pokaż UPP"))


def _expect_signature_refused(page: Page) -> None:
    reload_until(page, page.get_by_role("heading", name="Co się stało"))
    expect(page.locator(".lead")).to_contain_text("Podpis nie został przyjęty. Nic nie przepadło")
    expect(page.locator("main")).to_contain_text("Wniosek nie wpłynął do urzędu")
    expect(page.locator("main")).to_contain_text(re.compile(r"podaj numer EU\.\d{4}\.\d{6} \(kod "))


def _sign_again(page: Page) -> None:
    page.get_by_role("link", name="Złóż wniosek jeszcze raz").click()
    expect(page.get_by_label("Numer domu")).to_have_value("5")
    page.get_by_role("button", name="Dalej").click()
    page.get_by_role("link", name="Dalej: sprawdź wniosek").click()
    page.get_by_role("button", name="Przejdź do podpisu").click()
    expect(heading(page, "Podpisz dokument")).to_be_visible()


def _go_to_bank(page: Page, town: Town) -> str:
    """Sign in as demo and take one instalment to the bank; return its amount."""
    sign_in_demo(page, town)
    page.goto(f"{town.portal}/konto/naleznosci/")
    amount = choose_one_instalment(page)
    page.get_by_role("button", name="Przejdź do płatności").click()
    page.get_by_role("button", name=f"Zapłać {amount}").click()
    expect(heading(page, "Potwierdź płatność")).to_be_visible()
    return amount


def test_a_rejected_payment_changes_nothing(page: Page, town: Town, look: Look) -> None:
    amount = _go_to_bank(page, town)
    pay_at_bank(page, "Odrzuć płatność")
    expect(heading(page, "Nie zapłacono")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Nic nie pobrano i nic nie zaliczono")
    expect(page.locator("dl")).to_contain_text(re.compile(r"P-\d{4}-\d{6}"))
    look(page, "return-not-paid")
    page.get_by_role("link", name="Spróbuj ponownie").click()
    assert choose_one_instalment(page) == amount


def test_a_payment_left_in_progress_is_not_paid_twice(page: Page, town: Town, look: Look) -> None:
    _go_to_bank(page, town)
    pay_at_bank(page, "Zostaw w toku")
    expect(heading(page, "Płatność w toku")).to_be_visible()
    expect(page.locator("dl")).to_contain_text(re.compile(r"P-\d{4}-\d{6}"))
    look(page, "return-in-progress")
    page.goto(f"{town.portal}/konto/naleznosci/")
    choose_one_instalment(page)
    page.get_by_role("button", name="Przejdź do płatności").click()
    page.get_by_role("button", name=re.compile("^Zapłać ")).click()
    expect(page.get_by_role("alert")).to_be_visible()
    look(page, "summary-reserved")
    page.get_by_role("link", name="Przejdź do tamtej płatności").click()
    page.get_by_role("link", name="Przejdź do operatora płatności").click()
    pay_at_bank(page, "Zapłać")
    expect(heading(page, "Zapłacono")).to_be_visible()


@pytest.mark.parametrize("failure", ["zły podpis powiadomienia", "zła kwota w powiadomieniu"])
def test_a_forged_notification_settles_nothing_by_itself(page: Page, town: Town, failure: str) -> None:
    """What the bank says when asked is believed; what was sent under a wrong key or amount is not."""
    _go_to_bank(page, town)
    page.get_by_text("Dla testujących").click()
    page.get_by_label("Powiadomienie dla sklepu").select_option(label=failure)
    pay_at_bank(page, "Zapłać")
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Coś się u nas zepsuło")
    expect(heading(page, "Zapłacono")).to_be_visible(timeout=60_000)


def test_an_order_that_the_bank_refuses_is_said_at_once(page: Page, town: Town, look: Look) -> None:
    sign_in_demo(page, town)
    page.goto(f"{town.portal}/konto/naleznosci/")
    choose_one_instalment(page)
    page.get_by_role("button", name="Przejdź do płatności").click()
    town.order_at_bank("create", "refused")
    page.get_by_role("button", name=re.compile("^Zapłać ")).click()
    expect(page.get_by_role("alert")).to_contain_text(
        re.compile(r"odrzucił zlecenie P-\d{4}-\d{6}. Nic nie pobrano.")
    )
    look(page, "summary-refused")
    page.get_by_role("button", name=re.compile("^Zapłać ")).click()
    pay_at_bank(page, "Zapłać")
    expect(heading(page, "Zapłacono")).to_be_visible()


def test_a_form_of_a_lost_session_is_not_taken(page: Page, town: Town, look: Look) -> None:
    page.goto(f"{town.portal}/logowanie/")
    page.context.clear_cookies()
    page.get_by_role("button", name="Wejdź na konto demo").click()
    expect(heading(page, "Formularz stracił ważność")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Numer zdarzenia")
    look(page, "form-expired")


def test_wrong_passwords_open_nothing(page: Page, town: Town, look: Look) -> None:
    page.goto(f"{town.portal}/logowanie/")
    page.get_by_label("Login").fill("admin")
    page.get_by_role("button", name="Wejdź na konto demo").click()
    expect(page.get_by_role("alert")).to_contain_text("Login i hasło do konta demo to: demo, demo.")
    look(page, "sign-in-errors")
    page.get_by_role("link", name="Logowanie pracowników urzędu").click()
    page.get_by_label("Login").fill(FILIP.key)
    page.get_by_label("Hasło").fill("zgaduję")
    page.get_by_role("button", name="Dalej").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look(page, "staff-sign-in-errors")


def test_somebody_elses_pages_do_not_exist(
    page: Page, town: Town, look: Look, open_browser: Callable[..., Page]
) -> None:
    sign_in(page, town, DAMIAN)
    page.goto(f"{town.portal}/konto/naleznosci/")
    page.locator(".pay-form tbody a").first.click()
    theirs = page.url
    stranger = open_browser()
    stranger.goto(theirs)
    expect(heading(stranger, "Zaloguj się")).to_be_visible()
    sign_in_demo(stranger, town)
    stranger.goto(theirs)
    expect(heading(stranger, "Nie ma takiej strony")).to_be_visible()
    expect(stranger.locator("main")).to_contain_text("Numer zdarzenia")
    look(stranger, "not-found")
