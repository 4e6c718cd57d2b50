"""What a XAdES signature says of itself (ETSI EN 319 132-1, and TS 101 903 before it), read strictly.

Signed properties are believed only after the one reference to them was verified; unsigned ones are evidence
that somebody added, never more.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from epuap.xml.names import SIGNED_PROPERTIES, XADES141, ds, xades
from epuap.xml.transforms import DIGESTS, SignatureRefused, decode_base64
from eurzad.lib import xml

SIGNATURE_POLICY = "signature_policy"
"""Remark: the signature names a policy, which nobody here has read."""
SIGNATURE_POLICY_IMPLIED = "signature_policy_implied"
"""Remark: the policy is said to follow from the document."""

_VALIDATION_DATA = f"{{{XADES141}}}TimeStampValidationData"
_CERTIFICATE_VALUES = f"{xades('CertificateValues')}/{xades('EncapsulatedX509Certificate')}"
_REVOCATION = xades("RevocationValues")
_CRL_VALUES = f"{_REVOCATION}/{xades('CRLValues')}/{xades('EncapsulatedCRLValue')}"
_OCSP_VALUES = f"{_REVOCATION}/{xades('OCSPValues')}/{xades('EncapsulatedOCSPValue')}"
_MAX_CERTIFICATES = 20
_MAX_VALUES = 50
_MAX_SERIAL_DIGITS = 60


@dataclass(frozen=True)
class CertificateName:
    """How a signature names a certificate: by digest, and by issuer and number where it says so."""

    method: str
    digest: bytes
    serial_number: int | None = None
    issuer_text: str | None = None
    issuer_der: bytes | None = None

    def names(self, certificate: x509.Certificate) -> bool:
        """Say whether this is the certificate; raise SignatureRefused if digest and number disagree on it."""
        der = certificate.public_bytes(Encoding.DER)
        if not hmac.compare_digest(hashlib.new(self.method, der).digest(), self.digest):
            return False
        if self.serial_number not in (None, certificate.serial_number) or not self._agrees(
            certificate.issuer
        ):
            raise SignatureRefused("signing_certificate")
        return True

    def _agrees(self, issuer: x509.Name) -> bool:
        if self.issuer_der is not None:
            return self.issuer_der == issuer.public_bytes()
        if self.issuer_text is None:
            return True
        return _values_of_text(self.issuer_text) == sorted(_plain(str(one.value)) for one in issuer)


@dataclass(frozen=True)
class SignedProperties:
    """What the signer stated beside the document. `formats` are the ids of the references they describe."""

    element: etree._Element
    signed_at: datetime
    certificates: tuple[CertificateName, ...]
    formats: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    def choose(self, candidates: Iterable[x509.Certificate]) -> x509.Certificate:
        """Return the candidate the signer named; raise SignatureRefused if none is."""
        every = list(candidates)
        for name in self.certificates:
            for certificate in every:
                if name.names(certificate):
                    return certificate
        raise SignatureRefused("signing_certificate")


@dataclass(frozen=True)
class Values:
    """What a signature brings along in KeyInfo and in its unsigned properties; none of it is trusted."""

    certificates: tuple[x509.Certificate, ...] = ()
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    timestamps: tuple[etree._Element, ...] = ()


def read_properties(signature: etree._Element) -> SignedProperties:
    """Return the signed properties of this signature; raise SignatureRefused if there are none or two.

    They are believed only when the reference of their type was verified and resolved to `element`.
    """
    qualifying = _qualifying(signature)
    if not signature.get("Id") or qualifying.get("Target") != f"#{signature.get('Id')}":
        raise SignatureRefused("signed_properties")
    properties = _one(qualifying, xades("SignedProperties"))
    about = _one(properties, xades("SignedSignatureProperties"))
    return SignedProperties(
        element=properties,
        signed_at=_moment(xml.text_of(_one(about, xades("SigningTime")))),
        certificates=_certificate_names(about),
        formats=_formats(signature, properties),
        remarks=_policy(about),
    )


def read_values(signature: etree._Element) -> Values:
    """Return what the signature brings along; raise SignatureRefused("too_many_values") for too much of it.

    A value that cannot be read is passed over: it was added by anybody, and proves nothing anyway.
    """
    path = f"{xades('UnsignedProperties')}/{xades('UnsignedSignatureProperties')}"
    unsigned = _qualifying(signature).find(path)
    holders = [] if unsigned is None else [unsigned, *unsigned.iterchildren(_VALIDATION_DATA)]
    crls = list(signature.iterfind(f"{ds('KeyInfo')}/{ds('X509Data')}/{ds('X509CRL')}"))
    certificates: list[etree._Element] = []
    ocsps: list[etree._Element] = []
    for holder in holders:
        certificates += holder.iterfind(_CERTIFICATE_VALUES)
        crls += holder.iterfind(_CRL_VALUES)
        ocsps += holder.iterfind(_OCSP_VALUES)
    timestamps = [] if unsigned is None else list(unsigned.iterchildren(xades("SignatureTimeStamp")))
    if max(len(certificates), len(crls), len(ocsps), len(timestamps)) > _MAX_VALUES:
        raise SignatureRefused("too_many_values")
    brought = [_certificate(one) for one in certificates]
    return Values(
        certificates=tuple(one for one in brought if one is not None),
        crls=_readable(crls),
        ocsps=_readable(ocsps),
        timestamps=tuple(timestamps),
    )


def embedded_certificates(signature: etree._Element) -> list[x509.Certificate]:
    """Return the certificates of KeyInfo: candidates to be checked, never trusted as such."""
    found = list(signature.iterfind(f"{ds('KeyInfo')}/{ds('X509Data')}/{ds('X509Certificate')}"))
    if len(found) > _MAX_CERTIFICATES:
        raise SignatureRefused("key_info")
    try:
        return [_loaded(decode_base64(one)) for one in found]
    except ValueError as error:
        raise SignatureRefused("key_info") from error


def _qualifying(signature: etree._Element) -> etree._Element:
    """Return the one QualifyingProperties that stands right in a ds:Object of this very signature.

    A countersignature among its unsigned properties has its own, deeper down, and is nothing to us.
    """
    objects = [
        child for one in signature.iterchildren(ds("Object")) for child in one.iterchildren(etree.Element)
    ]
    found = [one for one in objects if one.tag == xades("QualifyingProperties")]
    if len(found) != 1 or any(one.tag == xades("QualifyingPropertiesReference") for one in objects):
        raise SignatureRefused("signed_properties")
    return found[0]


def _certificate_names(about: etree._Element) -> tuple[CertificateName, ...]:
    found = list(about.iterchildren(xades("SigningCertificate"), xades("SigningCertificateV2")))
    if len(found) != 1:
        raise SignatureRefused("signing_certificate")
    certs = list(found[0].iterchildren(etree.Element))
    if not 1 <= len(certs) <= _MAX_CERTIFICATES or any(one.tag != xades("Cert") for one in certs):
        raise SignatureRefused("signing_certificate")
    return tuple(_certificate_name(one) for one in certs)


def _certificate_name(cert: etree._Element) -> CertificateName:
    digest = cert.find(xades("CertDigest"))
    if digest is None:
        raise SignatureRefused("signing_certificate")
    method = DIGESTS.get(_one(digest, ds("DigestMethod")).get("Algorithm", ""))
    if method is None:
        raise SignatureRefused("digest_method")
    value = decode_base64(_one(digest, ds("DigestValue")))
    issuer, issuer_v2 = cert.find(xades("IssuerSerial")), cert.find(xades("IssuerSerialV2"))
    if issuer_v2 is not None:
        name, number = _issuer_and_number(decode_base64(issuer_v2, code="signing_certificate"))
        return CertificateName(method, value, number, issuer_der=name)
    if issuer is None:
        return CertificateName(method, value)
    digits = xml.text_of(_one(issuer, ds("X509SerialNumber"), code="signing_certificate"))
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _MAX_SERIAL_DIGITS):
        raise SignatureRefused("signing_certificate")
    text = xml.text_of(_one(issuer, ds("X509IssuerName"), code="signing_certificate"))
    return CertificateName(method, value, int(digits), issuer_text=text)


def _issuer_and_number(der: bytes) -> tuple[bytes, int]:
    """Read the IssuerSerial of RFC 5035: one directory name and a serial number."""
    from asn1crypto.tsp import IssuerSerial

    try:
        found = IssuerSerial.load(der, strict=True)
        (name,) = found["issuer"]
        return bytes(name.chosen.chosen.dump()), int(found["serial_number"].native)
    except (ValueError, TypeError, KeyError, AttributeError) as error:  # ASN.1 that is something else
        raise SignatureRefused("signing_certificate") from error


def _values_of_text(text: str) -> list[str]:
    """Return the values of a distinguished name in RFC 4514 or one of its older spellings, in sorted order.

    The types are spelled in too many ways to be compared (E, emailAddress, OID.2.5.4.97, …); the values are
    what tells issuers apart, beside the digest of the certificate itself.
    """
    parts: list[str] = [""]
    quoted = False
    position = 0
    while position < len(text):
        character = text[position]
        if character == "\\" and position + 1 < len(text):
            parts[-1] += text[position : position + 2]
            position += 2
            continue
        if character == '"':
            quoted = not quoted
        if character in ",;+" and not quoted:
            parts.append("")
        else:
            parts[-1] += character
        position += 1
    return sorted(_plain(_unescaped(part.partition("=")[2].strip())) for part in parts)


def _unescaped(value: str) -> str:
    if value.startswith("#"):
        return _decoded_der(value[1:])
    if len(value) >= 2 and value.startswith('"') and value.endswith('"'):
        value = value[1:-1]
    raw = bytearray()
    position = 0
    while position < len(value):
        if value[position] == "\\":
            pair = value[position + 1 : position + 3]
            try:
                raw += bytes.fromhex(pair) if len(pair) == 2 else pair.encode()
                position += 1 + len(pair)
            except ValueError:
                raw += pair[:1].encode()
                position += 2
            continue
        raw += value[position].encode()
        position += 1
    return raw.decode("utf-8", "replace")


def _decoded_der(hexadecimal: str) -> str:
    from asn1crypto.core import Asn1Value

    try:
        return str(Asn1Value.load(bytes.fromhex(hexadecimal), strict=True).native)
    except (ValueError, TypeError):
        return ""


def _plain(value: str) -> str:
    """Spell a value of a name as it is compared (RFC 5280 7.1)."""
    return " ".join(unicodedata.normalize("NFKC", value).casefold().split())


def _formats(signature: etree._Element, properties: etree._Element) -> tuple[str, ...]:
    """Return the ids of the references that DataObjectFormat describes; each is one of this signature's data."""
    references = list(signature.iterfind(f"{ds('SignedInfo')}/{ds('Reference')}"))
    known = {one.get("Id") for one in references if one.get("Type") != SIGNED_PROPERTIES} - {None}
    objects = properties.find(xades("SignedDataObjectProperties"))
    stated = [] if objects is None else list(objects.iterchildren(xades("DataObjectFormat")))
    pointers = [one.get("ObjectReference", "") for one in stated]
    if len(set(pointers)) != len(pointers) or any(
        not one.startswith("#") or one[1:] not in known for one in pointers
    ):
        raise SignatureRefused("data_object_format")
    return tuple(one[1:] for one in pointers)


