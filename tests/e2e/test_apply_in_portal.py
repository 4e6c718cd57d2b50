"""A new resident applies for access in the portal, a clerk approves, the resident sees and pays."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from eurzad.lib.personas import CELINA, EWA
from tests.e2e.look import Look
from tests.e2e.steps import (
    Town,
    begin_sign_in,
    choose_one_instalment,
    fetch,
    give_reason,
    heading,
    pay_at_bank,
    reload_until,
    sign_in,
    sign_in_clerk,
    sign_out,
)


def test_new_resident_applies_in_the_portal(
    page: Page, town: Town, look: Look, open_browser: Callable[..., Page]
) -> None:
    begin_sign_in(page, town)
    look(page, "simulator-choose-person")
    page.get_by_role("button", name=CELINA.full_name).click()
    expect(heading(page, "Twoje konto")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Nie masz jeszcze dostępu do swoich danych w urzędzie")
    look(page, "overview-without-access")
    page.goto(f"{town.portal}/konto/naleznosci/")
    expect(page.locator("main")).to_contain_text("Złóż wniosek o dostęp")
    look(page, "what-i-owe-without-access")

    _fill_in(page, town, look)
    page.get_by_role("button", name="Przejdź do podpisu").click()
    expect(heading(page, "Podpisz dokument")).to_be_visible()
    expect(page.get_by_label(re.compile(CELINA.full_name))).to_be_checked()
    look(page, "simulator-sign")
    page.get_by_role("button", name="Podpisz", exact=True).click()
    number = _receive_receipt(page, look)

    desk = open_browser()
    desk.set_viewport_size({"width": 1280, "height": 780})
    _approve(desk, town, look, number)

    sign_out(page)
    sign_in(page, town, CELINA)
    expect(page.get_by_role("region", name="Do zapłaty teraz")).to_be_visible()
    page.goto(f"{town.portal}/konto/wniosek/")
    expect(page.get_by_role("status")).to_contain_text("Wniosek przyjęty. Masz dostęp do swoich spraw")
    look(page, "status-approved")
    page.goto(f"{town.portal}/konto/naleznosci/")
    amount = choose_one_instalment(page)
    page.get_by_role("button", name="Przejdź do płatności").click()
    page.get_by_role("button", name=f"Zapłać {amount}").click()
    pay_at_bank(page, "Zapłać")
    expect(heading(page, "Zapłacono")).to_be_visible()
    look(page, "return-paid")


def _fill_in(page: Page, town: Town, look: Look) -> None:
    page.goto(f"{town.portal}/konto/wniosek/")
    look(page, "apply")
    page.get_by_role("link", name="Wypełnij wniosek").click()
    expect(heading(page, "Wypełnij wniosek o dostęp")).to_be_visible()
    expect(page.locator("dl")).to_contain_text(CELINA.full_name)
    expect(page.locator("dl")).to_contain_text(f"•{CELINA.pesel[-4:]}")
    look(page, "apply-form")
    page.get_by_label("Kod pocztowy").fill("99901")
    page.get_by_role("button", name="Zapisz i dalej").click()
    expect(page.get_by_role("alert")).to_contain_text("Wpisz kod pocztowy w postaci 99-901.")
    look(page, "apply-form-errors")
    page.get_by_label("Ulica").fill(CELINA.street)
    page.get_by_label("Numer domu").fill(CELINA.building)
    page.get_by_label("Kod pocztowy").fill(CELINA.postal_code)
    page.get_by_label("Miejscowość").fill(CELINA.city)
    page.get_by_role("button", name="Zapisz i dalej").click()
    page.get_by_role("link", name="Dalej: sprawdź wniosek").click()
    expect(heading(page, "Sprawdź wniosek, zanim go podpiszesz")).to_be_visible()
    expect(page.locator("main dl")).to_contain_text(f"{CELINA.street} {CELINA.building}")
    look(page, "apply-preview")
    page.goto(f"{town.portal}/konto/wniosek/formularz/")
    expect(page.get_by_label("Ulica")).to_have_value(CELINA.street)
    page.go_back()


def _receive_receipt(page: Page, look: Look) -> str:
    """Wait on the status page for the UPP, look at its three forms, and return the application's number."""
    reload_until(page, page.get_by_role("link", name="Pokaż UPP"))
    expect(page.get_by_role("status")).to_contain_text(
        "Teraz: urzędnik sprawdza wniosek. Nic nie musisz robić."
    )
    expect(page.locator("[aria-current=step]")).to_contain_text("Urzędnik sprawdza wniosek")
    look(page, "status-submitted")
    number = page.get_by_role("heading", level=1).inner_text().rsplit(" ", 1)[-1]
    assert fetch(page, "Wniosek w PDF").startswith(b"%PDF-")
    assert b"Signature" in fetch(page, "Podpisany plik XML")
    page.get_by_role("link", name="Pokaż wniosek").click()
    expect(page.locator("main")).to_contain_text(CELINA.full_name)
    look(page, "application")
    page.go_back()
    page.get_by_role("link", name="Pokaż UPP").click()
    expect(heading(page, "Urzędowe poświadczenie przedłożenia (UPP)")).to_be_visible()
    look(page, "upp")
    assert fetch(page, "Pobierz PDF").startswith(b"%PDF-")
    upp = fetch(page, "Pobierz XML")
    assert b"UPP" in upp and b"Signature" in upp
    return number


def _approve(desk: Page, town: Town, look: Look, number: str) -> None:
    desk.goto(f"{town.portal}/admin/")
    look(desk, "staff-sign-in")
    sign_in_clerk(desk, town, EWA)
    look(desk, "admin")
    desk.locator("tbody").get_by_role("link", name="Wnioski o dostęp").first.click()
    expect(desk.get_by_role("navigation", name="Kolejka").locator("[aria-current]")).to_contain_text(
        "do wzięcia"
    )
    expect(desk.get_by_role("row", name=re.compile(CELINA.family_name))).to_contain_text("za 14 dni")
    look(desk, "queue")
    desk.get_by_role("link", name=number).click()
    give_reason(desk)
    for column in ("Zadeklarowano", "Co mówi podpis", "Co wiedzą ewidencja i rejestry"):
        expect(desk.get_by_role("region", name=column)).to_contain_text(CELINA.family_name, ignore_case=True)
    expect(desk.locator(".tag", has_text="nie zgadza się")).to_have_count(0)
    look(desk, "desk")
    desk.get_by_role("button", name="Weź wniosek").click()
    expect(desk.locator(".messagelist")).to_contain_text("Wniosek jest teraz Twój.")
    desk.get_by_role("button", name="Przyjmij wniosek").click()
    expect(desk.locator(".messagelist")).to_contain_text("Wniosek przyjęty.")
    look(desk, "desk-decided")
