"""The clerk's inbox: what waits, why, and what a clerk does about it."""

import base64
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.urls import reverse

from epuap.inbox import reading, reasons
from epuap.inbox.errors import NoteMissing
from epuap.inbox.models import InboundAttachment, InboundDocument, Mailbox, OutboundLetter
from epuap.inbox.selectors import count_open
from epuap.inbox.services import desk, intake
from epuap.xml import xades
from eurzad.lib import clock, xml
from eurzad.lib.personas import EWA, FILIP
from eurzad.outbox.models import Job
from portal.notices import mailbox
from portal.notices.models import Notice
from portal.people.models import User
from tests.epuap.inbox.test_admin import make_document, make_letter
from tests.epuap.soap.fake_service import (
    Reply,
    Service,
    make_key_pair,
    pull_answer,
    status_answer,
    waiting_answer,
)
from tests.support.pages import PageClient
from tests.support.people import make_clerk

pytestmark = pytest.mark.django_db

STR = "http://crd.gov.pl/xml/schematy/struktura/2009/11/16/"
HOSTILE = (
    f'<w:Pismo xmlns:w="urn:nikt" xmlns:str="{STR}"><w:TrescDokumentu>Dzień dobry &lt;script&gt;alert(1)&lt;/script&gt;'
    '</w:TrescDokumentu><str:Zalacznik kodowanie="base64" nazwaPliku="&quot;&gt;&lt;img src=x&gt;.txt" '
    f'format="text/plain"><str:DaneZalacznika>{base64.b64encode(b"tekst").decode()}</str:DaneZalacznika>'
    "</str:Zalacznik></w:Pismo>"
).encode()


@pytest.fixture
def clerk() -> User:
    user = make_clerk(EWA)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="inbox"))
    return user


def page_of(row: Any) -> str:
    return reverse(f"admin:inbox_{row._meta.model_name}_change", args=[row.pk])


def post(pages: PageClient, row: Any, action: str, **values: str) -> Any:
    url = reverse(f"admin:inbox_{row._meta.model_name}_act", args=[row.pk, action])
    return pages.client.post(url, values, follow=True)


def with_attachment(document: InboundDocument, state: str, **fields: Any) -> InboundAttachment:
    return InboundAttachment.objects.create(
        document=document, position=1, file_id="7", name="plan.pdf", state=state, **fields
    )


def test_page_shows_hostile_text_as_text(pages: PageClient, clerk: User) -> None:
    document = make_document("unclaimed", HOSTILE, sender_name="<b>Nikt</b>")
    pages.sign_in(clerk)
    page = pages.client.get(page_of(document)).content.decode()
    assert "&lt;script&gt;alert(1)" in page and "<script>alert" not in page
    assert "<img src=x" not in page and "<b>Nikt" not in page
    assert base64.b64encode(b"tekst").decode() not in page, "data are no text"
    assert "Tresc Dokumentu" in page and "Nikt w systemie nie obsługuje" in page
    link = reverse("admin:inbox_inbounddocument_enclosed", args=[document.pk, 0])
    assert link in page
    file = pages.client.get(link)
    assert file.content == b"tekst" and file["Content-Type"] == "application/octet-stream"
    assert file["Content-Disposition"].startswith("attachment")
    missing = reverse("admin:inbox_inbounddocument_enclosed", args=[document.pk, 1])
    assert pages.client.get(missing).status_code == 404


@pytest.mark.parametrize("content", [b"%PDF-1.7", b"<!DOCTYPE a><a/>", b"", b"<a>" * 200 + b"</a>" * 200])
def test_page_of_what_is_no_xml(pages: PageClient, clerk: User, content: bytes) -> None:
    document = make_document("quarantined", content)
    pages.sign_in(clerk)
    assert "Pobierz plik" in pages.client.get(page_of(document)).content.decode()


