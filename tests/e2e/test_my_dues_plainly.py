"""A resident's dues with the keyboard alone, without JavaScript, on paper, and in colours of one's own."""

import re
from datetime import timedelta

from playwright.sync_api import Page, expect

from eurzad.lib import clock
from tests.e2e.keyboard import press_until
from tests.e2e.look import Look
from tests.e2e.steps import Town, heading, reload_until, sign_in_demo

URL = "/konto/naleznosci/"
PATHS = (URL, f"{URL}wplaty/", f"{URL}nadplaty/", f"{URL}rok/", "/konto/powiadomienia/terminy/", "/konto/")


def test_dues_by_keyboard_alone(page: Page, town: Town) -> None:
    sign_in_demo(page, town)
    page.goto(f"{town.portal}{URL}")
    press_until(page, "Przejdź do płatności")
    expect(heading(page, "Sprawdź, za co płacisz")).to_be_visible()
    page.goto(f"{town.portal}{URL}")
    late = page.locator(".pay-form tbody tr a").first.inner_text()
    press_until(page, late)
    expect(page.get_by_role("heading", name="Skąd ta kwota?")).to_be_visible()
    press_until(page, "Jak policzono kwotę za rok")
    expect(page.get_by_text("Razem za rok")).to_be_visible()
    press_until(page, "Przygotuj pismo")
    expect(heading(page, "Przygotuj pismo do urzędu")).to_be_visible()
    page.goto(f"{town.portal}{URL}")
    press_until(page, "Rok i zestawienia")
    expect(heading(page, re.compile("Terminy i wpłaty w roku"))).to_be_visible()
    press_until(page, f"Przygotuj zestawienie za {clock.today().year} (PDF)")
    page.wait_for_url("**/zestawienia/**")
    reload_until(page, page.get_by_role("link", name="Pobierz PDF"))
    page.goto(f"{town.portal}/konto/powiadomienia/terminy/")
    press_until(page, "Utwórz adres kalendarza")
    expect(page.get_by_label(re.compile("Skopiuj go teraz"))).to_be_visible()


def test_dues_without_javascript(page: Page, town: Town) -> None:
    sign_in_demo(page, town)
    browser = page.context.browser
    assert browser is not None
    plain = browser.new_context(
        storage_state=page.context.storage_state(), java_script_enabled=False, locale="pl-PL"
    )
    tab = plain.new_page()
    tab.goto(f"{town.portal}{URL}")
    later = clock.today() + timedelta(days=60)
    tab.get_by_label("Na dzień").fill(later.isoformat())
    tab.get_by_role("button", name="Przelicz").click()
    expect(tab.get_by_label("Na dzień")).to_have_value(later.isoformat())
    tab.goto(f"{town.portal}{URL}")
    expect(tab.locator("[data-selection-text]")).to_contain_text("Sumę zobaczysz na następnej stronie")
    for box in tab.locator(".pay-form").get_by_role("checkbox").all():
        box.uncheck()
    tab.locator(".pay-form").get_by_role("checkbox").first.check()
    tab.get_by_role("button", name="Przejdź do płatności").click()
    expect(heading(tab, "Sprawdź, za co płacisz")).to_be_visible()
    tab.goto(f"{town.portal}{URL}rok/")
    tab.get_by_role("button", name="Przygotuj stan rozliczeń na dziś (PDF)").click()
    expect(tab.get_by_role("link", name="Pobierz PDF")).to_be_visible(
        timeout=90_000
    )  # it asks again by itself
    tab.goto(f"{town.portal}{URL}nadplaty/")
    tab.get_by_role("link", name=re.compile("Poproś o zwrot")).first.click()
    expect(tab.get_by_label("Treść")).to_have_value(re.compile("Wnoszę o zwrot nadpłaty"))
    tab.get_by_role("button", name="Pokaż do druku").click()
    expect(tab.locator(".letter")).to_contain_text("Podpis")
    plain.close()


def test_dues_on_paper_and_in_forced_colours(page: Page, town: Town, look: Look) -> None:
    """On paper nothing is left that can only be pressed, and it says who printed it and when."""
    sign_in_demo(page, town)
    page.goto(f"{town.portal}{URL}")
    path = page.locator(".pay-form tbody tr a").first.get_attribute("href") or ""
    for number, each in enumerate((*PATHS, path)):
        page.goto(f"{town.portal}{each}")
        page.emulate_media(media="print")
        expect(page.locator("main h1")).to_be_visible()
        for sign in ("nav", "button", ".session", ".site-footer", ".skip"):
            expect(page.locator(f"{sign}:visible")).to_have_count(0)
        if each.startswith(URL):
            expect(page.locator(".print-only")).to_contain_text("Wydruk z portalu eUrząd: Jan Przykładowy")
        if look.pictures:
            page.set_viewport_size({"width": 794, "height": 1123})
            page.screenshot(path=look.pictures / f"print-{number}.png", full_page=True)
        page.emulate_media(media="screen")
    page.goto(f"{town.portal}{URL}rok/")
    page.emulate_media(forced_colors="active")
    bars = page.evaluate(
        """() => ["due", "paid"].map(name => {
            const style = getComputedStyle(document.querySelector(`.chart-${name}`));
            return style.fill + style.stroke;
        })"""
    )
    assert bars[0] != bars[1], "due and paid look alike"
    if look.pictures:
        page.locator("main").screenshot(path=look.pictures / "forced-colours-chart.png")
    page.emulate_media(forced_colors="none")
    for each, name in ((URL, "what-i-owe"), (f"{URL}rok/", "year"), ("/konto/", "overview")):
        page.goto(f"{town.portal}{each}")
        look(page, name)
