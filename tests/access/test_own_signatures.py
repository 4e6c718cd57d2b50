"""Files as programs on people's own computers sign them: every packaging, every kind of certificate."""

import dataclasses
import datetime as dt
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from epuap.inbox.models import InboundDocument
from epuap.signatures import report
from epuap.signatures.report import Person
from epuap.xml import properties, verify
from epuap.xml.receipts import ReceiptRefused, verify_receipt
from eurzad.lib import clock
from eurzad.lib.personas import BORYS, CELINA, Persona
from portal.access import signatures, texts
from portal.access.models import AccessApplication, PdfToSign, Upload
from portal.access.services import elsewhere
from portal.people import services as people
from portal.people.models import User
from tests.access.conftest import form_document, sign_as
from tests.access.own_program import sign_around, sign_beside, sign_inside
from tests.access.test_elsewhere import Desk
from tests.epuap.signatures import pdfs, pki
from tests.epuap.xml.conftest import Party
from tests.support.pages import PageClient
from tests.support.people import make_clerk

RunJobs = Callable[..., int]
TheApplication = Callable[[], AccessApplication]


def holder_of(authority: pki.Holder, who: Persona = CELINA, **options: Any) -> pki.Holder:
    """A certificate of this persona, valid now."""
    year = dt.timedelta(days=365)
    return pki.person(authority, who, since=clock.now() - year, until=clock.now() + year, **options)


@pytest.fixture(scope="module")
def authority() -> pki.Holder:
    """Who issues qualified certificates."""
    return pki.certify(
        "Kwalifikowane CA (test)", authority=True, until=dt.datetime(2040, 1, 1, tzinfo=dt.UTC)
    )


@pytest.fixture(scope="module")
def e_id() -> pki.Holder:
    """Who issues the certificates of identity cards."""
    return pki.certify(
        "Podpis osobisty CA (test)", authority=True, until=dt.datetime(2040, 1, 1, tzinfo=dt.UTC)
    )


@pytest.fixture(autouse=True)
def _trust(settings: Any, tmp_path: Path, authority: pki.Holder, e_id: pki.Holder) -> None:
    for name, holder in (("TRUST_LIST", authority), ("PERSONAL_TRUST_LIST", e_id)):
        path = tmp_path / name
        path.write_bytes(holder.certificate.public_bytes(Encoding.PEM))
        setattr(settings, name, path)


@pytest.fixture
def desk(pages: PageClient, celina: User, run_jobs: RunJobs) -> Desk:
    """Celina, who has chosen to sign with a program of her own."""
    desk = Desk(pages, celina, run_jobs)
    desk.choose()
    return desk


@pytest.mark.parametrize(
    ("kind", "sign", "packaging", "files"),
    [
        ("xml", sign_inside, "enveloped", ["dokument.xml"]),
        ("xml", sign_around, "enveloping", ["dokument.xml"]),
        ("xml", sign_beside, "detached", ["podpis.xades", "dokument.xml"]),
        ("pdf", sign_around, "enveloping", ["dokument.xml"]),
        ("pdf", sign_beside, "detached", ["podpis.xades", "dokument.pdf"]),
        ("pdf", pdfs.sign, "pdf", ["dokument.pdf"]),
    ],
    ids=["enveloped", "enveloping", "detached", "around-a-pdf", "beside-a-pdf", "pades"],
)
def test_every_packaging_is_taken_and_bound(
    kind: str, sign: Callable[..., bytes], packaging: str, files: list[str], desk: Desk, authority: pki.Holder,
    office_seal: Party, the_application: TheApplication,
) -> None:  # fmt: skip
    document = desk.document(kind)
    signed = sign(document, holder_of(authority))
    page = desk.upload_and_wait(signed)
    application = the_application()
    assert (application.state, application.packaging) == ("submitted", packaging), page
    assert application.signed_bytes == signed, "kept as it came"
    assert application.signature_report["signed_form"] == kind
    assert CELINA.pesel not in repr(application.signature_report)
    assert "Celina Jawor, podpis kwalifikowany" in page
    parts = [desk.pages.get(f"{desk.base}{name}").content for name in files]
    assert parts == ([signed, document] if packaging == "detached" else [signed])
    for name in files:
        assert name in page
    pinned, upp = [office_seal.certificate], bytes(application.receipt.content)
    first, *further = parts
    verify_receipt(upp, certificates=pinned, document=first, further=further)
    with pytest.raises(ReceiptRefused):
        verify_receipt(upp, certificates=pinned, document=first + b" ", further=further)
    clerk = make_clerk(BORYS, superuser=True)
    desk.pages.sign_in(clerk)
    view = desk.pages.client.get(f"/admin/access/accessapplication/{application.pk}/change/").content.decode()
    assert str(texts.PACKAGINGS[packaging]) in view and "podpis kwalifikowany" in view
    assert "nie sprawdzono, czy certyfikat nie został unieważniony" in view


