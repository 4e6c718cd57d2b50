"""Documents signed in any packaging, by one or by several, made by an independent signer."""

from __future__ import annotations

import base64
import datetime as dt

import pytest
import xmlsec
from lxml import etree

from epuap.signatures.report import DocumentReport, Person
from epuap.signatures.trust import Trust
from epuap.xml.verify import payload_digest, peek_payload, verify_document
from eurzad.lib import xml
from eurzad.lib.personas import ANNA, BORYS, Persona
from tests.epuap.xml import making, signing
from tests.epuap.xml.conftest import Party
from tests.epuap.xml.making import Plan, reference, sign_by_hand, sign_file, sign_in
from tests.epuap.xml.test_verify import DOCUMENT, role

NOW = dt.datetime(2026, 3, 5, tzinfo=dt.UTC)
OBJECT = "http://www.w3.org/2000/09/xmldsig#Object"
INNER = '<w:Wniosek xmlns:w="urn:w" xmlns:x="urn:x" Id="inner"><w:Tekst x:a="1">Zażółć</w:Tekst></w:Wniosek>'
PDF = b"%PDF-1.7 nothing but bytes \x00\xff"


def person(persona: Persona) -> Person:
    return Person(persona.given_name, persona.family_name, persona.pesel, persona.birth_date)


def check(data: bytes, *seals: Party, document: bytes | None = None) -> DocumentReport:
    trust = Trust(seals=tuple(one.certificate for one in seals))
    found = verify_document(data, trust=trust, now=NOW, document=document)
    assert bool(found.payload) == found.is_valid
    return found


def said(data: bytes, *seals: Party, document: bytes | None = None) -> tuple[str, str]:
    found = check(data, *seals, document=document)
    return found.status, found.code


def anna(signer: Party, **options: object) -> Plan:
    return Plan(signer, role=role(ANNA), **options)  # type: ignore[arg-type]


def borys(signer: Party, **options: object) -> Plan:
    return Plan(signer, role=role(BORYS), mark="2", **options)  # type: ignore[arg-type]


def outline(element: etree._Element) -> str:
    """Write the prefixes, names and attribute names of a tree, in order."""
    name = f"{element.prefix}:{etree.QName(element).localname}"
    parts = [name, *(f"@{attribute}" for attribute in element.attrib), *(outline(child) for child in element)]
    return f"({' '.join(parts)})"


def test_the_shape_of_a_trusted_signature(office: Party) -> None:
    data = sign_in(DOCUMENT, anna(office))
    cert = "(xades:Cert (xades:CertDigest (ds:DigestMethod @Algorithm) (ds:DigestValue)) (xades:IssuerSerial "
    assert outline(etree.fromstring(data)[-1]) == (
        "(ds:Signature @Id (ds:SignedInfo (ds:CanonicalizationMethod @Algorithm) (ds:SignatureMethod @Algorithm) "
        "(ds:Reference @URI (ds:Transforms (ds:Transform @Algorithm (ds:XPath))) (ds:DigestMethod @Algorithm) "
        "(ds:DigestValue)) (ds:Reference @Type @URI (ds:Transforms (ds:Transform @Algorithm)) "
        "(ds:DigestMethod @Algorithm) (ds:DigestValue))) (ds:SignatureValue @Id) "
        "(ds:KeyInfo (ds:X509Data (ds:X509Certificate))) (ds:Object @Id (xades:QualifyingProperties @Id @Target "
        "(xades:SignedProperties @Id (xades:SignedSignatureProperties (xades:SigningTime) "
        f"(xades:SigningCertificate {cert}(ds:X509IssuerName) (ds:X509SerialNumber)))) "
        "(xades:SignaturePolicyIdentifier (xades:SignaturePolicyImplied)) "
        "(xades:SignerRole (xades:ClaimedRoles (xades:ClaimedRole "
        "(pz:EPSignature (pz:NaturalPerson (pz:CurrentFamilyName) (pz:FirstName) (pz:DateOfBirth) "
        "(pz:PersonalIdentifier)) (pz:SignatureData (pz:IdentityIssuer) (pz:IdentityIssueTimestamp)))))))))))"
    )
    found = check(data, office)
    assert (found.code, found.signers) == ("ok", (person(ANNA),))
    assert found.signatures[0].covered == ("document", "signed_properties")
    assert payload_digest(found.payload) == payload_digest(DOCUMENT)
    assert b"Signature" not in found.payload


