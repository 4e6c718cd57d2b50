"""A company owner asks for the company by its entry in KRS, is corrected once, and answers.

The clerk's side is driven through the service, in the town's own database.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from eurzad.lib.personas import DAMIAN, EWA
from tests.access import papers
from tests.e2e.look import Look
from tests.e2e.steps import Town, fetch, heading, reload_until, sign_in

ROOT = Path(__file__).resolve().parents[2]
COMPANY = "Stolarnia Pod Lipą sp. z o.o."
_ASK = """
from datetime import timedelta
from eurzad.lib import clock
from portal.access.models import AccessApplication
from portal.access.services.correcting import ask_correction
from portal.people.models import User
ask_correction(
    clerk=User.objects.get(username="{clerk}"),
    application_pk=AccessApplication.objects.get(number="{number}").pk,
    items=["basis"],
    text="Zarząd zmienił się w tym miesiącu. Dołącz uchwałę o powołaniu.",
    answer_by=clock.today() + timedelta(days=14),
)
"""


def test_company_owner_is_corrected_once(
    page: Page, town: Town, look: Look, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    sign_in(page, town, DAMIAN)
    page.goto(f"{town.portal}/konto/wniosek/")
    look(page, "access-intro-with-access")
    page.get_by_role("link", name="Wypełnij wniosek").click()
    page.get_by_label("Numer domu").fill(DAMIAN.building)
    page.get_by_label("Kod pocztowy").fill(DAMIAN.postal_code)
    page.get_by_label("Miejscowość").fill(DAMIAN.city)
    page.get_by_role("button", name="Zapisz i dalej").click()
    expect(page.locator("main")).to_contain_text("Nie wskazano, o czyje dane prosisz")
    look(page, "access-tasks-empty")
    _add_company(page, look)
    _sign(page, look)
    number = _number(page)
    expect(page.get_by_role("status")).to_contain_text("Teraz: urzędnik sprawdza wniosek")
    assert fetch(page, "Dowód złożenia w PDF").startswith(b"%PDF-")

    _ask(number, tmp_path_factory)
    page.reload()
    expect(page.get_by_role("status")).to_contain_text("Urzędnik prosi o poprawienie wniosku")
    expect(page.locator("[aria-current=step]")).to_contain_text("Urzędnik poprosił o poprawienie")
    look(page, "access-needs-correction")
    page.get_by_role("button", name="Popraw wniosek").click()
    look(page, "access-tasks-correction")
    page.get_by_role("link", name=re.compile("^Dokumenty")).click()
    resolution = tmp_path / "uchwała.pdf"
    resolution.write_bytes(papers.PDF)
    page.get_by_label("Plik", exact=True).set_input_files(resolution)
    page.get_by_role("button", name="Dodaj plik").click()
    expect(page.get_by_role("link", name="uchwała.pdf", exact=True)).to_be_visible()
    look(page, "access-files")
    page.get_by_role("button", name="Dalej: części wniosku").click()
    _sign(page, look)
    assert _number(page) == f"{number}-2"
    expect(page.locator("main")).to_contain_text(f"To jest poprawiony wniosek {number}.")
    look(page, "access-corrected")
    page.get_by_role("link", name="Wycofaj ten wniosek").click()
    look(page, "access-withdraw")
    page.get_by_role("link", name="Nie, wróć").click()
    page.get_by_role("link", name="Zobacz poprzednią wersję").click()
    expect(page.get_by_role("status")).to_contain_text(f"zastąpił poprawiony wniosek {number}-2")


def test_attorney_is_told_what_is_missing(page: Page, town: Town, look: Look, tmp_path: Path) -> None:
    sign_in(page, town, DAMIAN)
    page.goto(f"{town.portal}/konto/wniosek/")
    if page.get_by_role("link", name="Wycofaj ten wniosek").is_visible():
        page.get_by_role("link", name="Wycofaj ten wniosek").click()
        page.get_by_role("button", name="Tak, wycofaj wniosek").click()
    page.goto(f"{town.portal}/konto/wniosek/formularz/")
    page.get_by_label("Numer domu").fill(DAMIAN.building)
    page.get_by_label("Kod pocztowy").fill(DAMIAN.postal_code)
    page.get_by_label("Miejscowość").fill(DAMIAN.city)
    page.get_by_role("button", name="Zapisz i dalej").click()
    page.get_by_role("link", name="Dodaj osobę", exact=True).click()
    page.get_by_role("button", name="Zapisz i dalej").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look(page, "access-person-errors")
    page.get_by_label("Imię").fill("Anna")
    page.get_by_label("Nazwisko").fill("Wrzos")
    page.get_by_label("PESEL").fill("68841212044")
    page.get_by_label("Mam od niej pełnomocnictwo").check()
    page.get_by_label("podatki").check()
    page.get_by_label("podgląd").check()
    page.get_by_label("Ostatni dzień dostępu").fill("2027-06-30")
    page.get_by_role("button", name="Zapisz i dalej").click()
    wrong = tmp_path / "pełnomocnictwo.docx"
    wrong.write_bytes(papers.archive())
    page.get_by_label("Plik", exact=True).set_input_files(wrong)
    page.get_by_role("button", name="Dodaj plik").click()
    expect(page.get_by_role("alert")).to_contain_text("To nie jest plik PDF, JPEG, PNG")
    look(page, "access-file-refused")
    page.get_by_role("button", name="Dalej: opłata skarbowa").click()
    page.get_by_label("Pełnomocnictwo jest zwolnione z opłaty").check()
    page.get_by_role("button", name="Zapisz i dalej").click()
    expect(page.get_by_role("alert")).to_contain_text("dlaczego pełnomocnictwo jest zwolnione")
    look(page, "access-duty-errors")
    page.get_by_label("Jestem małżonkiem tej osoby").check()
    page.get_by_role("button", name="Zapisz i dalej").click()
    page.get_by_role("link", name="Dalej: sprawdź wniosek").click()
    expect(page.locator("main")).to_contain_text("brakuje dokumentu")
    look(page, "access-tasks-missing")
    page.get_by_role("link", name="Zrezygnuj z tego wniosku").click()
    look(page, "access-give-up")
    page.get_by_role("button", name="Tak, rezygnuję").click()
    expect(heading(page, "Dostęp do spraw innych osób i firm")).to_be_visible()


def _add_company(page: Page, look: Look) -> None:
    page.get_by_role("link", name="Dodaj firmę albo organizację").click()
    page.get_by_label("Nazwa", exact=True).fill(COMPANY)
    page.get_by_label("Jestem wpisany do jej reprezentacji w KRS").check()
    page.get_by_label("KRS", exact=True).check()
    page.get_by_label("Numer", exact=True).fill("0000123456")
    for label in ("podatki", "opłaty", "podgląd"):
        page.get_by_label(label, exact=True).check()
    page.get_by_label("Ostatni dzień dostępu").fill("2027-12-31")
    look(page, "access-company")
    page.get_by_role("button", name="Zapisz i dalej").click()
    expect(heading(page, f"Dokumenty: {COMPANY}")).to_be_visible()
    page.get_by_role("button", name="Dalej: części wniosku").click()
    look(page, "access-tasks-company")


def _sign(page: Page, look: Look) -> None:
    page.get_by_role("link", name="Dalej: sprawdź wniosek").click()
    expect(page.locator("main")).to_contain_text(COMPANY)
    look(page, "access-preview-company")
    page.get_by_role("button", name="Przejdź do podpisu").click()
    expect(heading(page, "Podpisz dokument")).to_be_visible()
    page.get_by_role("button", name="Podpisz", exact=True).click()
    reload_until(page, page.get_by_role("link", name="Pokaż UPP"))


def _number(page: Page) -> str:
    return page.get_by_role("heading", level=1).inner_text().rsplit(" ", 1)[-1]


def _ask(number: str, factory: pytest.TempPathFactory) -> None:
    folder = next(factory.getbasetemp().glob("town*/var"))
    kept = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "LANG")}
    subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "shell", "-c", _ASK.format(clerk=EWA.key, number=number)],
        cwd=ROOT, env={**kept, "DEMO_MODE": "1", "VAR_DIR": str(folder)}, check=True, timeout=120,
    )  # fmt: skip
