"""Names of SAML 2.0, XML Encryption 1.1 and eIDAS that sign-in uses."""

SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
METADATA = "urn:oasis:names:tc:SAML:2.0:metadata"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
DS = "http://www.w3.org/2000/09/xmldsig#"
DS11 = "http://www.w3.org/2009/xmldsig11#"
XENC = "http://www.w3.org/2001/04/xmlenc#"
XENC11 = "http://www.w3.org/2009/xmlenc11#"
EIDAS = "http://eidas.europa.eu/saml-extensions"
NATURAL_PERSON = "http://eidas.europa.eu/attributes/naturalperson"

BINDING_POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
BINDING_ARTIFACT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact"
BINDING_SOAP = "urn:oasis:names:tc:SAML:2.0:bindings:SOAP"
NAMEID_UNSPECIFIED = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
NAME_FORMAT_URI = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
STATUS = "urn:oasis:names:tc:SAML:2.0:status:"
STATUS_SUCCESS = f"{STATUS}Success"
STATUSES = frozenset(
    (
        "Requester", "Responder", "VersionMismatch", "AuthnFailed", "InvalidAttrNameOrValue",
        "InvalidNameIDPolicy", "NoAuthnContext", "NoAvailableIDP", "NoPassive", "NoSupportedIDP",
        "PartialLogout", "ProxyCountExceeded", "RequestDenied", "RequestUnsupported",
        "RequestVersionDeprecated", "RequestVersionTooHigh", "RequestVersionTooLow",
        "ResourceNotRecognized", "TooManyResponses", "UnknownAttrProfile", "UnknownPrincipal",
        "UnsupportedBinding",
    )
)  # fmt: skip
"""Names of failures (SAML core §3.2.2.2); whatever else stands in their place is not written anywhere."""

LEVELS = tuple(f"http://eidas.europa.eu/LoA/{level}" for level in ("low", "substantial", "high"))
"""Levels of assurance from the weakest to the strongest."""
ACCEPTED_LEVELS = LEVELS[1:]

ATTRIBUTES = {
    "given_name": f"{NATURAL_PERSON}/CurrentGivenName",
    "family_name": f"{NATURAL_PERSON}/CurrentFamilyName",
    "birth_date": f"{NATURAL_PERSON}/DateOfBirth",
    "identifier": f"{NATURAL_PERSON}/PersonIdentifier",
}
"""What an attribute holds, to its eIDAS name."""
FRIENDLY_NAMES = {
    "given_name": "FirstName",
    "family_name": "FamilyName",
    "birth_date": "DateOfBirth",
    "identifier": "PersonIdentifier",
}
"""What an attribute holds, to its eIDAS friendly name; for requests only, answers are read by name."""


def saml(local: str) -> str:
    """Return `local` in the assertion namespace, in Clark notation."""
    return f"{{{SAML}}}{local}"


def samlp(local: str) -> str:
    """Return `local` in the protocol namespace, in Clark notation."""
    return f"{{{SAMLP}}}{local}"


def ds(local: str) -> str:
    """Return `local` in the XML signature namespace, in Clark notation."""
    return f"{{{DS}}}{local}"


def soap(local: str) -> str:
    """Return `local` in the SOAP 1.1 envelope namespace, in Clark notation."""
    return f"{{{SOAP}}}{local}"