INDENTED = '<ds:Transform Algorithm="{}">\n\t<ds:XPath>not(ancestor-or-self::ds:Signature)</ds:XPath>\n</ds:Transform>'


def test_the_shape_of_a_qualified_signature(office: Party, stranger: Party) -> None:
    """An Id on the reference that DataObjectFormat names, a chain in KeyInfo, the XPath bound from above."""
    xpath = INDENTED.format("http://www.w3.org/TR/1999/REC-xpath-19991116")
    plan = anna(
        office,
        references=[reference("", xpath, id_="ID-e9ab")],
        formats=["#ID-e9ab"],
        chain=[stranger],
        policy="",
    )
    data = sign_in(DOCUMENT, plan)
    found = check(data, office)
    assert (found.code, found.signatures[0].remarks) == ("ok", ())
    assert said(data.replace(b"<Tresc>", b"<Tresc> "), office) == ("invalid", "digest")


@pytest.mark.parametrize(
    "transforms",
    [
        making.ENVELOPED,
        making.ENVELOPED + making.EXC,
        making.ENVELOPED + making.INC,
        making.ENVELOPED + making.transform(f"{making.EXC_C14N}WithComments"),
        making.ENVELOPED + making.transform("http://www.w3.org/2006/12/xml-c14n11"),
        making.ENVELOPED + making.transform("http://www.w3.org/2006/12/xml-c14n11#WithComments"),
        making.XPATH + making.EXC,
        making.ENVELOPED + making.XPATH + making.INC,
        making.FILTER_EVERY,
        making.FILTER_EVERY + making.EXC,
        making.FILTER_OWN,
        making.FILTER_OWN + making.INC,
    ],
)
@pytest.mark.parametrize("uri", ["", "#doc"])
def test_every_allowed_way_to_leave_the_signature_out(office: Party, transforms: str, uri: str) -> None:
    document = DOCUMENT.replace(b"<Tresc>", b"<!-- note --><Tresc>")
    data = sign_in(document, anna(office, references=[reference(uri, transforms)]))
    found = check(data, office)
    assert (found.code, found.signers) == ("ok", (person(ANNA),))
    assert (b"xml-stylesheet" in found.payload) is (uri == "")
    assert b"note" not in found.payload
    assert said(data.replace(b"Wniosek", b"Wnlosek"), office) == ("invalid", "digest")


@pytest.mark.parametrize("transforms", [making.XPATH, making.FILTER_EVERY], ids=["xpath", "filter2"])
def test_two_people_sign_side_by_side(office: Party, stranger: Party, transforms: str) -> None:
    references = [reference("", transforms)]
    data = sign_in(DOCUMENT, anna(office, references=references), borys(stranger, references=references))
    found = check(data, office, stranger)
    assert (found.code, found.signers) == ("ok", (person(ANNA), person(BORYS)))
    assert [one.packaging for one in found.signatures] == ["enveloped"] * 2
    assert payload_digest(found.payload) == payload_digest(DOCUMENT) == payload_digest(data)
    half = check(data, office)
    assert (half.status, half.code) == ("indeterminate", "untrusted_certificate")
    assert [one.code for one in half.signatures] == ["ok", "untrusted_certificate"]
    assert half.payload == b""
    last = data.rindex(BORYS.pesel.encode())
    bad = data[:last] + ANNA.pesel.encode() + data[last + 11 :]
    assert [one.code for one in check(bad, office, stranger).signatures] == ["ok", "digest"]
    assert said(bad, office, stranger) == ("invalid", "digest")


