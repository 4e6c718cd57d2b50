"""A resident signs the application with a program of their own and brings the file back; a clerk sees how."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Download, Page, expect

from eurzad.lib.personas import BORYS, FILIP, IRENA, Persona
from tests.e2e.look import Look
from tests.e2e.steps import Town, fetch, give_reason, heading, reload_until, sign_in, sign_in_clerk


def test_signs_in_a_program_of_their_own(
    page: Page, town: Town, look: Look, open_browser: Callable[..., Page], tmp_path: Path
) -> None:
    sign_in(page, town, IRENA)
    _fill_in(page, town)
    look(page, "apply-preview")
    page.get_by_role("button", name="Pobiorę i podpiszę we własnym programie").click()
    expect(heading(page, "Podpisz we własnym programie")).to_be_visible()
    page.get_by_text("Program pyta o rodzaj podpisu").click()
    look(page, "sign-elsewhere")
    page.get_by_role("button", name="Wyślij podpisany plik").click()
    expect(page.get_by_role("alert")).to_contain_text("Wybierz podpisany plik")
    look(page, "sign-elsewhere-errors")

    ours = _saved(page, "Pobierz PDF do podpisu", tmp_path)
    _bring_back(page, ours)
    refusal = page.get_by_role("heading", name="Ostatni wgrany plik nie został przyjęty")
    reload_until(page, refusal)
    expect(page.locator("main")).to_contain_text("jeszcze bez podpisu")
    look(page, "upload-refused")

    program = open_browser()
    _open_steps(page)
    _bring_back(page, _sign(program, town, ours, BORYS, "pdf", tmp_path))
    reload_until(page, page.get_by_text("inna osoba niż ta"))
    _open_steps(page)
    look(page, "sign-elsewhere-again")
    _bring_back(page, _sign(program, town, ours, IRENA, "pdf", tmp_path))
    reload_until(page, page.get_by_role("link", name="Pokaż UPP"))
    expect(page.locator("main")).to_contain_text(f"Podpisał(a): {IRENA.full_name}, podpis kwalifikowany")
    look(page, "status-submitted")
    signed = fetch(page, "Podpisany plik PDF")
    assert signed.startswith(ours.read_bytes()) and len(signed) > ours.stat().st_size
    number = page.get_by_role("heading", level=1).inner_text().rsplit(" ", 1)[-1]

    desk = open_browser()
    desk.set_viewport_size({"width": 1280, "height": 780})
    sign_in_clerk(desk, town, FILIP)
    desk.goto(f"{town.portal}/admin/access/accessapplication/?q={number}")
    give_reason(desk)
    desk.get_by_role("link", name=number).click()
    region = desk.get_by_role("region", name="Co mówi podpis")
    expect(region).to_contain_text("w pliku PDF razem z wnioskiem (PAdES)")
    expect(region).not_to_contain_text("nie zgadza się")
    look(desk, "desk")


def _fill_in(page: Page, town: Town) -> None:
    page.goto(f"{town.portal}/konto/wniosek/formularz/")
    page.get_by_label("Numer domu").fill("3")
    page.get_by_label("Kod pocztowy").fill("99-901")
    page.get_by_label("Miejscowość").fill("Jarzębin")
    page.get_by_role("button", name="Zapisz i dalej").click()
    page.get_by_role("link", name="Dodaj firmę albo organizację").click()
    page.get_by_label("Nazwa", exact=True).fill("Kwiaciarnia Cis sp. z o.o.")
    page.get_by_label("Jestem wpisany do jej reprezentacji w KRS").check()
    page.get_by_label("KRS", exact=True).check()
    page.get_by_label("Numer", exact=True).fill("0000234567")
    for label in ("podatki", "podgląd"):
        page.get_by_label(label, exact=True).check()
    page.get_by_label("Ostatni dzień dostępu").fill("2027-12-31")
    page.get_by_role("button", name="Zapisz i dalej").click()
    page.get_by_role("button", name="Dalej: części wniosku").click()
    page.get_by_role("link", name="Dalej: sprawdź wniosek").click()
    expect(heading(page, "Sprawdź wniosek, zanim go podpiszesz")).to_be_visible()


def _open_steps(page: Page) -> None:
    page.get_by_role("link", name="Pobierz dokument albo wgraj podpisany").click()
    expect(heading(page, "Podpisz we własnym programie")).to_be_visible()


def _bring_back(page: Page, file: Path) -> None:
    page.get_by_label("Podpisany plik", exact=True).set_input_files(file)
    page.get_by_role("button", name="Wyślij podpisany plik").click()
    expect(heading(page, re.compile("Wniosek o dostęp EU"))).to_be_visible()


def _sign(program: Page, town: Town, file: Path, who: Persona, packaging: str, folder: Path) -> Path:
    """Sign the file at the simulated program and return the result."""
    program.goto(f"{town.simulator}/podpisz-plik/")
    program.get_by_label("Plik XML lub PDF").set_input_files(file)
    program.get_by_label("Kto podpisuje").select_option(who.key)
    program.locator(f"input[name=packaging][value={packaging}]").check()
    with program.expect_download() as caught:
        program.get_by_role("button", name="Podpisz i pobierz plik").click()
    return _kept(caught.value, folder, f"{who.key}-")


def _saved(page: Page, link: str, folder: Path) -> Path:
    with page.expect_download() as caught:
        page.get_by_role("link", name=link).click()
    return _kept(caught.value, folder, "")


def _kept(download: Download, folder: Path, mark: str) -> Path:
    path = folder / f"{mark}{download.suggested_filename}"
    download.save_as(path)
    return path
