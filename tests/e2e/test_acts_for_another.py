"""Borys holds Anna's mandate: he sees her dues and pays in her name; Irena's mandate has run out."""

import re

from playwright.sync_api import Page, expect

from eurzad.lib import clock
from eurzad.lib.personas import ANNA, BORYS, DAMIAN, IRENA
from tests.e2e.look import Look
from tests.e2e.steps import Town, choose_one_instalment, heading, pay_at_bank, sign_in

IN_HER_NAME = f"Działasz w imieniu: {ANNA.full_name}"


def test_borys_pays_for_anna(page: Page, town: Town, look: Look) -> None:
    sign_in(page, town, BORYS)
    expect(heading(page, "W czyim imieniu działasz")).to_be_visible()
    look(page, "choice-after-sign-in")
    page.get_by_role("button", name="Dalej w swoim imieniu").click()
    expect(heading(page, "Twoje konto")).to_be_visible()
    page.goto(f"{town.portal}/konto/naleznosci/")
    own = page.locator("main").inner_text()
    page.goto(f"{town.portal}/konto/upowaznienia/?lista=ended")
    expect(page.locator("main")).to_contain_text("Teraz działasz w swoim imieniu.")
    look(page, "mandates")
    irena = page.get_by_role("listitem").filter(has_text=IRENA.full_name)
    expect(irena).to_contain_text("wygasłe")
    expect(irena.get_by_role("button")).to_have_count(0)
    page.get_by_role("link", name="Wybierz, w czyim imieniu działasz").click()
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
    page.goto(f"{town.portal}/konto/")
    expect(heading(page, "Twoje konto")).to_be_visible()
    expect(band).to_have_count(0)


def test_an_expired_mandate_cannot_be_chosen_by_hand(page: Page, town: Town, look: Look) -> None:
    sign_in(page, town, BORYS)
    page.goto(f"{town.portal}/konto/upowaznienia/w-imieniu/")
    chosen = page.get_by_role("button", name=f"Działaj w imieniu: {ANNA.full_name}")
    chosen.evaluate("button => button.form.elements.mandate.value = '00000000-0000-4000-8000-000000000000'")
    chosen.click()
    expect(page.locator(".messages")).to_contain_text("To pełnomocnictwo nie jest już ważne.")
    expect(page.locator("main")).to_contain_text(f"W swoim imieniu: {BORYS.full_name}")
    expect(page.get_by_role("region", name="W czyim imieniu działasz")).to_have_count(0)
    look(page, "mandates-refused")


def test_an_attorney_asks_for_a_right_and_the_principal_takes_it_back(
    page: Page, town: Town, look: Look
) -> None:
    """Damian lets Borys see; Borys is refused payment and asks; Damian agrees, then revokes."""
    browser = page.context.browser
    assert browser is not None
    sign_in(page, town, DAMIAN)
    page.goto(f"{town.portal}/konto/upowaznienia/udziel/")
    look(page, "mandate-grant")
    page.get_by_label("PESEL pełnomocnika").fill(BORYS.pesel)
    page.get_by_label("Nazwisko pełnomocnika").fill(BORYS.family_name)
    page.get_by_label("podatki").check()
    page.get_by_label("opłaty").check()
    page.get_by_label("podgląd").check()
    page.get_by_label("Ostatni dzień").fill(f"{clock.today().year + 1}-12-31")
    page.get_by_role("button", name="Dalej: przeczytaj treść").click()
    look(page, "mandate-text")
    page.get_by_role("button", name="Zatwierdzam tę treść").click()
    expect(page.locator("main")).to_contain_text("czynne")

    other = browser.new_context(locale="pl-PL").new_page()
    sign_in(other, town, BORYS)
    other.goto(f"{town.portal}/konto/upowaznienia/w-imieniu/?q={DAMIAN.family_name}")
    other.get_by_role("button", name=f"Działaj w imieniu: {DAMIAN.full_name}").click()
    other.goto(f"{town.portal}/konto/naleznosci/")
    expect(other.get_by_role("button", name="Poproś o uprawnienie: płatność").first).to_be_visible()
    expect(other.get_by_role("button", name="Przejdź do płatności")).to_have_count(0)
    expect(other.locator("main").get_by_role("checkbox")).to_have_count(0)
    look(other, "what-i-owe-see-only")
    page.goto(f"{town.portal}/konto/naleznosci/")
    hers = page.locator(".pay-form").get_by_role("checkbox").first.get_attribute("value") or ""
    try_to_pay(other, hers)
    expect(heading(other, "Twoje pełnomocnictwo na to nie pozwala")).to_be_visible()
    expect(other.locator("main")).to_contain_text("płatność")
    look(other, "mandate-missing-right")
    other.get_by_role("button", name="Poproś o to uprawnienie").click()
    other.get_by_role("button", name="Wyślij prośbę").click()
    expect(other.locator("main")).to_contain_text("czeka na mocodawcę")

    page.goto(f"{town.portal}/konto/upowaznienia/?lista=requests")
    look(page, "mandate-requests")
    page.get_by_role("link", name=f"Dla: {BORYS.full_name}").click()
    page.get_by_role("button", name="Zatwierdzam tę treść").click()
    expect(page.locator("main")).to_contain_text("czynne")

    for _ in range(2):
        page.goto(f"{town.portal}/konto/upowaznienia/?lista=granted")
        page.get_by_role("link", name="Dla:").first.click()
        look(page, "mandate-granted")
        page.get_by_role("link", name="Odwołaj pełnomocnictwo").click()
        look(page, "mandate-revoke")
        page.get_by_role("button", name="Tak, zakończ teraz").click()
        expect(page.locator("main")).to_contain_text("odwołane")
        expect(page.get_by_role("link", name="Potwierdzenie odwołania (PDF)")).to_be_visible()
    other.goto(f"{town.portal}/konto/naleznosci/")
    expect(other.locator("body")).to_contain_text("wygasło albo zostało odwołane")
    expect(other.get_by_role("region", name="W czyim imieniu działasz")).not_to_contain_text(DAMIAN.full_name)
    try_to_pay(other, hers)
    expect(other.locator("main")).not_to_contain_text(re.compile("Sprawdź, za co płacisz|Zapłać \\d"))
    expect(other.locator("main")).not_to_contain_text(DAMIAN.full_name)


def try_to_pay(page: Page, token: str) -> None:
    """Send what the hidden button would send: a form of one's own making."""
    page.evaluate(
        """token => {
            const form = document.createElement("form");
            const csrf = document.querySelector("input[name=csrfmiddlewaretoken]").value;
            form.method = "post";
            form.action = "/konto/platnosci/koszyk/";
            for (const [name, value] of [["item", token], ["csrfmiddlewaretoken", csrf]]) {
                const field = Object.assign(document.createElement("input"), {type: "hidden", name, value});
                form.append(field);
            }
            document.body.append(form);
            form.submit();
        }""",
        token,
    )
    page.wait_for_url("**/podsumowanie/")
