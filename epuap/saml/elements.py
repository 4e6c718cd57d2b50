"""Strict reading of elements: exactly one, exactly this, nothing hidden in between."""

import re
from datetime import UTC, date, datetime

from lxml import etree

from epuap.saml.errors import SignInRefused

_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,20})?(?:Z|[+-][0-9]{2}:[0-9]{2})"
)
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})Z?")


def children(parent: etree._Element, tag: str) -> list[etree._Element]:
    """Return the children of `parent` named `tag`, in their order."""
    return list(parent.iterchildren(tag))


def only_child(parent: etree._Element, tag: str, *, code: str) -> etree._Element:
    """Return the one child of `parent` named `tag`; raises SignInRefused with `code` for none or several."""
    found = children(parent, tag)
    if len(found) != 1:
        raise SignInRefused(code)
    return found[0]


def optional_child(parent: etree._Element, tag: str, *, code: str) -> etree._Element | None:
    """Return the child of `parent` named `tag`, or None; raises SignInRefused with `code` for several."""
    found = children(parent, tag)
    if len(found) > 1:
        raise SignInRefused(code)
    return found[0] if found else None


def text_of(element: etree._Element, *, code: str, max_length: int = 1024) -> str:
    """Return the stripped text of an element.

    Any child node is refused, comments too, so that no parser can read a shorter value than was signed. White
    space is what XML takes for it: a no-break space makes another value.
    """
    value = (element.text or "").strip(" \t\r\n")
    if len(element) or not value or len(value) > max_length:
        raise SignInRefused(code)
    return value


def moment(value: str | None, *, code: str) -> datetime:
    """Return an `xs:dateTime` that names its zone as an aware datetime in UTC; other spellings are refused."""
    if value is None or not _MOMENT.fullmatch(value):
        raise SignInRefused(code)
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise SignInRefused(code) from error


def day(value: str, *, code: str) -> date:
    """Return an `xs:date`; the node adds a `Z`, which says nothing about a birth date."""
    found = _DAY.fullmatch(value)
    if found is None:
        raise SignInRefused(code)
    try:
        return date.fromisoformat(found.group(1))
    except ValueError as error:
        raise SignInRefused(code) from error


def stamp(at: datetime) -> str:
    """Return `at` as the `xs:dateTime` in UTC that SAML asks for, in whole seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
