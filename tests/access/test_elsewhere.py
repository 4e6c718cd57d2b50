"""Signing with a program of one's own: the document taken away, the signed file brought back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse

from epuap.xml.receipts import verify_receipt
from eurzad.lib import clock
from eurzad.lib.personas import BORYS, CELINA
from eurzad.outbox.models import Job
from portal.access.models import AccessApplication, ApplicationEvent, Upload
from portal.access.services import elsewhere, signing
from portal.notices.models import Notice
from portal.people.models import User
from tests.access.conftest import FORM, SigningService, sign_as
from tests.epuap.xml.conftest import Party, make_party
from tests.support.pages import PageClient

HOME = "/konto/wniosek/"
PORTAL = "http://127.0.0.1:8000"
RunJobs = Callable[..., int]
TheApplication = Callable[[], AccessApplication]


class Desk:
    """What the applicant does in a browser."""

    def __init__(self, pages: PageClient, user: User, run_jobs: RunJobs) -> None:
        self.pages, self.user, self.run_jobs = pages, user, run_jobs
        pages.post(f"{HOME}formularz/", FORM, user=user)

    def choose(self) -> str:
        """Choose one's own program on the preview; return the address of the page with the three steps."""
        assert "podpis/wlasny/" in self.pages.get(f"{HOME}podglad/").content.decode()
        address: str = self.pages.post(f"{HOME}podpis/wlasny/")["Location"]
        return address

    def document(self, kind: str = "xml") -> bytes:
        content: bytes = self.pages.get(f"{self.base}do-podpisu.{kind}").content
        return content

    @property
    def base(self) -> str:
        return f"{HOME}{AccessApplication.objects.latest('pk').public_id}/"

    def upload(self, *contents: bytes, status: int = 302, name: str = "../../etc/passwd") -> HttpResponse:
        files = [SimpleUploadedFile(name, content) for content in contents]
        answer: HttpResponse = self.pages.post(f"{self.base}wlasny-podpis/", {"file": files}, status=status)
        return answer

    def upload_and_wait(self, content: bytes) -> str:
        """Upload, let the jobs run, and return the status page."""
        self.upload(content)
        self.run_jobs()
        return self.home()

    def home(self) -> str:
        page: str = self.pages.get(HOME).content.decode()
        return page


@pytest.fixture
def desk(pages: PageClient, celina: User, run_jobs: RunJobs) -> Desk:
    """Celina with a filled-in draft."""
    return Desk(pages, celina, run_jobs)


def test_from_download_to_receipt(
    desk: Desk, tps_seal: Party, office_seal: Party, the_application: TheApplication
) -> None:
    page = desk.choose()
    assert "Wyślij podpisany plik" in desk.pages.get(page).content.decode()
    assert "Refresh" not in desk.pages.get(HOME), "nobody is sent to the signing service unasked"
    assert not Job.objects.filter(name="access.send_for_signing").exists()
    signed = sign_as(CELINA, desk.document(), tps_seal)
    desk.upload(signed)
    assert the_application().state == "signature_check", "nothing is believed before the job has checked it"
    assert "sprawdza podpis" in desk.home()
    desk.run_jobs()
    application = the_application()
    assert application.state == "submitted"
    assert application.signed_bytes == signed
    receipt = verify_receipt(
        bytes(application.receipt.content), certificates=[office_seal.certificate], document=signed
    )
    assert receipt.document_id == application.number
    assert abs(application.arrived_at - Upload.objects.get().received_at) < timedelta(seconds=1)
    assert "Celina Jawor, podpis zaufany" in desk.home()
    assert desk.pages.get(f"{desk.base}dokument.xml").content == signed


def test_name_of_the_file_is_kept_nowhere(desk: Desk, tps_seal: Party) -> None:
    desk.choose()
    desk.upload_and_wait(sign_as(CELINA, desk.document(), tps_seal))
    rows = [*AccessApplication.objects.values(), *Upload.objects.values(), *Job.objects.values()]
    assert "passwd" not in repr(rows)


def test_the_document_is_fixed_when_it_is_first_handed_out(desk: Desk) -> None:
    desk.choose()
    first = desk.document()
    desk.pages.post(f"{HOME}formularz/", {**FORM, "street": "Inna"})
    desk.pages.post(f"{HOME}podpis/wlasny/")
    with clock.frozen(clock.now() + timedelta(days=2)):
        desk.pages.sign_in(desk.user)
        assert desk.document() == first