def test_the_pdf_is_rendered_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    first = desk.pages.get(f"{desk.base}dokument.pdf").content
    assert desk.document("pdf") == first
    assert first.startswith(b"%PDF") and PdfToSign.objects.get().sha256
    monkeypatch.setattr(elsewhere, "build_pdf", lambda application: b"%PDF-1.7 rendered anew")
    assert desk.document("pdf") == first
    assert desk.pages.get(f"{desk.base}dokument.pdf").content == first, "no second PDF that could be mistaken"


def test_two_first_downloads_at_once_give_one_pdf(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, the_application: TheApplication
) -> None:
    """The other request stores its rendering while this one is rendering."""
    application = the_application()

    def slow(_application: AccessApplication) -> bytes:
        monkeypatch.setattr(elsewhere, "build_pdf", lambda application: b"%PDF-1.7 the other")
        assert elsewhere.pdf_to_sign(application) == b"%PDF-1.7 the other"
        return b"%PDF-1.7 this one"

    monkeypatch.setattr(elsewhere, "build_pdf", slow)
    assert elsewhere.pdf_to_sign(application) == b"%PDF-1.7 the other"


def test_personal_signature_of_the_identity_card(
    desk: Desk, e_id: pki.Holder, the_application: TheApplication
) -> None:
    page = desk.upload_and_wait(sign_inside(desk.document(), holder_of(e_id, qc="")))
    assert the_application().signature_report["method"] == "personal"
    assert "podpis osobisty" in page


Make = Callable[[Desk, pki.Holder, pki.Holder], bytes]


def revised(pdf: bytes) -> bytes:
    """The same PDF with something more written on its page, as a further revision."""
    writer, out = IncrementalPdfFileWriter(BytesIO(pdf)), BytesIO()
    more = writer.add_object(generic.StreamObject(stream_data=b"BT ET"))
    writer.add_stream_to_page(0, more)
    writer.write(out)
    return out.getvalue()


def _other_pdf(desk: Desk, authority: pki.Holder, stranger: pki.Holder) -> bytes:
    desk.document("pdf")
    return pdfs.sign(pdfs.plain("inny"), holder_of(authority))


def _printed_page(desk: Desk, authority: pki.Holder, stranger: pki.Holder) -> bytes:
    """Nobody has taken the PDF to be signed: what is signed is another one."""
    return pdfs.sign(pdfs.plain("wydruk"), holder_of(authority))


def _changed_pdf(desk: Desk, authority: pki.Holder, stranger: pki.Holder) -> bytes:
    changed = revised(desk.document("pdf"))
    return pdfs.sign(changed, holder_of(authority))


def _changed_after_signing(desk: Desk, authority: pki.Holder, stranger: pki.Holder) -> bytes:
    signed = pdfs.sign(desk.document("pdf"), holder_of(authority))
    return revised(signed)


def _around_another_revision(desk: Desk, authority: pki.Holder, stranger: pki.Holder) -> bytes:
    """Inside the signature stands our PDF with a further revision: not what was handed out."""
    content = desk.document("pdf")
    return sign_around(revised(content), holder_of(authority))


def _signs(who: Persona, sign: Callable[..., bytes], kind: str = "xml", **options: Any) -> Make:
    return lambda desk, authority, stranger: sign(desk.document(kind), holder_of(authority, who, **options))


LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


def _expired(desk: Desk, authority: pki.Holder, stranger: pki.Holder) -> bytes:
    holder = pki.person(authority, CELINA, since=LONG_AGO, until=LONG_AGO + dt.timedelta(days=365))
    return sign_inside(desk.document(), holder)


def _two_one_bad(desk: Desk, authority: pki.Holder, stranger: pki.Holder) -> bytes:
    once = sign_inside(desk.document(), holder_of(authority))
    return sign_inside(once, holder_of(stranger, BORYS))


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda desk, authority, stranger: desk.document("pdf"), "ours_unsigned"),
        (lambda desk, authority, stranger: (desk.document("pdf"), pdfs.plain())[1], "other_document"),
        (_other_pdf, "other_document"),
        (_printed_page, "other_document"),
        (_changed_pdf, "altered"),
        (_changed_after_signing, "altered"),
        (_around_another_revision, "other_document"),
        (lambda desk, authority, stranger: sign_beside(b"cokolwiek", holder_of(authority)), "other_document"),
        (lambda desk, authority, stranger: sign_around(b"<inny/>", holder_of(authority)), "other_document"),
        (lambda desk, authority, stranger: desk.document("pdf")[:-20] + b"\n", "other_document"),
        (_signs(BORYS, sign_inside), "other_signer"),
        (_signs(BORYS, sign_beside), "other_signer"),
        (_signs(BORYS, pdfs.sign, "pdf"), "other_signer"),
        (_signs(CELINA, sign_inside, serial=""), "no_number"),
        (_signs(CELINA, sign_inside, qc=""), "untrusted"),
        (lambda desk, authority, stranger: sign_inside(desk.document(), holder_of(stranger)), "untrusted"),
        (lambda desk, authority, stranger: pdfs.sign(desk.document("pdf"), holder_of(stranger)), "untrusted"),
        (_expired, "expired"),
        (_two_one_bad, "untrusted"),
        (
            lambda desk, authority, stranger: sign_inside(
                desk.document(), holder_of(authority), at=clock.now() + dt.timedelta(days=2)
            ),
            "wrong_time",
        ),
        (
            lambda desk, authority, stranger: sign_inside(desk.document(), holder_of(authority)).replace(
                b"xmlenc#sha256", b"xmlenc#sha1__"
            ),
            "unsupported",
        ),
    ],
    ids=[
        "our-pdf", "unsigned-other-pdf", "other-pdf", "print", "changed-before", "changed-after",
        "around-a-revision", "beside-another", "around-another", "cut-pdf", "borys-xml", "borys-beside", "borys-pdf",
        "no-pesel", "not-qualified", "unknown-issuer", "unknown-issuer-pdf", "expired", "one-of-two-bad",
        "from-the-future", "unknown-digest",
    ],
)  # fmt: skip
def test_refused_with_its_reason(
    make: Make, code: str, desk: Desk, authority: pki.Holder, the_application: TheApplication
) -> None:
    stranger = pki.certify("Obce CA", authority=True, until=dt.datetime(2040, 1, 1, tzinfo=dt.UTC))
    page = desk.upload_and_wait(make(desk, authority, stranger))
    assert Upload.objects.get().refusal_code == code, Upload.objects.get().report
    what, next_step = texts.upload_refusal(code)
    assert what in page and next_step in page
    assert the_application().state == "awaiting_signature"


def test_the_applicant_among_several_signers(
    desk: Desk, authority: pki.Holder, the_application: TheApplication
) -> None:
    once = sign_inside(desk.document(), holder_of(authority, BORYS))
    desk.upload_and_wait(sign_inside(once, holder_of(authority)))
    application = the_application()
    assert application.state == "submitted"
    report = application.signature_report
    assert (report["signer"]["given_name"], report["others"]) == ("Celina", [BORYS.full_name])


