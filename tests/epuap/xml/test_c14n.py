"""Canonical bytes of what is larger when written than when read."""

from epuap.xml.c14n import Canonicalisation, canonical_bytes
from eurzad.lib import xml


def test_text_that_grows_over_libxml2s_limit_when_written_is_canonicalised() -> None:
    root = xml.parse(b"<a><![CDATA[" + b"&" * 4 * 2**20 + b"]]></a>")
    assert len(canonical_bytes(root, Canonicalisation())) == len(b"<a></a>") + 5 * 4 * 2**20
