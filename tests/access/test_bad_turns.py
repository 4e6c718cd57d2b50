"""Hostile files, forms sent twice, two tabs at one draft, other people's drafts, limits."""

import os
import time
import tracemalloc
import zlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from eurzad.lib import clock
from eurzad.lib.personas import CELINA
from portal.access import file_kinds
from portal.access.models import AccessApplication, ApplicationEvent, Attachment, Represented
from portal.access.services import representing
from portal.people.limits import LIMITS
from portal.people.models import User
from tests.access import papers
from tests.access.conftest import FORM, SigningService
from tests.access.test_represented import COMPANY, LAST, PERSON, PORTAL, add, upload
from tests.support.pages import PageClient

HOME = "/konto/wniosek/"
FILES = f"{HOME}zalaczniki/"
RunJobs = Callable[..., int]


@pytest.fixture
def draft(pages: PageClient, celina: User) -> AccessApplication:
    pages.post(f"{HOME}formularz/", FORM, user=celina)
    return AccessApplication.objects.get()


def send(pages: PageClient, content: bytes, name: str = "skan.pdf", *, status: int, **values: str) -> str:
    answer = pages.post(FILES, {"file": SimpleUploadedFile(name, content), **values}, status=status)
    return str(answer.content.decode())


def test_fifty_megabytes_are_thrown_away_with_a_sentence(pages: PageClient, draft: AccessApplication) -> None:
    page = send(pages, os.urandom(50 * 2**20), status=413)
    assert "za duży" in page and not Attachment.objects.exists()
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_a_picture_of_a_hundred_million_points_is_never_unpacked() -> None:
    header = (10_000).to_bytes(4, "big") * 2 + bytes((8, 6, 0, 0, 0))
    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(bytes(40_001)) for _row in range(10_000)) + packer.flush()
    chunks = ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    picture = papers.PNG[:8] + b"".join(papers.chunk(name, data) for name, data in chunks)
    tracemalloc.start()
    started = time.perf_counter()
    assert file_kinds.recognise(picture) == "image/png"
    seconds, peak = time.perf_counter() - started, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert seconds < 1 and peak < 4 * len(picture) + 2**20


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "pusty"),
        (papers.BAD["pdf_script"][0], "program (skrypt)"),
        (papers.BAD["pdf_locked"][0], "zabezpieczony hasłem"),
        (papers.BAD["entities"][0], "nie da się odczytać"),
        (papers.BAD["exe"][0], "To nie jest plik PDF"),
    ],
)
def test_hostile_files_are_refused_with_what_to_do(
    pages: PageClient, draft: AccessApplication, content: bytes, words: str
) -> None:
    page = send(pages, content, status=200)
    assert words in page and not Attachment.objects.exists()


@pytest.mark.parametrize(
    "name", ["../../../etc/passwd", "a\r\nSet-Cookie: x.pdf", "ą" * 300 + ".pdf", "..", "\x00"]
)
def test_hostile_names_stay_names(pages: PageClient, draft: AccessApplication, name: str) -> None:
    boundary = "granica"
    body = (
        (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: application/pdf\r\n\r\n"
        ).encode()
        + papers.PDF
        + f"\r\n--{boundary}--\r\n".encode()
    )
    pages.client.post(FILES, body, content_type=f"multipart/form-data; boundary={boundary}")
    for kept in Attachment.objects.all():
        assert len(kept.name) <= 120 and not set(kept.name) & set("/\\\r\n\x00")
        answer = pages.client.get(f"{HOME}zalacznik/{kept.public_id}/")
        assert answer["Content-Disposition"].startswith("attachment") and "Set-Cookie" not in answer.headers


def test_a_chosen_file_is_not_lost_when_one_goes_on(pages: PageClient, draft: AccessApplication) -> None:
    row = add(pages, "osoba", PERSON)
    files = f"{HOME}dla-kogo/{row.public_id}/dokumenty/"
    chosen = {"file": SimpleUploadedFile("a.pdf", papers.PDF), "next": "1"}
    assert pages.post(files, chosen)["Location"] == f"{HOME}dla-kogo/{row.public_id}/oplata/"
    assert Attachment.objects.get().represented_id == row.pk
    assert pages.post(files, {"next": "1"})["Location"] == f"{HOME}dla-kogo/{row.public_id}/oplata/"
    assert "field-error" in pages.post(files, {}, status=200).content.decode(), "nothing chosen to be added"
    assert pages.post(FILES, {"next": "1"})["Location"] == f"{HOME}lista/"
    assert "pusty" in send(pages, b"", status=200, next="1")


def test_files_are_limited_per_place(pages: PageClient, draft: AccessApplication) -> None:
    for _try in range(LIMITS["upload"].tries):
        pages.client.post(FILES, {})
    assert pages.client.post(FILES, {}).status_code == 429
    assert pages.get(FILES).status_code == 200


