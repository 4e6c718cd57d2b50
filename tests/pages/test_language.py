import pytest
from django.conf import settings
from django.test import Client

from tests.support.pages import PageClient


@pytest.mark.parametrize("code", ["pl", "en", "uk"])
def test_a_chosen_language_stays_and_leads_back(pages: PageClient, code: str) -> None:
    answer = pages.get(f"/jezyk/{code}/?powrot=/rejestry/umowy/", status=302)
    assert answer["Location"] == "/rejestry/umowy/"
    assert f'lang="{code}"' in pages.get("/").content.decode()[:200]


@pytest.mark.parametrize(
    "back", ["https://evil.test/", "//evil.test/", "/\\evil.test", "javascript:alert(1)", "", "x\x00"]
)
def test_it_leads_nowhere_else(client: Client, back: str) -> None:
    assert client.get("/jezyk/en/", {"powrot": back})["Location"] == "/"


def test_an_unknown_language_is_a_page_that_does_not_exist(pages: PageClient) -> None:
    pages.get("/jezyk/tlh/", status=404)
    assert settings.LANGUAGE_COOKIE_NAME not in pages.client.cookies
