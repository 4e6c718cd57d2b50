"""Signatures that are missing, emptied, made by somebody else or by another method, or that say odd things.

`required` is the signature that the profile insists on: of the ArtifactResponse for login.gov.pl, of the Assertion
for epuap. What is refused for its algorithm or its shape is refused before its value is computed: the codes say so.
"""

import base64
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree

from tests.epuap.saml.doors import Door, changed
from tests.epuap.saml.forging import (
    DS,
    EXC_C14N,
    MORE,
    XENC,
    bare,
    copy_of,
    ds,
    find,
    forged,
    holder,
    rewriting,
    samlp,
    set_value,
    sign_with,
    sign_with_secret,
    signature_of,
)
from tests.support import idp as support
from tests.support.idp import NS, Answer, make_key_pair

PSS = "http://www.w3.org/2007/05/xmldsig-more#rsa-pss"
PSS_MGF1 = "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1"
XSLT = "http://www.w3.org/TR/1999/REC-xslt-19991116"
XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
FILTER2 = "http://www.w3.org/2002/06/xmldsig-filter2"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
DSIG11 = "http://www.w3.org/2009/xmldsig11#"


def lone(door: Door) -> Answer:
    """Return a good answer with no signature but the required one."""
    if door.name == "login":
        return door.good(sign_response=False)
    return door.good(sign_response=False, sign_artifact_response=False)


def required(door: Door, root: etree._Element) -> etree._Element:
    return signature_of(find(root, "ArtifactResponse" if door.name == "login" else "Assertion"))


def attack(door: Door, edit: Callable[[etree._Element], object], codes: str) -> None:
    """Change the required signature and its neighbourhood, then show that the unchanged answer passes."""
    answer = lone(door)

    def change(root: etree._Element) -> None:
        edit(required(door, root))

    door.attack(changed(answer, edit_bytes=rewriting(change)), codes)
    door.control(changed(answer, edit_bytes=rewriting(lambda root: None)))


# --- exclusion


def test_no_signature_at_all(door: Door) -> None:
    attack(door, lambda one: one.getparent().remove(one), "signature_missing assertion_unsigned")


@pytest.mark.parametrize(
    ("keep", "codes"),
    [
        ((), "signature_shape"),
        (("SignedInfo",), "signature_shape"),
        (("SignatureValue",), "signature_shape"),
        (("KeyInfo",), "signature_shape"),
        (("SignatureValue", "KeyInfo"), "signature_shape"),
        (("SignedInfo", "KeyInfo"), "signature_shape"),
    ],
)
def test_an_emptied_signature(door: Door, keep: tuple[str, ...], codes: str) -> None:
    def empty(signature: etree._Element) -> None:
        for child in list(signature):
            if etree.QName(child).localname not in keep:
                signature.remove(child)

    attack(door, empty, codes)


@pytest.mark.parametrize("value", ["", " ", "AAAA", "A", "A" * 344, "====", "Ł"])
def test_an_empty_or_senseless_value(door: Door, value: str) -> None:
    def blank(signature: etree._Element) -> None:
        signature.find("ds:SignatureValue", NS).text = value

    attack(door, blank, "signature_value signature_shape")


def test_zero_numbers_are_no_ecdsa_signature(login: Door) -> None:
    for value in (bytes(64), bytes(63) + b"\x01", b"\xff" * 64, bytes(128)):
        attack(login, lambda one, value=value: set_value(one, value), "signature_value")


def test_an_empty_digest(door: Door) -> None:
    def blank(signature: etree._Element) -> None:
        signature.find(".//ds:DigestValue", NS).text = ""

    attack(door, blank, "signature_value signature_digest signature_shape")


def test_only_other_elements_are_signed(pz: Door) -> None:
    """Response and ArtifactResponse are signed and good; the Assertion itself is not."""
    pz.attack(pz.good(sign_assertion=False), "assertion_unsigned")
    pz.attack(pz.good(sign_assertion=False, encrypt=True), "assertion_unsigned")
    pz.control()


