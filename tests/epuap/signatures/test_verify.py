"""One door: PDF or XML is told by the file itself."""

from __future__ import annotations

import datetime as dt

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from epuap.signatures.trust import Trust
from epuap.signatures.verify import verify_file
from epuap.xml import xades
from eurzad.lib import xml
from eurzad.lib.personas import ANNA
from tests.epuap.signatures import pdfs, pki
from tests.epuap.signatures.pki import DAY, Holder, certify, person

NOW = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=30)
"""pyHanko states the moment it signs at, and a slow machine comes to it long after this line."""
LASTING = {"since": NOW - 900 * DAY, "until": NOW + 900 * DAY}


@pytest.fixture(scope="module")
def root() -> Holder:
    return certify("Kwalifikowany wystawca", authority=True, **LASTING)


@pytest.fixture(scope="module")
def anna(root: Holder) -> Holder:
    return person(root, key=pki.rsa_key("anna"), **LASTING)


def signed_xml(holder: Holder, document: bytes) -> bytes:
    assert isinstance(holder.key, rsa.RSAPrivateKey)
    return xades.seal(
        xml.parse(document),
        key_pem=holder.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        cert_pem=holder.certificate.public_bytes(Encoding.PEM),
        signed_at=NOW,
    )


def test_either_kind_names_its_signer(root: Holder, anna: Holder) -> None:
    trust = Trust(qualified=(root.certificate,))
    for data, packaging in (
        (pdfs.sign(pdfs.plain(), anna), "pdf"),
        (signed_xml(anna, b"<Wniosek>a</Wniosek>"), "enveloped"),
    ):
        found = verify_file(data, trust=trust, now=NOW)
        assert found.is_valid and [one.pesel for one in found.signers] == [ANNA.pesel]
        assert found.signatures[0].packaging == packaging and found.payload


def test_what_was_to_be_signed_is_compared(root: Holder, anna: Holder) -> None:
    trust = Trust(qualified=(root.certificate,))
    original = pdfs.plain()
    data = pdfs.sign(original, anna)
    assert verify_file(data, trust=trust, now=NOW, document=original).is_valid
    assert verify_file(data, trust=trust, now=NOW, document=pdfs.plain("Inny")).code == "altered"
    data = signed_xml(anna, b"<Wniosek>a</Wniosek>")
    assert verify_file(data, trust=trust, now=NOW, document=b"<Wniosek>a</Wniosek>").is_valid
    assert verify_file(data, trust=trust, now=NOW, document=b"<Wniosek>b</Wniosek>").code == "other_document"


@pytest.mark.parametrize(
    "data", [b"", b"\x00", b"PK\x03\x04", b" %PDF-1.7", b"\xef\xbb\xbf%PDF-1.7", b"<a/>"]
)
def test_anything_else_is_refused(data: bytes) -> None:
    found = verify_file(data, trust=Trust(), now=NOW)
    assert found.status == "invalid" and found.signatures == () and found.payload == b""
