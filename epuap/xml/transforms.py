"""The transforms and digests a reference may use, read against an allow-list before anything is computed.

What is taken, in this order: any of the ways to leave a signature out (enveloped-signature, the one XPath, the
subtraction of xmldsig-filter2), then one canonicalisation; or base64 alone. Nothing here evaluates an
expression from a message: an expression is compared with the few that are known to mean just that.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from lxml import etree

from epuap.xml.c14n import ALGORITHMS, Canonicalisation, canonical_bytes, signatures_in
from epuap.xml.names import (
    BASE64,
    C14N,
    DS,
    EC,
    ENVELOPED,
    EXC_C14N,
    EXC_C14N_COMMENTS,
    FILTER2,
    NOT_SIGNATURE,
    SHA256,
    SHA384,
    SHA512,
    XPATH,
    ds,
)
from eurzad.lib import xml

DIGESTS: Mapping[str, str] = {SHA256: "sha256", SHA384: "sha384", SHA512: "sha512"}
MAX_TRANSFORMS = 3
MAX_PREFIXES = 32

_NAME = r"(?P<prefix>[A-Za-z_][\w.-]{0,63})"
_EVERY_SIGNATURE = re.compile(rf"(?:/descendant::|//){_NAME}:Signature", re.ASCII)
_OWN_SIGNATURE = re.compile(rf"here\(\)/ancestor::{_NAME}:Signature\[1\]", re.ASCII)


class SignatureRefused(Exception):
    """A signature that is not to be believed; `code` says why, in one English word for logs and tests."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Transforms:
    """The transforms of one reference. `leaves_out`: no signature, its own one, or every one."""

    leaves_out: Literal["none", "own", "every"] = "none"
    decodes: bool = False
    c14n: Canonicalisation | None = None


def read_transforms(reference: etree._Element, allowed: frozenset[str]) -> Transforms:
    """Read the ds:Transforms of a ds:Reference; raise SignatureRefused("transform") for any other."""
    container = reference.find(ds("Transforms"))
    if container is None:
        return Transforms()
    if len(container) > 2 * MAX_TRANSFORMS:  # comments included
        raise SignatureRefused("transform")
    found = list(container.iterchildren(etree.Element))
    if not 1 <= len(found) <= MAX_TRANSFORMS:
        raise SignatureRefused("transform")
    leaves_out: Literal["none", "own", "every"] = "none"
    for transform in found[:-1]:
        leaves_out = _left_out(transform, allowed, leaves_out)
    last = found[-1]
    algorithm = last.get("Algorithm", "")
    if last.tag == ds("Transform") and algorithm in allowed:
        if algorithm == BASE64 and len(found) == 1 and not len(last):
            return Transforms(decodes=True)
        if algorithm in ALGORITHMS:
            return Transforms(leaves_out, c14n=read_c14n(last, allowed))
    return Transforms(_left_out(last, allowed, leaves_out))


def read_c14n(element: etree._Element, allowed: frozenset[str]) -> Canonicalisation:
    """Read a canonicalisation, as a transform or as the method of SignedInfo; raise SignatureRefused("method")."""
    algorithm = element.get("Algorithm", "")
    if algorithm not in allowed or algorithm not in ALGORITHMS:
        raise SignatureRefused("method")
    if not len(element):
        return Canonicalisation(algorithm)
    inclusive = element[0]
    exclusive = algorithm in (EXC_C14N, EXC_C14N_COMMENTS)
    if not exclusive or len(element) > 1 or inclusive.tag != f"{{{EC}}}InclusiveNamespaces":
        raise SignatureRefused("method")
    prefixes = tuple(inclusive.get("PrefixList", "").split())
    if len(prefixes) > MAX_PREFIXES or len(inclusive):
        raise SignatureRefused("method")
    return Canonicalisation(algorithm, prefixes)


