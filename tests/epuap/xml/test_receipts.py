"""Receipts of submission and of delivery: bound to their documents, sealed by one key."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Callable

import pytest
from lxml import etree

from epuap.xml import dsig, receipts, schema, xades
from epuap.xml.names import C14N, ENVELOPED, EXC_C14N, EXC_C14N_COMMENTS, ds
from epuap.xml.receipts import ReceiptRefused, UpdData, UppData
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
    extra=(("Nazwa pliku", "wniosek o dostęp.xml"), ("Rodzaj", "wniosek"), ("Rodzaj", "pilny")),
)
UPD = UpdData(
    identifier="ePUAP-UPD1",
    issuer_name="Urząd Miasta Jarzębin",
    issuer_id="jarzebin",
    addressee_name="Celina Jawor",
    addressee_id="celinajawor",
    received_at=dt.datetime(2026, 11, 24, 8, 0, 0, tzinfo=dt.UTC),
    created_at=dt.datetime(2026, 11, 23, 11, 0, 0, tzinfo=dt.UTC),
    case_id="OR.1431.12.2026",
    document_id="DOK-2",
)


def issue(signer: Party, *, document: bytes = DOCUMENT) -> bytes:
    return receipts.build_upp(
        UPP,
        document=document,
        document_name="wniosek o dostęp.xml",
        key_pem=signer.key_pem,
        cert_pem=signer.cert_pem,
    )


def issue_upd(signer: Party, data: UpdData = UPD) -> bytes:
    return receipts.build_upd(
        data, document=DOCUMENT, document_name="pismo.xml", key_pem=signer.key_pem, cert_pem=signer.cert_pem
    )


def sealed(data: bytes, signer: Party, *bound: xades.Detached) -> bytes:
    """The receipt of `data` with a new seal over other documents."""
    root = xml.parse(data)
    root.remove(root[1])
    return xades.seal(
        root, key_pem=signer.key_pem, cert_pem=signer.cert_pem, signed_at=UPP.delivered_at, detached=bound
    )


def refused(data: bytes, signer: Party, *, document: bytes | None = DOCUMENT) -> tuple[str, str]:
    with pytest.raises(ReceiptRefused) as error:
        receipts.verify_receipt(data, certificates=[signer.certificate], document=document)
    return error.value.code, error.value.reason


@pytest.mark.parametrize(("build", "expected"), [(issue, UPP), (issue_upd, UPD)])
def test_a_receipt_verifies_for_its_document_only(
    office: Party, node: Party, build: Callable[[Party], bytes], expected: UppData | UpdData
) -> None:
    data = build(office)
    pinned = [node.certificate, office.certificate]
    found = receipts.verify_receipt(data, certificates=pinned, document=DOCUMENT)
    assert found == expected
    assert found.seal is not None and found.seal.certificate == office.certificate
    assert receipts.read_receipt(data) == expected and receipts.read_receipt(data).seal is None
    assert refused(data, office, document=DOCUMENT + b" ") == ("other_document", "outside_digest")


def test_without_the_document_the_receipt_says_which_one_it_is_about(office: Party) -> None:
    found = receipts.verify_receipt(issue(office), certificates=[office.certificate])
    assert found.is_about(DOCUMENT) and not found.is_about(DOCUMENT + b" ")


def test_a_receipt_of_several_documents_is_about_each_of_them(office: Party) -> None:
    other = b"%PDF-1.7 attachment"
    data = sealed(
        issue(office),
        office,
        xades.Detached("a.xml", DOCUMENT, "text/xml", transforms=(EXC_C14N,)),
        xades.Detached("b.pdf", other, "application/pdf"),
    )
    pinned = [office.certificate]
    for document in (DOCUMENT, other):
        assert receipts.verify_receipt(data, certificates=pinned, document=document) == UPP
    assert refused(data, office, document=b"third") == ("other_document", "outside_digest")
    assert [one.digest.hex() for one in receipts.read_receipt(data).bound][1] == hashlib.sha256(
        other
    ).hexdigest()


def test_a_receipt_that_wants_its_document_in_many_forms_is_refused(office: Party) -> None:
    """Each form is made anew from the whole document: a few are honest, more would only cost."""
    forms: tuple[tuple[str, ...], ...] = ((), (EXC_C14N,), (C14N,), (EXC_C14N_COMMENTS,))
    bound = [xades.Detached(f"{number}.xml", DOCUMENT, "text/xml", form) for number, form in enumerate(forms)]
    taken = sealed(issue(office), office, *bound[:3])
    pinned = [office.certificate]
    assert (
        receipts.verify_receipt(taken, certificates=pinned, document=DOCUMENT, further=[DOCUMENT] * 2) == UPP
    )
    assert refused(sealed(issue(office), office, *bound), office) == ("bad_signature", "too_many_forms")


def test_the_receipt_has_the_shape_of_the_samples(office: Party) -> None:
    root = xml.parse(issue(office))
    assert (etree.QName(root).localname, etree.QName(root).namespace) == ("Dokument", receipts.NAMESPACE)
    assert [etree.QName(child).localname for child in root] == ["UPP", "Signature"]
    names = [f"{etree.QName(one).localname}{''.join(one.attrib)}" for one in xml.elements(root[0])]
    extra = "InformacjaUzupelniajacaTypInformacjiUzupelniajacej"
    assert " ".join(names) == (
        "UPP IdentyfikatorPoswiadczenia Adresat Nazwa IdentyfikatorPodmiotuTypIdentyfikatora "
        "Nadawca Nazwa IdentyfikatorPodmiotuTypIdentyfikatora DataDoreczenia DataWytworzeniaPoswiadczenia "
        f"IdentyfikatorDokumentu {extra} {extra} {extra}"
    )
    assert xml.text_of(root[0][3]) == "2026-11-23T10:15:30.000+01:00"
    assert [one.uri for one in dsig.outside_references(root[1])] == ["wniosek%20o%20dost%C4%99p.xml"]


def test_the_delivery_receipt_has_the_shape_of_the_samples(office: Party) -> None:
    root = xml.parse(issue_upd(office))
    assert [etree.QName(one).localname for one in root[0]] == [
        "IdentyfikatorPoswiadczenia",
        "PodmiotWystawiajacyPoswiadczenie",
        "Adresat",
        "DataOdbioru",
        "DataUtworzeniaPoswiadczenia",
        "IdentyfikatorSprawy",
        "IdentyfikatorDokumentu",
    ]
    no_case = xml.parse(issue_upd(office, dataclasses.replace(UPD, case_id="")))
    assert "IdentyfikatorSprawy" not in [etree.QName(one).localname for one in no_case[0]]


def test_a_document_bound_by_its_canonical_form(office: Party) -> None:
    """ePUAP binds the document through a canonicalisation: another spelling is the same document."""
    bound = xades.Detached("wniosek.xml", DOCUMENT, "text/xml", transforms=(EXC_C14N,))
    data = sealed(issue(office), office, bound)
    for same in (DOCUMENT, '<wniosek a="1">Zażółć</wniosek>'.encode()):
        assert receipts.verify_receipt(data, certificates=[office.certificate], document=same) == UPP
    for other in (b"<wniosek/>", b"no XML", b"<!DOCTYPE wniosek><wniosek a='1'/>", b'<a xmlns="../b"/>'):
        assert refused(data, office, document=other) == ("other_document", "outside_digest")


@pytest.mark.parametrize(
    ("alter", "code", "reason"),
    [
        (lambda data: data.replace(b"10:15:30", b"10:15:29"), "bad_signature", "digest"),
        (lambda data: data.replace(b"Celina", b"Celine"), "bad_signature", "digest"),
        (lambda data: data.replace(b"wniosek%20", b"wniosek-"), "bad_signature", "value"),
        (lambda data: data.replace(b'URI="wniosek', b'URI="#wniosek'), "bad_signature", "unresolved"),
        (lambda data: data.replace(b"rsa-sha256", b"rsa-sha1"), "bad_signature", "method"),
        (lambda data: data.replace(b"+01:00</pos:DataD", b"</pos:DataD"), "bad_signature", "digest"),
        (lambda data: data.replace(b"DataDoreczenia>", b"DataDoreczen>"), "unreadable", "DataDoreczenia"),
        (lambda data: data.replace(b"T10:15:30", b"T25:15:30"), "unreadable", "moment"),
        (lambda data: data.replace(b"2026-11-23T10:15:30", b"2026-W48-1T10"), "unreadable", "moment"),
        (lambda data: data.replace(b"pos:UPP", b"pos:UPX"), "unreadable", "no_receipt"),
        (lambda data: data.replace(b"pos:UPP", b"pos:UPD"), "unreadable", "DataOdbioru"),
        (lambda data: data.replace(b"UPP-2026-000001", b""), "unreadable", "IdentyfikatorPoswiadczenia"),
        (lambda data: b"<html/>", "unreadable", "no_receipt"),
        (lambda data: b"%PDF", "unreadable", "malformed"),
        (lambda data: b'<!DOCTYPE a [<!ENTITY b "b">]>' + data, "unreadable", "doctype"),
        (lambda data: data[: data.index(b"<ds:Signature")] + b"</pos:Dokument>", "unsigned", ""),
    ],
)
def test_an_altered_receipt_is_refused(
    office: Party, alter: Callable[[bytes], bytes], code: str, reason: str
) -> None:
    data = issue(office)
    assert receipts.verify_receipt(data, certificates=[office.certificate], document=DOCUMENT) == UPP
    altered = alter(data)
    if altered.startswith(b"<!DOCTYPE"):
        altered = altered.replace(b"<?xml version='1.0' encoding='UTF-8'?>", b"")
    assert refused(altered, office) == (code, reason)
    assert refused(altered, office, document=None) == (code, reason)


def test_a_receipt_of_a_foreign_key_with_the_same_names_is_refused(office: Party, stranger: Party) -> None:
    data = issue(stranger)
    assert receipts.verify_receipt(data, certificates=[stranger.certificate], document=DOCUMENT) == UPP
    assert refused(data, office) == ("bad_signature", "signing_certificate")


def test_with_no_certificate_pinned_the_receipt_is_whole_and_the_signer_unjudged(stranger: Party) -> None:
    data = issue_upd(stranger)
    found = receipts.verify_receipt(data, certificates=None, document=DOCUMENT)
    assert found.seal is not None and found.seal.certificate == stranger.certificate
    with pytest.raises(ReceiptRefused) as error:
        receipts.verify_receipt(data.replace(b"Celina", b"Celine"), certificates=None)
    assert error.value.code == "bad_signature"
    with pytest.raises(ReceiptRefused) as error:
        receipts.verify_receipt(data, certificates=[], document=DOCUMENT)
    assert error.value.code == "bad_signature"


def test_a_receipt_that_binds_no_document_is_refused(office: Party) -> None:
    assert refused(sealed(issue(office), office), office) == ("unbound", "")


def test_a_reference_that_no_document_can_be_held_against_is_refused(office: Party) -> None:
    """Otherwise its digest would bind nothing, and the receipt pass as one about something."""
    data = issue(office)
    start = data.index(b'URI="wniosek')
    at = data.index(b">", start) + 1
    transform = f'<ds:Transforms><ds:Transform Algorithm="{ENVELOPED}"/></ds:Transforms>'.encode()
    assert refused(data[:at] + transform + data[at:], office) == ("bad_signature", "transform")


def test_a_second_receipt_beside_the_sealed_one_is_refused(office: Party) -> None:
    root = xml.parse(issue(office))
    root.insert(0, etree.fromstring(etree.tostring(root[0])))
    assert refused(xml.to_bytes(root), office) == ("unreadable", "no_receipt")
    root = xml.parse(issue(office))
    root.insert(1, xml.parse(issue_upd(office))[0])
    assert refused(xml.to_bytes(root), office) == ("unreadable", "no_receipt")
    wrapped = etree.Element("wrapper")
    wrapped.append(xml.parse(issue(office)))
    assert refused(xml.to_bytes(wrapped), office) == ("unreadable", "no_receipt")


FOREIGN = (
    '<pos:Dokument xmlns:pos="{namespace}"><pos:UPD>'
    "<pos:IdentyfikatorDokumentu>d</pos:IdentyfikatorDokumentu>"
    "<pos:DataOdbioru>{moment}</pos:DataOdbioru>"
    '<pos:Adresat><pos:IdentyfikatorPodmiotu {prefix}TypIdentyfikatora="ePUAP-ID">a'
    "</pos:IdentyfikatorPodmiotu><pos:Nazwa>A</pos:Nazwa></pos:Adresat>"
    '<pos:InformacjaUzupelniajaca {prefix}TypInformacjiUzupelniajacej="k">v</pos:InformacjaUzupelniajaca>'
    "<pos:IdentyfikatorPoswiadczenia>1</pos:IdentyfikatorPoswiadczenia>"
    "</pos:UPD></pos:Dokument>"
)


@pytest.mark.parametrize("prefix", ["", "pos:"])
@pytest.mark.parametrize("namespace", [receipts.NAMESPACE, receipts.NAMESPACE.replace("2008/05", "2006/04")])
def test_foreign_receipts_are_read_in_any_order_and_spelling(prefix: str, namespace: str) -> None:
    text = FOREIGN.format(namespace=namespace, prefix=prefix, moment="2026-07-01T10:15:30")
    found = receipts.read_receipt(text.encode())
    assert isinstance(found, UpdData)
    assert (found.identifier, found.document_id, found.extra) == ("1", "d", (("k", "v"),))
    assert (found.addressee_name, found.addressee_id, found.addressee_id_type) == ("A", "a", "ePUAP-ID")
    assert (found.issuer_name, found.case_id, found.created_at) == ("", "", None)
    assert found.received_at == dt.datetime(2026, 7, 1, 8, 15, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("moment", "hour"),
    [
        ("2026-11-23T10:15:30", 9),
        ("2026-11-23 10:15:30.1234567", 9),
        ("2026-11-23T10:15:30Z", 10),
        ("2026-11-23T10:15:30+0200", 8),
    ],
)
def test_a_moment_without_an_offset_is_polish_time(moment: str, hour: int) -> None:
    text = FOREIGN.format(namespace=receipts.NAMESPACE, prefix="", moment=moment)
    found = receipts.read_receipt(text.encode())
    assert isinstance(found, UpdData)
    assert found.received_at.astimezone(dt.UTC).replace(microsecond=0) == dt.datetime(
        2026, 11, 23, hour, 15, 30, tzinfo=dt.UTC
    )


@pytest.mark.parametrize("moment", ["", "2026-11-23", "wczoraj", "2026-11-31T10:00:00", "9" * 5000])
def test_a_receipt_without_its_moment_is_none(moment: str) -> None:
    text = FOREIGN.format(namespace=receipts.NAMESPACE, prefix="", moment=moment)
    with pytest.raises(ReceiptRefused, match="unreadable"):
        receipts.read_receipt(text.encode())


def test_a_receipt_without_a_sender_or_a_moment_is_not_issued(office: Party) -> None:
    for broken in (dataclasses.replace(UPP, sender_name=""), dataclasses.replace(UPP, created_at=None)):
        with pytest.raises(schema.SchemaError, match=r"Nazwa|DataWytworzenia"):
            receipts.build_upp(
                broken,
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
    assert (
        receipts.verify_receipt(data, certificates=pinned, document=signature_file, further=[document]) == UPP
    )
    wrong: list[tuple[bytes, list[bytes]]] = [
        (signature_file, [document + b" "]),
        (signature_file, [document, document]),
    ]
    for first, further in wrong:
        with pytest.raises(ReceiptRefused):
            receipts.verify_receipt(data, certificates=pinned, document=first, further=further)
    with pytest.raises(ReceiptRefused):
        receipts.verify_receipt(issue(office), certificates=pinned, document=DOCUMENT, further=[DOCUMENT])
