"""The statement of an issuer that a certificate is qualified (ETSI EN 319 412-5). Imported where used: ASN.1."""

from asn1crypto import core
from cryptography import x509

_QC_STATEMENTS = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3")
_QC_COMPLIANCE = "0.4.0.1862.1.1"
_QC_TYPE = "0.4.0.1862.1.6"
_QC_TYPE_ESIGN = "0.4.0.1862.1.6.1"


class _Statement(core.Sequence):  # type: ignore[misc]
    _fields = [("id", core.ObjectIdentifier), ("info", core.Any, {"optional": True})]


class _Statements(core.SequenceOf):  # type: ignore[misc]
    _child_spec = _Statement


class _Types(core.SequenceOf):  # type: ignore[misc]
    _child_spec = core.ObjectIdentifier


def is_qualified(certificate: x509.Certificate) -> bool:
    """Say whether it is stated to be qualified, and, where a type is stated, for signatures of people.

    Raises ValueError for a statement that cannot be read.
    """
    try:
        found = certificate.extensions.get_extension_for_oid(_QC_STATEMENTS).value
    except x509.ExtensionNotFound:
        return False
    statements = {
        one["id"].dotted: one["info"] for one in _Statements.load(found.public_bytes(), strict=True)
    }
    if _QC_TYPE in statements:
        types = {one.dotted for one in statements[_QC_TYPE].parse(_Types)}
        return _QC_COMPLIANCE in statements and _QC_TYPE_ESIGN in types
    return _QC_COMPLIANCE in statements
