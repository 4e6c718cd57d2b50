"""Signature wrapping: what was signed is moved aside and something else stands where a reader looks.

The eight classic shapes, for every element that carries a signature, in every profile and binding, with IDs
repeated and IDs made new; then the places that a schema leaves open, the SOAP envelope, and wrapping before and
after encryption.
"""

from collections.abc import Callable

import pytest
from lxml import etree

from tests.epuap.saml.doors import Door
from tests.epuap.saml.forging import (
    XENC,
    bare,
    copy_of,
    ds,
    encrypted_for_us,
    find,
    forged,
    holder,
    put_in_place,
    rewriting,
    saml,
    samlp,
    signature_of,
    soap,
)
from tests.support import idp as support

Shape = Callable[[etree._Element, etree._Element], etree._Element]
REFUSED = (
    "xml_duplicate_id assertion_count response_count answer_count signature_place signature_shape signature_count "
    "signature_coverage signature_unresolved signature_digest signature_missing assertion_unsigned "
    "soap_structure"
)


def unsigned(evil: etree._Element) -> etree._Element:
    """Take the signature out of the forgery itself."""
    evil.remove(signature_of(evil))
    return evil


def xsw1(signed: etree._Element, evil: etree._Element) -> etree._Element:
    """The forgery carries the signature, whose last child is the signed original."""
    signature_of(evil).append(bare(signed))
    return put_in_place(signed, evil)


def xsw2(signed: etree._Element, evil: etree._Element) -> etree._Element:
    """The forgery carries the signature, and the signed original right before it."""
    signature_of(evil).addprevious(bare(signed))
    return put_in_place(signed, evil)


def xsw3(signed: etree._Element, evil: etree._Element) -> etree._Element:
    """The forgery, unsigned, stands right before the signed original."""
    unsigned(evil)
    if signed.getparent() is None:
        evil.insert(0, signed)
        return evil
    signed.addprevious(evil)
    return signed.getroottree().getroot()


def xsw4(signed: etree._Element, evil: etree._Element) -> etree._Element:
    """The forgery, unsigned, stands around the signed original."""
    inside = copy_of(signed)
    unsigned(evil).append(inside)
    return put_in_place(signed, evil)


def xsw5(signed: etree._Element, evil: etree._Element) -> etree._Element:
    """The forgery carries the signature; the original follows as the last child of what holds them."""
    original, parent = bare(signed), signed.getparent()
    (evil if parent is None else parent).append(original)
    return put_in_place(signed, evil)


def xsw6(signed: etree._Element, evil: etree._Element) -> etree._Element:
    """The forgery carries the signature, with the original between its SignedInfo and its value."""
    signature_of(evil).insert(1, bare(signed))
    return put_in_place(signed, evil)


def xsw7(signed: etree._Element, evil: etree._Element) -> etree._Element:
    """The forgery stands in Extensions before the signed original (the original there, if it was the root)."""
    unsigned(evil)
    if signed.getparent() is None:
        evil.insert(1, holder(samlp("Extensions"), signed))
        return evil
    signed.addprevious(holder(samlp("Extensions"), evil))
    return signed.getroottree().getroot()


def xsw8(signed: etree._Element, evil: etree._Element) -> etree._Element:
    """The forgery carries the signature, with the original in a ds:Object of it."""
    signature_of(evil).append(holder(ds("Object"), bare(signed)))
    return put_in_place(signed, evil)


SHAPES = [xsw1, xsw2, xsw3, xsw4, xsw5, xsw6, xsw7, xsw8]


def lone_signature(door: Door, target: str) -> dict[str, bool]:
    """Leave the signature on the target only, where the profile lets the others go."""
    if door.name == "login":
        return {"sign_response": target == "Response"}
    return {
        "sign_artifact_response": target == "ArtifactResponse",
        "sign_response": target == "Response",
        "sign_assertion": True,
    }


def targets(door: Door) -> list[str]:
    found = ["Response"]
    if not door.is_posted:
        found.append("ArtifactResponse")
    if door.name == "pz":
        found.append("Assertion")
    return found


@pytest.mark.parametrize("shape", SHAPES, ids=lambda one: one.__name__)
def test_the_eight_shapes(door: Door, shape: Shape) -> None:
    for target in targets(door):
        signatures = lone_signature(door, target)
        for same_ids in (False, True):

            def wrap(root: etree._Element, target: str = target, same_ids: bool = same_ids) -> etree._Element:
                signed = find(root, target)
                return shape(signed, forged(door, signed, same_ids=same_ids))

            door.attack(door.good(**signatures, edit_bytes=rewriting(wrap)), REFUSED)
        door.control(door.good(**signatures, edit_bytes=rewriting(lambda root: root)))


