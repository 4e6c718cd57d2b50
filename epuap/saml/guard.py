"""What is refused of a message before any signature in it is computed, and before anything in it is decrypted.

One pass over the tree. It knows nothing of the reader that follows, so that a place no reader looks at
(Extensions, Advice, ds:Object, KeyInfo, a SOAP header) can hide no second assertion and no odd signature.
"""

from lxml import etree

from epuap.saml import names
from epuap.saml.errors import SignInRefused
from epuap.xml.names import ENVELOPED, EXC_C14N, SHA256, SHA384, SHA512
from eurzad.lib import xml

MAX_BYTES = 256 * 1024
_MAX_DEPTH = 40
_MAX_NODES = 2_000
_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
_METHODS = {
    names.ds("CanonicalizationMethod"): ({EXC_C14N}, "signature_method"),
    names.ds("SignatureMethod"): (
        {f"{_MORE}{kind}-sha{bits}" for kind in ("rsa", "ecdsa") for bits in (256, 384, 512)},
        "signature_method",
    ),
    names.ds("Transform"): ({ENVELOPED, EXC_C14N}, "signature_transform"),
}
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
_NEVER = {names.ds("Object"), names.ds("Manifest"), names.ds("SignatureProperties")}


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
    for element in root.iter(etree.Element):
        tag = str(element.tag)
        if tag in _ONCE:
            code = _ONCE[tag]
            if code in seen:
                raise SignInRefused(code)
            seen.add(code)
        elif tag.startswith(_DS):
            _check_signature_part(element, tag)


_DS = f"{{{names.DS}}}"


def _check_signature_part(element: etree._Element, tag: str) -> None:
    if tag in _METHODS:
        allowed, code = _METHODS[tag]
        if element.get("Algorithm") not in allowed:
            raise SignInRefused(code)
    elif tag in _NEVER:
        raise SignInRefused("signature_shape")
    elif tag == names.ds("Signature"):
        parent = element.getparent()
        if parent is None or parent.tag not in _SIGNED:
            raise SignInRefused("signature_place")
        if len(parent.findall(tag)) > 1:
            raise SignInRefused("signature_count")
    elif tag == names.ds("SignedInfo"):
        if len(element.findall(names.ds("Reference"))) > 1:
            raise SignInRefused("signature_too_many_references")
    elif tag == names.ds("Reference"):
        digest = element.find(names.ds("DigestMethod"))
        if digest is None or digest.get("Algorithm") not in _DIGESTS:
            raise SignInRefused("signature_digest_method")
