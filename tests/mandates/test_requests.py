"""Mandates that people ask for, from the form to the end."""

import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from pypdf import PdfReader

from eurzad.lib import clock
from eurzad.lib.personas import ANNA, BAKERY, BORYS, CELINA, DAMIAN, GRAZYNA
from portal.desk import foureyes
from portal.journal.models import Record
from portal.mandates import policy, scopes
from portal.mandates.models import Approval, Area, Mandate, NamedParty, Party, Right, SignedDocument
from portal.mandates.policy import Viewer
from portal.mandates.scopes import ScopeObject
from portal.mandates.services import daily
from portal.mandates.services.granting import grant_mandate
from portal.mandates.services.requesting import A_DAY
from portal.notices.models import Notice
from portal.people import services as people
from portal.people.models import Subject, User
from tests.support.pages import PageClient
from tests.support.people import make_resident

BASE = "/konto/upowaznienia/"
Grant = Callable[..., Mandate]


def form(persona: Any = BORYS, **changes: Any) -> dict[str, Any]:
    today = clock.today()
    return {
        "number": persona.pesel, "name": persona.family_name, "areas": ["taxes"], "rights": ["see"],
        "valid_from": today.isoformat(), "valid_to": (today + timedelta(days=30)).isoformat(), "obj": "",
    } | changes  # fmt: skip


def prepare(pages: PageClient, user: User, page: str = "udziel/", **changes: Any) -> Mandate:
    pages.sign_in(user)
    address = pages.post(f"{BASE}{page}", form(**changes))["Location"]
    pages.get(address)
    return Mandate.objects.get(public_id=address.rstrip("/").rsplit("/", 1)[1])


def decide(pages: PageClient, user: User, mandate: Mandate, action: str, **changes: Any) -> str:
    """Post what the mandate's page posts; returns the state afterwards."""
    data = {"action": action, "text": mandate.text_sha256} | changes
    pages.post(f"{BASE}{mandate.public_id}/decyzja/", data, user=user)
    mandate.refresh_from_db()
    return mandate.status


def sees(user: User, other: User) -> bool:
    subject = other.identity.subject
    assert subject is not None
    return policy.can(Viewer(user), Right.SEE, Area.TAXES, subject)


def test_a_principal_gives_and_takes_back(pages: PageClient, anna: User, borys: User) -> None:
    mandate = prepare(pages, anna)
    assert mandate.status == "requested" and not sees(borys, anna)
    assert decide(pages, anna, mandate, "send") == "active"
    assert sees(borys, anna)
    approval = Approval.objects.get()
    assert (approval.user, approval.text_sha256) == (anna, mandate.text_sha256)
    assert Notice.objects.filter(user=borys, topic="mandates.active").count() == 1
    pages.get(f"{BASE}{mandate.public_id}/odwolaj/", user=anna)
    pages.post(f"{BASE}{mandate.public_id}/odwolaj/", {"reason": "koniec umowy"})
    assert not sees(borys, anna)
    assert Notice.objects.filter(user=borys, topic="mandates.revoked").count() == 1
    for user in (anna, borys):
        answer = pages.get(f"{BASE}{mandate.public_id}/odwolanie.pdf", user=user)
        text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
        assert "koniec umowy" in text and PdfReader(io.BytesIO(answer.content)).trailer["/Root"]["/MarkInfo"]
    actions = set(Record.objects.values_list("action", flat=True))
    assert {"mandates.ask", "mandates.revoke", "mandates.pdf"} <= actions


def test_the_same_answer_whether_or_not_the_person_is_known(
    pages: PageClient, anna: User, borys: User
) -> None:
    pictures = set()
    for who in (BORYS, GRAZYNA, {"number": BORYS.pesel, "name": "Nietaka"}):
        changes = who if isinstance(who, dict) else {"number": who.pesel, "name": who.family_name}
        mandate = prepare(pages, anna, **changes)
        assert decide(pages, anna, mandate, "send") == "active"
        html = pages.get(f"{BASE}{mandate.public_id}/", user=anna).content.decode()
        html = html[html.index("<main") : html.index("</main")]
        for part in (str(mandate.public_id), mandate.text_sha256, changes["name"], changes["number"][-4:]):
            html = html.replace(part, "")
        pictures.add(re.sub(r'value="[^"]{64}"', "", html))
        assert BORYS.given_name not in html
        assert changes["number"] not in html
    assert len(pictures) == 1
    assert list(Mandate.objects.order_by("pk").values_list("attorney__family_name", flat=True)) == [
        "Malina",
        None,
        None,
    ]


