"""A received document as plain text: what a clerk may read without opening the file."""

import base64
import binascii
import re
from dataclasses import dataclass

from lxml import etree

from epuap.xml.names import ds
from epuap.xml.verify import peek_payload
from eurzad.lib.xml import XmlRejected, parse, text_of

MAX_LINES = 400
MAX_TEXT = 4000
_LONG_DATA = re.compile(r"[A-Za-z0-9+/=\s]{400,}")
_WORD_BORDER = re.compile(r"(?<=[a-ząćęłńóśźż])(?=[A-ZĄĆĘŁŃÓŚŹŻ])")


@dataclass(frozen=True)
class Line:
    """One element: its name in words, its own text and how deep it lies (0–5)."""

    label: str
    text: str
    depth: int


@dataclass(frozen=True)
class Enclosed:
    """An attachment inside the document; `size` in bytes, 0 when it cannot be decoded."""

    number: int
    name: str
    mime: str
    size: int


@dataclass(frozen=True)
class Reading:
    """A document as text. `error` is the parser's code when it is no readable XML."""

    lines: tuple[Line, ...] = ()
    enclosed: tuple[Enclosed, ...] = ()
    is_cut: bool = False
    error: str = ""


def read(content: bytes) -> Reading:
    """Read a document as plain text, signatures left out, also one inside an enveloping signature; never
    raises for a bad one."""
    try:
        root = parse(peek_payload(content))
    except XmlRejected as error:
        return Reading(error=error.code)
    lines: list[Line] = []
    _collect(root, 0, lines)
    return Reading(
        lines=tuple(lines[:MAX_LINES]),
        enclosed=tuple(_describe(number, one) for number, one in enumerate(_enclosed(root))),
        is_cut=len(lines) > MAX_LINES,
    )


def enclosed_bytes(content: bytes, number: int) -> bytes | None:
    """The bytes of an attachment inside the document; None when there is no such one."""
    try:
        found = _enclosed(parse(peek_payload(content)))
    except XmlRejected:
        return None
    return _decode(found[number]) if 0 <= number < len(found) else None


def _collect(element: etree._Element, depth: int, lines: list[Line]) -> None:
    if element.tag == ds("Signature") or len(lines) > MAX_LINES:
        return
    children = [] if _is_enclosed(element) else list(element.iterchildren(etree.Element))
    label = _WORD_BORDER.sub(" ", etree.QName(element).localname)
    text = element.get("nazwaPliku", "") if _is_enclosed(element) else _own_text(element, children)
    if children or text:
        lines.append(Line(label, _shown(text), min(depth, 5)))
    for child in children:
        _collect(child, depth + 1, lines)


def _own_text(element: etree._Element, children: list[etree._Element]) -> str:
    return (element.text or "").strip() if children else text_of(element)


def _shown(text: str) -> str:
    if _LONG_DATA.fullmatch(text) and " " not in text.strip():
        return f"[… {len(text)} …]"
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}…"


def _enclosed(root: etree._Element) -> list[etree._Element]:
    return [one for one in root.iter("{*}Zalacznik") if _is_enclosed(one)]


def _is_enclosed(element: etree._Element) -> bool:
    """Whether this is an attachment that holds its bytes."""
    is_attachment = etree.QName(element).localname == "Zalacznik"
    return is_attachment and element.get("kodowanie", "").lower() == "base64"


def _describe(number: int, element: etree._Element) -> Enclosed:
    return Enclosed(
        number,
        element.get("nazwaPliku", "")[:255],
        element.get("format", "")[:100],
        len(_decode(element) or b""),
    )


def _decode(element: etree._Element) -> bytes | None:
    try:
        return base64.b64decode("".join(text_of(element.find("{*}DaneZalacznika")).split()), validate=True)
    except (binascii.Error, ValueError):
        return None
