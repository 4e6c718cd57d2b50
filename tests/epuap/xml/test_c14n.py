"""Canonical bytes against libxmlsec: what it digests for a reference is what we digest, whatever the tree."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest
import xmlsec
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lxml import etree

from epuap.xml import dsig
from epuap.xml.c14n import Canonicalisation, NotCanonical, canonical_bytes
from epuap.xml.names import (
    C14N,
    C14N11,
    C14N11_COMMENTS,
    C14N_COMMENTS,
    DS,
    ENVELOPED,
    EXC_C14N,
    EXC_C14N_COMMENTS,
    FILTER2,
    NOT_SIGNATURE,
    XPATH,
    ds,
)
from epuap.xml.transforms import octets_of, read_transforms
from eurzad.lib import xml

KEY = xmlsec.Key.generate(xmlsec.KeyData.HMAC, 256, xmlsec.KeyDataType.SESSION)
PARSER = etree.XMLParser(strip_cdata=False, resolve_entities=False)
NAMES = ("p", "q", "r")
ADDRESSES = ("urn:one", "urn:two", "http://example.test/three")
TEXTS = (
    "",
    "\n  ",
    "zażółć",
    "a\tb",
    "&lt;&amp;&gt;&#13;",
    "<![CDATA[<x>&]]>",
    "<!-- c -->",
    "<?pi d?>",
    '"',
)
VALUES = ("", "1", "a &lt; b", "&#9;&#10;x", "ł&quot;", "a  b")

EXPRESSION = f'<f:XPath xmlns:f="{FILTER2}" xmlns:d="{DS}" Filter="subtract">{{}}</f:XPath>'
LEFT_OUT = {
    "none": "",
    "enveloped": f'<ds:Transform Algorithm="{ENVELOPED}"/>',
    "xpath": f'<ds:Transform Algorithm="{XPATH}"><ds:XPath>{NOT_SIGNATURE}</ds:XPath></ds:Transform>',
    "filter2": f'<ds:Transform Algorithm="{FILTER2}">{EXPRESSION.format("/descendant::d:Signature")}</ds:Transform>',
    "slashes": f'<ds:Transform Algorithm="{FILTER2}">{EXPRESSION.format("//d:Signature")}</ds:Transform>',
    "here": (
        f'<ds:Transform Algorithm="{FILTER2}">{EXPRESSION.format("here()/ancestor::d:Signature[1]")}'
        "</ds:Transform>"
    ),
}
METHODS = (EXC_C14N, EXC_C14N_COMMENTS, C14N, C14N_COMMENTS, C14N11, C14N11_COMMENTS, "")


@st.composite
def element(draw: st.DrawFn, scope: tuple[str, ...] = (), depth: int = 0, name: str = "") -> str:
    """Write an element whose prefixes are all declared; a default namespace may come and go."""
    declared = draw(st.dictionaries(st.sampled_from(NAMES), st.sampled_from(ADDRESSES), max_size=2))
    default = draw(st.sampled_from((None, None, "", *ADDRESSES)))
    prefixes = tuple(sorted({*scope, *declared}))
    attributes = [f'xmlns:{prefix}="{address}"' for prefix, address in declared.items()]
    if default is not None:
        attributes.append(f'xmlns="{default}"')
    for prefix, value in draw(
        st.dictionaries(
            st.sampled_from(("", "xml:lang", "xml:space")), st.sampled_from(("pl", "preserve")), max_size=2
        )
    ).items():
        attributes.append(f'{prefix or "plain"}="{value}"')
    used = draw(st.sampled_from((*prefixes, "", "")))
    if prefixes and draw(st.booleans()):
        attributes.append(f'{draw(st.sampled_from(prefixes))}:attr="{draw(st.sampled_from(VALUES))}"')
    tag = f"{used}:{name or 'e'}" if used else name or "e"
    content = draw(st.sampled_from(TEXTS))
    if depth < 3:
        for child in draw(st.lists(element(prefixes, depth + 1), max_size=3)):
            content += child + draw(st.sampled_from(TEXTS))
    if depth == 0:
        part = draw(element(prefixes, 1, "part"))
        head = f"<{part.split(' ', 1)[0].split('>', 1)[0].lstrip('<').rstrip('/')}"
        content += head + ' Id="part"' + part[len(head) :] + draw(st.sampled_from(TEXTS))
    return f"<{' '.join([tag, *attributes])}>{content}</{tag}>"


def signature(uri: str, left_out: str, method: str, prefixes: str) -> str:
    listed = f'<ec:InclusiveNamespaces xmlns:ec="{EXC_C14N}" PrefixList="{prefixes}"/>' if prefixes else ""
    last = f'<ds:Transform Algorithm="{method}">{listed}</ds:Transform>' if method else ""
    transforms = LEFT_OUT[left_out] + last
    return (
        f'<ds:Signature xmlns:ds="{DS}"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="{EXC_C14N}"/>'
        f'<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"/>'
        f'<ds:Reference URI="{uri}">{f"<ds:Transforms>{transforms}</ds:Transforms>" if transforms else ""}'
        '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/>'
        "</ds:Reference></ds:SignedInfo><ds:SignatureValue/></ds:Signature>"
    )


def digest_of_libxmlsec(text: str, one: str, place: int) -> bytes:
    """Have libxmlsec sign; return the document, which carries the digest it found."""
    root = etree.fromstring(text.encode(), PARSER)
    mark = etree.Element("signature-comes-here")
    root.insert(min(place, len(root)), mark)
    mark.tail = "tail\n"
    written = etree.tostring(root.getroottree(), encoding="UTF-8")
    root = etree.fromstring(re.sub(rb"<signature-comes-here[^>]*>", one.encode(), written), PARSER)
    xmlsec.tree.add_ids(root, ["Id"])
    context = xmlsec.SignatureContext()
    context.key = KEY
    context.sign(next(root.iter(ds("Signature"))))
    return etree.tostring(root.getroottree(), encoding="UTF-8")


def our_digest(data: bytes) -> tuple[str, str]:
    """Return the digest in the document and ours."""
    root = xml.parse(data)
    before = etree.tostring(root.getroottree())
    (one,) = root.iter(ds("Signature"))
    reference = next(one.iter(ds("Reference")))
    uri = reference.get("URI", "")
    target = xml.assert_unique_ids(root)[uri[1:]] if uri else root
    transforms = read_transforms(reference, dsig.DOCUMENT.transforms)
    octets = octets_of(target, transforms, one, document=not uri)
    assert etree.tostring(root.getroottree()) == before
    value = base64.b64encode(hashlib.sha256(octets).digest()).decode()
    return "".join((reference.findtext(ds("DigestValue")) or "").split()), value


CHOICES = {
    "text": element(name="root"),
    "uri": st.sampled_from(("", "#part", "#root")),
    "left_out": st.sampled_from(("none", *LEFT_OUT)),
    "method": st.sampled_from((*METHODS, EXC_C14N, EXC_C14N)),
    "prefixes": st.sampled_from(("", "", "p", "q r", "p q nowhere")),
    "around": st.booleans(),
    "place": st.integers(0, 3),
}


@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow])
@given(**CHOICES)
@example(
    text='<p:root xmlns:p="urn:one" xmlns="urn:two" xml:lang="pl"><part Id="part"><e xmlns=""/></part></p:root>',
    uri="#part",
    left_out="xpath",
    method=C14N11,
    prefixes="",
    around=True,
    place=1,
)
def test_we_digest_what_libxmlsec_digests(
    text: str, uri: str, left_out: str, method: str, prefixes: str, around: bool, place: int
) -> None:
    if uri == "#part" and left_out in ("enveloped", "here"):
        left_out = "xpath"  # a part that does not hold the signature has no enveloped one
    if uri == "#root":
        head, rest = text.split(" ", 1) if " " in text.split(">", 1)[0] else text.split(">", 1)
        text = f'{head} Id="root"{" " if " " in text.split(">", 1)[0] else ">"}{rest}'
    if uri != "#part" and left_out == "none":
        left_out = "enveloped"  # a reference over its own value has no digest
    if around:
        text = f"<?before x?>\n<!-- before -->{text}<!-- after --><?after?>"
    exclusive = method in (EXC_C14N, EXC_C14N_COMMENTS)
    data = digest_of_libxmlsec(text, signature(uri, left_out, method, prefixes if exclusive else ""), place)
    theirs, ours = our_digest(data)
    assert ours == theirs


@pytest.mark.parametrize("method", [EXC_C14N, EXC_C14N_COMMENTS, C14N, C14N_COMMENTS])
def test_a_document_from_outside_keeps_its_comments_if_the_method_says_so(method: str) -> None:
    data = b'<?xml version="1.0"?><!-- before --><a b="1"  a="2"><!-- in --><c/></a>'
    found = canonical_bytes(xml.parse(data), Canonicalisation(method), document=True)
    assert found == (
        b'<!-- before -->\n<a a="2" b="1"><!-- in --><c></c></a>'
        if method.endswith("#WithComments")
        else b'<a a="2" b="1"><c></c></a>'
    )


def test_what_cannot_be_done_right_is_refused() -> None:
    root = xml.parse(b'<a xml:base="http://example.test/" xml:lang="pl" xml:id="x"><b><c/></b></a>')
    assert canonical_bytes(root, Canonicalisation(C14N11)).startswith(b"<a xml:base=")
    assert canonical_bytes(root[0], Canonicalisation(C14N)).startswith(b"<b xml:base=")
    with pytest.raises(NotCanonical):
        canonical_bytes(root[0], Canonicalisation(C14N11))
    del root.attrib["{http://www.w3.org/XML/1998/namespace}base"]
    assert canonical_bytes(root[0], Canonicalisation(C14N11)) == b'<b xml:lang="pl"><c></c></b>'


def test_the_default_namespace_in_a_prefix_list() -> None:
    method = Canonicalisation(EXC_C14N, ("#default", "p"))
    plain = xml.parse(b'<a xmlns:p="urn:p"><b/></a>')
    assert canonical_bytes(plain, method) == b'<a xmlns:p="urn:p"><b></b></a>'
    with pytest.raises(NotCanonical):
        canonical_bytes(xml.parse(b'<p:a xmlns:p="urn:p" xmlns="urn:d"><b/></p:a>'), method)


def test_only_a_root_stands_for_its_document() -> None:
    root = xml.parse(b"<a><b/></a>")
    with pytest.raises(ValueError, match="root"):
        canonical_bytes(root[0], Canonicalisation(), document=True)
    with pytest.raises(ValueError, match="descendant"):
        canonical_bytes(root, Canonicalisation(), without=[xml.parse(b"<c/>")])


def test_text_that_grows_over_libxml2s_limit_when_written_is_canonicalised() -> None:
    root = xml.parse(b"<a><![CDATA[" + b"&" * 4 * 2**20 + b"]]></a>")
    assert len(canonical_bytes(root, Canonicalisation())) == len(b"<a></a>") + 5 * 4 * 2**20
