"""The one hardened XML parser and writer of the house.

What arrives from outside is parsed here and nowhere else: no DTD, no entities, no network, bounded in bytes,
nodes and depth, and only in encodings whose markup is plain ASCII, so that the checks made on bytes see what
the parser sees.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from lxml import etree

MAX_BYTES = 5 * 2**20
MAX_DEPTH = 100
MAX_NODES = 50_000

WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
ID_ATTRIBUTES = ("ID", "Id", "wsu:Id", "xml:id")
"""The attributes a signature may point to, whatever a schema says of them."""

_LIBXML2_TEXT = 10_000_000
_BOM = b"\xef\xbb\xbf"
_ENCODINGS = frozenset({"utf-8", "us-ascii", "ascii", "iso-8859-1", "iso-8859-2", "windows-1250"})
_DECLARATION = re.compile(rb"<\?xml\s[^>]*?\?>")
_DECLARED_ENCODING = re.compile(rb"\sencoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_MISC = re.compile(rb"(?:\s+|<!--.*?-->|<\?.*?\?>)*", re.DOTALL)
_STRING_VALUE = etree.XPath("string()", smart_strings=False)
_IDS = etree.XPath(
    " | ".join(f"descendant-or-self::*/@{name}" for name in ID_ATTRIBUTES), namespaces={"wsu": WSU}
)
_NODES = etree.XPath(
    "count(descendant-or-self::*) + count(descendant::comment()) + count(descendant::processing-instruction())"
)
_MAX_ATTRIBUTES = 200  # of one element
_CROWDED = etree.XPath(f"boolean(descendant-or-self::*[count(@*) > {_MAX_ATTRIBUTES}])")
_MAX_NAMESPACES = 1_000  # in scope at once
_MAX_DECLARED = 20_000
_MAX_WORK = 2 * 10**7  # libxml2 canonicalises in time by nodes and by the square of the namespaces in scope
_PARSER_MAX_DEPTH = 256  # libxml2's own, without huge_tree


class XmlRejected(ValueError):
    """Bytes that are not taken as XML.

    `code`: too_big, encoding, doctype, malformed, too_many_nodes, too_deep or duplicate_id.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def parse(
    data: bytes,
    *,
    max_bytes: int = MAX_BYTES,
    max_depth: int = MAX_DEPTH,
    max_nodes: int = MAX_NODES,
) -> etree._Element:
    """Return the root element of `data`; raise XmlRejected if unsafe, oversized or not well-formed."""
    if len(data) > max_bytes:
        raise XmlRejected("too_big")
    data = data.removeprefix(_BOM)
    # Each element costs one or two "<", each attribute two quotes: counted before anything is allocated for
    # them. libxml2 takes the square of the namespaces that one element declares.
    quotes = data.count(b'"') + data.count(b"'")
    declared = data.count(b"xmlns")
    if data.count(b"<") > 2 * max_nodes or quotes > 8 * max_nodes or declared > _MAX_DECLARED:
        raise XmlRejected("too_many_nodes")
    _check_prolog(data)
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        no_network=True,
        # libxml2 takes no text node over 10 MB unless told so; our own bounds hold either way.
        huge_tree=max_bytes > _LIBXML2_TEXT,
        recover=False,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise XmlRejected("malformed") from error
    document = root.getroottree().docinfo
    if document.internalDTD is not None:
        raise XmlRejected("doctype")
    if (document.encoding or "utf-8").lower() not in _ENCODINGS:
        raise XmlRejected("encoding")
    nodes = _check_bounds(root, max_depth=max_depth, max_nodes=max_nodes)
    if quotes > 2 * _MAX_ATTRIBUTES and _CROWDED(root):
        raise XmlRejected("too_many_nodes")
    _check_namespaces(root, declared=declared, nodes=nodes)
    return root


def to_bytes(element: etree._Element) -> bytes:
    """Serialise as UTF-8 with an XML declaration; a root element brings its processing instructions along."""
    whole = element.getparent() is None
    return etree.tostring(
        element.getroottree() if whole else element, encoding="UTF-8", xml_declaration=True, with_tail=False
    )


def text_of(element: etree._Element | None) -> str:
    """Return all text of the element, outer white space stripped; comments inside never cut it short.

    "" for None, so that an optional element reads as an empty value.
    """
    return "" if element is None else str(_STRING_VALUE(element)).strip(" \t\r\n")


def elements(root: etree._Element) -> Iterator[etree._Element]:
    """Yield the root and every element below it, without comments and processing instructions."""
    return root.iter(etree.Element)


def assert_unique_ids(root: etree._Element) -> dict[str, etree._Element]:
    """Return the elements by their ID, Id, wsu:Id or xml:id; raise XmlRejected("duplicate_id") for a shared one."""
    found: dict[str, etree._Element] = {}
    values = _IDS(root)
    assert isinstance(values, list)
    for value in values:
        assert isinstance(value, etree._ElementUnicodeResult)
        element = value.getparent()
        assert element is not None
        if found.setdefault(str(value), element) is not element:
            raise XmlRejected("duplicate_id")
    return found


def _check_prolog(data: bytes) -> None:
    """Refuse a foreign encoding and any document type declaration before the parser reads a byte."""
    if b"\x00" in data or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise XmlRejected("encoding")
    declaration = _DECLARATION.match(data)
    if declaration is not None:
        encoding = _DECLARED_ENCODING.search(declaration.group())
        if encoding is not None and encoding.group(1).decode("ascii").lower() not in _ENCODINGS:
            raise XmlRejected("encoding")
    misc = _MISC.match(data)
    if misc is not None and data.startswith(b"<!", misc.end()):
        raise XmlRejected("doctype")
    if not data.startswith(b"<", misc.end() if misc is not None else 0):
        raise XmlRejected("malformed")


def _check_bounds(root: etree._Element, *, max_depth: int, max_nodes: int) -> float:
    """Return the number of nodes; counted inside libxml2: a Python object for each would cost as much as parsing."""
    if max_depth < _PARSER_MAX_DEPTH and _deeper_than(max_depth)(root):
        raise XmlRejected("too_deep")
    nodes = _NODES(root)
    assert isinstance(nodes, float)
    if nodes > max_nodes:
        raise XmlRejected("too_many_nodes")
    return nodes


def _check_namespaces(root: etree._Element, *, declared: int, nodes: float) -> None:
    """Refuse namespaces by the thousand, which a few hundred kilobytes can make canonicalisation choke on."""
    if declared < _MAX_NAMESPACES and nodes * declared**2 < _MAX_WORK:
        return
    most = now = 0
    for event, _ in etree.iterwalk(root, events=("start-ns", "end-ns")):
        now += 1 if event == "start-ns" else -1
        most = max(most, now)
    if most > _MAX_NAMESPACES or nodes * most**2 > _MAX_WORK:
        raise XmlRejected("too_many_nodes")


@lru_cache(maxsize=16)
def _deeper_than(levels: int) -> etree.XPath:
    """Say whether an element stands deeper than so many levels, the root being the first."""
    return etree.XPath(f"boolean({'/'.join('*' * levels)})")
