"""The public page: by code and by file, valid, invalid or cannot tell."""

import base64
import dataclasses
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from lxml import etree

from epuap.xml import names
from eurzad.lib import xml
from eurzad.lib.personas import CELINA
from portal.channels import checking, codes
from portal.channels.models import Receipt
from portal.people import limits
from tests.channels.conftest import DOCUMENT, UPD, UPP, Seals, upd, upd_by_trusted_profile, upp
from tests.epuap.signatures import pki
from tests.epuap.xml.conftest import Party, make_party
from tests.epuap.xml.signing import EP_SIGNATURE
from tests.support.pages import PageClient

pytestmark = pytest.mark.django_db


def file(content: bytes, name: str = "upo.xml") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "application/xml")


def ask(pages: PageClient, content: bytes, document: bytes | None = None, *, status: int = 200) -> str:
    data: dict[str, Any] = {"receipt": file(content)}
    if document is not None:
        data["document"] = file(document, "wniosek.xml")
    return pages.post("/upo/plik/", data, status=status).content.decode()


# --- by code


def test_a_code_tells_of_the_receipt_and_names_no_sender(
    pages: PageClient, keep: Callable[[], Receipt]
) -> None:
    receipt = keep()
    page = pages.get("/upo/", data={"kod": f" {receipt.code.lower().replace('-', ' ')} "}).content.decode()
    assert "Poświadczenie jest prawdziwe" in page
    for shown in (receipt.identifier, receipt.sha256, receipt.document_sha256, "EU.2026.000007",
                  "23.11.2026, 10:15:30", "Urząd Miasta Jarzębin", receipt.code):  # fmt: skip
        assert shown in page, shown
    for hidden in ("Celina", "Jawor", "celina-1"):
        assert hidden not in page


def test_an_unknown_code_is_no_receipt(pages: PageClient, keep: Callable[[], Receipt]) -> None:
    keep()
    page = pages.get("/upo/", data={"kod": codes.new_code()}).content.decode()
    assert "Nie ma poświadczenia z takim kodem" in page and "prawdziwe" not in page


@pytest.mark.parametrize("typed", ["", "abc", "0" * 16, "x" * 5000, "<script>alert(1)</script>", "\x00"])
def test_what_is_no_code_asks_to_type_again(pages: PageClient, typed: str) -> None:
    page = pages.get("/upo/", data={"kod": typed}).content.decode()
    assert "Popraw, proszę, te pola" in page and "<script>alert" not in page


def test_a_kept_receipt_that_no_longer_verifies_is_not_confirmed(
    pages: PageClient, keep: Callable[..., Receipt], seals: Seals
) -> None:
    receipt = keep(upp(seals.stranger))
    page = pages.get("/upo/", data={"kod": receipt.code}).content.decode()
    assert "Tego poświadczenia nie można potwierdzić" in page and receipt.sha256 not in page


def test_a_receipt_under_the_seal_of_before_is_still_good(
    pages: PageClient, keep: Callable[..., Receipt], seals: Seals, settings: Any
) -> None:
    receipt = keep(upp(seals.office_before))
    assert checking.check_code(receipt.code).status == "valid"
    settings.SEAL_PAST_CERTS = None
    assert checking.check_code(receipt.code).code == "kept_refused"


def test_codes_are_not_guessed(pages: PageClient, keep: Callable[[], Receipt]) -> None:
    receipt = keep()
    for _try in range(limits.LIMITS["receipt_code"].tries):
        pages.get("/upo/", data={"kod": codes.new_code()})
    page = pages.get("/upo/", data={"kod": receipt.code}, status=429).content.decode()
    assert "spróbuj znowu za 10 minut" in page and receipt.sha256 not in page
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    assert receipt.sha256 in pages.get("/upo/", data={"kod": receipt.code}, **elsewhere).content.decode()
    assert pages.get("/upo/").status_code == 200


