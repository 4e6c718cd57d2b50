"""Canonical bytes of a document or an element, with the signature left out where a transform says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from epuap.xml.names import C14N, EXC_C14N, XML, ds

# What is parsed here was bounded before, and grows when it is written: "<" in a CDATA section becomes "&lt;".
_PARSER = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=True)


class NotCanonical(ValueError):
    """Well-formed XML that has no canonical form, for one a namespace that is a relative address."""


@dataclass(frozen=True)
class Canonicalisation:
    """A canonicalisation without comments; `prefixes` is the PrefixList of an exclusive one."""

    algorithm: str = EXC_C14N
    prefixes: tuple[str, ...] = ()


def canonical_bytes(
    element: etree._Element,
    method: Canonicalisation,
    *,
    document: bool = False,
    without: Sequence[etree._Element] = (),
) -> bytes:
    """Canonicalise `element` as it stands in its place, leaving out some descendants.

    With `document` the element is a root and the processing instructions around it belong to the result.

    The work is done on a copy that carries the namespaces in scope, because inclusive canonicalisation and
    prefix lists depend on them; the tree given is never changed. Raises NotCanonical.
    """
    source = etree.tostring(element.getroottree() if document else element, encoding="UTF-8", with_tail=False)
    copy = etree.fromstring(source, _PARSER)
    for found in [_same_place(descendant, element, copy) for descendant in without]:
        remove_keeping_text(found)
    if method.algorithm == C14N:
        _inherit_xml_attributes(element, copy)
    try:
        return etree.tostring(
            copy.getroottree(),
            method="c14n",
            exclusive=method.algorithm == EXC_C14N,
            with_comments=False,
            inclusive_ns_prefixes=list(method.prefixes) or None,
        )
    except etree.C14NError as error:
        raise NotCanonical("the document has no canonical form") from error


def remove_keeping_text(element: etree._Element) -> None:
    """Take the element out of its tree and leave the text after it where it was."""
    parent = element.getparent()
    if parent is None:
        raise ValueError("a root element cannot be removed")
    if element.tail:
        previous = element.getprevious()
        if previous is None:
            parent.text = (parent.text or "") + element.tail
        else:
            previous.tail = (previous.tail or "") + element.tail
    parent.remove(element)


def signatures_in(root: etree._Element) -> list[etree._Element]:
    """Return every ds:Signature in the tree that does not stand inside another one."""
    found = list(root.iter(ds("Signature")))
    return [one for one in found if not any(True for _ in one.iterancestors(ds("Signature")))]


def _same_place(descendant: etree._Element, top: etree._Element, copy: etree._Element) -> etree._Element:
    steps: list[int] = []
    node = descendant
    while node is not top:
        parent = node.getparent()
        if parent is None:
            raise ValueError("not a descendant")
        steps.append(parent.index(node))
        node = parent
    for step in reversed(steps):
        copy = copy[step]
    return copy


def _inherit_xml_attributes(element: etree._Element, copy: etree._Element) -> None:
    """Bring the xml: attributes of the ancestors along, as inclusive canonicalisation 1.0 asks."""
    for ancestor in element.iterancestors():
        for name, value in ancestor.attrib.items():
            if str(name).startswith(f"{{{XML}}}") and name not in copy.attrib:
                copy.set(name, value)
