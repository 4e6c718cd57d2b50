"""Signed PDFs: who signed, the whole of what, and what happened to the file since."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from asn1crypto import cms, core
from asn1crypto import crl as asn1_crl
from asn1crypto import ocsp as asn1_ocsp
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PdfFileWriter, copy_into_new_writer
from pyhanko.sign import fields, signers, timestamps
from pyhanko.sign.validation.dss import DocumentSecurityStore

from epuap.signatures.pades import MAX_BYTES, verify_pdf
from epuap.signatures.report import NO_REVOCATION_CHECK, DocumentReport, Person
from epuap.signatures.trust import Trust
from eurzad.lib.personas import ANNA, BORYS
from tests.epuap.signatures import pdfs, pki
from tests.epuap.signatures.pki import DAY, HOUR, Holder, certify, person

NOW = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=30)
"""pyHanko states the moment it signs at, and a slow machine comes to it long after this line."""
FORM = "/AcroForm << /Fields [6 0 R] >>"
LASTING = {"since": NOW - 900 * DAY, "until": NOW + 900 * DAY}

SIGNER = Person(ANNA.given_name, ANNA.family_name, ANNA.pesel, ANNA.birth_date)
SECOND = Person(BORYS.given_name, BORYS.family_name, BORYS.pesel, BORYS.birth_date)


@pytest.fixture(scope="module")
def root() -> Holder:
    return certify("Kwalifikowany wystawca", authority=True, **LASTING)


@pytest.fixture(scope="module")
def anna(root: Holder) -> Holder:
    return person(root, **LASTING)


@pytest.fixture(scope="module")
def borys(root: Holder) -> Holder:
    return person(root, BORYS, **LASTING)


@pytest.fixture(scope="module")
def stranger() -> Holder:
    return person(certify("Kwalifikowany wystawca", authority=True, **LASTING), BORYS, **LASTING)


@pytest.fixture(scope="module")
def trust(root: Holder) -> Trust:
    return Trust(qualified=(root.certificate,))


@pytest.fixture(scope="module")
def signed(anna: Holder) -> bytes:
    return pdfs.sign(pdfs.plain(), anna, reserve=8_000)


@pytest.fixture
def report(trust: Trust) -> Callable[..., DocumentReport]:
    def of(data: bytes, **options: Any) -> DocumentReport:
        found = verify_pdf(data, **({"trust": trust, "now": NOW} | options))
        assert found.payload == (data if found.is_valid else b"")
        return found

    return of


Report = Callable[..., DocumentReport]


def verdict(found: DocumentReport) -> str:
    return f"{found.status} {found.code}"


# --- what is taken


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"pades": False},
        {"digest": "sha512"},
        {"box": (10, 10, 200, 60)},
        {"certify": fields.MDPPerm.NO_CHANGES},
    ],
)  # fmt: skip
def test_a_signed_pdf_names_its_signer(report: Report, anna: Holder, options: dict[str, Any]) -> None:
    found = report(pdfs.sign(pdfs.plain(), anna, **options))
    assert verdict(found) == "valid ok" and found.signers == (SIGNER,)
    (one,) = found.signatures
    assert (one.method, one.packaging, one.covered) == ("qualified", "pdf", ("document",))
    assert one.remarks == (NO_REVOCATION_CHECK,)
    assert one.signed_at is not None and abs(one.signed_at - NOW) < HOUR
    assert "Anna" in one.certificate_subject


@pytest.mark.parametrize("prefer_pss", [True, False])
def test_rsa_keys(report: Report, root: Holder, prefer_pss: bool) -> None:
    holder = person(root, key=pki.rsa_key("signer"), **LASTING)
    assert report(pdfs.sign(pdfs.plain(), holder, prefer_pss=prefer_pss)).is_valid


def test_a_pdf_of_object_streams(report: Report, anna: Holder) -> None:
    writer = copy_into_new_writer(PdfFileReader(BytesIO(pdfs.plain())), writer_kwargs={"stream_xrefs": True})
    stream = writer.prepare_object_stream()
    writer.add_object(core_text := _text(writer), obj_stream=stream)
    assert core_text is not None
    out = BytesIO()
    writer.write(out)
    assert b"/ObjStm" in out.getvalue() and b"/XRef" in out.getvalue()
    found = report(pdfs.sign(out.getvalue(), anna), original=out.getvalue())
    assert verdict(found) == "valid ok"


def _text(writer: PdfFileWriter) -> Any:
    from pyhanko.pdf_utils import generic

    return generic.DictionaryObject({generic.pdf_name("/Title"): generic.pdf_string("x")})


def test_several_people_sign_one_after_another(report: Report, anna: Holder, borys: Holder) -> None:
    both = pdfs.sign(pdfs.sign(pdfs.plain(), anna), borys, name="Podpis2", box=(10, 10, 90, 90))
    found = report(both, original=pdfs.plain())
    assert verdict(found) == "valid ok" and found.signers == (SIGNER, SECOND)


def test_one_signature_of_a_stranger_spoils_the_document(
    report: Report, anna: Holder, stranger: Holder
) -> None:
    found = report(pdfs.sign(pdfs.sign(pdfs.plain(), anna), stranger, name="Podpis2"))
    assert verdict(found) == "indeterminate untrusted_certificate"
    assert [one.status for one in found.signatures] == ["valid", "indeterminate"]


def _with_store(data: bytes, **content: Any) -> bytes:
    out = BytesIO(data)
    DocumentSecurityStore.add_dss(out, sig_contents=None, **content)
    return out.getvalue()


def test_evidence_added_later_counts(report: Report, signed: bytes, root: Holder, anna: Holder) -> None:
    now = {"since": NOW - HOUR, "until": NOW + HOUR}
    answer = asn1_ocsp.OCSPResponse.load(pki.ocsp_of(anna, root, **now))
    found = report(_with_store(signed, ocsps=[answer]))
    assert verdict(found) == "valid ok" and found.signatures[0].remarks == ()
    listed = asn1_crl.CertificateList.load(pki.crl_of(root, **now))
    assert report(_with_store(signed, crls=[listed])).signatures[0].remarks == ()
    revoked = {anna.certificate.serial_number: NOW - DAY}
    listed = asn1_crl.CertificateList.load(pki.crl_of(root, revoked, **now))
    assert verdict(report(_with_store(signed, crls=[listed]))) == "invalid revoked"


def test_the_path_may_be_embedded(report: Report, root: Holder) -> None:
    middle = certify("Pośredni", root, authority=True, **LASTING)
    holder = person(middle, **LASTING)
    assert report(pdfs.sign(pdfs.plain(), holder, middle)).is_valid
    assert verdict(report(pdfs.sign(pdfs.plain(), holder))) == "indeterminate untrusted_certificate"


def test_a_time_stamp_of_the_document_may_follow(report: Report, signed: bytes, root: Holder) -> None:
    stamper = pdfs.signer_of(
        certify("TSA", root, usage="digital_signature", key=pki.rsa_key("tsa"), **LASTING)
    )
    dummy = timestamps.DummyTimeStamper(stamper.signing_cert, stamper.signing_key)
    out = BytesIO()
    signers.PdfTimeStamper(dummy).timestamp_pdf(
        IncrementalPdfFileWriter(BytesIO(signed)), "sha256", None, output=out
    )
    found = report(out.getvalue())
    assert verdict(found) == "valid ok" and found.signers == (SIGNER,)


# --- the file was changed


def revise(**objects: bytes) -> Callable[[bytes], bytes]:
    """A further revision: object `n4` is object 4, and so on."""
    return lambda data: pdfs.revised(data, {int(name[1:]): body for name, body in objects.items()})


def root_with(entry: bytes) -> Callable[[bytes], bytes]:
    """A further revision of the catalog with another entry."""

    def of(data: bytes) -> bytes:
        (*_, catalog) = re.findall(rb"\n1 0 obj\n<<(\s*/Type /Catalog.*?)>>\nendobj", data, re.DOTALL)
        return pdfs.revised(data, {1: b"<<%s %s>>" % (catalog, entry)})

    return of


def replaced(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def of(data: bytes) -> bytes:
        assert old in data
        return data.replace(old, new.ljust(len(old)), 1)

    return of


EVIL = b"BT /F1 24 Tf 72 700 Td (Inna tresc) Tj ET"
EVIL_STREAM = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(EVIL), EVIL)
PAGE = (
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
    b"/Resources << /Font << /F1 5 0 R >> >> %s >>"
)


@pytest.mark.parametrize(
    ("alter", "expected"),
    [
        (replaced(b"Wniosek", b"Inny"), "invalid digest"),
        # shadow and overwrite attacks: a later revision shows something else
        (revise(n4=EVIL_STREAM), "invalid later_changes"),
        (revise(n5=b"<< /Type /Font /Subtype /Type3 /BaseFont /Helvetica >>"), "invalid later_changes"),
        (revise(n2=b"<< /Type /Pages /Kids [3 0 R 3 0 R] /Count 2 >>"), "invalid later_changes"),
        (revise(n2=b"<< /Type /Pages /Kids [90 0 R] /Count 1 >>", n90=PAGE % b""), "invalid later_changes"),
        (
            revise(
                n3=PAGE % b"/Annots [91 0 R]",
                n91=b"<< /Type /Annot /Subtype /FreeText /Rect [0 0 9 9] /Contents (x) >>",
            ),
            "invalid later_changes",
        ),
        (root_with(b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"), "invalid later_changes"),
        (root_with(b"/Names << >>"), "invalid later_changes"),
        (root_with(b""), "valid ok"),
        # a revision that adds only what nobody refers to
        (revise(n95=b"(harmless)"), "valid ok"),
        # signature exclusion
        (revise(n1=b"<< /Type /Catalog /Pages 2 0 R >>"), "invalid unsigned"),
        (replaced(b"/ByteRange", b"/ByteRanga"), "invalid pdf_malformed"),
        (replaced(b"/Contents <", b"/Kontents <"), "invalid pdf_malformed"),
        (replaced(b"/ETSI.CAdES.detached", b"/ETSI.CAdES.detachex"), "invalid signature_type"),
        (replaced(b"/ETSI.CAdES.detached", b"/adbe.pkcs7.sha1"), "invalid signature_type"),
        (replaced(b"/ETSI.CAdES.detached", b"/ETSI.RFC3161"), "invalid signature_type"),
        # bytes outside every revision
        (lambda data: data + b"%%EOF\n", "invalid pdf_malformed"),
        (lambda data: data + b"x\n%%EOF\n", "invalid pdf_malformed"),
        (lambda data: data + data[data.rindex(b"startxref") :], "invalid coverage"),
        (lambda data: data + b"PK\x03\x04", "invalid coverage"),
        (lambda data: data + b"\n", "valid ok"),
        (lambda data: data[:-2], "invalid pdf_malformed"),
        (lambda data: b"x" + data, "invalid pdf_malformed"),
    ],
)  # fmt: skip
def test_a_changed_file_is_refused(
    report: Report, signed: bytes, alter: Callable[[bytes], bytes], expected: str
) -> None:
    assert report(signed).is_valid
    assert verdict(report(alter(signed))) == expected


def test_values_of_other_fields_may_not_change(report: Report, anna: Holder, borys: Holder) -> None:
    signed = pdfs.sign(pdfs.plain(form=FORM), anna)
    filled = pdfs.revised(signed, {6: b"<< /FT /Tx /T (Nazwa) /V (Borys) >>"})
    assert verdict(report(filled)) == "invalid later_changes"
    both = report(pdfs.sign(filled, borys, name="Podpis2"))
    assert [one.code for one in both.signatures] == ["later_changes", "ok"]


def test_nothing_that_can_be_seen_follows_the_last_signature(
    report: Report, signed: bytes, borys: Holder
) -> None:
    """An empty field for a signature may be drawn as anything, anywhere."""
    for box, expected in (((0, 0, 595, 842), "invalid later_changes"), (None, "valid ok")):
        out = BytesIO(signed)
        writer = IncrementalPdfFileWriter(out)
        fields.append_signature_field(
            writer, fields.SigFieldSpec("Puste", box=box, empty_field_appearance=box is not None)
        )
        writer.write_in_place()
        assert verdict(report(out.getvalue())) == expected
    assert report(pdfs.sign(out.getvalue(), borys, name="Podpis2")).is_valid


def test_a_certification_is_kept_to(report: Report, anna: Holder, borys: Holder) -> None:
    for permission in (fields.MDPPerm.NO_CHANGES, fields.MDPPerm.FILL_FORMS):
        assert report(pdfs.sign(pdfs.plain(), anna, certify=permission)).is_valid
    certified = pdfs.sign(pdfs.plain(), anna, certify=fields.MDPPerm.FILL_FORMS)
    for box, code in ((None, "ok"), ((10, 10, 90, 90), "later_changes")):
        found = report(pdfs.sign(certified, borys, name="Podpis2", box=box))
        assert [one.code for one in found.signatures] == [code, "ok"]


# --- ByteRange and Contents


def span_of(data: bytes) -> tuple[int, int, int, int]:
    found = re.search(rb"/ByteRange \[(\d+) (\d+) (\d+) (\d+)", data)
    assert found is not None
    return tuple(int(one) for one in found.groups())  # type: ignore[return-value]


def with_span(data: bytes, *span: object) -> bytes:
    old = re.search(rb"/ByteRange \[[^\]]*\] *", data)
    assert old is not None
    new = b"/ByteRange [%s]" % " ".join(str(one) for one in span).encode()
    assert len(new) <= len(old.group())
    return data.replace(old.group(), new.ljust(len(old.group())), 1)


@pytest.mark.parametrize(
    "span",
    [
        lambda a, b, c, d: (1, b - 1, c, d),
        lambda a, b, c, d: (a, b, c + 2, d - 2),
        lambda a, b, c, d: (a, b - 2, c, d),
        lambda a, b, c, d: (a, b + 1, c, d),
        lambda a, b, c, d: (a, b, c, d + 1),
        lambda a, b, c, d: (a, b, c, d - 1),
        lambda a, b, c, d: (a, b, c, 0),
        lambda a, b, c, d: (a, b, c, -1),
        lambda a, b, c, d: (a, b, 0, d),
        lambda a, b, c, d: (a, b),
        lambda a, b, c, d: (),
        lambda a, b, c, d: (a, 1, 2, 1, c, d),
        lambda a, b, c, d: (a, b, f"{c}.0", d),
        lambda a, b, c, d: ("null", b, c, d),
        lambda a, b, c, d: ("true", b, c, d),
        lambda a, b, c, d: ("(0)", b, c, d),
        lambda a, b, c, d: (-1, b, c, d),
    ],
)  # fmt: skip
def test_a_byte_range_of_another_shape(report: Report, signed: bytes, span: Callable[..., Any]) -> None:
    """Universal signature forgery, and holes: the gap is the signature itself and nothing else."""
    found = report(with_span(signed, *span(*span_of(signed))))
    assert verdict(found) in (
        "invalid byte_range",
        "invalid pdf_malformed",
        "invalid digest",
        "invalid coverage",
    )


def with_contents(data: bytes, change: Callable[[bytes], bytes]) -> bytes:
    _, before, after, _ = span_of(data)
    new = change(data[before:after])
    return data[:before] + new.ljust(after - before) + data[after:]


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        (lambda gap: b"<>", {"pdf_malformed", "byte_range"}),
        (lambda gap: b"<00>", {"pdf_malformed", "byte_range"}),
        (lambda gap: b"null", {"pdf_malformed"}),
        (lambda gap: b"<" + b"0" * (len(gap) - 2) + b">", {"pdf_malformed"}),
        (lambda gap: gap.rstrip(b"0>") + b"0>", {"byte_range", "pdf_malformed"}),
        (lambda gap: gap.rstrip(b"0>") + b"> /Evil (x)", {"byte_range", "pdf_malformed"}),
        (lambda gap: gap[:40] + b"  " + gap[42:], {"byte_range", "pdf_malformed"}),
    ],
)  # fmt: skip
def test_contents_of_another_shape(
    report: Report, signed: bytes, change: Callable[[bytes], bytes], codes: set[str]
) -> None:
    found = report(with_contents(signed, change))
    assert found.status == "invalid" and found.code in codes


def test_the_signature_of_another_document(report: Report, signed: bytes, anna: Holder) -> None:
    other = pdfs.sign(pdfs.plain("Wnlosek"), anna, reserve=8_000)
    _, before, after, _ = span_of(other)
    assert verdict(report(with_contents(signed, lambda gap: other[before:after]))) == "invalid digest"


def resigned(data: bytes, change: Callable[[Any], None]) -> bytes:
    """The file with the CMS structure of its signature changed."""

    def of(gap: bytes) -> bytes:
        content = cms.ContentInfo.load(bytes.fromhex(gap[1:-1].decode()))
        change(content["content"])
        found = content.dump(force=True).hex().encode()
        return b"<" + found.ljust(len(gap) - 2, b"0") + b">"

    return with_contents(data, of)


def test_changed_signatures(report: Report, anna: Holder, stranger: Holder) -> None:
    signed = pdfs.sign(pdfs.plain(), anna, reserve=40_000)
    assert report(resigned(signed, lambda one: None)).is_valid

    def flipped(one: Any) -> None:
        value = bytearray(one["signer_infos"][0]["signature"].native)
        value[-1] ^= 1
        one["signer_infos"][0]["signature"] = bytes(value)

    def another_certificate(one: Any) -> None:
        one["certificates"] = [cms.CertificateChoices("certificate", pdfs.signer_of(stranger).signing_cert)]

    def unsigned(one: Any) -> None:
        del one["signer_infos"][0]["signed_attrs"]

    def twice(one: Any) -> None:
        one["signer_infos"].append(one["signer_infos"][0].copy())

    def nobody(one: Any) -> None:
        one["signer_infos"] = []

    def weak(one: Any) -> None:
        one["signer_infos"][0]["digest_algorithm"] = {"algorithm": "sha1"}

    def filled(one: Any) -> None:
        one["encap_content_info"]["content"] = core.OctetString(b"x")

    def crowded(one: Any) -> None:
        one["certificates"] = [*one["certificates"]] * 25

    for change, codes in (
        (flipped, {"value"}),
        (another_certificate, {"pdf_malformed"}),
        (unsigned, {"signed_attributes", "pdf_malformed"}),
        (twice, {"pdf_malformed"}),
        (nobody, {"pdf_malformed"}),
        (weak, {"method"}),
        (filled, {"signed_attributes"}),
        (crowded, {"pdf_too_complex"}),
    ):
        found = report(resigned(signed, change))
        assert found.status == "invalid" and found.code in codes, (change.__name__, found.code)


def test_weak_signatures(report: Report, anna: Holder, root: Holder, monkeypatch: pytest.MonkeyPatch) -> None:
    small = person(root, key=pki.rsa_key("small", 1024), **LASTING)
    assert verdict(report(pdfs.sign(pdfs.plain(), small))) == "indeterminate weak_certificate"
    assert verdict(report(pdfs.sign(pdfs.plain(), anna, digest="sha1"))) == "invalid method"


# --- what was to be signed


def test_the_original_is_what_was_sent(report: Report, signed: bytes, anna: Holder) -> None:
    original = pdfs.plain()
    assert verdict(report(signed, original=original)) == "valid ok"
    for other in (pdfs.plain("Inny"), original + b"\n", original[:-5], b"", signed, signed + b"\n"):
        assert verdict(report(signed, original=other)) in ("invalid altered", "invalid pdf_malformed")


@pytest.mark.parametrize(
    "change",
    [
        {4: EVIL_STREAM},
        {3: PAGE % b"/Annots [91 0 R]", 91: b"<< /Type /Annot /Subtype /FreeText /Rect [0 0 9 9] >>"},
        {1: b"<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (x) >> >>"},
        {1: b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [6 0 R] >> >>"},
        {1: b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [] /XFA (x) >> >>"},
        {1: b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [] /NeedAppearances true >> >>"},
        {1: b"<< /Type /Catalog /Pages 2 0 R /AcroForm 6 0 R >>", 6: b"<< /Fields [] >>"},
        {1: b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields 5 0 R >> >>", 5: b"[]"},
    ],
)  # fmt: skip
def test_a_document_changed_before_signing_is_not_the_original(
    report: Report, anna: Holder, change: dict[int, bytes]
) -> None:
    changed = pdfs.sign(pdfs.revised(pdfs.plain(), change), anna)
    assert verdict(report(changed)) == "valid ok", "sound by itself"
    assert report(changed, original=pdfs.plain()).code == "altered"


def test_the_original_of_a_certified_and_of_a_form_document(report: Report, anna: Holder) -> None:
    for original in (pdfs.plain(), pdfs.plain(form=FORM)):
        certified = pdfs.sign(original, anna, certify=fields.MDPPerm.NO_CHANGES, box=(1, 1, 99, 99))
        assert verdict(report(certified, original=original)) == "valid ok"


# --- the rest


def test_what_is_no_signed_pdf(report: Report, anna: Holder) -> None:
    assert verdict(report(pdfs.plain())) == "invalid unsigned"
    assert verdict(report(pdfs.plain(form=FORM))) == "invalid unsigned"
    for junk in (b"", b"<a/>", b"%PDF-", b"%PDF-1.7\n", b"%PDF-1.7\n%%EOF", b"%PDF-1.7" + b"\x00" * 5000):
        assert verdict(report(junk)) == "invalid pdf_malformed"
    assert verdict(report(b"%PDF-1.7\n" + b" " * MAX_BYTES)) == "invalid pdf_too_big"


def test_an_encrypted_pdf(report: Report) -> None:
    writer = copy_into_new_writer(PdfFileReader(BytesIO(pdfs.plain())))
    writer.encrypt(owner_pass="x", user_pass="x")
    out = BytesIO()
    writer.write(out)
    assert verdict(report(out.getvalue())) == "invalid pdf_encrypted"


def test_times(report: Report, signed: bytes, root: Holder) -> None:
    assert verdict(report(signed, now=NOW - DAY)) == "indeterminate signed_in_future"
    expired = person(root, since=NOW - 9 * DAY, until=NOW - DAY)
    assert verdict(report(pdfs.sign(pdfs.plain(), expired))) == "indeterminate certificate_not_valid_then"


def test_a_pinned_seal_states_no_person_in_a_pdf(report: Report) -> None:
    seal = certify("Minister - pieczęć", **LASTING)
    found = report(pdfs.sign(pdfs.plain(), seal), trust=Trust(seals=(seal.certificate,)))
    assert verdict(found) == "indeterminate no_person"