def test_the_signature_is_of_another_element(pz: Door) -> None:
    """Inside the Assertion stands a good signature, by the right key, of something else in the message."""

    def other(root: etree._Element) -> None:
        assertion = find(root, "Assertion")
        response = assertion.getparent()
        response.insert(1, holder(samlp("Extensions"), etree.Element("{urn:x}Signed", ID="ID-other")))
        assertion.remove(signature_of(assertion))
        support.sign(assertion, pz.idp.signer, over=response)
        reference = assertion.find(".//ds:Reference", NS)
        assert reference.get("URI") == f"#{response.get('ID')}"

    answer = lone(pz)
    pz.attack(changed(answer, edit_bytes=rewriting(other)), "signature_coverage")
    pz.control(answer)


def test_a_detached_signature_somewhere_else(door: Door) -> None:
    """The good signature stands in Extensions, in the envelope or beside what it signs."""

    def move(signature: etree._Element) -> None:
        parent = signature.getparent()
        above = parent.getparent()
        parent.remove(signature)
        above.append(signature)

    attack(door, move, "signature_place signature_missing assertion_unsigned signature_transform")


# --- keys


def test_the_attackers_own_signature_with_a_certificate_in_key_info(door: Door) -> None:
    """Whatever KeyInfo says: the attacker's certificate, the provider's, both, a bare key, a name, an address."""
    numbers = etree.fromstring(
        f"<ds:KeyValue xmlns:ds='{DS}'><ds:RSAKeyValue><ds:Modulus>AQAB</ds:Modulus>"
        "<ds:Exponent>AQAB</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>"
    )
    retrieval = etree.fromstring(
        f"<ds:RetrievalMethod xmlns:ds='{DS}' URI='http://127.0.0.1:1/key' Type='{DS}X509Data'/>"
    )
    reference = etree.fromstring(f"<d:KeyInfoReference xmlns:d='{DSIG11}' URI='#key'/>")
    name = etree.fromstring(f"<ds:KeyName xmlns:ds='{DS}'>idp</ds:KeyName>")

    def certificates(*several: str) -> etree._Element:
        listed = "".join(f"<ds:X509Certificate>{one}</ds:X509Certificate>" for one in several)
        return etree.fromstring(f"<ds:X509Data xmlns:ds='{DS}'>{listed}</ds:X509Data>")

    mine, theirs = door.attacker.certificate_base64, door.idp.signer.certificate_base64
    for info in (
        certificates(mine), certificates(theirs), certificates(mine, theirs), certificates(theirs, mine),
        numbers, retrieval, reference, name, certificates("AAAA"),
    ):  # fmt: skip

        def resign(root: etree._Element, info: etree._Element = info) -> etree._Element:
            signed = required(door, root).getparent()
            signed.remove(signature_of(signed))
            support.sign(signed, door.attacker)
            again = copy_of(root)  # what libxmlsec adds to a tree is not found there
            key_info = required(door, again).find("ds:KeyInfo", NS)
            for child in list(key_info):
                key_info.remove(child)
            key_info.append(copy_of(info))
            return again

        door.attack(changed(lone(door), edit_bytes=rewriting(resign)), "signature_value")
    door.control(lone(door))


def test_key_info_is_nothing_to_us(door: Door) -> None:
    """A good signature stays good whatever KeyInfo names: it proves that nobody looks there."""

    def swap(root: etree._Element) -> None:
        certificate = required(door, root).find(".//ds:X509Certificate", NS)
        certificate.text = door.attacker.certificate_base64

    def drop(root: etree._Element) -> None:
        signature = required(door, root)
        signature.remove(signature.find("ds:KeyInfo", NS))

    for edit in (swap, drop):
        door.control(changed(lone(door), edit_bytes=rewriting(edit)))


def test_a_key_of_another_kind(door: Door) -> None:
    """An RSA signature where the pinned key is EC, and the other way round; and the names exchanged."""
    other = make_key_pair("other", rsa_bits=2048 if door.name == "login" else 0)

    def resign(signature: etree._Element) -> None:
        signed = signature.getparent()
        signed.remove(signature)
        support.sign(signed, other)

    def rename(signature: etree._Element) -> None:
        method = signature.find(".//ds:SignatureMethod", NS)
        pair = [f"{MORE}rsa-sha256", f"{MORE}ecdsa-sha256"]
        method.set("Algorithm", pair[1 - pair.index(method.get("Algorithm"))])

    for edit in (resign, rename):
        attack(door, edit, "signature_value")


