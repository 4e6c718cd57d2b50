"""Answers that are signed well and say the wrong thing: whom they are for, when, how surely, about whom."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree

from tests.epuap.saml.doors import VICTIM, Door, changed
from tests.epuap.saml.forging import copy_of, saml
from tests.support.idp import NS, SP_ENTITY_ID

Edit = Callable[[etree._Element], None]
LOA = "http://eidas.europa.eu/LoA/"


def setting(path: str, name: str, value: str | None) -> Edit:
    def edit(root: etree._Element) -> None:
        element = root if path == "." else root.find(path, NS)
        if value is None:
            del element.attrib[name]
        else:
            element.set(name, value)

    return edit


def near_misses(right: str) -> list[str]:
    """Return values that a careless comparison takes for the right one."""
    return [
        right + "/", right + "x", right[:-1], "x" + right, right.upper(), right.replace("https", "http"),
        right.replace("http://", "https://"), right.replace(".test", ".test.evil.test"), right + "?x=1", right + "#x",
        right.replace("portal", "p%6Frtal").replace("/saml", "/%73aml"), right.replace("/saml", "//saml"),
        right.replace("/saml", "/x/../saml"), right.replace("://", "://user@"), right.replace("e", "\u0435", 1),
        f"{right} {right}", "", "*", "urn:x",
    ]  # fmt: skip


def wrong_ones(right: str) -> list[str]:
    return [one for one in dict.fromkeys(near_misses(right)) if one != right]


# --- for whom


def test_audiences(door: Door) -> None:
    for one in wrong_ones(SP_ENTITY_ID):
        door.attack(door.good(audiences=(one,)), "audience")
    other = "https://other.example.test"
    for several in ((SP_ENTITY_ID, other), (other, SP_ENTITY_ID), (SP_ENTITY_ID, SP_ENTITY_ID, other), ()):
        door.attack(door.good(audiences=several), "audience")

    def empty(assertion: etree._Element) -> None:
        restriction = assertion.find(".//a:AudienceRestriction", NS)
        restriction.remove(restriction[0])

    door.attack(door.good(edit_assertion=empty), "audience")
    door.control(door.good(audiences=(SP_ENTITY_ID, SP_ENTITY_ID)))


def test_recipients_and_destinations(door: Door) -> None:
    ours = door.idp.acs_url
    others = [
        ours.replace("/login/", "/pz/"),
        ours.replace("/pz/", "/login/"),
        ours.replace("/acs/", "/metadata/"),
    ]
    for one in [one for one in (*wrong_ones(ours), *others) if one not in ("", ours)]:
        door.attack(door.good(recipient=one), "recipient")
        door.attack(door.good(destination=one), "destination")
    path = ".//a:SubjectConfirmationData"
    door.attack(door.good(edit_assertion=setting(path, "Recipient", None)), "recipient")
    door.attack(door.good(edit_assertion=setting(path, "Recipient", "")), "recipient")
    door.control()


def test_in_response_to(door: Door) -> None:
    path = ".//a:SubjectConfirmationData"
    for value in (None, "", "ID-other", "*"):
        edit = setting(path, "InResponseTo", value)
        door.attack(door.good(edit_assertion=edit), "assertion_in_response_to")
    for value in (None, "", "ID-other"):
        edit = setting(".", "InResponseTo", value)
        door.attack(door.good(edit_response=edit, sign_response=False), "response_in_response_to")
    door.control()


def test_subject_confirmations(door: Door) -> None:
    """Another method, a second one, none, an address nobody asked about."""

    def second(assertion: etree._Element) -> None:
        one = assertion.find(".//a:SubjectConfirmation", NS)
        one.addnext(copy_of(one))

    def none(assertion: etree._Element) -> None:
        one = assertion.find(".//a:SubjectConfirmation", NS)
        one.getparent().remove(one)

    for method in ("holder-of-key", "sender-vouches", ""):
        edit = setting(".//a:SubjectConfirmation", "Method", f"urn:oasis:names:tc:SAML:2.0:cm:{method}")
        door.attack(door.good(edit_assertion=edit), "subject_method")
    door.attack(door.good(edit_assertion=second), "subject")
    door.attack(door.good(edit_assertion=none), "subject")
    door.control()


def test_issuers(door: Door) -> None:
    for one in wrong_ones(door.idp.entity_id):
        if one:
            door.attack(door.good(issuer=one), "answer_issuer response_issuer")

    def inside(assertion: etree._Element) -> None:
        assertion.find("a:Issuer", NS).text = "https://other.example.test"

    door.attack(door.good(edit_assertion=inside), "assertion_issuer")
    door.control()


# --- when


def at(**delta: float) -> str:
    return (datetime.now(UTC) + timedelta(**delta)).strftime("%Y-%m-%dT%H:%M:%SZ")


TIMES = [
    (".//a:SubjectConfirmationData", "NotOnOrAfter", "subject_time"),
    ("a:Conditions", "NotOnOrAfter", "conditions_time"),
]
SENSELESS = [
    None, "", "jutro", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "9999999999", "2099-01-01",
    "2099-01-01T00:00:00", "2099-W01-1T00:00:00Z", "20990101T000000Z", "2099-01-01 00:00:00Z",
    "２０９９-01-01T00:00:00Z", "2099-01-01T00:00:00 Z", "-2099-01-01T00:00:00Z", "2099-01-01T24:61:00Z",
    "10000-01-01T00:00:00Z", "2099-01-01T00:00:00+99:00", "9999-12-31T23:59:59-14:00",
]  # fmt: skip


def test_the_edges_of_three_minutes(door: Door) -> None:
    """A clock may be three minutes off either way, not four."""
    for path, name, code in TIMES:
        door.attack(door.good(edit_assertion=setting(path, name, at(minutes=-3, seconds=-1))), code)
        just_over = door.good(
            valid_from=timedelta(minutes=-30), edit_assertion=setting(path, name, at(minutes=-2))
        )
        door.control(changed(just_over, valid_for=timedelta(minutes=50)))
    for path, name, code in (
        ("a:Conditions", "NotBefore", "conditions_time"),
        (".//a:SubjectConfirmationData", "NotBefore", "subject_time"),
        (".", "IssueInstant", "assertion_time"),
        ("a:AuthnStatement", "AuthnInstant", "authn_time"),
    ):
        door.attack(door.good(edit_assertion=setting(path, name, at(minutes=3, seconds=30))), code)
        door.control(door.good(edit_assertion=setting(path, name, at(minutes=2))))


def test_times_that_are_none(door: Door) -> None:
    for path, name, code in TIMES:
        for value in SENSELESS if path == "a:Conditions" else SENSELESS[:3]:
            door.attack(door.good(edit_assertion=setting(path, name, value)), code)
    for value in SENSELESS[1:4]:
        door.attack(door.good(edit_assertion=setting("a:Conditions", "NotBefore", value)), "conditions_time")
    door.control(door.good(edit_assertion=setting("a:Conditions", "NotBefore", None)))


def test_a_window_that_never_opens(door: Door) -> None:
    """It ends before it begins; the two edges are within the skew."""

    def turned(path: str) -> Edit:
        def edit(assertion: etree._Element) -> None:
            setting(path, "NotBefore", at(minutes=2))(assertion)
            setting(path, "NotOnOrAfter", at(minutes=1))(assertion)

        return edit

    door.attack(door.good(edit_assertion=turned("a:Conditions")), "conditions_time")
    door.attack(door.good(edit_assertion=turned(".//a:SubjectConfirmationData")), "subject_time")
    door.control()


def test_far_years(door: Door) -> None:
    """The far future opens nothing, and an assertion that never ends is still good for one sign-in only."""
    far = "9999-12-31T23:59:59Z"
    door.attack(door.good(edit_assertion=setting(".", "IssueInstant", far)), "assertion_time")
    door.attack(door.good(edit_assertion=setting("a:Conditions", "NotBefore", far)), "conditions_time")
    endless = setting("a:Conditions", "NotOnOrAfter", far)
    answer = door.good(edit_assertion=endless, assertion_id="ID-endless")
    door.control(answer)
    door.attack(changed(answer, **VICTIM), "replayed")


# --- how surely


@pytest.mark.parametrize(
    "level",
    [f"{LOA}low", f"{LOA}", f"{LOA}Substantial", f"{LOA}substantial/", f"{LOA}high2", f"{LOA}very-high", "substantial",
     f"{LOA}substantial {LOA}high", "urn:oasis:names:tc:SAML:2.0:ac:classes:Password",
     "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified", "http://eidas.europa.eu/LoA/NotNotified/substantial"],
)  # fmt: skip
def test_levels(door: Door, level: str) -> None:
    door.attack(door.good(level=level), "level")
    door.control(door.good(level=f"{LOA}high"))


def test_a_level_that_is_missing_or_said_twice(door: Door) -> None:
    def drop(assertion: etree._Element) -> None:
        one = assertion.find(".//a:AuthnContextClassRef", NS)
        one.getparent().remove(one)

    def second(assertion: etree._Element) -> None:
        one = assertion.find(".//a:AuthnContextClassRef", NS)
        one.addnext(copy_of(one))

    def by_declaration(assertion: etree._Element) -> None:
        assertion.find(".//a:AuthnContextClassRef", NS).tag = saml("AuthnContextDeclRef")

    def other_statement(assertion: etree._Element) -> None:
        statement = assertion.find("a:AuthnStatement", NS)
        low = copy_of(statement)
        low.find(".//a:AuthnContextClassRef", NS).text = f"{LOA}low"
        statement.addprevious(low)

    def no_statement(assertion: etree._Element) -> None:
        assertion.remove(assertion.find("a:AuthnStatement", NS))

    for edit, code in (
        (drop, "level"), (second, "level"), (by_declaration, "level"), (other_statement, "authn_statement"),
        (no_statement, "authn_statement"),
    ):  # fmt: skip
        door.attack(door.good(edit_assertion=edit), code)
    door.control()


# --- about whom


@pytest.mark.parametrize(
    "identifier",
    [
        "68841212045", "6884121204", "688412120440", "068841212044", "68841212044 71890321131",
        "68841212044,71890321131", "٦٨٨٤١٢١٢٠٤٤", "６８８４１２１２０４４", "૬૮૮૪૧૨૧૨૦૪૪", "6884121204４",
        "688412-12044",
        "688 412 120 44", "+68841212044", "6.8841212044e10", "0x1007", "00000000000", "99999999999", "PESEL68841212044",
        "PNOPL-68841212044", "pesel:68841212044", "68841212044\u200b", "\u202e68841212044", "6884l2l2O44", "''", "null",
        "CZ/pl/abc", "cz/PL/abc", "CZE/PL/abc", "CZ/PL/", "CZ/DE/abc", "CZ/PL/a b", "CZ/PL/ł", "CZ/PL/" + "a" * 300,
        "CZ/PL", "/PL/abc", "CZ//abc", "CZ/PL/a\u200bb",
        "PL/PL/68841212044", "PL/PL/71890321131", "PL/PL/x",
    ],
)  # fmt: skip
def test_identifiers(door: Door, identifier: str) -> None:
    door.attack(door.good(pesel=identifier), "identifier attribute_value")  # the latter for 300 characters
    door.control()


def test_two_people_in_one_answer(door: Door) -> None:
    """A second value, attribute or statement, whoever comes first; and one that only looks like it."""

    def identifier(assertion: etree._Element) -> etree._Element:
        return next(
            one for one in assertion.iter(saml("Attribute")) if one.get("FriendlyName") == "identifier"
        )

    def second_value(assertion: etree._Element) -> None:
        value = identifier(assertion)[0]
        value.addnext(copy_of(value))
        identifier(assertion)[1].text = VICTIM["pesel"]

    def second_attribute(assertion: etree._Element) -> None:
        one = identifier(assertion)
        other = copy_of(one)
        other[0].text = VICTIM["pesel"]
        one.addprevious(other)

    def second_statement(assertion: etree._Element) -> None:
        other = copy_of(identifier(assertion))
        other[0].text = VICTIM["pesel"]
        statement = etree.SubElement(assertion, saml("AttributeStatement"))
        statement.append(other)

    def empty_second(assertion: etree._Element) -> None:
        one = identifier(assertion)
        one.addnext(etree.fromstring(f"<a:Attribute xmlns:a='{one.nsmap['a']}' Name='{one.get('Name')}'/>"))
        one.append(etree.Element(saml("AttributeValue")))

    for edit in (second_value, second_attribute, second_statement, empty_second):
        door.attack(door.good(edit_assertion=edit), "attribute_count")

    def same_friendly_name(assertion: etree._Element) -> None:
        """Friendly names are for people: an attribute of another name is not read."""
        other = copy_of(identifier(assertion))
        other.set("Name", "urn:x")
        other[0].text = VICTIM["pesel"]
        identifier(assertion).addprevious(other)

    door.control(door.good(edit_assertion=same_friendly_name))


def test_names_and_dates(door: Door) -> None:
    for name in ("", " ", "A" * 101, "An\u202ena", "An\x7fna", "An\u200bna", "Anna\u00a0"):
        door.attack(door.good(given_name=name), "attribute_value")
    for day in ("", "1868-4-12", "12.04.1868", "1868-02-30", "jutro", "1868-04-12T00:00:00Z", "١٨٦٨-04-12"):
        door.attack(door.good(birth_date=day), "attribute_birth_date attribute_value")
    door.control(door.good(family_name="Łącka-Żółć & <Syn>"))


def test_an_account_is_never_found_by_name_id(doors: dict[str, Door]) -> None:
    """The same NameID about another person, at either provider, is another account."""
    from portal.people.models import User

    accounts = []
    for door, person in (("login", {}), ("login", VICTIM), ("artifact", VICTIM), ("artifact", {})):
        client = doors[door].browser()
        response = doors[door].go(doors[door].good(name_id="the-same", **person), client=client)
        assert response.status_code == 302
        accounts.append(client.session["_auth_user_id"])
    assert accounts[0] == accounts[3] and accounts[1] == accounts[2] and accounts[0] != accounts[1]
    assert User.objects.count() == 2
