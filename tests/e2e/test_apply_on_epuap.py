"""A resident applies on ePUAP; the portal fetches the application, a clerk approves, the letter goes back to ePUAP."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from eurzad.lib.personas import FILIP, GRAZYNA
from tests.e2e.look import Look
from tests.e2e.steps import Town, fetch, give_reason, heading, reload_until, sign_in, sign_in_clerk


def test_resident_applies_on_epuap(
    page: Page, town: Town, look: Look, open_browser: Callable[..., Page]
) -> None:
    page.goto(f"{town.portal}/uslugi/")
    look(page, "catalogue")
    page.get_by_role("link", name=re.compile("Dostęp do konta|Wniosek o dostęp")).first.click()
    look(page, "service")
    page.get_by_role("link", name=re.compile("ePUAP")).click()

    expect(heading(page, "Wybierz konto na ePUAP")).to_be_visible()
    look(page, "simulator-epuap-accounts")
    page.get_by_role("button", name=GRAZYNA.full_name).click()
    _send(page, look)
    page.get_by_role("link", name="Urzędowe poświadczenie przedłożenia").click()
    expect(heading(page, "UPP – urzędowe poświadczenie przedłożenia")).to_be_visible()
    look(page, "simulator-upp")
    assert b"Signature" in fetch(page, "Pobierz UPP (XML)")
    page.get_by_role("link", name="Skrzynki").click()
    inbox = page.get_by_role("region", name="Odbiorcza")
    expect(inbox.get_by_role("link")).to_have_text([re.compile("UPP dokumentu")])
    look(page, "simulator-boxes")

    desk = open_browser()
    desk.set_viewport_size({"width": 1280, "height": 780})
    sign_in_clerk(desk, town, FILIP)
    desk.goto(f"{town.portal}/admin/access/accessapplication/")
    row = desk.get_by_role("row", name=re.compile(GRAZYNA.family_name))
    reload_until(desk, row)
    expect(row).to_contain_text("ePUAP")
    row.get_by_role("link").first.click()
    give_reason(desk)
    signed = desk.get_by_role("region", name="Co mówi podpis")
    expect(signed).to_contain_text(GRAZYNA.full_name, ignore_case=True)
    look(desk, "desk")
    desk.get_by_role("button", name="Przyjmij wniosek").click()
    expect(desk.locator(".messagelist")).to_contain_text("Wniosek przyjęty.")

    letter = inbox.get_by_role("link").filter(has_not_text="UPP dokumentu")
    reload_until(page, letter)
    letter.click()
    expect(heading(page, re.compile("Dokument"))).to_be_visible()
    expect(page.locator("main")).to_contain_text("Urząd Miasta Jarzębin")
    look(page, "simulator-letter")

    sign_in(page, town, GRAZYNA)
    expect(page.get_by_role("region", name="Do zapłaty teraz")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("Nie masz jeszcze dostępu")
    page.goto(f"{town.portal}/konto/wniosek/")
    expect(page.get_by_role("status")).to_contain_text("Wniosek przyjęty.")
    expect(page.locator("main")).to_contain_text("masz na swoim koncie ePUAP")
    look(page, "status-approved-epuap")


def _send(page: Page, look: Look) -> None:
    expect(heading(page, "Wniosek o dostęp do konta w portalu eUrząd")).to_be_visible()
    expect(page.get_by_label("Ulica")).to_have_value(GRAZYNA.street)
    look(page, "simulator-form")
    page.get_by_role("button", name="Dalej: podgląd dokumentu").click()
    expect(page.get_by_role("alert")).to_contain_text("Nic jeszcze nie wysłano.")
    look(page, "simulator-form-errors")
    page.get_by_label(re.compile("Oświadczam")).check()
    page.get_by_role("button", name="Dalej: podgląd dokumentu").click()
    expect(heading(page, "Podgląd dokumentu")).to_be_visible()
    look(page, "simulator-draft")
    page.get_by_role("button", name="Podpisz").click()
    expect(heading(page, "Podpisz dokument")).to_be_visible()
    page.get_by_role("button", name="Podpisz", exact=True).click()
    expect(page.locator("main")).to_contain_text("Dokument jest podpisany. Możesz go wysłać.")
    look(page, "simulator-draft-signed")
    page.get_by_role("button", name="Wyślij do urzędu").click()
    expect(heading(page, re.compile("Dokument"))).to_be_visible()
    look(page, "simulator-sent")