def test_the_public_key_as_a_secret(door: Door) -> None:
    certificate = door.idp.signer.certificate
    public = door.idp.signer.key.public_key()
    secrets = [
        certificate.public_bytes(Encoding.PEM),
        certificate.public_bytes(Encoding.DER),
        door.idp.signer.certificate_base64.encode(),
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        b"",
    ]
    for secret in secrets:
        answer = changed(
            lone(door),
            edit_bytes=rewriting(lambda root, secret=secret: sign_with_secret(required(door, root), secret)),
        )
        door.attack(answer, "signature_method")
    door.control(lone(door))


# --- algorithms


@pytest.mark.parametrize(
    "algorithm",
    [
        f"{DS}rsa-sha1", f"{DS}dsa-sha1", f"{DS}hmac-sha1", "http://www.w3.org/2009/xmldsig11#dsa-sha256",
        f"{MORE}rsa-md5", f"{MORE}rsa-ripemd160", f"{MORE}ecdsa-sha1", f"{MORE}rsa-sha224", f"{MORE}hmac-sha512",
        f"{MORE}none", "none", "", "http://www.w3.org/2001/04/xmldsig-more#RSA-SHA256", f" {MORE}rsa-sha256",
        f"{MORE}rsa-sha256#", PSS, PSS_MGF1, "http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519",
        "urn:oid:1.2.840.113549.1.1.11",
    ],
)  # fmt: skip
def test_another_signature_algorithm(door: Door, algorithm: str) -> None:
    """Signed truly by the provider's own key, where that key can: the method itself is not taken."""
    digest = hashes.SHA1() if "sha1" in algorithm else hashes.SHA256()
    attack(door, lambda one: sign_with(one, door.idp.signer.key, algorithm, digest), "signature_method")


@pytest.mark.parametrize(
    "algorithm",
    [f"{DS}sha1", f"{MORE}md5", f"{MORE}sha224", "http://www.w3.org/2001/04/xmlenc#ripemd160", "", "none",
     "http://www.w3.org/2007/05/xmldsig-more#sha3-256"],
)  # fmt: skip
def test_another_digest_algorithm(door: Door, algorithm: str) -> None:
    def change(signature: etree._Element) -> None:
        signature.find(".//ds:DigestMethod", NS).set("Algorithm", algorithm)
        sign_with(signature, door.idp.signer.key, _own_method(door), hashes.SHA256())

    attack(door, change, "signature_digest_method")


def _own_method(door: Door) -> str:
    return f"{MORE}{'ecdsa' if door.name == 'login' else 'rsa'}-sha256"


def test_a_method_with_parameters(door: Door) -> None:
    """HMACOutputLength and its like, under a good name."""

    def add(signature: etree._Element) -> None:
        etree.SubElement(signature.find(".//ds:SignatureMethod", NS), ds("HMACOutputLength")).text = "0"

    attack(door, add, "signature_method")


def test_two_methods_two_values_two_infos(door: Door) -> None:
    for path in (
        "ds:SignedInfo", "ds:SignatureValue", "ds:KeyInfo", "ds:SignedInfo/ds:SignatureMethod",
        "ds:SignedInfo/ds:CanonicalizationMethod", ".//ds:Transforms", ".//ds:DigestValue", ".//ds:DigestMethod",
    ):  # fmt: skip
        for is_before in (True, False):

            def double(signature: etree._Element, path: str = path, is_before: bool = is_before) -> None:
                one = signature.find(path, NS)
                (one.addprevious if is_before else one.addnext)(copy_of(one))

            answer = changed(
                lone(door), edit_bytes=rewriting(lambda root, double=double: double(required(door, root)))
            )
            door.attack(
                answer,
                "signature_shape signature_digest_method signature_method signature_value "
                "signature_too_many_references",
            )
    door.control(lone(door))


