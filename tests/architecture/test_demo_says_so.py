"""Every page of the demo instance, its errors, prints and receipts say that it is one."""

from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client

from eurzad.lib.personas import DEMO
from portal.people.models import User
from tests.architecture.test_addresses import ADDRESSES
from tests.architecture.tree import ROOT
from tests.support.pages import PageClient
from tests.support.people import make_subject

pytestmark = pytest.mark.django_db

MARK = "TO JEST POKAZ"


def is_page(answer: Any) -> bool:
    return answer.get("Content-Type", "").startswith("text/html") and bool(answer.content)


def test_every_page(pages: PageClient, ewa: User) -> None:
    make_subject(DEMO)
    stranger, visitor = Client(), Client()
    visitor.post("/logowanie/demo/", {"username": "demo", "password": "demo"})
    seen = 0
    for _name, address in ADDRESSES:
        if "wyloguj" in address or "i18n" in address:
            continue
        pages.sign_in(ewa)
        for client in (stranger, visitor, pages.client):
            answer = client.get(address)
            if is_page(answer):
                assert MARK in answer.content.decode(), (address, answer.status_code)
                seen += 1
    assert seen > 120


def test_a_live_portal_never_says_it(pages: PageClient, settings: Any) -> None:
    settings.DEMO_MODE = False
    for address in ("/", "/logowanie/", "/nie-ma/"):
        assert MARK not in pages.client.get(address).content.decode()


@pytest.mark.parametrize("template", ["429.html", "account/demo_full.html"])
def test_pages_of_refusal(template: str, rf: Any) -> None:
    from django.contrib.auth.models import AnonymousUser

    request = rf.get("/")
    request.user, request.csp_nonce = AnonymousUser(), "n"
    assert MARK in render_to_string(template, {}, request)


@pytest.mark.parametrize("template", ["400.html", "403.html", "403_csrf.html", "404.html", "500.html"])
def test_error_pages(template: str, client: Client) -> None:
    from django.conf import settings
    from django.test import RequestFactory

    from portal.pages.failures import failure

    answer = failure(RequestFactory().get("/"), status=500, template=template, reason="t")
    assert settings.DEMO_MODE and MARK in answer.content.decode()


def test_paper_keeps_it() -> None:
    """Documents for print and PDF carry it in their frame, and the print style hides it nowhere."""
    assert MARK in (ROOT / "templates" / "document.html").read_text()
    assert "demo-band" not in (ROOT / "static" / "css" / "print.css").read_text()
    frames = ("document.html", "base.html")
    for path in ROOT.glob("portal/*/templates/**/*pdf*.html"):
        assert any(f'extends "{frame}"' in path.read_text() for frame in frames), path
