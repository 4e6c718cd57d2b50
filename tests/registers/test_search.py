"""Finding entries: words, filters, sorts, pages, and what is asked in vain."""

from collections.abc import Callable
from datetime import date

import pytest
from django.urls import reverse
from lxml import etree

from eurzad.lib import clock
from registers.declarations import CONTRACTS, REGISTERS
from registers.models import AlcoholLicence, Contract, Property
from registers.services import entries_changed
from tests.registers.conftest import lease_row, licence_row, property_row
from tests.support.pages import PageClient

URL = "/rejestry/umowy/"


def numbers(response) -> list[str]:
    """The numbers of contracts on the page, top to bottom."""
    last = CONTRACTS.list_columns.index("number")
    return [row[last]["content"] for row in response.context["list"].rows]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("łąkowej", ["UM/1"]),
        ("LAKOWEJ", ["UM/1"]),
        ("zrodel", ["UM/2"]),
        ("przebud łąk", ["UM/1"]),
        ("łąk przebud", ["UM/1"]),
        ("zaba", ["UM/3"]),
        ("100-001-00-07", ["UM/3", "UM/2", "UM/1"]),
        ("um/2", ["UM/2"]),
        ("oswiaty", ["UM/3"]),
        ("%", ["UM/3", "UM/2", "UM/1"]),
        ("rem_nt", []),
        ("nie ma czegoś takiego", []),
    ],
)
def test_words(pages: PageClient, contracts: list[Contract], typed: str, found: list[str]) -> None:
    assert numbers(pages.get(URL, data={"q": typed})) == found


def test_filters_and_sort_are_kept_in_links(
    pages: PageClient, make_contract: Callable[..., Contract]
) -> None:
    for serial in range(30):
        make_contract(f"UM/{serial}", concluded_on=date(2026, 1, 1))
    make_contract("UM/stara", concluded_on=date(2024, 1, 1))
    response = pages.get(URL, data={"rok": "2026", "rodzaj": "works", "sortuj": "wartosc", "q": "remont"})
    assert response.context["list"].total == 30
    html = response.content.decode()
    assert "?q=remont&amp;rok=2026&amp;rodzaj=works&amp;sortuj=wartosc&amp;page=2" in html
    second = pages.get(URL, data={"rok": "2026", "page": "2"})
    assert len(second.context["list"].rows) == 5


def test_filter_by_year_and_unit(pages: PageClient, contracts: list[Contract]) -> None:
    assert numbers(pages.get(URL, data={"rok": "2025"})) == ["UM/1"]
    assert numbers(pages.get(URL, data={"jednostka": "Wydział Oświaty"})) == ["UM/3"]
    assert numbers(pages.get(URL, data={"rodzaj": "supplies"})) == ["UM/2"]


def test_sorting_puts_missing_values_last(pages: PageClient, make_contract: Callable[..., Contract]) -> None:
    make_contract("UM/bez", value=None, value_absence_reason="Stawki jednostkowe")
    make_contract("UM/mala", value="1.00")
    make_contract("UM/duza", value="1000.00")
    assert numbers(pages.get(URL, data={"sortuj": "wartosc"})) == ["UM/duza", "UM/mala", "UM/bez"]
    assert numbers(pages.get(URL, data={"sortuj": "wartosc-rosnaco"})) == ["UM/mala", "UM/duza", "UM/bez"]


@pytest.mark.parametrize(
    "asked",
    [
        {"q": "ó" * 10_240},
        {"q": "a " * 5_000},
        {"q": "\x00\x01\x1b[31m\u202e' OR 1=1 --"},
        {"q": "💥"},
        {"page": "-1"},
        {"page": "1000000000"},
        {"page": "9" * 6000},
        {"page": "१२"},
        {"page": "abc"},
        {"rok": "0000"},
        {"rok": "99999999999999"},
        {"rodzaj": "' --"},
        {"sortuj": "internal_note"},
        {"nieznany": "x"},
    ],
)
@pytest.mark.parametrize("spec", REGISTERS, ids=lambda spec: spec.name)
def test_bad_input_gets_a_helpful_page(
    pages: PageClient, contracts: list[Contract], django_assert_max_num_queries, spec, asked: dict[str, str]
) -> None:
    with django_assert_max_num_queries(4):
        response = pages.get(reverse(f"registers:{spec.name}_list"), data=asked)
    page = response.context["list"]
    assert page.rows or page.notes or "Nic nie znaleźliśmy" in response.content.decode() or not page.total
    assert len(response.content) < 40_000


