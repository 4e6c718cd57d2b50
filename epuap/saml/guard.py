"""What is refused of a message before any signature in it is computed, and before anything in it is decrypted.

One pass over the tree. It knows nothing of the reader that follows, so that a place no reader looks at
(Extensions, Advice, ds:Object, KeyInfo, a SOAP header) can hide no second assertion and no odd signature.
"""

from collections.abc import Callable, Mapping

from lxml import etree

from epuap.saml import names
from epuap.saml.elements import children, only_child
from epuap.saml.errors import SignInRefused
from epuap.xml.names import ENVELOPED, EXC_C14N, SHA256, SHA384, SHA512
from eurzad.lib import xml

MAX_BYTES = 256 * 1024
_MAX_DEPTH = 40
_MAX_NODES = 2_000
_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
_DIGESTS = {SHA256, SHA384, SHA512}
_SIGNED = {names.samlp(local) for local in ("ArtifactResponse", "Response", "LogoutResponse")} | {
    names.saml("Assertion")
}
_ONCE = {
    names.saml("Assertion"): "assertion_count",
    names.saml("EncryptedAssertion"): "assertion_count",
    names.samlp("Response"): "response_count",
    names.samlp("ArtifactResponse"): "answer_count",
}


def parse(data: bytes) -> etree._Element:
    """Parse one message (at most 256 KB) and return its root if it may be looked at; raises SignInRefused."""
    try:
        root = xml.parse(data, max_bytes=MAX_BYTES, max_depth=_MAX_DEPTH, max_nodes=_MAX_NODES)
        xml.assert_unique_ids(root)
    except xml.XmlRejected as error:
        raise SignInRefused(f"xml_{error.code}", status=400) from error
    check(root)
    return root


def check(root: etree._Element) -> None:
    """Raise SignInRefused for a second assertion or a signature of a kind that is not taken."""
    seen: set[str] = set()
    for element in root.iter(*_ONCE, *_PARTS):
        tag = str(element.tag)
        code = _ONCE.get(tag)
        if code is None:
            _PARTS[tag](element)
        elif code in seen:
            raise SignInRefused(code)
        else:
            seen.add(code)


def _only(allowed: set[str], code: str) -> Callable[[etree._Element], None]:
    def check_algorithm(element: etree._Element) -> None:
        if element.get("Algorithm") not in allowed:
            raise SignInRefused(code)

    return check_algorithm


def _never(element: etree._Element) -> None:
    raise SignInRefused("signature_shape")


def _check_place(signature: etree._Element) -> None:
    parent = signature.getparent()
    if parent is None or parent.tag not in _SIGNED:
        raise SignInRefused("signature_place")
    if len(children(parent, names.ds("Signature"))) > 1:
        raise SignInRefused("signature_count")


def _check_references(signed_info: etree._Element) -> None:
    references = children(signed_info, names.ds("Reference"))
    if len(references) > 1:
        raise SignInRefused("signature_too_many_references")
    for reference in references:
        digest = only_child(reference, names.ds("DigestMethod"), code="signature_digest_method")
        if digest.get("Algorithm") not in _DIGESTS:
            raise SignInRefused("signature_digest_method")


_PARTS: Mapping[str, Callable[[etree._Element], None]] = {
    names.ds("Signature"): _check_place,
    names.ds("SignedInfo"): _check_references,
    names.ds("CanonicalizationMethod"): _only({EXC_C14N}, "signature_method"),
    names.ds("SignatureMethod"): _only(
        {f"{_MORE}{kind}-sha{bits}" for kind in ("rsa", "ecdsa") for bits in (256, 384, 512)},
        "signature_method",
    ),
    names.ds("Transform"): _only({ENVELOPED, EXC_C14N}, "signature_transform"),
    names.ds("Object"): _never,
    names.ds("Manifest"): _never,
    names.ds("SignatureProperties"): _never,
}