# --- places that a schema leaves open


def inside(*tags: str) -> Callable[[etree._Element, etree._Element], etree._Element]:
    """Put the signed original into nested elements of the forgery, behind whatever it has."""

    def move(evil: etree._Element, signed: etree._Element) -> etree._Element:
        at = evil
        for tag in tags:
            found = at.find(tag)
            at = etree.SubElement(at, tag) if found is None else found
        at.append(signed)
        return evil

    return move


IN_ASSERTION = {
    "advice": inside(saml("Advice")),
    "issuer": inside(saml("Issuer")),
    "subject": inside(saml("Subject")),
    "confirmation data": inside(
        saml("Subject"), saml("SubjectConfirmation"), saml("SubjectConfirmationData")
    ),
    "conditions": inside(saml("Conditions")),
    "authentication context": inside(saml("AuthnStatement"), saml("AuthnContext"), saml("AuthnContextDecl")),
    "attribute value": inside(saml("AttributeStatement"), saml("Attribute"), saml("AttributeValue")),
    "key info": inside(ds("KeyInfo")),
    "foreign": inside("{urn:x}Holder", "{urn:x}Inner"),
}
IN_RESPONSE = {
    "extensions": inside(samlp("Extensions")),
    "status": inside(samlp("Status")),
    "status detail": inside(samlp("Status"), samlp("StatusDetail")),
    "status code": inside(samlp("Status"), samlp("StatusCode")),
    "issuer": inside(saml("Issuer")),
    "object of a new signature": inside(ds("Signature"), ds("Object")),
    "key info of a new signature": inside(ds("Signature"), ds("KeyInfo")),
    "foreign": inside("{urn:x}Holder"),
    "encrypted data": inside(saml("EncryptedAssertion"), f"{{{XENC}}}EncryptedData"),
    "logout response": inside(samlp("LogoutResponse")),
}


@pytest.mark.parametrize("place", IN_ASSERTION)
def test_the_original_inside_the_forged_assertion(pz: Door, place: str) -> None:
    for carries_signature in (False, True):

        def wrap(root: etree._Element, carries_signature: bool = carries_signature) -> etree._Element:
            signed = find(root, "Assertion")
            evil = forged(pz, signed)
            original = bare(signed) if carries_signature else copy_of(signed)
            if not carries_signature:
                unsigned(evil)
            return put_in_place(signed, IN_ASSERTION[place](evil, original))

        answer = pz.good(sign_response=False, sign_artifact_response=False, edit_bytes=rewriting(wrap))
        pz.attack(answer, REFUSED)
    pz.control()


@pytest.mark.parametrize("place", IN_RESPONSE)
def test_the_original_elsewhere_in_the_response(pz: Door, place: str) -> None:
    """The forged assertion stands where it belongs, bare, or signed by the attacker, or encrypted to us."""

    def wrap(root: etree._Element, kind: str) -> None:
        signed = find(root, "Assertion")
        response = signed.getparent()
        evil = unsigned(forged(pz, signed))
        if kind == "signed":
            support.sign(evil, pz.attacker)
        if kind == "encrypted":
            evil = encrypted_for_us(pz, response.get("InResponseTo"), evil)
        response.replace(signed, evil)
        IN_RESPONSE[place](response, signed)

    for kind in ("bare", "signed", "encrypted"):
        answer = pz.good(
            sign_response=False,
            sign_artifact_response=False,
            edit_bytes=rewriting(lambda root, kind=kind: wrap(root, kind)),
        )
        pz.attack(answer, REFUSED + " encryption_structure issuer response_issuer status signature_value")
    pz.control()


# --- around the response and in the envelope


def resolved_pair(door: Door, root: etree._Element) -> tuple[etree._Element, etree._Element]:
    """Return the body and the signed ArtifactResponse in it."""
    body = root.find(soap("Body"))
    return body, body[0]


def forged_message(door: Door, signed: etree._Element, *, is_signed: bool = False) -> etree._Element:
    evil = unsigned(forged(door, signed))
    if is_signed:
        support.sign(evil, door.attacker)
    return evil


def two_bodies(door: Door, root: etree._Element) -> None:
    """A second Body before the signed one."""
    _, signed = resolved_pair(door, root)
    root.insert(0, holder(soap("Body"), forged_message(door, signed)))


def body_in_header(door: Door, root: etree._Element) -> None:
    """The signed Body moves into a Header, a forged one takes its place."""
    body, signed = resolved_pair(door, root)
    evil = holder(soap("Body"), forged_message(door, signed))
    root.insert(0, holder(soap("Header"), body))
    root.append(evil)