def test_enveloped_signature_covers_a_signature_made_before_but_not_one_made_after(
    office: Party, stranger: Party
) -> None:
    enveloped = [reference("", making.ENVELOPED + making.EXC)]
    second = sign_in(DOCUMENT, anna(office), borys(stranger, references=enveloped))
    found = check(second, office, stranger)
    assert (found.code, found.signers) == ("ok", (person(ANNA), person(BORYS)))
    assert b"Signature" not in found.payload
    first = sign_in(DOCUMENT, anna(office, references=enveloped), borys(stranger))
    assert [one.code for one in check(first, office, stranger).signatures] == ["digest", "ok"]


@pytest.mark.parametrize("transforms", ["", making.EXC, making.INC])
@pytest.mark.parametrize("uri", ["#object-1", "#inner"])
@pytest.mark.parametrize("objects_first", [True, False])
def test_a_document_inside_its_signature(
    office: Party, transforms: str, uri: str, *, objects_first: bool
) -> None:
    kind = OBJECT if uri == "#object-1" else ""
    plan = anna(
        office,
        references=[reference(uri, transforms, kind=kind, id_="ref-1")],
        objects=f'<ds:Object Id="object-1">\n {INNER}</ds:Object>',
        objects_first=objects_first,
        formats=["#ref-1"],
    )
    data = sign_file(plan)
    found = check(data, office)
    assert (found.code, found.signers) == ("ok", (person(ANNA),))
    (one,) = found.signatures
    assert (one.packaging, one.covered) == ("enveloping", ("document", "signed_properties"))
    inner = xml.parse(found.payload)
    assert (inner.tag, inner.findtext("{urn:w}Tekst")) == ("{urn:w}Wniosek", "Zażółć")
    assert payload_digest(found.payload) == payload_digest(data) == payload_digest(INNER.encode())
    assert xml.parse(peek_payload(data)).tag == "{urn:w}Wniosek"
    assert said(data, office, document=INNER.encode()) == ("valid", "ok")
    assert said(data, office, document=DOCUMENT) == ("invalid", "other_document")
    assert said(data.replace("Zażółć".encode(), b"Inny"), office) == ("invalid", "digest")


@pytest.mark.parametrize("content", [PDF, INNER.encode(), DOCUMENT])
@pytest.mark.parametrize("transforms", [making.BASE64, making.EXC, ""])
def test_bytes_inside_a_signature(office: Party, content: bytes, transforms: str) -> None:
    text = base64.encodebytes(content).decode()
    encoding = 'Encoding="http://www.w3.org/2000/09/xmldsig#base64"'
    plan = anna(
        office,
        references=[reference("#object-1", transforms, kind=OBJECT)],
        objects=f'<ds:Object Id="object-1" {encoding}>{text}</ds:Object>',
    )
    data = sign_file(plan)
    found = check(data, office)
    assert (found.code, found.payload, peek_payload(data)) == ("ok", content, content)
    assert found.signatures[0].packaging == "enveloping"
    assert said(data, office, document=content) == ("valid", "ok")
    if content != PDF:
        assert payload_digest(data) == payload_digest(content)
    altered = base64.encodebytes(content[:-1] + b"!").decode()
    assert said(data.replace(text.encode(), altered.encode()), office)[0] == "invalid"


@pytest.mark.parametrize("uri", ["dokument.pdf", "katalog/a%20b.pdf", None])
def test_a_document_beside_its_signature(office: Party, uri: str | None) -> None:
    plan = anna(office, references=[reference(uri, digest=making.digest_of(PDF), id_="r")], formats=["#r"])
    data = sign_by_hand(plan)
    found = check(data, office, document=PDF)
    assert (found.code, found.payload, found.signers) == ("ok", PDF, (person(ANNA),))
    (one,) = found.signatures
    assert (one.packaging, one.covered) == ("detached", ("document", "signed_properties"))
    assert said(data, office, document=PDF + b"\n") == ("invalid", "outside_digest")
    assert said(data, office) == ("indeterminate", "document_missing")
    assert peek_payload(data) == data


