"""Personal data opens for a reason and for a while; decisions need a code given a moment ago."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from eurzad.lib import clock
from eurzad.lib.personas import ANNA, EWA, FILIP
from portal.desk import foureyes, roles
from portal.desk.errors import OtherTerms, SamePerson
from portal.desk.models import FirstApproval, ReasonedSession
from portal.desk.roles import Role
from portal.journal.models import Record
from portal.mandates.models import Mandate
from portal.people.models import User
from tests.support.pages import PageClient
from tests.support.people import make_clerk

LIST = "/admin/mandates/mandate/"
REASON = "/admin/dane-osobowe/mandates/"


@pytest.fixture
def clerk(db: None) -> User:
    member = make_clerk(FILIP)
    roles.give(member, Role.ACCESS)
    return member


@pytest.fixture
def mandate(anna: User, borys: User, mandate_for) -> Mandate:  # type: ignore[no-untyped-def]
    return mandate_for(anna, borys, areas=["taxes"], rights=["see"])


def give_reason(pages: PageClient, target: str, text: str = "Sprawdzam zgłoszony błąd") -> None:
    answer = {"template": "other", "text": text, "case_number": "OA.1.2026", "next": target}
    assert pages.post(REASON, answer)["Location"] == target


def test_data_opens_after_a_reason_and_the_journal_says_why(
    pages: PageClient, clerk: User, mandate: Mandate
) -> None:
    pages.sign_in(clerk, opens_data=False)
    page = f"{LIST}{mandate.pk}/change/"
    asked = pages.client.get(page)
    assert asked.status_code == 302 and asked["Location"].startswith(REASON)
    assert parse_qs(urlsplit(asked["Location"]).query)["next"] == [page]
    form = pages.get(asked["Location"]).content.decode()
    assert "Po co otwierasz dane osobowe?" in form and ANNA.family_name not in form
    assert not Record.objects.filter(action="mandates.read").exists()
    give_reason(pages, page)
    shown = pages.client.get(page).content.decode()
    assert (
        ANNA.family_name in shown and "Sprawdzam zgłoszony błąd (OA.1.2026)" in shown and "Zakończ" in shown
    )
    for action in ("desk.reason", "mandates.read"):
        record = Record.objects.get(action=action)
        assert (record.actor_id, record.reason) == (clerk.public_id, "Sprawdzam zgłoszony błąd (OA.1.2026)")


def test_list_of_names_needs_a_reason_too(pages: PageClient, clerk: User, mandate: Mandate) -> None:
    pages.sign_in(clerk, opens_data=False)
    assert pages.client.get(LIST).status_code == 302
    assert pages.client.get("/admin/access/accessapplication/").status_code == 200
    assert pages.client.get("/admin/access/accessapplication/?q=Wrzos").status_code == 302
    give_reason(pages, LIST)
    assert ANNA.family_name in pages.client.get(LIST).content.decode()
    assert pages.client.get("/admin/access/accessapplication/?q=Wrzos").status_code == 302


def test_reason_holds_half_an_hour_and_ends_when_told(
    pages: PageClient, clerk: User, mandate: Mandate
) -> None:
    pages.sign_in(clerk, opens_data=False)
    give_reason(pages, LIST)
    opened = ReasonedSession.objects.get()
    assert opened.ends_at - opened.opened_at == timedelta(minutes=30)
    kept = pages.client.session["desk_reasons"]
    for moment, status in ((opened.ends_at - timedelta(seconds=1), 200), (opened.ends_at, 302)):
        with clock.frozen(moment):
            pages.sign_in(clerk, opens_data=False)
            session = pages.client.session
            session["desk_reasons"] = kept
            session.save()
            assert pages.client.get(LIST).status_code == status
    pages.sign_in(clerk, opens_data=False)
    give_reason(pages, LIST)
    assert pages.client.get(LIST).status_code == 200
    assert pages.client.get(f"{REASON}zakoncz/").status_code == 405
    pages.post(f"{REASON}zakoncz/")
    assert pages.client.get(LIST).status_code == 302
    assert Record.objects.filter(action="desk.reason_end").count() == 1


def test_reason_of_another_person_opens_nothing(pages: PageClient, clerk: User, mandate: Mandate) -> None:
    other = make_clerk(EWA)
    roles.give(other, Role.ACCESS)
    pages.sign_in(other)
    stolen = pages.client.session["desk_reasons"]
    pages.sign_in(clerk, opens_data=False)
    session = pages.client.session
    session["desk_reasons"] = stolen
    session.save()
    assert pages.client.get(LIST).status_code == 302


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"template": "999999"},
        {"template": "other"},
        {"template": "other", "text": "bo tak"},
        {"template": "other", "text": "aaaaaaaaaaaaaaa"},
        {"template": "other", "text": "........................"},
        {"template": "other", "text": f"Sprawa pani {ANNA.pesel} z Lipowej"},
        {"template": "other", "text": "Sprawa pani 688412 12044 z Lipowej"},
        {"template": "other", "text": "Dobry powód " * 400},
        {"template": "other", "text": "Sprawdzam zgłoszenie", "case_number": "x" * 41},
        {"template": "other", "text": "Sprawdzam zgłoszenie", "case_number": "<b>"},
        {"template": "other", "text": "Sprawdzam zgłoszenie", "case_number": ANNA.pesel},
    ],
)
def test_what_is_no_reason_opens_nothing(pages: PageClient, clerk: User, answer: dict[str, str]) -> None:
    pages.sign_in(clerk, opens_data=False)
    page = pages.post(REASON, answer, status=200).content.decode()
    assert "Popraw zaznaczone pola." in page
    assert not ReasonedSession.objects.exists() and pages.client.get(LIST).status_code == 302


def test_hostile_reason_is_shown_as_text_on_one_line(pages: PageClient, clerk: User) -> None:
    pages.sign_in(clerk, opens_data=False)
    give_reason(pages, LIST, "<script>alert(1)</script>\r\nSet-Cookie: a=b")
    page = pages.client.get(LIST).content.decode()
    assert "<script>alert" not in page and "&lt;script&gt;alert(1)&lt;/script&gt; Set-Cookie: a=b" in page


@pytest.mark.parametrize(
    "target", ["https://example.test/", "//example.test/", "/konto/", "/admin/\\example", "javascript:x", ""]
)
def test_one_is_led_on_only_within_the_admin(pages: PageClient, clerk: User, target: str) -> None:
    pages.sign_in(clerk, opens_data=False)
    answer = {"template": "other", "text": "Sprawdzam zgłoszony błąd", "next": target}
    assert pages.post(REASON, answer)["Location"] == "/admin/"


def test_area_of_another_role_or_of_nothing_is_refused(pages: PageClient, clerk: User) -> None:
    pages.sign_in(clerk, opens_data=False)
    assert pages.client.get("/admin/dane-osobowe/payments/").status_code == 403
    assert pages.client.get("/admin/dane-osobowe/wszystko/").status_code == 404


def age(pages: PageClient, minutes: int) -> None:
    """Have the person prove who they are so many minutes ago."""
    session = pages.client.session
    at = clock.now().timestamp() - 60 * minutes
    session["account_authentication_methods"] = [{"method": "mfa", "type": "totp", "at": at}]
    session.save()


def test_decision_after_ten_minutes_asks_for_a_code_and_keeps_what_was_typed(
    pages: PageClient, anna: User, borys: User, clerk: User
) -> None:
    today = clock.today()
    typed = {
        "principal": anna.identity.subject.pk, "attorney": borys.identity.subject.pk, "areas": ["taxes"],
        "rights": ["see"], "valid_from": today, "valid_to": today + timedelta(days=30), "basis": "dokument",
    }  # fmt: skip
    pages.sign_in(clerk)
    age(pages, 11)
    asked = pages.client.post(f"{LIST}add/", typed)
    assert asked.status_code == 302 and asked["Location"].startswith("/logowanie/pracownik/potwierdz/kod/")
    assert parse_qs(urlsplit(asked["Location"]).query)["next"] == ["/admin/dokoncz/"]
    assert not Mandate.objects.exists()
    page = pages.get("/admin/dokoncz/").content.decode()
    assert "Nic nie przepadło" in page and 'value="dokument"' in page
    again = pages.client.post("/admin/dokoncz/", typed, follow=True)
    assert again.request["PATH_INFO"].startswith("/logowanie/") and not Mandate.objects.exists()
    age(pages, 9)
    assert pages.client.post("/admin/dokoncz/", typed).status_code == 307
    assert pages.client.post(f"{LIST}add/", typed).status_code == 302
    assert Mandate.objects.get().basis == "dokument"


def test_form_sent_after_the_reason_ended_waits(pages: PageClient, clerk: User, mandate: Mandate) -> None:
    pages.sign_in(clerk, opens_data=False)
    decision = f"{LIST}{mandate.pk}/decyzja/"
    asked = pages.client.post(decision, {"action": "refuse", "reason": "Brak podpisu."})
    assert parse_qs(urlsplit(asked["Location"]).query)["next"] == ["/admin/dokoncz/"]
    give_reason(pages, "/admin/dokoncz/")
    assert "Brak podpisu." in pages.get("/admin/dokoncz/").content.decode()


@pytest.fixture
def second(db: None) -> User:
    return make_clerk(EWA)


def test_second_pair_of_eyes_is_another_persons(
    clerk: User, second: User, mandate: Mandate, settings: object
) -> None:
    terms = {"amount": "10.00"}
    assert foureyes.approve("refunds", reference=mandate.public_id, by=clerk, terms=terms)
    settings.FOUR_EYES = ["refunds"]  # type: ignore[attr-defined]
    assert not foureyes.approve("refunds", reference=mandate.public_id, by=clerk, terms=terms)
    with pytest.raises(SamePerson):
        foureyes.approve("refunds", reference=mandate.public_id, by=clerk, terms=terms)
    with pytest.raises(OtherTerms):
        foureyes.approve("refunds", reference=mandate.public_id, by=second, terms={"amount": "1000.00"})
    assert foureyes.approve("refunds", reference=mandate.public_id, by=second, terms=terms)
    assert not FirstApproval.objects.exists()
    assert not foureyes.approve("refunds", reference=mandate.public_id, by=second, terms=terms)
    assert foureyes.withdraw("refunds", mandate.public_id)
    assert foureyes.first_of("refunds", mandate.public_id) is None