def test_who_signs_up_later_finds_the_mandate(pages: PageClient, anna: User) -> None:
    mandate = prepare(pages, anna, number=GRAZYNA.pesel, name=GRAZYNA.family_name.upper())
    decide(pages, anna, mandate, "send")
    grazyna = make_resident(GRAZYNA)
    assert not sees(grazyna, anna)
    assert ANNA.full_name in pages.get(f"{BASE}w-imieniu/", user=grazyna).content.decode()
    assert sees(grazyna, anna)
    assert pages.get(f"{BASE}{mandate.public_id}/", user=anna).content.decode().count(GRAZYNA.given_name) == 0


def test_an_attorney_asks_and_the_principal_decides(pages: PageClient, anna: User, borys: User) -> None:
    asked = prepare(pages, borys, "popros/", number=ANNA.pesel, name=ANNA.family_name)
    pages.get(f"{BASE}{asked.public_id}/", user=anna, status=404)
    assert decide(pages, borys, asked, "send") == "awaiting_principal"
    assert Notice.objects.filter(user=anna, topic="mandates.asked").count() == 1
    page = pages.get(f"{BASE}{asked.public_id}/", user=borys).content.decode()
    assert ANNA.given_name not in page[page.index("<main") :]
    pages.post(
        f"{BASE}{asked.public_id}/decyzja/", {"action": "confirm", "text": asked.text_sha256}, status=404
    )
    assert decide(pages, anna, asked, "confirm", text="0" * 64) == "awaiting_principal"
    assert decide(pages, anna, asked, "confirm") == "active"
    assert sees(borys, anna)
    again = prepare(pages, borys, "popros/", number=ANNA.pesel, name=ANNA.family_name, rights=["see", "pay"])
    decide(pages, borys, again, "send")
    assert decide(pages, anna, again, "refuse", reason="nie teraz") == "refused"
    assert "nie teraz" in pages.get(f"{BASE}{again.public_id}/", user=borys).content.decode()


def test_a_stranger_touches_nothing(pages: PageClient, anna: User, borys: User, celina: User) -> None:
    mandate = prepare(pages, anna)
    decide(pages, anna, mandate, "send")
    damian = make_resident(DAMIAN)
    for stranger in (celina, damian):
        for page in ("", "odwolaj/", "tresc.pdf", "odwolanie.pdf"):
            pages.get(f"{BASE}{mandate.public_id}/{page}", user=stranger, status=404)
        pages.post(f"{BASE}{mandate.public_id}/odwolaj/", {}, status=404)
        for action in ("send", "paper", "confirm", "refuse"):
            data = {"action": action, "text": mandate.text_sha256}
            pages.post(f"{BASE}{mandate.public_id}/decyzja/", data, status=404)
    mandate.refresh_from_db()
    assert mandate.status == "active"
    pages.get(f"{BASE}udziel/", user=celina)
    pages.post(f"{BASE}udziel/", form(), status=200)


@pytest.mark.parametrize(
    "changes",
    [
        {"number": "68841212045"}, {"number": "x" * 14}, {"name": ""}, {"areas": []}, {"areas": ["all"]},
        {"rights": []},
        {"rights": ["pay"]}, {"valid_to": ""}, {"valid_to": "2020-01-01"}, {"valid_to": "2099-01-01"},
        {"valid_from": "2020-01-01"}, {"obj": "00000000-0000-4000-8000-000000000000"}, {"number": ANNA.pesel},
    ],
)  # fmt: skip
def test_a_form_that_makes_no_sense(
    pages: PageClient, anna: User, borys: User, changes: dict[str, Any]
) -> None:
    pages.sign_in(anna)
    html = pages.post(f"{BASE}udziel/", form(**changes), status=200).content.decode()
    assert "error-summary" in html
    assert not Mandate.objects.exists()


