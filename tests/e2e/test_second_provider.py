"""A second way to sign in: by an artifact and by POST, assertions plain and encrypted; what is wrong is refused."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from eurzad.lib.personas import DAMIAN
from tests.e2e.look import Look
from tests.e2e.steps import BY_ARTIFACT, BY_POST, Town, begin_sign_in, expect_sign_in_refused, sign_out

ANSWERS = ["", "pz_encrypted", "pz_encrypted_sha256"]
BAD_ANSWERS = [
    "pz_session_only",
    "idp_bad_assertion",
    "idp_foreign_key",
    "idp_wrong_audience",
    "idp_cancelled",
]


@pytest.mark.parametrize("button", [BY_ARTIFACT, BY_POST])
@pytest.mark.parametrize("answer", ANSWERS)
def test_the_second_provider_signs_in(page: Page, town: Town, look: Look, button: str, answer: str) -> None:
    page.goto(f"{town.portal}/logowanie/")
    look(page, "sign-in-several-ways")
    begin_sign_in(page, town, button)
    look(page, "simulator-pz-choose-person")
    if answer:
        town.order(answer)
    page.get_by_role("button", name=DAMIAN.full_name).click()
    expect(page.locator(".session")).to_contain_text(DAMIAN.full_name)
    sign_out(page)


@pytest.mark.parametrize("button", [BY_ARTIFACT, BY_POST])
@pytest.mark.parametrize("failure", BAD_ANSWERS)
def test_a_bad_answer_of_the_second_provider_signs_nobody_in(
    page: Page, town: Town, look: Look, button: str, failure: str
) -> None:
    begin_sign_in(page, town, button)
    town.order(failure)
    page.get_by_role("button", name=DAMIAN.full_name).click()
    expect_sign_in_refused(page, town)
    look(page, "sign-in-refused")


def test_every_way_leads_to_the_same_account(town: Town, open_browser: Callable[..., Page]) -> None:
    """The same verified PESEL, and so the same application number on the account."""
    seen = set()
    for button in (BY_ARTIFACT, BY_POST, "Zaloguj się przez login.gov.pl"):
        page = open_browser()
        begin_sign_in(page, town, button)
        page.get_by_role("button", name=DAMIAN.full_name).click()
        expect(page.locator(".session")).to_contain_text(DAMIAN.full_name)
        page.goto(f"{town.portal}/konto/naleznosci/")
        seen.add(page.locator(".pay-form tbody a").first.get_attribute("href"))
    assert len(seen) == 1, "receivables are addressed by random ids of one person's rows"
