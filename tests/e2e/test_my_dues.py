"""A resident's dues: another day, three at once, a statement, a letter, and a calendar that comes and goes."""

import re
from datetime import timedelta

from playwright.sync_api import Page, expect

from eurzad.lib import clock
from eurzad.lib.money import format_pln, from_grosze
from tests.e2e.look import Look
from tests.e2e.steps import AMOUNT, Town, heading, pay_at_bank, reload_until, sign_in_demo

URL = "/konto/naleznosci/"


def grosze(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def test_looks_changes_the_day_and_pays_three(page: Page, town: Town, look: Look) -> None:
    sign_in_demo(page, town)
    page.goto(f"{town.portal}{URL}")
    today = grosze(page.locator(".amount-large").inner_text())
    later = clock.today() + timedelta(days=200)
    page.get_by_label("Na dzień").fill(later.isoformat())
    page.get_by_role("button", name="Przelicz").click()
    expect(page.get_by_label("Na dzień")).to_have_value(later.isoformat())
    assert grosze(page.locator(".amount-large").inner_text()) > today, "more interest on a later day"
    page.goto(f"{town.portal}{URL}?day=2019-01-01")
    expect(page.get_by_role("alert")).to_contain_text("Wybierz dzień od dziś")

    page.goto(f"{town.portal}{URL}")
    boxes = page.locator(".pay-form").get_by_role("checkbox").all()
    for box in boxes:
        box.uncheck()
    expect(page.locator("[data-selection-text]")).to_contain_text("Nic nie wybrano")
    amounts = page.locator(".pay-form tbody td.num strong").all_inner_texts()[:3]
    for box in boxes[:3]:
        box.check()
    total = format_pln(from_grosze(sum(grosze(one) for one in amounts)))
    expect(page.locator("[data-selection-text]")).to_have_text(f"Wybrano 3 na {total}")
    page.get_by_role("button", name="Przejdź do płatności").click()
    expect(page.locator(".amount-large")).to_have_text(total)
    page.get_by_role("button", name=f"Zapłać {total}").click()
    pay_at_bank(page, "Zapłać")
    expect(heading(page, "Zapłacono")).to_be_visible()

    page.goto(f"{town.portal}{URL}")
    look(page, "what-i-owe-after-paying")
    assert grosze(page.locator(".amount-large").inner_text()) == today - grosze(total)
    page.goto(f"{town.portal}{URL}wplaty/")
    look(page, "ledger-payments")
    page.locator("tbody th a").first.click()
    expect(page.locator(".amount-large")).to_have_text(total)
    look(page, "ledger-payment")


def test_orders_a_statement(page: Page, town: Town, look: Look) -> None:
    sign_in_demo(page, town)
    page.goto(f"{town.portal}{URL}rok/")
    expect(page.get_by_role("img", name=re.compile("Terminy i wpłaty"))).to_be_visible()
    look(page, "year")
    page.get_by_role("button", name=re.compile("Przygotuj zestawienie za")).click()
    link = page.get_by_role("link", name="Pobierz PDF")
    reload_until(page, link)
    look(page, "statement-ready")
    with page.expect_download() as download:
        link.click()
    assert download.value.path().read_bytes().startswith(b"%PDF-")
    page.goto(f"{town.portal}{URL}nadplaty/")
    look(page, "overpayments")


def test_begins_a_letter(page: Page, town: Town, look: Look) -> None:
    sign_in_demo(page, town)
    page.goto(f"{town.portal}{URL}")
    page.locator(".pay-form tbody tr a").first.click()
    look(page, "receivable-late")
    page.get_by_role("link", name="Przygotuj pismo").click()
    expect(page.get_by_label("Treść")).to_have_value(re.compile("Numer kartoteki"))
    look(page, "letter")
    with page.expect_download() as download:
        page.get_by_role("button", name="Zapisz PDF").click()
    assert download.value.path().read_bytes().startswith(b"%PDF-")
    page.get_by_role("button", name="Pokaż do druku").click()
    look(page, "letter-print")


def test_a_calendar_comes_and_goes(page: Page, town: Town, look: Look) -> None:
    sign_in_demo(page, town)
    page.goto(f"{town.portal}/konto/powiadomienia/terminy/")
    look(page, "deadlines")
    page.get_by_role("checkbox", name="Termin za 7 dni – e-mail").check()
    page.get_by_role("button", name="Zapisz przypomnienia").click()
    expect(page.get_by_role("checkbox", name="Termin za 7 dni – e-mail")).to_be_checked()
    page.get_by_role("button", name="Utwórz adres kalendarza").click()
    address = page.locator("#secret-url").input_value()
    look(page, "deadlines-with-address")
    path = address[address.index("/kalendarz/") :]
    answer = page.request.get(f"{town.portal}{path}")
    assert answer.ok and answer.headers["content-type"].startswith("text/calendar")
    assert answer.text().startswith("BEGIN:VCALENDAR\r\n")
    assert not AMOUNT.search(answer.text())
    page.goto(f"{town.portal}/konto/powiadomienia/terminy/")
    expect(page.locator("main")).to_contain_text("Ostatnio pobrano go")
    page.get_by_role("button", name="Wyłącz kalendarz").click()
    expect(page.locator("main")).to_contain_text("Adres kalendarza już nie działa")
    assert page.request.get(f"{town.portal}{path}").status == 404
