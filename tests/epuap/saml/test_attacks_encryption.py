"""Encryption: without a signature, by the attacker, moved between sign-ins, weakened, damaged, with bad points.

Whatever fails to be decrypted answers the browser in the same way, and the log says no more than `decryption` once
keys are at work.
"""

import base64
import os
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client
from lxml import etree

from tests.epuap.saml.doors import VICTIM, Door, changed
from tests.epuap.saml.forging import (
    DS,
    XENC,
    XENC11,
    assertion_of_victim,
    copy_of,
    encrypted_for_us,
    find,
    rewriting,
    saml,
)
from tests.support import idp as support
from tests.support.idp import NS, Answer

X = {**NS, "x": XENC, "y": XENC11, "d": "http://www.w3.org/2009/xmldsig11#"}
LOOSE = {"sign_response": False, "sign_artifact_response": False}


def encrypted(door: Door, **changes: object) -> Answer:
    """Return a good answer with its assertion encrypted and no signature but the required one."""
    if door.name == "login":
        return door.good(sign_response=False, **changes)
    return door.good(encrypt=True, **LOOSE, **changes)


def attack(door: Door, edit: Callable[[etree._Element], object], codes: str, **changes: object) -> str:
    """Let `edit` change the EncryptedAssertion before anything around it is signed."""
    answer = encrypted(door, **changes)

    def change(root: etree._Element) -> None:
        edit(root)

    return door.attack(changed(answer, edit_encrypted=change), codes)


# --- who encrypted, and for which sign-in


def test_encrypted_by_an_attacker_who_has_our_certificate(door: Door) -> None:
    """Unsigned, signed by the attacker, with the provider's good signature outside, or in a wrong place inside."""

    def replace(root: etree._Element, by: str) -> None:
        response = find(root, "Response")
        request_id = response.get("InResponseTo")
        evil = assertion_of_victim(door, request_id)
        if by == "attacker":
            support.sign(evil, door.attacker)
        old = find(root, "EncryptedAssertion")
        old.getparent().replace(old, encrypted_for_us(door, request_id, evil))

    for by in ("nobody", "attacker"):
        edit = rewriting(lambda root, by=by: replace(root, by))
        codes = "signature_digest" if door.name == "login" else "assertion_unsigned signature_value"
        door.attack(changed(encrypted(door), edit_bytes=edit), codes)
    door.control(encrypted(door))


def test_a_good_signature_around_an_unsigned_encrypted_assertion(pz: Door) -> None:
    """The provider signs Response and ArtifactResponse; the assertion inside has no signature of its own."""
    pz.attack(pz.good(encrypt=True, sign_assertion=False), "assertion_unsigned")
    pz.control(pz.good(encrypt=True))


def test_an_unsigned_answer_that_is_encrypted(login: Door) -> None:
    login.attack(login.good(sign_response=False, sign_artifact_response=False), "signature_missing")
    login.attack(login.good(sign_assertion=True, sign_artifact_response=False), "signature_missing")
    login.control()


def test_the_encrypted_assertion_of_another_sign_in(pz: Door) -> None:
    """The victim's encrypted assertion, seen on its way, put into the answer to the attacker's own request."""
    other = pz.browser()
    other_id, _ = pz.begin(other)
    if pz.is_posted:
        stolen = find(
            etree.fromstring(pz.idp.posted(other_id, encrypted(pz, **VICTIM))), "EncryptedAssertion"
        )
    else:
        data = pz.idp.envelope(resolve_id="x", request_id=other_id, answer=encrypted(pz, **VICTIM))
        stolen = find(etree.fromstring(data), "EncryptedAssertion")

    def swap(root: etree._Element) -> None:
        old = find(root, "EncryptedAssertion")
        old.getparent().replace(old, copy_of(stolen))

    pz.attack(changed(encrypted(pz), edit_bytes=rewriting(swap)), "assertion_in_response_to")
    pz.control(encrypted(pz))


def test_encrypted_for_somebody_else(door: Door) -> None:
    door.attack(encrypted(door, recipient_key=door.attacker.key.public_key()), "decryption")
    door.control(encrypted(door))


