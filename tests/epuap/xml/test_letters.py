"""The office's letters: the general letter of the central repository, sealed."""

from __future__ import annotations

import datetime as dt

import pytest

from epuap.signatures.trust import Trust
from epuap.xml import letters, schema, verify, xades
from eurzad.lib import xml
from tests.epuap.xml.conftest import Party
from tests.epuap.xml.test_application import outline

LETTER = letters.LetterData(
    title="Decyzja w sprawie dostępu",
    paragraphs=("Dostęp został przyznany.", "Pouczenie."),
    office_name="Urząd Miasta Jarzębin",
    place="Jarzębin",
    recipient_given_name="Grażyna",
    recipient_family_name="Olcha",
    created_on=dt.date(2026, 11, 24),
    case_number="OR.1431.12.2026",
)


def test_the_letter_has_the_shape_of_the_template() -> None:
    data = letters.build_letter(LETTER)
    assert (
        b'<?xml-stylesheet type="text/xsl" href="http://crd.gov.pl/wzor/2013/12/12/1410/styl.xsl"?>' in data
    )
    assert outline(xml.parse(data)) == (
        "wnio:Dokument{wnio:OpisDokumentu{meta:Data@typDaty{meta:Czas}} "
        "wnio:DaneDokumentu{str:Naglowek{str:NazwaDokumentu meta:Identyfikator{meta:Wartosc}} "
        "meta:Data@typDaty{meta:Czas} "
        "str:Adresaci{meta:Podmiot{oso:Osoba{oso:Nazwisko oso:Imie}}} "
        "str:Nadawcy{meta:Podmiot{inst:Instytucja{inst:NazwaInstytucji}}}} "
        "wnio:TrescDokumentu@format@kodowanie{wnio:MiejscowoscDokumentu wnio:Tytul "
        "wnio:RodzajWnioskuRozszerzony@rodzaj@jakiInny "
        "wnio:Informacje{wnio:Informacja wnio:Informacja}}}"
    )


def test_a_sealed_letter_keeps_its_stylesheet_and_its_words(office: Party) -> None:
    data = letters.build_letter(LETTER)
    sealed = xades.seal(
        xml.parse(data),
        key_pem=office.key_pem,
        cert_pem=office.cert_pem,
        signed_at=dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC),
    )
    assert verify.payload_digest(sealed) == verify.payload_digest(data)
    trust = Trust(seals=(office.certificate,))
    report = verify.verify_document(sealed, trust=trust, now=dt.datetime(2026, 11, 25, tzinfo=dt.UTC))
    assert report.signatures[0].covered == ("document", "signed_properties")


def test_a_letter_without_text_is_not_written() -> None:
    with pytest.raises(schema.SchemaError, match="Informacje"):
        letters.build_letter(letters.LetterData(**{**vars(LETTER), "paragraphs": ()}))
