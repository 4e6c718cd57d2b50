"""The house stands: every page of the shell answers."""

from tests.support.pages import PageClient


def test_home(pages: PageClient) -> None:
    pages.get("/")


def test_account_needs_sign_in(pages: PageClient) -> None:
    response = pages.get("/konto/", status=302)
    assert response["Location"].startswith("/logowanie/")