def test_the_canonical_form_of_a_document_beside_its_signature(office: Party) -> None:
    canonical = (
        b'<?xml-stylesheet type="text/xsl" href="styl.xsl"?>\n'
        + etree.tostring(etree.fromstring(DOCUMENT), method="c14n", exclusive=True).split(b"?>\n")[-1]
    )
    plan = anna(office, references=[reference("d.xml", making.EXC, digest=making.digest_of(canonical))])
    data = sign_by_hand(plan)
    assert said(data, office, document=DOCUMENT) == ("valid", "ok")
    spaced = DOCUMENT.replace(b'Id="doc"', b"  Id='doc'  ")
    found = check(data, office, document=spaced)
    assert (found.code, found.payload) == ("ok", spaced)
    assert said(data, office, document=PDF) == ("invalid", "outside_digest")
    comment = making.transform(f"{making.EXC_C14N}WithComments")
    plan = anna(office, references=[reference("d.xml", comment, digest=making.digest_of(canonical))])
    noted = DOCUMENT.replace(b"<Tresc>", b"<!-- note --><Tresc>")
    assert said(data, office, document=noted) == ("valid", "ok")
    assert said(sign_by_hand(plan), office, document=DOCUMENT) == ("valid", "ok")
    assert said(sign_by_hand(plan), office, document=noted) == ("invalid", "outside_digest")


def test_a_list_of_signature_files(office: Party, stranger: Party) -> None:
    def one(plan: Plan) -> str:
        return sign_by_hand(plan).decode().split("?>", 1)[1]

    references = [reference("d.pdf", digest=making.digest_of(PDF))]
    both = one(anna(office, references=references)) + one(borys(stranger, references=references))
    data = f"<Signatures>{both}</Signatures>".encode()
    found = check(data, office, stranger, document=PDF)
    assert (found.code, found.signers, found.payload) == ("ok", (person(ANNA), person(BORYS)), PDF)
    beside = f"<Signatures>{both}<Evil/></Signatures>".encode()
    assert said(beside, office, stranger, document=PDF) == ("invalid", "coverage")
    other = [reference("d.pdf", digest=making.digest_of(b"other"))]
    mixed = one(anna(office, references=references)) + one(borys(stranger, references=other))
    assert said(f"<s>{mixed}</s>".encode(), office, stranger, document=PDF) == ("invalid", "outside_digest")


def test_signatures_about_different_documents_have_no_common_payload(office: Party, stranger: Party) -> None:
    def one(plan: Plan) -> str:
        return sign_file(plan).decode().split("?>", 1)[1]

    first = anna(office, references=[reference("#o1")], objects='<ds:Object Id="o1"><a/></ds:Object>')
    second = borys(stranger, references=[reference("#o2")], objects='<ds:Object Id="o2"><b/></ds:Object>')
    data = f"<list>{one(first)}{one(second)}</list>".encode()
    found = check(data, office, stranger)
    assert (found.status, found.code) == ("invalid", "different_documents")
    assert [one.code for one in found.signatures] == ["ok", "ok"]


def test_an_enveloped_signature_beside_the_document_it_is_said_to_be_about(office: Party) -> None:
    data = sign_in(DOCUMENT, anna(office))
    assert said(data, office, document=DOCUMENT) == ("valid", "ok")
    assert said(data, office, document=DOCUMENT.replace(b"Wniosek", b"Inny")) == ("invalid", "other_document")
    assert said(data, office, document=PDF) == ("invalid", "other_document")


def test_several_references_are_each_resolved_and_listed(office: Party) -> None:
    document = DOCUMENT.replace(b"<Tresc>", b'<Tresc Id="part">')
    references = [reference("#part", making.EXC, id_="p"), reference("", making.XPATH, id_="d")]
    data = sign_in(document, anna(office, references=references, formats=["#d", "#p"]))
    found = check(data, office)
    assert found.signatures[0].covered == ("#part", "document", "signed_properties")
    assert said(sign_in(document, anna(office, references=references[:1])), office) == ("invalid", "coverage")