def test_a_weak_key_signs_nobody_in(doors: dict[str, Door], settings, tmp_path) -> None:  # type: ignore[no-untyped-def]
    """Metadata that pins 1024 bits of RSA, or a curve of 192, is refused as configuration; a clear page says so."""
    for name, key in (
        ("pz", make_key_pair("weak", rsa_bits=1024)),
        ("login", _small_curve()),
    ):
        door = doors["artifact" if name == "pz" else "login"]
        good = settings.IDENTITY_PROVIDERS[name]["metadata"]
        weak = tmp_path / f"{name}-weak.xml"
        client = door.browser()
        request_id, relay_state = door.begin(client)
        parked = door.bring(**door.message(request_id, lone(door)), RelayState=relay_state)
        text = good.read_bytes().replace(
            door.idp.signer.certificate_base64.encode(), key.certificate_base64.encode()
        )
        weak.write_bytes(text)
        settings.IDENTITY_PROVIDERS[name]["metadata"] = weak
        door.log.clear()
        door.assert_refused(door.finish(client, parked), "configuration_metadata_weak_key")
        settings.IDENTITY_PROVIDERS[name]["metadata"] = good
        door.control(lone(door))


def _small_curve() -> support.KeyPair:
    from datetime import UTC, datetime

    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP192R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "weak")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
    certificate = builder.not_valid_after(datetime(2036, 1, 1, tzinfo=UTC)).sign(key, hashes.SHA256())
    return support.KeyPair(key, certificate)


# --- transforms


def transform(algorithm: str, content: str = "") -> etree._Element:
    return etree.fromstring(f"<ds:Transform xmlns:ds='{DS}' Algorithm='{algorithm}'>{content}</ds:Transform>")


STYLESHEET = (
    "<x:stylesheet xmlns:x='http://www.w3.org/1999/XSL/Transform' version='1.0'>"
    "<x:template match='/'><x:value-of select=\"document('file:///etc/hostname')\"/></x:template></x:stylesheet>"
)
ENVELOPED, EXC = f"{DS}enveloped-signature", EXC_C14N
INCLUSIVE = f"<e:InclusiveNamespaces xmlns:e='{EXC_C14N}' PrefixList='%s'/>"
ODD_TRANSFORMS = {
    "xslt": [transform(XSLT, STYLESHEET)],
    "xslt first": [transform(XSLT, STYLESHEET), transform(ENVELOPED), transform(EXC)],
    "xpath": [transform(XPATH, f"<ds:XPath xmlns:ds='{DS}'>not(ancestor-or-self::ds:Signature)</ds:XPath>")],
    "xpath of nothing": [transform(XPATH, f"<ds:XPath xmlns:ds='{DS}'>false()</ds:XPath>"), transform(EXC)],
    "filter2": [
        transform(FILTER2, f"<f:XPath xmlns:f='{FILTER2}' Filter='intersect'>/*[1]/*[1]</f:XPath>"),
        transform(EXC),
    ],
    "filter2 subtract": [
        transform(FILTER2, f"<f:XPath xmlns:f='{FILTER2}' Filter='subtract'>//*[@Name]</f:XPath>"),
        transform(EXC),
    ],
    "base64": [transform(f"{DS}base64")],
    "base64 first": [transform(f"{DS}base64"), transform(ENVELOPED), transform(EXC)],
    "inclusive": [transform(ENVELOPED), transform(C14N)],
    "inclusive comments": [transform(ENVELOPED), transform(f"{C14N}#WithComments")],
    "exclusive comments": [transform(ENVELOPED), transform(f"{EXC_C14N}WithComments")],
    "1.1": [transform(ENVELOPED), transform("http://www.w3.org/2006/12/xml-c14n11")],
    "unknown": [transform(ENVELOPED), transform("urn:x"), transform(EXC)],
    "no name": [transform(ENVELOPED), transform("")],
    "decryption": [transform("http://www.w3.org/2002/07/decrypt#XML"), transform(ENVELOPED), transform(EXC)],
}  # fmt: skip


@pytest.mark.parametrize("name", ODD_TRANSFORMS)
def test_a_foreign_transform(door: Door, name: str) -> None:
    def put(signature: etree._Element) -> None:
        transforms = signature.find(".//ds:Transforms", NS)
        for child in list(transforms):
            transforms.remove(child)
        transforms.extend(copy_of(one) for one in ODD_TRANSFORMS[name])
        sign_with(signature, door.idp.signer.key, _own_method(door), hashes.SHA256())

    attack(door, put, "signature_transform")


