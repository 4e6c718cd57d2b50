"""Attacks on signed documents. Each stands beside the document that is accepted in the same test."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable

import pytest
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.asymmetric import ec
from lxml import etree

from epuap.signatures.trust import Trust
from epuap.xml.names import DS
from epuap.xml.verify import verify_document
from eurzad.lib import xml
from tests.epuap.xml import making
from tests.epuap.xml.conftest import MakeParty, Party
from tests.epuap.xml.making import Plan, reference, sign_by_hand, sign_file, sign_in
from tests.epuap.xml.test_packaging import NOW, PDF, anna, borys, check, said
from tests.epuap.xml.test_verify import DOCUMENT

EVIL = b"<Tresc>Wnlosek podrobiony</Tresc>"
GOOD = b"<Tresc>Wniosek</Tresc>"
MANY_PREFIXES = f'<e:InclusiveNamespaces xmlns:e="{making.EXC_C14N}" PrefixList="{"p " * 40}"/>'
XSLT = making.transform(
    "http://www.w3.org/TR/1999/REC-xslt-19991116",
    '<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="1.0"/>',
)


@pytest.fixture
def good(office: Party) -> bytes:
    """A document that is accepted: the control of every attack here."""
    data = sign_in(DOCUMENT, anna(office))
    assert said(data, office) == ("valid", "ok")
    return data


def parts(data: bytes) -> tuple[bytes, bytes]:
    """Return a signed document's signature and the document without it."""
    start, end = data.index(b"<ds:Signature "), data.index(b"</ds:Signature>") + len(b"</ds:Signature>")
    return data[start:end], data[:start] + data[end:]


def wrapped(good: bytes, *, evil_id: str = "evil") -> dict[str, bytes]:
    """Move what was signed aside and put something else where a careless reader looks."""
    signature, whole = parts(good)
    body = whole[whole.index(b"<TestDocument") :]
    evil = body.replace(GOOD, EVIL).replace(b'Id="doc"', f'Id="{evil_id}"'.encode())

    def put(inside: bytes, *, after: bytes = b"") -> bytes:
        return evil.replace(b"</TestDocument>", inside + b"</TestDocument>") + after

    holder = b'<ds:Object xmlns:ds="http://www.w3.org/2000/09/xmldsig#">' + body + b"</ds:Object>"
    return {
        "original inside the forgery": put(body + signature),
        "signed original inside the forgery": put(
            body.replace(b"</TestDocument>", signature + b"</TestDocument>")
        ),
        "original in an object of the signature": put(
            signature.replace(b"</ds:Signature>", holder + b"</ds:Signature>")
        ),
        "original before the signature": put(b"<Extensions>" + body + b"</Extensions>" + signature),
        "signature around the original": put(
            signature.replace(b"</ds:Signature>", body + b"</ds:Signature>")
        ),
        "forgery beside the original": b"<TestDocument>" + evil + body + signature + b"</TestDocument>",
        "forgery in an object": body.replace(
            b"</TestDocument>",
            signature.replace(
                b"</ds:Signature>", b"<ds:Object>" + evil + b"</ds:Object></ds:Signature></TestDocument>"
            ),
        ),
        "forgery in the qualifying properties": body.replace(
            b"</TestDocument>",
            signature.replace(b"</xades:SignedProperties>", evil + b"</xades:SignedProperties>")
            + b"</TestDocument>",
        ),
    }


@pytest.mark.parametrize("evil_id", ["evil", "doc"])
@pytest.mark.parametrize("uri", ["", "#doc"])
def test_wrapping(office: Party, uri: str, evil_id: str) -> None:
    signed = sign_in(DOCUMENT, anna(office, references=[reference(uri, making.XPATH)]))
    assert said(signed, office) == ("valid", "ok")
    for name, data in wrapped(signed, evil_id=evil_id).items():
        found = check(data, office)
        assert b"podrobiony" not in found.payload, name
        if name == "forgery in an object" and evil_id == "evil":
            continue  # the document stands as it was signed: what else the signature carries is no part of it
        assert found.status == "invalid", name


