"""What files an application takes: told by content, bounded, given back only as downloads to their owner."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from portal.access import file_kinds
from portal.access.models import AccessApplication, Attachment
from portal.people.models import User
from tests.access import papers
from tests.access.conftest import FORM
from tests.support.pages import PageClient

HOME = "/konto/wniosek/"
FILES = f"{HOME}zalaczniki/"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (papers.PDF, "application/pdf"),
        (papers.PDF + b"\r\n\x00", "application/pdf"),
        (papers.JPEG, "image/jpeg"),
        (papers.JPEG + b"\xff\xd8 second picture of a phone \xff\xd9", "image/jpeg"),
        (papers.PNG, "image/png"),
        (papers.SIGNED_XML, "text/xml"),
    ],
)
def test_kinds_are_told_by_content(content: bytes, kind: str) -> None:
    assert file_kinds.recognise(content) == kind


@pytest.mark.parametrize("name", papers.BAD)
def test_bad_files_are_refused_for_what_they_are(name: str) -> None:
    content, code = papers.BAD[name]
    with pytest.raises(file_kinds.FileRefused) as refused:
        file_kinds.recognise(content)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("skan.PDF", "skan.pdf"),
        ("C:\\Users\\Anna\\umowa.exe", "umowa.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("a\u202efdp.exe", "a fdp.pdf"),
        ('x"; filename="y.html', "x filename= y.pdf"),
        ("\r\nSet-Cookie: a", "Set-Cookie a.pdf"),
        ("", "plik.pdf"),
        (".htaccess", "htaccess.pdf"),
        ("ą" * 500 + ".pdf", "ą" * 110 + ".pdf"),
    ],
)
def test_names_are_harmless(name: str, clean: str) -> None:
    assert file_kinds.clean_name(name, "application/pdf") == clean


@pytest.fixture
def draft(pages: PageClient, celina: User) -> AccessApplication:
    pages.post(f"{HOME}formularz/", FORM, user=celina)
    return AccessApplication.objects.get()


def _upload(pages: PageClient, content: bytes, name: str = "skan.pdf", **kwargs: Any) -> Any:
    return pages.post(FILES, {"file": SimpleUploadedFile(name, content)}, **kwargs)


def test_a_file_is_kept_and_given_back_as_a_download_only(
    pages: PageClient, draft: AccessApplication
) -> None:
    _upload(pages, papers.PDF, "Mój skan.pdf")
    _upload(pages, papers.PDF, "ten sam.pdf")
    kept = Attachment.objects.get()
    answer = pages.get(f"{HOME}zalacznik/{kept.public_id}/")
    assert answer.content == papers.PDF and answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "Mój skan.pdf" in pages.get(FILES).content.decode()


def test_names_are_told_apart(pages: PageClient, draft: AccessApplication) -> None:
    _upload(pages, papers.PDF)
    _upload(pages, papers.PNG, "skan.pdf")
    _upload(pages, papers.PDF + b"\n", "skan.pdf")
    assert list(Attachment.objects.values_list("name", flat=True)) == ["skan.pdf", "skan.png", "skan (2).pdf"]


def test_somebody_elses_file_is_not_there(
    pages: PageClient, draft: AccessApplication, anna: User, client: Any
) -> None:
    _upload(pages, papers.PDF)
    path = f"{HOME}zalacznik/{Attachment.objects.get().public_id}/"
    client.force_login(anna)
    assert client.get(path).status_code == 404
    client.post(f"{path}usun/")
    assert Attachment.objects.count() == 1
    client.logout()
    assert client.get(path).status_code == 302


@pytest.mark.parametrize("name", ["empty", "word", "html", "pdf_zip", "jpeg_cut"])
def test_a_refused_file_says_why_and_loses_nothing(
    pages: PageClient, draft: AccessApplication, name: str
) -> None:
    _upload(pages, papers.PNG, "dobry.png")
    page = _upload(pages, papers.BAD[name][0], status=200).content.decode()
    assert "field-error" in page and "dobry.png" in page
    assert Attachment.objects.count() == 1
    draft.refresh_from_db()
    assert draft.city == FORM["city"]


def test_too_big_files_say_so(pages: PageClient, draft: AccessApplication) -> None:
    five = papers.PDF + b"\n" * (5 * 2**20 - len(papers.PDF))
    assert "za duży" in _upload(pages, five + b"\n", status=200).content.decode()
    assert "za duży" in _upload(pages, five + b"\n" * 6 * 2**20, status=413).content.decode()
    for number in range(4):
        _upload(pages, five[: -1 - number] + b"\r" * (number + 1))
    assert Attachment.objects.count() == 4
    assert "najwyżej 20 MB" in _upload(pages, papers.PNG, status=200).content.decode()
    assert Attachment.objects.count() == 4


def test_files_stay_once_the_document_is_fixed(pages: PageClient, draft: AccessApplication) -> None:
    _upload(pages, papers.PDF)
    pages.post(f"{HOME}podpis/wlasny/")
    kept = Attachment.objects.get()
    pages.post(f"{HOME}zalacznik/{kept.public_id}/usun/")
    _upload(pages, papers.PNG)
    assert Attachment.objects.get().sha256 == kept.sha256