def test_something_else_was_encrypted(door: Door) -> None:
    """An attribute, a whole Response, an encrypted assertion again, text, nothing, a document type."""
    for plain in (
        "<x>nie</x>",
        f"<p:Response xmlns:p='{support.SAMLP}'/>",
        f"<a:EncryptedAssertion xmlns:a='{support.SAML}'/>",
        f"<a:Attribute xmlns:a='{support.SAML}'/>",
        f"<a:Assertion xmlns:a='{support.SAML}'/>",
    ):

        def replace(root: etree._Element, plain: str = plain) -> None:
            response = etree.fromstring(plain)
            other = support.encrypt(response, door.good(), door.idp.sp.key.public_key(), door.idp.entity_id)
            root[:] = other[:]

        codes = "assertion_structure assertion_unsigned assertion_count response_count"
        attack(door, replace, codes)
    door.control(encrypted(door))


# --- weakened and damaged: one face for all


def setting(path: str, value: str, name: str = "Algorithm") -> Callable[[etree._Element], None]:
    return lambda root: root.find(path, X).set(name, value)


CONTENT, CARRIER = "x:EncryptedData/x:EncryptionMethod", ".//x:EncryptedKey/x:EncryptionMethod"


@pytest.mark.parametrize(
    "algorithm",
    [f"{XENC}aes128-cbc", f"{XENC}aes256-cbc", f"{XENC}tripledes-cbc", "", "none", f"{XENC11}aes256-GCM",
     "http://www.w3.org/2001/04/xmldsig-more#camellia256-cbc", "http://www.w3.org/2007/05/xmldsig-more#chacha20"],
)  # fmt: skip
def test_another_content_algorithm(door: Door, algorithm: str) -> None:
    attack(door, setting(CONTENT, algorithm), "encryption_algorithm")
    door.control(encrypted(door))


@pytest.mark.parametrize(
    "algorithm",
    [f"{XENC}rsa-1_5", "", "none", f"{XENC}kw-tripledes", f"{XENC11}ECDH-ES", f"{XENC}dh", f"{XENC}rsa-oaep"],
)
def test_another_way_to_carry_the_key(door: Door, algorithm: str) -> None:
    attack(door, setting(CARRIER, algorithm), "encryption_algorithm")
    door.control(encrypted(door))


def test_the_other_profiles_way_to_carry_the_key(doors: dict[str, Door]) -> None:
    """RSA to the door of EC keys and the other way round."""
    login, pz = doors["login"], doors["artifact"]
    for door, other in ((login, pz), (pz, login)):
        key = other.idp.sp.key.public_key()
        attack(door, lambda root: None, "encryption_algorithm encryption_structure", recipient_key=key)
        door.control(encrypted(door))


def with_value(path: str, change: Callable[[bytes], bytes]) -> Callable[[etree._Element], None]:
    def edit(root: etree._Element) -> None:
        element = root.find(path, X)
        element.text = base64.b64encode(change(base64.b64decode(element.text))).decode()

    return edit


DATA, KEY = "x:EncryptedData/x:CipherData/x:CipherValue", ".//x:EncryptedKey/x:CipherData/x:CipherValue"
DAMAGES = {
    "first byte": lambda raw: bytes([raw[0] ^ 1]) + raw[1:],
    "last byte": lambda raw: raw[:-1] + bytes([raw[-1] ^ 1]),
    "tag cut to 12": lambda raw: raw[:-4],
    "tag cut to 4": lambda raw: raw[:-12],
    "no tag": lambda raw: raw[:-16],
    "only nonce and tag": lambda raw: raw[:12] + raw[-16:],
    "one byte": lambda raw: raw[:1],
    "longer": lambda raw: raw + b"\x00",
    "random": lambda raw: os.urandom(len(raw)),
    "zero": lambda raw: bytes(len(raw)),
    "twice": lambda raw: raw * 2,
}


