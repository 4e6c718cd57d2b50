"""Decryption of an assertion: AES-GCM under a key agreed by ECDH-ES, or carried by RSA-OAEP, and nothing else.

login.gov.pl: ECDH-ES on P-256, ConcatKDF, AES key wrap (XML Encryption 1.1 §5.4-§5.7). The key derivation
takes AlgorithmID, PartyUInfo and PartyVInfo byte for byte as the attributes stand, as the node does. libxmlsec
cannot read these messages (it insists on RecipientKeyInfo, which the node leaves out), hence `cryptography`.
The profile epuap: RSA-OAEP under either identifier (§5.5.2). The kind of our own key says which is taken.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap
from lxml import etree

from epuap.saml import names
from epuap.saml.elements import only_child, text_of
from epuap.saml.errors import SignInRefused

_P256 = "urn:oid:1.2.840.10045.3.1.7"
_SHA256 = f"{names.XENC}sha256"
_KEY_WRAP_BYTES = {
    f"{names.XENC}kw-aes128": 16,
    f"{names.XENC}kw-aes192": 24,
    f"{names.XENC}kw-aes256": 32,
}
_CONTENT_BITS = {f"{names.XENC11}aes{bits}-gcm": bits for bits in (128, 192, 256)}
_OAEP_MGF1P, _OAEP = f"{names.XENC}rsa-oaep-mgf1p", f"{names.XENC11}rsa-oaep"
_OAEP_DIGESTS: Mapping[str, type[hashes.HashAlgorithm]] = {
    f"{names.DS}sha1": hashes.SHA1,
    _SHA256: hashes.SHA256,
    "http://www.w3.org/2001/04/xmldsig-more#sha384": hashes.SHA384,
    f"{names.XENC}sha512": hashes.SHA512,
}
_OAEP_MASKS: Mapping[str, type[hashes.HashAlgorithm]] = {
    f"{names.XENC11}mgf1sha1": hashes.SHA1,
    f"{names.XENC11}mgf1sha256": hashes.SHA256,
    f"{names.XENC11}mgf1sha384": hashes.SHA384,
    f"{names.XENC11}mgf1sha512": hashes.SHA512,
}
_NONCE, _TAG = 12, 16
_POINT, _UNCOMPRESSED = 65, 4
_MAX_BASE64 = 512 * 1024

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def decrypt_assertion(encrypted: etree._Element, keys: Sequence[PrivateKey]) -> bytes:
    """Return the plain bytes inside an `EncryptedAssertion`; raises SignInRefused.

    `keys` are our own, old and new, of one kind; one of them has to open it. Under ECDH-ES the content key is
    used at the length that it unwraps to: production has sent 128-bit keys under the name of aes256-gcm.
    """
    data = only_child(encrypted, _xenc("EncryptedData"), code="encryption_structure")
    if data.get("Type", f"{names.XENC}Element") != f"{names.XENC}Element":
        raise SignInRefused("encryption_structure")
    method = _require_algorithm(data, "EncryptionMethod", _CONTENT_BITS, code="encryption_algorithm")
    carriers = list(encrypted.iter(_xenc("EncryptedKey")))
    if len(carriers) != 1:
        raise SignInRefused("encryption_structure")
    cipher = _cipher_value(data)
    if len(cipher) <= _NONCE + _TAG:
        raise SignInRefused("decryption")
    for key in keys:
        if isinstance(key, rsa.RSAPrivateKey):
            content_key = _transported(carriers[0], key, bits=_CONTENT_BITS[method])
        else:
            content_key = _agreed(carriers[0], key)
        if content_key is not None:
            try:
                return AESGCM(content_key).decrypt(cipher[:_NONCE], cipher[_NONCE:], None)
            except (InvalidTag, ValueError) as error:
                raise SignInRefused("decryption") from error
    raise SignInRefused("decryption")


def _transported(carrier: etree._Element, key: rsa.RSAPrivateKey, *, bits: int) -> bytes | None:
    """Return the content key that RSA-OAEP carried, or None if it was not carried to this key of ours."""
    method = only_child(carrier, _xenc("EncryptionMethod"), code="encryption_structure")
    digest, mask = _oaep_parameters(method)
    oaep = padding.OAEP(mgf=padding.MGF1(mask), algorithm=digest, label=None)
    try:
        content_key = key.decrypt(_cipher_value(carrier), oaep)
    except ValueError:
        return None
    if len(content_key) * 8 != bits:
        raise SignInRefused("decryption")
    return content_key


def _oaep_parameters(method: etree._Element) -> tuple[hashes.HashAlgorithm, hashes.HashAlgorithm]:
    algorithm = method.get("Algorithm", "")
    if algorithm not in (_OAEP_MGF1P, _OAEP):
        raise SignInRefused("encryption_algorithm")
    chosen = {"DigestMethod": f"{names.DS}sha1", "MGF": f"{names.XENC11}mgf1sha1"}
    allowed = {names.ds("DigestMethod"): "DigestMethod"}
    if algorithm == _OAEP:  # the older identifier has its mask fixed
        allowed[f"{{{names.XENC11}}}MGF"] = "MGF"
    for child in method.iterchildren(etree.Element):
        name = allowed.pop(str(child.tag), None)
        if name is None:
            raise SignInRefused("encryption_structure")
        chosen[name] = child.get("Algorithm", "")
    try:
        return _OAEP_DIGESTS[chosen["DigestMethod"]](), _OAEP_MASKS[chosen["MGF"]]()
    except KeyError:
        raise SignInRefused("encryption_algorithm") from None


def _xenc(local: str) -> str:
    return f"{{{names.XENC}}}{local}"


def _require_algorithm(parent: etree._Element, local: str, allowed: Mapping[str, int], *, code: str) -> str:
    algorithm = only_child(parent, _xenc(local), code="encryption_structure").get("Algorithm", "")
    if algorithm not in allowed:
        raise SignInRefused(code)
    return algorithm


def _decode(element: etree._Element) -> bytes:
    value = text_of(element, code="encryption_structure", max_length=_MAX_BASE64)
    try:
        return base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise SignInRefused("encryption_structure") from error


def _cipher_value(parent: etree._Element) -> bytes:
    cipher_data = only_child(parent, _xenc("CipherData"), code="encryption_structure")
    return _decode(only_child(cipher_data, _xenc("CipherValue"), code="encryption_structure"))


def _agreed(carrier: etree._Element, key: ec.EllipticCurvePrivateKey) -> bytes | None:
    """Return the content key wrapped under the agreed one, or None if it was not agreed with this key of ours."""
    wrap = _require_algorithm(carrier, "EncryptionMethod", _KEY_WRAP_BYTES, code="encryption_algorithm")
    key_info = only_child(carrier, names.ds("KeyInfo"), code="encryption_structure")
    agreement = only_child(key_info, _xenc("AgreementMethod"), code="encryption_structure")
    if agreement.get("Algorithm") != f"{names.XENC11}ECDH-ES":
        raise SignInRefused("encryption_algorithm")
    shared = key.exchange(ec.ECDH(), _originator_key(agreement))
    derivation = ConcatKDFHash(hashes.SHA256(), _KEY_WRAP_BYTES[wrap], _other_info(agreement))
    try:
        content_key = aes_key_unwrap(derivation.derive(shared), _cipher_value(carrier))
    except (InvalidUnwrap, ValueError):
        return None
    return content_key if len(content_key) in (16, 24, 32) else None


def _originator_key(agreement: etree._Element) -> ec.EllipticCurvePublicKey:
    code = "encryption_structure"
    info = only_child(agreement, _xenc("OriginatorKeyInfo"), code=code)
    value = only_child(info, names.ds("KeyValue"), code=code)
    key = only_child(value, f"{{{names.DS11}}}ECKeyValue", code=code)
    curve = only_child(key, f"{{{names.DS11}}}NamedCurve", code=code)
    if curve.get("URI") != _P256:
        raise SignInRefused("encryption_algorithm")
    point = _decode(only_child(key, f"{{{names.DS11}}}PublicKey", code=code))
    if len(point) != _POINT or point[0] != _UNCOMPRESSED:
        raise SignInRefused(code)
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError as error:
        raise SignInRefused("encryption_structure") from error


def _other_info(agreement: etree._Element) -> bytes:
    code = "encryption_structure"
    method = only_child(agreement, f"{{{names.XENC11}}}KeyDerivationMethod", code=code)
    if method.get("Algorithm") != f"{names.XENC11}ConcatKDF":
        raise SignInRefused("encryption_algorithm")
    parameters = only_child(method, f"{{{names.XENC11}}}ConcatKDFParams", code=code)
    digest = only_child(parameters, names.ds("DigestMethod"), code=code)
    if digest.get("Algorithm") != _SHA256:
        raise SignInRefused("encryption_algorithm")
    try:
        return b"".join(
            bytes.fromhex(parameters.get(name, "")) for name in ("AlgorithmID", "PartyUInfo", "PartyVInfo")
        )
    except ValueError as error:
        raise SignInRefused("encryption_structure") from error
