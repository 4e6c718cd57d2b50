"""Files made to keep a reader busy: each is refused by its shape, after a bounded number of steps."""

from __future__ import annotations

import datetime as dt
import zlib

import pytest

from epuap.signatures import pdf_reading
from epuap.signatures.pades import verify_pdf
from epuap.signatures.pdf_reading import BoundedReader, TooComplex
from epuap.signatures.trust import Trust
from tests.epuap.signatures import pdfs, pki

NOW = dt.datetime.now(dt.UTC)
HEAD = b"%PDF-1.7\n"


def stream(entries: bytes, body: bytes) -> bytes:
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (entries, len(body), body)


def table_stream(entries: bytes, body: bytes) -> bytes:
    holder = stream(b"/Type /XRef /Root 1 0 R " + entries, body)
    return HEAD + b"9 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (holder, len(HEAD))


def object_stream(content: bytes, first: int, count: int) -> bytes:
    """A document whose objects 1 to 7 lie in one stream."""
    holder = stream(
        b"/Type /ObjStm /N %d /First %d /Filter /FlateDecode" % (count, first), zlib.compress(content)
    )
    out = HEAD + b"8 0 obj\n%s\nendobj\n" % holder
    rows = [(0, 0, 0), *((2, 8, index) for index in range(7)), (1, len(HEAD), 0), (1, len(out), 0)]
    table = b"".join(bytes([kind]) + place.to_bytes(4, "big") + bytes([index]) for kind, place, index in rows)
    body = stream(b"/Type /XRef /Root 1 0 R /W [1 4 1] /Size 10", table)
    return out + b"9 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (body, len(out))


def root_of(entry: bytes) -> bytes:
    return pdfs.revised(pdfs.plain(), {1: b"<< /Type /Catalog /Pages 2 0 R /X %s >>" % entry})


NUMBERS = b"".join(b"%d 0 " % number for number in range(1, 8))
ROW = b"0000000000 65535 f \n"
DEEP = zlib.compress(zlib.compress(bytes(30_000_000)))
COMPLEX = {
    "an array of numbers": root_of(b"[" + b"0 " * 500_000 + b"]"),
    "an array of names": root_of(b"[" + b"/a" * 500_000 + b"]"),
    "a long string": root_of(b"(" + b"a" * 1_000_000 + b")"),
    "a long number": root_of(b"1" * 2_000_000),
    "a long comment": root_of(b"%" + b"a" * 1_000_000 + b"\n0"),
    "white space": root_of(b" " * 1_000_000),
    "a long table": HEAD + b"xref\n0 200000\n" + ROW * 200_000 + b"trailer\n<< >>\nstartxref\n9\n%%EOF\n",
    "rows of no width": table_stream(b"/W [0 0 0] /Size 999999999", b""),
    "rows of no width, hidden": table_stream(
        b"/#57%x\n[ -1 %]\n0.0 0 ] /Index [0 999999999 1000000000 -999999990]", b""
    ),
    "rows that are stated alone": table_stream(b"/W [1 1 1] /Size 999999999", b""),
    "numbers in a stream": object_stream(NUMBERS + b"<< /AcroForm [" + b"0 " * 500_000 + b"] >>", len(NUMBERS), 7),
    "offsets in a stream": object_stream(b"9 0 " * 250_000 + NUMBERS, 0, 999_999),
    "many revisions": None,
}  # fmt: skip


def many_revisions() -> bytes:
    data = pdfs.plain()
    for number in range(45):
        data = pdfs.revised(data, {100 + number: b"(x)"})
    return data


@pytest.mark.parametrize("name", COMPLEX)
def test_too_much_work(name: str) -> None:
    data = COMPLEX[name] or many_revisions()
    found = verify_pdf(data, trust=Trust(), now=NOW)
    assert (found.status, found.code) in (("invalid", "pdf_too_complex"), ("invalid", "pdf_malformed"))
    if name not in ("offsets in a stream", "many revisions"):
        with pytest.raises(TooComplex):
            BoundedReader(data).root["/AcroForm"]


@pytest.mark.parametrize(
    "data",
    [
        root_of(b"[" * 100_000),
        root_of(b"<< /A " * 100_000),
        object_stream(NUMBERS + b"[" * 100_000, len(NUMBERS), 7),
        object_stream(NUMBERS + bytes(5 * 2**20), len(NUMBERS), 7),
        table_stream(b"/W [1 1 1] /Size 1000 /Filter [/FlateDecode /FlateDecode]", DEEP),
        table_stream(b"/W [1 -1 1] /Size 20", bytes(60)),
        HEAD + b"xref\n0 1\n" + ROW + b"trailer\n<< /Size 1 /Root 1 0 R /Prev 9 >>\nstartxref\n9\n%%EOF\n",
        pdfs.revised(pdfs.plain(), {1: b"1 0 R"}),
        pdfs.revised(pdfs.plain(), {1: b"10 0 R", **{n: b"%d 0 R" % (n + 1) for n in range(10, 2000)}}),
    ],
)  # fmt: skip
def test_loops_and_depths_end(data: bytes) -> None:
    found = verify_pdf(data, trust=Trust(), now=NOW)
    assert found.status == "invalid" and found.code in ("pdf_malformed", "pdf_too_complex")


def test_a_thicket_of_references() -> None:
    """Two ways on from each of thirty objects: a thousand million paths, walked where revisions are compared."""
    root = pki.certify("CA", authority=True, since=NOW - pki.DAY, until=NOW + pki.DAY)
    objects = {number: b"<< /L %d 0 R /R %d 0 R >>" % (number + 1, number + 1) for number in range(10, 40)}
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /X 10 0 R >>"
    original = pdfs.revised(pdfs.plain(), {3: page, **objects, 40: b"(end)"})
    signed = pdfs.sign(original, pki.person(root, since=NOW - pki.DAY, until=NOW + pki.DAY))
    changed = pdfs.revised(signed, {5: b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>"})
    trust, later = Trust(qualified=(root.certificate,)), NOW + dt.timedelta(minutes=30)
    assert verify_pdf(signed, trust=trust, now=later).is_valid
    assert verify_pdf(signed, trust=trust, now=later, original=original).code == "pdf_too_complex"
    assert verify_pdf(changed, trust=trust, now=later).code == "pdf_too_complex"


def test_a_document_of_an_office_is_well_within_the_bounds() -> None:
    root = pki.certify("CA", authority=True, since=NOW - pki.DAY, until=NOW + pki.DAY)
    holder = pki.person(root, since=NOW - pki.DAY, until=NOW + pki.DAY)
    original = pdfs.revised(
        pdfs.plain(), dict.fromkeys(range(10, 2500), b"<< /Type /Annot /Rect [0 0 9 9] /T (x) >>")
    )
    twice = pdfs.sign(pdfs.sign(original, holder), holder, name="Podpis2")
    later = NOW + dt.timedelta(minutes=30)
    found = verify_pdf(twice, trust=Trust(qualified=(root.certificate,)), now=later, original=original)
    assert found.is_valid, found.code


def test_what_is_replaced_is_still_there() -> None:
    """The bounded reader replaces methods of pyHanko: an update that renames one must not go unseen."""
    reader = vars(pdf_reading.PdfFileReader)
    assert {"_get_object_from_stream", "get_historical_resolver", "decode_context"} <= set(reader)