def test_a_wrapped_detached_or_enveloping_signature_covers_nothing_else(office: Party) -> None:
    plan = anna(office, references=[reference("#o1")], objects='<ds:Object Id="o1"><a/></ds:Object>')
    data = sign_file(plan)
    assert said(data, office) == ("valid", "ok")
    inside = data.split(b"?>", 1)[1]
    assert said(b"<Wniosek><Evil/>" + inside + b"</Wniosek>", office) == ("invalid", "coverage")
    second = data.replace(
        b'<ds:Object Id="o1">', b'<ds:Object Id="o2"><evil/></ds:Object><ds:Object Id="o1">'
    )
    assert said(second, office) == ("invalid", "several_objects")
    other = anna(
        office, references=[reference("#o1")], objects='<ds:Object Id="o1"><a Id="x"/><b/></ds:Object>'
    )
    assert said(sign_file(other), office) == ("invalid", "several_objects")
    part = anna(
        office, references=[reference("#x")], objects='<ds:Object Id="o1"><a Id="x"/><b/></ds:Object>'
    )
    assert said(sign_file(part), office) == ("invalid", "coverage")
    beside = anna(
        office, references=[reference("#x")], objects='<ds:Object Id="o1">evil<a Id="x"/></ds:Object>'
    )
    assert said(sign_file(beside), office) == ("invalid", "coverage")
    empty = anna(office, references=[])
    assert said(sign_file(empty), office) == ("invalid", "coverage")
    listed = f'<ds:Manifest xmlns:ds="{DS}" Id="m"></ds:Manifest>'
    references = [reference("#m", making.EXC, digest=making.digest_of(listed.encode()))]
    manifest = anna(office, references=references, objects=f'<ds:Object Id="o1">{listed}</ds:Object>')
    assert said(sign_by_hand(manifest), office) == ("invalid", "coverage")


@pytest.mark.parametrize("attribute", ["ID", "Id", "wsu:Id", "xml:id"])
def test_an_id_may_be_spelt_in_four_ways_and_belongs_to_one(office: Party, attribute: str) -> None:
    name = f'xmlns:wsu="{xml.WSU}" {attribute}="doc"'
    data = sign_in(DOCUMENT, anna(office, references=[reference("#doc", making.ENVELOPED)]))
    assert said(data, office) == ("valid", "ok")
    for place in (b"<Tresc>", b"<ds:SignedInfo>", b"<xades:SignedSignatureProperties>"):
        assert place in data
        twice = data.replace(place, place[:-1] + b" " + name.encode() + b">", 1)
        assert said(twice, office) == ("invalid", "duplicate_id")
    properties = data.replace(
        b"<Tresc>", f'<Tresc xmlns:wsu="{xml.WSU}" {attribute}="SignedProps-1">'.encode()
    )
    assert said(properties, office) == ("invalid", "duplicate_id")


@pytest.mark.parametrize("spelling", ["id", "iD", "x:Id", "x:id"])
def test_no_other_attribute_is_an_id(office: Party, spelling: str) -> None:
    document = DOCUMENT.replace(b"<Tresc>", f'<Tresc xmlns:x="urn:x" {spelling}="part">'.encode())
    references = [reference("", making.XPATH), reference("#part", making.EXC, digest=making.digest_of(b""))]
    assert said(sign_in(document, anna(office)), office) == ("valid", "ok")
    text = anna(office, references=references).text()
    data = document.replace(b"</TestDocument>", text.encode() + b"</TestDocument>")
    assert said(data, office)[0] == "invalid"