@pytest.mark.parametrize(
    ("make", "code", "words"),
    [
        (lambda document, seal: document, "ours_unsigned", "jeszcze bez podpisu"),
        (lambda document, seal: b"<inny/>", "unsigned", "nie ma podpisu"),
        (
            lambda document, seal: sign_as(CELINA, document, seal).replace(b"Ogrodowa", b"Rynkowa_"),
            "altered",
            "zmieniono po podpisaniu",
        ),
        (
            lambda document, seal: sign_as(CELINA, document.replace(b"Ogrodowa", b"Rynkowa_"), seal),
            "other_document",
            "inny dokument",
        ),
        (lambda document, seal: sign_as(BORYS, document, seal), "other_signer", "inna osoba"),
        (
            lambda document, seal: sign_as(CELINA, document, make_party("obca pieczęć")),
            "untrusted",
            "kto złożył podpis",
        ),
        (lambda document, seal: b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "unreadable", "odczytać"),
        (lambda document, seal: b"<urwany", "unreadable", "odczytać"),
    ],
    ids=["ours", "unsigned", "altered", "other-document", "other-person", "foreign-seal", "doctype", "cut"],
)
def test_a_refused_file_says_why_and_leaves_both_ways_open(
    make: Callable[[bytes, Party], bytes], code: str, words: str, desk: Desk, tps_seal: Party,
    the_application: TheApplication,
) -> None:  # fmt: skip
    desk.choose()
    document = desk.document()
    returned = make(document, tps_seal)
    page = desk.upload_and_wait(returned)
    upload = Upload.objects.get()
    assert (upload.state, upload.refusal_code) == ("refused", code)
    assert bytes(upload.content) == returned, "kept as it came"
    assert words in page and "Co zrobić" in page and "Podpisz jednak przez internet" in page
    assert words in desk.pages.get(f"{desk.base}wlasny-podpis/").content.decode()
    application = the_application()
    assert (application.state, application.received_at, application.signed_document) == (
        "awaiting_signature", None, None,
    )  # fmt: skip
    assert Notice.objects.filter(topic="access.signature_refused").count() == 1
    assert CELINA.pesel not in repr(upload.report) and BORYS.pesel not in repr(upload.report)
    desk.upload_and_wait(sign_as(CELINA, document, tps_seal))
    assert the_application().state == "submitted"


@pytest.mark.parametrize(
    ("contents", "words"),
    [
        ([], "Wybierz podpisany plik"),
        ([b""], "pusty"),
        ([b"<a/>", b"<b/>"], "kilka plik"),
        ([b"PK\x03\x04..."], "archiwum"),
        ([b"\x30\x82\x01\x00"], "CAdES"),
        ([b"\xff\xd8\xff\xe0 JFIF"], "PDF ani XML"),
    ],
    ids=["none", "empty", "several", "zip", "cades", "photo"],
)
def test_what_is_no_signed_file_is_said_at_once(
    contents: list[bytes], words: str, desk: Desk, the_application: TheApplication
) -> None:
    desk.choose()
    page = desk.upload(*contents, status=200).content.decode()
    assert words in page and "error-summary" in page and 'href="#id_file"' in page
    assert the_application().state == "awaiting_signature" and not Upload.objects.exists()


def test_a_huge_file_is_thrown_away_with_a_page(
    desk: Desk, settings: Any, tps_seal: Party, the_application: TheApplication
) -> None:
    desk.choose()
    signed = sign_as(CELINA, desk.document(), tps_seal)
    settings.UPLOAD_MAX_BYTES = len(signed)
    page = desk.upload(signed + b" ", status=413).content.decode()
    assert "za duży" in page and 'href="#id_file"' in page
    page = desk.upload(signed, b" ", status=413).content.decode()
    assert not Upload.objects.exists()
    desk.upload_and_wait(signed)
    assert the_application().state == "submitted", "exactly the limit is taken"


