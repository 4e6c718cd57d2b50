"""The public side: registers, catalogue, statements, languages; and the way to the bank without JavaScript."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.look import Look
from tests.e2e.steps import Town, choose_one_instalment, heading, sign_in_demo

RESULTS = re.compile(r"Znaleziono wpisów: (\d+)")


def _search(page: Page, label: str, text: str) -> int:
    """Search a register and return how many entries were found."""
    page.get_by_role("searchbox", name=label).fill(text)
    page.get_by_role("button", name="Szukaj", exact=True).click()
    page.wait_for_url(lambda url: parse_qs(urlsplit(url).query).get("q") == [text])
    found = RESULTS.search(page.locator("main").inner_text())
    return int(found[1]) if found else 0


def test_contracts_are_found_with_and_without_polish_letters(page: Page, town: Town, look: Look) -> None:
    page.goto(f"{town.portal}/")
    page.get_by_role("button", name="Menu", exact=True).click()
    page.get_by_role("link", name="Rejestr umów", exact=True).click()
    expect(heading(page, "Rejestr umów")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Wpisów w rejestrze: 500")
    look(page, "contracts")

    with_letters = _search(page, "Szukaj w umowach", "oświetlenia")
    assert 0 < with_letters < 500
    look(page, "contracts-found")
    assert _search(page, "Szukaj w umowach", "oswietlenia") == with_letters
    year = page.locator("tbody time").first.get_attribute("datetime")[:4]
    page.get_by_text("Filtry i kolejność").click()
    page.get_by_label("Rok zawarcia").select_option(year)
    page.get_by_role("button", name="Zastosuj").click()
    expect(page).to_have_url(re.compile(rf"rok={year}"))
    days = [one.get_attribute("datetime") for one in page.locator("tbody time").all()]
    assert days
    assert {day[:4] for day in days} == {year}

    title = page.locator("tbody a").first.inner_text()
    page.locator("tbody a").first.click()
    expect(page.locator("dl.summary-list")).to_contain_text(title)
    look(page, "contract")
    page.goto(f"{town.portal}/rejestry/umowy/?q=xyzzy")
    expect(page.get_by_role("status")).to_contain_text("Nic nie znaleźliśmy")
    look(page, "contracts-none")


def test_property_is_found_by_address_kind_and_purpose(page: Page, town: Town, look: Look) -> None:
    page.goto(f"{town.portal}/mienie/")
    look(page, "properties")
    address = page.locator("tbody a").first.inner_text()
    street = re.match(r"\D+", address.removeprefix("ul. "))[0].strip(" ,")
    assert _search(page, "Szukaj w mieniu", street)
    expect(page.locator("tbody a").first).to_contain_text(street)

    page.goto(f"{town.portal}/mienie/")
    kind = page.locator("tbody td[data-label=Rodzaj]").first.inner_text()
    purpose = page.locator("tbody td[data-label=Przeznaczenie]").first.inner_text()
    page.get_by_text("Filtry i kolejność").click()
    page.get_by_label("Rodzaj").select_option(label=kind)
    page.get_by_label("Przeznaczenie").select_option(label=purpose)
    page.get_by_role("button", name="Zastosuj").click()
    expect(page.locator("main")).to_contain_text("Znaleziono wpisów")
    for label, wanted in (("Rodzaj", kind), ("Przeznaczenie", purpose)):
        assert set(page.locator(f"tbody td[data-label={label}]").all_inner_texts()) == {wanted}
    look(page, "properties-found")
    page.locator("tbody a").first.click()
    expect(page.locator("dl.summary-list")).to_contain_text(kind)
    look(page, "property")


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("registers", "/rejestry/"),
        ("licences", "/rejestry/zezwolenia/"),
        ("leases", "/rejestry/dzierzawy/"),
        ("accessibility", "/dostepnosc/"),
        ("privacy", "/prywatnosc/"),
        ("catalogue", "/uslugi/"),
        ("service", "/uslugi/dostep-do-konta/"),
        ("search", "/szukaj/?q=chodnik"),
        ("news", "/aktualnosci/"),
    ],
)
def test_public_pages_are_for_everybody(page: Page, town: Town, look: Look, name: str, path: str) -> None:
    page.goto(f"{town.portal}{path}")
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    look(page, name)


def test_the_portal_speaks_three_languages(page: Page, town: Town, look: Look) -> None:
    page.goto(f"{town.portal}/rejestry/umowy/")
    languages = (("English", "en", "Contracts register"), ("українська", "uk", "Реєстр договорів"))
    for name, code, title in languages:
        page.get_by_role("link", name=name, exact=True).click()
        expect(page.locator("html")).to_have_attribute("lang", code)
        expect(page).to_have_url(f"{town.portal}/rejestry/umowy/")
        expect(heading(page, title)).to_be_visible()
        expect(page.locator("tbody tr").first).to_be_visible()
        look(page, f"contracts-{code}")
        page.goto(f"{town.portal}/")
        expect(page.locator("html")).to_have_attribute("lang", code)
        look(page, f"home-{code}")
        page.goto(f"{town.portal}/rejestry/umowy/")
    page.get_by_role("link", name="polski", exact=True).click()
    expect(heading(page, "Rejestr umów")).to_be_visible()


def test_the_first_page_is_light_and_the_keyboard_skips_to_its_content(page: Page, town: Town) -> None:
    weights: list[int] = []
    page.on("requestfinished", lambda request: weights.append(request.sizes()["responseBodySize"]))
    page.goto(f"{town.portal}/")
    page.wait_for_load_state("networkidle")
    assert 0 < sum(weights) <= 100 * 1024
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Przejdź do treści")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def test_everything_works_without_javascript(open_browser: Callable[..., Page], town: Town) -> None:
    page = open_browser(java_script_enabled=False)
    page.goto(f"{town.portal}/")
    page.get_by_role("navigation", name="Menu główne").get_by_role("link", name="Mienie").click()
    expect(heading(page, "Mienie gminy")).to_be_visible()
    assert (
        _search(page, "Szukaj w mieniu", "Ogrodowa") or page.get_by_text("Nic nie znaleźliśmy").is_visible()
    )

    sign_in_demo(page, town)
    page.get_by_role("navigation", name="Moje konto").get_by_role("link", name="Co mam do zapłaty").click()
    amount = choose_one_instalment(page)
    page.get_by_role("button", name="Przejdź do płatności").click()
    expect(page.locator(".amount-large")).to_have_text(amount)
    page.get_by_role("button", name=f"Zapłać {amount}").click()
    expect(heading(page, "Potwierdź płatność")).to_be_visible()
    page.get_by_role("button", name="Zapłać", exact=True).click()
    expect(heading(page, "Zapłacono")).to_be_visible()
