"""Who signed: statements in places that no signature covers, and statements exchanged between documents."""

from __future__ import annotations

import re

import pytest
from lxml import etree

from epuap.xml.verify import payload_digest
from eurzad.lib.personas import ANNA, BORYS
from tests.epuap.xml import making, signing
from tests.epuap.xml.conftest import Party
from tests.epuap.xml.making import Plan, sign_in
from tests.epuap.xml.test_packaging import anna, borys, check, person, said
from tests.epuap.xml.test_verify import DOCUMENT, role

OTHER = DOCUMENT.replace(b"Wniosek", b"Odwo\xc5\x82anie")
UNSIGNED = (
    "<xades:UnsignedProperties><xades:UnsignedSignatureProperties>{}</xades:UnsignedSignatureProperties>"
    "</xades:UnsignedProperties>"
)
CLAIM = (
    "<xades:SignerRole><xades:ClaimedRoles><xades:ClaimedRole>{}</xades:ClaimedRole></xades:ClaimedRoles>"
    "</xades:SignerRole>"
)


def before(mark: str, what: str) -> tuple[str, str]:
    """Put something right before a mark."""
    return mark, what + mark


STATEMENT = role(BORYS)
PLACES = {
    "unsigned properties": before("</xades:QualifyingProperties>", UNSIGNED.format(CLAIM.format(STATEMENT))),
    "beside the signed properties": before("</xades:QualifyingProperties>", CLAIM.format(STATEMENT)),
    "an object": before("</ds:Signature>", f"<ds:Object>{STATEMENT}</ds:Object>"),
    "key info": before("</ds:KeyInfo>", STATEMENT),
    "the signature itself": before("</ds:Signature>", STATEMENT),
    "the qualifying object": before("</ds:Object></ds:Signature>", STATEMENT),
    "signed info": before("</ds:SignedInfo>", STATEMENT),
    "the signature value": before("</ds:SignatureValue>", STATEMENT),
    "the document": before("</TestDocument>", STATEMENT),
    "the document, in a claim": before(
        "</TestDocument>", f"<x xmlns:xades='{making.XADES}'>{CLAIM.format(STATEMENT)}</x>"
    ),
    "signed properties": before("</xades:SignedSignatureProperties>", CLAIM.format(STATEMENT)),
    "the claim": before("</xades:ClaimedRole>", STATEMENT),
    "a second claim": before("</xades:ClaimedRoles>", f"<xades:ClaimedRole>{STATEMENT}</xades:ClaimedRole>"),
}  # fmt: skip


@pytest.mark.parametrize(
    "template", [signing.EP_SIGNATURE, signing.PODPIS_ZP], ids=["EPSignature", "PodpisZP"]
)
@pytest.mark.parametrize("place", PLACES)
def test_a_statement_put_in_afterwards(office: Party, place: str, template: str) -> None:
    """It is refused with the document, or is no part of what is believed: never the person of the report."""
    good = sign_in(DOCUMENT, Plan(office, role=role(ANNA, template)))
    assert check(good, office).signers == (person(ANNA),)
    mark, with_statement = PLACES[place]
    text = good.decode()
    assert mark in text
    found = check(text.replace(mark, with_statement, 1).encode(), office)
    assert found.signers in ((), (person(ANNA),))
    assert BORYS.pesel.encode() not in found.payload
    if found.is_valid:
        assert place in ("unsigned properties", "beside the signed properties", "an object", "key info",
                         "the qualifying object")  # fmt: skip


@pytest.mark.parametrize("place", ["unsigned properties", "an object", "key info", "the document"])
def test_a_statement_only_where_nothing_covers_it(office: Party, place: str) -> None:
    """The seal is good and names nobody: whoever adds a name afterwards adds nobody."""
    nameless = sign_in(DOCUMENT, Plan(office))
    assert said(nameless, office) == ("indeterminate", "no_person")
    mark, with_statement = PLACES[place]
    found = check(nameless.decode().replace(mark, with_statement, 1).encode(), office)
    assert not found.is_valid and found.signers == ()
    assert said(sign_in(DOCUMENT, anna(office)), office) == ("valid", "ok")


def test_signed_properties_exchanged_between_documents(office: Party) -> None:
    """Both are sealed by the same key: one person's properties, value or whole signature under the other's document."""
    ours = sign_in(DOCUMENT, anna(office)).decode()
    theirs = sign_in(OTHER, Plan(office, role=role(BORYS))).decode()
    for data, who in ((ours, ANNA), (theirs, BORYS)):
        assert check(data.encode(), office).signers == (person(who),)
    for pattern, codes in (
        ("<xades:SignedProperties.*</xades:SignedProperties>", ("digest",)),
        ("<ds:Object .*</ds:Object>", ("digest",)),
        ("<ds:SignatureValue.*</ds:SignatureValue>", ("value",)),
        ("<ds:SignedInfo>.*</ds:SignedInfo>", ("value", "digest")),
        ("<ds:SignedInfo>.*</ds:SignatureValue>", ("digest",)),
        ("<ds:Signature .*</ds:Signature>", ("digest",)),
    ):
        (taken,) = re.findall(pattern, theirs, re.DOTALL)
        forged = re.sub(pattern, lambda _, taken=taken: taken, ours, flags=re.DOTALL)
        found = check(forged.encode(), office)
        assert found.status == "invalid" and found.code in codes and found.signers == (), pattern
    assert payload_digest(ours.encode()) != payload_digest(theirs.encode())


def test_a_second_signature_never_lends_its_weight(office: Party, stranger: Party) -> None:
    """A good signature beside a forged one, in either order, and the same one twice: the document is not valid."""
    good = sign_in(DOCUMENT, anna(office))
    both = sign_in(DOCUMENT, anna(office), borys(office))
    assert check(both, office).signers == (person(ANNA), person(BORYS))
    for plans in ((anna(office), borys(stranger)), (borys(stranger), anna(office))):
        found = check(sign_in(DOCUMENT, *plans), office)
        assert not found.is_valid and person(BORYS) not in found.signers
    signature = re.search(b"<ds:Signature .*</ds:Signature>", good, re.DOTALL)
    assert signature is not None
    twice = good.replace(b"</TestDocument>", signature.group() + b"</TestDocument>")
    assert said(twice, office) == ("invalid", "duplicate_id")


def test_comments_and_instructions_in_a_statement(office: Party) -> None:
    """A comment cuts no number short; an instruction was not signed."""
    good = sign_in(DOCUMENT, anna(office))
    for at in range(12):
        number = f"{ANNA.pesel[:at]}<!--x-->{ANNA.pesel[at:]}".encode()
        assert check(good.replace(ANNA.pesel.encode(), number), office).signers == (person(ANNA),)
        number = f"{ANNA.pesel[:at]}<?x y?>{ANNA.pesel[at:]}".encode()
        assert said(good.replace(ANNA.pesel.encode(), number), office) == ("invalid", "digest")
    assert etree.fromstring(good) is not None