@pytest.mark.parametrize(
    ("transforms", "code"),
    [
        (XSLT, "transform"),
        (making.XPATH + XSLT, "transform"),
        (making.transform("http://www.w3.org/TR/1999/REC-xpath-19991116", "<ds:XPath>true()</ds:XPath>"), "transform"),
        (making.XPATH.replace("not(", "not( "), "transform"),
        (making.XPATH.replace(f'xmlns:ds="{DS}"', 'xmlns:ds="urn:other"'), "transform"),
        (making.FILTER_EVERY.replace("subtract", "intersect"), "transform"),
        (making.FILTER_EVERY.replace("subtract", "union"), "transform"),
        (making.FILTER_EVERY.replace("/descendant::ds:Signature", "/descendant::ds:*"), "transform"),
        (making.FILTER_EVERY.replace("/descendant::ds:Signature", "/"), "transform"),
        (making.FILTER_EVERY.replace(f'xmlns:ds="{DS}"', 'xmlns:ds="urn:other"'), "transform"),
        (making.FILTER_OWN.replace("[1]", ""), "transform"),
        (making.FILTER_OWN.replace("</f:XPath>", "</f:XPath><ds:XPath/>"), "transform"),
        (making.EXC + making.XPATH, "transform"),
        (making.EXC + making.EXC, "transform"),
        (making.EXC + making.ENVELOPED, "transform"),
        (making.XPATH + making.BASE64, "transform"),
        (making.XPATH * 4, "transform"),
        (making.transform("http://www.w3.org/2006/12/xmlc14n11"), "transform"),
        (making.transform("http://www.w3.org/2010/xml-c14n2"), "transform"),
        (making.transform("http://www.w3.org/TR/1999/REC-xpointer"), "transform"),
        (making.transform("http://www.w3.org/2000/09/xmldsig#XPointer"), "transform"),
        (making.transform(making.EXC_C14N, MANY_PREFIXES), "method"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("uri", ["", "#doc"])
def test_any_other_transform_is_refused_before_anything_is_verified(
    good: bytes, office: Party, transforms: str, code: str, uri: str
) -> None:
    """The signature value is nonsense: it was not looked at."""
    text = anna(office, references=[reference(uri, transforms, digest=making.digest_of(b""))]).text()
    text = text.replace(
        '<ds:SignatureValue Id="SignatureValue-1"/>', "<ds:SignatureValue>AAAA</ds:SignatureValue>"
    )
    text = text.replace("<ds:DigestValue></ds:DigestValue>", "<ds:DigestValue>AAAA</ds:DigestValue>")
    data = DOCUMENT.replace(b"</TestDocument>", text.encode() + b"</TestDocument>")
    assert said(data, office) == ("invalid", code)


@pytest.mark.parametrize(
    ("uri", "code"),
    [
        ("http://example.test/d.pdf", "reference_uri"),
        ("HTTPS://example.test/d.pdf", "reference_uri"),
        ("file:///etc/hostname", "reference_uri"),
        ("//example.test/d.pdf", "reference_uri"),
        ("data:text/plain,x", "reference_uri"),
        ("#xpointer(/)", "reference_uri"),
        ("#xpointer(id('doc'))", "reference_uri"),
        ("#element(/1)", "reference_uri"),
        ("#", "reference_uri"),
        ("#nowhere", "unresolved"),
        ("#id('doc')", "reference_uri"),
    ],
)
@pytest.mark.parametrize("document", [None, PDF])
def test_no_address_is_followed(
    good: bytes, office: Party, uri: str, code: str, document: bytes | None
) -> None:
    plan = anna(office, references=[reference(uri, digest=making.digest_of(PDF))])
    assert said(sign_by_hand(plan), office, document=document) == ("invalid", code)


def test_one_document_cannot_stand_for_two(office: Party) -> None:
    one = reference("a.pdf", digest=making.digest_of(PDF))
    assert said(sign_by_hand(anna(office, references=[one])), office, document=PDF) == ("valid", "ok")
    two = [one, reference("b.pdf", digest=making.digest_of(PDF))]
    assert said(sign_by_hand(anna(office, references=two)), office, document=PDF) == (
        "invalid",
        "several_objects",
    )
    both = anna(
        office,
        references=[one, reference("#o", digest=making.digest_of(b""))],
        objects='<ds:Object Id="o">x</ds:Object>',
    )
    assert said(sign_by_hand(both), office, document=PDF)[0] == "invalid"


@pytest.mark.parametrize(("width", "is_refused"), [(100, False), (45_000, True)])
def test_references_count_for_more_over_a_wide_document(office: Party, width: int, is_refused: bool) -> None:
    several = [reference("", making.XPATH, digest=making.digest_of(b""))] * 9
    wide = f"<w:W xmlns:w='urn:w'>{'<w:b/>' * width}{Plan(office, references=several).text()}</w:W>"
    assert (said(wide.encode(), office)[1] == "too_many_references") is is_refused


def test_huge_counts_are_refused_by_counting(good: bytes, office: Party) -> None:
    counted = (
        "too_many_references", "too_many_signatures", "transform", "key_info", "data_object_format",
        "signing_certificate", "shape", "signed_properties", "xml_too_many_nodes",
    )  # fmt: skip
    many = reference("", making.XPATH, digest=making.digest_of(b""))
    text = Plan(office, references=[many] * 9_000).text()
    transforms = Plan(office, references=[reference("", making.EXC * 10_000, digest="AAAA")]).text()
    objects = Plan(office, objects="<ds:Object/>" * 10_000).text()
    certificates = Plan(
        office, key_info="<ds:X509Data><ds:X509Certificate>AAAA</ds:X509Certificate></ds:X509Data>" * 10_000
    ).text()
    named = making.signing_certificate(office)
    certs = Plan(
        office,
        signing_certificate=named.replace(
            "</xades:SigningCertificate>", "<xades:Cert/>" * 10_000 + "</xades:SigningCertificate>"
        ),
    ).text()
    formats = Plan(office, formats=["#x"] * 10_000).text()
    one = Plan(office).text()
    nested = one.replace("</ds:Signature>", "<ds:Signature/>" * 10_000 + "</ds:Signature>")
    for forged in (
        text,
        transforms,
        objects,
        certificates,
        certs,
        formats,
        one * 500,
        "<ds:Signature/>" * 20_000,
        nested,
    ):
        forged = forged.replace("<ds:Signature/>", f'<ds:Signature xmlns:ds="{DS}"/>')
        data = DOCUMENT.replace(b"</TestDocument>", forged.encode() + b"</TestDocument>")
        found = check(data, office)
        assert (found.status, found.code) in [("invalid", code) for code in counted]


def test_sha1_and_hmac_are_refused(good: bytes, office: Party) -> None:
    sha1 = f"{DS}sha1"
    for data, code in (
        (good.replace(making.RSA_SHA256.encode(), f"{DS}rsa-sha1".encode()), "method"),
        (good.replace(making.RSA_SHA256.encode(), f"{DS}hmac-sha1".encode()), "method"),
        (good.replace(making.RSA_SHA256.encode(), f"{DS}dsa-sha1".encode()), "method"),
        (
            sign_in(DOCUMENT, anna(office, references=[reference("", making.XPATH, sha=sha1)])),
            "digest_method",
        ),
        (
            sign_in(DOCUMENT, anna(office, signing_certificate=making.signing_certificate(office, sha=sha1))),
            "digest_method",
        ),
        (good.replace(b"xmldsig-more#rsa-sha256", b"xmldsig-more#rsa-md5"), "method"),
    ):
        assert said(data, office) == ("invalid", code)


def test_a_public_key_is_never_taken_for_a_secret(good: bytes, office: Party) -> None:
    """HMAC with the certificate's public key as its secret, and a value of the same size as RSA's."""
    method = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"
    info = etree.fromstring(good)[-1][0]
    info[1].set("Algorithm", method)
    octets = etree.tostring(info, method="c14n", exclusive=True)
    value = base64.b64encode(hmac.new(office.cert_pem, octets, hashlib.sha256).digest())
    start = good.index(b">", good.index(b"<ds:SignatureValue")) + 1
    forged = good[:start] + value + good[good.index(b"</ds:SignatureValue>") :]
    assert said(forged.replace(making.RSA_SHA256.encode(), method.encode()), office) == ("invalid", "method")
    truncated = good.replace(
        b'more#rsa-sha256"/>',
        b'more#rsa-sha256"><ds:HMACOutputLength>0</ds:HMACOutputLength></ds:SignatureMethod>',
    )
    assert said(truncated, office) == ("invalid", "method")


def test_weak_keys(good: bytes, party: MakeParty) -> None:
    weak = party("Słaby", rsa_bits=1024)
    assert said(sign_in(DOCUMENT, anna(weak)), weak) == ("invalid", "weak_key")


def test_the_methods_key_has_to_be_the_certificates(good: bytes, party: MakeParty, office: Party) -> None:
    elliptic = party("EC", curve=ec.SECP256R1())
    ecdsa = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
    data = sign_in(DOCUMENT, anna(elliptic, method=ecdsa))
    assert said(data, elliptic) == ("valid", "ok")
    assert said(data.replace(b"ecdsa-sha256", b"rsa-sha256"), elliptic) == ("invalid", "value")
    assert said(good.replace(b"rsa-sha256", b"ecdsa-sha256"), office) == ("invalid", "value")


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"issuer": "CN=Inny"}, "signing_certificate"),
        ({"issuer": ""}, "signing_certificate"),
        ({"issuer": "alamakota"}, "signing_certificate"),
        ({"serial": "1"}, "signing_certificate"),
        ({"serial": "raz dwa trzy"}, "signing_certificate"),
        ({"serial": ""}, "signing_certificate"),
        ({"serial": "٣"}, "signing_certificate"),
        ({"serial": "9" * 5000}, "signing_certificate"),
    ],
)
def test_issuer_and_number_have_to_agree_where_given(
    good: bytes, office: Party, options: dict[str, str], code: str
) -> None:
    named = making.signing_certificate(office, **options)
    assert said(sign_in(DOCUMENT, anna(office, signing_certificate=named)), office) == ("invalid", code)


