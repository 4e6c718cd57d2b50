"""Borys holds Anna's mandate: he sees her dues and pays in her name; Irena's mandate has run out."""

import re

from playwright.sync_api import Page, expect

from eurzad.lib.personas import ANNA, BORYS, IRENA
from tests.e2e.look import Look
from tests.e2e.steps import Town, choose_one_instalment, heading, pay_at_bank, sign_in

IN_HER_NAME = f"Działasz w imieniu: {ANNA.full_name}"


def test_borys_pays_for_anna(page: Page, town: Town, look: Look) -> None:
    sign_in(page, town, BORYS)
    page.goto(f"{town.portal}/konto/naleznosci/")
    own = page.locator("main").inner_text()
    page.goto(f"{town.portal}/konto/upowaznienia/")
    expect(page.locator("main")).to_contain_text("Teraz działasz w swoim imieniu.")
    look(page, "mandates")
    irena = page.get_by_role("listitem").filter(has_text=IRENA.full_name)
    expect(irena).to_contain_text("nieważne")
    expect(irena.get_by_role("button")).to_have_count(0)
    page.get_by_role("button", name=f"Działaj w imieniu: {ANNA.full_name}").click()

    band = page.get_by_role("region", name="W czyim imieniu działasz")
    expect(band).to_contain_text(IN_HER_NAME)
    look(page, "overview-acting")
    page.goto(f"{town.portal}/konto/naleznosci/")
    expect(band).to_contain_text(IN_HER_NAME)
    assert page.locator("main").inner_text() != own
    look(page, "what-i-owe-acting")
    for path in ("/", "/konto/platnosci/", "/konto/powiadomienia/", "/rejestry/umowy/"):
        page.goto(f"{town.portal}{path}")
        expect(band).to_contain_text(IN_HER_NAME)

    page.goto(f"{town.portal}/konto/naleznosci/")
    amount = choose_one_instalment(page)
    page.get_by_role("button", name="Przejdź do płatności").click()
    expect(page.locator("dl.summary-list")).to_contain_text(ANNA.full_name)
    look(page, "summary-acting")
    page.get_by_role("button", name=f"Zapłać {amount}").click()
    pay_at_bank(page, "Zapłać")
    expect(heading(page, "Zapłacono")).to_be_visible()
    page.get_by_role("link", name="Pokaż potwierdzenie").click()
    expect(page.locator("dl.summary-list")).to_contain_text(re.compile(f"Kto płaci\\s*{BORYS.full_name}"))
    expect(page.locator("dl.summary-list")).to_contain_text(re.compile(f"W imieniu\\s*{ANNA.full_name}"))

    band.get_by_role("link", name="Zmień").click()
    look(page, "mandates-acting")
    page.get_by_role("button", name="Wróć do swoich spraw").click()
    expect(heading(page, "Twoje konto")).to_be_visible()
    expect(band).to_have_count(0)


def test_an_expired_mandate_cannot_be_chosen_by_hand(page: Page, town: Town, look: Look) -> None:
    sign_in(page, town, BORYS)
    page.goto(f"{town.portal}/konto/upowaznienia/")
    chosen = page.get_by_role("button", name=f"Działaj w imieniu: {ANNA.full_name}")
    chosen.evaluate("button => button.form.elements.mandate.value = '00000000-0000-4000-8000-000000000000'")
    chosen.click()
    expect(page.locator(".messages")).to_contain_text("To pełnomocnictwo nie jest już ważne.")
    expect(page.locator("main")).to_contain_text("Teraz działasz w swoim imieniu.")
    look(page, "mandates-refused")
