"""What kind of file an attachment is, told by its content alone, and whether it is only that."""

import re
import zlib

from epuap.xml.names import ds
from eurzad.lib import xml

PDF, JPEG, PNG, XML = "application/pdf", "image/jpeg", "image/png", "text/xml"
SUFFIXES = {PDF: ".pdf", JPEG: ".jpg", PNG: ".png", XML: ".xml"}
MAX_NAME = 120

_PNG = b"\x89PNG\r\n\x1a\n"
_FOREIGN = re.compile(rb"<html|<script|<!doctype|<svg|<\?php|%PDF-|PK\x03\x04", re.IGNORECASE)


def _pdf_name(word: str) -> bytes:
    """A pattern of a name in a PDF, any letter of which may be written as its code."""
    return b"/" + b"".join(b"(?:%c|#%02x|#%02X)" % ((ord(letter),) * 3) for letter in word)


_ENCRYPTED = re.compile(_pdf_name("Encrypt") + rb"\s*(?:\d+\s+\d+\s+R|<<)")
_ACTIVE = re.compile(_pdf_name("JavaScript") + b"|" + _pdf_name("Launch") + rb"\b")
_PACKED = re.compile(rb"/ObjStm\b.{0,1000}?\bstream\r?\n", re.DOTALL)
_UNPACKED_MAX = 32 * 2**20
"""How many bytes of the packed objects of one PDF are unpacked to be looked at."""
_NOT_IN_NAMES = re.compile(
    r'[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff\\/:*?"<>|;]+'
)
_HEAD = 1024
"""Readers look for another format's beginning no further than this."""


class FileRefused(Exception):
    """A file that is not taken. `code`: empty, other, damaged, mixed, encrypted, active, unsigned or xml."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def recognise(content: bytes) -> str:
    """Return the kind of a file (its media type): PDF, JPEG, PNG or signed XML. Raises FileRefused.

    A file that is one thing to one program and another to the next is refused, whatever its name says.
    """
    if not content:
        raise FileRefused("empty")
    if content.startswith(b"%PDF-"):
        return _pdf(content)
    if content.startswith(b"\xff\xd8\xff"):
        return _jpeg(content)
    if content.startswith(_PNG):
        return _png(content)
    if content[:_HEAD].removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        return _xml(content)
    raise FileRefused("other")


def clean_name(name: str, kind: str) -> str:
    """Return a file's name to be shown and saved under: no folders, no controls, the suffix of its real kind."""
    base = _NOT_IN_NAMES.sub(" ", name.replace("\\", "/").rpartition("/")[2]).strip(" .")
    stem = base.rpartition(".")[0] or base if "." in base else base
    stem = " ".join(stem.split())[: MAX_NAME - 10].strip(" .") or "plik"
    return stem + SUFFIXES[kind]


def _pdf(content: bytes) -> str:
    end = content.rfind(b"%%EOF")
    if end < 0 or b"startxref" not in content:
        raise FileRefused("damaged")
    if content[end + 5 :].strip(b"\r\n\t \x00") or _is_zip_too(content) or _FOREIGN.search(content, 5, _HEAD):
        raise FileRefused("mixed")
    if _ENCRYPTED.search(content):
        raise FileRefused("encrypted")
    if _ACTIVE.search(content) or _is_active_inside(content):
        raise FileRefused("active")
    return PDF


def _is_active_inside(content: bytes) -> bool:
    """Whether a PDF's packed objects hold a script or start a program; one that unpacks to no end counts as such."""
    left = _UNPACKED_MAX
    for found in _PACKED.finditer(content):
        try:
            unpacked = zlib.decompressobj().decompress(memoryview(content)[found.end() :], left)
        except zlib.error:
            continue
        left -= len(unpacked)
        if left <= 0 or _ACTIVE.search(unpacked):
            return True
    return False


def _jpeg(content: bytes) -> str:
    end = _end_of_jpeg(content)
    if end < 0:
        raise FileRefused("damaged")
    if b"%PDF-" in content[:_HEAD] or _FOREIGN.search(content, end) or _is_zip_too(content):
        raise FileRefused("mixed")
    return JPEG


def _end_of_jpeg(content: bytes) -> int:
    """Where the picture ends: cameras may put more behind it. -1 where it does not."""
    position, has_scan = 2, False
    while True:
        position = content.find(b"\xff", position)
        if position < 0 or position + 1 >= len(content):
            return -1
        marker = content[position + 1]
        if marker == 0xD9:
            return position + 2 if has_scan else -1
        if marker in (0x00, 0x01, 0xFF) or 0xD0 <= marker <= 0xD7:
            position += 1 if marker == 0xFF else 2
            continue
        length = int.from_bytes(content[position + 2 : position + 4], "big")
        if length < 2 or position + 2 + length > len(content):
            return -1
        has_scan = has_scan or marker == 0xDA
        position += 2 + length


def _png(content: bytes) -> str:
    position, name, has_data = len(_PNG), b"", False
    while name != b"IEND":
        length = int.from_bytes(content[position : position + 4], "big")
        name = content[position + 4 : position + 8]
        end = position + 12 + length
        if len(name) < 4 or end > len(content):
            raise FileRefused("damaged")
        checksum = zlib.crc32(content[position + 4 : end - 4]).to_bytes(4, "big")
        if checksum != content[end - 4 : end] or (position == len(_PNG)) != (name == b"IHDR"):
            raise FileRefused("damaged")
        has_data = has_data or name == b"IDAT"
        position = end
    if not has_data:
        raise FileRefused("damaged")
    if position != len(content) or b"%PDF-" in content[:_HEAD]:
        raise FileRefused("mixed")
    return PNG


def _xml(content: bytes) -> str:
    try:
        root = xml.parse(content)
    except xml.XmlRejected as error:
        raise FileRefused("xml") from error
    if next(root.iter(ds("Signature")), None) is None:
        raise FileRefused("unsigned")
    return XML


def _is_zip_too(content: bytes) -> bool:
    """Whether the file ends as an archive does: its directory's end with a comment that fills the rest."""
    at = content.rfind(b"PK\x05\x06", max(0, len(content) - 65_557))
    if at < 0 or at + 22 > len(content):
        return False
    return at + 22 + int.from_bytes(content[at + 20 : at + 22], "little") <= len(content)