def test_page_says_who_signed(pages: PageClient, clerk: User, settings: Any, tmp_path: Path) -> None:
    pair = make_key_pair("pieczęć")
    for name in ("TPS_SEAL_CERT", "TRUST_LIST", "PERSONAL_TRUST_LIST"):
        setattr(settings, name, tmp_path / "seal.crt")
    (tmp_path / "seal.crt").write_bytes(pair.certificate)
    content = xades.seal(
        xml.parse(b"<w:Pismo xmlns:w='urn:t'>x</w:Pismo>"),
        key_pem=pair.key,
        cert_pem=pair.certificate,
        signed_at=clock.now(),
    )
    pages.sign_in(clerk)
    page = pages.client.get(page_of(make_document("unclaimed", content))).content.decode()
    assert "nie wiadomo, czy ważny" in page and "no_person" in page
    altered = content.replace(b">x<", b">y<")
    page = pages.client.get(page_of(make_document("unclaimed", altered))).content.decode()
    assert "nieważny" in page
    page = pages.client.get(page_of(make_document("unclaimed", b"<a/>"))).content.decode()
    assert "Pismo nie ma podpisu" in page
    settings.TRUST_LIST = tmp_path / "gone"
    settings.DEMO_MODE = False
    assert pages.client.get(page_of(make_document("unclaimed", b"<b/>"))).status_code == 200


def test_long_documents_and_data_are_cut() -> None:
    found = reading.read(b"<a>" + b"<b>x</b>" * 1000 + b"</a>")
    assert len(found.lines) == reading.MAX_LINES and found.is_cut
    (line,) = reading.read(b"<a>" + b"QUJD" * 1000 + b"</a>").lines
    assert line.text == "[… 4000 …]"


def test_lists_are_tabs_in_words(pages: PageClient, clerk: User) -> None:
    waiting = make_document("unclaimed", b"<a/>", sender_name="Czekająca")
    make_document("handled", b"<b/>", sender_name="Przyjęta")
    lost = make_document("handled", b"<c/>", sender_name="Bez załącznika")
    with_attachment(lost, "missing", error_code="file.taken")
    Mailbox.objects.create(box_address="/a/b", waiting=7, counted_at=clock.now())
    pages.sign_in(clerk)
    url = reverse("admin:inbox_inbounddocument_changelist")
    page = pages.client.get(url).content.decode()
    assert "Czekająca" in page and "Bez załącznika" in page and "Przyjęta" not in page
    assert "czeka na pobranie: 7" in page
    page = pages.client.get(f"{url}?tab=handled").content.decode()
    assert "Przyjęta" in page and "Czekająca" not in page
    page = pages.client.get(f"{url}?q=Przyj").content.decode()
    assert "Przyjęta" in page
    assert set(InboundDocument.objects.open()) == {waiting, lost}


def test_closing_needs_a_note_and_keeps_everything(pages: PageClient, clerk: User) -> None:
    document = make_document("unclaimed", HOSTILE)
    pages.sign_in(clerk)
    assert "Napisz, dlaczego" in post(pages, document, "zamknij", note="  ").content.decode()
    assert InboundDocument.objects.open().exists()
    page = post(pages, document, "zamknij", note="Odpisano listem.").content.decode()
    assert "Odpisano listem." in page and EWA.key in page
    document.refresh_from_db()
    assert (document.closed_by, document.closing_note) == (EWA.key, "Odpisano listem.")
    assert document.closed_at is not None and document.state == "unclaimed"
    assert bytes(document.content) == HOSTILE
    assert not InboundDocument.objects.open().exists()
    assert not intake.retry_document(public_id=document.public_id)
    assert "ktoś już się tym zajął" in post(pages, document, "zamknij", note="drugi raz").content.decode()
    document.refresh_from_db()
    assert document.closing_note == "Odpisano listem."
    assert LogEntry.objects.get().get_change_message() == "closed"


def test_retry_from_the_page(pages: PageClient, clerk: User) -> None:
    document = make_document("quarantined")
    pages.sign_in(clerk)
    assert "Zapisano" in post(pages, document, "ponow").content.decode()
    assert Job.objects.filter(name="inbox.handle").exists()


