"""The digests by which a receipt may bind a letter: of its bytes, or of its canonical form."""

import hashlib

from epuap.xml.c14n import Canonicalisation, NotCanonical, canonical_bytes
from epuap.xml.names import C14N, EXC_C14N
from eurzad.lib.xml import XmlRejected, parse

FIELD_OF = {None: "sha256", C14N: "c14n_sha256", EXC_C14N: "exc_c14n_sha256"}


def digests_of(document: bytes) -> dict[str, str]:
    """SHA-256 (hex) of a document by the name of the letter's field; no canonical ones for what is no XML."""
    found = {"sha256": hashlib.sha256(document).hexdigest()}
    try:
        root = parse(document)
        for method in (C14N, EXC_C14N):
            octets = canonical_bytes(root, Canonicalisation(method), document=True)
            found[FIELD_OF[method]] = hashlib.sha256(octets).hexdigest()
    except (XmlRejected, NotCanonical):
        return found
    return found
