"""The application in the portal, from the form to the receipt."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from django.core import mail

from epuap.xml.receipts import verify_receipt
from eurzad.lib import clock
from eurzad.lib.personas import BORYS, CELINA
from eurzad.outbox import registry
from eurzad.outbox.models import Job
from portal.access.models import AccessApplication, ApplicationEvent
from portal.access.services import signing
from portal.notices.models import Notice
from portal.people.models import User
from tests.access.conftest import FORM, SigningService, sign_as
from tests.epuap.xml.conftest import Party, make_party
from tests.support.channels import close_channel
from tests.support.pages import PageClient

TheApplication = Callable[[], AccessApplication]
PORTAL = "http://127.0.0.1:8000"


def to_signing(pages: PageClient, user: User, run_jobs: Callable[..., int]) -> None:
    pages.post("/konto/wniosek/formularz/", FORM, user=user)
    pages.get("/konto/wniosek/podglad/")
    pages.post("/konto/wniosek/podpis/")
    run_jobs()


def test_intro_names_every_open_door(pages: PageClient, celina: User) -> None:
    page = pages.get("/konto/wniosek/", user=celina).content.decode()
    assert "Wypełnij wniosek" in page and "ePUAP" in page
    close_channel("portal")
    page = pages.get("/konto/wniosek/").content.decode()
    assert "Wypełnij wniosek" not in page and "ePUAP" in page


def test_from_form_to_receipt(
    pages: PageClient, tps: SigningService, run_jobs: Callable[..., int], celina: User,
    the_application: TheApplication, office_seal: Party,
) -> None:  # fmt: skip
    pages.post("/konto/wniosek/formularz/", FORM, user=celina)
    assert "Ogrodowa 12" in pages.get("/konto/wniosek/podglad/").content.decode()
    pages.post("/konto/wniosek/podpis/")
    waiting = pages.get("/konto/wniosek/")
    assert waiting["Refresh"] == "3" and "przygotowuje dokument" in waiting.content.decode()
    run_jobs()
    ready = pages.get("/konto/wniosek/")
    assert ready["Refresh"].endswith("/konto/wniosek/podpis/")
    assert pages.get("/konto/wniosek/podpis/", status=302)["Location"] == the_application().signing_url
    assert "Refresh" not in pages.get("/konto/wniosek/")

    back = tps.sign(CELINA)
    assert back.startswith(PORTAL)
    pages.get(back.removeprefix(PORTAL), status=302)
    assert the_application().state == "awaiting_signature", "the return settles nothing"
    run_jobs()

    application = the_application()
    assert application.state == "submitted"
    assert bytes(application.signed_document) == tps.signed[application.signing_url]
    assert application.number == f"EU.{clock.today().year}.000001"
    receipt = verify_receipt(
        bytes(application.receipt.content),
        certificates=[office_seal.certificate],
        document=bytes(application.signed_document),
    )
    assert receipt.document_id == application.number
    assert abs(receipt.delivered_at - application.received_at) < timedelta(milliseconds=1)
    page = pages.get("/konto/wniosek/").content.decode()
    assert "urzędnik sprawdza wniosek" in page and 'aria-current="step"' in page
    assert Notice.objects.filter(user=celina, topic="access.received").count() == 1


def test_documents_as_page_xml_and_pdf(pages: PageClient, filed: AccessApplication) -> None:
    base = f"/konto/wniosek/{filed.public_id}"
    assert CELINA.pesel not in pages.get(f"{base}/dokument/").content.decode()
    assert pages.get(f"{base}/dokument.xml").content == bytes(filed.signed_document)
    assert pages.get(f"{base}/dokument.pdf").content.startswith(b"%PDF")
    assert pages.get("/konto/wniosek/upo/", status=302)["Location"] == f"{base}/upo/"
    assert filed.receipt.identifier in pages.get(f"{base}/upo/").content.decode()
    assert pages.get(f"{base}/upo.xml").content == bytes(filed.receipt.content)
    assert pages.get(f"{base}/upo.pdf").content.startswith(b"%PDF")


def test_pesel_is_nowhere_in_the_clear_but_in_documents(filed: AccessApplication) -> None:
    row = AccessApplication.objects.values().get()
    readable = {name: value for name, value in row.items() if name not in ("document", "signed_document")}
    assert CELINA.pesel not in repr(readable)
    assert CELINA.pesel not in repr(list(Job.objects.values())) + repr(list(Notice.objects.values()))


def test_twenty_clicks_make_one_application(
    pages: PageClient,
    tps: SigningService,
    run_jobs: Callable[..., int],
    celina: User,
    the_application: TheApplication,
) -> None:
    for _click in range(20):
        pages.post("/konto/wniosek/formularz/", FORM, user=celina)
    for _click in range(20):
        pages.post("/konto/wniosek/podpis/")
    run_jobs()
    assert the_application().state == "awaiting_signature"
    assert len(tps.received) == 1
    back = tps.sign(CELINA).removeprefix(PORTAL)
    for _click in range(20):
        pages.get(back, status=302)
    run_jobs()
    assert the_application().state == "submitted"
    assert ApplicationEvent.objects.filter(kind="received").count() == 1


def test_every_step_may_run_twice(
    pages: PageClient,
    tps: SigningService,
    run_jobs: Callable[..., int],
    celina: User,
    the_application: TheApplication,
) -> None:
    to_signing(pages, celina, run_jobs)
    public_id = str(the_application().public_id)
    url = the_application().signing_url
    signing.send_for_signing(public_id)
    assert the_application().signing_url == url and len(tps.received) == 1
    tps.sign(CELINA)
    for step in (signing.fetch_signed, signing.check_signature, signing.issue_receipt):
        step(public_id)
        before = AccessApplication.objects.values().get()
        step(public_id)
        assert AccessApplication.objects.values().get() == before
    assert the_application().state == "submitted"


def test_a_lost_job_is_taken_up_again(
    pages: PageClient,
    tps: SigningService,
    run_jobs: Callable[..., int],
    celina: User,
    the_application: TheApplication,
) -> None:
    """Killed between any two steps: no job is left, only the row."""
    pages.post("/konto/wniosek/formularz/", FORM, user=celina)
    pages.post("/konto/wniosek/podpis/")
    seen = set()
    for _round in range(6):
        Job.objects.all().delete()
        AccessApplication.objects.update(sent_at=clock.now() - timedelta(minutes=2))
        signing.resume_all()
        job = Job.objects.filter(state=Job.State.WAITING).first()
        if job is None:
            break
        seen.add(job.name)
        if tps.received:
            tps.sign(CELINA)
        registry.get(job.name)(**job.arguments)
    assert the_application().state == "submitted"
    assert seen == {
        "access.send_for_signing", "access.fetch_signed", "access.check_signature", "access.issue_receipt",
    }  # fmt: skip
    assert len(tps.received) == 1


def test_signing_service_down_loses_nothing(
    pages: PageClient,
    tps: SigningService,
    run_jobs: Callable[..., int],
    celina: User,
    the_application: TheApplication,
) -> None:
    tps.is_down = True
    to_signing(pages, celina, run_jobs)
    assert the_application().signing_url == ""
    with clock.frozen(clock.now() + timedelta(minutes=3)):
        assert "chwilowo nie odpowiada" in pages.get("/konto/wniosek/", user=celina).content.decode()
    tps.is_down = False
    Job.objects.filter(state=Job.State.WAITING).update(run_after=clock.now())
    run_jobs()
    assert the_application().signing_url


def test_not_signed_is_asked_again_and_given_up_after_a_week(
    pages: PageClient,
    tps: SigningService,
    run_jobs: Callable[..., int],
    celina: User,
    the_application: TheApplication,
) -> None:
    to_signing(pages, celina, run_jobs)
    with clock.frozen(clock.now() + timedelta(minutes=2)):
        run_jobs()
        assert the_application().state == "awaiting_signature" and tps.questions == 1
    with clock.frozen(clock.now() + timedelta(days=8)):
        run_jobs()
        assert the_application().state == "withdrawn"
        assert "Wypełnij wniosek" in pages.get("/konto/wniosek/", user=celina).content.decode()


def refused(
    pages: PageClient, run_jobs: Callable[..., int], back: str, the_application: TheApplication
) -> AccessApplication:
    pages.get(back.removeprefix(PORTAL), status=302)
    run_jobs()
    application = the_application()
    assert application.state == "signature_refused" and application.receipt is None
    page = pages.get("/konto/wniosek/").content.decode()
    assert application.number in page and "jeszcze raz" in page
    return application


def test_unsigned_document_is_refused(
    pages: PageClient,
    tps: SigningService,
    run_jobs: Callable[..., int],
    celina: User,
    the_application: TheApplication,
) -> None:
    to_signing(pages, celina, run_jobs)
    back = tps.gives_back(next(iter(tps.received.values())))
    assert refused(pages, run_jobs, back, the_application).refusal_code == "ours_unsigned"
    pages.get("/konto/wniosek/formularz/")
    pages.post("/konto/wniosek/formularz/", FORM)
    assert AccessApplication.objects.count() == 2


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda document, seal: sign_as(CELINA, document, seal).replace(b"Ogrodowa", b"Rynkowa_"), "altered"),
        (
            lambda document, seal: sign_as(CELINA, document.replace(b"Ogrodowa", b"Rynkowa_"), seal),
            "other_document",
        ),
        (lambda document, seal: sign_as(BORYS, document, seal), "other_signer"),
        (lambda document, seal: sign_as(CELINA, document, make_party("obca pieczęć")), "untrusted"),
        (lambda document, seal: b"to nie jest XML", "unreadable"),
        (lambda document, seal: b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "unreadable"),
    ],
    ids=[
        "changed-after-signing",
        "changed-before-signing",
        "other-person",
        "foreign-seal",
        "not-xml",
        "doctype",
    ],
)
def test_bad_document_is_refused(
    make: Callable[[bytes, Party], bytes], code: str, pages: PageClient, tps: SigningService,
    run_jobs: Callable[..., int], celina: User, the_application: TheApplication,
) -> None:  # fmt: skip
    to_signing(pages, celina, run_jobs)
    returned = make(next(iter(tps.received.values())), tps.seal)
    application = refused(pages, run_jobs, tps.gives_back(returned), the_application)
    assert application.refusal_code == code
    assert bytes(application.signed_document) == returned, "what came back is kept as it was"
    assert not Job.objects.filter(state=Job.State.FAILED).exists()


def test_return_with_a_strangers_token_is_404(
    pages: PageClient,
    tps: SigningService,
    run_jobs: Callable[..., int],
    celina: User,
    borys: User,
    client: Any,
) -> None:
    to_signing(pages, celina, run_jobs)
    back = next(iter(tps.returns.values())).removeprefix(PORTAL)
    pages.get(back, user=borys, status=404)
    pages.get("/konto/wniosek/powrot/zmyslony/", user=celina, status=404)
    assert client.get(back).status_code == 302, "anonymous: sign in first"


def test_breaking_off_at_the_signing_page(
    pages: PageClient,
    tps: SigningService,
    run_jobs: Callable[..., int],
    celina: User,
    the_application: TheApplication,
) -> None:
    to_signing(pages, celina, run_jobs)
    back = next(iter(tps.returns.values())).removeprefix(PORTAL)
    broken_off = pages.get("/konto/wniosek/podpis/", status=302)["Location"]
    pages.get(f"{back}przerwano/", status=302)
    assert "Nie podpisano wniosku" in pages.get("/konto/wniosek/").content.decode()
    run_jobs()
    answer = pages.get("/konto/wniosek/")
    assert "Przejdź na stronę podpisu" in answer.content.decode()
    assert "Refresh" not in answer, "who broke off is not sent there again unasked"
    assert pages.get("/konto/wniosek/podpis/", status=302)["Location"] != broken_off
    pages.get(f"{back}przerwano/", status=404)
    pages.post("/konto/wniosek/rezygnacja/")
    assert the_application().state == "withdrawn"


def test_strangers_get_404_and_anonymous_sign_in(
    pages: PageClient, filed: AccessApplication, borys: User, ewa: User, client: Any
) -> None:
    paths = ["", "dokument/", "dokument.xml", "dokument.pdf", "upo/", "upo.xml", "upo.pdf"]
    for path in paths:
        url = f"/konto/wniosek/{filed.public_id}/{path}"
        assert client.get(url)["Location"].startswith("/logowanie/")
        pages.get(url, user=borys, status=404)
        pages.get(url, user=ewa, status=404)


def test_form_errors_are_linked(pages: PageClient, celina: User) -> None:
    answer = pages.post("/konto/wniosek/formularz/", {**FORM, "postal_code": "123"}, user=celina, status=200)
    assert "error-summary" in answer.content.decode()
    assert not AccessApplication.objects.exists()


def test_filed_application_closes_the_form(pages: PageClient, filed: AccessApplication) -> None:
    assert pages.get("/konto/wniosek/formularz/", status=302)["Location"] == "/konto/wniosek/"
    pages.post("/konto/wniosek/formularz/", FORM)
    assert AccessApplication.objects.count() == 1


def test_closed_door_takes_no_application(pages: PageClient, celina: User) -> None:
    close_channel("portal")
    pages.post("/konto/wniosek/formularz/", FORM, user=celina)
    assert not AccessApplication.objects.exists()


def confirmation_link() -> str:
    body = mail.outbox[-1].body
    return next(word for word in body.split() if word.startswith(PORTAL)).removeprefix(PORTAL)


def test_only_a_confirmed_address_gets_mail(
    pages: PageClient,
    tps: SigningService,
    run_jobs: Callable[..., int],
    celina: User,
    the_application: TheApplication,
) -> None:
    to_signing(pages, celina, run_jobs)
    link = confirmation_link()
    assert "celina" not in link
    mail.outbox.clear()
    pages.get(tps.sign(CELINA).removeprefix(PORTAL), status=302)
    run_jobs()
    assert the_application().state == "submitted" and not mail.outbox
    pages.client.logout()
    pages.get(link)
    assert the_application().email_confirmed_at is None, "opening the link is not confirming"
    pages.post(link, status=200)
    assert the_application().email_confirmed_at is not None
    pages.get(link)


def test_replaced_address_is_not_confirmed_by_the_old_link(
    pages: PageClient, run_jobs: Callable[..., int], celina: User, the_application: TheApplication
) -> None:
    pages.post("/konto/wniosek/formularz/", FORM, user=celina)
    run_jobs()
    link = confirmation_link()
    pages.post("/konto/wniosek/formularz/", {**FORM, "email": "inny@example.test"})
    pages.get(link, status=410)
    pages.post(link, status=410)
    pages.get("/konto/wniosek/e-mail/zmyslony/", status=410)
    assert the_application().email_confirmed_at is None


def test_at_most_five_confirmation_mails(
    pages: PageClient, run_jobs: Callable[..., int], celina: User
) -> None:
    for number in range(8):
        pages.post("/konto/wniosek/formularz/", {**FORM, "email": f"a{number}@example.test"}, user=celina)
        run_jobs()
    assert len(mail.outbox) == 5


def test_receipt_is_pinned_to_these_bytes(filed: AccessApplication, office_seal: Party) -> None:
    from epuap.xml.receipts import ReceiptRefused

    certificates: list[x509.Certificate] = [office_seal.certificate]
    with pytest.raises(ReceiptRefused):
        verify_receipt(
            bytes(filed.receipt.content), certificates=certificates, document=bytes(filed.document)
        )
