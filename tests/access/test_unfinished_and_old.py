"""What nobody signed in time, what is taken up in turns, and what was signed before applications could do more."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.core import mail

from epuap.inbox.models import InboundDocument
from epuap.xml import application as application_xml
from eurzad.lib import clock
from eurzad.lib.personas import BORYS, CELINA, GRAZYNA, HENRYK
from portal.access.models import AccessApplication
from portal.access.selectors import file_links
from portal.access.services import drafting, elsewhere, signing
from portal.notices.models import Notice
from portal.people.models import User
from tests.access.conftest import FORM, NAMESPACE, SigningService, form_document, sign_as
from tests.epuap.xml.conftest import Party
from tests.support.pages import PageClient
from tests.support.people import make_resident

HOME = "/konto/wniosek/"
WEEK = timedelta(days=7, minutes=1)
RunJobs = Callable[..., int]
DETAILS = drafting.Details(building="12", postal_code="99-901", city="Jarzębin")


@pytest.mark.parametrize("online", [True, False])
def test_after_seven_days_the_applicant_is_told_once(
    pages: PageClient, tps: SigningService, run_jobs: RunJobs, celina: User, online: bool
) -> None:
    pages.post(f"{HOME}formularz/", FORM, user=celina)
    pages.post(f"{HOME}podpis/" if online else f"{HOME}podpis/wlasny/")
    run_jobs()
    AccessApplication.objects.update(email_confirmed_at=clock.now())
    number = AccessApplication.objects.get().number
    mail.outbox.clear()
    with clock.frozen(clock.now() + WEEK):
        for _turn in range(2):
            signing.resume_all()
            run_jobs(force=True)
    assert AccessApplication.objects.get().state == "withdrawn"
    notice = Notice.objects.get(user=celina, topic="access.expired")
    assert number in notice.text and "Nie wpłynął do urzędu" in notice.text
    assert [message.to for message in mail.outbox] == [[FORM["email"]]]
    assert number not in mail.outbox[0].subject
    assert pages.get(f"{HOME}formularz/").content.decode().count(FORM["street"]) == 1, "the data is kept"


def test_unfinished_are_taken_up_in_turns(db: None) -> None:
    for persona in (BORYS, CELINA, HENRYK):
        identity = make_resident(persona, approved=False).identity
        drafting.save_draft(identity=identity, details=DETAILS)
        signing.start_signing(identity=identity)
    AccessApplication.objects.update(sent_at=clock.now() - timedelta(minutes=5))
    first, second, third = AccessApplication.objects.order_by("pk")

    def taken_up_at(moment: int) -> set[int]:
        at = clock.now() + timedelta(minutes=moment)
        with clock.frozen(at):
            signing.resume_all(limit=2)
            return set(AccessApplication.objects.filter(resumed_at=at).values_list("pk", flat=True))

    assert taken_up_at(1) == {first.pk, second.pk}
    assert taken_up_at(2) == {third.pk, first.pk}, "who waits for longest comes first"
    assert taken_up_at(3) == {second.pk, first.pk}


@pytest.mark.parametrize(
    ("report", "state", "labels"),
    [
        ({"status": "valid", "packaging": "pdf"}, "submitted", ["Podpisany plik PDF"]),
        (
            {"status": "valid", "packaging": "detached", "signed_form": "pdf"}, "submitted",
            ["Podpisany dokument PDF", "Plik podpisu (XAdES)"],
        ),
        (
            {"status": "valid", "packaging": "detached", "signed_form": "xml"}, "submitted",
            ["Podpisany dokument XML", "Plik podpisu (XAdES)"],
        ),
        ({"status": "valid", "packaging": "enveloped"}, "submitted", ["Wniosek w PDF", "Podpisany plik XML"]),
        ({"status": "valid"}, "submitted", ["Wniosek w PDF", "Podpisany plik XML"]),
        (None, "awaiting_signature", ["Wniosek w PDF", "Plik XML do podpisu"]),
    ],
)  # fmt: skip
def test_files_are_called_what_they_are(report: dict[str, Any] | None, state: str, labels: list[str]) -> None:
    moment = clock.now() if report else None
    application = AccessApplication(state=state, signature_report=report, received_at=moment)
    assert [label for label, _page in file_links(application)] == labels


def test_a_pdf_being_checked_and_a_refused_file_are_named_so(
    pages: PageClient, celina: User, run_jobs: RunJobs
) -> None:
    pages.post(f"{HOME}formularz/", FORM, user=celina)
    pages.post(f"{HOME}podpis/wlasny/")
    application = AccessApplication.objects.get()
    elsewhere.receive(application_id=application.pk, content=elsewhere.pdf_to_sign(application))
    application.refresh_from_db()
    assert [label for label, _page in file_links(application)] == ["Podpisany plik PDF (sprawdzamy podpis)"]
    run_jobs()
    application.refresh_from_db()
    assert application.state == "awaiting_signature"
    application.refusal_code = "altered"
    assert "Plik XML, który do nas wrócił" in [label for label, _page in file_links(application)]


def test_digests_of_what_was_filed_before(
    filed: AccessApplication, deliver: Callable[..., InboundDocument], tps_seal: Party
) -> None:
    deliver(sign_as(GRAZYNA, form_document(GRAZYNA), tps_seal), epuap_id="1")
    deliver(sign_as(HENRYK, form_document(HENRYK), tps_seal), epuap_id="2")
    same, other = AccessApplication.objects.filter(door="epuap").order_by("pk")
    AccessApplication.objects.update(signed_sha256="")
    AccessApplication.objects.filter(pk=same.pk).update(signed_document=filed.signed_bytes)
    migration = import_module("portal.access.migrations.0008_digests_of_signed_bytes")
    for _turn in range(2):
        migration.fill(apps, None)
        digests = dict(AccessApplication.objects.values_list("pk", "signed_sha256"))
        assert digests == {
            filed.pk: hashlib.sha256(filed.signed_bytes).hexdigest(),
            same.pk: "",
            other.pk: hashlib.sha256(other.signed_bytes).hexdigest(),
        }
    deliver(filed.signed_bytes, epuap_id="3")
    assert AccessApplication.objects.count() == 3, "known again after the move"


def test_what_was_signed_before_is_shown_and_sent_on_as_ever(
    pages: PageClient, filed: AccessApplication
) -> None:
    assert b"Reprezentowan" not in filed.signed_bytes and b"Zalacznik" not in filed.signed_bytes
    declared, remarks = application_xml.parse(filed.signed_bytes, namespace=NAMESPACE)
    assert (declared.own_data, declared.represented, declared.attachments, remarks) == (True, (), (), ())
    report = {
        key: value for key, value in filed.signature_report.items() if key not in ("packaging", "signed_form")
    }
    AccessApplication.objects.update(signature_report=report, signed_sha256="", document_fixed_at=None)
    base = f"{HOME}{filed.public_id}/"
    assert "Podpisany plik XML" in pages.get(HOME).content.decode()
    assert pages.get(f"{base}dokument.xml").content == filed.signed_bytes
    for page in ("dokument/", "dokument.pdf", "dowod.pdf", "upo/", "upo.xml"):
        assert pages.get(f"{base}{page}").status_code == 200


def test_an_answer_after_the_last_day_but_before_the_clock_struck_is_an_answer(
    pages: PageClient, filed: AccessApplication, tps: SigningService, run_jobs: RunJobs, ewa: User
) -> None:
    """The last day is over, the hourly job has not run yet: the time given to the applicant ends with that day."""
    from tests.access.test_correcting import ask, sign

    correction = ask(ewa, filed)
    due_on, answer_by = filed.due_on, clock.today() - timedelta(days=2)
    type(correction).objects.update(answer_by=answer_by, asked_at=clock.now() - timedelta(days=9))
    page = pages.get(HOME).content.decode()
    assert "Popraw wniosek" in page
    pages.post(f"{HOME}{filed.public_id}/odpowiedz/")
    sign(pages, tps, run_jobs)
    answer = AccessApplication.objects.get(state="submitted")
    assert answer.corrects_id == filed.pk
    assert 0 <= (answer.due_on - due_on).days - 7 <= 3, "the office waited seven days, not nine"