@pytest.fixture(scope="module")
def named_oddly(party: MakeParty) -> Party:
    """A certificate whose issuer has a name that is spelt in many ways."""
    from cryptography.x509.oid import NameOID

    attributes = [
        (NameOID.COUNTRY_NAME, "PL"),
        (NameOID.ORGANIZATION_NAME, 'Zażółć, Gęślą + "Jaźń"; S.A.'),
        (NameOID.ORGANIZATION_IDENTIFIER, "VATPL-0000000000"),
        (NameOID.EMAIL_ADDRESS, "ca@example.test"),
    ]
    return party("Kwalifikowany # CA", attributes=attributes)


@pytest.mark.parametrize(
    "issuer",
    [
        'CN=Kwalifikowany # CA,C=PL,O=Zażółć\\, Gęślą \\+ \\"Jaźń\\"\\; S.A.,'
        "2.5.4.97=VATPL-0000000000,E=ca@example.test",
        'E=ca@example.test, OID.2.5.4.97=VATPL-0000000000, O="Zażółć, Gęślą + \\"Jaźń\\"; S.A.", '
        "C=PL, CN=Kwalifikowany # CA",
        "1.2.840.113549.1.9.1=#160f6361406578616d706c652e74657374,2.5.4.97=#0c10564154504c2d30303030303030303030,"
        'O=ZAŻÓŁĆ\\, Gęślą  \\+ \\"Ja\\C5\\BA\\C5\\84\\"\\; s.a.,C=pl,CN=Kwalifikowany \\# CA',
    ],
)
def test_the_issuers_name_may_be_spelt_as_signing_programs_spell_it(named_oddly: Party, issuer: str) -> None:
    escaped = issuer.replace('"', "&quot;")
    named = making.signing_certificate(named_oddly, issuer=escaped)
    assert said(sign_in(DOCUMENT, anna(named_oddly, signing_certificate=named)), named_oddly) == (
        "valid",
        "ok",
    )
    other = making.signing_certificate(
        named_oddly, issuer=escaped.replace("PL", "DE").replace("C=pl", "C=de")
    )
    assert said(sign_in(DOCUMENT, anna(named_oddly, signing_certificate=other)), named_oddly) == (
        "invalid",
        "signing_certificate",
    )