@pytest.mark.parametrize("start", [b"<", b"%PDF-"], ids=["xml", "pdf"])
def test_five_megabytes_of_any_kind_and_not_one_byte_more(start: bytes, desk: Desk, settings: Any) -> None:
    most = 5 * 2**20
    desk.choose()
    assert "5 MB" in desk.upload(start.ljust(settings.UPLOAD_MAX_BYTES + 1), status=413).content.decode()
    page = desk.upload(start.ljust(most + 1), status=200).content.decode()
    assert "5 MB" in page and "10 MB" not in page and not Upload.objects.exists()
    desk.upload(start.ljust(most))
    assert len(Upload.objects.get().content) == most


def test_the_same_file_twice_makes_one_application(
    desk: Desk, tps_seal: Party, the_application: TheApplication
) -> None:
    desk.choose()
    signed = sign_as(CELINA, desk.document(), tps_seal)
    desk.upload(signed)
    desk.upload(signed)
    assert "właśnie go sprawdzamy" in desk.home()
    desk.run_jobs()
    desk.upload(signed)
    assert "już podpisany i złożony" in desk.home()
    assert Upload.objects.count() == 1
    assert ApplicationEvent.objects.filter(kind="received").count() == 1


def test_after_withdrawal_a_file_is_not_taken(
    desk: Desk, tps_seal: Party, the_application: TheApplication
) -> None:
    desk.choose()
    signed = sign_as(CELINA, desk.document(), tps_seal)
    desk.pages.post(f"{HOME}rezygnacja/")
    where = desk.upload(signed)["Location"]
    assert "Pliku nie zapisaliśmy" in desk.pages.get(where).content.decode()
    assert the_application().state == "withdrawn" and not Upload.objects.exists()
    for path in ("wlasny-podpis/", "do-podpisu.xml", "do-podpisu.pdf"):
        desk.pages.get(f"{desk.base}{path}", status=302)


def test_correcting_gives_the_document_up_and_keeps_the_data(desk: Desk, tps_seal: Party) -> None:
    desk.choose()
    old, base = desk.document(), desk.base
    assert desk.pages.post(f"{HOME}poprawki/")["Location"] == f"{HOME}lista/"
    form = desk.pages.get(f"{HOME}formularz/").content.decode()
    assert FORM["street"] in form
    assert sorted(AccessApplication.objects.values_list("state", flat=True)) == ["draft", "withdrawn"]
    desk.pages.post(
        f"{base}wlasny-podpis/", {"file": SimpleUploadedFile("a", sign_as(CELINA, old, tps_seal))}
    )
    assert not Upload.objects.exists(), "the old document is no longer waited for"
    desk.pages.post(f"{HOME}formularz/", {**FORM, "street": "Rynkowa"})
    desk.choose()
    assert "inny dokument" in desk.upload_and_wait(sign_as(CELINA, old, tps_seal))
    assert "urzędnik sprawdza" in desk.upload_and_wait(sign_as(CELINA, desk.document(), tps_seal))
    desk.pages.post(f"{HOME}poprawki/")
    assert "nie można już poprawić" in desk.home()


def test_both_ways_stay_open_and_the_first_wins(
    desk: Desk, tps: SigningService, tps_seal: Party, the_application: TheApplication
) -> None:
    desk.choose()
    by_hand = sign_as(CELINA, desk.document(), tps_seal)
    desk.pages.post(f"{HOME}podpis/")
    desk.run_jobs()
    assert "Przejdź na stronę podpisu" in desk.home()
    assert tps.received[the_application().signing_url] == desk.document(), "one document for both"
    desk.upload(b"<nie-podpis/>")
    back = tps.sign(CELINA)
    desk.pages.get(back.removeprefix(PORTAL), status=302)
    desk.run_jobs(force=True)
    application = the_application()
    assert application.state == "submitted", "a refused file hands over to the signing service again"
    assert application.signed_bytes == tps.signed[application.signing_url]
    desk.upload(by_hand)
    assert the_application().signed_bytes == application.signed_bytes


def test_the_uploaded_file_wins_over_a_later_online_signature(
    desk: Desk, tps: SigningService, tps_seal: Party, the_application: TheApplication
) -> None:
    desk.pages.post(f"{HOME}podpis/")
    desk.run_jobs()
    desk.pages.post(f"{HOME}podpis/wlasny/")
    assert "Refresh" not in desk.pages.get(HOME)
    by_hand = sign_as(CELINA, desk.document(), tps_seal)
    desk.upload(by_hand)
    tps.sign(CELINA)
    desk.run_jobs(force=True)
    assert the_application().signed_bytes == by_hand
    assert ApplicationEvent.objects.filter(kind="received").count() == 1


