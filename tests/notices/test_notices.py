"""The list of notices and the mail that says there is news."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core import mail

from eurzad.lib.errors import TransientError
from portal.notices import services
from portal.notices.models import Notice
from portal.people.models import User
from tests.support.pages import PageClient

LIST = "/konto/powiadomienia/"


def tell(user: User, **fields: Any) -> Notice:
    return services.notify(user=user, topic="test", text="Nowa decyzja.", **fields)


def test_empty_list_says_why(pages: PageClient, anna: User) -> None:
    assert "Nie masz powiadomień" in pages.get(LIST, user=anna).content.decode()


def test_anonymous_signs_in_first(pages: PageClient) -> None:
    assert pages.get(LIST, status=302)["Location"].startswith("/logowanie/")


def test_opening_marks_read_and_leads_on(pages: PageClient, anna: User) -> None:
    notice = tell(anna, url="/konto/wniosek/")
    assert "nowe" in pages.get(LIST, user=anna).content.decode()
    answer = pages.post(f"{LIST}{notice.public_id}/")
    assert answer["Location"] == "/konto/wniosek/"
    notice.refresh_from_db()
    assert notice.read_at is not None
    assert "Wszystko przeczytane" in pages.get(LIST).content.decode()


def test_never_leads_to_another_site(pages: PageClient, anna: User) -> None:
    notice = tell(anna, url="https://elsewhere.example.test/")
    assert pages.post(f"{LIST}{notice.public_id}/", user=anna)["Location"] == LIST


def test_somebody_elses_notice_is_404(pages: PageClient, anna: User, borys: User) -> None:
    notice = tell(anna)
    pages.post(f"{LIST}{notice.public_id}/", user=borys, status=404)
    notice.refresh_from_db()
    assert notice.read_at is None
    assert "Nowa decyzja" not in pages.get(LIST).content.decode()


def test_read_all_and_pages(pages: PageClient, anna: User, borys: User) -> None:
    for _number in range(25):
        tell(anna)
    other = tell(borys)
    assert "Strona 1 z 2" in pages.get(LIST, user=anna).content.decode()
    pages.get(f"{LIST}?page=2")
    pages.post(f"{LIST}przeczytane/")
    assert not Notice.objects.filter(user=anna, read_at=None).exists()
    other.refresh_from_db()
    assert other.read_at is None


def test_mail_says_only_that_there_is_news(anna: User, run_jobs: Callable[..., int]) -> None:
    notice = tell(anna, email="anna@example.test")
    run_jobs()
    services.send_email(str(notice.public_id))
    assert len(mail.outbox) == 1
    assert "decyzja" not in mail.outbox[0].body and mail.outbox[0].to == ["anna@example.test"]


def test_mail_server_down_is_tried_again(anna: User, settings: Any) -> None:
    notice = tell(anna, email="anna@example.test")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    with pytest.raises(TransientError):
        services.send_email(str(notice.public_id))
    notice.refresh_from_db()
    assert notice.email_state == Notice.EmailState.WAITING


def test_staff_are_told_by_permission(ewa: User, filip: User) -> None:
    told = services.notify_staff(permission="access.decide_accessapplication", topic="t", text="x")
    assert told == 1
    filip.user_permissions.add(Permission.objects.get(codename="decide_accessapplication"))
    assert services.notify_staff(permission="access.decide_accessapplication", topic="t", text="x") == 2