def test_signed_by_somebody_entitled(
    desk: Desk, authority: pki.Holder, the_application: TheApplication
) -> None:
    """What issue of representatives needs: a set of people, each of whose signatures is enough."""
    signed = sign_inside(desk.document(), holder_of(authority, BORYS))
    original = elsewhere.original_of(the_application())
    celina = signatures.Signatory.of(the_application().identity)
    borys = signatures.Signatory(BORYS.pesel, BORYS.given_name, BORYS.family_name, BORYS.birth_date)
    found = signatures.check_returned(signed, original=original, signatories={celina, borys})
    assert found.person.pesel == BORYS.pesel
    with pytest.raises(signatures.Refused, match="other_signer"):
        signatures.check_returned(signed, original=original, signatories={celina})
    with pytest.raises(signatures.Refused):
        signatures.check_returned(signed, original=original, signatories=set())


def test_a_seal_of_the_trusted_signature_may_be_joined_by_a_qualified_one(
    desk: Desk, authority: pki.Holder, tps_seal: Party, the_application: TheApplication
) -> None:
    desk.upload_and_wait(sign_inside(sign_as(CELINA, desk.document(), tps_seal), holder_of(authority, BORYS)))
    assert the_application().signature_report["method"] == "trusted"


BORN = dt.date(1980, 5, 2)


@pytest.fixture
def heidi(db: None) -> User:
    """Somebody who signed in with a German eID."""
    identity = people.sign_in_identity(
        scheme="eidas", identifier="DE/PL/aB7-55501234", given_name="Heidi Anna", family_name="Erle-Weiß",
        birth_date=BORN,
    )  # fmt: skip
    return User.objects.get(identity=identity)


def foreign(authority: pki.Holder, given_name: str, family_name: str, **options: Any) -> pki.Holder:
    year = dt.timedelta(days=365)
    names = [(x509.NameOID.GIVEN_NAME, given_name), (x509.NameOID.SURNAME, family_name)]
    return pki.certify(
        f"{given_name} {family_name}", authority, attributes=names, serial="IDCDE-T22000129", qc=pki.QUALIFIED,
        since=clock.now() - year, until=clock.now() + year, **options,
    )  # fmt: skip


def test_a_person_with_a_foreign_number_signs_with_a_qualified_signature(
    pages: PageClient, heidi: User, run_jobs: RunJobs, authority: pki.Holder, the_application: TheApplication
) -> None:
    desk = Desk(pages, heidi, run_jobs)
    page = pages.get(desk.choose()).content.decode()
    assert "podpis kwalifikowany wydany na Twoje imię" in page and "profil zaufany" not in page
    desk.upload_and_wait(sign_inside(desk.document(), foreign(authority, "HEIDI", "ERLE-WEISS")))
    application = the_application()
    assert application.state == "submitted"
    assert signatures.NUMBER_NOT_COMPARED in application.signature_report["remarks"]
    assert "T22000129" not in repr(application.signature_report)
    pages.sign_in(make_clerk(BORYS, superuser=True))
    view = pages.client.get(f"/admin/access/accessapplication/{application.pk}/change/").content.decode()
    assert "numeru osoby nie porównano z podpisem" in view


@pytest.mark.parametrize(
    "name", [("Heidi", "Erle"), ("Anna", "Erle-Weiss"), ("", "Erle-Weiss"), ("Ηλέκτρα", "Δάφνη")]
)
def test_another_name_is_another_person(
    name: tuple[str, str], pages: PageClient, heidi: User, run_jobs: RunJobs, authority: pki.Holder
) -> None:
    desk = Desk(pages, heidi, run_jobs)
    desk.choose()
    desk.upload_and_wait(sign_inside(desk.document(), foreign(authority, *name)))
    assert Upload.objects.get().state == "refused"


def test_a_foreign_number_needs_more_than_a_personal_or_trusted_signature() -> None:
    heidi = signatures.Signatory("", "Heidi", "Erle", BORN)
    born_then = Person("Heidi", "Erle", "", BORN)
    assert signatures._is_same_person(born_then, heidi)
    assert signatures._is_same_person(Person("Heidi", "Erle", "", None), heidi)
    assert not signatures._is_same_person(Person("Heidi", "Erle", "", dt.date(1980, 5, 3)), heidi)
    assert not signatures._is_same_person(
        Person("Ηλέκτρα", "Δάφνη", "", BORN), signatures.Signatory("", "Ж", "Ж", BORN)
    )


