"""The contact address of an account: confirmed by a mailed link, changed, removed; and links that lead nowhere."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client

from eurzad.lib import clock
from eurzad.lib.personas import ANNA
from portal.access.models import AccessApplication
from portal.access.services import drafting
from portal.journal.models import Record
from portal.people import contact, email_links, limits
from portal.people.models import ContactEmail, User
from tests.support.pages import PageClient

pytestmark = pytest.mark.django_db

HOME = "/konto/kontakt/"
NEW, OTHER = "anna@example.test", "nowa@example.test"
Run = Callable[..., int]


def link_of(message: Any) -> str:
    found = re.search(r"http://\S+(/konto/\S+)", message.body)
    assert found
    return found[1]


def give(pages: PageClient, run_jobs: Run, email: str = NEW) -> str:
    pages.post(HOME, {"email": email})
    run_jobs()
    assert mail.outbox[-1].to == [email]
    return link_of(mail.outbox[-1])


def confirm(link: str, client: Client | None = None) -> Any:
    return (client or Client()).post(link)


def test_set_confirmed_changed_and_removed(pages: PageClient, anna: User, run_jobs: Run) -> None:
    assert "Nie mamy Twojego adresu e-mail" in pages.get("/konto/", user=anna).content.decode()
    first = give(pages, run_jobs)
    assert contact.address_of(anna) == ""
    page = pages.get(HOME).content.decode()
    assert f"Na adres {NEW} wysłaliśmy link" in page
    elsewhere = PageClient(Client())
    assert "Potwierdzam, to mój adres" in elsewhere.get(first).content.decode()
    assert contact.address_of(anna) == "", "opening it, as mail programs do, confirms nothing"
    assert "Adres e-mail potwierdzony" in elsewhere.post(first, status=200).content.decode()
    assert contact.address_of(anna) == NEW
    assert "Nie mamy Twojego adresu" not in pages.get("/konto/").content.decode()
    second = give(pages, run_jobs, OTHER)
    assert contact.address_of(anna) == NEW, "the old one stays until the new one is confirmed"
    assert "piszemy na dotychczasowy adres" in pages.get(HOME).content.decode()
    confirm(second)
    assert contact.address_of(anna) == OTHER
    assert confirm(first).status_code == 410, "a link of the address before"
    pages.post("/konto/kontakt/usun/")
    assert contact.address_of(anna) == "" and confirm(second).status_code == 410
    actions = list(Record.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["people.contact_confirmed"] * 2 + ["people.contact_removed"]
    assert not Record.objects.filter(reason__contains="@").exists()


def test_a_message_tells_nothing_of_the_person(pages: PageClient, anna: User, run_jobs: Run) -> None:
    pages.sign_in(anna)
    give(pages, run_jobs)
    (sent,) = mail.outbox
    assert sent.subject == "Potwierdź adres e-mail w portalu eUrząd"
    for word in (ANNA.given_name, ANNA.family_name, ANNA.pesel, NEW):
        assert word not in sent.subject + sent.body
    assert str(anna.pk) != link_of(sent) and "@" not in link_of(sent)


def test_twice_does_no_harm(pages: PageClient, anna: User, run_jobs: Run) -> None:
    pages.sign_in(anna)
    link = give(pages, run_jobs)
    for _time in range(2):
        assert confirm(link).status_code == 200
    assert "Adres e-mail potwierdzony" in pages.get(link).content.decode()
    assert Record.objects.filter(action="people.contact_confirmed").count() == 1


def test_another_account_cannot_confirm(pages: PageClient, anna: User, borys: User, run_jobs: Run) -> None:
    pages.sign_in(anna)
    link = give(pages, run_jobs)
    text = pages.post(link, user=borys, status=403).content.decode()
    assert "Ten link należy do innego konta" in text and NEW not in text and ANNA.family_name not in text
    assert contact.address_of(anna) == contact.address_of(borys) == ""


def test_a_week_later_it_is_over(pages: PageClient, anna: User, run_jobs: Run, monkeypatch: Any) -> None:
    pages.sign_in(anna)
    link = give(pages, run_jobs)
    monkeypatch.setattr(email_links, "LIFETIME_SECONDS", -1)
    assert "Ten link nie działa" in PageClient(Client()).post(link, status=410).content.decode()
    assert contact.address_of(anna) == ""


@pytest.mark.parametrize("token", ["x", "%00", "a:b:c", "W10:1:abc", "ł" * 50, "x" * 5000, "..%2F..%2Fetc"])
def test_false_links(token: str, client: Client) -> None:
    assert client.get(f"/konto/kontakt/e-mail/{token}/").status_code in (404, 410)


def test_a_link_of_an_application_confirms_no_account(pages: PageClient, anna: User, run_jobs: Run) -> None:
    pages.sign_in(anna)
    give(pages, run_jobs)
    foreign = email_links.make(drafting.EMAIL_PURPOSE, str(anna.public_id), NEW)
    assert confirm(f"/konto/kontakt/e-mail/{foreign}/").status_code == 410
    assert contact.address_of(anna) == ""


def test_links_are_not_guessed(client: Client) -> None:
    for _try in range(limits.LIMITS["email_link"].tries):
        assert client.get("/konto/kontakt/e-mail/x/").status_code == 410
    assert client.get("/konto/kontakt/e-mail/x/").status_code == 429
    assert client.get("/konto/wniosek/e-mail/x/").status_code == 429, "one count for both kinds"
    assert Client(REMOTE_ADDR="192.0.2.9").get("/konto/kontakt/e-mail/x/").status_code == 410


def test_no_more_than_five_messages_a_day(pages: PageClient, anna: User, run_jobs: Run) -> None:
    pages.sign_in(anna)
    for number in range(5):
        give(pages, run_jobs, f"a{number}@example.test")
    text = pages.post(HOME, {"email": "a6@example.test"}, status=200).content.decode()
    assert "spróbuj jutro" in text and "a6@example.test" in text, "what was typed is still there"
    run_jobs()
    assert len(mail.outbox) == 5
    assert ContactEmail.objects.get(user=anna).pending == "a4@example.test"
    with clock.frozen(clock.now() + timedelta(days=1)):
        limits.is_allowed("email_message", str(anna.public_id))


@pytest.mark.parametrize(
    "email",
    ["", "anna", "a@b", "a@example.test\nBcc: x@example.test", "<a@example.test>", "a@exam ple.test", "\0@x",
     "x" * 250 + "@example.test", "a@example.test, b@example.test"],
)  # fmt: skip
def test_what_is_no_address_is_refused(pages: PageClient, anna: User, run_jobs: Run, email: str) -> None:
    pages.sign_in(anna)
    pages.post(HOME, {"email": email}, status=200)
    run_jobs()
    assert not mail.outbox and not ContactEmail.objects.exists()


def test_the_confirmed_address_again_sends_nothing(pages: PageClient, anna: User, run_jobs: Run) -> None:
    pages.sign_in(anna)
    confirm(give(pages, run_jobs))
    give(pages, run_jobs, OTHER)
    pages.post(HOME, {"email": NEW.upper()})
    run_jobs()
    assert len(mail.outbox) == 2
    found = ContactEmail.objects.get()
    assert (found.email, found.pending) == (NEW, ""), "the change is given up"


def test_a_server_that_takes_no_mail_loses_nothing(
    pages: PageClient, anna: User, run_jobs: Run, settings: Any
) -> None:
    pages.sign_in(anna)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    pages.post(HOME, {"email": NEW})
    run_jobs()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    run_jobs(force=True)
    assert [one.to for one in mail.outbox] == [[NEW]]


def test_the_address_of_an_application_is_offered(pages: PageClient, celina: User, borys: User) -> None:
    application = drafting.save_draft(
        identity=celina.identity, details=drafting.Details(email="Celina@example.test")
    )
    pages.sign_in(celina)
    assert "Używaj tego adresu" not in pages.get(HOME).content.decode(), "not confirmed there"
    pages.post("/konto/kontakt/z-wniosku/")
    assert contact.address_of(celina) == ""
    drafting.confirm_email(AccessApplication.objects.get(pk=application.pk))
    assert "Celina@example.test" in pages.get(HOME).content.decode()
    assert "Celina@example.test" not in pages.get(HOME, user=borys).content.decode()
    pages.sign_in(celina)
    pages.post("/konto/kontakt/z-wniosku/")
    assert contact.address_of(celina) == "Celina@example.test"
    assert "Używaj tego adresu" not in pages.get(HOME).content.decode()


def test_no_address_is_confirmed_without_a_moment(anna: User) -> None:
    for wrong in ({"email": NEW}, {"pending": NEW}, {"confirmed_at": clock.now()}, {"asked_at": clock.now()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ContactEmail.objects.create(user=anna, **wrong)


@pytest.mark.parametrize("path", [HOME, "/konto/kontakt/z-wniosku/", "/konto/kontakt/usun/"])
def test_for_the_signed_in_only(client: Client, path: str) -> None:
    assert client.post(path, {"email": NEW})["Location"].startswith("/logowanie/")
