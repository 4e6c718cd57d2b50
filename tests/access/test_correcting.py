"""A clerk asks for a correction; it is answered, late, never, twice; a filed application is taken back."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from epuap.inbox.models import InboundDocument
from eurzad.lib import clock, dates
from eurzad.lib.personas import CELINA
from portal.access import rules
from portal.access.errors import AlreadyDecided, CorrectionIncomplete, NotYours
from portal.access.models import AccessApplication, ApplicationEvent, Correction
from portal.access.services import correcting, deciding, signing
from portal.journal.models import Record
from portal.notices.models import Notice
from portal.people.models import User
from tests.access import papers
from tests.access.conftest import FORM, SigningService, form_document, sign_as
from tests.epuap.xml.conftest import Party
from tests.support.pages import PageClient

HOME = "/konto/wniosek/"
PORTAL = "http://127.0.0.1:8000"
RunJobs = Callable[..., int]


def ask(clerk: User, application: AccessApplication, *, days: int = 10, **values: Any) -> Correction:
    return correcting.ask_correction(
        clerk=clerk,
        application_pk=application.pk,
        **{
            "items": ["basis", "other"],
            "text": "Dołącz pełnomocnictwo.",
            "answer_by": clock.today() + timedelta(days=days),
            **values,
        },
    )


def sign(pages: PageClient, tps: SigningService, run_jobs: RunJobs) -> None:
    pages.post(f"{HOME}podpis/")
    run_jobs()
    pages.get(tps.sign(CELINA).removeprefix(PORTAL), status=302)
    run_jobs()


def test_asked_answered_and_the_case_goes_on(
    pages: PageClient, filed: AccessApplication, tps: SigningService, run_jobs: RunJobs, ewa: User
) -> None:
    due_on = filed.due_on
    correction = ask(ewa, filed)
    assert correction.items == ["basis", "other"]
    page = pages.get(HOME).content.decode()
    assert "Urzędnik prosi o poprawienie wniosku" in page and "Dołącz pełnomocnictwo." in page
    assert 'aria-current="step"' in page and "Popraw wniosek" in page
    answer = f"{HOME}{filed.public_id}/odpowiedz/"
    for _click in range(3):
        assert pages.post(answer)["Location"] == f"{HOME}lista/"
    draft = AccessApplication.objects.get(state="draft")
    assert (draft.corrects_id, draft.street, draft.own_data) == (filed.pk, FORM["street"], True)
    pages.post(f"{HOME}formularz/", {**FORM, "street": "Rynkowa"})
    pages.post(f"{HOME}zalaczniki/", {"file": SimpleUploadedFile("a.pdf", papers.PDF)})
    assert "Dołącz pełnomocnictwo." in pages.get(f"{HOME}lista/").content.decode()
    sign(pages, tps, run_jobs)

    filed.refresh_from_db()
    new = AccessApplication.objects.get(state="submitted")
    assert (filed.state, filed.taken_over_by_id) == ("corrected", new.pk)
    assert (new.number, new.street) == (f"{filed.number}-2", "Rynkowa")
    assert (new.assigned_to_id, new.due_on) == (ewa.pk, dates.next_working_day(due_on))
    assert new.receipt_id and new.receipt_id != filed.receipt_id, "its own UPP"
    correction.refresh_from_db()
    assert correction.state == "answered" and correction.answered_at
    old = pages.get(f"{HOME}{filed.public_id}/").content.decode()
    assert new.number in old and "zastąpił poprawiony wniosek" in old
    assert f"To jest poprawiony wniosek {filed.number}" in pages.get(HOME).content.decode()
    actions = list(Record.objects.values_list("action", flat=True))
    assert {"access.correction_asked", "access.corrected"} <= set(actions)
    assert Notice.objects.filter(user=ewa, topic="access.corrected").count() == 1
    pages.post(answer)
    assert not AccessApplication.objects.filter(state="draft").exists(), "answered twice"

    ask(ewa, new)
    pages.post(f"{HOME}{new.public_id}/odpowiedz/")
    sign(pages, tps, run_jobs)
    last = AccessApplication.objects.get(state="submitted")
    assert last.number == f"{filed.number}-3"
    pages.post(f"{HOME}{last.public_id}/wycofanie/", {})
    page = pages.get(HOME).content.decode()
    assert "Wypełnij wniosek" in page, "what was replaced before says nothing of now"
    assert all(number in page for number in (filed.number, new.number, last.number))


@pytest.mark.parametrize(
    "change",
    [{"text": " "}, {"text": "x" * 2001}, {"items": []}, {"items": ["gold"]}, {"days": 6}, {"days": 91}],
)
def test_a_request_that_is_not_whole_changes_nothing(
    filed: AccessApplication, ewa: User, change: dict[str, Any]
) -> None:
    with pytest.raises(CorrectionIncomplete):
        ask(ewa, filed, **change)
    filed.refresh_from_db()
    assert filed.state == "submitted" and not Correction.objects.exists()


def test_another_clerks_case_and_a_second_request(filed: AccessApplication, ewa: User, filip: User) -> None:
    deciding.claim(application_id=filed.pk, clerk=filip)
    with pytest.raises(NotYours):
        ask(ewa, filed)
    ask(filip, filed)
    with pytest.raises(AlreadyDecided):
        ask(filip, filed)


def test_no_answer_gives_the_case_back_and_a_late_one_is_taken(
    pages: PageClient,
    filed: AccessApplication,
    tps: SigningService,
    run_jobs: RunJobs,
    ewa: User,
    celina: User,
) -> None:
    due_on = filed.due_on
    correction = ask(ewa, filed)
    asked_on = clock.to_warsaw(correction.asked_at).date()
    Correction.objects.update(answer_by=clock.today() + timedelta(days=1))
    assert (correcting.follow_up(), correcting.follow_up()) == (1, 0)
    assert Notice.objects.filter(user=celina, topic="access.correction_reminder").count() == 1
    past = clock.today() - timedelta(days=1)
    Correction.objects.update(answer_by=past, asked_at=correction.asked_at - timedelta(days=9))
    assert (correcting.follow_up(), correcting.follow_up()) == (1, 0)
    filed.refresh_from_db()
    assert filed.state == "submitted"
    assert filed.due_on == rules.deadline_after_pause(due_on, asked_on - timedelta(days=9), past)
    assert Notice.objects.filter(user=ewa, topic="access.no_answer").count() == 1
    page = pages.get(HOME).content.decode()
    assert "Minął termin na poprawienie" in page and "Popraw wniosek" in page
    pages.post(f"{HOME}{filed.public_id}/odpowiedz/")
    moved = filed.due_on
    sign(pages, tps, run_jobs)
    filed.refresh_from_db()
    assert (filed.state, filed.taken_over_by.due_on) == ("corrected", moved)


def test_a_draft_answer_outlives_the_decision_as_a_new_application(
    pages: PageClient, filed: AccessApplication, tps: SigningService, run_jobs: RunJobs, ewa: User
) -> None:
    ask(ewa, filed)
    pages.post(f"{HOME}{filed.public_id}/odpowiedz/")
    AccessApplication.objects.filter(pk=filed.pk).update(
        state="rejected", decision_reason="Brak.", decided_by=ewa, decided_at=clock.now()
    )
    sign(pages, tps, run_jobs)
    new = AccessApplication.objects.get(state="submitted")
    filed.refresh_from_db()
    assert (filed.state, filed.taken_over_by_id, new.corrects_id) == ("rejected", None, filed.pk)
    assert new.due_on == rules.deadline(new.received_at, 14)
    assert correcting.follow_up() == 0 and Correction.objects.get().state == "closed"


def test_withdrawn_while_the_correction_waits(
    pages: PageClient, filed: AccessApplication, tps: SigningService, run_jobs: RunJobs, ewa: User
) -> None:
    ask(ewa, filed)
    pages.post(f"{HOME}{filed.public_id}/odpowiedz/")
    pages.post(f"{HOME}podpis/")
    run_jobs()
    tps.sign(CELINA)
    assert "Wycofać wniosek" in pages.get(f"{HOME}{filed.public_id}/wycofanie/").content.decode()
    pages.post(f"{HOME}{filed.public_id}/wycofanie/", {"reason": "Pomyłka."})
    run_jobs(force=True)
    assert set(AccessApplication.objects.values_list("state", flat=True)) == {"withdrawn"}
    filed.refresh_from_db()
    assert filed.is_withdrawn_case and filed.withdrawal_reason == "Pomyłka."
    assert filed in AccessApplication.objects.filed()
    assert Correction.objects.get().state == "closed"
    assert Notice.objects.filter(user=ewa, topic="access.withdrawn").count() == 1
    assert Record.objects.filter(action="access.withdrawn", reference=filed.number).count() == 1
    page = pages.get(f"{HOME}{filed.public_id}/").content.decode()
    assert "Wycofano wniosek" in page and "Popraw wniosek" not in page
    assert filed.number in pages.get(HOME).content.decode(), "the history stays in sight"
    pages.post(f"{HOME}{filed.public_id}/wycofanie/", {"reason": "Jeszcze raz."})
    assert ApplicationEvent.objects.filter(kind="recalled").count() == 1
    pages.post(f"{HOME}formularz/", FORM)
    assert AccessApplication.objects.filter(state="draft").exists(), "a new one may be begun"


def test_a_signed_answer_that_is_being_checked_is_not_withdrawn(
    pages: PageClient, filed: AccessApplication, tps: SigningService, run_jobs: RunJobs, ewa: User
) -> None:
    ask(ewa, filed)
    pages.post(f"{HOME}{filed.public_id}/odpowiedz/")
    pages.post(f"{HOME}podpis/")
    run_jobs()
    tps.sign(CELINA)
    answer = AccessApplication.objects.get(corrects=filed)
    signing.fetch_signed(str(answer.public_id))
    pages.post(f"{HOME}{filed.public_id}/wycofanie/", {})
    filed.refresh_from_db()
    assert filed.state == "needs_correction"


def test_strangers_can_neither_answer_nor_withdraw(
    filed: AccessApplication, ewa: User, anna: User, client: Any
) -> None:
    ask(ewa, filed)
    client.force_login(anna)
    for page in ("odpowiedz", "wycofanie"):
        assert client.post(f"{HOME}{filed.public_id}/{page}/").status_code == 404
    for page in ("dowod.pdf", "decyzja.pdf"):
        assert client.get(f"{HOME}{filed.public_id}/{page}").status_code == 404
    filed.refresh_from_db()
    assert filed.state == "needs_correction"


def test_a_decided_application_is_not_withdrawn(
    pages: PageClient, filed: AccessApplication, ewa: User
) -> None:
    deciding.reject(application_id=filed.pk, clerk=ewa, reason="Powód.")
    pages.post(f"{HOME}{filed.public_id}/wycofanie/", {})
    filed.refresh_from_db()
    assert filed.state == "rejected"


def test_an_answer_through_epuap_takes_the_case_over(
    filed: AccessApplication, ewa: User, deliver: Callable[..., InboundDocument], tps_seal: Party
) -> None:
    ask(ewa, filed)
    signed = sign_as(CELINA, form_document(CELINA), tps_seal)
    deliver(signed)
    filed.refresh_from_db()
    new = AccessApplication.objects.get(state="submitted")
    assert (filed.state, filed.taken_over_by_id, new.door) == ("corrected", new.pk, "epuap")
    assert new.assigned_to_id == ewa.pk and new.corrects_id == filed.pk
    deliver(signed, epuap_id="4712")
    assert AccessApplication.objects.count() == 2, "the same bytes again open nothing"
    assert ApplicationEvent.objects.filter(application=new, kind="same_again").count() == 1


def test_bytes_filed_in_the_portal_open_nothing_on_epuap(
    filed: AccessApplication, deliver: Callable[..., InboundDocument]
) -> None:
    deliver(filed.signed_bytes)
    assert AccessApplication.objects.count() == 1
    assert ApplicationEvent.objects.filter(kind="same_again").count() == 1


@pytest.mark.parametrize(
    ("due_on", "asked_on", "until", "moved"),
    [
        (date(2026, 12, 7), date(2026, 11, 25), date(2026, 11, 25), date(2026, 12, 7)),
        (date(2026, 12, 7), date(2026, 11, 25), date(2026, 11, 26), date(2026, 12, 8)),
        (date(2026, 12, 7), date(2026, 11, 25), date(2026, 11, 30), date(2026, 12, 14)),
        (date(2026, 12, 7), date(2026, 11, 25), date(2026, 11, 20), date(2026, 12, 7)),
        (date(2026, 12, 23), date(2026, 12, 1), date(2026, 12, 2), date(2026, 12, 28)),
    ],
)
def test_the_offices_time_stands_still(due_on: date, asked_on: date, until: date, moved: date) -> None:
    assert rules.deadline_after_pause(due_on, asked_on, until) == moved


@pytest.mark.parametrize("postal_code", ["", "SW1A 1AA"])
def test_an_answer_with_an_address_that_the_document_cannot_say_is_completed_first(
    pages: PageClient, filed: AccessApplication, ewa: User, postal_code: str
) -> None:
    """As an application from ePUAP may have it: what comes in is only remarked upon."""
    AccessApplication.objects.update(postal_code=postal_code)
    ask(ewa, filed)
    pages.post(f"{HOME}{filed.public_id}/odpowiedz/")
    page = pages.get(f"{HOME}lista/").content.decode()
    assert "Uzupełnij swój adres" in page and "do uzupełnienia" in page
    pages.post(f"{HOME}podpis/")
    pages.post(f"{HOME}podpis/wlasny/")
    draft = AccessApplication.objects.get(corrects=filed)
    assert draft.state == "draft"
    pages.post(f"{HOME}formularz/", FORM)
    pages.post(f"{HOME}podpis/wlasny/")
    draft.refresh_from_db()
    assert draft.state == "awaiting_signature"