def test_the_second_version_of_the_signing_certificate(office: Party, named_oddly: Party) -> None:
    def issuer_serial(party: Party, number: int) -> bytes:
        name = asn1_x509.Name.load(party.certificate.issuer.public_bytes())
        issuer = [asn1_x509.GeneralName("directory_name", name)]
        return bytes(tsp.IssuerSerial({"issuer": issuer, "serial_number": number}).dump())

    number = office.certificate.serial_number
    for der, verdict in (
        (b"", ("valid", "ok")),
        (issuer_serial(office, number), ("valid", "ok")),
        (issuer_serial(office, number + 1), ("invalid", "signing_certificate")),
        (issuer_serial(named_oddly, number), ("invalid", "signing_certificate")),
        (issuer_serial(office, number)[:-1], ("invalid", "signing_certificate")),
        (b"\x30\x00", ("invalid", "signing_certificate")),
    ):
        named = making.signing_certificate_v2(office, issuer_serial=der)
        assert said(sign_in(DOCUMENT, anna(office, signing_certificate=named)), office) == verdict


def test_mixed_up_certificates(good: bytes, office: Party, stranger: Party) -> None:
    """KeyInfo says one thing, the signed properties another; only the pinned certificate counts."""
    other = anna(
        office,
        key_info=f"<ds:X509Data><ds:X509Certificate>{making.base64_der(stranger)}</ds:X509Certificate></ds:X509Data>",
    )
    assert said(sign_in(DOCUMENT, other), office) == ("valid", "ok")
    assert said(sign_in(DOCUMENT, anna(office, key_info="")), office) == ("valid", "ok")
    names_seal = anna(stranger, signing_certificate=making.signing_certificate(office))
    assert said(sign_in(DOCUMENT, names_seal), office) == ("invalid", "value")
    brings_seal = anna(stranger, chain=[office], signing_certificate=making.signing_certificate(office))
    assert said(sign_in(DOCUMENT, brings_seal), office) == ("invalid", "value")
    forged = anna(stranger, chain=[office])
    assert said(sign_in(DOCUMENT, forged), office) == ("indeterminate", "untrusted_certificate")
    numbers = "<ds:Modulus>AAAA</ds:Modulus><ds:Exponent>AQAB</ds:Exponent>"
    key = f"<ds:KeyValue><ds:RSAKeyValue>{numbers}</ds:RSAKeyValue></ds:KeyValue>"
    assert said(sign_in(DOCUMENT, anna(office, key_info=key)), office) == ("valid", "ok")
    assert said(sign_in(DOCUMENT, anna(stranger, key_info=key)), office) == ("invalid", "signing_certificate")
    broken = "<ds:X509Data><ds:X509Certificate>AAAA</ds:X509Certificate></ds:X509Data>"
    assert said(sign_in(DOCUMENT, anna(office, key_info=broken)), office) == ("invalid", "key_info")


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x2a"), (b"\x17\x0d20", b"\x17\x0dxx"), (b"\x0c", b"\x1f")],
    ids=["version", "time", "string"],
)
def test_an_odd_certificate_is_refused_not_an_error(
    good: bytes, office: Party, old: bytes, new: bytes
) -> None:
    der = base64.b64decode(making.base64_der(office))
    assert old in der
    odd = base64.b64encode(der.replace(old, new)).decode()
    key_info = f"<ds:X509Data><ds:X509Certificate>{odd}</ds:X509Certificate></ds:X509Data>"
    assert said(sign_in(DOCUMENT, anna(office, key_info=key_info)), office) == ("invalid", "key_info")
    held = f"<xades:EncapsulatedX509Certificate>{odd}</xades:EncapsulatedX509Certificate>"
    values = f"<xades:CertificateValues>{held}</xades:CertificateValues>"
    assert said(sign_in(DOCUMENT, anna(office, unsigned=values)), office) == ("valid", "ok")


