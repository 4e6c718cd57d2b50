"""A resident takes the receipt away; somebody who has only the print, or only the file, can tell that it is genuine."""

import re
from collections.abc import Callable
from datetime import date

from playwright.sync_api import FilePayload, Page, expect

from tests.e2e.look import Look
from tests.e2e.steps import Town, apply_until_signing, fetch, heading, invented_pesel, reload_until


def test_a_receipt_is_checked_by_code_and_by_file(
    page: Page, town: Town, look: Look, open_browser: Callable[..., Page]
) -> None:
    apply_until_signing(page, town, "Maria", invented_pesel(date(1864, 5, 6), 512))
    page.get_by_role("button", name="Podpisz", exact=True).click()
    reload_until(page, page.get_by_role("link", name="Pokaż UPP"))
    document = fetch(page, "Podpisany plik XML")
    page.get_by_role("link", name="Pokaż UPP").click()
    expect(heading(page, "Urzędowe poświadczenie przedłożenia (UPP)")).to_be_visible()
    look(page, "upp-with-code")
    code = page.locator(".code-value").inner_text()
    assert re.fullmatch(r"([2-9A-Z]{4}-){3}[2-9A-Z]{4}", code)
    assert fetch(page, "Pobierz PDF").startswith(b"%PDF-")
    receipt = fetch(page, "Pobierz XML")
    assert b"Maria Sosna" in receipt

    anybody = open_browser()
    anybody.goto(f"{town.portal}/")
    anybody.locator("footer").get_by_role("link", name="Sprawdź UPO").click()
    expect(heading(anybody, "Sprawdź urzędowe poświadczenie (UPO)")).to_be_visible()
    look(anybody, "check-receipt")
    anybody.get_by_label("Kod z poświadczenia").fill(code.lower().replace("-", " "))
    anybody.get_by_role("button", name="Sprawdź kod").click()
    expect(anybody.get_by_role("heading", name="Poświadczenie jest prawdziwe")).to_be_visible()
    expect(anybody.locator("main")).not_to_contain_text("Sosna")
    look(anybody, "check-receipt-by-code")

    _upload(anybody, receipt)
    expect(anybody.get_by_role("heading", name="Poświadczenie jest prawdziwe")).to_be_visible()
    expect(anybody.locator("main")).to_contain_text("Maria Sosna")
    look(anybody, "check-receipt-by-file")
    _upload(anybody, receipt, document)
    expect(anybody.get_by_role("status")).to_contain_text("Dotyczy dokładnie tego dokumentu")
    _upload(anybody, receipt, document + b"\n")
    expect(anybody.get_by_role("heading", name="Poświadczenie dotyczy innego dokumentu")).to_be_visible()
    _upload(anybody, receipt.replace(b"Maria", b"Marta"))
    expect(
        anybody.get_by_role("heading", name="Poświadczenie jest zmienione albo podrobione")
    ).to_be_visible()
    look(anybody, "check-receipt-changed")
    _upload(anybody, b"<html>")
    expect(anybody.get_by_role("heading", name="Nie możemy odczytać tego pliku")).to_be_visible()
    look(anybody, "check-receipt-unreadable")
    assert not look.faults


def _upload(page: Page, receipt: bytes, document: bytes | None = None) -> None:
    page.get_by_label("Plik XML poświadczenia").set_input_files(_file("upo.xml", receipt))
    if document is not None:
        page.get_by_label("Dokument, którego ma dotyczyć").set_input_files(_file("wniosek.xml", document))
    page.get_by_role("button", name="Sprawdź plik").click()


def _file(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/xml", "buffer": content}