def test_no_more_than_some_in_a_day(pages: PageClient, anna: User) -> None:
    pages.sign_in(anna)
    for _ in range(A_DAY):
        pages.post(f"{BASE}udziel/", form())
    assert "Spróbuj jutro" in pages.post(f"{BASE}udziel/", form(), status=200).content.decode()
    assert Mandate.objects.count() == A_DAY
    assert NamedParty.objects.count() == A_DAY


def test_an_attorney_gives_nothing_on(pages: PageClient, anna: User, borys: User, mandate_for: Grant) -> None:
    held = mandate_for(anna, borys, areas=["taxes"], rights=["see"])
    pages.sign_in(borys)
    pages.post(f"{BASE}dzialaj/", {"mandate": str(held.public_id)})
    for html in (
        pages.get(f"{BASE}udziel/", status=403),
        pages.post(f"{BASE}udziel/", form(CELINA), status=403),
    ):
        assert "nie może upoważniać dalszych osób" in html.content.decode()
        assert "PESEL" not in html.content.decode()
    assert "Udziel pełnomocnictwa" not in pages.get(BASE).content.decode()
    assert Mandate.objects.count() == 1
    pages.post(f"{BASE}dzialaj/", {"mandate": ""})
    assert "PESEL" in pages.get(f"{BASE}udziel/").content.decode()


