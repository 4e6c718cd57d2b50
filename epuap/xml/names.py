"""Namespaces and algorithm identifiers of XMLDSig and XAdES."""

from __future__ import annotations

DS = "http://www.w3.org/2000/09/xmldsig#"
EC = "http://www.w3.org/2001/10/xml-exc-c14n#"
FILTER2 = "http://www.w3.org/2002/06/xmldsig-filter2"
XADES = "http://uri.etsi.org/01903/v1.3.2#"
XADES141 = "http://uri.etsi.org/01903/v1.4.1#"
XML = "http://www.w3.org/XML/1998/namespace"

ENVELOPED = f"{DS}enveloped-signature"
BASE64 = f"{DS}base64"
XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
NOT_SIGNATURE = "not(ancestor-or-self::ds:Signature)"

EXC_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
EXC_C14N_COMMENTS = "http://www.w3.org/2001/10/xml-exc-c14n#WithComments"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
C14N_COMMENTS = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments"
C14N11 = "http://www.w3.org/2006/12/xml-c14n11"
C14N11_COMMENTS = "http://www.w3.org/2006/12/xml-c14n11#WithComments"

SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
SHA384 = "http://www.w3.org/2001/04/xmldsig-more#sha384"
SHA512 = "http://www.w3.org/2001/04/xmlenc#sha512"

SIGNED_PROPERTIES = "http://uri.etsi.org/01903#SignedProperties"


def ds(name: str) -> str:
    """Return the qualified name of an XMLDSig element."""
    return f"{{{DS}}}{name}"


def xades(name: str) -> str:
    """Return the qualified name of a XAdES 1.3.2 element."""
    return f"{{{XADES}}}{name}"
