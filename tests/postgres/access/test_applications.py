"""Twenty clicks, eight workers and two clerks at one application."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from epuap.inbox import services as inbox
from epuap.inbox.models import InboundDocument
from eurzad.lib import clock
from eurzad.lib.personas import CELINA, GRAZYNA
from eurzad.outbox import services as outbox
from eurzad.outbox.models import Job
from portal.access.errors import (
    AccessError,
    AlreadyDecided,
    AnswerBeingChecked,
    CannotWithdraw,
    DecisionIncomplete,
    NotYours,
)
from portal.access.models import AccessApplication, ApplicationEvent, Correction
from portal.access.services import (
    attaching,
    correcting,
    deciding,
    drafting,
    history,
    representing,
    signing,
)
from portal.journal.models import Record
from portal.mandates.models import Mandate
from portal.notices.models import Notice
from portal.people.models import Identity, Subject, User
from portal.people.services import create_subject
from tests.access import papers
from tests.access.conftest import FORM, SigningService, form_document, sign_as
from tests.access.test_deciding import add_row
from tests.epuap.xml.conftest import Party
from tests.postgres.together import all_at_once, outcome_of
from tests.support.pages import PageClient

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

PORTAL = "http://127.0.0.1:8000"
QUEUE = "/admin/access/accessapplication/"
TheApplication = Callable[[], AccessApplication]


def tabs_of(browser: Client, count: int) -> list[Client]:
    """The same session in many tabs."""
    tabs = [Client() for _ in range(count)]
    for tab in tabs:
        tab.cookies = browser.cookies.copy()
    return tabs


def run_all_jobs_at_once() -> None:
    """Eight workers go through what waits, until nothing does."""
    while ids := list(
        Job.objects.filter(state="waiting", run_after__lte=clock.now()).values_list("public_id", flat=True)
    ):
        all_at_once(lambda _, ids=ids: [outbox.run(job_id) for job_id in ids], range(8))


def test_twenty_clicks_at_once_make_one_application(
    pages: PageClient, tps: SigningService, celina: User, the_application: TheApplication
) -> None:
    pages.sign_in(celina)
    tabs = tabs_of(pages.client, 20)
    answers = all_at_once(lambda tab: tab.post("/konto/wniosek/formularz/", FORM).status_code, tabs)
    assert set(answers) == {302}
    answers = all_at_once(lambda tab: tab.post("/konto/wniosek/podpis/").status_code, tabs)
    assert set(answers) == {302}
    run_all_jobs_at_once()
    assert the_application().state == "awaiting_signature" and len(tps.received) == 1

    back = tps.sign(CELINA).removeprefix(PORTAL)
    answers = all_at_once(lambda tab: tab.get(back).status_code, tabs)
    assert set(answers) == {302}
    run_all_jobs_at_once()
    application = the_application()
    assert application.state == "submitted"
    assert application.number == f"EU.{clock.today().year}.000001"
    kinds = Counter(ApplicationEvent.objects.values_list("kind", flat=True))
    assert {
        kinds[kind] for kind in ("created", "signed", "signature_accepted", "received", "receipt_issued")
    } == {1}
    assert Notice.objects.filter(user=celina, topic="access.received").count() == 1


def test_every_step_by_eight_workers_is_one_step(
    pages: PageClient, tps: SigningService, celina: User, the_application: TheApplication
) -> None:
    pages.post("/konto/wniosek/formularz/", FORM, user=celina)
    pages.post("/konto/wniosek/podpis/")
    run_all_jobs_at_once()
    tps.sign(CELINA)
    public_id = str(the_application().public_id)
    for step, event in (
        (signing.fetch_signed, "signed"),
        (signing.check_signature, "signature_accepted"),
        (signing.issue_receipt, "received"),
    ):
        all_at_once(lambda _, step=step: step(public_id), range(8))
        assert ApplicationEvent.objects.filter(kind=event).count() == 1
    kept = bytes(the_application().receipt.content)
    all_at_once(lambda _: signing.issue_receipt(public_id), range(8))
    assert bytes(the_application().receipt.content) == kept
    assert ApplicationEvent.objects.filter(kind="receipt_issued").count() == 1


def test_numbers_are_given_out_once() -> None:
    numbers = all_at_once(lambda _: history.next_number(), range(16))
    assert sorted(numbers) == [f"EU.{clock.today().year}.{number:06d}" for number in range(1, 17)]


def test_two_clerks_decide_at_once(filed: AccessApplication, clerks: tuple[User, User], celina: User) -> None:
    subject = Subject.objects.get(identifiers__scheme="pesel")
    ewa, filip = clerks
    decisions = [
        lambda: deciding.approve(application_id=filed.pk, clerk=ewa, subject=subject),
        lambda: deciding.reject(application_id=filed.pk, clerk=filip, reason="Powód."),
    ]
    try_one = outcome_of(lambda decide: decide(), AlreadyDecided, NotYours)
    assert sorted(all_at_once(try_one, decisions)) == ["", "AlreadyDecided"]
    _assert_decided_once(filed, celina)


def test_two_clerks_press_the_button_twenty_times(
    filed: AccessApplication, clerks: tuple[User, User], celina: User
) -> None:
    subject = Subject.objects.get(identifiers__scheme="pesel")
    choices = [
        {"decision": "approve", "subject": str(subject.public_id)},
        {"decision": "reject", "reason": "X."},
    ]
    desks = []
    for clerk in clerks:
        browser = PageClient(Client())
        browser.sign_in(clerk)
        desks += tabs_of(browser.client, 10)

    def press(number: int) -> int:
        address = f"{QUEUE}{filed.pk}/decyzja/"
        return int(desks[number].post(address, choices[number % 2]).status_code)

    assert sorted(all_at_once(press, range(20))) == [200] * 19 + [302], (
        "one decides, the others get a sentence"
    )
    _assert_decided_once(filed, celina)


def test_two_clerks_of_four_eyes_at_once_make_one_mandate(
    filed: AccessApplication, clerks: tuple[User, User], celina: User, settings: Any
) -> None:
    settings.FOUR_EYES = ("mandates",)
    row = add_row(filed, "0000123456")
    subject = Subject.objects.get(identifiers__scheme="pesel")
    verdict = deciding.Verdict(True, subject, (deciding.RowVerdict(pk=row.pk, is_approved=True),))

    def press(clerk: User) -> bool:
        return deciding.decide(application_id=filed.pk, clerk=clerk, verdict=verdict)

    assert sorted(all_at_once(press, clerks)) == [False, True]
    assert Mandate.objects.count() == 1
    _assert_decided_once(filed, celina)


def _assert_decided_once(filed: AccessApplication, applicant: User) -> None:
    filed.refresh_from_db()
    assert filed.state in ("approved", "rejected")
    assert list(
        ApplicationEvent.objects.filter(kind__in=("approved", "rejected")).values_list("kind", flat=True)
    ) == [filed.state]
    assert Record.objects.filter(action__in=("access.approved", "access.rejected")).count() == 1
    assert Notice.objects.filter(user=applicant, topic="access.decided").count() == 1
    linked = Identity.objects.get(user=applicant).subject_id
    assert linked == (filed.subject_id if filed.state == "approved" else None)


def test_one_subject_is_not_given_to_two_people_at_once(
    filed: AccessApplication,
    deliver: Callable[..., InboundDocument],
    tps_seal: Party,
    clerks: tuple[User, User],
) -> None:
    deliver(sign_as(GRAZYNA, form_document(GRAZYNA), tps_seal))
    other = AccessApplication.objects.exclude(pk=filed.pk).get()
    subject = create_subject(identifiers={}, kind="person", given_name="Ktoś", family_name="Bez Numeru")
    pairs = list(zip((filed, other), clerks, strict=True))
    try_one = outcome_of(
        lambda pair: deciding.approve(application_id=pair[0].pk, clerk=pair[1], subject=subject),
        DecisionIncomplete,
    )
    assert sorted(all_at_once(try_one, pairs)) == ["", "DecisionIncomplete"]
    assert Identity.objects.filter(subject=subject).count() == 1
    assert AccessApplication.objects.filter(state="approved").count() == 1


def test_a_person_unknown_to_the_ledger_is_added_once(
    epuap_filed: AccessApplication, clerks: tuple[User, User]
) -> None:
    try_one = outcome_of(
        lambda clerk: deciding.approve(application_id=epuap_filed.pk, clerk=clerk, subject=None),
        AlreadyDecided,
        NotYours,
    )
    assert all_at_once(try_one, [*clerks] * 4).count("") == 1
    assert Subject.objects.count() == 1


def test_one_document_by_eight_workers_opens_one_application(tps_seal: Party) -> None:
    document = _stored(sign_as(GRAZYNA, form_document(GRAZYNA), tps_seal))
    all_at_once(lambda _: inbox.handle_document(public_id=document.public_id), range(8))
    document.refresh_from_db()
    assert document.state == "handled"
    assert AccessApplication.objects.get().state == "submitted"
    assert ApplicationEvent.objects.filter(kind="received").count() == 1


def test_eight_documents_of_one_person_are_one_case(tps_seal: Party) -> None:
    documents = [
        _stored(sign_as(GRAZYNA, form_document(GRAZYNA), tps_seal), epuap_id=str(number))
        for number in range(8)
    ]
    for document in documents:
        inbox.enqueue_handling(document)
    run_all_jobs_at_once()
    outbox.sweep()
    for _turn in range(5):
        Job.objects.filter(state="waiting", name="inbox.handle").update(run_after=clock.now())
        run_all_jobs_at_once()
    assert set(InboundDocument.objects.values_list("state", flat=True)) == {"handled"}
    assert Counter(AccessApplication.objects.values_list("state", flat=True)) == {"submitted": 1, "joined": 7}
    assert AccessApplication.objects.values("number").distinct().count() == 8
    assert Identity.objects.count() == 1


def _stored(content: bytes, *, epuap_id: str = "1") -> InboundDocument:
    return InboundDocument.objects.create(
        box_address="/jarzebin/SkrytkaESP", sha1=uuid4().hex, sha256=uuid4().hex, epuap_id=epuap_id,
        content=content, sent_at=clock.now(), received_at=clock.now(), reply_address="/grazynaolcha/domyslna",
    )  # fmt: skip


def _asked(filed: AccessApplication, clerk: User) -> None:
    correcting.ask_correction(
        clerk=clerk, application_pk=filed.pk, items=["other"], text="Popraw adres.",
        answer_by=clock.today() + timedelta(days=10),
    )  # fmt: skip


def test_an_answer_begun_in_eight_tabs_is_one_draft(
    filed: AccessApplication, celina: User, clerks: tuple[User, User]
) -> None:
    _asked(filed, clerks[0])
    drafts = all_at_once(
        lambda _: correcting.start_answer(identity=celina.identity, public_id=filed.public_id).pk, range(8)
    )
    assert len(set(drafts)) == 1
    assert AccessApplication.objects.filter(corrects=filed).count() == 1


@pytest.mark.parametrize("turn", range(5))
def test_signing_an_answer_and_withdrawing_the_case_at_once(
    filed: AccessApplication, celina: User, clerks: tuple[User, User], turn: int
) -> None:
    _asked(filed, clerks[0])
    identity = celina.identity
    correcting.start_answer(identity=identity, public_id=filed.public_id)
    steps = [
        lambda: signing.start_signing(identity=identity),
        lambda: correcting.withdraw_filed(identity=identity, public_id=filed.public_id),
        lambda: drafting.correct(identity=identity),
        lambda: drafting.save_draft(
            identity=identity, details=drafting.Details(building=str(turn), postal_code="99-901", city="J")
        ),
    ]
    try_one = outcome_of(lambda step: step(), AccessError)
    assert all_at_once(try_one, steps)[1] == "", "nothing unsigned keeps a case from being taken back"
    filed.refresh_from_db()
    assert filed.is_withdrawn_case
    assert not AccessApplication.objects.filter(state="awaiting_signature", corrects=filed).exists()


def test_an_answer_filed_and_the_case_withdrawn_at_once(
    filed: AccessApplication, celina: User, clerks: tuple[User, User], tps: SigningService
) -> None:
    _asked(filed, clerks[0])
    identity = celina.identity
    answer = correcting.start_answer(identity=identity, public_id=filed.public_id)
    signing.start_signing(identity=identity)
    public_id = str(answer.public_id)
    signing.send_for_signing(public_id)
    tps.sign(CELINA)
    signing.fetch_signed(public_id)
    signing.check_signature(public_id)

    def withdraw(_: int) -> object:
        return correcting.withdraw_filed(identity=identity, public_id=filed.public_id)

    steps = [lambda _: signing.issue_receipt(public_id), withdraw] * 4
    try_one = outcome_of(lambda step: step(0), AnswerBeingChecked, CannotWithdraw)
    assert not all_at_once(try_one, steps).count("AlreadyDecided")
    states = dict(AccessApplication.objects.values_list("pk", "state"))
    assert states == {filed.pk: "corrected", answer.pk: "submitted"}, "what is signed is not lost"
    assert ApplicationEvent.objects.filter(kind__in=("received", "recalled"), application=answer).count() == 1


def test_a_clerk_asks_while_the_applicant_withdraws(
    filed: AccessApplication, celina: User, clerks: tuple[User, User]
) -> None:
    steps = [
        lambda: _asked(filed, clerks[0]),
        lambda: correcting.withdraw_filed(identity=celina.identity, public_id=filed.public_id),
    ]
    assert all_at_once(outcome_of(lambda step: step(), AlreadyDecided), steps)[1] == ""
    filed.refresh_from_db()
    assert filed.is_withdrawn_case
    assert not Correction.objects.filter(state="waiting").exists()


def test_the_same_company_and_file_from_eight_tabs_are_kept_once(celina: User) -> None:
    identity = celina.identity
    drafting.save_draft(identity=identity, details=drafting.Details(building="1", city="Jarzębin"))
    who = representing.Who(
        kind="organisation", scheme="krs", number="0000123456", basis="krs", areas=["taxes"], rights=["see"],
        valid_to=clock.today(), name="Tartak",
    )  # fmt: skip
    rows = all_at_once(lambda _: representing.save_represented(identity=identity, who=who).pk, range(8))
    assert len(set(rows)) == 1
    files = all_at_once(
        lambda _: (
            attaching.add_attachment(identity=identity, purpose="other", name="a.pdf", content=papers.PDF).pk
        ),
        range(8),
    )
    assert len(set(files)) == 1
