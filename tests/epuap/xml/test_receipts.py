"""Submission receipts: bound to one document, sealed by one key."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable

import pytest
from lxml import etree

from epuap.xml import dsig, receipts, schema, xades
from epuap.xml.names import EXC_C14N, ds
from epuap.xml.receipts import ReceiptRefused, UppData
from eurzad.lib import xml
from tests.epuap.xml.conftest import Party

DOCUMENT = "<?xml version='1.0' encoding='UTF-8'?>\n<wniosek a='1' >Zażółć</wniosek>".encode()
UPP = UppData(
    identifier="UPP-2026-000001",
    addressee_name="Urząd Miasta Jarzębin",
    addressee_id="jarzebin",
    sender_name="Celina Jawor",
    sender_id="celinajawor",
    delivered_at=dt.datetime(2026, 11, 23, 9, 15, 30, tzinfo=dt.UTC),
    created_at=dt.datetime(2026, 11, 23, 9, 15, 31, tzinfo=dt.UTC),
    document_id="DOK-1",
    extra={"Nazwa pliku": "wniosek o dostęp.xml", "Rodzaj": "wniosek"},
)


def issue(signer: Party, *, document: bytes = DOCUMENT) -> bytes:
    return receipts.build_upp(
        UPP,
        document=document,
        document_name="wniosek o dostęp.xml",
        key_pem=signer.key_pem,
        cert_pem=signer.cert_pem,
    )


def refused(data: bytes, signer: Party, *, document: bytes = DOCUMENT) -> tuple[str, str]:
    with pytest.raises(ReceiptRefused) as error:
        receipts.verify_upp(data, certificates=[signer.certificate], document=document)
    return error.value.code, error.value.reason


def test_a_receipt_verifies_for_its_document_only(office: Party, node: Party) -> None:
    data = issue(office)
    pinned = [node.certificate, office.certificate]
    assert receipts.verify_upp(data, certificates=pinned, document=DOCUMENT) == UPP
    assert receipts.parse_upp(data) == UPP
    assert refused(data, office, document=DOCUMENT + b" ") == ("other_document", "outside_digest")


def test_the_receipt_has_the_shape_of_the_samples(office: Party) -> None:
    root = xml.parse(issue(office))
    assert (etree.QName(root).localname, etree.QName(root).namespace) == ("Dokument", receipts.NAMESPACE)
    assert [etree.QName(child).localname for child in root] == ["UPP", "Signature"]
    names = [f"{etree.QName(one).localname}{''.join(one.attrib)}" for one in xml.elements(root[0])]
    assert " ".join(names) == (
        "UPP IdentyfikatorPoswiadczenia Adresat Nazwa IdentyfikatorPodmiotuTypIdentyfikatora "
        "Nadawca Nazwa IdentyfikatorPodmiotuTypIdentyfikatora DataDoreczenia DataWytworzeniaPoswiadczenia "
        "IdentyfikatorDokumentu InformacjaUzupelniajacaTypInformacjiUzupelniajacej "
        "InformacjaUzupelniajacaTypInformacjiUzupelniajacej"
    )
    assert xml.text_of(root[0][3]) == "2026-11-23T10:15:30.000+01:00"
    assert dsig.outside_uris(root[1]) == ("wniosek%20o%20dost%C4%99p.xml",)


def test_a_document_bound_by_its_canonical_form(office: Party) -> None:
    """ePUAP binds the document through a canonicalisation: another spelling is the same document."""
    root = xml.parse(issue(office))
    root.remove(root[1])
    bound = xades.Detached("wniosek.xml", DOCUMENT, "text/xml", transforms=(EXC_C14N,))
    data = xades.seal(
        root, key_pem=office.key_pem, cert_pem=office.cert_pem, signed_at=UPP.created_at, detached=[bound]
    )
    for same in (DOCUMENT, '<wniosek a="1">Zażółć</wniosek>'.encode()):
        assert receipts.verify_upp(data, certificates=[office.certificate], document=same) == UPP
    for other in (b"<wniosek/>", b"no XML", b"<!DOCTYPE wniosek><wniosek a='1'/>"):
        assert refused(data, office, document=other) == ("other_document", "outside_digest")


@pytest.mark.parametrize(
    ("alter", "code", "reason"),
    [
        (lambda data: data.replace(b"10:15:30", b"10:15:29"), "bad_signature", "digest"),
        (lambda data: data.replace(b"Celina", b"Celine"), "bad_signature", "digest"),
        (lambda data: data.replace(b"wniosek%20", b"wniosek-"), "bad_signature", "value"),
        (lambda data: data.replace(b'URI="wniosek', b'URI="#wniosek'), "bad_signature", "value"),
        (lambda data: data.replace(b"rsa-sha256", b"rsa-sha1"), "bad_signature", "method"),
        (lambda data: data.replace(b"DataDoreczenia>", b"DataDoreczen>"), "unreadable", "DataDoreczenia"),
        (lambda data: data.replace(b"+01:00</pos:DataD", b"</pos:DataD"), "unreadable", "moment"),
        (lambda data: data.replace(b"pos:UPP", b"pos:UPD"), "unreadable", "no_upp"),
        (lambda data: b"<html/>", "unreadable", "no_upp"),
        (lambda data: b"%PDF", "unreadable", "malformed"),
        (lambda data: data[: data.index(b"<ds:Signature")] + b"</pos:Dokument>", "unsigned", ""),
    ],
)
def test_an_altered_receipt_is_refused(
    office: Party, alter: Callable[[bytes], bytes], code: str, reason: str
) -> None:
    data = issue(office)
    assert receipts.verify_upp(data, certificates=[office.certificate], document=DOCUMENT) == UPP
    assert refused(alter(data), office) == (code, reason)


def test_a_receipt_of_a_foreign_key_with_the_same_names_is_refused(office: Party, stranger: Party) -> None:
    data = issue(stranger)
    assert receipts.verify_upp(data, certificates=[stranger.certificate], document=DOCUMENT) == UPP
    assert refused(data, office) == ("bad_signature", "signing_certificate")


def test_a_receipt_that_binds_no_document_is_refused(office: Party) -> None:
    root = xml.parse(issue(office))
    root.remove(root[1])
    data = xades.seal(root, key_pem=office.key_pem, cert_pem=office.cert_pem, signed_at=UPP.created_at)
    assert refused(data, office) == ("unbound", "")


def test_a_second_receipt_beside_the_sealed_one_is_refused(office: Party) -> None:
    root = xml.parse(issue(office))
    root.insert(0, etree.fromstring(etree.tostring(root[0])))
    assert refused(xml.to_bytes(root), office) == ("unreadable", "no_upp")
    wrapped = etree.Element("wrapper")
    wrapped.append(xml.parse(issue(office)))
    assert refused(xml.to_bytes(wrapped), office) == ("unreadable", "no_upp")


def test_attributes_in_the_receipts_own_namespace_are_read() -> None:
    qualified = (
        f'<pos:Dokument xmlns:pos="{receipts.NAMESPACE}"><pos:UPP>'
        "<pos:IdentyfikatorPoswiadczenia>1</pos:IdentyfikatorPoswiadczenia>"
        '<pos:Adresat><pos:Nazwa>A</pos:Nazwa><pos:IdentyfikatorPodmiotu pos:TypIdentyfikatora="ePUAP-ID">a'
        "</pos:IdentyfikatorPodmiotu></pos:Adresat><pos:Nadawca><pos:Nazwa>N</pos:Nazwa>"
        '<pos:IdentyfikatorPodmiotu pos:TypIdentyfikatora="ePUAP-ID">n'
        "</pos:IdentyfikatorPodmiotu></pos:Nadawca>"
        "<pos:DataDoreczenia>2026-11-23T10:15:30+01:00</pos:DataDoreczenia>"
        "<pos:DataWytworzeniaPoswiadczenia>2026-11-23T10:15:31+01:00</pos:DataWytworzeniaPoswiadczenia>"
        "<pos:IdentyfikatorDokumentu>d</pos:IdentyfikatorDokumentu>"
        '<pos:InformacjaUzupelniajaca pos:TypInformacjiUzupelniajacej="k">v</pos:InformacjaUzupelniajaca>'
        "</pos:UPP></pos:Dokument>"
    ).encode()
    assert receipts.parse_upp(qualified).extra == {"k": "v"}
    assert receipts.parse_upp(qualified.replace(b"pos:Typ", b"Typ")).extra == {"k": "v"}


def test_a_receipt_without_a_sender_is_not_issued(office: Party) -> None:
    with pytest.raises(schema.SchemaError, match="Nazwa"):
        receipts.build_upp(
            dataclasses.replace(UPP, sender_name=""),
            document=DOCUMENT,
            document_name="a.xml",
            key_pem=office.key_pem,
            cert_pem=office.cert_pem,
        )


def test_references_of_the_seal_verify_one_by_one(office: Party) -> None:
    root = xml.parse(issue(office))
    found = dsig.verify(
        next(root.iter(ds("Signature"))),
        root=root,
        certificates=[office.certificate],
        policy=dsig.DOCUMENT,
        max_references=3,
        outside={"wniosek%20o%20dost%C4%99p.xml": DOCUMENT},
    )
    assert [one.element is root for one in found] == [True, False, False]
    assert found[1].octets == DOCUMENT


def test_a_receipt_binds_a_signature_file_and_what_it_signs(office: Party) -> None:
    signature_file, document = b"<podpis/>", b"%PDF-1.7 wniosek"
    data = receipts.build_upp(
        UPP,
        document=signature_file,
        document_name="wniosek.xades",
        key_pem=office.key_pem,
        cert_pem=office.cert_pem,
        further=(xades.Detached("wniosek.pdf", document, "application/pdf"),),
    )
    pinned = [office.certificate]
    assert receipts.verify_upp(data, certificates=pinned, document=signature_file, further=[document]) == UPP
    wrong: list[tuple[bytes, list[bytes]]] = [
        (signature_file, []),
        (document, [signature_file]),
        (signature_file, [document + b" "]),
        (signature_file, [document, document]),
    ]
    for first, further in wrong:
        with pytest.raises(ReceiptRefused):
            receipts.verify_upp(data, certificates=pinned, document=first, further=further)
    with pytest.raises(ReceiptRefused):
        receipts.verify_upp(issue(office), certificates=pinned, document=DOCUMENT, further=[DOCUMENT])
