from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from eurzad.lib import clock
from portal.news import demo
from portal.news.models import Announcement
from tests.support.pages import PageClient

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def announce(**fields) -> Announcement:
    values = {
        "title": "Zebranie",
        "body": "Pierwszy akapit.\n\n<b>Drugi</b>.",
        "published_from": NOW,
        **fields,
    }
    return Announcement.objects.create(**values)


def test_only_what_is_published_now_is_shown(pages: PageClient, db: None) -> None:
    current = announce()
    future = announce(title="Jutro", published_from=NOW + timedelta(days=1))
    past = announce(title="Dawno", published_from=NOW - timedelta(days=9), published_to=NOW)
    with clock.frozen(NOW):
        html = pages.get("/aktualnosci/").content.decode()
        assert "Zebranie" in html
        assert "Jutro" not in html
        assert "Dawno" not in html
        assert "&lt;b&gt;Drugi" in pages.get(f"/aktualnosci/{current.public_id}/").content.decode()
        for hidden in (future, past):
            pages.get(f"/aktualnosci/{hidden.public_id}/", status=404)


@pytest.mark.parametrize("page", ["-1", "999999999999", "x", ""])
def test_any_page_number_answers(pages: PageClient, db: None, page: str) -> None:
    announce()
    with clock.frozen(NOW):
        assert "Zebranie" in pages.get("/aktualnosci/", data={"page": page}).content.decode()


def test_empty_list_says_so(pages: PageClient, db: None) -> None:
    assert "Nie ma teraz żadnych ogłoszeń" in pages.get("/aktualnosci/").content.decode()


def test_period_must_be_in_order(db: None) -> None:
    with pytest.raises(ValidationError, match="Koniec publikacji"):
        Announcement(title="x", body="x", published_from=NOW, published_to=NOW).full_clean()


def test_demo_is_idempotent(db: None) -> None:
    demo.load(date(2026, 11, 23))
    demo.load(date(2026, 11, 24))
    assert Announcement.objects.count() == 5