def test_all_that_cannot_be_decrypted_looks_the_same(door: Door) -> None:
    """Damage of every kind to the content and to the key gives one status, one page and one code: no oracle."""
    seen = set()
    for path in (DATA, KEY):
        for change in DAMAGES.values():
            client = door.browser()
            answer = changed(encrypted(door), edit_encrypted=with_value(path, change))
            door.log.clear()
            response = door.go(answer, client=client)
            code = door.assert_refused(response, "decryption")
            seen.add((response.status_code, code, len(response.content), response["Content-Type"]))
    assert len(seen) == 1
    door.control(encrypted(door))


def test_content_keys_of_a_wrong_length_look_the_same_too(pz: Door) -> None:
    """Carried well, for a cipher of another length, or under another OAEP digest."""
    statuses = set()
    for length in (0, 8, 15, 16, 17, 24, 31, 33, 64):

        def carry(root: etree._Element, length: int = length) -> None:
            scheme = padding.OAEP(padding.MGF1(support.hashes.SHA1()), support.hashes.SHA1(), None)
            wrapped = pz.idp.sp.key.public_key().encrypt(os.urandom(length), scheme)
            root.find(KEY, X).text = base64.b64encode(wrapped).decode()

        pz.log.clear()
        response = pz.go(changed(encrypted(pz), edit_encrypted=carry))
        pz.assert_refused(response, "decryption")
        statuses.add(response.status_code)
    sha256 = padding.OAEP(padding.MGF1(support.hashes.SHA256()), support.hashes.SHA256(), None)

    def other_digest(root: etree._Element) -> None:
        wrapped = pz.idp.sp.key.public_key().encrypt(os.urandom(32), sha256)
        root.find(KEY, X).text = base64.b64encode(wrapped).decode()

    def old_padding(root: etree._Element) -> None:
        wrapped = pz.idp.sp.key.public_key().encrypt(os.urandom(32), padding.PKCS1v15())
        root.find(KEY, X).text = base64.b64encode(wrapped).decode()

    for edit in (other_digest, old_padding):
        attack(pz, edit, "decryption")
    assert len(statuses) == 1
    pz.control(encrypted(pz))


def test_oaep_with_a_label_or_a_weak_digest(pz: Door) -> None:
    def label(root: etree._Element) -> None:
        etree.SubElement(root.find(CARRIER, X), f"{{{XENC}}}OAEPparams").text = "AAAA"

    def md5(root: etree._Element) -> None:
        root.find(CARRIER, X)[0].set("Algorithm", "http://www.w3.org/2001/04/xmldsig-more#md5")

    attack(pz, label, "encryption_structure")
    attack(pz, md5, "encryption_algorithm")
    pz.control(encrypted(pz, oaep=f"{XENC11}rsa-oaep"))


def test_more_or_fewer_parts_than_one(door: Door) -> None:
    """Two keys, none, two data, two values, a CipherReference to fetch, a RetrievalMethod, another Type."""

    def double(path: str) -> Callable[[etree._Element], None]:
        return lambda root: root.find(path, X).addnext(copy_of(root.find(path, X)))

    def drop(path: str) -> Callable[[etree._Element], None]:
        return lambda root: root.find(path, X).getparent().remove(root.find(path, X))

    def cipher_reference(root: etree._Element) -> None:
        data = root.find("x:EncryptedData/x:CipherData", X)
        data[:] = [etree.Element(f"{{{XENC}}}CipherReference", URI="http://127.0.0.1:1/x")]

    def retrieval(root: etree._Element) -> None:
        info = root.find("x:EncryptedData/ds:KeyInfo", X)
        info[:] = [etree.Element(f"{{{DS}}}RetrievalMethod", URI="http://127.0.0.1:1/x")]

    for edit in (
        double("x:EncryptedData"), double(".//x:EncryptedKey"), double(DATA), double(KEY), double(CARRIER),
        double(CONTENT), drop(".//x:EncryptedKey"), drop(DATA), drop(CONTENT), drop(KEY), cipher_reference, retrieval,
        setting("x:EncryptedData", f"{XENC}Content", "Type"), setting("x:EncryptedData", "text/xml", "Type"),
        with_text(DATA, "ł"), with_text(DATA, "A"), with_text(KEY, "!!!!"),
    ):  # fmt: skip
        attack(door, edit, "encryption_structure")
    door.control(encrypted(door))


