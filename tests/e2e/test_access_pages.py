"""Every page of the application for access as the applicant meets it, with the keyboard and without JavaScript too."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.access import papers
from tests.e2e.look import Look
from tests.e2e.steps import Town, apply_until_signing, heading, invented_pesel, reload_until, sign_in_somebody

FORM = "/konto/wniosek/formularz/"


def test_each_page_in_turn(page: Page, town: Town, look: Look, tmp_path: Path) -> None:
    sign_in_somebody(page, town, "Marta", "Sosna", invented_pesel(date(1871, 5, 9), 512))
    page.goto(f"{town.portal}{FORM}")
    look(page, "access-own-data")
    page.get_by_role("button", name="Zapisz i dalej").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_role("alert").get_by_role("link").first.click()
    expect(page.get_by_label("Numer domu")).to_be_focused()
    look(page, "access-own-data-errors")
    _fill_own(page)
    look(page, "access-tasks-own")
    page.get_by_role("link", name="Dodaj osobę", exact=True).click()
    look(page, "access-person")
    _fill_person(page)
    expect(heading(page, "Dokumenty: Anna Wrzos")).to_be_visible()
    look(page, "access-power-of-attorney")
    paper = tmp_path / "pełnomocnictwo.pdf"
    paper.write_bytes(papers.PDF)
    page.get_by_label("Plik", exact=True).set_input_files(paper)
    page.get_by_role("button", name="Dalej: opłata skarbowa").click()
    expect(page.locator(".messages")).to_contain_text("Plik dodany")
    look(page, "access-duty")
    page.get_by_label("Opłatę zapłacono w innym urzędzie").check()
    page.get_by_label("W którym urzędzie i kiedy").fill("Urząd Miasta Łęczyca, 3 listopada 2026")
    page.get_by_role("button", name="Zapisz i dalej").click()
    look(page, "access-tasks-attorney")
    page.get_by_role("link", name="Dodaj albo zobacz inne dokumenty").click()
    look(page, "access-other-files")
    page.get_by_role("button", name="Dalej: części wniosku").click()
    page.get_by_role("link", name="Dalej: sprawdź wniosek").click()
    look(page, "access-preview")
    page.get_by_role("button", name="Pobiorę i podpiszę we własnym programie").click()
    expect(heading(page, "Podpisz we własnym programie")).to_be_visible()
    look(page, "access-elsewhere")
    page.goto(f"{town.portal}/konto/wniosek/")
    look(page, "status-elsewhere")


def test_filed_withdrawn_and_begun_anew(page: Page, town: Town, look: Look) -> None:
    apply_until_signing(page, town, "Nina", invented_pesel(date(1872, 6, 8), 634))
    page.get_by_role("button", name="Podpisz", exact=True).click()
    reload_until(page, page.get_by_role("link", name="Pokaż UPP"))
    look(page, "status-submitted")
    page.get_by_role("link", name="Pokaż wniosek").click()
    look(page, "access-document")
    page.goto(f"{town.portal}/konto/wniosek/")
    page.get_by_role("link", name="Wycofaj ten wniosek").click()
    page.get_by_role("button", name="Tak, wycofaj wniosek").click()
    expect(page.get_by_role("status").first).to_contain_text("Wniosek wycofany")
    look(page, "status-withdrawn")
    page.get_by_role("link", name="Złóż nowy wniosek albo zobacz bieżący").click()
    look(page, "access-intro-after-withdrawal")
    page.get_by_role("link", name="Wypełnij wniosek").click()
    expect(page.get_by_label("Miejscowość")).to_have_value("Jarzębin")


def test_with_the_keyboard_alone(page: Page, town: Town) -> None:
    sign_in_somebody(page, town, "Olga", "Sosna", invented_pesel(date(1873, 7, 7), 756))
    page.goto(f"{town.portal}{FORM}")
    page.get_by_label("Ulica").focus()
    for value in ("Lipowa", "5", "", "99-901", "Jarzębin", "", "", ""):
        page.keyboard.type(value)
        page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Zapisz i dalej")).to_be_focused()
    page.keyboard.press("Enter")
    expect(heading(page, "Twój wniosek o dostęp")).to_be_visible()


def test_without_javascript(
    page: Page, open_browser: Callable[..., Page], town: Town, tmp_path: Path
) -> None:
    sign_in_somebody(page, town, "Pola", "Sosna", invented_pesel(date(1874, 8, 6), 878))
    page = open_browser(storage_state=page.context.storage_state(), java_script_enabled=False)
    page.goto(f"{town.portal}{FORM}")
    _fill_own(page)
    page.get_by_role("link", name="Dodaj osobę", exact=True).click()
    _fill_person(page)
    paper = tmp_path / "pełnomocnictwo.pdf"
    paper.write_bytes(papers.PDF)
    page.get_by_label("Plik", exact=True).set_input_files(paper)
    page.get_by_role("button", name="Dodaj plik").click()
    page.get_by_role("button", name=re.compile("^Usuń plik")).click()
    expect(page.locator("main")).to_contain_text("Nie dodano jeszcze żadnego pliku")
    page.get_by_role("link", name="Części wniosku").click()
    expect(page.locator("main")).to_contain_text("brakuje dokumentu")
    page.get_by_role("link", name="Usuń z wniosku: Anna Wrzos").click()
    page.get_by_role("button", name="Tak, usuń").click()
    page.get_by_role("link", name="Dalej: sprawdź wniosek").click()
    expect(heading(page, "Sprawdź wniosek, zanim go podpiszesz")).to_be_visible()


def _fill_own(page: Page) -> None:
    page.get_by_label("Numer domu").fill("5")
    page.get_by_label("Kod pocztowy").fill("99-901")
    page.get_by_label("Miejscowość").fill("Jarzębin")
    page.get_by_role("button", name="Zapisz i dalej").click()


def _fill_person(page: Page) -> None:
    page.get_by_label("Imię").fill("Anna")
    page.get_by_label("Nazwisko").fill("Wrzos")
    page.get_by_label("PESEL").fill("68841212044")
    page.get_by_label("Mam od niej pełnomocnictwo").check()
    page.get_by_label("podatki").check()
    page.get_by_label("Ostatni dzień dostępu").fill("2027-06-30")
    page.get_by_role("button", name="Zapisz i dalej").click()