def test_a_lookup_takes_one_query(
    pages: PageClient, keep: Callable[[], Receipt], django_assert_num_queries: Any
) -> None:
    receipt = keep()
    pages.get("/upo/")
    with django_assert_num_queries(1):
        pages.get("/upo/", data={"kod": receipt.code})


# --- by file


def test_an_own_receipt_is_genuine_with_everything_it_says(pages: PageClient, seals: Seals) -> None:
    page = ask(pages, upp(seals.office))
    assert "Poświadczenie jest prawdziwe" in page and "Wystawił je ten urząd" in page
    for shown in ("Celina Jawor", "celina-1", "eUrzad-ID", "Rodzaj", "wniosek.xml"):
        assert shown in page, shown
    assert "Dotyczy dokładnie tego dokumentu" not in page


def test_what_a_forgery_says_is_not_repeated(pages: PageClient, seals: Seals) -> None:
    page = ask(pages, upp(seals.office).replace(b"Celina", b"Celine"))
    assert "zmienione albo podrobione" in page and "Celine" not in page and UPP.document_id not in page
    page = ask(pages, upp(seals.stranger))
    assert "niepotwierdzone" in page and "Celina Jawor" in page and "prawdziwe" not in page


def test_it_is_about_the_document_it_is_about(pages: PageClient, seals: Seals) -> None:
    content = upp(seals.office)
    assert "Dotyczy dokładnie tego dokumentu" in ask(pages, content, DOCUMENT)
    page = ask(pages, content, DOCUMENT + b" ")
    assert "Poświadczenie dotyczy innego dokumentu" in page and "jest prawdziwe" not in page


@pytest.mark.parametrize(
    ("make", "status", "code"),
    [
        (lambda s: upp(s.office), "valid", "own"),
        (lambda s: upp(s.office_before), "valid", "own"),
        (lambda s: upp(s.epuap), "valid", "epuap"),
        (lambda s: upd(s.epuap), "valid", "epuap"),
        (lambda s: upp(s.stranger), "unknown", "foreign"),
        (lambda s: upd(s.stranger), "unknown", "signer_unknown"),
        (lambda s: upp(s.office).replace(b"Celina", b"Celine"), "invalid", "changed"),
        (lambda s: upp(s.office).replace(b"10:15:30", b"10:15:29"), "invalid", "changed"),
        (lambda s: upp(s.stranger).replace(b"Celina", b"Celine"), "invalid", "changed"),
        (lambda s: upd(s.stranger).replace(b"Celina", b"Celine"), "invalid", "changed"),
        (lambda s: upp(s.office).split(b"<ds:Signature")[0] + b"</pos:Dokument>", "invalid", "unsigned"),
        (lambda s: b"%PDF-1.7 wydruk", "unknown", "pdf"),
        (lambda s: b"", "unknown", "no_xml"),
        (lambda s: b"\xff\xfe<\x00a\x00", "unknown", "no_xml"),
        (lambda s: b"PK\x03\x04" + bytes(range(256)), "unknown", "no_xml"),
        (lambda s: upp(s.office)[:-20], "unknown", "no_xml"),
        (lambda s: DOCUMENT, "unknown", "no_receipt"),
        (lambda s: b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "unknown", "unsafe"),
        (lambda s: b"<a>" * 5000 + b"</a>" * 5000, "unknown", "no_xml"),
        (lambda s: b"<a>" * 150 + b"</a>" * 150, "unknown", "unsafe"),
        (lambda s: b"<a>" + b"<b/>" * 200_000 + b"</a>", "unknown", "unsafe"),
    ],
)
def test_every_kind_of_file_has_its_answer(
    seals: Seals, make: Callable[[Seals], bytes], status: str, code: str
) -> None:
    answer = checking.check_file(make(seals))
    assert (answer.status, answer.code) == (status, code)
    assert answer.text.headline and answer.text.why and answer.text.advice