@pytest.mark.parametrize(
    "namespace",
    [
        "http://uri.etsi.org/01903/v1.1.1#",
        "http://uri.etsi.org/01903/v1.2.2#",
        "http://uri.etsi.org/01903/v1.4.1#",
        "urn:x",
    ],
)
def test_signed_properties_of_another_namespace(good: bytes, office: Party, namespace: str) -> None:
    assert said(sign_in(DOCUMENT, anna(office, namespace=namespace)), office) == (
        "invalid",
        "signed_properties",
    )


def test_properties_of_somebody_elses_signature(good: bytes, office: Party, stranger: Party) -> None:
    """The second signature points to the properties of the first, in which another person stands."""
    second = borys(stranger).text().replace("#SignedProps-2", "#SignedProps-1")
    data = making.signed(
        good.decode().replace("</TestDocument>", second + "</TestDocument>"),
        borys(stranger),
    )
    assert [one.code for one in check(data, office, stranger).signatures] == ["ok", "signed_properties"]
    target = borys(stranger).text().replace('Target="#Signature-2"', 'Target="#Signature-1"')
    data = making.signed(
        good.decode().replace("</TestDocument>", target + "</TestDocument>"),
        borys(stranger),
    )
    assert [one.code for one in check(data, office, stranger).signatures] == ["ok", "signed_properties"]


