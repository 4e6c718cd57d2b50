"""Mandates and "who looked at my data" with the keyboard alone, and without JavaScript; the clerk's pages of both."""

from playwright.sync_api import BrowserContext, Page, expect

from eurzad.lib import clock
from eurzad.lib.personas import ANNA, BORYS, CELINA, EWA, LUCYNA
from tests.e2e.keyboard import press_until
from tests.e2e.look import Look
from tests.e2e.steps import Town, give_reason, heading, sign_in, sign_in_clerk

ACCOUNT = "/konto/upowaznienia/"


def test_a_mandate_by_keyboard_alone(page: Page, town: Town, look: Look) -> None:
    sign_in(page, town, BORYS)
    press_until(page, f"Działaj w imieniu: {ANNA.full_name}")
    band = page.get_by_role("region", name="W czyim imieniu działasz")
    expect(band).to_contain_text(ANNA.full_name)
    page.goto(f"{town.portal}{ACCOUNT}udziel/")
    expect(heading(page, "Pełnomocnik nie może upoważniać dalszych osób")).to_be_visible()
    look(page, "mandate-cannot-grant")
    press_until(page, "Wróć do swoich spraw")
    expect(band).to_have_count(0)
    page.goto(f"{town.portal}{ACCOUNT}")
    press_until(page, "Udziel pełnomocnictwa")
    expect(heading(page, "Udziel pełnomocnictwa")).to_be_visible()
    press_until(page, "PESEL pełnomocnika", key="1")
    press_until(page, "podatki", key="Space")
    press_until(page, "Dalej: przeczytaj treść")
    expect(page.locator("main")).to_contain_text("Ten numer jest błędny")
    expect(page.get_by_label("podatki")).to_be_checked()
    look(page, "mandate-grant-errors")
    page.goto(f"{town.portal}/konto/naleznosci/")
    page.goto(f"{town.portal}/konto/historia/")
    press_until(page, "Pokaż też to, co robisz sam lub sama")
    expect(page.locator("main table")).to_be_visible()
    look(page, "history")


def test_mandates_without_javascript(page: Page, town: Town) -> None:
    sign_in(page, town, BORYS)
    browser = page.context.browser
    assert browser is not None
    plain: BrowserContext = browser.new_context(
        storage_state=page.context.storage_state(), java_script_enabled=False, locale="pl-PL"
    )
    tab = plain.new_page()
    tab.goto(f"{town.portal}{ACCOUNT}w-imieniu/")
    tab.get_by_label("Szukaj po nazwisku albo nazwie").fill("wrzos")
    tab.get_by_role("button", name="Szukaj").last.click()
    tab.get_by_role("button", name=f"Działaj w imieniu: {ANNA.full_name}").click()
    expect(tab.get_by_role("region", name="W czyim imieniu działasz")).to_contain_text(ANNA.full_name)
    tab.goto(f"{town.portal}{ACCOUNT}")
    tab.get_by_role("button", name="Wróć do swoich spraw").click()
    tab.goto(f"{town.portal}{ACCOUNT}udziel/")
    tab.get_by_label("PESEL pełnomocnika").fill(CELINA.pesel)
    tab.get_by_label("Nazwisko pełnomocnika").fill(CELINA.family_name)
    tab.get_by_label("podatki").check()
    tab.get_by_label("podgląd").check()
    tab.get_by_label("Ostatni dzień").fill(f"{clock.today().year + 1}-12-31")
    tab.get_by_role("button", name="Dalej: przeczytaj treść").click()
    tab.get_by_role("button", name="Zatwierdzam tę treść").click()
    expect(tab.locator("main")).to_contain_text("czynne")
    tab.get_by_role("link", name="Odwołaj pełnomocnictwo").click()
    tab.get_by_role("button", name="Tak, zakończ teraz").click()
    expect(tab.locator("main")).to_contain_text("odwołane")
    tab.goto(f"{town.portal}/konto/historia/?wszystko=1")
    expect(tab.locator("main table")).to_contain_text("odwołanie pełnomocnictwa")
    plain.close()


def test_the_clerks_pages_of_mandates(page: Page, town: Town, look: Look) -> None:
    sign_in_clerk(page, town, EWA)
    page.goto(f"{town.portal}/admin/mandates/mandate/")
    give_reason(page)
    expect(page.locator("#changelist")).to_be_visible()
    look(page, "admin-mandates")
    page.locator("#result_list tbody a").first.click()
    expect(page.locator("#content")).to_contain_text("podgląd")
    look(page, "admin-mandate")


def test_the_auditors_pages_of_the_journal(page: Page, town: Town, look: Look) -> None:
    sign_in_clerk(page, town, LUCYNA)
    page.goto(f"{town.portal}/admin/journal/record/?q={clock.today():%d.%m.%Y}")
    if page.get_by_role("button", name="Otwórz dane").is_visible():
        give_reason(page)
    expect(page.locator("#result_list")).to_contain_text("pełnomocnictwo (mandates.read)")
    look(page, "admin-journal")
