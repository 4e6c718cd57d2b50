"""Canonical bytes of a document or an element, with the signature left out where a transform says so."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from epuap.xml.names import (
    C14N,
    C14N11,
    C14N11_COMMENTS,
    C14N_COMMENTS,
    EXC_C14N,
    EXC_C14N_COMMENTS,
    XML,
    ds,
)

# What is parsed here was bounded before, and grows when it is written: "<" in a CDATA section becomes "&lt;".
_PARSER = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=True)
_EXCLUSIVE = frozenset({EXC_C14N, EXC_C14N_COMMENTS})
_WITH_COMMENTS = frozenset({EXC_C14N_COMMENTS, C14N_COMMENTS, C14N11_COMMENTS})
_VERSION_1_1 = frozenset({C14N11, C14N11_COMMENTS})
ALGORITHMS = _EXCLUSIVE | _WITH_COMMENTS | _VERSION_1_1 | {C14N}
_DEFAULT = "#default"


class NotCanonical(ValueError):
    """XML that has no canonical form, or none that is made here.

    For one a namespace that is a relative address; and canonicalisation 1.1 of a part under xml:base.
    """


@dataclass(frozen=True)
class Canonicalisation:
    """A canonicalisation by its identifier; `prefixes` is the PrefixList of an exclusive one."""

    algorithm: str = EXC_C14N
    prefixes: tuple[str, ...] = ()

    @property
    def is_exclusive(self) -> bool:
        """Say whether only namespaces that are used are written."""
        return self.algorithm in _EXCLUSIVE

    @property
    def keeps_comments(self) -> bool:
        """Say whether comments belong to the result."""
        return self.algorithm in _WITH_COMMENTS


def canonical_bytes(
    element: etree._Element,
    method: Canonicalisation,
    *,
    document: bool = False,
    without: Sequence[etree._Element] = (),
    comments: bool | None = None,
) -> bytes:
    """Canonicalise `element` as it stands in its place, leaving out some descendants.

    With `document` the element is a root and the processing instructions around it belong to the result.
    `comments` overrides what the method says of them: a reference to a part of its own document never
    covers comments.

    The tree given is never changed. Work is saved where that is safe: libxml2 canonicalises a whole document
    and, exclusively, a part of one where it stands; what has to be cut out is cut out of a copy of the tree.
    The rest goes through a text that carries the namespaces in scope, because inclusive canonicalisation and
    prefix lists of a part depend on them. Raises NotCanonical.
    """
    is_root = element.getparent() is None
    if document and not is_root:
        raise ValueError("only a root element stands for its document")
    top: etree._Element | etree._ElementTree
    if not is_root and not method.is_exclusive:
        top = _text_copy(element, without).getroottree()
        _inherit_xml_attributes(element, top.getroot(), method)
    elif not is_root and method.prefixes and without:
        top = _text_copy(element, without).getroottree()
    elif without:
        top = _tree_copy(element, without, document=document)
    elif document or not is_root:
        top = element.getroottree() if document else element
    elif element.getprevious() is None and element.getnext() is None:
        top = element
    else:
        top = _tree_copy(element, (), document=False)
    prefixes = _prefixes(element, method)
    try:
        return etree.tostring(
            top,
            method="c14n",
            exclusive=method.is_exclusive,
            with_comments=method.keeps_comments if comments is None else comments,
            inclusive_ns_prefixes=prefixes,
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


def _prefixes(element: etree._Element, method: Canonicalisation) -> list[str] | None:
    """Return the PrefixList as lxml takes it: it knows no `#default`, which is nothing without a default."""
    if _DEFAULT in method.prefixes:
        lineage = [*element.iterancestors(), *element.iter(etree.Element)]
        if any(None in one.nsmap for one in lineage):
            raise NotCanonical("the default namespace in a prefix list")
    return [one for one in method.prefixes if one != _DEFAULT] or None


def _tree_copy(
    element: etree._Element, without: Sequence[etree._Element], *, document: bool
) -> etree._ElementTree:
    """Copy the nodes; namespaces declared above the element come along only as far as they are used."""
    if document:
        tree = copy.deepcopy(element.getroottree())
    else:
        duplicate = copy.deepcopy(element)
        duplicate.tail = None
        tree = duplicate.getroottree()
    _cut_out(element, tree.getroot(), without)
    return tree


def _text_copy(element: etree._Element, without: Sequence[etree._Element]) -> etree._Element:
    """Copy by writing and reading: every namespace in scope comes along."""
    text = etree.tostring(element, encoding="UTF-8", with_tail=False)
    duplicate = etree.fromstring(text, _PARSER)
    _cut_out(element, duplicate, without)
    return duplicate


def _cut_out(top: etree._Element, duplicate: etree._Element, without: Sequence[etree._Element]) -> None:
    for found in [_same_place(descendant, top, duplicate) for descendant in without]:
        remove_keeping_text(found)


def _same_place(descendant: etree._Element, top: etree._Element, duplicate: etree._Element) -> etree._Element:
    steps: list[int] = []
    node = descendant
    while node is not top:
        parent = node.getparent()
        if parent is None:
            raise ValueError("not a descendant")
        steps.append(parent.index(node))
        node = parent
    for step in reversed(steps):
        duplicate = duplicate[step]
    return duplicate


def _inherit_xml_attributes(
    element: etree._Element, duplicate: etree._Element, method: Canonicalisation
) -> None:
    """Bring the xml: attributes of the ancestors along, as inclusive canonicalisation asks.

    Version 1.0 brings all of them. Version 1.1 leaves xml:id where it is and joins the addresses of xml:base,
    which nobody here needs: a part under an xml:base is refused.
    """
    for ancestor in element.iterancestors():
        for name, value in ancestor.attrib.items():
            if not str(name).startswith(f"{{{XML}}}"):
                continue
            if method.algorithm in _VERSION_1_1:
                if str(name) == f"{{{XML}}}base":
                    raise NotCanonical("a part under xml:base")
                if str(name) not in (f"{{{XML}}}lang", f"{{{XML}}}space"):
                    continue
            if name not in duplicate.attrib:
                duplicate.set(name, value)
