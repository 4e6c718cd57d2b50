"""A clerk works the ePUAP box: what failed is tried again, what is for nobody is closed, a lost letter is marked."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from eurzad.lib.personas import EWA, FILIP, GRAZYNA, KAROL
from tests.e2e.look import Look
from tests.e2e.steps import Town, give_reason, heading, reload_until, sign_in_clerk

FOR_NOBODY = b'<pismo xmlns="urn:example:pismo-ogolne"><tresc>Kiedy otwarto urzad?</tresc></pismo>'
BROKEN = b"<pismo>ucieto w po"
LETTERS = "Załatwienie pisma lub korespondencji"


def test_a_clerk_works_the_inbox(town: Town, look: Look, open_browser: Callable[..., Page]) -> None:
    town.deliver(GRAZYNA.key, "pytanie.xml", FOR_NOBODY)
    town.deliver(GRAZYNA.key, "uciete.xml", BROKEN)
    desk = open_browser()
    desk.set_viewport_size({"width": 1280, "height": 780})
    sign_in_clerk(desk, town, EWA)

    _open_list(desk, town, "inbounddocument", "bez obsługi w systemie")
    asked = desk.get_by_role("row", name=re.compile("pytanie.xml")).first
    reload_until(desk, asked)
    look(desk, "inbox")
    asked.get_by_role("link", name="pytanie.xml").click()
    look(desk, "reason")
    give_reason(desk, LETTERS)
    expect(desk.locator(".desk-note")).to_contain_text("Co zrobić")
    look(desk, "inbox-unclaimed")
    desk.get_by_label("Notatka").fill("Odpowiedziano pismem.")
    desk.get_by_role("button", name="Zamknij z notatką").click()
    expect(desk.locator(".messagelist")).to_contain_text("Zapisano.")
    expect(desk.get_by_role("main")).to_contain_text("Odpowiedziano pismem.")
    expect(desk.get_by_role("button", name="Zamknij z notatką")).to_have_count(0)

    _open_list(desk, town, "inbounddocument", "odłożone po błędzie")
    cut = desk.get_by_role("row", name=re.compile("uciete.xml")).first
    reload_until(desk, cut)
    cut.get_by_role("link", name="uciete.xml").click()
    expect(desk.locator(".desk-note")).to_contain_text("Co zrobić")
    look(desk, "inbox-quarantined")
    desk.get_by_role("button", name="Spróbuj przyjąć ponownie").click()
    expect(desk.locator(".messagelist")).to_contain_text("Zapisano.")
    reload_until(desk, desk.get_by_role("button", name="Spróbuj przyjąć ponownie"))
    expect(desk.locator(".desk-note")).to_contain_text("Co zrobić")


def test_a_letter_of_unknown_fate_is_marked_by_a_clerk(
    town: Town, look: Look, open_browser: Callable[..., Page]
) -> None:
    desk = open_browser()
    desk.set_viewport_size({"width": 1280, "height": 780})
    sign_in_clerk(desk, town, FILIP)
    town.order("nadaj_lost_request")
    desk.goto(f"{town.portal}/admin/access/accessapplication/")
    desk.get_by_role("row", name=re.compile(KAROL.family_name)).get_by_role("link").first.click()
    give_reason(desk)
    desk.get_by_label(re.compile("Załóż nowy wpis")).check()
    desk.get_by_role("button", name="Przyjmij wniosek").click()
    expect(desk.locator(".messagelist")).to_contain_text("Wniosek przyjęty.")

    _open_list(desk, town, "outboundletter", "szukane w wysłanych")
    letter = desk.locator("#result_list tbody tr").first
    reload_until(desk, letter)
    look(desk, "letters")
    letter.get_by_role("link").first.click()
    give_reason(desk, LETTERS)
    expect(desk.locator(".desk-note").first).to_contain_text("Program sprawdza zbiór wysłanych ePUAP")
    look(desk, "letter-unknown")
    desk.get_by_role("button", name="Oznacz jako wysłane").click()
    expect(desk.locator(".messagelist")).to_contain_text("Zapisano.")
    expect(desk.get_by_role("button", name="Oznacz jako wysłane")).to_have_count(0)
    expect(desk.get_by_role("button", name="Wyślij ponownie")).to_have_count(0)


def _open_list(desk: Page, town: Town, model: str, tab: str) -> None:
    desk.goto(f"{town.portal}/admin/inbox/{model}/")
    expect(heading(desk, re.compile("Dokumenty otrzymane|Pisma wysyłane"))).to_be_visible()
    desk.get_by_role("link", name=re.compile(f"^{tab}")).click()
