"""Pieces of forged answers: another person's assertion, odd signatures, holders that no reader looks into."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from lxml import etree

from tests.epuap.saml.doors import VICTIM, Door
from tests.support import idp as support
from tests.support.idp import EIDAS_NAMES, NS, SAML, SAMLP, SOAP

DS = NS["ds"]
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
XENC, XENC11 = "http://www.w3.org/2001/04/xmlenc#", "http://www.w3.org/2009/xmlenc11#"
EXC_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
VALUES = {EIDAS_NAMES["identifier" if key == "pesel" else key]: value for key, value in VICTIM.items()}
Rewrite = Callable[[etree._Element], etree._Element | None]


def rewriting(change: Rewrite) -> Callable[[bytes], bytes]:
    """Return a change of bytes that a change of the tree makes; the change may return another root."""

    def rewrite(data: bytes) -> bytes:
        root = etree.fromstring(data)
        new = change(root)
        return etree.tostring(root if new is None else new)

    return rewrite


def find(root: etree._Element, local: str) -> etree._Element:
    """Return the first element of a SAML name, the root included."""
    namespace = SAML if local in ("Assertion", "EncryptedAssertion") else SAMLP
    return next(root.iter(f"{{{namespace}}}{local}"))


def copy_of(element: etree._Element) -> etree._Element:
    """Return a copy that stands alone."""
    return etree.fromstring(etree.tostring(element, with_tail=False))


def signature_of(element: etree._Element) -> etree._Element:
    """Return the signature that stands in the element."""
    return element.find("ds:Signature", NS)


def bare(element: etree._Element) -> etree._Element:
    """Return a copy without the signature of its own."""
    copy = copy_of(element)
    if signature_of(copy) is not None:
        copy.remove(signature_of(copy))
    return copy


def forged(door: Door, element: etree._Element, *, same_ids: bool = False) -> etree._Element:
    """Return a copy that names the victim, with its signatures as they were; nobody signed this."""
    copy = copy_of(element)
    for attribute in copy.iter(f"{{{SAML}}}Attribute"):
        attribute[0].text = VALUES[attribute.get("Name")]
    for encrypted in list(copy.iter(f"{{{SAML}}}EncryptedAssertion")):
        request_id = find(element.getroottree().getroot(), "Response").get("InResponseTo")
        encrypted.getparent().replace(encrypted, encrypted_for_us(door, request_id))
    if not same_ids:
        for one in copy.xpath("descendant-or-self::*[@ID]"):
            one.set("ID", f"{one.get('ID')}-evil")
    return copy


def assertion_of_victim(door: Door, request_id: str, **changes: Any) -> etree._Element:
    """Return an assertion about the victim that answers the request; nobody signed it."""
    return door.idp.assertion(request_id, door.good(**{**VICTIM, **changes}))


def encrypted_for_us(
    door: Door, request_id: str, assertion: etree._Element | None = None, **changes: Any
) -> etree._Element:
    """Encrypt to the portal, as anybody can who has its certificate."""
    answer = door.good(**changes)
    assertion = assertion_of_victim(door, request_id) if assertion is None else assertion
    return support.encrypt(assertion, answer, door.idp.sp.key.public_key(), door.idp.entity_id)


def put_in_place(old: etree._Element, new: etree._Element) -> etree._Element:
    """Put an element where another stands and return the root of the message."""
    parent = old.getparent()
    if parent is None:
        return new
    parent.replace(old, new)
    return new.getroottree().getroot()


def holder(tag: str, *inside: etree._Element) -> etree._Element:
    """Return an element of a name in Clark notation around others."""
    element = etree.Element(tag)
    element.extend(inside)
    return element


def samlp(local: str) -> str:
    return f"{{{SAMLP}}}{local}"


def saml(local: str) -> str:
    return f"{{{SAML}}}{local}"


def ds(local: str) -> str:
    return f"{{{DS}}}{local}"


def soap(local: str) -> str:
    return f"{{{SOAP}}}{local}"


def signed_octets(signature: etree._Element) -> bytes:
    """Return what the signature value is made of."""
    return etree.tostring(
        signature.find("ds:SignedInfo", NS), method="c14n", exclusive=True, with_comments=False
    )


def set_value(signature: etree._Element, value: bytes) -> None:
    signature.find("ds:SignatureValue", NS).text = base64.b64encode(value).decode()


def sign_with(signature: etree._Element, key: Any, algorithm: str, digest: hashes.HashAlgorithm) -> None:
    """Sign anew by a key, under whatever name of an algorithm."""
    signature.find(".//ds:SignatureMethod", NS).set("Algorithm", algorithm)
    octets = signed_octets(signature)
    if isinstance(key, rsa.RSAPrivateKey):
        is_pss = "pss" in algorithm or "MGF1" in algorithm
        scheme = padding.PSS(padding.MGF1(digest), digest.digest_size) if is_pss else padding.PKCS1v15()
        set_value(signature, key.sign(octets, scheme, digest))
        return
    r, s = decode_dss_signature(key.sign(octets, ec.ECDSA(digest)))
    size = (key.curve.key_size + 7) // 8
    set_value(signature, r.to_bytes(size, "big") + s.to_bytes(size, "big"))


def sign_with_secret(signature: etree._Element, secret: bytes) -> None:
    """Make a MAC with something public as its secret."""
    signature.find(".//ds:SignatureMethod", NS).set("Algorithm", f"{MORE}hmac-sha256")
    set_value(signature, hmac.new(secret, signed_octets(signature), hashlib.sha256).digest())