@pytest.mark.parametrize(
    "formats", [["#nothing"], ["#SignedProps-1"], [""], ["#d", "#d"], ["d"], ["#Signature-1"], ["#doc"]]
)
def test_a_data_object_format_is_about_an_object_of_this_signature(
    good: bytes, office: Party, formats: list[str]
) -> None:
    references = [reference("", making.XPATH, id_="d")]
    assert said(sign_in(DOCUMENT, anna(office, references=references, formats=["#d"])), office) == (
        "valid",
        "ok",
    )
    data = sign_in(DOCUMENT, anna(office, references=references, formats=formats))
    assert said(data, office) == ("invalid", "data_object_format")


def drop(start: str, end: str) -> Callable[[str], str]:
    def cut(text: str) -> str:
        first = text.index(start)
        return text[:first] + text[text.index(end, first) + len(end) :]

    return cut


@pytest.mark.parametrize(
    "change",
    [
        drop("<ds:Reference", "</ds:Reference>"),
        lambda text: drop("<ds:Reference", "</ds:Reference>")(drop("<ds:Reference", "</ds:Reference>")(text)),
        drop('<ds:Reference Type="', "</ds:Reference>"),
        drop("<ds:SignatureValue", "/>"),
        drop("<ds:DigestValue>", "</ds:DigestValue>"),
        drop("<ds:DigestMethod", "/>"),
        drop("<xades:SigningTime>", "</xades:SigningTime>"),
        drop("<xades:SigningCertificate>", "</xades:SigningCertificate>"),
        lambda text: text.replace("<ds:Transforms>", "<ds:Transforms/><ds:Transforms>", 1),
        lambda text: text.replace('Id="Signature-1"', 'Id=""', 1),
        lambda text: text.replace("<ds:SignedInfo>", "<ds:SignedInfo><ds:Evil/>"),
        lambda text: text.replace(
            "<ds:DigestValue></ds:DigestValue>", "<ds:DigestValue><a/></ds:DigestValue>"
        ),
    ],
)
def test_incomplete_signatures(good: bytes, office: Party, change: Callable[[str], str]) -> None:
    text = anna(office).text()
    changed = change(text)
    assert changed != text
    data = DOCUMENT.replace(b"</TestDocument>", changed.encode() + b"</TestDocument>")
    assert check(data, office).status == "invalid"


def test_nobody_is_trusted_by_default(good: bytes) -> None:
    found = verify_document(good, trust=Trust(), now=NOW)
    assert (found.status, found.code, found.signers) == ("indeterminate", "untrusted_certificate", ())
