"""Reading a decrypted assertion: is it meant for us, for this request, now, and who does it name?

Every rule refuses with its own code. Nothing here looks further than the element it is given.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from lxml import etree

from epuap.saml import names
from epuap.saml.elements import day, moment, only_child, optional_child, text_of
from epuap.saml.errors import SignInRefused
from eurzad.lib.identifiers import IdentifierError, clean_pesel

SKEW = timedelta(minutes=3)


@dataclass(frozen=True)
class Expectation:
    """What an answer has to agree with. `level` is the weakest acceptable level of assurance."""

    issuer: str
    audience: str
    acs_url: str
    request_id: str
    now: datetime
    level: str = names.LEVEL_SUBSTANTIAL


@dataclass(frozen=True)
class VerifiedPerson:
    """A natural person whom the identity provider vouches for; personal data stays out of `repr`.

    `source` names the means the person used (AuthenticatingAuthority); `name_id` and `session_index` are
    for single logout only and identify nobody.
    """

    pesel: str = field(repr=False)
    given_name: str = field(repr=False)
    family_name: str = field(repr=False)
    birth_date: date = field(repr=False)
    level: str
    source: str
    name_id: str = field(repr=False)
    session_index: str = field(repr=False)


def read_assertion(assertion: etree._Element, expected: Expectation) -> VerifiedPerson:
    """Check an `Assertion` (SAML profiles §4.1.4.3 and the eIDAS attribute profile) and return the person.

    Raises SignInRefused.
    """
    if assertion.tag != names.saml("Assertion") or assertion.get("Version") != "2.0":
        raise SignInRefused("assertion_structure")
    issuer = only_child(assertion, names.saml("Issuer"), code="assertion_issuer")
    if text_of(issuer, code="assertion_issuer") != expected.issuer:
        raise SignInRefused("assertion_issuer")
    name_id = _check_subject(assertion, expected)
    _check_conditions(assertion, expected)
    statement = only_child(assertion, names.saml("AuthnStatement"), code="authn_statement")
    level, source = _read_context(statement, expected.level)
    attributes = _read_attributes(assertion)
    return VerifiedPerson(
        pesel=_pesel(attributes),
        given_name=_name(attributes, "FirstName"),
        family_name=_name(attributes, "FamilyName"),
        birth_date=day(_value(attributes, "DateOfBirth", max_length=11), code="attribute_birth_date"),
        level=level,
        source=source,
        name_id=name_id,
        session_index=statement.get("SessionIndex", "")[:200],
    )


def _check_subject(assertion: etree._Element, expected: Expectation) -> str:
    subject = only_child(assertion, names.saml("Subject"), code="subject")
    name_id = only_child(subject, names.saml("NameID"), code="subject")
    confirmation = only_child(subject, names.saml("SubjectConfirmation"), code="subject")
    data = only_child(confirmation, names.saml("SubjectConfirmationData"), code="subject")
    if confirmation.get("Method") != names.BEARER:
        raise SignInRefused("subject_method")
    if data.get("InResponseTo") != expected.request_id:
        raise SignInRefused("assertion_in_response_to")
    if data.get("Recipient") != expected.acs_url:
        raise SignInRefused("recipient")
    _check_window(data, expected.now, code="subject_time")
    return text_of(name_id, code="subject", max_length=256)


def _check_conditions(assertion: etree._Element, expected: Expectation) -> None:
    conditions = only_child(assertion, names.saml("Conditions"), code="conditions")
    _check_window(conditions, expected.now, code="conditions_time")
    restrictions = conditions.findall(names.saml("AudienceRestriction"))
    if not restrictions:
        raise SignInRefused("audience")
    for restriction in restrictions:
        audiences = restriction.findall(names.saml("Audience"))
        if expected.audience not in {text_of(audience, code="audience") for audience in audiences}:
            raise SignInRefused("audience")


def _check_window(element: etree._Element, now: datetime, *, code: str) -> None:
    if "NotBefore" in element.attrib and now + SKEW < moment(element.get("NotBefore"), code=code):
        raise SignInRefused(code)
    if now - SKEW >= moment(element.get("NotOnOrAfter"), code=code):
        raise SignInRefused(code)


def _read_context(statement: etree._Element, weakest: str) -> tuple[str, str]:
    context = only_child(statement, names.saml("AuthnContext"), code="level")
    reference = only_child(context, names.saml("AuthnContextClassRef"), code="level")
    level = text_of(reference, code="level")
    if level not in names.LEVELS or names.LEVELS.index(level) < names.LEVELS.index(weakest):
        raise SignInRefused("level")
    authority = optional_child(context, names.saml("AuthenticatingAuthority"), code="level")
    return level, text_of(authority, code="level", max_length=200) if authority is not None else ""


def _read_attributes(assertion: etree._Element) -> dict[str, list[etree._Element]]:
    """Return attribute values by attribute name; the same name twice is two values, never the last one."""
    found: dict[str, list[etree._Element]] = {}
    for statement in assertion.findall(names.saml("AttributeStatement")):
        for attribute in statement.findall(names.saml("Attribute")):
            values = attribute.findall(names.saml("AttributeValue"))
            found.setdefault(attribute.get("Name", ""), []).extend(values)
    return found


def _value(attributes: dict[str, list[etree._Element]], friendly: str, *, max_length: int) -> str:
    values = attributes.get(names.ATTRIBUTES[friendly], [])
    if len(values) != 1:
        raise SignInRefused("attribute_count")
    return text_of(values[0], code="attribute_value", max_length=max_length)


def _name(attributes: dict[str, list[etree._Element]], friendly: str) -> str:
    value = _value(attributes, friendly, max_length=100)
    if not value.isprintable():
        raise SignInRefused("attribute_value")
    return value


def _pesel(attributes: dict[str, list[etree._Element]]) -> str:
    value = _value(attributes, "PersonIdentifier", max_length=64)
    if len(value) != 11 or not (value.isascii() and value.isdigit()):
        raise SignInRefused("pesel")
    try:
        return clean_pesel(value)
    except IdentifierError as error:
        raise SignInRefused("pesel") from error
