"""Reading a verified assertion: is it meant for us, for this request, now, and who does it name?

Every rule refuses with its own code. Nothing here looks further than the element it is given.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

from lxml import etree

from epuap.saml import names
from epuap.saml.elements import children, day, moment, only_child, optional_child, text_of
from epuap.saml.errors import SignInRefused
from eurzad.lib.identifiers import IdentifierError, clean_eidas, clean_pesel, pesel_birth_date

SKEW = timedelta(minutes=3)
_MAX_IDENTIFIER = 256
_MAX_NAME = 100
_PESEL = re.compile("[0-9]{11}", re.ASCII)
_ATTRIBUTE, _ATTRIBUTE_VALUE = names.saml("Attribute"), names.saml("AttributeValue")
_KNOWN_CONDITIONS = {names.saml(one) for one in ("AudienceRestriction", "OneTimeUse", "ProxyRestriction")}


@dataclass(frozen=True)
class Expectation:
    """What an answer has to agree with.

    `levels` are the accepted levels of assurance; `attributes` maps identifier, given_name, family_name and
    birth_date to the names of the attributes that hold them, and is empty where the assertion names nobody.
    """

    issuer: str
    audience: str
    acs_url: str
    request_id: str
    now: datetime
    levels: tuple[str, ...] = names.ACCEPTED_LEVELS
    attributes: Mapping[str, str] = field(default_factory=lambda: names.ATTRIBUTES)


@dataclass(frozen=True)
class PersonData:
    """Who a person is: a PESEL or an eIDAS identifier, names, and the birth date where one is known."""

    identifier_scheme: Literal["pesel", "eidas"]
    identifier: str = field(repr=False)
    given_name: str = field(repr=False)
    family_name: str = field(repr=False)
    birth_date: date | None = field(repr=False)


@dataclass(frozen=True)
class Session:
    """A session at the identity provider, for single logout only; its NameID identifies nobody here."""

    name_id: str = field(repr=False)
    name_format: str
    index: str = field(repr=False)


@dataclass(frozen=True)
class Authentication:
    """What an assertion says of one sign-in; `person` is None where only the session is named.

    `source` names the means the person used (AuthenticatingAuthority).
    """

    assertion_id: str = field(repr=False)
    level: str
    source: str
    session: Session
    person: PersonData | None


@dataclass(frozen=True)
class VerifiedPerson:
    """A natural person whom the identity provider vouches for; personal data stays out of `repr`."""

    identifier_scheme: Literal["pesel", "eidas"]
    identifier: str = field(repr=False)
    given_name: str = field(repr=False)
    family_name: str = field(repr=False)
    birth_date: date | None = field(repr=False)
    level: str
    source: str


def read_assertion(assertion: etree._Element, expected: Expectation) -> Authentication:
    """Check an `Assertion` (SAML profiles §4.1.4.3) and return what it says. Raises SignInRefused."""
    if assertion.tag != names.saml("Assertion") or assertion.get("Version") != "2.0":
        raise SignInRefused("assertion_structure")
    assertion_id = message_id(assertion, code="assertion_structure")
    issuer = only_child(assertion, names.saml("Issuer"), code="assertion_issuer")
    if text_of(issuer, code="assertion_issuer") != expected.issuer:
        raise SignInRefused("assertion_issuer")
    _check_past(assertion.get("IssueInstant"), expected.now, code="assertion_time")
    name_id, name_format = _check_subject(assertion, expected)
    _check_conditions(assertion, expected)
    statement = only_child(assertion, names.saml("AuthnStatement"), code="authn_statement")
    level, source = _read_statement(statement, expected)
    return Authentication(
        assertion_id=assertion_id,
        level=level,
        source=source,
        session=Session(name_id, name_format, statement.get("SessionIndex", "")[:200]),
        person=_read_person(assertion, expected.attributes) if expected.attributes else None,
    )


def person_data(*, identifier: str, given_name: str, family_name: str, birth_date: date | None) -> PersonData:
    """Return a person whose parts are in order. Raises SignInRefused.

    The identifier is a PESEL (eleven ASCII digits with their check digit) or an eIDAS identifier that another
    country made for Poland: one that Poland made for itself would be a second account of somebody with a PESEL.
    A birth date that nobody stated is the one a PESEL carries.
    """
    for name in (given_name, family_name):
        if not name or len(name) > _MAX_NAME or not name.isprintable():
            raise SignInRefused("attribute_value")
    if identifier.startswith("PL/"):
        raise SignInRefused("identifier")
    scheme: Literal["pesel", "eidas"] = "pesel" if _PESEL.fullmatch(identifier) else "eidas"
    try:
        clean = clean_pesel(identifier) if scheme == "pesel" else clean_eidas(identifier)
        if birth_date is None and scheme == "pesel":
            birth_date = pesel_birth_date(clean)
    except IdentifierError as error:
        raise SignInRefused("identifier") from error
    return PersonData(scheme, clean, given_name, family_name, birth_date)


def message_id(element: etree._Element, *, code: str) -> str:
    """Return the ID of a message or an assertion; raises SignInRefused for none and for an absurd one."""
    value = element.get("ID", "")
    if not value or len(value) > 256 or not (value.isascii() and value.isprintable()):
        raise SignInRefused(code)
    return value


def _check_subject(assertion: etree._Element, expected: Expectation) -> tuple[str, str]:
    """Check the one bearer confirmation; return NameID and its format, which only single logout needs."""
    subject = only_child(assertion, names.saml("Subject"), code="subject")
    confirmation = only_child(subject, names.saml("SubjectConfirmation"), code="subject")
    data = only_child(confirmation, names.saml("SubjectConfirmationData"), code="subject")
    if confirmation.get("Method") != names.BEARER:
        raise SignInRefused("subject_method")
    if data.get("InResponseTo") != expected.request_id:
        raise SignInRefused("assertion_in_response_to")
    if data.get("Recipient") != expected.acs_url:
        raise SignInRefused("recipient")
    _check_window(data, expected.now, code="subject_time")
    name_id = optional_child(subject, names.saml("NameID"), code="subject")
    if name_id is None:
        return "", ""
    return text_of(name_id, code="subject", max_length=256), name_id.get("Format", "")[:200]


def _check_conditions(assertion: etree._Element, expected: Expectation) -> None:
    """OneTimeUse needs nothing here: no assertion is kept. An unknown condition makes the assertion void."""
    conditions = only_child(assertion, names.saml("Conditions"), code="conditions")
    _check_window(conditions, expected.now, code="conditions_time")
    if any(one.tag not in _KNOWN_CONDITIONS for one in conditions.iterchildren(etree.Element)):
        raise SignInRefused("conditions")
    restrictions = children(conditions, names.saml("AudienceRestriction"))
    if not restrictions:
        raise SignInRefused("audience")
    for restriction in restrictions:
        audiences = children(restriction, names.saml("Audience"))
        if expected.audience not in {text_of(audience, code="audience") for audience in audiences}:
            raise SignInRefused("audience")


def _check_window(element: etree._Element, now: datetime, *, code: str) -> None:
    """The two ends are allowed their skew each, but not to change places."""
    _check_future(element.get("NotOnOrAfter"), now, code=code)
    if "NotBefore" not in element.attrib:
        return
    _check_past(element.get("NotBefore"), now, code=code)
    if moment(element.get("NotBefore"), code=code) >= moment(element.get("NotOnOrAfter"), code=code):
        raise SignInRefused(code)


def _check_past(value: str | None, now: datetime, *, code: str) -> None:
    if now + SKEW < moment(value, code=code):
        raise SignInRefused(code)


def _check_future(value: str | None, now: datetime, *, code: str) -> None:
    if now - SKEW >= moment(value, code=code):
        raise SignInRefused(code)


def _read_statement(statement: etree._Element, expected: Expectation) -> tuple[str, str]:
    _check_past(statement.get("AuthnInstant"), expected.now, code="authn_time")
    if "SessionNotOnOrAfter" in statement.attrib:
        _check_future(statement.get("SessionNotOnOrAfter"), expected.now, code="authn_time")
    context = only_child(statement, names.saml("AuthnContext"), code="level")
    reference = only_child(context, names.saml("AuthnContextClassRef"), code="level")
    level = text_of(reference, code="level")
    if level not in expected.levels:
        raise SignInRefused("level")
    authorities = children(context, names.saml("AuthenticatingAuthority"))
    source = text_of(authorities[0], code="level", max_length=1024)[:200] if authorities else ""
    return level, source


def _read_person(assertion: etree._Element, attributes: Mapping[str, str]) -> PersonData:
    """The same name twice is two values, never the last one."""
    asked = set(attributes.values())
    found: dict[str, list[etree._Element]] = {}
    for statement in assertion.iterchildren(names.saml("AttributeStatement")):
        for attribute in statement.iterchildren(_ATTRIBUTE):
            name = attribute.get("Name", "")
            if name in asked:
                found.setdefault(name, []).extend(attribute.iterchildren(_ATTRIBUTE_VALUE))

    def value(key: str, max_length: int) -> str:
        values = found.get(attributes[key], [])
        if len(values) != 1:
            raise SignInRefused("attribute_count")
        return text_of(values[0], code="attribute_value", max_length=max_length)

    has_birth_date = "birth_date" in attributes
    return person_data(
        identifier=value("identifier", _MAX_IDENTIFIER),
        given_name=value("given_name", _MAX_NAME),
        family_name=value("family_name", _MAX_NAME),
        birth_date=day(value("birth_date", 11), code="attribute_birth_date") if has_birth_date else None,
    )
