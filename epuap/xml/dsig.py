"""XML signatures: made and verified in our own few lines over lxml's canonicalisation and `cryptography`.

A signature is first held against an allow-list (algorithms, transforms, shape, one resolved element per
reference) and only then computed. What a caller may believe is what a reference resolved to, never what
KeyInfo says: only the keys of the certificates passed in are tried. The tests cross-check both directions
with libxmlsec.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from lxml import etree

from epuap.keys import is_strong
from epuap.xml.c14n import Canonicalisation, NotCanonical, canonical_bytes
from epuap.xml.names import (
    BASE64,
    C14N,
    C14N11,
    C14N11_COMMENTS,
    C14N_COMMENTS,
    DS,
    ENVELOPED,
    EXC_C14N,
    EXC_C14N_COMMENTS,
    FILTER2,
    NOT_SIGNATURE,
    SHA256,
    XPATH,
    ds,
)
from epuap.xml.transforms import (
    DIGESTS,
    SignatureRefused,
    Transforms,
    decode_base64,
    octets_of,
    octets_of_outside,
    read_c14n,
    read_transforms,
)
from eurzad.lib import xml

_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
_SIGNATURE_METHODS: Mapping[str, tuple[str, type[hashes.HashAlgorithm]]] = {
    f"{_MORE}rsa-sha256": ("rsa", hashes.SHA256),
    f"{_MORE}rsa-sha384": ("rsa", hashes.SHA384),
    f"{_MORE}rsa-sha512": ("rsa", hashes.SHA512),
    f"{_MORE}ecdsa-sha256": ("ecdsa", hashes.SHA256),
    f"{_MORE}ecdsa-sha384": ("ecdsa", hashes.SHA384),
    f"{_MORE}ecdsa-sha512": ("ecdsa", hashes.SHA512),
}
_C14N_METHOD, _SIGNATURE_METHOD = ds("CanonicalizationMethod"), ds("SignatureMethod")
_REFERENCE, _TRANSFORMS = ds("Reference"), [ds("Transforms")]
_DIGEST = [ds("DigestMethod"), ds("DigestValue")]
_MAX_OBJECTS = 20

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey


@dataclass(frozen=True)
class Policy:
    """What a kind of message may use: `methods` canonicalise SignedInfo, `transforms` its references."""

    transforms: frozenset[str]
    methods: frozenset[str]
    objects: bool = False


MESSAGE = Policy(transforms=frozenset({ENVELOPED, EXC_C14N}), methods=frozenset({EXC_C14N, C14N}))
"""SAML messages and WS-Security bodies."""
_CANONICALISATIONS = frozenset({EXC_C14N, EXC_C14N_COMMENTS, C14N, C14N_COMMENTS, C14N11, C14N11_COMMENTS})
DOCUMENT = Policy(
    transforms=_CANONICALISATIONS | {ENVELOPED, XPATH, FILTER2, BASE64},
    methods=_CANONICALISATIONS,
    objects=True,
)
"""XAdES documents: every canonicalisation, every allowed way to leave a signature out, and ds:Object."""


@dataclass(frozen=True)
class VerifiedReference:
    """One verified ds:Reference.

    `element` is the element the URI resolved to, in the tree given (None for a document held outside),
    `octets` the bytes that were digested: `signed_copy()` parses those, so it holds nothing the signature
    does not cover. `decodes` says that they are what the element holds in base64.
    """

    uri: str
    type: str
    element: etree._Element | None
    octets: bytes
    decodes: bool = False

    def signed_copy(self) -> etree._Element:
        """Return the element as it was signed: without the enveloped signature and without comments."""
        size = len(self.octets)  # the tree it was taken from was bounded already
        return xml.parse(self.octets, max_bytes=size, max_depth=size, max_nodes=size)


@dataclass(frozen=True)
class OutsideReference:
    """A reference to a document held outside, as the signature states it."""

    uri: str
    digest_method: str
    digest: bytes
    c14n: Canonicalisation | None

    def matches(
        self, content: bytes, forms: dict[Canonicalisation | None, bytes | None] | None = None
    ) -> bool:
        """Say whether this is the document that was signed (its canonical form, where one is asked for).

        `forms` keeps the forms of one content while several references are held against it.
        """
        kept = {} if forms is None else forms
        if self.c14n not in kept:
            kept[self.c14n] = _form(content, self.c14n)
        octets = kept[self.c14n]
        if octets is None:
            return False
        return hmac.compare_digest(hashlib.new(self.digest_method, octets).digest(), self.digest)


@dataclass(frozen=True)
class ReferenceSpec:
    """A reference to be made: to "", to "#id", or to the `content` of a document outside."""

    uri: str
    transforms: tuple[str, ...] = (ENVELOPED, EXC_C14N)
    type: str | None = None
    id: str | None = None
    content: bytes | None = None


@dataclass(frozen=True)
class _Reference:
    uri: str | None
    type: str
    transforms: Transforms
    digest_method: str
    digest: bytes


def sign(
    root: etree._Element,
    *,
    reference_uri: str,
    key_pem: bytes,
    cert_pem: bytes,
    insert_at: int | None = None,
    parent: etree._Element | None = None,
    transforms: Sequence[str] = (ENVELOPED, EXC_C14N),
    algorithm: str = "ecdsa-sha256",
) -> etree._Element:
    """Sign the element `reference_uri` points to ("" or "#id") and return the ds:Signature put into the tree.

    It becomes child number `insert_at` of `parent` (the root if not given; last if no number is given; SAML
    wants it right after the Issuer). `algorithm` is "ecdsa-sha256" or "rsa-sha256"; the certificate goes into
    KeyInfo.
    """
    signature = etree.Element(ds("Signature"), nsmap={"ds": DS})
    target = root if parent is None else parent
    target.insert(len(target) if insert_at is None else insert_at, signature)
    fill_signature(
        signature,
        root=root,
        references=(ReferenceSpec(reference_uri, tuple(transforms)),),
        key_pem=key_pem,
        key_info=x509_key_info(cert_pem),
        algorithm=algorithm,
    )
    return signature


def x509_key_info(cert_pem: bytes) -> etree._Element:
    """Return a ds:KeyInfo with the certificates of a PEM file."""
    key_info = etree.Element(ds("KeyInfo"), nsmap={"ds": DS})
    data = etree.SubElement(key_info, ds("X509Data"))
    for certificate in x509.load_pem_x509_certificates(cert_pem):
        der = certificate.public_bytes(serialization.Encoding.DER)
        etree.SubElement(data, ds("X509Certificate")).text = base64.b64encode(der).decode("ascii")
    return key_info


@lru_cache(maxsize=16)
def private_key(key_pem: bytes) -> PrivateKeyTypes:
    """Return an unencrypted PEM key, loaded once; raises ValueError.

    Checking the primes of an RSA key of 3072 bits takes a hundred times as long as signing.
    """
    return serialization.load_pem_private_key(key_pem, password=None)


def fill_signature(
    signature: etree._Element,
    *,
    root: etree._Element,
    references: Sequence[ReferenceSpec],
    key_pem: bytes,
    key_info: etree._Element,
    algorithm: str,
) -> None:
    """Complete a ds:Signature that stands in its place already, with its ds:Object children if any."""
    key = private_key(key_pem)
    method = f"{_MORE}{algorithm}"
    kind, hash_type = _SIGNATURE_METHODS[method]
    signed_info = etree.Element(ds("SignedInfo"), nsmap={"ds": DS})
    signature.insert(0, signed_info)
    etree.SubElement(signed_info, ds("CanonicalizationMethod"), Algorithm=EXC_C14N)
    etree.SubElement(signed_info, ds("SignatureMethod"), Algorithm=method)
    value = etree.Element(ds("SignatureValue"), nsmap={"ds": DS})
    signature.insert(1, value)
    signature.insert(2, key_info)
    by_id = xml.assert_unique_ids(root)
    for spec in references:
        _write_reference(signed_info, spec, signature=signature, root=root, by_id=by_id)
    octets = canonical_bytes(signed_info, Canonicalisation())
    if kind == "rsa" and isinstance(key, rsa.RSAPrivateKey):
        raw = key.sign(octets, padding.PKCS1v15(), hash_type())
    elif kind == "ecdsa" and isinstance(key, ec.EllipticCurvePrivateKey):
        size = (key.curve.key_size + 7) // 8
        r, s = decode_dss_signature(key.sign(octets, ec.ECDSA(hash_type())))
        raw = r.to_bytes(size, "big") + s.to_bytes(size, "big")
    else:
        raise ValueError(f"the key cannot make {algorithm}")
    value.text = base64.b64encode(raw).decode("ascii")


def _write_reference(
    signed_info: etree._Element,
    spec: ReferenceSpec,
    *,
    signature: etree._Element,
    root: etree._Element,
    by_id: Mapping[str, etree._Element],
) -> None:
    attributes = {"Id": spec.id, "Type": spec.type, "URI": spec.uri}
    reference = etree.SubElement(
        signed_info, ds("Reference"), {name: value for name, value in attributes.items() if value is not None}
    )
    if spec.transforms:
        transforms = etree.SubElement(reference, ds("Transforms"))
        for algorithm in spec.transforms:
            transform = etree.SubElement(transforms, ds("Transform"), Algorithm=algorithm)
            if algorithm == XPATH:
                etree.SubElement(transform, ds("XPath")).text = NOT_SIGNATURE
    chosen = read_transforms(reference, DOCUMENT.transforms)
    if spec.content is not None:
        octets = octets_of_outside(spec.content, chosen)
    else:
        target = _resolve(spec.uri, by_id) if spec.uri else root
        octets = octets_of(target, chosen, signature, document=not spec.uri)
    etree.SubElement(reference, ds("DigestMethod"), Algorithm=SHA256)
    digest = base64.b64encode(hashlib.sha256(octets).digest()).decode("ascii")
    etree.SubElement(reference, ds("DigestValue")).text = digest


def verify(
    signature: etree._Element,
    *,
    root: etree._Element,
    certificates: Sequence[x509.Certificate],
    policy: Policy = MESSAGE,
    max_references: int = 1,
    outside: Mapping[str, bytes | None] | None = None,
) -> list[VerifiedReference]:
    """Return what the references of a good signature resolved to, in their order.

    `root` is the root of the whole message, `certificates` the pinned ones: nothing else is trusted.
    `outside` maps the URI of a document held outside the message to its bytes ("" for a reference that has no
    URI at all); any other foreign URI is refused. None stands for a document that is not at hand: what the
    signature says of it is left out of the result and can be compared later (`outside_references`). What a
    reference may be is settled for all of them before the first byte is digested.

    Raises SignatureRefused with one of the codes shape, method, transform, digest_method, reference_uri,
    unresolved, duplicate_id, too_many_references, weak_key, digest, outside_digest, value, not_canonical.
    """
    if root.getparent() is not None or signature.getroottree().getroot() is not root:
        raise SignatureRefused("shape")
    signed_info, signature_value = _shape(signature, policy)
    children = list(signed_info.iterchildren(etree.Element))
    if len(children) < 3 or children[0].tag != _C14N_METHOD or children[1].tag != _SIGNATURE_METHOD:
        raise SignatureRefused("shape")
    signed_info_c14n = read_c14n(children[0], policy.methods)
    method = _SIGNATURE_METHODS.get(children[1].get("Algorithm", ""))
    if method is None or len(children[1]):
        raise SignatureRefused("method")
    if len(children) - 2 > max_references:
        raise SignatureRefused("too_many_references")
    references = [_read_reference(child, policy) for child in children[2:]]
    try:
        by_id = xml.assert_unique_ids(root)
    except xml.XmlRejected as error:
        raise SignatureRefused(error.code) from error
    contents = outside or {}
    targets = [_target(one, root, by_id, contents) for one in references]
    keys = _strong_keys(certificates, method[0])
    try:
        _check_value(canonical_bytes(signed_info, signed_info_c14n), signature_value, keys, method[1]())
        return [
            _check_reference(one, target, signature, contents)
            for one, target in zip(references, targets, strict=True)
            if target is not None or contents[one.uri or ""] is not None
        ]
    except NotCanonical as error:
        raise SignatureRefused("not_canonical") from error


def outside_references(signature: etree._Element) -> tuple[OutsideReference, ...]:
    """Return the references that point out of the document, to be believed once `verify` has seen them.

    One without a URI is among them, under "". Raises SignatureRefused for one that no document could be held
    against.
    """
    found = signature.iterfind(f"{ds('SignedInfo')}/{ds('Reference')}")
    read = [_read_reference(one, DOCUMENT) for one in found if not _is_inside(one.get("URI"))]
    if any(one.transforms.leaves_out != "none" or one.transforms.decodes for one in read):
        raise SignatureRefused("transform")
    return tuple(
        OutsideReference(one.uri or "", one.digest_method, one.digest, one.transforms.c14n) for one in read
    )


def _form(content: bytes, c14n: Canonicalisation | None) -> bytes | None:
    try:
        return octets_of_outside(content, Transforms(c14n=c14n))
    except (SignatureRefused, NotCanonical):
        return None


def _is_inside(uri: str | None) -> bool:
    return uri is not None and (not uri or uri.startswith("#"))


def _shape(signature: etree._Element, policy: Policy) -> tuple[etree._Element, bytes]:
    if signature.tag != ds("Signature"):
        raise SignatureRefused("shape")
    children = list(signature.iterchildren(etree.Element))
    names = [child.tag for child in children]
    if names[:2] != [ds("SignedInfo"), ds("SignatureValue")]:
        raise SignatureRefused("shape")
    rest = names[2:]
    if rest and rest[0] == ds("KeyInfo"):
        rest = rest[1:]
    if len(rest) > (_MAX_OBJECTS if policy.objects else 0) or any(name != ds("Object") for name in rest):
        raise SignatureRefused("shape")
    return children[0], decode_base64(children[1])


def _read_reference(element: etree._Element, policy: Policy) -> _Reference:
    children = list(element.iterchildren(etree.Element))
    names = [child.tag for child in children]
    if element.tag != _REFERENCE or names[-2:] != _DIGEST or names[:-2] not in ([], _TRANSFORMS):
        raise SignatureRefused("shape")
    method, value = children[-2:]
    algorithm = method.get("Algorithm", "")
    if algorithm not in DIGESTS or len(method):
        raise SignatureRefused("digest_method")
    return _Reference(
        uri=element.get("URI"),
        type=element.get("Type", ""),
        transforms=read_transforms(element, policy.transforms),
        digest_method=DIGESTS[algorithm],
        digest=decode_base64(value),
    )


def _target(
    reference: _Reference,
    root: etree._Element,
    by_id: Mapping[str, etree._Element],
    outside: Mapping[str, bytes | None],
) -> etree._Element | None:
    """Return the element a reference points to, None for a document held outside."""
    uri = reference.uri
    if uri == "":
        return root
    if (uri or "") in outside:
        return None
    return _resolve(uri or "", by_id)


def _resolve(uri: str, by_id: Mapping[str, etree._Element]) -> etree._Element:
    if not uri.startswith("#") or not uri[1:] or "(" in uri:
        raise SignatureRefused("reference_uri")
    element = by_id.get(uri[1:])
    if element is None:
        raise SignatureRefused("unresolved")
    return element


def _check_reference(
    reference: _Reference,
    target: etree._Element | None,
    signature: etree._Element,
    outside: Mapping[str, bytes | None],
) -> VerifiedReference:
    uri = reference.uri or ""
    if target is None:
        octets = octets_of_outside(outside[uri] or b"", reference.transforms)
    else:
        octets = octets_of(target, reference.transforms, signature, document=not uri)
    if not hmac.compare_digest(hashlib.new(reference.digest_method, octets).digest(), reference.digest):
        raise SignatureRefused("digest" if target is not None else "outside_digest")
    return VerifiedReference(uri, reference.type, target, octets, reference.transforms.decodes)


def _strong_keys(certificates: Sequence[x509.Certificate], kind: str) -> list[PublicKey]:
    """Return the keys of the kind the method names.

    A weak one is never tried. It takes no strong one with it: where several are pinned while a key is replaced,
    the old one may be weak.
    """
    kinds = rsa.RSAPublicKey if kind == "rsa" else ec.EllipticCurvePublicKey
    found: list[PublicKey] = []
    is_any_weak = False
    for certificate in certificates:
        try:
            key = certificate.public_key()
        except (ValueError, UnsupportedAlgorithm):
            key = None
        if key is None or not is_strong(key):
            is_any_weak = True
        elif isinstance(key, kinds):
            found.append(key)
    if is_any_weak and not found:
        raise SignatureRefused("weak_key")
    return found


def _check_value(
    octets: bytes, value: bytes, keys: Sequence[PublicKey], algorithm: hashes.HashAlgorithm
) -> None:
    for key in keys:
        try:
            if isinstance(key, rsa.RSAPublicKey):
                key.verify(value, octets, padding.PKCS1v15(), algorithm)
                return
            size = (key.curve.key_size + 7) // 8
            if len(value) == 2 * size:
                r, s = int.from_bytes(value[:size], "big"), int.from_bytes(value[size:], "big")
                key.verify(encode_dss_signature(r, s), octets, ec.ECDSA(algorithm))
                return
        except InvalidSignature:
            continue
    raise SignatureRefused("value")