def test_every_form_sent_twice_is_one_step(
    pages: PageClient, draft: AccessApplication, tps: SigningService, run_jobs: RunJobs
) -> None:
    def twice(path: str, values: Callable[[], dict[str, Any]] = dict, status: int = 302) -> None:
        assert pages.post(path, values(), status=status)["Location"] == pages.post(path, values())["Location"]

    def paper() -> dict[str, Any]:
        return {"file": SimpleUploadedFile("a.pdf", papers.PDF)}

    twice(f"{HOME}formularz/", lambda: FORM)
    twice(f"{HOME}dla-kogo/firma/", lambda: COMPANY)
    twice(f"{HOME}dla-kogo/osoba/", lambda: PERSON)
    assert Represented.objects.count() == 2
    company, person = Represented.objects.order_by("pk")
    twice(f"{HOME}dla-kogo/{person.public_id}/zmiana/", lambda: PERSON)
    twice(f"{HOME}dla-kogo/{person.public_id}/dokumenty/", paper)
    twice(f"{HOME}dla-kogo/{person.public_id}/oplata/", lambda: {"duty": "exempt", "ground": "sibling"})
    twice(FILES, paper)
    assert Attachment.objects.count() == 2
    other = Attachment.objects.get(purpose="other")
    pages.post(f"{HOME}zalacznik/{other.public_id}/usun/")
    pages.post(f"{HOME}zalacznik/{other.public_id}/usun/")
    twice(f"{HOME}dla-kogo/{company.public_id}/usun/")
    assert (Represented.objects.count(), Attachment.objects.count()) == (1, 1)
    twice(f"{HOME}podpis/")
    run_jobs()
    assert len(tps.received) == 1
    back = tps.sign(CELINA).removeprefix(PORTAL)
    pages.get(back, status=302)
    pages.get(back, status=302)
    run_jobs()
    filed = AccessApplication.objects.get()
    assert filed.state == "submitted"
    pages.post(f"{HOME}rezygnacja/")
    filed.refresh_from_db()
    assert filed.state == "submitted", "giving up is of what is not filed"
    assert "nie można już wycofać" in pages.get(HOME).content.decode()
    twice(f"{HOME}{filed.public_id}/wycofanie/", lambda: {"reason": "Pomyłka."})
    assert ApplicationEvent.objects.filter(kind="recalled").count() == 1
    assert "nie można już wycofać" not in pages.get(f"{HOME}{filed.public_id}/").content.decode()


def test_giving_up_asks_first_and_twice_is_once(pages: PageClient, draft: AccessApplication) -> None:
    add(pages, "firma", COMPANY)
    asked = pages.get(f"{HOME}rezygnacja/").content.decode()
    assert "dodać od początku" in asked
    draft.refresh_from_db()
    assert draft.state == "draft", "looking gives nothing up"
    pages.post(f"{HOME}rezygnacja/")
    pages.post(f"{HOME}rezygnacja/")
    assert "nie można" not in pages.get(HOME).content.decode()
    assert ApplicationEvent.objects.filter(kind="withdrawn").count() == 1
    assert pages.get(f"{HOME}rezygnacja/", status=302)["Location"] == HOME


def test_two_tabs_at_one_draft(pages: PageClient, draft: AccessApplication, celina: User) -> None:
    row = add(pages, "osoba", PERSON)
    stale = f"{HOME}dla-kogo/{row.public_id}/"
    pages.post(f"{stale}zmiana/", {**PERSON, "rights": ["see"]})
    pages.post(f"{stale}zmiana/", PERSON)
    row.refresh_from_db()
    assert row.rights == ["see", "pay"], "the later of two changes stands, whole"
    pages.post(f"{stale}usun/")
    for page in ("zmiana", "dokumenty", "oplata"):
        assert pages.client.post(f"{stale}{page}/", {**PERSON, "duty": "paid"}).status_code == 404
    assert not Represented.objects.exists() and not Attachment.objects.exists()
    pages.post(f"{HOME}podpis/wlasny/")
    answer = pages.post(f"{HOME}dla-kogo/osoba/", PERSON)
    assert answer["Location"] == HOME and not Represented.objects.exists()
    pages.post(f"{HOME}formularz/", {**FORM, "street": "Inna"})
    draft.refresh_from_db()
    assert draft.street == FORM["street"], "what is being signed does not change"


def test_another_persons_draft_is_not_there(
    pages: PageClient, draft: AccessApplication, borys: User, client: Any
) -> None:
    row = add(pages, "firma", COMPANY)
    upload(pages, row)
    file = Attachment.objects.get()
    client.force_login(borys)
    client.post(f"{HOME}formularz/", FORM)
    for page in (
        "",
        "dokument/",
        "dokument.pdf",
        "dokument.xml",
        "wlasny-podpis/",
        "dowod.pdf",
        "wycofanie/",
        "upo/",
    ):
        assert client.get(f"{HOME}{draft.public_id}/{page}").status_code == 404, page
    assert client.get(f"{HOME}zalacznik/{file.public_id}/").status_code == 404
    client.post(f"{HOME}dla-kogo/{row.public_id}/usun/")
    client.post(f"{HOME}rezygnacja/")
    draft.refresh_from_db()
    assert draft.state == "draft" and Represented.objects.count() == Attachment.objects.count() == 1
    assert client.get(f"{HOME}dla-kogo/{uuid4()}/usun/").status_code in (302, 404)


def test_thirty_and_no_more(
    pages: PageClient, draft: AccessApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(representing, "MAX_REPRESENTED", 1)
    row = add(pages, "firma", COMPANY)
    page = pages.post(f"{HOME}dla-kogo/osoba/", PERSON, status=200).content.decode()
    assert "najwyżej 1" in page and PERSON["family_name"] in page, "what was typed stays"
    pages.post(f"{HOME}dla-kogo/{row.public_id}/zmiana/", {**COMPANY, "name": "Nowa nazwa"})
    row.refresh_from_db()
    assert row.name == "Nowa nazwa", "at the limit one may still change"


@pytest.mark.parametrize(
    ("days", "is_taken"), [(-1, False), (0, True), (365 * 5, True), (365 * 5 + 3, False)]
)
def test_the_last_day_of_access(
    pages: PageClient, draft: AccessApplication, days: int, is_taken: bool
) -> None:
    last = (clock.today() + timedelta(days=days)).isoformat()
    pages.client.post(f"{HOME}dla-kogo/firma/", {**COMPANY, "valid_to": last})
    assert Represented.objects.exists() is is_taken and LAST
