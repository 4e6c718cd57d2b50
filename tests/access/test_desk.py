"""The clerks' queue and the decision."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from eurzad.lib import clock
from eurzad.lib.personas import ANNA, CELINA
from portal.access import errors, evidence
from portal.access.models import AccessApplication, ApplicationEvent
from portal.access.services import deciding, reminding
from portal.channels.codes import new_code
from portal.channels.models import Receipt
from portal.journal.models import Record
from portal.notices.models import Notice
from portal.people.models import Identity, Subject, User
from tests.access.conftest import form_document, sign_as
from tests.support.pages import PageClient
from tests.support.people import make_subject

QUEUE = "/admin/access/accessapplication/"


@pytest.fixture
def clerk(filip: User) -> User:
    """Filip with the right to decide, and no other."""
    filip.user_permissions.add(Permission.objects.get(codename="decide_accessapplication"))
    return User.objects.get(pk=filip.pk)


def desk(application: AccessApplication) -> str:
    return f"{QUEUE}{application.pk}/change/"


def test_nobody_without_the_permission_sees_the_queue(
    pages: PageClient, filed: AccessApplication, filip: User, borys: User
) -> None:
    for user, allowed in ((filip, {403}), (borys, {302, 404})):
        pages.sign_in(user)
        for url in (QUEUE, desk(filed)):
            assert pages.client.get(url).status_code in allowed
        for action in ("wez", "oddaj", "decyzja"):
            assert pages.client.post(f"{QUEUE}{filed.pk}/{action}/").status_code in allowed
    assert AccessApplication.objects.get().state == "submitted"


def test_nothing_is_added_changed_or_removed_by_hand(
    pages: PageClient, filed: AccessApplication, ewa: User
) -> None:
    pages.sign_in(ewa)
    assert pages.client.get(f"{QUEUE}add/").status_code == 403
    assert pages.client.get(f"{QUEUE}{filed.pk}/delete/").status_code == 403
    assert pages.client.get(f"{QUEUE}{filed.pk}/decyzja/").status_code == 405
    for made_up in ("999999", "²", "9" * 40, "abc"):
        assert pages.client.get(f"{QUEUE}{made_up}/change/").status_code == 404


def test_queue_tabs_and_search(pages: PageClient, filed: AccessApplication, clerk: User) -> None:
    pages.sign_in(clerk)
    page = pages.client.get(QUEUE).content.decode()
    assert filed.number in page and "nowy" in page and "za 1" in page
    assert filed.number not in pages.client.get(f"{QUEUE}?tab=mine").content.decode()
    pages.client.post(f"{QUEUE}{filed.pk}/wez/")
    assert filed.number in pages.client.get(f"{QUEUE}?tab=mine").content.decode()
    assert filed.number in pages.client.get(f"{QUEUE}?q={filed.number}").content.decode()
    assert filed.number in pages.client.get(f"{QUEUE}?q=Jawor").content.decode()
    with clock.frozen(clock.now() + timedelta(days=30)):
        pages.sign_in(clerk)
        page = pages.client.get(f"{QUEUE}?tab=overdue").content.decode()
        assert filed.number in page and "po terminie" in page


def copy_receipt(filed: AccessApplication, number: int) -> int:
    receipt = Receipt.objects.get(pk=filed.receipt_id)
    receipt.pk, receipt.public_id, receipt.code = None, uuid4(), new_code()
    receipt.identifier = f"UPP.{number}"
    receipt.save(force_insert=True)
    return receipt.pk


def test_queue_takes_the_same_queries_for_one_and_for_many(
    pages: PageClient, filed: AccessApplication, clerk: User
) -> None:
    pages.sign_in(clerk)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert pages.client.get(f"{QUEUE}?tab=all").status_code == 200
        return len(captured)

    one = queries()
    row = AccessApplication.objects.values().get(pk=filed.pk)
    for number in range(30):
        identity = Identity.objects.create(
            scheme="pesel", fingerprint=f"f{number}", encrypted_identifier=filed.identifier_encrypted,
            given_name="A", family_name="B", created_at=clock.now(),
        )  # fmt: skip
        copy = {
            **row,
            "identity_id": identity.pk,
            "number": f"EU.2020.{number:06d}",
            "assigned_to_id": clerk.pk,
            "receipt_id": copy_receipt(filed, number),
            "signed_sha256": "",
        }
        del copy["id"], copy["public_id"]
        AccessApplication.objects.create(**copy)
    assert queries() == one


def test_desk_shows_three_columns_and_is_journaled(
    pages: PageClient, filed: AccessApplication, clerk: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    fact = evidence.Fact("Ewidencja podatkowa", "Adres", "Inna 5", matches=False)
    monkeypatch.setattr(evidence, "_sources", [lambda identifiers: [fact]])
    pages.sign_in(clerk)
    page = pages.client.get(desk(filed)).content.decode()
    for words in ("Zadeklarowano", "Co mówi podpis", "Co wiedzą ewidencja i rejestry", "Inna 5", "nie zgadza się",
                  "podpis zaufany", "ten sam PESEL"):  # fmt: skip
        assert words in page
    assert CELINA.pesel not in page
    assert Record.objects.filter(
        action="access.read", reference=filed.number, actor_id=clerk.public_id
    ).exists()


def test_approve_links_the_subject_and_tells(
    pages: PageClient, filed: AccessApplication, clerk: User, celina: User, run_jobs: Callable[..., int]
) -> None:
    AccessApplication.objects.update(email_confirmed_at=clock.now())
    mail.outbox.clear()
    subject = Subject.objects.get(identifiers__fingerprint=filed.identity.fingerprint)
    pages.sign_in(clerk)
    answer = pages.client.post(
        f"{QUEUE}{filed.pk}/decyzja/", {"decision": "approve", "subject": str(subject.public_id)}
    )
    assert answer.status_code == 302
    run_jobs()
    filed.refresh_from_db()
    assert filed.state == "approved" and filed.decided_by == clerk and filed.subject == subject
    assert Identity.objects.get(user=celina).subject == subject
    assert Notice.objects.filter(user=celina, topic="access.decided").count() == 1
    assert len(mail.outbox) == 1 and "przyjęty" not in mail.outbox[0].body
    assert Record.objects.filter(action="access.approved", reference=filed.number).count() == 1
    page = pages.get("/konto/wniosek/", user=celina).content.decode()
    assert "Wniosek przyjęty" in page


def test_person_unknown_to_the_ledger_gets_a_new_subject(
    pages: PageClient, epuap_filed: AccessApplication, clerk: User
) -> None:
    pages.sign_in(clerk)
    assert "Załóż nowy wpis" in pages.client.get(desk(epuap_filed)).content.decode()
    pages.client.post(f"{QUEUE}{epuap_filed.pk}/decyzja/", {"decision": "approve", "subject": "new"})
    epuap_filed.refresh_from_db()
    assert epuap_filed.state == "approved"
    assert epuap_filed.subject.identifiers.get(scheme="pesel").fingerprint == epuap_filed.identity.fingerprint


def test_reject_needs_a_reason(
    pages: PageClient, filed: AccessApplication, clerk: User, celina: User
) -> None:
    pages.sign_in(clerk)
    page = pages.client.post(
        f"{QUEUE}{filed.pk}/decyzja/", {"decision": "reject", "reason": "  "}, follow=True
    )
    assert "Podaj uzasadnienie" in page.content.decode()
    filed.refresh_from_db()
    assert filed.state == "submitted"
    pages.client.post(
        f"{QUEUE}{filed.pk}/decyzja/", {"decision": "reject", "reason": "Brak danych w ewidencji."}
    )
    filed.refresh_from_db()
    assert filed.state == "rejected"
    page = pages.get("/konto/wniosek/", user=celina).content.decode()
    assert "Brak danych w ewidencji." in page and "jeszcze raz" in page
    assert Identity.objects.get(user=celina).subject is None


@pytest.mark.parametrize("subject", ["", "zmyslony", "00000000-0000-4000-8000-000000000000"])
def test_approve_needs_a_subject(
    pages: PageClient, filed: AccessApplication, clerk: User, subject: str
) -> None:
    pages.sign_in(clerk)
    page = pages.client.post(
        f"{QUEUE}{filed.pk}/decyzja/", {"decision": "approve", "subject": subject}, follow=True
    )
    assert "Wskaż osobę z ewidencji" in page.content.decode()
    filed.refresh_from_db()
    assert filed.state == "submitted"


def test_second_decision_changes_nothing(filed: AccessApplication, clerk: User, ewa: User) -> None:
    deciding.reject(application_id=filed.pk, clerk=clerk, reason="Powód.")
    with pytest.raises(errors.AlreadyDecided) as caught:
        deciding.approve(application_id=filed.pk, clerk=ewa, subject=None)
    assert str(clerk) in caught.value.message and "odrzucony" in caught.value.message
    assert ApplicationEvent.objects.filter(kind__in=("approved", "rejected")).count() == 1


def test_another_clerks_application_must_be_taken_over_first(
    pages: PageClient, filed: AccessApplication, clerk: User, ewa: User
) -> None:
    deciding.claim(application_id=filed.pk, clerk=ewa)
    pages.sign_in(clerk)
    page = pages.client.post(
        f"{QUEUE}{filed.pk}/decyzja/", {"decision": "reject", "reason": "Powód."}, follow=True
    ).content.decode()
    assert "prowadzi Ewa Kalina" in page and "Przejmij wniosek" in page
    assert "prowadzi Ewa" in pages.client.post(f"{QUEUE}{filed.pk}/wez/", follow=True).content.decode()
    pages.client.post(f"{QUEUE}{filed.pk}/wez/", {"take_over": "1"})
    filed.refresh_from_db()
    assert filed.assigned_to == clerk
    pages.client.post(f"{QUEUE}{filed.pk}/oddaj/")
    filed.refresh_from_db()
    assert filed.assigned_to is None


def test_subject_of_another_account_is_refused(filed: AccessApplication, clerk: User, anna: User) -> None:
    with pytest.raises(errors.DecisionIncomplete):
        deciding.approve(application_id=filed.pk, clerk=clerk, subject=anna.identity.subject)
    filed.refresh_from_db()
    assert filed.state == "submitted" and anna.identity.full_name == ANNA.full_name


def test_namesake_with_another_pesel_is_refused(
    pages: PageClient, filed: AccessApplication, clerk: User
) -> None:
    namesake = make_subject(ANNA)
    pages.sign_in(clerk)
    page = pages.post(
        f"{QUEUE}{filed.pk}/decyzja/", {"decision": "approve", "subject": str(namesake.public_id)}, status=200
    )
    assert "inny numer PESEL" in page.content.decode()
    filed.refresh_from_db()
    assert filed.state == "submitted" and filed.identity.subject is None


def test_person_without_a_pesel_in_the_ledger_can_be_chosen(filed: AccessApplication, clerk: User) -> None:
    subject = Subject.objects.create(kind="person", given_name="Celina", family_name="Jawor-Wrzos")
    deciding.approve(application_id=filed.pk, clerk=clerk, subject=subject)
    assert Identity.objects.get(pk=filed.identity_id).subject == subject


def test_joined_application_gets_the_same_letter(
    deliver: Callable[..., Any], tps_seal: Any, filed: AccessApplication, clerk: User
) -> None:
    from eurzad.outbox.models import Job

    deliver(sign_as(CELINA, form_document(CELINA), tps_seal))
    joined = AccessApplication.objects.get(door="epuap")
    assert joined.joined_to == filed
    deciding.reject(application_id=filed.pk, clerk=clerk, reason="Powód.")
    assert Job.objects.get(name="access.send_decision").arguments == {"application_id": str(joined.public_id)}


def test_reminders_go_out_once_each(filed: AccessApplication, clerk: User, celina: User) -> None:
    start = filed.received_at
    for days, topics in ((6, []), (7, ["access.day_7"]), (12, ["access.day_7", "access.day_12"])):
        with clock.frozen(start + timedelta(days=days)):
            reminding.remind_all()
            reminding.remind_all()
        sent = Notice.objects.filter(user=clerk, topic__startswith="access.day").order_by("pk")
        assert [notice.topic for notice in sent] == topics
    with clock.frozen(start + timedelta(days=25)):
        reminding.remind_all()
        reminding.remind_all()
    assert Notice.objects.filter(user=clerk, topic="access.overdue").count() == 1
    assert Notice.objects.filter(user=celina, topic="access.overdue").count() == 1


def test_clerk_finds_the_reminder_from_the_desk(
    pages: PageClient, filed: AccessApplication, clerk: User
) -> None:
    with clock.frozen(filed.arrived_at + timedelta(days=7)):
        reminding.remind_all()
    pages.sign_in(clerk)
    assert "/konto/powiadomienia/" in pages.client.get(QUEUE).content.decode()
    assert "czeka już 7 dni" in pages.get("/konto/powiadomienia/").content.decode()
    notice = Notice.objects.get(user=clerk)
    assert pages.post(f"/konto/powiadomienia/{notice.public_id}/")["Location"] == desk(filed)


def test_after_an_outage_only_the_last_reminder_is_sent(filed: AccessApplication, clerk: User) -> None:
    with clock.frozen(filed.received_at + timedelta(days=13)):
        reminding.remind_all()
    assert [notice.topic for notice in Notice.objects.filter(user=clerk)] == ["access.day_12"]


def test_overdue_is_said_to_the_applicant(pages: PageClient, filed: AccessApplication, celina: User) -> None:
    with clock.frozen(filed.received_at + timedelta(days=25)):
        page = pages.get("/konto/wniosek/", user=celina).content.decode()
    assert "urząd jest po terminie" in page and "tag-overdue" in page


def test_search_for_a_subject_at_the_desk(pages: PageClient, filed: AccessApplication, clerk: User) -> None:
    make_subject(ANNA)
    pages.sign_in(clerk)
    page = pages.client.get(f"{desk(filed)}?osoba=Wrzos").content.decode()
    assert "Anna Wrzos" in page and "inny PESEL" in page
    assert "Nikogo takiego" in pages.client.get(f"{desk(filed)}?osoba=Xyz").content.decode()
    page = pages.client.get(desk(filed), {"osoba": "\x00Wrzos\x00"}).content.decode()
    assert "Anna Wrzos" in page and "\x00" not in page
