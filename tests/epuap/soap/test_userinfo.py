"""getTpUserInfo: what is asked, and that an answer names exactly one person or none."""

import html

import pytest
from lxml import etree

from epuap.soap.config import SoapConfig
from epuap.soap.errors import BadAnswer, ServiceFault
from epuap.soap.userinfo import UserInfoClient
from eurzad.lib.errors import TransientError
from tests.epuap.soap.fake_service import KeyPair, Reply, Service, exception

NS = "http://userinfo.zp.epuap.gov.pl"
ZP = "http://crd.gov.pl/xml/schematy/ppzp/"
OS = "http://crd.gov.pl/xml/schematy/osoba/2009/03/06/"
PERSON = (
    f'<p:PodpisZP xmlns:p="{ZP}" xmlns:os="{OS}"><p:DaneZP><p:DaneZPOsobyFizycznej>'
    '<os:Nazwisko rodzajCzlonu="pierwszy">WRZOS</os:Nazwisko><os:Imie>ANNA</os:Imie><os:PESEL>68841212044</os:PESEL>'
    "</p:DaneZPOsobyFizycznej></p:DaneZP></p:PodpisZP>"
)


def answer(role: str | None, *, times: int = 1) -> str:
    roles = "" if role is None else f"<claimedRole>{role}</claimedRole>" * times
    return (
        f'<u:getTpUserInfoResponse xmlns:u="{NS}"><getTpUserInfoReturn>'
        f"<accountEmailAddress>a@example.test</accountEmailAddress>{roles}</getTpUserInfoReturn>"
        "</u:getTpUserInfoResponse>"
    )


@pytest.fixture
def client(soap_config: SoapConfig, service: Service) -> UserInfoClient:
    return UserInfoClient(soap_config, f"{service.url}/pz-services/tpUserInfo")


def test_the_session_is_asked_about(client: UserInfoClient, service: Service) -> None:
    service.says(answer(html.escape(PERSON)))
    person = client.person_of_session("ID-1 & co")
    assert (person.given_name, person.family_name, person.pesel) == ("ANNA", "WRZOS", "68841212044")
    body = etree.fromstring(service.requests[0]).find("{*}Body")
    assert body[0].tag == f"{{{NS}}}getTpUserInfo"
    assert [(one.tag, one.text) for one in body[0]] == [
        ("tgsid", "ID-1 & co"),
        ("systemOrganisationId", "0"),
    ]
    assert service.actions == ['"getTpUserInfo"']


def test_a_statement_that_stands_as_an_element_is_read_too(client: UserInfoClient, service: Service) -> None:
    service.says(answer(PERSON))
    assert client.person_of_session("ID-1").pesel == "68841212044"


@pytest.mark.parametrize(
    "body",
    [
        answer(None),
        answer(""),
        answer("nie XML"),
        answer(html.escape(PERSON), times=2),
        answer(html.escape("<!DOCTYPE x [<!ENTITY a 'b'>]>" + PERSON)),
        answer(html.escape(PERSON.replace("68841212044", "68841212045"))),
        answer(html.escape(PERSON.replace("68841212044", "٦٨٨٤١٢١٢٠٤٤"))),
        answer(html.escape(PERSON.replace("<os:Imie>ANNA</os:Imie>", ""))),
        answer(html.escape("<x>" + "y" * 70_000 + "</x>")),
        answer(html.escape(PERSON)).replace("getTpUserInfoResponse", "somethingElse"),
    ],
    ids=["none", "empty", "text", "two", "doctype", "check-digit", "digits", "no-name", "big", "other"],
)
def test_an_answer_that_names_nobody_is_refused(client: UserInfoClient, service: Service, body: str) -> None:
    service.says(answer(html.escape(PERSON)))
    assert client.person_of_session("ID-1")
    service.says(body)
    with pytest.raises(BadAnswer):
        client.person_of_session("ID-1")


def test_a_stranger_names_nobody(client: UserInfoClient, service: Service, stranger_keys: KeyPair) -> None:
    service.says(answer(html.escape(PERSON)), signer=stranger_keys)
    with pytest.raises(BadAnswer) as refused:
        client.person_of_session("ID-1")
    assert refused.value.code == "soap.signature"


def test_refusal_and_silence_are_told_apart(client: UserInfoClient, service: Service) -> None:
    service.says(exception(7, "brak sesji"), status=500)
    with pytest.raises(ServiceFault):
        client.person_of_session("ID-1")
    service.replies_with(Reply(drops=True))
    with pytest.raises(TransientError):
        client.person_of_session("ID-1")
