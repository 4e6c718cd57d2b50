"""Home, overview, statements, search, error pages, health."""

import logging
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import DatabaseError, connection
from django.test import Client, RequestFactory
from lxml import etree

from eurzad.lib import clock
from portal.catalogue import demo as catalogue_demo
from portal.news import demo as news_demo
from portal.news.models import Announcement
from portal.notices.services import notify
from portal.pages import failures
from portal.people.models import User
from registers import demo as registers_demo
from tests.support.pages import PageClient, check_page

TODAY = date(2026, 11, 23)


@pytest.fixture
def town(db: None) -> None:
    """The demo town's public part."""
    registers_demo.load(TODAY)
    catalogue_demo.load(TODAY)
    news_demo.load(TODAY)


def test_home_shows_tasks_search_and_news(
    pages: PageClient, town: None, django_assert_max_num_queries
) -> None:
    with clock.frozen(TODAY), django_assert_max_num_queries(2):
        html = pages.get("/").content.decode()
    assert html.index("Pilne:") < html.index("<h1>")
    tree = etree.HTML(html)
    assert tree.xpath("//form[@role='search' and @action='/szukaj/']//input[@name='q']")
    assert len(tree.xpath("//section[@aria-labelledby='news-heading']//li")) == 3
    assert len(html.encode()) < 30_000


def test_every_link_of_home_leads_somewhere(pages: PageClient, town: None) -> None:
    tree = etree.HTML(pages.get("/").content.decode())
    for url in {url for url in tree.xpath("//main//a/@href") if url.startswith("/")}:
        assert pages.client.get(url).status_code in (200, 302), url


def test_home_without_news_says_so(pages: PageClient, db: None) -> None:
    assert "Nie ma teraz żadnych ogłoszeń" in pages.get("/").content.decode()


def test_search_everywhere(pages: PageClient, town: None) -> None:
    with clock.frozen(TODAY):
        html = pages.get("/szukaj/", data={"q": "rejestr umow"}).content.decode()
        assert "Rejestr umów jest otwarty dla wszystkich" in html
        html = pages.get("/szukaj/", data={"q": "alkohol"}).content.decode()
        assert "Zezwolenie na sprzedaż alkoholu" in html
        html = pages.get("/szukaj/", data={"q": "remont"}).content.decode()
    assert "/rejestry/umowy/?q=remont" in html
    assert "Nic nie znaleźliśmy" in pages.get("/szukaj/", data={"q": "xyzxyz"}).content.decode()


@pytest.mark.parametrize("typed", ["", "   ", "ó" * 10_240, "a " * 5000, "\x00\x07", "<script>", "%"])
def test_search_takes_anything(
    pages: PageClient, town: None, django_assert_max_num_queries, typed: str
) -> None:
    with django_assert_max_num_queries(12):
        response = pages.get("/szukaj/", data={"q": typed})
    assert len(response.content) < 30_000


def test_accessibility_statement_has_every_required_part(pages: PageClient, db: None) -> None:
    tree = etree.HTML(pages.get("/dostepnosc/").content.decode())
    required = (
        "wstep podmiot zakres url data-publikacja data-aktualizacja status kontakt email telefon procedura "
        "data-sporzadzenie architektura komunikacja ocena"
    )
    for part in required.split():
        found = tree.xpath("//*[@id=$id]", id=f"a11y-{part}")
        assert found and "".join(found[0].itertext()).strip(), part
    for part in ("data-publikacja", "data-aktualizacja", "data-sporzadzenie"):
        assert tree.xpath("//time[@id=$id]/@datetime", id=f"a11y-{part}")
    assert settings.MUNICIPALITY["email"] in tree.xpath("//*[@id='a11y-email']/text()")[0]


def test_privacy_names_the_controller(pages: PageClient, db: None) -> None:
    html = pages.get("/prywatnosc/").content.decode()
    assert settings.MUNICIPALITY["office_name"] in html
    assert settings.MUNICIPALITY["dpo_email"] in html


