"""Documents from the office's mailbox: what becomes an application, and what is kept aside."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from lxml import etree

from epuap.inbox.models import InboundDocument, OutboundLetter
from epuap.signatures.trust import Trust
from epuap.simulator.wire import application as twin
from epuap.xml.verify import verify_document
from eurzad.lib import clock
from eurzad.lib.personas import CELINA, GRAZYNA
from eurzad.outbox.models import Job
from portal.access.models import AccessApplication, Represented
from portal.access.services import deciding, epuap_door
from portal.channels.models import Channel
from portal.notices.models import Notice
from portal.people.models import Identity, User
from tests.access import papers
from tests.access.conftest import NAMESPACE, form_document, sign_as
from tests.epuap.xml.conftest import Party, make_party
from tests.support.channels import close_channel
from tests.support.pages import PageClient
from tests.support.people import make_resident, make_subject

Deliver = Callable[..., InboundDocument]


def test_opens_an_application_for_the_signer(epuap_filed: AccessApplication) -> None:
    application = epuap_filed
    assert (application.state, application.door) == ("submitted", "epuap")
    assert application.identity.full_name == GRAZYNA.full_name and application.identity.user is None
    assert application.street == GRAZYNA.street and application.reply_box == "/grazynaolcha/domyslna"
    assert application.form_remarks == []


def test_received_when_it_was_sent(deliver: Deliver, tps_seal: Party) -> None:
    now = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
    with clock.frozen(now):
        deliver(
            sign_as(GRAZYNA, form_document(GRAZYNA), tps_seal), sent_at=datetime(2026, 11, 23, 9, tzinfo=UTC)
        )
    application = AccessApplication.objects.get()
    assert application.received_at == datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert application.due_on == date(2026, 12, 7)


def test_bytes_are_kept_unchanged(deliver: Deliver, tps_seal: Party) -> None:
    content = sign_as(GRAZYNA, form_document(GRAZYNA), tps_seal)
    deliver(content)
    assert bytes(AccessApplication.objects.get().signed_document) == content


def test_the_same_document_opens_it_once(deliver: Deliver, epuap_filed: AccessApplication) -> None:
    inbound = InboundDocument.objects.get()
    checked = epuap_door.check_inbound(inbound)
    epuap_door.open_from_epuap(inbound, checked)
    epuap_door.open_from_epuap(inbound, checked)
    assert AccessApplication.objects.count() == 1


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda seal: form_document(GRAZYNA), "access.unsigned"),
        (
            lambda seal: sign_as(GRAZYNA, form_document(GRAZYNA), seal).replace(b"Polna", b"Lesna"),
            "access.altered",
        ),
        (lambda seal: sign_as(GRAZYNA, form_document(GRAZYNA), make_party("obca")), "access.untrusted"),
        (
            lambda seal: sign_as(GRAZYNA, f'<x:Inny xmlns:x="{NAMESPACE}"/>'.encode(), seal),
            "access.other_document",
        ),
    ],
    ids=["unsigned", "altered", "foreign-seal", "other-document"],
)
def test_bad_documents_are_quarantined(
    make: Callable[[Party], bytes], code: str, deliver: Deliver, tps_seal: Party
) -> None:
    content = make(tps_seal)
    inbound = deliver(content)
    assert (inbound.state, inbound.error_code) == ("quarantined", code)
    assert bytes(inbound.content) == content
    assert not AccessApplication.objects.exists() and not Identity.objects.exists()


def test_closed_door_keeps_the_document(deliver: Deliver, tps_seal: Party) -> None:
    close_channel("epuap")
    inbound = deliver(sign_as(GRAZYNA, form_document(GRAZYNA), tps_seal))
    assert (inbound.state, inbound.error_code) == ("quarantined", "access_door_closed")


def test_declared_pesel_of_another_person_is_a_mismatch_not_another_identity(
    deliver: Deliver, tps_seal: Party, ewa: User, pages: PageClient
) -> None:
    deliver(sign_as(GRAZYNA, form_document(GRAZYNA, pesel=CELINA.pesel), tps_seal))
    application = AccessApplication.objects.get()
    assert application.identity.full_name == GRAZYNA.full_name
    pages.sign_in(ewa)
    page = pages.client.get(f"/admin/access/accessapplication/{application.pk}/change/").content.decode()
    assert "nie zgadza się" in page and "Są niezgodności" in page


def test_name_in_capitals_is_spelt_as_declared(deliver: Deliver, tps_seal: Party) -> None:
    loud = replace(GRAZYNA, given_name="GRAŻYNA", family_name="OLCHA")
    deliver(sign_as(loud, form_document(GRAZYNA), tps_seal))
    assert Identity.objects.get().full_name == "Grażyna Olcha"


def test_deviations_of_the_form_are_told_to_the_clerk(
    deliver: Deliver, tps_seal: Party, ewa: User, pages: PageClient
) -> None:
    content = form_document(GRAZYNA).replace(b"2009/11/16", b"2008/05/09").replace(b"Imie>", b"Imiona>")
    deliver(sign_as(GRAZYNA, content, tps_seal))
    pages.sign_in(ewa)
    application = AccessApplication.objects.get()
    page = pages.client.get(f"/admin/access/accessapplication/{application.pk}/change/").content.decode()
    assert "formularz w starszej wersji" in page and "brak pola: Imie" in page


def test_second_application_is_joined_to_the_first(
    deliver: Deliver, tps_seal: Party, epuap_filed: AccessApplication
) -> None:
    deliver(sign_as(GRAZYNA, form_document(GRAZYNA), tps_seal), epuap_id="4712")
    second = AccessApplication.objects.exclude(pk=epuap_filed.pk).get()
    assert (second.state, second.joined_to_id) == ("joined", epuap_filed.pk)


def test_who_applied_twice_reads_the_decision(
    pages: PageClient, deliver: Deliver, tps_seal: Party, epuap_filed: AccessApplication, ewa: User
) -> None:
    deliver(sign_as(GRAZYNA, form_document(GRAZYNA), tps_seal), epuap_id="4712")
    deciding.reject(application_id=epuap_filed.pk, clerk=ewa, reason="Nie zgadza się adres.")
    page = pages.get("/konto/wniosek/", user=make_resident(GRAZYNA, approved=False)).content.decode()
    assert "Wniosek odrzucony" in page and "Nie zgadza się adres." in page


def test_portal_draft_gives_way(pages: PageClient, deliver: Deliver, tps_seal: Party, celina: User) -> None:
    from tests.access.conftest import FORM

    pages.post("/konto/wniosek/formularz/", FORM, user=celina)
    deliver(sign_as(CELINA, form_document(CELINA), tps_seal))
    assert set(AccessApplication.objects.values_list("door", "state")) == {
        ("portal", "withdrawn"),
        ("epuap", "submitted"),
    }
    assert "urzędnik sprawdza" in pages.get("/konto/wniosek/").content.decode()


def test_portal_application_signed_later_is_joined(
    pages: PageClient,
    tps: object,
    deliver: Deliver,
    tps_seal: Party,
    celina: User,
    run_jobs: Callable[..., int],
) -> None:
    from tests.access.conftest import FORM

    pages.post("/konto/wniosek/formularz/", FORM, user=celina)
    pages.post("/konto/wniosek/podpis/")
    run_jobs()
    deliver(sign_as(CELINA, form_document(CELINA), tps_seal))
    pages.get(tps.sign(CELINA).removeprefix("http://127.0.0.1:8000"), status=302)
    run_jobs()
    portal = AccessApplication.objects.get(door="portal")
    assert (portal.state, portal.joined_to.door) == ("joined", "epuap")
    assert portal.receipt is not None
    pages.get(f"/konto/wniosek/{portal.public_id}/")


def test_status_after_first_sign_in(pages: PageClient, epuap_filed: AccessApplication) -> None:
    grazyna = make_resident(GRAZYNA, approved=False)
    page = pages.get("/konto/wniosek/", user=grazyna).content.decode()
    assert epuap_filed.number in page and "koncie ePUAP" in page
    pages.get(f"/konto/wniosek/{epuap_filed.public_id}/upo/", status=404)
    pages.get(f"/konto/wniosek/{epuap_filed.public_id}/dokument/")


def test_decision_is_not_lost_when_the_channel_sends_no_letters(
    epuap_filed: AccessApplication, ewa: User, run_jobs: Callable[..., int]
) -> None:
    Channel.objects.filter(code="epuap").update(sends_letters=False)
    deciding.approve(application_id=epuap_filed.pk, clerk=ewa, subject=make_subject(GRAZYNA))
    run_jobs()
    assert not OutboundLetter.objects.exists()
    job = Job.objects.get(name="access.send_decision")
    assert (job.state, job.error_code) == ("failed", "channel_not_sending")
    assert Notice.objects.filter(user=ewa, topic="access.letter_not_sent").exists()
    assert not epuap_filed.events.filter(kind="letter_sent").exists()
    Channel.objects.filter(code="epuap").update(sends_letters=True)
    epuap_door.send_decision(str(epuap_filed.public_id))
    assert OutboundLetter.objects.count() == 1


def test_decision_goes_back_as_a_sealed_letter_once(
    epuap_filed: AccessApplication,
    ewa: User,
    run_jobs: Callable[..., int],
    office_seal: Party,
    settings: object,
) -> None:
    settings.EPUAP_WS_URL = "http://127.0.0.1:9"
    deciding.approve(application_id=epuap_filed.pk, clerk=ewa, subject=make_subject(GRAZYNA))
    epuap_door.send_decision(str(epuap_filed.public_id))
    epuap_door.send_decision(str(epuap_filed.public_id))
    letter = OutboundLetter.objects.get()
    assert letter.recipient_box == "/grazynaolcha/domyslna"
    report = verify_document(
        bytes(letter.document),
        trust=Trust(seals=(office_seal.certificate,)),
        now=clock.now() + timedelta(seconds=1),
    )
    assert report.code == "no_person" and "document" in report.signatures[0].covered, (
        "sealed by the office, no person's signature"
    )
    assert "Wniosek przyjęto" in "".join(etree.fromstring(bytes(letter.document)).itertext())


def _twin_document(**values: Any) -> bytes:
    """The form as the simulator's own code writes it, which shares nothing with the portal's reader."""
    attachment = twin.Attachment(
        "pelnomocnictwo.pdf", "application/pdf", "base64", b64encode(papers.PDF).decode()
    )
    return twin.build_application(
        twin.Application(
            GRAZYNA.given_name, GRAZYNA.family_name, GRAZYNA.pesel, "", "3", "", "99-901", "Jarzębin", "", "", "",
            **{
                "attachments": (attachment,),
                "represented_name": "Tartak Sosna sp. z o.o.",
                "represented_krs": "0000123456",
                **values,
            },
        ),
        namespace=NAMESPACE, office="Urząd", on=clock.today(),
    )  # fmt: skip


def test_represented_and_files_of_the_other_door(
    deliver: Callable[..., InboundDocument], tps_seal: Party, the_application: Callable[[], AccessApplication]
) -> None:
    deliver(sign_as(GRAZYNA, _twin_document(), tps_seal))
    application = the_application()
    row = application.represented.get()
    assert (row.name, row.scheme, row.number, row.basis) == (
        "Tartak Sosna sp. z o.o.", "krs", "0000123456", "krs",
    )  # fmt: skip
    assert (row.areas, row.rights) == (["taxes", "fees"], ["see"])
    file = row.attachments.get()
    assert (bytes(file.content), file.purpose, file.name) == (papers.PDF, "basis", "pelnomocnictwo.pdf")
    assert application.form_remarks == []


@pytest.mark.parametrize(
    ("old", "new", "remark", "rows", "files"),
    [
        (b">0000123456<", b">12x<", "party_unreadable:1", 0, 1),
        (b'rodzaj="KRS"', b'rodzaj="PESEL"', "party_unreadable:1", 0, 1),
        (b">wpis-KRS<", b">bo tak<", "party_unreadable:1", 0, 1),
        (b">Tartak Sosna sp. z o.o.<", b"><", "party_unreadable:1", 0, 1),
        (b">podatki<", b">wszystko<", "", 1, 1),
        (b"<wda:SkrotSHA256>", b"<wda:SkrotSHA256>0", "file_digest:1", 1, 1),
        (b'reprezentowany="1"', b'reprezentowany="999999999999999"', "", 1, 1),
        (b">JVBERi", b">!!!!", "file_unreadable:1", 1, 0),
        (b">JVBERi", b">AAAAAA", "file_not_taken:1", 1, 0),
    ],
)
def test_odd_documents_are_read_as_far_as_they_go(
    deliver: Callable[..., InboundDocument], tps_seal: Party, the_application: Callable[[], AccessApplication],
    old: bytes, new: bytes, remark: str, rows: int, files: int,
) -> None:  # fmt: skip
    document = _twin_document()
    assert old in document
    inbound = deliver(sign_as(GRAZYNA, document.replace(old, new), tps_seal))
    assert inbound.state == "handled"
    application = the_application()
    assert (application.represented.count(), application.attachments.count()) == (rows, files)
    assert remark in application.form_remarks or not remark


def test_joined_applications_name_each_represented_once(
    deliver: Callable[..., InboundDocument], tps_seal: Party
) -> None:
    deliver(sign_as(GRAZYNA, _twin_document(), tps_seal))
    deliver(sign_as(GRAZYNA, _twin_document(attachments=()), tps_seal), epuap_id="2")
    deliver(sign_as(GRAZYNA, _twin_document(represented_krs="0000654321"), tps_seal), epuap_id="3")
    first = AccessApplication.objects.get(state="submitted")
    assert AccessApplication.objects.filter(state="joined", joined_to=first).count() == 2
    assert [row.number for row in Represented.objects.of_case(first)] == ["0000123456", "0000654321"]