def test_missing_attachments_are_tried_again(pages: PageClient, clerk: User) -> None:
    document = make_document("handled", b"<a/>")
    attachment = with_attachment(document, "failed", error_code="soap.timeout")
    pages.sign_in(clerk)
    page = pages.client.get(page_of(document)).content.decode()
    assert "plan.pdf" in page and reasons.explain("soap.timeout") in page
    post(pages, document, "pobierz-zalaczniki")
    attachment.refresh_from_db()
    assert attachment.state == "waiting" and Job.objects.filter(name="inbox.download").exists()
    assert "ktoś już" in post(pages, document, "pobierz-zalaczniki").content.decode()


def test_stored_attachment_is_offered(pages: PageClient, clerk: User) -> None:
    document = make_document("handled", b"<a/>")
    attachment = with_attachment(document, "stored", content=b"%PDF", sha256="x", stored_at=clock.now())
    pages.sign_in(clerk)
    link = reverse("admin:inbox_inboundattachment_download", args=[attachment.public_id, "content"])
    assert link in pages.client.get(page_of(document)).content.decode()
    assert pages.client.get(link).content == b"%PDF"


@pytest.mark.parametrize(
    ("state", "offered", "missing"),
    [
        ("unknown", ["wyslane", "wyslij", "szukaj", "zamknij"], []),
        ("failed", ["wyslij", "zamknij"], ["wyslane", "szukaj"]),
        ("waiting", [], ["wyslane", "wyslij", "szukaj", "zamknij"]),
    ],
)
def test_page_of_a_letter_offers_what_fits(
    pages: PageClient, clerk: User, state: str, offered: list[str], missing: list[str]
) -> None:
    letter = make_letter(state)
    pages.sign_in(clerk)
    page = pages.client.get(page_of(letter)).content.decode()
    links = {
        action: reverse("admin:inbox_outboundletter_act", args=[letter.pk, action])
        for action in (*offered, *missing)
    }
    assert [action for action in links if f'"{links[action]}"' in page] == offered


@pytest.mark.parametrize(
    ("action", "state"), [("wyslane", "sent_without_receipt"), ("wyslij", "waiting"), ("szukaj", "unknown")]
)
def test_clerk_decides_a_letter(pages: PageClient, clerk: User, action: str, state: str) -> None:
    letter = make_letter("unknown")
    pages.sign_in(clerk)
    post(pages, letter, action)
    letter.refresh_from_db()
    assert letter.state == state and (letter.look_up_at is not None) == (action == "szukaj")


def test_closed_letter_is_not_sent_again(pages: PageClient, clerk: User) -> None:
    letter = make_letter("unknown")
    assert desk.close_letter(public_id=letter.public_id, by="ewa", note="Doręczono osobiście.")
    pages.sign_in(clerk)
    post(pages, letter, "wyslij")
    letter.refresh_from_db()
    assert letter.state == "unknown" and not OutboundLetter.objects.open().exists()
    with pytest.raises(NoteMissing):
        desk.close_letter(public_id=letter.public_id, by="ewa", note="")


@pytest.mark.parametrize("action", ["ponow", "zamknij", "pobierz-zalaczniki"])
def test_reader_and_stranger_act_on_nothing(pages: PageClient, action: str) -> None:
    document = make_document("quarantined")
    url = reverse("admin:inbox_inbounddocument_act", args=[document.pk, action])
    reader = make_clerk(FILIP)
    pages.sign_in(reader)
    assert pages.client.get(page_of(document)).status_code == 403
    assert pages.client.post(url, {"note": "x"}).status_code == 403
    reader.user_permissions.set(
        Permission.objects.filter(content_type__app_label="inbox", codename__startswith="view")
    )
    pages.sign_in(User.objects.get(pk=reader.pk))
    assert url not in pages.client.get(page_of(document)).content.decode()
    assert pages.client.post(url, {"note": "x"}).status_code == 403
    document.refresh_from_db()
    assert document.state == "quarantined" and document.closed_at is None


