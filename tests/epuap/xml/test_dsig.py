"""XML signatures: both directions against libxmlsec, and every attack beside the message that is accepted."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest
import xmlsec
from cryptography.hazmat.primitives.asymmetric import ec
from lxml import etree

from epuap.xml import dsig
from epuap.xml.names import C14N, DS, ENVELOPED, EXC_C14N, XPATH, ds
from eurzad.lib import xml
from tests.epuap.xml.conftest import MakeParty, Party

SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
MESSAGE = (
    f'<p:Response xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" xmlns="{SAML}" xmlns:xs="urn:xs" ID="r1">\n'
    '  <Issuer>https://node.example.test</Issuer>\n  <Assertion ID="a1" xml:lang="pl"><Issuer>node</Issuer> '
    '<Subject xs:kind="x">Anna\t&#13;Wrzos &lt;&quot;&gt;</Subject>\n<Role xmlns="">r</Role></Assertion>\n'
    "</p:Response>"
).encode()


def signed_message(
    signer: Party,
    *,
    uri: str = "#r1",
    transforms: tuple[str, ...] = (ENVELOPED, EXC_C14N),
    algorithm: str = "ecdsa-sha256",
) -> bytes:
    root = xml.parse(MESSAGE)
    dsig.sign(
        root,
        reference_uri=uri,
        key_pem=signer.key_pem,
        cert_pem=signer.cert_pem,
        insert_at=1,
        transforms=transforms,
        algorithm=algorithm,
    )
    return xml.to_bytes(root)


def check(
    data: bytes, signer: Party, *, policy: dsig.Policy = dsig.MESSAGE, max_references: int = 1
) -> list[dsig.VerifiedReference]:
    root = xml.parse(data)
    signature = next(root.iter(ds("Signature")))
    return dsig.verify(
        signature, root=root, certificates=[signer.certificate], policy=policy, max_references=max_references
    )


def refused(data: bytes, signer: Party, **options: object) -> str:
    with pytest.raises(dsig.SignatureRefused) as error:
        check(data, signer, **options)  # type: ignore[arg-type]
    return error.value.code


def xmlsec_verifies(data: bytes, signer: Party) -> bool:
    root = etree.fromstring(data)
    xmlsec.tree.add_ids(root, ["ID", "Id"])
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(signer.cert_pem, xmlsec.KeyFormat.CERT_PEM)
    try:
        context.verify(next(root.iter(ds("Signature"))))
    except xmlsec.Error:
        return False
    return True


TRANSFORMS = [
    (ENVELOPED, EXC_C14N),
    (ENVELOPED, C14N),
    (ENVELOPED,),
    (XPATH,),
    (XPATH, EXC_C14N),
]


@pytest.mark.parametrize("uri", ["", "#r1", "#a1"])
@pytest.mark.parametrize("transforms", TRANSFORMS, ids=["exc", "inc", "default", "xpath", "xpath-exc"])
def test_what_we_sign_verifies_here_and_with_libxmlsec(
    office: Party, uri: str, transforms: tuple[str, ...]
) -> None:
    if uri == "#a1":
        transforms = tuple(one for one in transforms if one != ENVELOPED)
    data = signed_message(office, uri=uri, transforms=transforms, algorithm="rsa-sha256")
    (reference,) = check(data, office, policy=dsig.DOCUMENT)
    assert reference.uri == uri
    assert reference.element is not None
    assert reference.element.tag == (f"{{{SAML}}}Assertion" if uri == "#a1" else reference.element.tag)
    assert xmlsec_verifies(data, office)
    altered = data.replace(b"Wrzos", b"Wrona")
    assert refused(altered, office, policy=dsig.DOCUMENT) == "digest"
    assert not xmlsec_verifies(altered, office)


def test_an_ec_signature_verifies_here_and_with_libxmlsec(node: Party) -> None:
    data = signed_message(node)
    root = xml.parse(data)
    assert [etree.QName(child).localname for child in root] == ["Issuer", "Signature", "Assertion"]
    assert check(data, node)[0].element is not None
    assert xmlsec_verifies(data, node)


@pytest.mark.parametrize("exclusive", [True, False])
@pytest.mark.parametrize("uri", ["", "#r1", "#a1"])
def test_what_libxmlsec_signs_verifies_here(node: Party, uri: str, *, exclusive: bool) -> None:
    root = etree.fromstring(b"<?style a?><!-- c -->" + MESSAGE + b"<?end?>")
    c14n = xmlsec.Transform.EXCL_C14N if exclusive else xmlsec.Transform.C14N
    signature = xmlsec.template.create(root, c14n, xmlsec.Transform.ECDSA_SHA256, ns="ds")
    parent = root[1] if uri == "#a1" else root
    parent.append(signature)
    reference = xmlsec.template.add_reference(signature, xmlsec.Transform.SHA256, uri=uri)
    xmlsec.template.add_transform(reference, xmlsec.Transform.ENVELOPED)
    last = xmlsec.template.add_transform(reference, c14n)
    if exclusive:
        etree.SubElement(last, f"{{{EXC_C14N}}}InclusiveNamespaces", PrefixList="xs p")
    xmlsec.tree.add_ids(root, ["ID", "Id"])
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(node.key_pem, xmlsec.KeyFormat.PEM)
    context.sign(signature)
    data = etree.tostring(root.getroottree())
    (verified,) = check(data, node, policy=dsig.DOCUMENT)
    assert verified.element is not None
    assert verified.signed_copy().find(f".//{ds('Signature')}") is None
    assert refused(data.replace(b"Wrzos", b"Wrona"), node, policy=dsig.DOCUMENT) == "digest"


def test_the_signed_copy_holds_only_what_was_signed(node: Party) -> None:
    data = signed_message(node).replace(b"Wrzos", b"Wr<!-- -->zos")
    (reference,) = check(data, node)
    copy = reference.signed_copy()
    assert copy.find(ds("Signature")) is None
    assert xml.text_of(copy.find(f".//{{{SAML}}}Subject")) == 'Anna\t\rWrzos <">'
    assert reference.element is not None
    assert xml.text_of(reference.element.find(f".//{{{SAML}}}Subject")) == 'Anna\t\rWrzos <">'


def test_a_foreign_key_with_the_same_names_is_refused(office: Party, stranger: Party) -> None:
    data = signed_message(stranger, algorithm="rsa-sha256")
    assert check(data, stranger)
    assert refused(data, office) == "value"


def test_several_pinned_certificates_allow_a_key_rollover(
    office: Party, stranger: Party, node: Party
) -> None:
    root = xml.parse(signed_message(office, algorithm="rsa-sha256"))
    pinned = [node.certificate, stranger.certificate, office.certificate]
    assert dsig.verify(next(root.iter(ds("Signature"))), root=root, certificates=pinned)
    with pytest.raises(dsig.SignatureRefused, match="value"):
        dsig.verify(next(root.iter(ds("Signature"))), root=root, certificates=[])


def edited(data: bytes, edit: Callable[[etree._Element, etree._Element], None]) -> bytes:
    root = xml.parse(data)
    edit(root, next(root.iter(ds("Signature"))))
    return xml.to_bytes(root)


def wrap(root: etree._Element, signature: etree._Element) -> None:
    """Move the signed assertion aside and put another one with the same ID in its place."""
    assertion = root[-1]
    evil = etree.fromstring(etree.tostring(assertion).replace(b"Wrzos", b"Wrona"))
    root.replace(assertion, evil)
    etree.SubElement(root, f"{{{SAML}}}Extensions").append(assertion)


def test_a_wrapped_element_is_refused_or_not_returned(node: Party) -> None:
    data = signed_message(node, uri="#a1", transforms=(EXC_C14N,))
    assert check(data, node)
    assert refused(edited(data, wrap), node) == "duplicate_id"

    def wrap_with_new_id(root: etree._Element, signature: etree._Element) -> None:
        wrap(root, signature)
        root[2].set("ID", "a2")

    (reference,) = check(edited(data, wrap_with_new_id), node)
    assert reference.element is not None
    assert reference.element.getparent().tag == f"{{{SAML}}}Extensions"  # type: ignore[union-attr]
    assert b"Wrona" not in reference.octets


def set_algorithm(path: str, algorithm: str) -> Callable[[etree._Element, etree._Element], None]:
    def edit(root: etree._Element, signature: etree._Element) -> None:
        found = signature.find(path.replace("ds:", f"{{{DS}}}"))
        assert found is not None
        found.set("Algorithm", algorithm)

    return edit


def set_uri(uri: str) -> Callable[[etree._Element, etree._Element], None]:
    def edit(root: etree._Element, signature: etree._Element) -> None:
        next(signature.iter(ds("Reference"))).set("URI", uri)

    return edit


def add_reference(root: etree._Element, signature: etree._Element) -> None:
    reference = next(signature.iter(ds("Reference")))
    copy = etree.fromstring(etree.tostring(reference))
    copy.set("URI", "#a1")
    reference.addnext(copy)


def add_xpath(expression: str) -> Callable[[etree._Element, etree._Element], None]:
    def edit(root: etree._Element, signature: etree._Element) -> None:
        transform = next(signature.iter(ds("Transform")))
        transform.set("Algorithm", XPATH)
        etree.SubElement(transform, ds("XPath")).text = expression

    return edit


def drop(name: str) -> Callable[[etree._Element, etree._Element], None]:
    def edit(root: etree._Element, signature: etree._Element) -> None:
        found = next(signature.iter(ds(name)))
        found.getparent().remove(found)  # type: ignore[union-attr]

    return edit


def add_object(root: etree._Element, signature: etree._Element) -> None:
    etree.SubElement(signature, ds("Object"))


def add_foreign_child(root: etree._Element, signature: etree._Element) -> None:
    etree.SubElement(signature[0], "evil")


TRANSFORM = "ds:SignedInfo/ds:Reference/ds:Transforms/ds:Transform"


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (set_algorithm("ds:SignedInfo/ds:SignatureMethod", f"{DS}rsa-sha1"), "method"),
        (set_algorithm("ds:SignedInfo/ds:SignatureMethod", f"{DS}hmac-sha1"), "method"),
        (
            set_algorithm(
                "ds:SignedInfo/ds:SignatureMethod", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512"
            ),
            "value",
        ),
        (set_algorithm("ds:SignedInfo/ds:CanonicalizationMethod", "urn:none"), "method"),
        (set_algorithm("ds:SignedInfo/ds:CanonicalizationMethod", f"{EXC_C14N}WithComments"), "method"),
        (set_algorithm("ds:SignedInfo/ds:Reference/ds:DigestMethod", f"{DS}sha1"), "digest_method"),
        (set_algorithm("ds:SignedInfo/ds:Reference/ds:DigestMethod", "urn:none"), "digest_method"),
        (set_algorithm(TRANSFORM, "http://www.w3.org/TR/1999/REC-xslt-19991116"), "transform"),
        (set_algorithm(TRANSFORM, "http://www.w3.org/2002/06/xmldsig-filter2"), "transform"),
        (set_algorithm(TRANSFORM, f"{DS}base64"), "transform"),
        (set_algorithm(TRANSFORM, C14N), "transform"),
        (add_xpath("not(ancestor-or-self::ds:Signature)"), "transform"),
        (set_uri("http://node.example.test/evil"), "reference_uri"),
        (set_uri("file:///etc/hostname"), "reference_uri"),
        (set_uri("#xpointer(/)"), "reference_uri"),
        (set_uri("#nowhere"), "unresolved"),
        (add_reference, "too_many_references"),
        (drop("Reference"), "shape"),
        (drop("SignatureValue"), "shape"),
        (drop("DigestValue"), "shape"),
        (drop("DigestMethod"), "shape"),
        (drop("SignedInfo"), "shape"),
        (add_object, "shape"),
        (add_foreign_child, "too_many_references"),
    ],
)
def test_an_altered_signature_is_refused(
    office: Party, edit: Callable[[etree._Element, etree._Element], None], code: str
) -> None:
    data = signed_message(office, algorithm="rsa-sha256")
    assert check(data, office)
    assert refused(edited(data, edit), office) == code


@pytest.mark.parametrize(
    "uri", ["http://node.example.test/x", "file:///etc/hostname", "#xpointer(id('a1'))", "#", "a1"]
)
def test_a_reference_out_of_the_message_is_refused_even_when_signed(office: Party, uri: str) -> None:
    root = xml.parse(MESSAGE)
    signature = etree.SubElement(root, ds("Signature"), nsmap={"ds": DS})
    dsig.fill_signature(
        signature,
        root=root,
        references=[dsig.ReferenceSpec(uri, (), content=b"outside")],
        key_pem=office.key_pem,
        key_info=dsig.x509_key_info(office.cert_pem),
        algorithm="rsa-sha256",
    )
    data = xml.to_bytes(root)
    assert refused(data, office) == "reference_uri"
    given = {uri: b"outside"}
    again = xml.parse(data)
    found = next(again.iter(ds("Signature")))
    (reference,) = dsig.verify(found, root=again, certificates=[office.certificate], outside=given)
    assert (reference.uri, reference.element, reference.octets) == (uri, None, b"outside")
    with pytest.raises(dsig.SignatureRefused, match="outside_digest"):
        dsig.verify(found, root=again, certificates=[office.certificate], outside={uri: b"other"})


@pytest.mark.parametrize(
    "expression",
    [
        "true()",
        "not(ancestor-or-self::ds:Signature) or true()",
        "not(self::ds:Signature)",
        "ancestor::p:Assertion",
    ],
)
def test_only_the_one_xpath_is_taken(office: Party, expression: str) -> None:
    data = signed_message(office, transforms=(XPATH,), algorithm="rsa-sha256")
    assert check(data, office, policy=dsig.DOCUMENT)
    altered = data.replace(b"not(ancestor-or-self::ds:Signature)", expression.encode())
    assert refused(altered, office, policy=dsig.DOCUMENT) == "transform"
    other_prefix = data.replace(b"<ds:XPath>", b'<ds:XPath xmlns:ds="urn:other">').replace(
        b"</ds:XPath>", b"</ds:XPath>"
    )
    assert refused(other_prefix, office, policy=dsig.DOCUMENT) in ("transform", "shape")


def test_weak_keys_are_refused(party: MakeParty, office: Party) -> None:
    weak = party("Słaby", rsa_bits=1024)
    assert refused(signed_message(weak, algorithm="rsa-sha256"), weak) == "weak_key"
    small = party("Mały", curve=ec.SECP192R1())
    assert refused(signed_message(small), small) == "weak_key"
    strong = signed_message(office, algorithm="rsa-sha256")
    assert refused(strong, weak) == "weak_key"
    pinned = (weak.certificate, small.certificate, office.certificate)
    root = xml.parse(strong)
    (signature,) = root.iter(ds("Signature"))
    assert dsig.verify(signature, root=root, certificates=pinned), "an old weak one spoils nothing"
    by_the_weak = xml.parse(signed_message(weak, algorithm="rsa-sha256"))
    (signature,) = by_the_weak.iter(ds("Signature"))
    with pytest.raises(dsig.SignatureRefused, match=r"^value$"):
        dsig.verify(signature, root=by_the_weak, certificates=pinned)
    assert check(signed_message(office, algorithm="rsa-sha256"), office)


def test_an_ec_method_is_never_tried_with_an_rsa_key(office: Party, node: Party) -> None:
    assert check(signed_message(node), node)
    assert refused(signed_message(node), office) == "value"


@pytest.mark.parametrize("value", ["", "AAAA", base64.b64encode(bytes(64)).decode(), "%%%"])
def test_a_bad_signature_value_is_refused(node: Party, value: str) -> None:
    def edit(root: etree._Element, signature: etree._Element) -> None:
        signature[1].text = value

    assert refused(edited(signed_message(node), edit), node) in ("value", "shape")


def test_wsu_ids_are_resolved(office: Party) -> None:
    root = xml.parse(f'<e><h/><body xmlns:wsu="{xml.WSU}" wsu:Id="body-1"><x>1</x></body></e>'.encode())
    signature = dsig.sign(
        root,
        reference_uri="#body-1",
        key_pem=office.key_pem,
        cert_pem=office.cert_pem,
        parent=root[0],
        transforms=(EXC_C14N,),
        algorithm="rsa-sha256",
    )
    assert signature.getparent() is root[0]
    (reference,) = check(xml.to_bytes(root), office)
    assert reference.element is not None
    assert reference.element.tag == "body"


@pytest.mark.parametrize("place", [b'xmlns:xs="urn:xs"', b'xmlns:ds="http://www.w3.org/2000/09/xmldsig#"'])
def test_relative_namespace_is_refused_not_an_error(node: Party, place: bytes) -> None:
    data = signed_message(node)
    assert place in data
    hostile = data.replace(place, place + b' xmlns:zz="relative" zz:a="1"', 1)
    assert refused(hostile, node) == "not_canonical"