def _policy(about: etree._Element) -> tuple[str, ...]:
    policy = about.find(xades("SignaturePolicyIdentifier"))
    if policy is None:
        return ()
    return (
        (SIGNATURE_POLICY_IMPLIED,)
        if policy.find(xades("SignaturePolicyImplied")) is not None
        else (SIGNATURE_POLICY,)
    )


def _loaded(der: bytes) -> x509.Certificate:
    """Load a certificate and the fields that `cryptography` reads only when asked; raise ValueError."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        _ = certificate.subject, certificate.issuer, certificate.not_valid_after_utc, certificate.extensions
    except (x509.InvalidVersion, x509.DuplicateExtension, UnsupportedAlgorithm, TypeError) as error:
        raise ValueError("an odd certificate") from error
    return certificate


def _certificate(element: etree._Element) -> x509.Certificate | None:
    try:
        return _loaded(decode_base64(element))
    except (ValueError, SignatureRefused):
        return None


def _readable(elements: Sequence[etree._Element]) -> tuple[bytes, ...]:
    found = []
    for one in elements:
        try:
            found.append(decode_base64(one))
        except SignatureRefused:
            continue
    return tuple(found)


def _one(parent: etree._Element, name: str, *, code: str = "signed_properties") -> etree._Element:
    found = list(parent.iterchildren(name))
    if len(found) != 1:
        raise SignatureRefused(code)
    return found[0]


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise SignatureRefused("signing_time") from error
    if moment.tzinfo is None:
        raise SignatureRefused("signing_time")
    return moment