@pytest.mark.parametrize("method", ["get", "put"])
def test_nothing_happens_without_a_post(pages: PageClient, clerk: User, method: str) -> None:
    document = make_document("quarantined")
    pages.sign_in(clerk)
    url = reverse("admin:inbox_inbounddocument_act", args=[document.pk, "ponow"])
    assert getattr(pages.client, method)(url).status_code == 404
    assert not Job.objects.exists()


# --- who is told


def test_clerks_are_told_once_of_many(clerk: User, run_jobs: Callable[..., int]) -> None:
    make_clerk(FILIP)
    for number in range(3):
        document = make_document("confirmed", f"<a>{number}</a>".encode())
        intake.quarantine(document, code="malformed")
    run_jobs()
    assert not Notice.objects.exists(), "what comes in the next minutes is gathered"
    run_jobs(force=True)
    notice = Notice.objects.get()
    assert notice.user == clerk and "Dokumenty: 3" in notice.text
    assert notice.url == reverse("admin:inbox_inbounddocument_changelist")
    make_letter("failed")
    mailbox.note_attention(next(iter(mailbox.Attention)))
    run_jobs(force=True)
    assert Notice.objects.count() == 2 and "pisma wysyłane: 1" in Notice.objects.latest("pk").text


def test_nobody_is_told_of_what_was_settled_meanwhile(clerk: User, run_jobs: Callable[..., int]) -> None:
    document = make_document("confirmed")
    intake.quarantine(document, code="malformed")
    desk.close_document(public_id=document.public_id, by="ewa", note="x")
    run_jobs(force=True)
    assert not Notice.objects.exists() and count_open().total == 0


def test_unclaimed_document_tells_clerks(epuap: Service, clerk: User, run_jobs: Callable[..., int]) -> None:
    epuap.says(pull_answer(b"<x xmlns='urn:nikt'/>"))
    epuap.says(status_answer("OdpowiedzPullPotwierdz"))
    epuap.says(status_answer("OdpowiedzPullPobierz", code=0))
    intake.poll_mailbox()
    run_jobs(force=True)
    assert "Dokumenty: 1" in Notice.objects.get().text


# --- the mailbox's own state


def test_mailbox_says_how_many_wait_and_since_when_it_fails(
    epuap: Service, pages: PageClient, clerk: User
) -> None:
    epuap.stands["ZapytaniePullOczekujace"] = waiting_answer(12)
    epuap.says(status_answer("OdpowiedzPullPobierz", code=0))
    intake.poll_mailbox()
    box = Mailbox.objects.get()
    assert (box.waiting, box.error_code) == (12, "")
    epuap.replies_with(Reply(status=503, content_type="text/plain"))
    intake.poll_mailbox()
    box.refresh_from_db()
    assert box.error_code == "soap.http_503" and box.failing_since is not None
    first = box.failing_since
    epuap.replies_with(Reply(status=503, content_type="text/plain"))
    intake.poll_mailbox()
    box.refresh_from_db()
    assert box.failing_since == first
    pages.sign_in(clerk)
    url = reverse("admin:inbox_inbounddocument_changelist")
    assert "nie można odczytać od" in pages.client.get(url).content.decode()
    epuap.says(status_answer("OdpowiedzPullPobierz", code=0))
    intake.poll_mailbox()
    box.refresh_from_db()
    assert (box.error_code, box.failing_since) == ("", None)


def test_document_whose_job_was_set_aside_gets_another(epuap: Service) -> None:
    document = make_document("confirmed", b"<a/>")
    InboundDocument.objects.update(received_at=clock.now() - timedelta(minutes=5))
    for _ in range(2):
        epuap.says(status_answer("OdpowiedzPullPobierz", code=0))
        intake.poll_mailbox()
    assert Job.objects.get().arguments == {"document_id": str(document.public_id)}


@pytest.mark.parametrize("code", ["", "malformed", "epuap.-1", "soap.odd", "access.altered", "KeyError"])
def test_every_reason_is_a_sentence(code: str) -> None:
    assert reasons.explain(code).endswith(".") and "%(" not in reasons.explain(code)
