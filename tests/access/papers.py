"""Small real files of each kind an application takes, and bad ones."""

import io
import zipfile
import zlib

from eurzad.lib.pdf import html_to_pdf

PDF = html_to_pdf("<html lang='pl'><title>P</title><body><p>Pełnomocnictwo</p></body></html>", identifier="p")


def _chunk(name: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")


PNG = (
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", bytes((0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0)))
    + _chunk(b"IDAT", zlib.compress(b"\x00\x00"))
    + _chunk(b"IEND", b"")
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
    "png_cut": (PNG[:-6], "damaged"),
    "png_changed": (PNG.replace(b"IDAT", b"IDAX"), "damaged"),
    "png_tail": (PNG + b"<?php echo 1; ?>", "mixed"),
    "png_zip": (PNG + archive(), "mixed"),
    "png_pdf": (PNG[:8] + _chunk(b"IHDR", bytes(13)) + _chunk(b"tEXt", PDF[:40]) + PNG[33:], "mixed"),
    "jpeg_cut": (JPEG[:-2], "damaged"),
    "jpeg_head_only": (b"\xff\xd8\xff\xd9", "damaged"),
    "jpeg_zip": (JPEG + archive(), "mixed"),
    "jpeg_html": (JPEG + b"<html>", "mixed"),
}
