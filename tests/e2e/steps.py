"""What people do in more than one journey."""

import base64
import json
import re
import time
import urllib.request
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyotp
from playwright.sync_api import Locator, Page, expect

from eurzad.lib.personas import Persona
from portal.people.demo import DEMO_PASSWORD, totp_secret

NATIONAL, BY_ARTIFACT, BY_POST = (
    "Zaloguj się przez login.gov.pl",
    "Zaloguj się przez ePUAP",
    "Zaloguj się profilem zaufanym",
)
"""Buttons of the ways to sign in; the last two lead to the same provider, by its two bindings."""
REFERENCE = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}")
AMOUNT = re.compile(r"\d[\d\u00a0]*,\d\d\u00a0zł")


@dataclass(frozen=True)
class Town:
    """Where the demo town answers."""

    portal: str
    simulator: str

    def order(self, failure: str) -> None:
        """Have the simulated world fail this way once."""
        self._post("/sterowanie/", {"behaviour": failure, "times": 1})

    def deliver(self, sender: str, file_name: str, content: bytes) -> None:
        """Have a resident put a file into the office's box."""
        encoded = base64.b64encode(content).decode()
        self._post("/sterowanie/nadanie/", {"sender": sender, "file_name": file_name, "content": encoded})

    def order_at_bank(self, point: str, failure: str) -> None:
        """Have the demo bank fail this way once, when it comes to `point`."""
        self._post("/bank/sterowanie/", {point: failure})

    def _post(self, path: str, values: dict[str, Any]) -> None:
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.simulator}{path}", json.dumps(values).encode(), headers)
        urllib.request.urlopen(request, timeout=10).close()


def heading(page: Page, text: str | re.Pattern[str]) -> Locator:
    """The page's one main heading."""
    return page.get_by_role("heading", level=1, name=text)


def sign_in_demo(page: Page, town: Town) -> None:
    """Sign in as demo, to an own copy of the data."""
    page.goto(f"{town.portal}/logowanie/")
    page.get_by_role("button", name="Wejdź na konto demo").click()
    expect(heading(page, "Twoje konto")).to_be_visible()


def begin_sign_in(page: Page, town: Town, button: str = NATIONAL) -> None:
    """Go from the portal to the chooser of persons at a provider, the national node unless told."""
    page.goto(f"{town.portal}/logowanie/")
    page.get_by_role("button", name=button).click()
    expect(heading(page, "Kim jesteś?")).to_be_visible()


def expect_sign_in_refused(page: Page, town: Town) -> None:
    """The one page for every refused sign-in; and indeed nobody is signed in."""
    expect(heading(page, "Nie udało się zalogować")).to_be_visible(timeout=40_000)
    expect(page.locator("main")).to_contain_text("Nic nie przepadło")
    expect(page.locator("dl")).to_contain_text(REFERENCE)
    expect(page.locator("header").get_by_role("link", name="Zaloguj się")).to_be_visible()
    account = page.request.get(f"{town.portal}/konto/", max_redirects=0)
    assert account.status == 302
    assert "/logowanie/" in account.headers["location"]


def sign_in(page: Page, town: Town, persona: Persona) -> None:
    """Sign a resident in through the national node."""
    begin_sign_in(page, town)
    page.get_by_role("button", name=persona.full_name).click()
    expect(page.locator(".session")).to_contain_text(persona.full_name)


def sign_in_somebody(page: Page, town: Town, given_name: str, family_name: str, pesel: str) -> None:
    """Sign in a person whom the town does not know."""
    begin_sign_in(page, town)
    page.get_by_label("Imię").fill(given_name)
    page.get_by_label("Nazwisko").fill(family_name)
    page.get_by_label("PESEL").fill(pesel)
    page.get_by_role("button", name="Zaloguj jako ta osoba").click()
    expect(page.locator(".session")).to_contain_text(f"{given_name} {family_name}")


def apply_until_signing(page: Page, town: Town, name: str, pesel: str) -> None:
    """Sign in somebody the town does not know and take their application to the signing page."""
    sign_in_somebody(page, town, name, "Sosna", pesel)
    page.goto(f"{town.portal}/konto/wniosek/formularz/")
    page.get_by_label("Numer domu").fill("5")
    page.get_by_label("Kod pocztowy").fill("99-901")
    page.get_by_label("Miejscowość").fill("Jarzębin")
    page.get_by_role("button", name="Zapisz i dalej").click()
    page.get_by_role("link", name="Dalej: sprawdź wniosek").click()
    page.get_by_role("button", name="Przejdź do podpisu").click()
    expect(heading(page, "Podpisz dokument")).to_be_visible()


def sign_out(page: Page) -> None:
    """Leave the portal."""
    page.get_by_role("button", name="Wyloguj się").click()
    expect(page.get_by_role("link", name="Zaloguj się")).to_be_visible()


def sign_in_clerk(page: Page, town: Town, clerk: Persona) -> None:
    """Sign a demo clerk in with password and TOTP code."""
    page.goto(f"{town.portal}/admin/")
    page.get_by_label("Login").fill(clerk.key)
    page.get_by_label("Hasło").fill(DEMO_PASSWORD)
    page.get_by_role("button", name="Dalej").click()
    page.get_by_label("Kod z aplikacji").fill(pyotp.TOTP(totp_secret(clerk)).now())
    page.get_by_role("button", name="Zaloguj się").click()
    expect(page.locator("#user-tools")).to_be_visible()


def give_reason(page: Page, why: str = "Rozpatrzenie wniosku") -> None:
    """Say why personal data is opened; the page that was asked for follows."""
    expect(heading(page, "Po co otwierasz dane osobowe?")).to_be_visible()
    page.get_by_label(why).check()
    page.get_by_role("button", name="Otwórz dane").click()
    expect(page.locator(".desk-band", has_text=why).first).to_be_visible()


def reload_until(page: Page, wanted: Locator, *, seconds: float = 60) -> None:
    """Open the page anew until the worker has done its part and `wanted` is there."""
    deadline = time.monotonic() + seconds
    while not wanted.is_visible() and time.monotonic() < deadline:
        page.wait_for_timeout(300)
        page.reload()
    expect(wanted).to_be_visible()


def fetch(page: Page, link: str) -> bytes:
    """Return what a link leads to, fetched with the browser's cookies."""
    address = page.get_by_role("link", name=link, exact=True).get_attribute("href") or ""
    answer = page.request.get(page.evaluate("path => new URL(path, location.href).href", address))
    assert answer.ok, address
    return answer.body()


def choose_one_instalment(page: Page) -> str:
    """Leave only the first payable instalment of "what I owe" chosen; return its amount."""
    for box in page.locator(".pay-form tbody").get_by_role("checkbox").all():
        box.uncheck()
    row = page.locator(".pay-form tbody tr").first
    row.get_by_role("checkbox").check()
    return row.locator("td.num strong").inner_text()


def pay_at_bank(page: Page, button: str) -> None:
    """Press a button of the demo bank and come back to the portal."""
    page.get_by_role("button", name=button, exact=True).click()
    page.wait_for_url("**/powrot/")


def invented_pesel(born: date, serial: int) -> str:
    """A PESEL of nobody: born in the 1800s (month + 80), with the right check digit."""
    digits = f"{born:%y}{born.month + 80}{born:%d}{serial:04d}"
    weighted = sum(int(digit) * weight for digit, weight in zip(digits, (1, 3, 7, 9) * 3, strict=False))
    return f"{digits}{-weighted % 10}"