def two_in_one_body(door: Door, root: etree._Element) -> None:
    """Two messages in the Body, the forged one first."""
    body, signed = resolved_pair(door, root)
    body.insert(0, forged_message(door, signed))


def message_in_header(door: Door, root: etree._Element) -> None:
    """The signed message stands in the Header."""
    body, signed = resolved_pair(door, root)
    evil = forged_message(door, signed)
    body.replace(signed, evil)
    root.insert(0, holder(soap("Header"), signed))


def nested_message(door: Door, root: etree._Element) -> None:
    """The signed message inside the forged one, which the attacker signed."""
    body, signed = resolved_pair(door, root)
    evil = forged_message(door, signed, is_signed=True)
    body.replace(signed, evil)
    evil.append(signed)


def forged_response_first(door: Door, root: etree._Element) -> None:
    """A second Response in the signed ArtifactResponse, before the good one."""
    _, signed = resolved_pair(door, root)
    response = find(signed, "Response")
    response.addprevious(unsigned(forged(door, response)))


def fault_with_message(door: Door, root: etree._Element) -> None:
    """The message hides in the detail of a fault."""
    body, signed = resolved_pair(door, root)
    body.append(holder(soap("Fault"), holder("detail", signed)))


def envelope_in_envelope(door: Door, root: etree._Element) -> etree._Element:
    """The whole good envelope inside a forged one."""
    _, signed = resolved_pair(door, root)
    outer = holder(soap("Envelope"), holder(soap("Body"), forged_message(door, signed)))
    outer[0][0].append(copy_of(root))
    return outer


def only_the_response_signed(door: Door, root: etree._Element) -> None:
    """The signature of the Response stays good; the ArtifactResponse around it is unsigned."""
    unsigned(resolved_pair(door, root)[1])


ENVELOPES = [
    two_bodies, body_in_header, two_in_one_body, message_in_header, nested_message, forged_response_first,
    fault_with_message, envelope_in_envelope,
]  # fmt: skip


@pytest.mark.parametrize("move", ENVELOPES, ids=lambda one: one.__name__)
def test_around_the_message(resolving: Door, move: Callable[..., etree._Element | None]) -> None:
    codes = REFUSED + " soap_fault signature_value"
    answer = resolving.good(edit_bytes=rewriting(lambda root: move(resolving, root)))
    resolving.attack(answer, codes)
    resolving.control()


def test_a_signature_inside_does_not_replace_the_one_outside(login: Door) -> None:
    strip = rewriting(lambda root: only_the_response_signed(login, root))
    login.attack(login.good(edit_bytes=strip), "signature_missing")
    login.attack(login.good(edit_bytes=strip, sign_assertion=True), "signature_missing")
    login.control()


# --- with encryption


@pytest.mark.parametrize("shape", SHAPES, ids=lambda one: one.__name__)
def test_wrapped_before_it_was_encrypted(pz: Door, shape: Shape) -> None:
    """The attacker holds a signed plain assertion, wraps it, and encrypts the wrapping to us."""

    def wrap(root: etree._Element) -> None:
        signed = find(root, "Assertion")
        response = signed.getparent()
        evil = forged(pz, signed)
        wrapped = shape(copy_of(signed), evil)
        response.replace(signed, encrypted_for_us(pz, response.get("InResponseTo"), wrapped))

    unsigned_around = {"sign_response": False, "sign_artifact_response": False}
    pz.attack(pz.good(**unsigned_around, edit_bytes=rewriting(wrap)), REFUSED)
    pz.control(pz.good(**unsigned_around, encrypt=True))


@pytest.mark.parametrize("is_first", [True, False])
def test_a_forged_assertion_beside_the_encrypted_one(door: Door, is_first: bool) -> None:
    """Plain, and encrypted to us, before and after the good one, and in Extensions."""

    def add(root: etree._Element, kind: str) -> None:
        response = find(root, "Response")
        evil = door.idp.assertion(response.get("InResponseTo"), door.good(pesel="71890321131"))
        if kind == "encrypted":
            evil = encrypted_for_us(door, response.get("InResponseTo"), evil)
        if kind == "extensions":
            evil = holder(samlp("Extensions"), evil)
        response.insert(1 if is_first else len(response), evil)

    for kind in ("plain", "encrypted", "extensions"):
        loose = {"sign_response": False} | ({} if door.name == "login" else {"sign_artifact_response": False})
        edit = rewriting(lambda root, kind=kind: add(root, kind))
        door.attack(door.good(**loose, encrypt=True, edit_bytes=edit), "assertion_count")
    door.control(door.good(encrypt=True))