def test_an_attorney_is_not_offered_what_the_principal_has(
    pages: PageClient, anna: User, borys: User, mandate_for: Grant, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = ScopeObject("taxes.receivable", uuid4(), "fees", "Dom przy Rynku")
    monkeypatch.setattr(scopes, "objects_of", lambda subject: [house])
    held = mandate_for(anna, borys, areas=["taxes"], rights=["see"])
    assert house.title in pages.get(f"{BASE}udziel/", user=anna).content.decode()
    pages.post(f"{BASE}dzialaj/", {"mandate": str(held.public_id)}, user=borys)
    assert house.title not in pages.get(f"{BASE}udziel/", status=403).content.decode()


def bakery(*representatives: User, is_joint: bool) -> Subject:
    company = people.create_subject(identifiers={"nip": BAKERY.nip}, kind="organisation", name=BAKERY.name)
    for user in representatives:
        subject = user.identity.subject
        assert subject is not None
        grant_mandate(
            principal=company, attorney=subject, areas=list(Area.values), rights=list(Right.values),
            valid_from=clock.today(), valid_to=clock.today() + timedelta(days=365), is_statutory=True,
            is_joint=is_joint,
        )  # fmt: skip
    return company


@pytest.mark.parametrize("is_joint", [False, True])
def test_an_organisation_agrees_through_its_representatives(
    pages: PageClient, anna: User, borys: User, is_joint: bool
) -> None:
    damian = make_resident(DAMIAN)
    company = bakery(damian, anna, is_joint=is_joint)
    asked = prepare(pages, borys, "popros/", number=BAKERY.nip, name=BAKERY.name)
    decide(pages, borys, asked, "send")
    assert decide(pages, damian, asked, "confirm") == ("awaiting_principal" if is_joint else "active")
    if is_joint:
        assert not policy.can(Viewer(borys), "see", "taxes", company)
        assert decide(pages, damian, asked, "confirm") == "awaiting_principal", "one person is not two"
        assert Notice.objects.filter(user=anna, topic="mandates.second").count() == 1
        assert decide(pages, anna, asked, "confirm") == "active"
    assert policy.can(Viewer(borys), "see", "taxes", company)


def paper(pages: PageClient, anna: User) -> Mandate:
    mandate = prepare(pages, anna)
    assert decide(pages, anna, mandate, "paper") == "awaiting_clerk"
    assert pages.get(f"{BASE}{mandate.public_id}/tresc.pdf", user=anna).content.startswith(b"%PDF")
    return mandate


def clerk_decides(pages: PageClient, clerk: User, mandate: Mandate, **data: Any) -> str:
    pages.sign_in(clerk)
    assert pages.client.get(f"/admin/mandates/mandate/{mandate.pk}/change/").status_code == 200
    pages.post(f"/admin/mandates/mandate/{mandate.pk}/decyzja/", data)
    mandate.refresh_from_db()
    return mandate.status


def document(content: bytes = b"%PDF-1.7 signed") -> Any:
    file = io.BytesIO(content)
    file.name = "skan.pdf"
    return file


def test_a_clerk_confirms_from_the_signed_document(
    pages: PageClient, anna: User, borys: User, ewa: User
) -> None:
    mandate = paper(pages, anna)
    assert clerk_decides(pages, ewa, mandate, action="confirm") == "awaiting_clerk", "no document"
    wrong = document(b"MZ program")
    assert clerk_decides(pages, ewa, mandate, action="confirm", document=wrong) == "awaiting_clerk"
    assert clerk_decides(pages, ewa, mandate, action="confirm", document=document()) == "active"
    assert bytes(SignedDocument.objects.get().content) == b"%PDF-1.7 signed"
    kept = pages.get(f"/admin/mandates/mandate/{mandate.pk}/dokument/", user=ewa)
    assert kept.content == b"%PDF-1.7 signed" and kept["Content-Disposition"].startswith("attachment")
    assert sees(borys, anna)


def test_four_eyes(pages: PageClient, anna: User, borys: User, ewa: User, settings: Any) -> None:
    settings.FOUR_EYES = ["mandates"]
    mandate = paper(pages, anna)
    second = User.objects.create(username="second", kind="staff", is_staff=True, is_superuser=True)
    assert clerk_decides(pages, ewa, mandate, action="confirm", document=document()) == "awaiting_clerk"
    own = f"/admin/mandates/mandate/{mandate.pk}/change/"
    assert "Zapisano pierwszą zgodę." in pages.client.get(own).content.decode()
    assert clerk_decides(pages, ewa, mandate, action="confirm") == "awaiting_clerk", "the same clerk again"
    assert "Drugą decyzję musi podjąć inna osoba" in pages.client.get(own).content.decode()
    assert not sees(borys, anna) and mandate.approvals.count() == 1
    assert foureyes.first_of("mandates", mandate.public_id).by == ewa
    assert clerk_decides(pages, second, mandate, action="confirm") == "active"
    assert foureyes.first_of("mandates", mandate.public_id) is None and sees(borys, anna)


def test_first_approval_ends_with_a_refusal(
    pages: PageClient, anna: User, borys: User, ewa: User, settings: Any
) -> None:
    settings.FOUR_EYES = ["mandates"]
    mandate = paper(pages, anna)
    assert clerk_decides(pages, ewa, mandate, action="confirm", document=document()) == "awaiting_clerk"
    assert clerk_decides(pages, ewa, mandate, action="refuse", reason="brak podpisu") == "refused"
    assert foureyes.first_of("mandates", mandate.public_id) is None
    assert clerk_decides(pages, ewa, mandate, action="confirm") == "refused"


def test_four_eyes_switched_off_between_the_two(
    pages: PageClient, anna: User, borys: User, ewa: User, settings: Any
) -> None:
    settings.FOUR_EYES = ["mandates"]
    mandate = paper(pages, anna)
    assert clerk_decides(pages, ewa, mandate, action="confirm", document=document()) == "awaiting_clerk"
    settings.FOUR_EYES = []
    assert clerk_decides(pages, ewa, mandate, action="confirm") == "active"
    assert mandate.approvals.filter(role="clerk").count() == 1


def test_a_clerk_refuses_with_a_reason(pages: PageClient, anna: User, borys: User, ewa: User) -> None:
    mandate = paper(pages, anna)
    assert clerk_decides(pages, ewa, mandate, action="refuse", reason=" ") == "awaiting_clerk"
    assert clerk_decides(pages, ewa, mandate, action="refuse", reason="brak podpisu") == "refused"
    assert "brak podpisu" in pages.get(f"{BASE}{mandate.public_id}/", user=anna).content.decode()


def test_staff_without_the_permission(pages: PageClient, anna: User, filip: User) -> None:
    mandate = paper(pages, anna)
    for page in ("change/", "dokument/"):
        pages.get(f"/admin/mandates/mandate/{mandate.pk}/{page}", user=filip, status=403)
    pages.post(f"/admin/mandates/mandate/{mandate.pk}/decyzja/", {"action": "confirm"}, status=403)


def test_a_clerk_enters_a_mandate_from_paper(pages: PageClient, anna: User, borys: User, ewa: User) -> None:
    today = clock.today()
    data = {
        "principal": anna.identity.subject.pk, "attorney": borys.identity.subject.pk, "areas": ["taxes"],
        "rights": ["see"], "valid_from": today.isoformat(), "valid_to": today.isoformat(), "basis": "akt notarialny",
    }  # fmt: skip
    pages.sign_in(ewa)
    for wrong in ({"is_joint": "on"}, {"areas": []}, {"attorney": ""}, {"attorney": data["principal"]}):
        assert pages.client.post("/admin/mandates/mandate/add/", {**data, **wrong}).status_code == 200
    assert not Mandate.objects.exists()
    pages.post("/admin/mandates/mandate/add/", data)
    mandate = Mandate.objects.get()
    assert mandate.status == "awaiting_clerk" and "akt notarialny" in mandate.text
    assert clerk_decides(pages, ewa, mandate, action="confirm", document=document()) == "active"


def test_notices_before_the_end_and_on_the_last_day(anna: User, borys: User, mandate_for: Grant) -> None:
    mandate = mandate_for(anna, borys, areas=["taxes"], rights=["see"])

    def told(topic: str) -> int:
        return Notice.objects.filter(topic=topic, user__in=(anna, borys)).count()

    for days, ending, last, status in ((15, 0, 0, "active"), (14, 2, 0, "active"), (13, 2, 0, "active"),
                                       (0, 2, 2, "active"), (-1, 2, 2, "expired")):  # fmt: skip
        with clock.frozen(mandate.valid_to - timedelta(days=days)):
            daily.run_daily()
            daily.run_daily()
        mandate.refresh_from_db()
        assert (told("mandates.ending"), told("mandates.last_day"), mandate.status) == (
            ending,
            last,
            status,
        ), days
    assert mandate.ended_by == Party.CLOCK


def test_the_principal_is_told_what_was_done(
    pages: PageClient, anna: User, borys: User, mandate_for: Grant
) -> None:
    mandate = mandate_for(anna, borys, areas=["taxes"], rights=["see"])
    second = mandate_for(anna, borys, areas=["fees"], rights=["see"])
    pages.sign_in(borys)
    pages.post(f"{BASE}dzialaj/", {"mandate": str(mandate.public_id)})
    pages.get("/konto/naleznosci/")
    html = pages.get(f"{BASE}{mandate.public_id}/", user=anna).content.decode()
    assert "obejrzano: należności" in html and "rozpoczęcie działania" in html
    assert (
        "obejrzano: należności" not in pages.get(f"{BASE}{mandate.public_id}/", user=borys).content.decode()
    )
    daily.run_daily()
    assert not Notice.objects.filter(topic="mandates.digest").exists(), "the day is not over"
    with clock.frozen(clock.now() + timedelta(days=1)):
        daily.run_daily()
        daily.run_daily()
    digest = Notice.objects.get(topic="mandates.digest")
    assert digest.user == anna and "Borys Malina" in digest.text and "2" in digest.text
    with clock.frozen(clock.now() + timedelta(days=2)):
        daily.run_daily()
    assert Notice.objects.filter(topic="mandates.digest").count() == 1, "nothing done, nothing told"
    assert second.pk != mandate.pk


def test_the_missing_right_is_named_and_can_be_asked_for(
    pages: PageClient, anna: User, borys: User, mandate_for: Grant
) -> None:
    mandate = mandate_for(anna, borys, areas=["taxes"], rights=["see"])
    pages.sign_in(borys)
    pages.post(f"{BASE}dzialaj/", {"mandate": str(mandate.public_id)})
    address = pages.post(f"{BASE}popros-o-prawo/", {"right": "pay", "area": "taxes"})["Location"]
    asked = Mandate.objects.get(public_id=address.rstrip("/").rsplit("/", 1)[1])
    assert (asked.rights, asked.areas, asked.valid_to) == (["see", "pay"], ["taxes"], mandate.valid_to)
    assert decide(pages, borys, asked, "send") == "awaiting_principal"
    assert decide(pages, anna, asked, "confirm") == "active"
    for bad in ({"right": "own", "area": "taxes"}, {"right": "pay", "area": "x"}, {}):
        pages.sign_in(borys)
        pages.post(f"{BASE}dzialaj/", {"mandate": str(mandate.public_id)})
        assert pages.post(f"{BASE}popros-o-prawo/", bad)["Location"] == BASE


@pytest.mark.parametrize(
    ("back", "to"),
    [
        ("/konto/naleznosci/", "/konto/naleznosci/"),
        ("/konto/naleznosci/00000000-0000-4000-8000-000000000000/", "/konto/"),
        ("https://evil.example.test/", "/konto/"), ("//evil.example.test/", "/konto/"), ("/nie/ma/", "/konto/"),
        ("/admin/", "/konto/"), ("", "/konto/"), ("\\\\evil", "/konto/"),
    ],
)  # fmt: skip
def test_switching_keeps_the_page_where_that_means_something(
    pages: PageClient, anna: User, borys: User, mandate_for: Grant, back: str, to: str
) -> None:
    mandate = mandate_for(anna, borys, areas=["taxes"], rights=["see"])
    pages.sign_in(borys)
    answer = pages.post(f"{BASE}dzialaj/", {"mandate": str(mandate.public_id), "powrot": back})
    assert answer["Location"] == to


def test_a_page_the_new_person_has_not_leads_to_the_overview(
    pages: PageClient, anna: User, borys: User, mandate_for: Grant
) -> None:
    mandate = mandate_for(anna, borys, areas=["cases"], rights=["see"])
    pages.sign_in(borys)
    pages.post(f"{BASE}dzialaj/", {"mandate": str(mandate.public_id), "powrot": "/konto/naleznosci/"})
    assert pages.get("/konto/naleznosci/", status=302)["Location"] == "/konto/"
    assert "Tamta strona nie jest dostępna" in pages.get("/konto/").content.decode()
    pages.get("/konto/naleznosci/", status=403)


def test_lists_and_the_choice_are_searched_and_paginated(
    pages: PageClient, borys: User, django_assert_max_num_queries: Any
) -> None:
    attorney = borys.identity.subject
    for number in range(25):
        principal = Subject.objects.create(kind="organisation", name=f"Firma {number:02}")
        grant_mandate(
            principal=principal, attorney=attorney, areas=["taxes"], rights=["see"], valid_from=clock.today(),
            valid_to=clock.today(),
        )  # fmt: skip
    pages.sign_in(borys)
    with django_assert_max_num_queries(12):
        html = pages.get(f"{BASE}w-imieniu/").content.decode()
    assert "Firma 00" in html and "Firma 24" not in html and "Strona 1 z 2" in html
    assert "Firma 24" in pages.get(f"{BASE}w-imieniu/?page=2").content.decode()
    html = pages.get(f"{BASE}w-imieniu/?q=firma+24").content.decode()
    assert "Firma 24" in html and "Firma 00" not in html
    assert "Nikogo takiego" in pages.get(f"{BASE}w-imieniu/?q=%00%27%25").content.decode()
    with django_assert_max_num_queries(12):
        assert "Strona 1 z 2" in pages.get(f"{BASE}?lista=received").content.decode()
    for tab in ("granted", "requests", "ended", "rubbish"):
        assert "Firma 00" not in pages.get(f"{BASE}?lista={tab}").content.decode()
