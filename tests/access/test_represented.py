"""Asking for others: who, on what basis, how far, stamp duty; in the signed document as in the database."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from epuap.xml import application as application_xml
from eurzad.lib import clock
from eurzad.lib.personas import BORYS, CELINA
from portal.access.content import content_of
from portal.access.models import AccessApplication, Attachment, Represented
from portal.access.services import representing
from portal.access.services.representing import Who
from portal.people import pii
from portal.people.models import User
from tests.access import papers
from tests.access.conftest import FORM, NAMESPACE, SigningService
from tests.support.pages import PageClient

HOME = "/konto/wniosek/"
LAST = (clock.today() + timedelta(days=365)).isoformat()
PERSON = {
    "given_name": "Borys", "family_name": "Jesion", "number": BORYS.pesel, "capacity": "power_of_attorney",
    "areas": ["taxes", "fees"], "rights": ["see", "pay"], "valid_to": LAST,
}  # fmt: skip
COMPANY = {
    "name": "Tartak Sosna sp. z o.o.", "basis": "krs", "scheme": "krs", "number": "0000123456",
    "areas": ["taxes"], "rights": ["see"], "valid_to": LAST,
}  # fmt: skip
PORTAL = "http://127.0.0.1:8000"


@pytest.fixture
def draft(pages: PageClient, celina: User) -> AccessApplication:
    pages.post(f"{HOME}formularz/", FORM, user=celina)
    return AccessApplication.objects.get()


def add(pages: PageClient, kind: str, values: dict[str, Any]) -> Represented:
    pages.post(f"{HOME}dla-kogo/{kind}/", values)
    return Represented.objects.latest("pk")


def upload(pages: PageClient, row: Represented, content: bytes = papers.PDF) -> None:
    pages.post(
        f"{HOME}dla-kogo/{row.public_id}/dokumenty/", {"file": SimpleUploadedFile("skan.pdf", content)}
    )


def test_a_power_of_attorney_needs_its_document_and_the_duty(
    pages: PageClient, draft: AccessApplication
) -> None:
    row = add(pages, "osoba", PERSON)
    duty = f"{HOME}dla-kogo/{row.public_id}/oplata/"
    page = pages.get(f"{HOME}lista/").content.decode()
    assert "brakuje dokumentu" in page and "nie zaznaczono nic o opłacie" in page
    assert BORYS.pesel not in page
    assert pages.get(f"{HOME}podglad/", status=302)["Location"] == f"{HOME}lista/"
    pages.post(f"{HOME}podpis/wlasny/")
    draft.refresh_from_db()
    assert draft.state == "draft", "not even a direct request files it"
    upload(pages, row)
    assert "Dodaj dowód opłaty" in pages.post(duty, {"duty": "paid"}, status=200).content.decode()
    assert "dlaczego" in pages.post(duty, {"duty": "exempt"}, status=200).content.decode()
    assert "w którym urzędzie" in pages.post(duty, {"duty": "elsewhere"}, status=200).content.decode()
    pages.post(duty, {"duty": "paid", "file": SimpleUploadedFile("przelew.png", papers.PNG)})
    row.refresh_from_db()
    assert (row.duty, row.attachments.count()) == ("paid", 2)
    pages.post(duty, {"duty": "exempt", "ground": "spouse", "note": "x"})
    row.refresh_from_db()
    assert (row.duty, row.duty_ground, row.duty_note) == ("exempt", "spouse", "")
    preview = pages.get(f"{HOME}podglad/").content.decode()
    assert "Borys Jesion" in preview and "pełnomocnik jest małżonkiem" in preview


@pytest.mark.parametrize(
    ("kind", "change", "words"),
    [
        ("osoba", {"number": "12345678901"}, "numer jest błędny"),
        ("osoba", {"number": ""}, "field-error"),
        ("osoba", {"number": CELINA.pesel}, "Twój własny numer"),
        ("osoba", {"family_name": "x" * 101}, "field-error"),
        ("osoba", {"capacity": "king"}, "field-error"),
        ("osoba", {"areas": ["gold"]}, "field-error"),
        ("osoba", {"rights": ["pay"]}, "podgląd"),
        ("osoba", {"valid_to": "2020-01-01"}, "Ostatni dzień"),
        ("osoba", {"valid_to": "2999-01-01"}, "najwyżej 5 lat"),
        ("osoba", {"valid_to": "pojutrze"}, "field-error"),
        ("firma", {"scheme": "nip", "number": "1234567890"}, "numer jest błędny"),
        ("firma", {"scheme": "nip", "number": "5260250274"}, "podaj numer KRS"),
        ("firma", {"scheme": "regon", "number": "1"}, "numer jest błędny"),
        ("firma", {"number": "12345678901"}, "numer jest błędny"),
        ("firma", {"name": ""}, "field-error"),
        ("firma", {"scheme": "pesel"}, "field-error"),
    ],
)
def test_wrong_answers_are_said_and_nothing_is_lost(
    pages: PageClient, draft: AccessApplication, kind: str, change: dict[str, Any], words: str
) -> None:
    values = {**(PERSON if kind == "osoba" else COMPANY), **change}
    page = pages.post(f"{HOME}dla-kogo/{kind}/", values, status=200).content.decode()
    assert (words in page and LAST[:4] in page) or "valid_to" in change
    assert words in page and not Represented.objects.exists()


def test_the_same_company_twice_is_known(pages: PageClient, draft: AccessApplication) -> None:
    row = add(pages, "firma", COMPANY)
    twice = pages.post(f"{HOME}dla-kogo/firma/", {**COMPANY, "number": "123456"})
    assert str(row.public_id) in twice["Location"], "the same form sent twice"
    page = pages.post(f"{HOME}dla-kogo/firma/", {**COMPANY, "rights": ["see", "pay"]}, status=200)
    assert "już jest na liście" in page.content.decode() and Represented.objects.count() == 1


def test_change_and_remove(pages: PageClient, draft: AccessApplication) -> None:
    row = add(pages, "osoba", PERSON)
    upload(pages, row)
    pages.post(f"{HOME}dla-kogo/{row.public_id}/oplata/", {"duty": "exempt", "ground": "sibling"})
    form = pages.get(f"{HOME}dla-kogo/{row.public_id}/zmiana/").content.decode()
    assert "Jesion" in form and LAST in form
    pages.post(f"{HOME}dla-kogo/{row.public_id}/zmiana/", {**PERSON, "capacity": "guardian"})
    row.refresh_from_db()
    assert (row.basis, row.role, row.duty) == ("statutory", "guardian", "")
    assert pages.get(f"{HOME}dla-kogo/{row.public_id}/oplata/", status=302)
    assert "Usunąć" in pages.get(f"{HOME}dla-kogo/{row.public_id}/usun/").content.decode()
    pages.post(f"{HOME}dla-kogo/{row.public_id}/usun/")
    assert not Represented.objects.exists() and not Attachment.objects.exists()
    assert pages.get(f"{HOME}dla-kogo/{row.public_id}/zmiana/", status=404)


def test_another_persons_draft_is_not_there(
    pages: PageClient, draft: AccessApplication, borys: User, client: Any
) -> None:
    row = add(pages, "firma", COMPANY)
    client.force_login(borys)
    client.post(f"{HOME}formularz/", FORM)
    for page in ("zmiana", "usun", "dokumenty", "oplata"):
        assert client.get(f"{HOME}dla-kogo/{row.public_id}/{page}/").status_code == 404
        client.post(f"{HOME}dla-kogo/{row.public_id}/{page}/", COMPANY)
    assert Represented.objects.get().name == COMPANY["name"]


def test_signed_with_represented_and_digests(
    pages: PageClient, draft: AccessApplication, tps: SigningService, run_jobs: Callable[..., int]
) -> None:
    company, person = add(pages, "firma", COMPANY), add(pages, "osoba", PERSON)
    upload(pages, person)
    pages.post(f"{HOME}dla-kogo/{person.public_id}/oplata/", {"duty": "elsewhere", "note": "Łęczyca, 3 maja"})
    pages.post(f"{HOME}podpis/")
    run_jobs()
    pages.get(tps.sign(CELINA).removeprefix(PORTAL), status=302)
    run_jobs()
    filed = AccessApplication.objects.get()
    assert filed.state == "submitted" and filed.signed_sha256
    declared, remarks = application_xml.parse(filed.signed_bytes, namespace=NAMESPACE)
    assert not remarks
    first, second = declared.represented
    assert (first.name, first.number_kind, first.number, first.basis) == (
        company.name, "KRS", "0000123456", "wpis-KRS",
    )  # fmt: skip
    assert (second.number, second.areas, second.rights, second.duty, second.duty_note) == (
        BORYS.pesel, ("podatki", "oplaty"), ("podglad", "platnosc"), "inny-urzad", "Łęczyca, 3 maja",
    )  # fmt: skip
    listed = declared.attachments[0]
    assert (listed.sha256, listed.party, listed.purpose) == (Attachment.objects.get().sha256, 2, "podstawa")
    base = f"{HOME}{filed.public_id}/"
    for page in ("dokument.pdf", "dowod.pdf", "dokument/"):
        assert pages.get(f"{base}{page}").status_code == 200
    assert pages.get(f"{base}dowod.pdf").content.startswith(b"%PDF")
    assert company.name in pages.get(f"{base}dokument/").content.decode()


def test_the_pdf_to_sign_names_them_too(pages: PageClient, draft: AccessApplication) -> None:
    add(pages, "firma", COMPANY)
    pages.post(f"{HOME}zalaczniki/", {"file": SimpleUploadedFile("inne.pdf", papers.PDF)})
    pages.post(f"{HOME}podpis/wlasny/")
    draft.refresh_from_db()
    content = pages.get(f"{HOME}{draft.public_id}/do-podpisu.pdf").content
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    assert "Tartak Sosna" in text and "0000123456" in text
    assert Attachment.objects.get().sha256[:32] in text


def test_pages_ask_the_same_of_the_database_for_twenty(
    pages: PageClient, draft: AccessApplication, celina: User
) -> None:
    def row(number: int) -> None:
        who = Who(
            kind="organisation", scheme="krs", number=f"{number:010d}", basis="krs", areas=["taxes"],
            rights=["see"], valid_to=clock.today(), name=f"Firma {number}",
        )  # fmt: skip
        representing.save_represented(identity=celina.identity, who=who)

    def queries(path: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert pages.client.get(path).status_code == 200
        return len(captured)

    row(1)
    paths = (f"{HOME}lista/", f"{HOME}podglad/", f"{HOME}{draft.public_id}/dokument/")
    one = [queries(path) for path in paths]
    for number in range(2, 21):
        row(number)
    assert [queries(path) for path in paths] == one
    assert len(content_of(draft).represented) == 20


@pytest.mark.parametrize(
    "change",
    [
        {"basis": "krs"},
        {"basis": "statutory"},
        {"scheme": "nip"},
        {"name": "Firma"},
        {"family_name": ""},
        {"duty": "exempt"},
        {"duty": "elsewhere"},
        {"duty": "paid", "duty_ground": "spouse"},
        {"decision": "approved"},
        {"decision": "refused"},
    ],
)
def test_the_database_refuses_what_cannot_be(draft: AccessApplication, change: dict[str, Any]) -> None:
    values = {
        "application": draft, "position": 1, "kind": "person", "scheme": "pesel", "given_name": "A",
        "family_name": "B", "basis": "power_of_attorney", "areas": [], "rights": [], "valid_to": clock.today(),
        "fingerprint": "f", "encrypted_number": pii.encrypt(BORYS.pesel),
    }  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        Represented.objects.create(**{**values, **change})
    Represented.objects.create(**values)