def test_a_forgery_under_an_identifier_of_ours_is_called_one(
    seals: Seals, keep: Callable[[], Receipt]
) -> None:
    keep()
    answer = checking.check_file(upp(seals.stranger))
    assert (answer.status, answer.code) == ("invalid", "forged")


def test_a_seal_whose_certificate_was_not_valid_then_proves_nothing(seals: Seals, settings: Any) -> None:
    late = make_party("Urząd", valid_from=datetime(2030, 1, 1, tzinfo=UTC))
    settings.SEAL_PAST_CERTS.write_bytes(late.cert_pem)
    answer = checking.check_file(upp(late), document=DOCUMENT)
    assert (answer.status, answer.code) == ("unknown", "seal_not_valid_then")


def test_a_delivery_receipt_is_signed_by_a_person(seals: Seals, settings: Any, tmp_path: Any) -> None:
    authority = pki.certify("Centrum", authority=True, key=pki.rsa_key("authority"))
    holder = pki.person(authority, CELINA, key=pki.rsa_key("celina"))
    person = Party(holder.key, holder.certificate)
    assert checking.check_file(upd(person)).code == "signer_unknown"
    settings.TRUST_LIST = tmp_path / "trust.pem"
    settings.TRUST_LIST.write_bytes(authority.certificate.public_bytes(Encoding.PEM))
    answer = checking.check_file(upd(person), document=DOCUMENT)
    assert (answer.status, answer.code) == ("valid", "signed_about")
    assert CELINA.full_name in answer.text.why
    other = checking.check_file(upd(person), document=b"inny")
    assert (other.status, other.code) == ("invalid", "other_document")


def test_a_revocation_that_comes_with_a_delivery_receipt_is_heeded(settings: Any, tmp_path: Any) -> None:
    authority = pki.certify("Centrum", authority=True, key=pki.rsa_key("authority"))
    holder = pki.person(authority, CELINA, key=pki.rsa_key("celina"))
    settings.TRUST_LIST = tmp_path / "trust.pem"
    settings.TRUST_LIST.write_bytes(authority.certificate.public_bytes(Encoding.PEM))
    content = upd(Party(holder.key, holder.certificate))
    assert checking.check_file(content).code == "signed"
    signed = UPD.received_at
    crl = pki.crl_of(
        authority,
        {holder.certificate.serial_number: signed - timedelta(days=9)},
        since=signed - timedelta(days=1),
        until=signed + timedelta(days=3650),
    )
    root = xml.parse(content)
    held = etree.SubElement(next(root.iter(names.ds("X509Data"))), names.ds("X509CRL"))
    held.text = base64.b64encode(crl).decode()
    answer = checking.check_file(xml.to_bytes(root))
    assert (answer.status, answer.code) == ("invalid", "distrusted")


def test_a_delivery_receipt_signed_by_the_trusted_profile_names_the_person_of_its_statement(
    seals: Seals,
) -> None:
    role = EP_SIGNATURE.format(
        family_name=CELINA.family_name, given_name=CELINA.given_name,
        birth_date=CELINA.birth_date.isoformat(), pesel=CELINA.pesel,
    )  # fmt: skip
    answer = checking.check_file(upd_by_trusted_profile(seals.trusted, role))
    assert (answer.status, answer.code) == ("valid", "signed")
    assert CELINA.full_name in answer.text.why and CELINA.pesel not in repr(answer) + repr(answer.text)
    assert checking.check_file(upd_by_trusted_profile(seals.stranger, role)).code == "signer_unknown"
    assert checking.check_file(upd_by_trusted_profile(seals.trusted, "")).code == "signer_unknown"
    assert checking.check_file(upd(seals.trusted)).code == "signer_unknown"


def test_without_certificates_nobody_is_called_a_forger(
    pages: PageClient, seals: Seals, settings: Any, tmp_path: Any
) -> None:
    content = upp(seals.office)
    settings.EPUAP_SEAL_CERT = tmp_path / "gone.pem"
    assert "Poświadczenie jest prawdziwe" in ask(pages, content)
    settings.SEAL_CERT = tmp_path / "gone.pem"
    assert "To nasza wina, nie Twojego pliku" in ask(pages, content)