def test_statements_are_linked_from_every_page(pages: PageClient, db: None) -> None:
    html = pages.get("/aktualnosci/").content.decode()
    assert 'href="/dostepnosc/"' in html
    assert 'href="/prywatnosc/"' in html


def test_overview_with_access(pages: PageClient, anna: User) -> None:
    notify(user=anna, topic="test", text="Zaksięgowaliśmy wpłatę", url="/konto/")
    html = pages.get("/konto/", user=anna).content.decode()
    assert "Zaksięgowaliśmy wpłatę" in html
    assert "Nie masz jeszcze dostępu" not in html


def test_overview_shows_only_ones_own_changes(pages: PageClient, anna: User, borys: User) -> None:
    notify(user=anna, topic="test", text="Wiadomość Anny")
    assert "Wiadomość Anny" not in pages.get("/konto/", user=borys).content.decode()


def test_overview_without_access_says_what_to_do(pages: PageClient, celina: User) -> None:
    html = pages.get("/konto/", user=celina).content.decode()
    assert "Nie masz jeszcze dostępu" in html
    assert settings.EPUAP_FORM_URL in html


def test_overview_says_how_the_application_stands(pages: PageClient, celina: User) -> None:
    address = {"street": "Ogrodowa", "building": "12", "postal_code": "99-901", "city": "Jarzębin"}
    pages.post("/konto/wniosek/formularz/", address, user=celina)
    html = pages.get("/konto/").content.decode()
    assert "Pokaż wniosek o dostęp" in html
    assert settings.EPUAP_FORM_URL not in html


def test_overview_is_at_most_ten_queries(
    pages: PageClient, anna: User, celina: User, django_assert_max_num_queries
) -> None:
    for user in (anna, celina):
        pages.sign_in(user)
        with django_assert_max_num_queries(10):
            pages.get("/konto/")


def test_error_page_has_a_reference_that_the_log_knows(
    pages: PageClient, db: None, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, logger="eurzad.failures"):
        html = pages.get("/nie-ma/?pesel=68841212044", status=404).content.decode()
    reference = re.search(r"<strong>([2-9A-Z]{4}-[2-9A-Z]{4})</strong>", html)
    assert reference and f"reference={reference[1]} status=404" in caplog.text
    assert "68841212044" not in caplog.messages[0]


def test_forged_form_gets_a_clear_page(anna: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(anna)
    response = client.post("/konto/upowaznienia/dzialaj/", {"mandate": ""})
    assert response.status_code == 403
    assert "Formularz stracił ważność" in response.content.decode()
    check_page(response)


@pytest.mark.parametrize(
    ("handler", "status"),
    [
        (lambda request: failures.bad_request(request, SuspiciousOperation()), 400),
        (lambda request: failures.permission_denied(request, PermissionDenied()), 403),
        (failures.server_error, 500),
    ],
)
def test_error_pages_need_neither_session_nor_database(handler, status: int) -> None:
    response = handler(RequestFactory().get("/x/"))
    assert response.status_code == status
    check_page(response)
    assert "Numer zdarzenia" in response.content.decode()


def test_health(pages: PageClient, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert pages.get("/healthz").content == b"ok"
    assert pages.get("/readyz").json() == {"database": "ok"}

    def refuse() -> None:
        raise DatabaseError

    with monkeypatch.context() as broken:
        broken.setattr(connection, "cursor", refuse)
        response = pages.client.get("/readyz")
    assert response.status_code == 503


def test_expired_emergency_leaves_home(pages: PageClient, db: None) -> None:
    start = datetime(2026, 11, 20, tzinfo=UTC)
    Announcement.objects.create(
        title="Awaria",
        body="x",
        is_emergency=True,
        published_from=start,
        published_to=start + timedelta(days=1),
    )
    with clock.frozen(start):
        assert "Awaria" in pages.get("/").content.decode()
    with clock.frozen(start + timedelta(days=2)):
        assert "Awaria" not in pages.get("/").content.decode()