def octets_of(
    target: etree._Element, transforms: Transforms, signature: etree._Element, *, document: bool
) -> bytes:
    """Return what a reference to a part of its own document digests.

    Comments are never covered (XMLDSig 4.4.3.3). Raises SignatureRefused("transform") where a transform
    cannot apply, and NotCanonical.
    """
    if transforms.decodes:
        return decode_base64(target, code="transform")
    without: list[etree._Element] = []
    if transforms.leaves_out == "every":
        if target.tag == ds("Signature") or any(True for _ in target.iterancestors(ds("Signature"))):
            raise SignatureRefused("transform")
        without = signatures_in(target)
    elif transforms.leaves_out == "own":
        if not any(ancestor is target for ancestor in signature.iterancestors()):
            raise SignatureRefused("transform")
        without = [signature]
    # Without a canonicalisation among the transforms, XMLDSig prescribes the inclusive one.
    method = transforms.c14n or Canonicalisation(C14N)
    return canonical_bytes(target, method, document=document, without=without, comments=False)


def octets_of_outside(content: bytes, transforms: Transforms) -> bytes:
    """Return what a reference to a document held outside digests; raise SignatureRefused and NotCanonical."""
    if transforms.leaves_out != "none":
        raise SignatureRefused("transform")
    if transforms.decodes:
        return _decoded(content, code="outside_digest")
    if transforms.c14n is None:
        return content
    try:
        return canonical_bytes(xml.parse(content), transforms.c14n, document=True)
    except xml.XmlRejected as error:
        raise SignatureRefused("outside_digest") from error


def decode_base64(element: etree._Element, *, code: str = "shape") -> bytes:
    """Return the bytes an element holds in base64; raise SignatureRefused(`code`) if it does not."""
    if any(isinstance(child.tag, str) for child in element):
        raise SignatureRefused(code)
    return _decoded(xml.text_of(element), code=code)


def _decoded(text: str | bytes, *, code: str) -> bytes:
    try:
        raw = text.encode("ascii") if isinstance(text, str) else text
        return base64.b64decode(b"".join(raw.split()), validate=True)
    except ValueError as error:
        raise SignatureRefused(code) from error


def _left_out(
    transform: etree._Element, allowed: frozenset[str], so_far: Literal["none", "own", "every"]
) -> Literal["none", "own", "every"]:
    algorithm = transform.get("Algorithm", "")
    if transform.tag != ds("Transform") or algorithm not in allowed:
        raise SignatureRefused("transform")
    if algorithm == ENVELOPED and not len(transform):
        return "every" if so_far == "every" else "own"
    if algorithm == XPATH and _is_not_signature(transform):
        return "every"
    if algorithm == FILTER2:
        found = _subtracted(transform)
        return "every" if "every" in (found, so_far) else found
    raise SignatureRefused("transform")


def _is_not_signature(transform: etree._Element) -> bool:
    """Say whether the XPath transform is exactly the one that leaves out all signatures."""
    if len(transform) != 1 or transform[0].tag != ds("XPath") or len(transform[0]):
        return False
    return xml.text_of(transform[0]) == NOT_SIGNATURE and transform[0].nsmap.get("ds") == DS


def _subtracted(transform: etree._Element) -> Literal["own", "every"]:
    """Say what the one subtraction of xmldsig-filter2 takes away: its own signature, or every one."""
    if len(transform) != 1 or transform[0].tag != f"{{{FILTER2}}}XPath" or len(transform[0]):
        raise SignatureRefused("transform")
    expression = transform[0]
    text = xml.text_of(expression)
    for pattern, meaning in ((_EVERY_SIGNATURE, "every"), (_OWN_SIGNATURE, "own")):
        found = pattern.fullmatch(text)
        if found is None or expression.get("Filter") != "subtract":
            continue
        if expression.nsmap.get(found.group("prefix")) == DS:
            return "every" if meaning == "every" else "own"
    raise SignatureRefused("transform")