def test_trusted_signature_of_a_namesake_is_not_enough_for_a_foreign_number(
    pages: PageClient, heidi: User, run_jobs: RunJobs, tps_seal: Party
) -> None:
    desk = Desk(pages, heidi, run_jobs)
    desk.choose()
    namesake = dataclasses.replace(BORYS, given_name="Heidi Anna", family_name="Erle-Weiß")
    page = desk.upload_and_wait(sign_as(namesake, desk.document(), tps_seal))
    assert Upload.objects.get().refusal_code == "not_qualified"
    assert "potrzebny jest podpis kwalifikowany" in page


def test_page_and_file_cost_few_queries(desk: Desk, django_assert_max_num_queries: Any) -> None:
    desk.document("pdf")
    with django_assert_max_num_queries(6):
        desk.pages.client.get(f"{desk.base}do-podpisu.pdf")


def test_an_enveloping_document_from_epuap_opens_an_application(
    deliver: Callable[..., InboundDocument], authority: pki.Holder, the_application: TheApplication
) -> None:
    """What is read is the document inside the signature; what is kept is the file as it came."""
    content = sign_around(form_document(CELINA), holder_of(authority))
    inbound = deliver(content)
    assert (inbound.state, inbound.error_code) == ("handled", "")
    application = the_application()
    assert (application.state, application.packaging) == ("submitted", "enveloping")
    assert (application.street, application.form_remarks) == (CELINA.street, [])
    assert application.signed_bytes == content
    assert application.identity.full_name == CELINA.full_name


@pytest.mark.parametrize("order", [(CELINA, BORYS), (BORYS, CELINA)])
def test_of_several_signers_on_epuap_the_named_one_is_the_applicant(
    order: tuple[Persona, ...], deliver: Callable[..., InboundDocument], authority: pki.Holder,
    the_application: TheApplication,
) -> None:  # fmt: skip
    content = form_document(CELINA)
    for who in order:
        content = sign_inside(content, holder_of(authority, who))
    deliver(content)
    application = the_application()
    assert application.identity.full_name == CELINA.full_name
    assert application.signature_report["others"] == [BORYS.full_name]


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (
            lambda authority: sign_inside(form_document(CELINA), holder_of(authority, serial="")),
            "access.no_number",
        ),
        (
            lambda authority: sign_inside(form_document(CELINA), foreign(authority, "Heidi", "Erle")),
            "access.no_number",
        ),
        (
            lambda authority: sign_around(form_document(CELINA), holder_of(authority)).replace(
                b"Jawor", b"Wrzos"
            ),
            "access.altered",
        ),
    ],
    ids=["no-number", "foreign-number", "altered-inside"],
)
def test_from_epuap_nobody_without_a_verified_pesel(
    make: Callable[[pki.Holder], bytes],
    code: str,
    deliver: Callable[..., InboundDocument],
    authority: pki.Holder,
) -> None:
    inbound = deliver(make(authority))
    assert (inbound.state, inbound.error_code) == ("quarantined", code)
    assert not AccessApplication.objects.exists()


def test_every_remark_and_reason_has_words() -> None:
    remarks = [
        report.NO_REVOCATION_CHECK, report.REVOCATION_CHECKED_THEN, report.EXPIRED_SINCE, report.NO_PESEL,
        verify.COUNTERSIGNATURE, verify.TIMESTAMP_UNVERIFIED, properties.SIGNATURE_POLICY,
        properties.SIGNATURE_POLICY_IMPLIED, signatures.NUMBER_NOT_COMPARED,
    ]  # fmt: skip
    assert [code for code in remarks if texts.signature_remark(code) == code] == []
    fallback = texts.upload_refusal("untrusted")
    categories = {*signatures._CATEGORIES.values(), "unsupported", "unreadable", "other_signer", "no_number"}
    assert [code for code in categories if texts.upload_refusal(code) == fallback] == []
