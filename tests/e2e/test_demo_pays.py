"""The demo account: signs in, reads what it owes, pays one instalment, holds a receipt."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.look import Look
from tests.e2e.steps import (
    AMOUNT,
    Town,
    choose_one_instalment,
    fetch,
    heading,
    pay_at_bank,
    sign_in_demo,
)


def test_demo_pays_one_instalment(
    page: Page, town: Town, look: Look, open_browser: Callable[..., Page]
) -> None:
    page.goto(f"{town.portal}/")
    look(page, "home")
    page.get_by_role("link", name="Zaloguj się", exact=True).click()
    expect(page.locator("main")).to_contain_text("Login: demo, hasło: demo.")
    look(page, "sign-in")
    page.get_by_role("button", name="Wejdź na konto demo").click()

    expect(heading(page, "Twoje konto")).to_be_visible()
    expect(page.get_by_role("heading", name="Wymaga uwagi")).to_be_visible()
    due_now = page.get_by_role("region", name="Do zapłaty teraz")
    expect(due_now.locator(".amount-large")).to_have_text(AMOUNT)
    look(page, "overview")
    due_now.get_by_role("link", name="Zapłać").click()

    expect(heading(page, "Co mam do zapłaty")).to_be_visible()
    owed_before = page.locator(".amount-large").inner_text()
    look(page, "what-i-owe")
    receivable = page.locator(".pay-form tbody tr").first.get_by_role("link")
    title = receivable.inner_text()
    receivable.click()
    expect(heading(page, re.compile(re.escape(title.rsplit(",", 1)[0])))).to_be_visible()
    page.get_by_text("Jak policzono kwotę za rok").click()
    expect(page.get_by_role("table", name="Składniki")).to_be_visible()
    expect(page.get_by_role("table", name=re.compile("Kwota za rok"))).to_be_visible()
    look(page, "receivable")
    receivable_url = page.url
    payments_before = page.locator("section[aria-labelledby=wplaty] tbody tr").count()
    page.go_back()

    amount = choose_one_instalment(page)
    page.get_by_role("button", name="Przejdź do płatności").click()
    expect(heading(page, "Sprawdź, za co płacisz")).to_be_visible()
    expect(page.locator(".amount-large")).to_have_text(amount)
    look(page, "summary")
    page.get_by_role("button", name=f"Zapłać {amount}").click()
    expect(heading(page, "Potwierdź płatność")).to_be_visible()
    look(page, "bank")
    pay_at_bank(page, "Zapłać")

    expect(heading(page, "Zapłacono")).to_be_visible()
    expect(page.locator(".lead")).to_contain_text(amount)
    look(page, "return-paid")
    page.get_by_role("link", name="Pokaż potwierdzenie").click()
    expect(heading(page, "Potwierdzenie wpłaty nr")).to_be_visible()
    look(page, "receipt")
    assert fetch(page, "Pobierz PDF").startswith(b"%PDF-")

    page.goto(f"{town.portal}/konto/platnosci/")
    expect(page.locator("tbody tr")).to_have_count(1)
    look(page, "payments")
    page.locator("tbody a").click()
    look(page, "payment")
    page.goto(receivable_url)
    expect(page.locator("section[aria-labelledby=wplaty] tbody tr")).to_have_count(payments_before + 1)
    page.goto(f"{town.portal}/konto/naleznosci/")
    expect(page.locator(".amount-large")).not_to_have_text(owed_before)
    page.goto(f"{town.portal}/konto/powiadomienia/")
    expect(heading(page, "Powiadomienia")).to_be_visible()
    look(page, "notices")

    somebody_else = open_browser()
    sign_in_demo(somebody_else, town)
    somebody_else.goto(f"{town.portal}/konto/naleznosci/")
    expect(somebody_else.locator(".amount-large")).to_have_text(owed_before)
    somebody_else.goto(receivable_url)
    expect(heading(somebody_else, "Nie ma takiej strony")).to_be_visible()
    look(somebody_else, "not-found")
