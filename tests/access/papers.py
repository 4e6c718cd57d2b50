"""Small real files of each kind an application takes, and bad ones."""

import io
import zipfile
import zlib

from eurzad.lib.pdf import html_to_pdf

PDF = html_to_pdf("<html lang='pl'><title>P</title><body><p>Pełnomocnictwo</p></body></html>", identifier="p")


def chunk(name: bytes, data: bytes) -> bytes:
    """One chunk of a PNG."""
    return len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")


PNG = (
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", bytes((0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0)))
    + chunk(b"IDAT", zlib.compress(b"\x00\x00"))
    + chunk(b"IEND", b"")
)


def _segment(marker: int, data: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(data) + 2).to_bytes(2, "big") + data


JPEG = (
    b"\xff\xd8"
    + _segment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00")
    + _segment(0xDA, b"\x01\x01\x00\x00\x3f\x00")
    + b"\x12\xff\x00\x34\xff\xd9"
)
SIGNED_XML = b'<list><Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/></list>'


def pdf_with_packed(data: bytes) -> bytes:
    """The PDF with an object stream more, which holds these bytes packed."""
    packed = zlib.compress(data)
    stream = b"9 0 obj\n<</Type/ObjStm /N 1 /First 4 /Length %d>>\nstream\n%s\nendstream\nendobj\n"
    start = PDF.index(b"\n", 10) + 1
    return PDF[:start] + stream % (len(packed), packed) + PDF[start:]


def archive() -> bytes:
    """A ZIP file."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as packed:
        packed.writestr("a.txt", "a")
    return kept.getvalue()


BAD = {
    "empty": (b"", "empty"),
    "word": (archive(), "other"),
    "text": (b"Zwykly tekst", "other"),
    "exe": (b"MZ\x90\x00" + bytes(200), "other"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "unsigned"),
    "html": (b"<!doctype html><html><script>alert(1)</script></html>", "xml"),
    "entities": (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "xml"),
    "xml_cut": (b"<a><b></a>", "xml"),
    "pdf_cut": (PDF[: len(PDF) // 2], "damaged"),
    "pdf_zip": (PDF + archive(), "mixed"),
    "pdf_tail": (PDF + b"<script>alert(1)</script>", "mixed"),
    "pdf_html_head": (b"%PDF-1.4\n<script>alert(1)</script>\n" + PDF[9:], "mixed"),
    "pdf_locked": (PDF.replace(b"/Root", b"/Encrypt 9 0 R /Root", 1), "encrypted"),
    "pdf_locked_in_codes": (PDF.replace(b"/Root", b"/Encr#79pt 9 0 R /Root", 1), "encrypted"),
    "pdf_script": (
        PDF.replace(b"/Root", b"/OpenAction <</S /JavaScript /JS (app.alert(1))>> /Root", 1),
        "active",
    ),
    "pdf_script_in_codes": (
        PDF.replace(b"/Root", b"/AA <</O <</S /J#61va#53cript>>>> /Root", 1),
        "active",
    ),
    "pdf_program": (PDF.replace(b"/Root", b"/OpenAction <</S /Launch /F (x.exe)>> /Root", 1), "active"),
    "pdf_script_packed": (pdf_with_packed(b"1 0 <</S /JavaScript /JS (app.alert(1))>>"), "active"),
    "pdf_bomb": (pdf_with_packed(bytes(40 * 2**20)), "active"),
    "png_cut": (PNG[:-6], "damaged"),
    "png_changed": (PNG.replace(b"IDAT", b"IDAX"), "damaged"),
    "png_tail": (PNG + b"<?php echo 1; ?>", "mixed"),
    "png_zip": (PNG + archive(), "mixed"),
    "png_pdf": (PNG[:8] + chunk(b"IHDR", bytes(13)) + chunk(b"tEXt", PDF[:40]) + PNG[33:], "mixed"),
    "jpeg_cut": (JPEG[:-2], "damaged"),
    "jpeg_head_only": (b"\xff\xd8\xff\xd9", "damaged"),
    "jpeg_zip": (JPEG + archive(), "mixed"),
    "jpeg_html": (JPEG + b"<html>", "mixed"),
}
