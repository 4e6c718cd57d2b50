"""The application document: written strictly, read tolerantly."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from lxml import etree

from epuap.xml import application, schema
from epuap.xml.application import ApplicationDocument, ApplicationUnreadable
from epuap.xml.verify import payload_digest
from eurzad.lib import xml
from eurzad.lib.personas import CELINA
from tests.epuap.xml import signing
from tests.epuap.xml.conftest import Party

NAMESPACE = "http://epuap.gov.pl/FeResourceServlet/wzor_lokalny/eurzad/wniosek-o-dostep/1/"
CELINAS = ApplicationDocument(
    given_name=CELINA.given_name,
    family_name=CELINA.family_name,
    pesel=CELINA.pesel,
    street=CELINA.street,
    building=CELINA.building,
    flat="4",
    postal_code=CELINA.postal_code,
    city=CELINA.city,
    phone="+48 600 000 000",
    email=CELINA.email,
    office_name="Urząd Miasta Jarzębin",
    place="Jarzębin",
    created_on=dt.date(2026, 11, 23),
    justification="Chcę płacić & widzieć <zaległości>.\nProszę o dostęp.",
    own_data=True,
    statements=("Znam regulamin.", "Dane są prawdziwe."),
)
WRITTEN = application.build(CELINAS, namespace=NAMESPACE)


def outline(element: etree._Element) -> str:
    """Return prefix:name@attributes{children} of the tree."""
    name = f"{element.prefix}:{etree.QName(element).localname}" + "".join(f"@{key}" for key in element.attrib)
    children = " ".join(outline(child) for child in element)
    return f"{name}{{{children}}}" if children else name


def test_the_document_has_the_shape_of_the_wire_format() -> None:
    assert outline(xml.parse(WRITTEN)) == (
        "wda:Dokument{wda:OpisDokumentu{meta:Data@typDaty{meta:Czas}} "
        "wda:DaneDokumentu{str:Naglowek{str:NazwaDokumentu} meta:Data@typDaty{meta:Czas} "
        "str:Adresaci{meta:Podmiot{inst:Instytucja{inst:NazwaInstytucji}}} "
        "str:Nadawcy{meta:Podmiot{oso:Osoba{oso:IdOsoby{oso:PESEL} oso:Nazwisko oso:Imie "
        "adr:Adres{adr:KodPocztowy adr:Miejscowosc adr:Ulica adr:Budynek adr:Lokal} "
        "adr:Kontakt{adr:Telefon adr:Email}}}}} "
        "wda:TrescDokumentu@format@kodowanie{wda:MiejscowoscDokumentu wda:Tytul wda:Zakres{wda:DaneWlasne} "
        "wda:Uzasadnienie wda:Oswiadczenia{wda:Oswiadczenie wda:Oswiadczenie}}}"
    )


def test_what_was_written_is_read_back_also_when_signed(office: Party) -> None:
    assert application.parse(WRITTEN, namespace=NAMESPACE) == (CELINAS, ())
    signed = signing.sign_document(WRITTEN, office)
    assert application.parse(signed, namespace=NAMESPACE) == (CELINAS, ())
    assert payload_digest(signed) == payload_digest(WRITTEN)


def test_empty_optional_elements_are_left_out() -> None:
    brief = dataclasses.replace(
        CELINAS, street="", flat="", phone="", email=" ", justification="", statements=(), own_data=False
    )
    data = application.build(brief, namespace=NAMESPACE)
    for name in (b"Ulica", b"Lokal", b"Kontakt", b"Uzasadnienie", b"Oswiadczenia"):
        assert name not in data
    assert application.parse(data, namespace=NAMESPACE) == (dataclasses.replace(brief, email=""), ())


def test_characters_that_xml_cannot_carry_are_left_out() -> None:
    data = application.build(dataclasses.replace(CELINAS, justification="a\x0bb\r\nc"), namespace=NAMESPACE)
    assert application.parse(data, namespace=NAMESPACE)[0].justification == "ab\nc"


@pytest.mark.parametrize(
    ("change", "element"),
    [
        ({"postal_code": "99901"}, "KodPocztowy"),
        ({"pesel": "123"}, "PESEL"),
        ({"city": ""}, "Miejscowosc"),
        ({"justification": "x" * 4001}, "Uzasadnienie"),
    ],
)
def test_what_goes_out_is_valid(change: dict[str, str], element: str) -> None:
    with pytest.raises(schema.SchemaError) as refused:
        application.build(dataclasses.replace(CELINAS, **change), namespace=NAMESPACE)
    assert refused.value.elements == (element,)


@pytest.mark.parametrize(
    ("old", "new", "remarks"),
    [
        ("2009/11/16", "2008/05/09", ("older_namespaces",)),
        ("2009/11/09", "2008/05/09", ("older_namespaces",)),
        ("<adr:Ulica>", "<adr:Gmina>Jarzębin</adr:Gmina><adr:Ulica>", ("schema:Gmina",)),
        ("<meta:Czas>2026-11-23<", "<meta:Czas>2026-11-23T10:00:00+01:00<", ("schema:Czas",)),
    ],
)
def test_a_deviation_is_a_remark_and_nothing_is_lost(old: str, new: str, remarks: tuple[str, ...]) -> None:
    altered = WRITTEN.decode().replace(old, new).encode()
    assert application.parse(altered, namespace=NAMESPACE) == (CELINAS, remarks)


def test_what_is_missing_doubled_or_impossible_is_remarked() -> None:
    text = WRITTEN.decode()
    start, end = text.index("<oso:IdOsoby>"), text.index("</oso:IdOsoby>") + len("</oso:IdOsoby>")
    found, remarks = application.parse((text[:start] + text[end:]).encode(), namespace=NAMESPACE)
    assert (found.pesel, remarks) == ("", ("missing:IdOsoby",))
    doubled = text.replace(text[start:end], text[start:end] * 2)
    found, remarks = application.parse(doubled.encode(), namespace=NAMESPACE)
    assert (found, remarks) == (CELINAS, ("schema:IdOsoby", "several:IdOsoby"))
    bad = text.replace(CELINA.pesel, "12345678901")
    assert application.parse(bad.encode(), namespace=NAMESPACE)[1] == ("bad_pesel",)
    undated = text.replace("2026-11-23", "wczoraj")
    found, remarks = application.parse(undated.encode(), namespace=NAMESPACE)
    assert (found.created_on, remarks) == (None, ("schema:Czas", "bad_date"))


def test_what_hides_in_a_signature_or_a_comment_is_not_read() -> None:
    hidden = WRITTEN.replace(
        b"<wda:DaneDokumentu>",
        b'<s:Signature xmlns:s="http://www.w3.org/2000/09/xmldsig#"><wda:DaneDokumentu/></s:Signature>'
        b"<wda:DaneDokumentu>",
    )
    assert application.parse(hidden, namespace=NAMESPACE) == (CELINAS, ())
    commented = WRITTEN.replace(b"<oso:Nazwisko>J", b"<oso:Nazwisko>J<!-- -->")
    assert application.parse(commented, namespace=NAMESPACE) == (CELINAS, ())


def test_a_foreign_identifier_stands_in_place_of_the_pesel() -> None:
    foreign = dataclasses.replace(CELINAS, pesel="", other_identifier="DE/PL/x-1")
    data = application.build(foreign, namespace=NAMESPACE)
    assert "oso:IdOsoby{oso:InnyIdentyfikator{oso:TypIdentyfikatora oso:WartoscIdentyfikatora}}" in outline(
        xml.parse(data)
    )
    assert application.parse(data, namespace=NAMESPACE) == (foreign, ())
    strange = data.replace(b"DE/PL/x-1", b"AB123")
    found, remarks = application.parse(strange, namespace=NAMESPACE)
    assert (found.other_identifier, remarks) == ("AB123", ("schema:WartoscIdentyfikatora", "bad_identifier"))
    untyped = data.replace(b"<oso:TypIdentyfikatora>eIDAS</oso:TypIdentyfikatora>", b"")
    assert application.parse(untyped, namespace=NAMESPACE)[0] == foreign
    with pytest.raises(schema.SchemaError):
        application.build(dataclasses.replace(foreign, other_identifier="AB123"), namespace=NAMESPACE)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<!DOCTYPE a>" + WRITTEN.partition(b"\n")[2], "xml_doctype"),
        (b"<a/>", "other_document"),
        (b"PDF", "xml_malformed"),
        (WRITTEN.replace(b"dostep/1/", b"dostep/2/"), "other_document"),
    ],
)
def test_other_bytes_are_no_application(data: bytes, code: str) -> None:
    with pytest.raises(ApplicationUnreadable) as refused:
        application.parse(data, namespace=NAMESPACE)
    assert refused.value.code == code
