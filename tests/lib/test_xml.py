"""The hardened parser: what it takes and what it refuses."""

from __future__ import annotations

import pytest

from eurzad.lib import xml


def test_takes_a_document_with_declaration_bom_comments_and_instructions() -> None:
    data = b'\xef\xbb\xbf<?xml version="1.0" encoding="UTF-8"?>\n<!-- a --><?look here?>\n<a x="1"><b/></a>'
    root = xml.parse(data)
    assert root.tag == "a"
    assert xml.to_bytes(root).endswith(b'<!-- a --><?look here?><a x="1"><b/></a>')


def test_takes_polish_letters_in_an_old_encoding() -> None:
    data = '<?xml version="1.0" encoding="iso-8859-2"?><a>Jarzębin</a>'.encode("iso-8859-2")
    assert xml.text_of(xml.parse(data)) == "Jarzębin"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<!DOCTYPE a><a/>", "doctype"),
        (b'<?xml version="1.0"?><!--<a>--> <?p <b?> <!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "doctype"),
        (b'\xef\xbb\xbf<!DOCTYPE a SYSTEM "file:///etc/hostname"><a/>', "doctype"),
        ("<?xml version='1.0' encoding='UTF-16'?><!DOCTYPE a><a/>".encode("utf-16"), "encoding"),
        (b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE a+AD4-<a/>', "encoding"),
        (b"<a>&undefined;</a>", "malformed"),
        (b"<a>", "malformed"),
        (b"<a/><b/>", "malformed"),
        (b"no markup", "malformed"),
        (b"", "malformed"),
        (b'<a x="1" x="2"/>', "malformed"),
        (b"<a>" * 101 + b"</a>" * 101, "too_deep"),
        (b"<r>" + b"<a/>" * 50_000 + b"</r>", "too_many_nodes"),
        (b"<r>" + b"<a/>" * 200_000 + b"</r>", "too_many_nodes"),
        (b"<r " + b"".join(b'a%d="" ' % n for n in range(250_000)) + b"/>", "too_many_nodes"),
        (b"<r " + b"".join(b'xmlns:a%d="u" ' % n for n in range(90_000)) + b"/>", "too_many_nodes"),
        (b"<!-- -->" * 600_000 + b"<r/>", "too_many_nodes"),
        (b"<a>" + b" " * xml.MAX_BYTES + b"</a>", "too_big"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_refuses(data: bytes, code: str) -> None:
    with pytest.raises(xml.XmlRejected) as refused:
        xml.parse(data)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "data",
    [
        b"<a>" * 1_000_000,
        b"<a " + b"x" * 3_000_000,
        b"<!-- " * 1_000_000,
        b"<?a " * 1_000_000,
        b"<a>" + b"&#65;" * 1_000_000,
        b"<r>" + b"<a><b>" * 90_000,
    ],
)
def test_a_hostile_message_is_refused(data: bytes) -> None:
    with pytest.raises(xml.XmlRejected):
        xml.parse(data)


NAMESPACES = b" ".join(b'xmlns:p%d="urn:%d"' % (number, number) for number in range(5_000))


@pytest.mark.parametrize(
    "data",
    [
        b"<r " + b" ".join(b"a%d=''" % number for number in range(50_000)) + b"/>",
        b"<r><a/><b " + b" ".join(b"a%d=''" % number for number in range(201)) + b"/></r>",
        b"<r " + NAMESPACES + b">" + b"<b/>" * 40_000 + b"</r>",
        b"<r " + NAMESPACES + b"/>",
        b"".join(b'<a xmlns:p%d="urn:%d">' % (one, one) for one in range(90))
        + b"<b/>" * 40_000
        + b"</a>" * 90,
    ],
    ids=["attributes", "one crowded element", "namespaces by children", "namespaces", "nested namespaces"],
)
def test_what_would_take_long_to_canonicalise_is_refused(data: bytes) -> None:
    with pytest.raises(xml.XmlRejected, match="too_many_nodes"):
        xml.parse(data)


def test_many_namespaces_that_are_never_in_scope_together_are_taken() -> None:
    data = b"<r>" + b"".join(b'<p:a xmlns:p="urn:%d" p:x="1"/>' % one for one in range(5_000)) + b"</r>"
    assert len(xml.parse(data)) == 5_000
    crowded = b"<r " + b" ".join(b"a%d=''" % number for number in range(200)) + b"/>"
    assert len(xml.parse(crowded).attrib) == 200


def test_bounds_are_the_callers_to_tighten() -> None:
    data = b"<a><b><c/></b></a>"
    assert xml.parse(data, max_bytes=len(data), max_depth=3, max_nodes=3) is not None
    for bounds in ({"max_bytes": len(data) - 1}, {"max_depth": 2}, {"max_nodes": 2}):
        with pytest.raises(xml.XmlRejected):
            xml.parse(data, **bounds)


def test_a_doctype_inside_text_is_only_text() -> None:
    assert xml.text_of(xml.parse(b"<a><![CDATA[<!DOCTYPE html>]]></a>")) == "<!DOCTYPE html>"


def test_a_comment_never_shortens_a_value() -> None:
    root = xml.parse(b"<a> 6884<!-- -->1212<?x?>044<b>.evil</b> </a>")
    assert xml.text_of(root) == "68841212044.evil"
    assert xml.text_of(None) == ""


def test_ids_are_unique_across_spellings() -> None:
    good = xml.parse(
        f'<a ID="n1" xmlns:u="{xml.WSU}"><b Id="n2"/><c u:Id="n3"/><d xml:id="n4" Id="n4"/></a>'.encode()
    )
    assert {key: element.tag for key, element in xml.assert_unique_ids(good).items()} == {
        "n1": "a",
        "n2": "b",
        "n3": "c",
        "n4": "d",
    }
    for second in ("ID", "Id", "u:Id", "xml:id"):
        bad = xml.parse(f'<a ID="n1" xmlns:u="{xml.WSU}"><b Id="n2"/><c {second}="n1"/></a>'.encode())
        with pytest.raises(xml.XmlRejected, match="duplicate_id"):
            xml.assert_unique_ids(bad)