def test_what_a_signature_brings_along_is_evidence(office: Party, stranger: Party) -> None:
    """Values that cannot be read are passed over; too many are refused; a time stamp is remarked."""
    name = "xades:EncapsulatedX509Certificate"
    certificate = f"<{name}>{signing.base64_der(stranger)}</{name}>"
    values = (
        f"<xades:CertificateValues>{certificate}<{name}>%%</{name}>"
        "</xades:CertificateValues><xades:RevocationValues><xades:CRLValues><xades:EncapsulatedCRLValue>AAAA"
        "</xades:EncapsulatedCRLValue></xades:CRLValues></xades:RevocationValues>"
    )
    token = "<xades:EncapsulatedTimeStamp>AAAA</xades:EncapsulatedTimeStamp>"
    stamp = f"<xades:SignatureTimeStamp>{token}</xades:SignatureTimeStamp>"
    found = check(sign_in(DOCUMENT, anna(office, unsigned=values + stamp)), office)
    assert (found.code, found.signatures[0].remarks) == (
        "ok",
        ("signature_policy_implied", "timestamp_unverified"),
    )
    assert said(sign_in(DOCUMENT, anna(office, unsigned=stamp * 51)), office) == (
        "invalid",
        "too_many_values",
    )


def test_a_countersignature_is_no_signature_of_the_document(office: Party, stranger: Party) -> None:
    """The one who countersigns signs the value of the first signature, inside its unsigned properties."""
    counter = borys(
        stranger,
        references=[
            reference(
                "#SignatureValue-1", making.EXC, kind="http://uri.etsi.org/01903#CountersignedSignature"
            )
        ],
    )
    inside = f"<xades:CounterSignature>{counter.text()}</xades:CounterSignature>"
    plan = anna(office, unsigned=inside)
    data = making.signed(sign_in(DOCUMENT, plan).decode(), counter)
    found = check(data, office, stranger)
    assert (found.code, found.signers) == ("ok", (person(ANNA),))
    assert found.signatures[0].remarks == ("signature_policy_implied", "countersignature")
    moved = sign_in(DOCUMENT, anna(office), counter)
    assert [one.code for one in check(moved, office, stranger).signatures] == ["ok", "coverage"]
    root = etree.fromstring(data)
    outer, inner = root.iter(f"{{{signing.DS}}}Signature")
    root.replace(outer, inner)
    assert said(etree.tostring(root), office, stranger)[0] == "invalid"


def test_a_signed_document_inside_a_signature(office: Party, stranger: Party) -> None:
    """What is inside is content: the outer signature alone is reported."""
    inside = sign_in(DOCUMENT, borys(stranger)).decode().split("?>", 2)[-1]
    plan = anna(office, references=[reference("#o1")], objects=f'<ds:Object Id="o1">{inside}</ds:Object>')
    found = check(sign_file(plan), office)
    assert (found.code, found.signers) == ("ok", (person(ANNA),))
    assert xml.parse(found.payload).tag == "TestDocument"


def test_what_libxmlsec_says_of_our_documents(office: Party) -> None:
    """The positive control of this file: its documents verify with libxmlsec, and do not once altered."""
    data = sign_in(DOCUMENT, anna(office))
    for document, good in ((data, True), (data.replace(b"Wniosek", b"Wnlosek"), False)):
        root = etree.fromstring(document)
        xmlsec.tree.add_ids(root, ["Id"])
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_memory(office.cert_pem, xmlsec.KeyFormat.CERT_PEM)
        if good:
            context.verify(root[-1])
        else:
            with pytest.raises(xmlsec.Error):
                context.verify(root[-1])


@pytest.mark.parametrize("data", [b"", b"<a/>", b"<<", PDF, b"<!DOCTYPE a><a/>", b"\xff\xfe<\x00"])
def test_peeking_never_fails(data: bytes) -> None:
    assert peek_payload(data) == data