def test_pages_asked_in_vain_say_so(pages: PageClient, contracts: list[Contract]) -> None:
    assert "Pokazujemy ostatnią" in pages.get(URL, data={"page": "1000000000"}).content.decode()
    assert "Pokazujemy pierwszą" in pages.get(URL, data={"page": "-1"}).content.decode()
    assert "Nie znamy takiego sortowania" in pages.get(URL, data={"sortuj": "zle"}).content.decode()


def test_empty_register_and_empty_result_say_why(pages: PageClient, make_contract) -> None:
    assert "nie ma jeszcze opublikowanych wpisów" in pages.get(URL).content.decode()
    make_contract("UM/1")
    html = pages.get(URL, data={"q": "<b>nic</b>"}).content.decode()
    assert "Nic nie znaleźliśmy" in html
    assert "<b>nic</b>" not in html


@pytest.mark.parametrize("spec", REGISTERS, ids=lambda spec: spec.name)
def test_a_list_costs_at_most_four_queries(pages: PageClient, django_assert_max_num_queries, spec) -> None:
    from registers import demo

    demo.load(date(2026, 11, 23))
    with django_assert_max_num_queries(4):
        response = pages.get(reverse(f"registers:{spec.name}_list"))
    assert len(response.context["list"].rows) >= 20
    url = etree.HTML(response.content).xpath("//td/a/@href")[0]
    with django_assert_max_num_queries(3):
        pages.get(url)


def test_property_is_found_by_address_kind_and_purpose(pages: PageClient) -> None:
    property_row()
    property_row(inventory_number="GM/2", address="Rynek 1", kind=Property.Kind.FLAT, purpose="housing")
    for asked in (
        {"q": "zrodlana"},
        {"rodzaj": "parcel"},
        {"przeznaczenie": "recreation"},
        {"q": "srodm"},
    ):
        response = pages.get("/mienie/", data=asked)
        assert "ul. Źródlana 4" in response.content.decode()
        assert response.context["list"].total == (2 if asked == {"q": "srodm"} else 1)
    assert "1\u00a0234,50\u00a0m²" in pages.get("/mienie/").content.decode()


def test_offer_ends_with_its_day(pages: PageClient) -> None:
    property_row(for_sale_until=date(2026, 5, 15))
    with clock.frozen(date(2026, 5, 15)):
        assert (
            "Na sprzedaż – zgłoszenia do 15.05.2026" in pages.get("/mienie/?oferta=sprzedaz").content.decode()
        )
    with clock.frozen(date(2026, 5, 16)):
        assert pages.get("/mienie/?oferta=sprzedaz").context["list"].total == 0
        assert "Nie jest teraz oferowana" in pages.get("/mienie/").content.decode()


def test_licence_past_its_day_is_expired_whatever_the_record_says(pages: PageClient) -> None:
    licence_row(valid_to=date(2026, 5, 15))
    with clock.frozen(date(2026, 5, 15)):
        assert "Ważne</td>" in pages.get("/rejestry/zezwolenia/").content.decode()
        assert pages.get("/rejestry/zezwolenia/?stan=expired").context["list"].total == 0
    with clock.frozen(date(2026, 5, 16)):
        assert "Wygasło</td>" in pages.get("/rejestry/zezwolenia/").content.decode()
        assert pages.get("/rejestry/zezwolenia/?stan=expired").context["list"].total == 1
        assert pages.get("/rejestry/zezwolenia/?stan=valid").context["list"].total == 0


def test_withdrawn_licence(pages: PageClient) -> None:
    licence_row(status=AlcoholLicence.Status.WITHDRAWN)
    assert pages.get("/rejestry/zezwolenia/?stan=withdrawn").context["list"].total == 1


def test_lease_links_to_its_published_property_only(pages: PageClient) -> None:
    land = property_row()
    lease = lease_row(property=land)
    url = reverse("registers:lease_detail", args=[lease.public_id])
    assert str(land.public_id) in pages.get(url).content.decode()
    Property.objects.update(is_published=False)
    html = pages.get(url).content.decode()
    assert str(land.public_id) not in html
    assert land.address not in html


def test_state_follows_changes(pages: PageClient, contracts: list[Contract]) -> None:
    with clock.frozen(date(2026, 11, 23)):
        contracts[0].delete()
        entries_changed(CONTRACTS, [])
    page = pages.get(URL).context["list"]
    assert (page.published_count, page.as_of) == (2, "23 listopada 2026, 12:00")
    assert [option.value for option in page.filters[0].options] == ["2026"]