@pytest.mark.parametrize(
    "transforms",
    [
        [transform(EXC), transform(ENVELOPED)],
        [transform(EXC), transform(EXC)],
        [transform(ENVELOPED), transform(ENVELOPED), transform(ENVELOPED), transform(EXC)],
        [transform(ENVELOPED, "<x/>"), transform(EXC)],
        [transform(ENVELOPED), transform(EXC, "<x/>")],
        [transform(ENVELOPED), transform(EXC, INCLUSIVE % "" + INCLUSIVE % "")],
        [transform(ENVELOPED), transform(EXC, INCLUSIVE % ("p " * 100))],
        [transform(EXC)],
        [transform(ENVELOPED)],
        [],
    ],
    ids=["order", "twice", "three", "enveloped-child", "c14n-child", "two-lists", "long-list", "no-enveloped",
         "no-c14n", "none"],
)  # fmt: skip
def test_good_transforms_in_a_bad_order_or_number(door: Door, transforms: list[etree._Element]) -> None:
    def put(signature: etree._Element) -> None:
        container = signature.find(".//ds:Transforms", NS)
        for child in list(container):
            container.remove(child)
        container.extend(copy_of(one) for one in transforms)
        sign_with(signature, door.idp.signer.key, _own_method(door), hashes.SHA256())

    attack(door, put, "signature_transform signature_method signature_digest signature_shape")


def test_namespaces_injected_around_what_was_signed(door: Door) -> None:
    """A declaration on an outer element is not seen by exclusive canonicalisation, and changes nothing we read."""

    def inject(root: etree._Element) -> etree._Element:
        text = etree.tostring(root).replace(b" ", b" xmlns:xs='urn:evil' xmlns:evil='urn:evil' ", 1)
        return etree.fromstring(text)

    door.control(changed(lone(door), edit_bytes=rewriting(inject)))

    def redeclare(root: etree._Element) -> etree._Element:
        """The prefix of the type of a value is made to mean something else: where it is used, that is seen."""
        signed = required(door, root).getparent()
        text = etree.tostring(signed).replace(b"http://www.w3.org/2001/XMLSchema'", b"urn:evil'")
        text = text.replace(b'http://www.w3.org/2001/XMLSchema"', b'urn:evil"')
        signed.getparent().replace(signed, etree.fromstring(text))
        return root

    if door.name == "pz":
        prefixed = changed(lone(door), assertion_prefixes="xs")
        door.attack(changed(prefixed, edit_bytes=rewriting(redeclare)), "signature_digest")
        door.control(prefixed)


def test_a_prefix_list_put_in_afterwards(door: Door) -> None:
    def put(signature: etree._Element) -> None:
        one = signature.findall(".//ds:Transform", NS)[-1]
        one.append(etree.fromstring(INCLUSIVE % "xs ds a p #default"))

    attack(door, put, "signature_value")


def test_another_canonicalisation_of_signed_info(door: Door) -> None:
    for algorithm in (
        C14N, f"{C14N}#WithComments", f"{EXC_C14N}WithComments", "http://www.w3.org/2006/12/xml-c14n11", XSLT, "",
    ):  # fmt: skip

        def put(root: etree._Element, algorithm: str = algorithm) -> None:
            signature = required(door, root)
            signature.find(".//ds:CanonicalizationMethod", NS).set("Algorithm", algorithm)
            sign_with(signature, door.idp.signer.key, _own_method(door), hashes.SHA256())

        door.attack(changed(lone(door), edit_bytes=rewriting(put)), "signature_method")
    door.control(lone(door))


# --- references


def test_no_reference_two_references_and_a_manifest(door: Door) -> None:
    def drop(signature: etree._Element) -> None:
        reference = signature.find(".//ds:Reference", NS)
        reference.getparent().remove(reference)
        sign_with(signature, door.idp.signer.key, _own_method(door), hashes.SHA256())

    def double(signature: etree._Element) -> None:
        reference = signature.find(".//ds:Reference", NS)
        reference.addnext(copy_of(reference))
        sign_with(signature, door.idp.signer.key, _own_method(door), hashes.SHA256())

    def to_a_manifest(signature: etree._Element) -> None:
        manifest = holder(ds("Manifest"), copy_of(signature.find(".//ds:Reference", NS)))
        manifest.set("ID", "ID-manifest")
        signature.append(holder(ds("Object"), manifest))
        reference = signature.find("ds:SignedInfo/ds:Reference", NS)
        reference.set("URI", "#ID-manifest")
        reference.set("Type", f"{DS}Manifest")
        sign_with(signature, door.idp.signer.key, _own_method(door), hashes.SHA256())

    attack(door, drop, "signature_shape")
    attack(door, double, "signature_too_many_references")
    attack(door, to_a_manifest, "signature_shape")


