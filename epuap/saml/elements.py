"""Strict reading of elements: exactly one, exactly this, nothing hidden in between."""

from datetime import UTC, date, datetime

from lxml import etree

from epuap.saml.errors import SignInRefused


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
    """Return an `xs:dateTime` that names its zone as an aware datetime in UTC."""
    try:
        parsed = datetime.fromisoformat(value or "")
        if parsed.tzinfo is not None:
            return parsed.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise SignInRefused(code) from error
    raise SignInRefused(code)


def day(value: str, *, code: str) -> date:
    """Return an `xs:date`; the node adds a `Z`, which says nothing about a birth date."""
    try:
        return date.fromisoformat(value.removesuffix("Z"))
    except ValueError as error:
        raise SignInRefused(code) from error


def stamp(at: datetime) -> str:
    """Return `at` as the `xs:dateTime` in UTC that SAML asks for, in whole seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