def test_files_are_bounded_and_stay_in_memory(
    pages: PageClient, seals: Seals, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_file(*args: object, **kwargs: object) -> None:
        raise AssertionError("written to disk")

    monkeypatch.setattr("django.core.files.uploadedfile.tempfile.NamedTemporaryFile", no_file)
    content = upp(seals.office, document=b"x" * (5 * 2**20))
    assert "Dotyczy dokładnie tego dokumentu" in ask(pages, content, b"x" * (5 * 2**20))
    page = ask(pages, content, b"x" * (13 * 2**20), status=413)
    assert "Te pliki są za duże" in page
    assert "za duży na poświadczenie" in ask(pages, b"<a>" + b" " * 2**20 + b"</a>")


@pytest.mark.parametrize("data", [{}, {"receipt": ""}, {"receipt": "tekst"}, {"document": "x"}])
def test_a_form_without_a_file_says_so(pages: PageClient, data: dict[str, str]) -> None:
    page = pages.post("/upo/plik/", data, status=200).content.decode()
    assert page.index("Popraw, proszę, te pola") < page.index("Mam kod z wydruku"), (
        "said where the page begins"
    )


def test_an_empty_file_says_so(pages: PageClient) -> None:
    assert "Ten plik jest pusty" in ask(pages, b"")


def test_the_address_of_an_answer_opened_again_is_the_form(pages: PageClient) -> None:
    assert "Mam plik XML" in pages.get("/upo/plik/").content.decode()
    assert Client().put("/upo/plik/").status_code == 405


def test_the_form_is_taken_only_with_its_token(seals: Seals, settings: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post("/upo/plik/", {"receipt": file(upp(seals.office))}).status_code == 403
    client.get("/upo/")
    token = client.cookies[settings.CSRF_COOKIE_NAME].value
    answer = client.post("/upo/plik/", {"receipt": file(upp(seals.office)), "csrfmiddlewaretoken": token})
    assert answer.status_code == 200 and "Poświadczenie jest prawdziwe" in answer.content.decode()


def test_a_broken_upload_is_a_form_again(pages: PageClient) -> None:
    body = b'--b\r\nContent-Disposition: form-data; name="receipt"; filename="a.xml"\r\n\r\n<a'
    answer = pages.client.generic("POST", "/upo/plik/", body, content_type="multipart/form-data; boundary=b")
    assert answer.status_code in (200, 400)


def test_files_are_not_checked_without_end(pages: PageClient) -> None:
    for _try in range(limits.LIMITS["receipt_file"].tries):
        ask(pages, b"<a/>")
    assert "spróbuj znowu za 10 minut" in ask(pages, b"<a/>", status=429)


def test_nothing_of_an_upload_is_kept(
    pages: PageClient, seals: Seals, caplog: pytest.LogCaptureFixture
) -> None:
    ask(pages, upp(seals.office), DOCUMENT)
    assert not Receipt.objects.exists()
    assert "Celina" not in caplog.text and UPP.identifier not in caplog.text


def test_a_hostile_receipt_costs_little_memory(seals: Seals) -> None:
    """As many references as are taken, each of the whole, over the biggest receipt that is let in."""
    content = upp(
        seals.stranger, dataclasses.replace(UPP, extra=tuple((f"k{n}", "x" * 480) for n in range(1500)))
    )
    assert 2**19 < len(content) < 2**20
    start = content.index(b"<ds:Reference ")
    end = content.index(b"</ds:Reference>") + len(b"</ds:Reference>")
    content = content[:start] + content[start:end] * 8 + content[end:]
    tracemalloc.start()
    assert checking.check_file(content, document=b"x" * 2**20).status == "invalid"
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 60 * 2**20


def test_the_footer_of_every_page_leads_there(pages: PageClient) -> None:
    assert 'href="/upo/"' in pages.get("/").content.decode()