@pytest.mark.parametrize(
    ("uri", "codes"),
    [
        (None, "signature_reference_uri"),
        ("#", "signature_reference_uri"),
        ("http://127.0.0.1:1/signed.xml", "signature_reference_uri"),
        ("https://evil.example.test/", "signature_reference_uri"),
        ("file:///etc/hostname", "signature_reference_uri"),
        ("//evil.example.test/x", "signature_reference_uri"),
        ("#xpointer(/)", "signature_reference_uri"),
        ("#xpointer(id('ID'))", "signature_reference_uri"),
        ("#element(/1/1)", "signature_reference_uri"),
        ("#nowhere", "signature_unresolved"),
        ("# {}", "signature_unresolved"),
        ("{}", "signature_reference_uri"),
        ("cid:{}", "signature_reference_uri"),
    ],
)
def test_a_reference_to_somewhere_else(door: Door, uri: str | None, codes: str) -> None:
    """Signed truly by the provider's key: no address is followed, and nothing but an ID resolves."""

    def put(signature: etree._Element) -> None:
        reference = signature.find(".//ds:Reference", NS)
        if uri is None:
            del reference.attrib["URI"]
        else:
            reference.set("URI", uri.format(signature.getparent().get("ID")))
        sign_with(signature, door.idp.signer.key, _own_method(door), hashes.SHA256())

    attack(door, put, codes)


def test_an_empty_uri_means_the_whole_message_and_not_the_part(door: Door) -> None:
    """The provider's key signs the document; the signature stands in a part, which it therefore does not vouch for."""

    def whole(signature: etree._Element) -> None:
        part, root = signature.getparent(), signature.getroottree().getroot()
        signature.find(".//ds:Reference", NS).set("URI", "")
        without = bare_of(root, part)
        octets = etree.tostring(without, method="c14n", exclusive=True, with_comments=False)
        digest = hashes.Hash(hashes.SHA256())
        digest.update(octets)
        signature.find(".//ds:DigestValue", NS).text = base64.b64encode(digest.finalize()).decode()
        sign_with(signature, door.idp.signer.key, _own_method(door), hashes.SHA256())

    def bare_of(root: etree._Element, part: etree._Element) -> etree._Element:
        path = root.getroottree().getelementpath(part)
        copy = copy_of(root)
        found = copy.find(path)
        found.remove(signature_of(found))
        return copy

    attack(door, whole, "signature_coverage")


def test_a_reference_to_a_bare_copy(door: Door) -> None:
    """The reference leads to a good copy held elsewhere; the signature stands in the forgery."""

    def move(root: etree._Element) -> None:
        signed = required(door, root).getparent()
        evil = forged(door, signed)
        signed.getparent().replace(signed, evil)
        root.append(holder("{urn:x}Holder", bare(signed)))

    door.attack(
        changed(lone(door), edit_bytes=rewriting(move)),
        "assertion_count answer_count response_count signature_coverage",
    )
    door.control(lone(door))


def test_ids_by_every_name(door: Door) -> None:
    """The ID of what was signed, borne by another element under each name that an ID may have."""
    wsu = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
    for name in ("ID", "Id", f"{{{wsu}}}Id", "{http://www.w3.org/XML/1998/namespace}id"):
        for is_before in (True, False):

            def share(root: etree._Element, name: str = name, is_before: bool = is_before) -> None:
                signed = required(door, root).getparent()
                other = etree.Element("{urn:x}Other", {name: signed.get("ID")})
                root.insert(0 if is_before else len(root), other)

            answer = changed(lone(door), edit_bytes=rewriting(share))
            door.attack(answer, "xml_duplicate_id")
    door.control(lone(door))


def test_an_encrypted_key_in_key_info_is_not_looked_at(door: Door) -> None:
    """Nothing in KeyInfo of a signature is decrypted or counted as the assertion's key."""

    def add(root: etree._Element) -> None:
        info = required(door, root).find("ds:KeyInfo", NS)
        info.append(etree.fromstring(f"<x:EncryptedKey xmlns:x='{XENC}'><x:CipherData/></x:EncryptedKey>"))

    door.control(changed(lone(door), edit_bytes=rewriting(add)))
