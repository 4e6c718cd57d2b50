"""Messages the portal sends to an identity provider, each signed with SHA-256 by the key of its profile.

Shapes follow the national node's integration guide: what it does not name is left out.
"""

import uuid
from datetime import datetime

from lxml import etree

from epuap.saml import names
from epuap.saml.config import ServiceProvider
from epuap.saml.elements import stamp
from epuap.saml.metadata import EPUAP, POST, IdentityProvider
from epuap.xml import dsig
from eurzad.lib import xml

_PREFIXES = {"saml2p": names.SAMLP, "saml2": names.SAML, "ds": names.DS}


def new_id() -> str:
    """Return a fresh message ID (an NCName; it cannot be guessed)."""
    return f"ID-{uuid.uuid4()}"


def authn_request(
    *, request_id: str, issued_at: datetime, acs_url: str, provider: IdentityProvider, sp: ServiceProvider
) -> bytes:
    """Return a signed AuthnRequest that asks for a natural person at a level that `provider` has to reach."""
    root = _message("AuthnRequest", request_id, issued_at, sp, Destination=provider.sso_url)
    root.set("AssertionConsumerServiceURL", acs_url)
    root.set("ProtocolBinding", names.BINDING_POST if provider.binding == POST else names.BINDING_ARTIFACT)
    root.set("ForceAuthn", "true")
    root.set("IsPassive", "false")
    root.set("ProviderName", sp.display_name)
    if provider.profile != EPUAP:
        _ask_for_attributes(root)
    etree.SubElement(
        root,
        names.samlp("NameIDPolicy"),
        {"AllowCreate": "true", "Format": names.NAMEID_UNSPECIFIED},
    )
    _ask_for_level(root, provider)
    return xml.to_bytes(_signed(root, sp))


def _ask_for_attributes(root: etree._Element) -> None:
    extensions = etree.SubElement(root, names.samlp("Extensions"), nsmap={"eidas": names.EIDAS})
    etree.SubElement(extensions, f"{{{names.EIDAS}}}SPType").text = "public"
    requested = etree.SubElement(extensions, f"{{{names.EIDAS}}}RequestedAttributes")
    for key, friendly in names.FRIENDLY_NAMES.items():
        etree.SubElement(
            requested,
            f"{{{names.EIDAS}}}RequestedAttribute",
            {
                "FriendlyName": friendly,
                "Name": names.ATTRIBUTES[key],
                "NameFormat": names.NAME_FORMAT_URI,
                "isRequired": "true",
            },
        )


def _ask_for_level(root: etree._Element, provider: IdentityProvider) -> None:
    """eIDAS levels are ordered, so the weakest is named; others are just listed."""
    is_ordered = set(provider.levels) <= set(names.LEVELS)
    levels = [one for one in names.LEVELS if one in provider.levels][:1] if is_ordered else provider.levels
    context = etree.SubElement(
        root, names.samlp("RequestedAuthnContext"), {"Comparison": "minimum" if is_ordered else "exact"}
    )
    for level in levels:
        etree.SubElement(context, names.saml("AuthnContextClassRef")).text = level


def artifact_resolve(*, message_id: str, issued_at: datetime, artifact: str, sp: ServiceProvider) -> bytes:
    """Return a signed ArtifactResolve in a SOAP 1.1 envelope."""
    root = _message("ArtifactResolve", message_id, issued_at, sp)
    etree.SubElement(root, names.samlp("Artifact")).text = artifact
    return _envelope(_signed(root, sp))


def logout_request(
    *,
    message_id: str,
    issued_at: datetime,
    destination: str,
    name_id: str,
    name_format: str,
    session_index: str,
    sp: ServiceProvider,
) -> bytes:
    """Return a signed LogoutRequest in a SOAP 1.1 envelope."""
    root = _message("LogoutRequest", message_id, issued_at, sp, Destination=destination)
    subject = etree.SubElement(
        root, names.saml("NameID"), {"Format": name_format or names.NAMEID_UNSPECIFIED}
    )
    subject.text = name_id
    if session_index:
        etree.SubElement(root, names.samlp("SessionIndex")).text = session_index
    return _envelope(_signed(root, sp))


def _message(
    local: str, message_id: str, issued_at: datetime, sp: ServiceProvider, **attributes: str
) -> etree._Element:
    root = etree.Element(names.samlp(local), nsmap=_PREFIXES)
    root.set("ID", message_id)
    root.set("Version", "2.0")
    root.set("IssueInstant", stamp(issued_at))
    for name, value in attributes.items():
        root.set(name, value)
    etree.SubElement(root, names.saml("Issuer")).text = sp.entity_id
    return root


def _signed(root: etree._Element, sp: ServiceProvider) -> etree._Element:
    """Sign the whole message; SAML's schema wants the signature right after the issuer."""
    dsig.sign(
        root,
        reference_uri=f"#{root.get('ID')}",
        key_pem=sp.key_pem,
        cert_pem=sp.certificate_pem,
        insert_at=1,
        algorithm=sp.algorithm,
    )
    return root


def _envelope(message: etree._Element) -> bytes:
    envelope = etree.Element(names.soap("Envelope"), nsmap={"soap": names.SOAP})
    etree.SubElement(envelope, names.soap("Body")).append(message)
    return xml.to_bytes(envelope)