def test_a_check_that_runs_twice_or_is_lost_changes_nothing(
    desk: Desk, tps_seal: Party, the_application: TheApplication
) -> None:
    desk.choose()
    desk.upload(b"<nie-podpis/>")
    public_id = str(the_application().public_id)
    Job.objects.all().delete()
    AccessApplication.objects.update(document_fixed_at=clock.now() - timedelta(minutes=2))
    assert signing.resume_all() == 1
    desk.run_jobs()
    signing.check_signature(public_id)
    assert the_application().state == "awaiting_signature"
    assert ApplicationEvent.objects.filter(kind="upload_refused").count() == 1
    desk.upload(sign_as(CELINA, desk.document(), tps_seal))
    for step in (signing.check_signature, signing.issue_receipt):
        step(public_id)
        step(public_id)
    assert the_application().state == "submitted"


def test_a_stale_check_cannot_settle_a_newer_file(
    desk: Desk, tps_seal: Party, the_application: TheApplication
) -> None:
    desk.choose()
    desk.upload(b"<nie-podpis/>")
    old = elsewhere.waiting(the_application())
    desk.run_jobs()
    desk.upload(sign_as(CELINA, desk.document(), tps_seal))
    assert old is not None and not elsewhere.accept(old)
    assert the_application().state == "signature_check"


def test_too_many_files(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elsewhere, "MAX_UPLOADS", 1)
    desk.choose()
    desk.upload_and_wait(b"<a/>")
    assert "bardzo wiele" in desk.upload_and_wait(b"<a/>")
    assert Upload.objects.count() == 1


def test_never_brought_back_is_given_up_after_a_week(desk: Desk, the_application: TheApplication) -> None:
    desk.choose()
    with clock.frozen(clock.now() + timedelta(days=6, hours=23)):
        signing.resume_all()
        assert the_application().state == "awaiting_signature"
    with clock.frozen(clock.now() + timedelta(days=7, minutes=1)):
        signing.resume_all()
        assert the_application().state == "withdrawn"


def test_refused_files_are_emptied_after_a_month(desk: Desk, tps_seal: Party) -> None:
    desk.choose()
    desk.upload_and_wait(b"<a/>")
    with clock.frozen(clock.now() + timedelta(days=29)):
        assert elsewhere.forget_refused() == 0
    with clock.frozen(clock.now() + timedelta(days=31)):
        assert elsewhere.forget_refused() == 1
        assert elsewhere.forget_refused() == 0
    upload = Upload.objects.get()
    assert (bytes(upload.content), upload.refusal_code) == (b"", "unsigned")


PATHS = ("wlasny-podpis/", "do-podpisu.xml", "do-podpisu.pdf", "podpis.xades")


def test_strangers_get_404_and_anonymous_sign_in(
    desk: Desk, borys: User, ewa: User, client: Any, tps_seal: Party, the_application: TheApplication
) -> None:
    desk.choose()
    signed, base = sign_as(CELINA, desk.document(), tps_seal), desk.base
    for path in PATHS:
        assert client.get(f"{base}{path}")["Location"].startswith("/logowanie/")
        for stranger in (borys, ewa):
            desk.pages.get(f"{base}{path}", user=stranger, status=404)
    for path in ("podpis/wlasny/", "poprawki/"):
        assert client.post(f"{HOME}{path}")["Location"].startswith("/logowanie/")
    desk.pages.sign_in(borys)
    desk.upload(signed, status=404)
    desk.upload(b"", status=404)
    assert the_application().state == "awaiting_signature" and not Upload.objects.exists()
    assert client.post(f"{base}wlasny-podpis/")["Location"].startswith("/logowanie/")


def test_pages_cost_few_queries(desk: Desk, django_assert_max_num_queries: Any) -> None:
    page = desk.choose()
    desk.upload_and_wait(b"<a/>")
    for address, budget in ((page, 5), (HOME, 7), (f"{desk.base}do-podpisu.xml", 4)):
        with django_assert_max_num_queries(budget):
            desk.pages.client.get(address)