def with_text(path: str, text: str) -> Callable[[etree._Element], None]:
    def edit(root: etree._Element) -> None:
        root.find(path, X).text = text

    return edit


# --- points of the curve


def test_bad_points(login: Door) -> None:
    """Not on the curve, at infinity, zero, of another curve, cut, longer, empty, compressed, hybrid."""
    good = ec.generate_private_key(ec.SECP256R1()).public_key()
    point = good.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    larger = ec.generate_private_key(ec.SECP384R1()).public_key()
    koblitz = ec.generate_private_key(ec.SECP256K1()).public_key()
    for raw in (
        point[:-1] + bytes([point[-1] ^ 1]),
        b"\x00",
        bytes(65),
        b"\x04" + bytes(64),
        b"\x04" + b"\xff" * 64,
        point[:-1],
        point + b"\x00",
        point[1:],
        b"\x06" + point[1:],
        b"\x07" + point[1:],
        good.public_bytes(Encoding.X962, PublicFormat.CompressedPoint),
        larger.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint),
        koblitz.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint),
        os.urandom(65),
    ):
        text = base64.b64encode(raw).decode()
        attack(login, with_text(".//d:PublicKey", text), "encryption_structure")
    attack(login, with_text(".//d:PublicKey", ""), "encryption_structure")
    attack(login, with_text(".//d:PublicKey", base64.b64encode(point).decode()), "decryption")  # nobody's
    login.control()


def test_other_parameters_of_the_agreement(login: Door) -> None:
    attack(login, setting(".//d:NamedCurve", "urn:oid:1.3.132.0.34", "URI"), "encryption_algorithm")
    attack(login, setting(".//d:NamedCurve", "urn:oid:1.3.132.0.10", "URI"), "encryption_algorithm")
    attack(login, setting(".//x:AgreementMethod", f"{XENC}dh"), "encryption_algorithm")
    attack(login, setting(".//y:KeyDerivationMethod", f"{XENC11}pbkdf2"), "encryption_algorithm")
    attack(login, setting(".//y:ConcatKDFParams/ds:DigestMethod", f"{DS}sha1"), "encryption_algorithm")
    for name in ("AlgorithmID", "PartyUInfo", "PartyVInfo"):
        attack(login, setting(".//y:ConcatKDFParams", "0000", name), "decryption")
        attack(login, setting(".//y:ConcatKDFParams", "xy", name), "encryption_structure")

    def ec_parameters(root: etree._Element) -> None:
        """Explicit parameters instead of the name of the curve: a curve of the attacker's own."""
        curve = root.find(".//d:NamedCurve", X)
        curve.getparent().replace(curve, etree.Element("{http://www.w3.org/2009/xmldsig11#}ECParameters"))

    attack(login, ec_parameters, "encryption_structure")
    login.control()


def test_a_plain_assertion_where_an_encrypted_one_is_due(login: Door) -> None:
    login.attack(login.good(encrypt=False), "assertion_not_encrypted")
    login.attack(login.good(encrypt=False, sign_assertion=True), "assertion_not_encrypted")
    login.control()


def test_other_elements_that_may_be_encrypted(pz: Door) -> None:
    """EncryptedID beside no NameID, EncryptedAttribute beside the plain ones: nobody decrypts or believes them."""

    def encrypted_attribute(assertion: etree._Element) -> None:
        statement = assertion.find("a:AttributeStatement", NS)
        identifier = statement[-1]
        one = support.encrypt(identifier, pz.good(), pz.idp.sp.key.public_key(), pz.idp.entity_id)
        one.tag = saml("EncryptedAttribute")
        statement.replace(identifier, one)

    pz.attack(pz.good(edit_assertion=encrypted_attribute), "attribute_count")
    pz.control()
    assert Client().get("/saml/pz/metadata/").status_code == 200
