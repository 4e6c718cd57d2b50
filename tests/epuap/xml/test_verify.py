"""Signed documents: who signed, believed only as far as the signature reaches."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID
from lxml import etree

from epuap.signatures.report import NO_REVOCATION_CHECK, DocumentReport, Person, SignatureReport
from epuap.signatures.trust import Trust
from epuap.xml import xades
from epuap.xml.names import ds
from epuap.xml.verify import payload_digest, verify_document
from eurzad.lib import xml
from eurzad.lib.personas import ANNA, BORYS, Persona
from tests.epuap.xml import signing
from tests.epuap.xml.conftest import QUALIFIED, MakeParty, Party

NOW = dt.datetime(2026, 3, 5, tzinfo=dt.UTC)
FOREIGN = '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/><Tresc>'
SECOND = (
    '<ds:Object><x:QualifyingProperties xmlns:x="http://uri.etsi.org/01903/v1.3.2#"/>'
    "</ds:Object><ds:Object Id"
)
TWO_ROLES = "</xades:ClaimedRole><xades:ClaimedRole>"
DOCUMENT = (
    b'<?xml-stylesheet type="text/xsl" href="styl.xsl"?>'
    b'<TestDocument xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" Id="doc">\n'
    b"\t<Tresc>Wniosek</Tresc>\n"
    b"</TestDocument>"
)


def role(persona: Persona, template: str = signing.EP_SIGNATURE) -> str:
    return template.format(
        given_name=persona.given_name,
        family_name=persona.family_name,
        pesel=persona.pesel,
        birth_date=persona.birth_date,
    )


ANNA_SIGNED = Person(ANNA.given_name, ANNA.family_name, ANNA.pesel, ANNA.birth_date)


def document_report(
    data: bytes, *seals: Party, authorities: tuple[Party, ...] = (), document: bytes | None = None
) -> DocumentReport:
    trust = Trust(
        seals=tuple(one.certificate for one in seals),
        qualified=tuple(one.certificate for one in authorities),
    )
    return verify_document(data, trust=trust, now=NOW, document=document)


def report(data: bytes, *seals: Party, authorities: tuple[Party, ...] = ()) -> SignatureReport:
    """Give the report of the one signature, or of what is wrong with the document."""
    found = document_report(data, *seals, authorities=authorities)
    if len(found.signatures) == 1:
        (one,) = found.signatures
        assert (one.status, one.code) == (found.status, found.code)
        assert bool(found.payload) == found.is_valid
        return one
    return SignatureReport(found.status, found.code)


@pytest.mark.parametrize(
    "template", [signing.EP_SIGNATURE, signing.PODPIS_ZP], ids=["EPSignature", "PodpisZP"]
)
def test_a_trusted_signature_names_the_person_in_either_generation(office: Party, template: str) -> None:
    found = report(signing.sign_document(DOCUMENT, office, role=role(ANNA, template)), office)
    assert found == SignatureReport(
        status="valid",
        code="ok",
        signer=ANNA_SIGNED,
        method="trusted",
        signed_at=dt.datetime(2026, 3, 4, 11, 42, 39, 943000, tzinfo=dt.UTC),
        certificate_subject=office.certificate.subject.rfc4514_string(),
        covered=("document", "signed_properties"),
        remarks=("signature_policy_implied",),
    )


@pytest.mark.parametrize(
    ("transforms", "uri"),
    [
        (signing.XPATH + signing.EXC, ""),
        (signing.XPATH, "#doc"),
        (signing.ENVELOPED, ""),
        (signing.ENVELOPED, "#doc"),
    ],
)
def test_other_ways_to_cover_the_whole_document(office: Party, transforms: str, uri: str) -> None:
    data = signing.sign_document(DOCUMENT, office, role=role(ANNA), transforms=transforms, root_uri=uri)
    assert report(data, office).signer == ANNA_SIGNED


def replaced(old: str, new: str) -> Callable[[bytes], bytes]:
    return lambda data: data.replace(old.encode(), new.encode(), 1)


@pytest.mark.parametrize(
    ("alter", "code"),
    [
        (replaced("Wniosek", "Wnlosek"), "digest"),
        (replaced(ANNA.pesel, BORYS.pesel), "digest"),
        (replaced(ANNA.pesel, ANNA.pesel[:6] + "<!-- -->" + ANNA.pesel[6:]), "ok"),
        (replaced("<Tresc>", "<Tresc><!-- harmless -->"), "ok"),
        (replaced("<Tresc>", "<Tresc><?evil instruction?>"), "digest"),
        (replaced('href="styl.xsl"', 'href="evil.xsl"'), "digest"),
        (replaced('<ds:Reference URI="">', '<ds:Reference URI="http://example.test/">'), "reference_uri"),
        (replaced("REC-xpath-19991116", "REC-xslt-19991116"), "transform"),
        (replaced("ancestor-or-self::ds:Signature", "ancestor-or-self::Tresc"), "transform"),
        (replaced("rsa-sha256", "rsa-sha1"), "method"),
        (replaced("xmlenc#sha256", "xmldsig#sha1"), "digest_method"),
        (replaced("<TestDocument", "<!DOCTYPE x><TestDocument"), "xml_doctype"),
        (replaced("<Tresc>", '<Tresc Id="SignedProps-1">'), "duplicate_id"),
        (replaced("<Tresc>", FOREIGN), "signed_properties"),
        (replaced("<ds:Object Id", SECOND), "signed_properties"),
        (replaced('Target="#Signature-1"', 'Target="#Signature-2"'), "signed_properties"),
        (replaced("<xades:SignedProp", "<xades:SignedProperties/><xades:SignedProp"), "signed_properties"),
        (replaced("<ds:SignatureValue", "<ds:Evil/><ds:SignatureValue"), "shape"),
        (lambda data: b"<" * 10, "xml_malformed"),
        (lambda data: DOCUMENT, "unsigned"),
        (lambda data: b"<a>" + data[data.index(b"<TestDocument") :] + b"</a>", "signature_position"),
    ],
)  # fmt: skip
def test_an_altered_document_is_refused(office: Party, alter: Callable[[bytes], bytes], code: str) -> None:
    data = signing.sign_document(DOCUMENT, office, role=role(ANNA))
    assert report(data, office).is_valid
    found = report(alter(data), office)
    assert (found.status, found.code) == ("valid" if code == "ok" else "invalid", code)
    assert found.signer == (ANNA_SIGNED if code == "ok" else None)


def test_a_person_claimed_under_a_foreign_certificate_is_not_believed(office: Party, stranger: Party) -> None:
    """The stranger's certificate bears the seal's very name; they may also name its digest or serial."""
    forged = signing.sign_document(DOCUMENT, stranger, role=role(ANNA))
    assert report(forged, stranger).signer == ANNA_SIGNED
    found = report(forged, office)
    assert (found.status, found.code, found.signer) == ("indeterminate", "untrusted_certificate", None)
    for options, code in (({"digest_of": office}, "value"), ({"serial_of": office}, "signing_certificate")):
        found = report(signing.sign_document(DOCUMENT, stranger, role=role(ANNA), **options), office)
        assert (found.status, found.code) == ("invalid", code)


@pytest.mark.parametrize(
    ("options", "status", "code"),
    [
        ({"properties_uri": "#QualifyingProps-1"}, "invalid", "signed_properties"),
        ({"target": ""}, "invalid", "signed_properties"),
        ({"root_uri": "#part"}, "invalid", "coverage"),
        ({"signing_time": "yesterday"}, "invalid", "signing_time"),
        ({"signing_time": "2026-03-04T12:00:00"}, "invalid", "signing_time"),
        ({"signing_time": "2026-03-06T12:00:00Z"}, "indeterminate", "signed_in_future"),
        ({"signing_time": "2019-03-06T12:00:00Z"}, "indeterminate", "certificate_not_valid_then"),
        ({"role": ""}, "indeterminate", "no_person"),
        ({"role": "<x/>"}, "indeterminate", "no_person"),
        ({"role": role(ANNA) + role(BORYS)}, "indeterminate", "no_person"),
        ({"role": f"{role(ANNA)}{TWO_ROLES}{role(BORYS)}"}, "indeterminate", "no_person"),
        ({"role": role(ANNA).replace(ANNA.pesel, "123451234512")}, "indeterminate", "bad_pesel"),
        ({"role": role(ANNA).replace(ANNA.pesel, "٦٨٨٤١٢١٢٠٤٤")}, "indeterminate", "bad_pesel"),
        ({"role": role(ANNA).replace(ANNA.pesel, ANNA.pesel[:-1] + "5")}, "indeterminate", "bad_pesel"),
        ({"role": role(ANNA).replace("1868-04-12", "soon")}, "indeterminate", "bad_birth_date"),
    ],
)  # fmt: skip
def test_what_the_seal_itself_may_get_wrong(
    office: Party, options: dict[str, str], status: str, code: str
) -> None:
    document = DOCUMENT.replace(b"<Tresc>", b'<Tresc Id="part">')
    assert report(signing.sign_document(document, office, role=role(ANNA)), office).is_valid
    found = report(signing.sign_document(document, office, **{"role": role(ANNA), **options}), office)
    assert (found.status, found.code, found.signer) == (status, code, None)


def qualified_person(make: MakeParty, issuer: Party, **options: object) -> Party:
    attributes = [
        (NameOID.SURNAME, ANNA.family_name),
        (NameOID.GIVEN_NAME, ANNA.given_name),
        (NameOID.SERIAL_NUMBER, f"PNOPL-{ANNA.pesel}"),
    ]
    arguments = {"attributes": attributes, "extensions": [QUALIFIED], "issuer": issuer, **options}
    return make("Anna Wrzos", **arguments)


CERT_SIGN = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)


@pytest.fixture(scope="module")
def authority(party: MakeParty) -> Party:
    return party("Kwalifikowane CA", is_authority=True, extensions=[CERT_SIGN])


def test_a_qualified_signature_names_the_person_of_its_certificate(
    party: MakeParty, office: Party, authority: Party
) -> None:
    signer = qualified_person(party, authority)
    found = report(signing.sign_document(DOCUMENT, signer), office, authorities=(authority,))
    assert (found.status, found.method, found.signer) == ("valid", "qualified", ANNA_SIGNED)
    assert found.remarks == ("signature_policy_implied", NO_REVOCATION_CHECK)
    claims_another = signing.sign_document(DOCUMENT, signer, role=role(BORYS))
    assert report(claims_another, office, authorities=(authority,)).signer == ANNA_SIGNED


def test_what_is_said_of_the_certificate_is_said_of_the_signature(party: MakeParty, authority: Party) -> None:
    """The chain and what a certificate may be used for are tested where they are judged."""
    middle = party("Pośrednie CA", issuer=authority, is_authority=True, extensions=[CERT_SIGN])
    with_chain = signing.sign_document(DOCUMENT, qualified_person(party, middle), chain=(middle,))
    assert report(with_chain, authorities=(authority,)).is_valid
    expired = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
    impostor = party("Kwalifikowane CA", is_authority=True, extensions=[CERT_SIGN])
    for signer, code in (
        (qualified_person(party, impostor), "untrusted_certificate"),
        (qualified_person(party, authority, extensions=[]), "not_qualified"),
        (qualified_person(party, authority, valid_to=expired), "certificate_not_valid_then"),
    ):
        found = report(signing.sign_document(DOCUMENT, signer, chain=(impostor,)), authorities=(authority,))
        assert (found.status, found.code, found.signer) == ("indeterminate", code, None)
        assert found.certificate_subject == signer.certificate.subject.rfc4514_string()


def test_the_offices_own_seal_has_the_shape_of_the_samples(office: Party) -> None:
    signed_at = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)
    data = xades.seal(
        xml.parse(DOCUMENT), key_pem=office.key_pem, cert_pem=office.cert_pem, signed_at=signed_at
    )
    root = xml.parse(data)
    signature = root[-1]
    names = [etree.QName(one).localname for one in xml.elements(signature)]
    assert " ".join(names) == (
        "Signature SignedInfo CanonicalizationMethod SignatureMethod "
        "Reference Transforms Transform Transform DigestMethod DigestValue "
        "Reference Transforms Transform DigestMethod DigestValue "
        "SignatureValue KeyInfo X509Data X509Certificate "
        "Object QualifyingProperties SignedProperties SignedSignatureProperties SigningTime "
        "SigningCertificate Cert CertDigest DigestMethod DigestValue IssuerSerial X509IssuerName "
        "X509SerialNumber "
        "SignedDataObjectProperties DataObjectFormat MimeType"
    )
    references = list(signature.iter(ds("Reference")))
    assert [one.get("URI", "")[:13] for one in references] == ["", "#SignedProps-"]
    found = report(data, office)
    assert (found.code, found.covered) == ("no_person", ("document", "signed_properties"))
    assert data.startswith(b"<?xml version=")
    assert b"<?xml-stylesheet" in data


def test_what_came_back_from_signing_is_what_was_sent(office: Party) -> None:
    sent = payload_digest(DOCUMENT)
    signed = signing.sign_document(DOCUMENT, office, role=role(ANNA))
    assert payload_digest(signed) == sent
    assert payload_digest(signed.replace(b"<ds:Signature ", b"\n  <ds:Signature ", 1)) == sent
    assert payload_digest(signed.replace(b"Wniosek", b"Wnlosek")) != sent
    assert payload_digest(signed.replace(b"styl.xsl", b"evil.xsl")) != sent
    assert payload_digest(signed.replace(b"</TestDocument>", b"tail</TestDocument>")) != sent
    with pytest.raises(xml.XmlRejected):
        payload_digest(b"<!DOCTYPE a><a/>")
