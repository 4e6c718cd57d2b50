"""The person in a trusted profile's statement: both generations, both spellings, and what names nobody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from lxml import etree

from epuap.signatures.report import Person
from epuap.xml.persons import NoPerson, person_of_statement
from eurzad.lib.personas import ANNA, BORYS
from tests.epuap.xml.signing import EP_SIGNATURE, PODPIS_ZP

ANNA_NAMED = Person(ANNA.given_name, ANNA.family_name, ANNA.pesel, ANNA.birth_date)
GENERATIONS = pytest.mark.parametrize("template", [EP_SIGNATURE, PODPIS_ZP], ids=["EPSignature", "PodpisZP"])
DOUBLE = '<os:Nazwisko {0}="drugi">Malina</os:Nazwisko><os:Nazwisko {0}="pierwszy">Wrzos</os:Nazwisko>'


def statement(template: str, **changes: str) -> str:
    values = {
        "given_name": ANNA.given_name,
        "family_name": ANNA.family_name,
        "pesel": ANNA.pesel,
        "birth_date": ANNA.birth_date.isoformat(),
    }
    return template.format(**{**values, **changes})


def read(text: str) -> Person:
    return person_of_statement(etree.fromstring(text))


@GENERATIONS
def test_either_generation_names_the_person_also_inside_its_role(template: str) -> None:
    text = statement(template)
    assert read(text) == ANNA_NAMED
    role = '<x:ClaimedRole xmlns:x="http://uri.etsi.org/01903/v1.3.2#">{}</x:ClaimedRole>'
    assert read(role.format(f"\n{text}\n")) == ANNA_NAMED
    with pytest.raises(NoPerson, match="no_person"):
        read(role.format(text + text))
    with pytest.raises(NoPerson, match="no_person"):
        read(role.format(""))


@pytest.mark.parametrize("attribute", ["rodzajCzlonu", "os:rodzajCzlonu", "ppZP:rodzajCzlonu"])
def test_a_double_name_is_put_in_order_by_either_spelling_of_its_attribute(attribute: str) -> None:
    single = '<os:Nazwisko rodzajCzlonu="pierwszy">Wrzos</os:Nazwisko>'
    text = statement(PODPIS_ZP)
    assert single in text
    assert read(text.replace(single, DOUBLE.format(attribute))).family_name == "Wrzos-Malina"


def test_a_second_given_name_and_the_account_in_the_other_place() -> None:
    account = "<ppZP:IdKontaUzytkownikaEpuap>login</ppZP:IdKontaUzytkownikaEpuap>"
    text = statement(PODPIS_ZP).replace("</os:Imie>", "</os:Imie><os:Imie>Maria</os:Imie>")
    moved = text.replace(account, "").replace(
        "<ppZP:DanePodpisu/>", f"<ppZP:DanePodpisu>{account}</ppZP:DanePodpisu>"
    )
    assert account in moved
    assert read(moved) == read(text) == Person("Anna Maria", "Wrzos", ANNA.pesel, ANNA.birth_date)


@pytest.mark.parametrize(
    ("born", "expected"),
    [("1868-04-12Z", ANNA.birth_date), ("1868-04-12+02:00", ANNA.birth_date), ("", None)],
)
def test_the_zone_of_a_birth_date_says_nothing(born: str, expected: dt.date | None) -> None:
    text = statement(EP_SIGNATURE, birth_date=born)
    if expected is None:
        with pytest.raises(NoPerson, match="bad_birth_date"):
            read(text)
    else:
        assert read(text).birth_date == expected


def test_a_statement_without_a_birth_date_takes_it_from_the_pesel() -> None:
    element = f"<pz:DateOfBirth>{ANNA.birth_date}</pz:DateOfBirth>"
    text = statement(EP_SIGNATURE)
    assert element in text
    assert read(text.replace(element, "")) == ANNA_NAMED


def test_a_comment_never_shortens_a_value() -> None:
    number = f"{ANNA.pesel[:6]}<!-- -->{ANNA.pesel[6:]}"
    assert read(statement(EP_SIGNATURE, pesel=number, family_name="Wr<!-- -->zos")) == ANNA_NAMED


@GENERATIONS
@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda text: text.replace(ANNA.pesel, "123451234512"), "bad_pesel"),
        (lambda text: text.replace(ANNA.pesel, "٦٨٨٤١٢١٢٠٤٤"), "bad_pesel"),
        (lambda text: text.replace(ANNA.pesel, f"{ANNA.pesel[:6]}-{ANNA.pesel[6:]}"), "bad_pesel"),
        (lambda text: text.replace(ANNA.pesel, ANNA.pesel[:-1] + "5"), "bad_pesel"),
        (lambda text: text.replace(ANNA.pesel, ""), "bad_pesel"),
        (lambda text: text.replace(ANNA.given_name, " "), "no_person"),
        (lambda text: text.replace(ANNA.family_name, "A" * 201), "no_person"),
        (lambda text: text.replace("Signature", "Sygnatura").replace("PodpisZP", "Podpis"), "no_person"),
        (lambda text: text.replace("/podpis_zaufany/", "/inny/").replace("/ppzp/", "/inny/"), "no_person"),
    ],
)
def test_a_statement_that_names_nobody(template: str, change: Callable[[str], str], code: str) -> None:
    changed = change(statement(template))
    assert changed != statement(template)
    with pytest.raises(NoPerson) as refused:
        read(changed)
    assert refused.value.code == code


@GENERATIONS
def test_two_numbers_name_nobody(template: str) -> None:
    text = statement(template)
    name = "pz:PersonalIdentifier" if template is EP_SIGNATURE else "os:PESEL"
    second = text.replace(f"</{name}>", f"</{name}><{name}>{BORYS.pesel}</{name}>")
    assert second != text
    with pytest.raises(NoPerson, match="no_person"):
        read(second)
