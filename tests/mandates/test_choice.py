"""For whom one acts: asked once after a sign-in, skippable, and back to where one was going."""

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from pypdf import PdfReader

from eurzad.lib import clock
from portal.mandates.models import Mandate
from portal.mandates.services.granting import grant_mandate
from portal.people.models import Subject, User
from portal.people.session import FRESH_KEY
from tests.support.pages import PageClient
from tests.support.signin import Browser
from tests.taxes.ledger import charge

BASE = "/konto/upowaznienia/"
CHOOSE, ACT = f"{BASE}w-imieniu/", f"{BASE}dzialaj/"
Grant = Callable[..., Mandate]


def sign_in_freshly(pages: PageClient, user: User) -> None:
    """Sign in as the adapter does."""
    pages.sign_in(user)
    session = pages.client.session
    session[FRESH_KEY] = True
    session.save()


def test_a_sign_in_asks_whoever_holds_a_mandate(
    visitor: Browser, anna: User, borys: User, mandate_for: Grant
) -> None:
    mandate_for(borys, anna, areas=["taxes"], rights=["see"])
    assert visitor.sign_in(next_url="/konto/powiadomienia/")["Location"] == "/konto/powiadomienia/"
    assert visitor.client.get("/konto/powiadomienia/")["Location"] == CHOOSE
    page = visitor.client.get(CHOOSE).content.decode()
    assert page.index("W swoim imieniu: Anna Wrzos") < page.index("Działaj w imieniu: Borys Malina")


def test_a_sign_in_asks_nobody_else(visitor: Browser, anna: User, borys: User, mandate_for: Grant) -> None:
    mandate_for(anna, borys, areas=["taxes"], rights=["see"])
    visitor.sign_in()
    assert visitor.client.get("/konto/").status_code == 200


def test_one_goes_on_to_the_very_page_as_oneself(
    pages: PageClient, anna: User, borys: User, mandate_for: Grant
) -> None:
    mandate_for(anna, borys, areas=["taxes"], rights=["see"])
    own = charge(borys, (date(2026, 5, 15), "100.00"), title="Garaż")
    wanted = f"/konto/naleznosci/{own.public_id}/?day=2026-11-23"
    sign_in_freshly(pages, borys)
    assert pages.get(wanted, status=302)["Location"] == CHOOSE
    pages.get(CHOOSE)
    assert pages.post(ACT, {"mandate": "", "dalej": "1"})["Location"] == wanted
    pages.get(wanted)
    assert pages.post(ACT, {"mandate": "", "dalej": "1"})["Location"] == "/konto/", "once"


def test_it_is_asked_once_and_can_be_skipped(
    pages: PageClient, anna: User, borys: User, mandate_for: Grant
) -> None:
    mandate_for(anna, borys, areas=["taxes"], rights=["see"])
    sign_in_freshly(pages, borys)
    assert pages.get("/konto/", status=302)["Location"] == CHOOSE
    pages.get("/konto/")
    sign_in_freshly(pages, borys)
    pages.get(CHOOSE)
    pages.get("/konto/")


@pytest.mark.parametrize("is_hers", [True, False])
def test_one_goes_on_in_the_name_of_another(
    pages: PageClient, anna: User, borys: User, mandate_for: Grant, is_hers: bool
) -> None:
    """The page of one thing opens when it is the principal's; otherwise the overview says it has nothing here."""
    mandate = mandate_for(anna, borys, areas=["taxes"], rights=["see"])
    with clock.frozen(clock.now()):
        thing = charge(anna if is_hers else borys, (date(2026, 5, 15), "100.00"), title="Dom")
    wanted = f"/konto/naleznosci/{thing.public_id}/"
    sign_in_freshly(pages, borys)
    pages.get(wanted, status=302)
    answer = pages.post(ACT, {"mandate": str(mandate.public_id), "dalej": "1"})
    assert answer["Location"] == wanted
    assert "Działasz w imieniu" in pages.get(wanted).content.decode()


def test_a_page_nobody_has_leads_to_the_overview(
    pages: PageClient, anna: User, borys: User, celina: User, mandate_for: Grant
) -> None:
    mandate = mandate_for(anna, borys, areas=["taxes"], rights=["see"])
    wanted = "/konto/naleznosci/00000000-0000-4000-8000-000000000000/"
    sign_in_freshly(pages, borys)
    pages.get(wanted, status=302)
    pages.post(ACT, {"mandate": str(mandate.public_id), "dalej": "1"})
    assert pages.get(wanted, status=302)["Location"] == "/konto/"
    assert "Tamta strona nie jest dostępna" in pages.get("/konto/").content.decode()


def test_five_hundred_are_searched_and_paginated_in_few_queries(
    pages: PageClient, borys: User, django_assert_max_num_queries: Any
) -> None:
    attorney = borys.identity.subject
    first = Subject.objects.create(kind="organisation", name="Firma 000")
    held = grant_mandate(
        principal=first, attorney=attorney, areas=["taxes"], rights=["see"], valid_from=clock.today(),
        valid_to=clock.today(),
    )  # fmt: skip
    firms = [Subject(kind="organisation", name=f"Firma {number:03}") for number in range(1, 500)]
    Subject.objects.bulk_create(firms)
    Mandate.objects.bulk_create(
        Mandate(
            principal=firm, attorney=attorney, areas=["taxes"], rights=["see"], status="active",
            valid_from=held.valid_from, valid_to=held.valid_to,
        )
        for firm in firms
    )  # fmt: skip
    sign_in_freshly(pages, borys)
    with django_assert_max_num_queries(10):
        pages.get("/konto/", status=302)
    with django_assert_max_num_queries(12):
        page = pages.get(CHOOSE).content.decode()
    assert "Strona 1 z 25" in page and page.count("Działaj w imieniu: Firma") == 20
    page = pages.get(f"{CHOOSE}?page=2").content.decode()
    assert "Dalej w swoim imieniu" in page and 'name="dalej"' in page, "the way on is kept while paging"
    page = pages.get(f"{CHOOSE}?q=firma+499").content.decode()
    assert page.count("Działaj w imieniu: Firma") == 1 and "Firma 499" in page


def test_a_pdf_made_while_acting_says_so(
    pages: PageClient, anna: User, borys: User, mandate_for: Grant
) -> None:
    mandate = mandate_for(anna, borys, areas=["taxes"], rights=["see"])
    pages.sign_in(borys)
    address = f"{BASE}{mandate.public_id}/tresc.pdf"

    def text() -> str:
        reader = PdfReader(io.BytesIO(pages.get(address).content))
        return " ".join("".join(page.extract_text() for page in reader.pages).split())

    band = f"Działa pełnomocnik: Borys Malina, w imieniu: Anna Wrzos (podatki: podgląd, do {mandate.valid_to:%d.%m.%Y})"
    assert band not in text()
    pages.post(ACT, {"mandate": str(mandate.public_id)})
    assert band in text()
