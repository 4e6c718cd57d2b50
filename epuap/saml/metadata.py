"""Metadata: what an identity provider's file says, and what the portal says of itself."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from epuap.keys import is_strong
from epuap.saml import names
from epuap.saml.errors import ConfigurationError
from eurzad.lib import xml

LOGIN, EPUAP = "login.gov.pl", "epuap"
"""Profiles (ADR 0008)."""
ARTIFACT, POST = "artifact", "post"
"""How an answer comes back through the browser."""
_BINDINGS = {ARTIFACT: names.BINDING_ARTIFACT, POST: names.BINDING_POST}
_ENCRYPTION_METHODS = {
    LOGIN: (),
    EPUAP: (
        f"{names.XENC11}aes256-gcm",
        f"{names.XENC11}aes128-gcm",
        f"{names.XENC11}rsa-oaep",
        f"{names.XENC}rsa-oaep-mgf1p",
    ),
}


@dataclass(frozen=True)
class IdentityProvider:
    """One identity provider as its metadata file pins it and the settings describe it.

    `certificates` sign its messages; several are valid at once, so that a key can be replaced without an
    outage. `artifact_services` maps the endpoint index of an artifact to the URL that resolves it. `levels`
    are the accepted values of AuthnContextClassRef, `attributes` the names of the assertion's attributes by
    what they hold (identifier, given_name, family_name, birth_date); without any the person comes from
    `userinfo_url`.
    """

    name: str
    entity_id: str
    certificates: tuple[x509.Certificate, ...] = field(repr=False)
    sso_url: str
    artifact_services: dict[int, str]
    logout_url: str
    profile: str = LOGIN
    binding: str = ARTIFACT
    levels: tuple[str, ...] = names.ACCEPTED_LEVELS
    attributes: Mapping[str, str] = field(default_factory=lambda: names.ATTRIBUTES)
    userinfo_url: str = ""


def _md(local: str) -> str:
    return f"{{{names.METADATA}}}{local}"


def read_identity_provider(name: str, data: bytes, *, is_posted: bool = False) -> IdentityProvider:
    """Read an `EntityDescriptor` (SAML metadata §2.3.2). Raises ConfigurationError.

    An artifact resolution service is required unless the answers are posted whole.
    """
    try:
        root = xml.parse(data)
    except xml.XmlRejected as error:
        raise ConfigurationError("metadata") from error
    descriptor = root.find(_md("IDPSSODescriptor"))
    entity_id = root.get("entityID", "")
    if root.tag != _md("EntityDescriptor") or descriptor is None or not entity_id:
        raise ConfigurationError("metadata")
    artifact_services = {
        int(service.get("index", "0")): service.get("Location", "")
        for service in descriptor.findall(_md("ArtifactResolutionService"))
        if service.get("Binding") == names.BINDING_SOAP and service.get("index", "0").isdecimal()
    }
    if not artifact_services and not is_posted:
        raise ConfigurationError("metadata_endpoint")
    return IdentityProvider(
        name=name,
        entity_id=entity_id,
        certificates=_signing_certificates(descriptor),
        sso_url=_location(descriptor, "SingleSignOnService", names.BINDING_POST),
        artifact_services=artifact_services,
        logout_url=_location(descriptor, "SingleLogoutService", names.BINDING_SOAP, required=False),
    )


def _location(descriptor: etree._Element, service: str, binding: str, *, required: bool = True) -> str:
    for element in descriptor.findall(_md(service)):
        if element.get("Binding") == binding and element.get("Location"):
            return str(element.get("Location"))
    if required:
        raise ConfigurationError("metadata_endpoint")
    return ""


def _signing_certificates(descriptor: etree._Element) -> tuple[x509.Certificate, ...]:
    found: list[x509.Certificate] = []
    for key in descriptor.findall(_md("KeyDescriptor")):
        if key.get("use") in (None, "signing"):
            found += [_certificate(element) for element in key.iter(names.ds("X509Certificate"))]
    if not found:
        raise ConfigurationError("metadata_certificate")
    return tuple(found)


def _certificate(element: etree._Element) -> x509.Certificate:
    try:
        der = base64.b64decode("".join((element.text or "").split()), validate=True)
        certificate = x509.load_der_x509_certificate(der)
        key = certificate.public_key()
    except (binascii.Error, ValueError, UnsupportedAlgorithm) as error:
        raise ConfigurationError("metadata_certificate") from error
    if not is_strong(key):
        raise ConfigurationError("metadata_weak_key")
    return certificate


def service_provider_metadata(
    *,
    entity_id: str,
    acs_url: str,
    certificates: Sequence[x509.Certificate],
    profile: str = LOGIN,
    binding: str = ARTIFACT,
) -> bytes:
    """Return the portal's own metadata for the identity provider's operator.

    Every certificate is published for both uses, so that the operator knows the next key before it signs and
    encrypts to the last one until it is gone.
    """
    root = etree.Element(
        _md("EntityDescriptor"), {"entityID": entity_id}, nsmap={"md": names.METADATA, "ds": names.DS}
    )
    descriptor = etree.SubElement(
        root,
        _md("SPSSODescriptor"),
        {
            "AuthnRequestsSigned": "true",
            "WantAssertionsSigned": "true" if profile == EPUAP else "false",
            "protocolSupportEnumeration": names.SAMLP,
        },
    )
    for use, methods in (("signing", ()), ("encryption", _ENCRYPTION_METHODS[profile])):
        for certificate in certificates:
            key = etree.SubElement(descriptor, _md("KeyDescriptor"), {"use": use})
            data = etree.SubElement(etree.SubElement(key, names.ds("KeyInfo")), names.ds("X509Data"))
            encoded = base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()
            etree.SubElement(data, names.ds("X509Certificate")).text = encoded
            for method in methods:
                etree.SubElement(key, _md("EncryptionMethod"), {"Algorithm": method})
    etree.SubElement(descriptor, _md("NameIDFormat")).text = names.NAMEID_UNSPECIFIED
    etree.SubElement(
        descriptor,
        _md("AssertionConsumerService"),
        {
            "Binding": _BINDINGS[binding],
            "Location": acs_url,
            "index": "0",
            "isDefault": "true",
        },
    )
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")
